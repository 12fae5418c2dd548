"""Which digests there are to be: rows written ahead of time, and which of them still go."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Subquery, Value, When

from recruiting.accounts.models import (
    Client,
    Membership,
    Preferences,
    Role,
    User,
    WorkingCard,
)
from recruiting.accounts.models.cadences import DigestRhythm
from recruiting.mailing import ledger
from recruiting.mailing.kinds import Objection, Postpone, Rewrite, Skip
from recruiting.mailing.models import Mail, MailQuerySet, State, Unsubscription
from status_updates.digests import schedule
from status_updates.digests.schedule import DAY, FORTNIGHT, WEEK, Last, Period, lateness
from status_updates.digests.snapshot import KIND
from status_updates.digests.told import no_longer_theirs
from status_updates.digests.wishes import (
    COLUMNS,
    is_paused,
    period_in,
    wish_from,
    wish_of,
)
from status_updates.models import DigestHold

CHUNK = 2_000
"""Managers looked at together; memory does not grow with their number."""

RECENT = timedelta(days=40)
"""How far back a digest may matter for when the next one comes: more than two fortnights."""

WENT = (State.SENDING, State.SENT, State.AMBIGUOUS)

HELD_BACK = "Held back by"
"""How the reason begins of one that was never released, which is for recruiters alone."""


def materialise(now: datetime) -> int:
    """Write the digests of everybody's current period that are not written yet.

    Ahead of time, so that what goes out does not hang on the sweeper being awake at the hour; for
    the current period alone, so that a changed wish counts from the next. In sets: one question
    for the zones in use, and one for each chunk of those who have no row yet.
    """
    written = 0
    missing = _without_digest(now)
    while chunk := list(missing[:CHUNK]):
        rows = list(_rows(chunk, now))
        ledger.insert(rows)
        written += len(rows)
        if len(chunk) < CHUNK:
            break
        missing = _without_digest(now, after=chunk[-1]["pk"])
    return written


def still_wanted(batch: Sequence[Mail], now: datetime) -> dict[UUID, Objection]:
    """Whether the person still manages for the client, wants it now, nobody holds it back, no
    other has told it, and it is not too late."""
    memberships = {
        (membership.user_id, membership.client_id): membership
        for membership in Membership.objects.filter(
            user__in={mail.recipient_id for mail in batch},
            client__in={mail.client_id for mail in batch},
            user__role=Role.MANAGER,
        ).select_related("user__preferences", "user__working_card")
    }
    holds = DigestHold.objects.by_pair(
        {mail.recipient_id for mail in batch}, {mail.client_id for mail in batch}
    )
    rivals = _rivals(batch)
    objections: dict[UUID, Objection] = {}
    for mail in batch:
        pair = (mail.recipient_id, mail.client_id)
        membership = memberships.get(pair)  # type: ignore[arg-type]
        if membership is None:
            objections[mail.pk] = Skip("No longer a hiring manager of this client.")
            continue
        mail.recipient = membership.user  # with her preferences, which the letter asks for
        hold = DigestHold.on(period_in(mail).texts, holds[pair])
        objection = (
            _paused(mail, membership.user, now)
            or _told_already(mail, rivals[pair], now)
            or (_held(mail, hold, now) if hold else _late(mail, membership.user, now))
        )
        if objection:
            objections[mail.pk] = objection
    going = [(mail, mail.recipient_id) for mail in batch if mail.pk not in objections]
    return objections | dict.fromkeys(no_longer_theirs(going), Rewrite())


def preview_row(manager: User, client: Client, period: Period, now: datetime) -> Mail:
    """A row as the ledger would hold it, to be rendered but never saved."""
    row = new_row(manager.pk, client.pk, period, due=now, zone=manager.working_card.zone, now=now)
    row.recipient, row.client = manager, client
    return row


def new_row(
    manager: UUID, client: UUID, period: Period, *, due: datetime, zone: str, now: datetime
) -> Mail:
    return ledger.new_row(
        KIND,
        recipient_id=manager,
        client_id=client,
        period=str(period),
        scheduled_at=due,
        zone=zone,
        now=now,
    )


def stopped(user: User) -> None:
    """Her preferences say it too: a page of them that was opened before is stale now."""
    Preferences.objects.filter(user=user).update(version=F("version") + 1)


def resumed(user: User, now: datetime) -> None:
    """Subscribed again: digests missed in between are not made up for."""
    Preferences.objects.filter(user=user).update(digest_since=now, version=F("version") + 1)


# --- who has none yet ----------------------------------------------------------------------


def known(now: datetime) -> MailQuerySet:
    """The digests that say when the next one may come. One that was written down by a clock that
    ran ahead says nothing: it only keeps its own period from bringing another."""
    return Mail.objects.kind(KIND).filter(created_at__lte=now, scheduled_at__gte=now - RECENT)


def _without_digest(now: datetime, after: Any = None) -> Any:
    """Managers by client who have no digest of their current period, in an order that stays."""
    own = {"recipient": OuterRef("user"), "client": OuterRef("client")}
    recent = Mail.objects.kind(KIND).filter(**own, scheduled_at__gte=now - RECENT)
    stopped = Unsubscription.objects.filter(user=OuterRef("user"), kind=KIND)
    last = known(now).filter(**own).order_by("-scheduled_at")
    managers = (
        Membership.objects.filter(user__role=Role.MANAGER, user__is_active=True)
        .annotate(current=_current_period(now))
        .filter(~Exists(recent.filter(period=OuterRef("current"))), ~Exists(stopped))
        .annotate(
            last_due=Subquery(last.values("scheduled_at")[:1]),
            last_period=Subquery(last.values("period")[:1]),
            paused_until=F("user__preferences__digest_paused_until"),
            since=F("user__preferences__digest_since"),
            **{name: F(f"user__{column}") for name, column in COLUMNS.items()},
        )
        .order_by("pk")
        .values("pk", "user_id", "client_id", "created_at", "last_due", "last_period",
                "paused_until", "since", *COLUMNS)
    )  # fmt: skip
    return managers if after is None else managers.filter(pk__gt=after)


def _current_period(now: datetime) -> Case:
    """The period that is current for each manager, as a text in the database: by her rhythm, and
    by what the date is in her zone. There are three dates at once at most."""
    zones: defaultdict[date, list[str]] = defaultdict(list)
    cards = WorkingCard.objects.filter(user__in=User.objects.managers().active())
    for zone in cards.order_by().values_list("zone", flat=True).distinct():
        zones[now.astimezone(ZoneInfo(zone)).date()].append(zone)
    rhythms = {
        DAY: [DigestRhythm.DAILY, DigestRhythm.WEEKDAYS],
        WEEK: [DigestRhythm.WEEKLY],
        FORTNIGHT: [DigestRhythm.FORTNIGHTLY],
    }
    whens = [
        When(
            Q(user__working_card__zone__in=there, user__preferences__digest_rhythm__in=wished),
            then=Value(str(Period.of(day, days))),
        )
        for day, there in zones.items()
        for days, wished in rhythms.items()
    ]
    return Case(*whens, default=Value(""), output_field=CharField())


def _rows(managers: Iterable[Any], now: datetime) -> Iterator[Mail]:
    for manager in managers:
        wish = wish_from(manager, now)
        last = None
        if manager["last_due"]:
            last = Last(Period.parse(manager["last_period"]), manager["last_due"])
        since = max(manager["since"], manager["created_at"])
        for period, due in schedule.to_write(now, wish, last, since):
            if not is_paused(manager["paused_until"], due, wish.zone):
                yield new_row(
                    manager["user_id"], manager["client_id"], period,
                    due=due, zone=wish.zone, now=now,
                )  # fmt: skip


# --- what speaks against one ---------------------------------------------------------------


def _paused(mail: Mail, user: User, now: datetime) -> Skip | None:
    until = user.preferences.digest_paused_until
    if until is None or not is_paused(until, now, mail.zone):
        return None
    return Skip(f"Paused until {until:%d %B}.".replace(" 0", " "))


def _told_already(mail: Mail, rivals: Iterable[Mail], now: datetime) -> Skip | None:
    told = any(_tells_it(rival, mail, now) for rival in rivals)
    return Skip("Another digest has told it.", too_late=True) if told else None


def _late(mail: Mail, user: User, now: datetime) -> Skip | Postpone | None:
    # Holidays count, days away do not: what is late would only become later.
    hours, period = user.working_card.calendar(now), period_in(mail)
    goes = lateness(mail.scheduled_at, due=mail.due_at, now=now, hours=hours, days=period.days)
    if goes is None:
        return Skip(too_late_words(period.days), too_late=True)
    if goes <= now:
        return None
    last = Last(period, mail.scheduled_at)
    _, following = schedule.next_slot(mail.scheduled_at, wish_of(user, now), last)
    if following - goes < schedule.too_late(period.days):
        return Skip("Too late: the next one comes soon after the next working hour.", too_late=True)
    return Postpone(goes)


def too_late_words(days: int) -> str:
    missed_by = "six hours" if days == DAY else "three days"
    return f"More than {missed_by} late: the next one will tell it all."


def _held(mail: Mail, hold: DigestHold, now: datetime) -> Skip | Postpone:
    """It waits for as long as its period lasts, and how late it is does not matter meanwhile. It
    is asked for again every hour, should it have been released in the very moment of asking."""
    over = schedule.begins(period_in(mail).next(), mail.zone)
    if now < over:
        return Postpone(min(over, now + schedule.ON_TIME))
    return Skip(f"{HELD_BACK} {hold.by.display_name}, and not released.", too_late=True)


def _rivals(batch: Sequence[Mail]) -> defaultdict[tuple[UUID, UUID | None], list[Mail]]:
    """By pair, the other digests that have gone out lately or are in somebody's hands."""
    rows = Mail.objects.kind(KIND).filter(
        recipient__in={mail.recipient_id for mail in batch},
        client__in={mail.client_id for mail in batch},
        state__in=[State.CLAIMED, *WENT],
        scheduled_at__gte=min(mail.scheduled_at for mail in batch) - RECENT,
    )
    found: defaultdict[tuple[UUID, UUID | None], list[Mail]] = defaultdict(list)
    for row in rows.only("recipient", "client", "period", "scheduled_at", "created_at",
                         "state"):  # fmt: skip
        found[row.recipient_id, row.client_id].append(row)
    return found


def _tells_it(rival: Mail, mail: Mail, now: datetime) -> bool:
    """Whether the other one makes this one too many: it is newer and has gone, or both are about
    the same days. That happens when a rhythm changes while two sweepers write."""
    if rival.pk == mail.pk:
        return False
    about_the_same = str(period_in(rival)) in period_in(mail).texts
    if rival.state in WENT:
        return about_the_same or mail.scheduled_at < rival.scheduled_at <= now
    return about_the_same and (rival.created_at, rival.pk) < (mail.created_at, mail.pk)
