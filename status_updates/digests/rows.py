"""Which digests there are to be: rows written ahead of time, and which of them still go."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Subquery

from recruiting.accounts.models import (
    Client,
    Membership,
    Preferences,
    Role,
    User,
    WorkingCard,
)
from recruiting.mailing import ledger
from recruiting.mailing.kinds import Postpone, Skip
from recruiting.mailing.models import Mail, State, Unsubscription
from status_updates.digests.schedule import (
    Period,
    Wish,
    lateness,
    next_slot,
    period_of,
    slot_after,
)
from status_updates.digests.snapshot import KIND


def materialise(now: datetime) -> int:
    """Write the digests of everybody's current local week that are not written yet.

    Ahead of time, so that what goes out does not hang on the sweeper being awake at the hour; for
    the current week alone, so that a changed wish counts from the next. In sets: the weeks that
    are current somewhere are two at most, and each costs one question.
    """
    written = 0
    for period, zones in _current_periods(now).items():
        rows = list(_rows(_without_digest(period, zones), period, now))
        ledger.insert(rows)
        written += len(rows)
    return written


def still_wanted(batch: Sequence[Mail], now: datetime) -> dict[UUID, Skip | Postpone]:
    """Whether the person still manages for the client, wants it now, and it is not too late."""
    memberships = {
        (membership.user_id, membership.client_id): membership
        for membership in Membership.objects.filter(
            user__in={mail.recipient_id for mail in batch},
            client__in={mail.client_id for mail in batch},
            user__role=Role.MANAGER,
        ).select_related("user__preferences", "user__working_card")
    }
    objections: dict[UUID, Skip | Postpone] = {}
    for mail in batch:
        membership = memberships.get((mail.recipient_id, mail.client_id))  # type: ignore[arg-type]
        if membership is None:
            objections[mail.pk] = Skip("No longer a hiring manager of this client.")
        elif objection := _objection(mail, membership.user, now):
            objections[mail.pk] = objection
    return objections


@dataclass(frozen=True)
class Upcoming:
    """The next digest of a manager about a client, which may not be in the ledger yet."""

    period: Period
    due: datetime


def upcoming(managers: Iterable[Membership], now: datetime) -> dict[int, Upcoming]:
    """The next digest by membership; fetch those with preferences and working card selected."""
    managers = list(managers)
    latest: dict[tuple[UUID, UUID | None], Mail] = {}
    digests = Mail.objects.kind(KIND).filter(
        recipient__in={membership.user_id for membership in managers},
        client__in={membership.client_id for membership in managers},
    )
    for mail in digests.order_by("period").only("recipient", "client", "period", "scheduled_at",
                                                "due_at", "state"):  # fmt: skip
        latest[mail.recipient_id, mail.client_id] = mail
    return {
        membership.pk: _upcoming(
            membership.user, latest.get((membership.user_id, membership.client_id)), now
        )
        for membership in managers
    }


def preview_row(manager: User, client: Client, period: Period, now: datetime) -> Mail:
    """A row as the ledger would hold it, to be rendered but never saved."""
    row = ledger.new_row(
        KIND,
        recipient_id=manager.pk,
        client_id=client.pk,
        period=str(period),
        scheduled_at=now,
        zone=manager.working_card.zone,
        now=now,
    )
    row.recipient, row.client = manager, client
    return row


def resumed(user: User, now: datetime) -> None:
    """Subscribed again: digests missed in between are not made up for."""
    Preferences.objects.filter(user=user).update(digest_since=now)


def _current_periods(now: datetime) -> dict[Period, list[str]]:
    """The zones in use by the week that it is there."""
    managers = User.objects.managers().active()
    cards = WorkingCard.objects.filter(user__in=managers)
    periods: defaultdict[Period, list[str]] = defaultdict(list)
    for zone in cards.order_by().values_list("zone", flat=True).distinct():
        periods[period_of(now, zone)].append(zone)
    return periods


def _without_digest(period: Period, zones: Sequence[str]) -> Iterable[Any]:
    """Managers in these zones, by client, who have no digest of this week or a later one."""
    digests = Mail.objects.kind(KIND).filter(recipient=OuterRef("user"), client=OuterRef("client"))
    stopped = Unsubscription.objects.filter(user=OuterRef("user"), kind=KIND)
    return (
        Membership.objects.filter(
            ~Exists(digests.filter(period__gte=str(period))),
            ~Exists(stopped),
            user__role=Role.MANAGER,
            user__is_active=True,
            user__working_card__zone__in=zones,
        )
        .annotate(last_due=Subquery(digests.order_by("-period").values("scheduled_at")[:1]))
        .values(
            "user_id",
            "client_id",
            "created_at",
            "last_due",
            "user__working_card__zone",
            "user__preferences__digest_weekday",
            "user__preferences__digest_hour",
            "user__preferences__digest_paused_until",
            "user__preferences__digest_since",
        )
    )


def _rows(managers: Iterable[Any], period: Period, now: datetime) -> Iterable[Mail]:
    for manager in managers:
        zone = manager["user__working_card__zone"]
        wish = Wish(
            weekday=manager["user__preferences__digest_weekday"],
            hour=manager["user__preferences__digest_hour"],
            zone=zone,
        )
        due = slot_after(period, wish, manager["last_due"])
        starts = max(manager["user__preferences__digest_since"], manager["created_at"])
        if due is None or due < starts:
            continue
        if _is_paused(manager["user__preferences__digest_paused_until"], due, zone):
            continue
        yield ledger.new_row(
            KIND,
            recipient_id=manager["user_id"],
            client_id=manager["client_id"],
            period=str(period),
            scheduled_at=due,
            zone=zone,
            now=now,
        )


def _objection(mail: Mail, user: User, now: datetime) -> Skip | Postpone | None:
    preferences, card = user.preferences, user.working_card
    if _is_paused(preferences.digest_paused_until, now, mail.zone):
        return Skip(f"Paused until {preferences.digest_paused_until:%d %B}.".replace(" 0", " "))
    # Holidays count, days away do not: what is late would only become later.
    goes = lateness(mail.scheduled_at, due=mail.due_at, now=now, hours=card.calendar(now))
    if goes is None:
        return Skip("More than three days late: the next one will tell it all.", too_late=True)
    return Postpone(goes) if goes > now else None


def _is_paused(until: date | None, at: datetime, zone: str) -> bool:
    return until is not None and at.astimezone(ZoneInfo(zone)).date() < until


def _upcoming(user: User, latest: Mail | None, now: datetime) -> Upcoming:
    preferences = user.preferences
    zone = user.working_card.zone
    paused = latest and _is_paused(preferences.digest_paused_until, latest.due_at, zone)
    if latest is not None and latest.state == State.PENDING and not paused:
        return Upcoming(Period.parse(latest.period), latest.due_at)
    wish = Wish(preferences.digest_weekday, preferences.digest_hour, zone)
    last = latest.scheduled_at if latest else None
    last_period = Period.parse(latest.period) if latest else None
    start = max(now, preferences.digest_since)
    period, due = next_slot(start, wish, last=last, last_period=last_period)
    while _is_paused(preferences.digest_paused_until, due, zone):
        period, due = next_slot(due, wish, last=due, last_period=period)
    return Upcoming(period, due)
