"""Notifications by mail: when one is due, what it gathers, and what keeps it back.

A mail is written down when it is due and picks what it tells when it is written, under the row's
lock and for as long as the claim is its own. What stands in a mail is in no other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q
from django.urls import reverse

from recruiting.accounts import mail_trouble, notification_wishes
from recruiting.accounts.models import (
    Absence,
    Cadence,
    Notification,
    NotificationKind,
    Preferences,
    User,
)
from recruiting.accounts.models.cadences import cadence_of, goes, period, put_off
from recruiting.accounts.models.notifications import NOTIFICATIONS, NotificationQuerySet
from recruiting.lib.businesstime import Calendar
from recruiting.mailing import kinds, ledger
from recruiting.mailing.kinds import Budget, Kind, Postpone, Skip
from recruiting.mailing.links import unsubscribe_url
from recruiting.mailing.messages import hashed, site_host
from recruiting.mailing.models import UNFINISHED, Mail, Suspension, Unsubscription
from recruiting.mailing.render import Rendered, render_mail

SHOWN = 40
"""Notifications in one mail; to more there is a link."""


def register() -> None:
    kinds.register(
        Kind(
            NOTIFICATIONS,
            title="Notifications",
            render=render,
            still_wanted=still_wanted,
            can_stop=True,
            about="What others ask, answer, decide or change. All of it stays behind the bell.",
            meant_for=lambda user: user.is_recruiter,
            budget=Budget.LIMITED,
            past_budget=past_budget,
            resumed=notification_wishes.resumed,
            materialise=materialise,
            forget=forget,
        )
    )


# --- written down when it is due -----------------------------------------------------------


def materialise(now: datetime) -> int:
    """Write the mails that are due now, and settle what goes to nobody. A few statements."""
    mail_trouble.tell(now)
    waiting = _waiting(now)
    if not waiting:
        return 0
    people = _people(waiting)
    unreachable = _unreachable(people.values())
    hours = _calendars(people.values(), now)
    is_open = _open_mails(people)
    rows: list[Mail] = []
    unwanted: defaultdict[NotificationKind, list[UUID]] = defaultdict(list)
    for pk, oldest in waiting.items():
        user = people[pk]
        since: dict[Cadence, datetime] = {}
        for kind, at in oldest.items():
            cadence = Cadence.NEVER if pk in unreachable else user.preferences.cadence(kind)
            since[cadence] = min(at, since.get(cadence, at))
            if cadence == Cadence.NEVER:
                unwanted[kind].append(pk)
        since.pop(Cadence.NEVER, None)
        rows += [
            _row(user, cadence, now)
            for cadence, at in since.items()
            if not is_open & _held_by(user, cadence)
            and goes(cadence, at, hours[pk], now, chosen=user.preferences.has_chosen)
        ]
    ledger.insert(rows)
    if unwanted:
        groups = (Q(kind=kind, recipient__in=pks) for kind, pks in unwanted.items())
        _to_mail(now).filter(reduce(or_, groups)).update(is_to_mail=False)
    return len(rows)


def forget(before: datetime) -> None:
    """After a restore: what came before it may have been mailed in the time that was lost. It
    stands in the product all the same."""
    Notification.objects.filter(is_to_mail=True, at__lt=before).update(is_to_mail=False)


def _to_mail(now: datetime) -> NotificationQuerySet:
    return Notification.objects.filter(is_to_mail=True, at__lte=now)


def _waiting(now: datetime) -> dict[UUID, dict[NotificationKind, datetime]]:
    """By recipient and kind: since when the oldest one waits to be mailed."""
    waiting: defaultdict[UUID, dict[NotificationKind, datetime]] = defaultdict(dict)
    rows = _to_mail(now).unread().visible_to_its_recipient().order_by()
    for pk, kind, oldest in rows.values_list("recipient", "kind").annotate(oldest=Min("at")):
        waiting[pk][NotificationKind(kind)] = oldest
    return waiting


def _people(waiting: Mapping[UUID, object]) -> dict[UUID, User]:
    users = User.objects.select_related("preferences", "working_card")
    return {user.pk: user for user in users.filter(pk__in=waiting)}


def _unreachable(people: Iterable[User]) -> set[UUID]:
    """Those whom no mail reaches: not active, unsubscribed, or at a suspended address."""
    users = list(people)
    stopped = set(
        Unsubscription.objects.filter(user__in=users, kind=NOTIFICATIONS).values_list(
            "user", flat=True
        )
    )
    addresses = [user.email for user in users]
    suspended = set(
        Suspension.objects.filter(address__in=addresses).values_list("address", flat=True)
    )
    return {
        user.pk
        for user in users
        if not user.is_active or user.pk in stopped or user.email in suspended
    }


def _calendars(people: Iterable[User], now: datetime) -> dict[UUID, Calendar]:
    """When each of them works, days away left out: on her return one mail tells it all."""
    users = list(people)
    away: defaultdict[UUID, list[tuple[date, date]]] = defaultdict(list)
    lately = Absence.objects.filter(user__in=users, ends_at__gt=now - timedelta(days=1))
    for pk, first, last in lately.values_list("user", "first_day", "last_day"):
        away[pk].append((first, last))
    return {user.pk: user.working_card.calendar(now, away[user.pk]) for user in users}


Open = tuple[UUID, Cadence, bool]
"""Whose mail, in which rhythm, and whether that was her own choice."""


def _open_mails(people: Mapping[UUID, User]) -> set[Open]:
    """Which mails are written down and have not picked what they tell yet."""
    mails = Mail.objects.kind(NOTIFICATIONS).filter(
        recipient__in=people, state__in=UNFINISHED, rendered_at=None
    )
    rows = mails.values_list("recipient", "period", "payload")
    return {(pk, cadence_of(text), _is_chosen(payload)) for pk, text, payload in rows}


def _held_by(user: User, cadence: Cadence) -> set[Open]:
    """Which open mails will tell what comes up. One that may have to wait for tomorrow does not
    hold up what she has chosen to be told at once."""
    held = {(user.pk, cadence, True)}
    return held if user.preferences.has_chosen else {*held, (user.pk, cadence, False)}


def _is_chosen(payload: Mapping[str, object]) -> bool:
    return bool(payload.get("chosen", True))


def _row(user: User, cadence: Cadence, now: datetime) -> Mail:
    zone = user.working_card.zone
    return ledger.new_row(
        NOTIFICATIONS,
        recipient_id=user.pk,
        client_id=None,
        period=period(cadence, now, zone),
        payload={"chosen": user.preferences.has_chosen},
        scheduled_at=now,
        zone=zone,
        now=now,
    )


# --- asked again just before it is written -------------------------------------------------


def still_wanted(batch: Sequence[Mail], now: datetime) -> dict[UUID, Skip | Postpone]:
    """Whether something is left to tell, and the person at work if she wants that."""
    people = _people({mail.recipient_id: None for mail in batch})
    hours = _calendars(people.values(), now)
    left = _picked(batch, people, now)
    objections: dict[UUID, Skip | Postpone] = {}
    for mail in batch:
        if mail.rendered_at is not None:
            continue
        until = put_off(
            cadence_of(mail.period),
            hours[mail.recipient_id],
            now,
            chosen=_is_chosen(mail.payload),
        )
        if not left[mail.pk]:
            objections[mail.pk] = Skip(_why_nothing(mail, people[mail.recipient_id]))
        elif until:
            objections[mail.pk] = Postpone(until)
    return objections


def past_budget(mail: Mail, tomorrow: datetime) -> Postpone | None:
    """What comes after the day's mails are used up is gathered until the next day. What somebody
    has chosen to be told at once is told at once."""
    if cadence_of(mail.period) == Cadence.AT_ONCE and _is_chosen(mail.payload):
        return None
    return Postpone(tomorrow)


def render(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
    """Every mail with what it picks; from then on that is in no other mail."""
    people = _people({mail.recipient_id: None for mail in batch})
    with transaction.atomic():
        # Whose claim has run out meanwhile must not take anything from who has it now.
        held = dict(
            Mail.objects.filter(pk__in=[mail.pk for mail in batch])
            .select_for_update(of=("self",))
            .values_list("pk", "fence")
        )
        mine = [mail for mail in batch if held.get(mail.pk) == mail.fence]
        picked = _picked(mine, people, now, lock=True)
        for pk, ones in picked.items():
            for one in ones:
                one.mail_id, one.is_to_mail = pk, False
        every = [one for ones in picked.values() for one in ones]
        Notification.objects.bulk_update(every, ["mail", "is_to_mail"])
    answers: dict[UUID, Rendered | Skip] = {}
    for mail in mine:
        told = picked[mail.pk]
        answers[mail.pk] = _written(mail, told) if told else Skip("Nothing was left to tell.")
    return answers


def _picked(
    batch: Sequence[Mail], people: Mapping[UUID, User], now: datetime, *, lock: bool = False
) -> dict[UUID, list[Notification]]:
    """What each mail tells: all that waits for its rhythm, and what it had picked before."""
    rows = (
        Notification.objects.visible_to_its_recipient()
        .unread()
        .filter(
            Q(mail__in=[mail.pk for mail in batch])
            | Q(recipient__in=[mail.recipient_id for mail in batch], is_to_mail=True, at__lte=now)
        )
        .with_what_it_names()
        .order_by("at", "pk")
    )
    if lock:
        rows = rows.select_for_update(of=("self",))
    by_recipient: defaultdict[UUID, list[Notification]] = defaultdict(list)
    for one in rows:
        by_recipient[one.recipient_id].append(one)
    picked: dict[UUID, list[Notification]] = {}
    taken: set[UUID] = set()
    for mail in batch:
        preferences = people[mail.recipient_id].preferences
        picked[mail.pk] = [
            one
            for one in by_recipient[mail.recipient_id]
            if one.pk not in taken and _belongs(one, mail, preferences)
        ]
        taken |= {one.pk for one in picked[mail.pk]}
    return picked


def _belongs(one: Notification, mail: Mail, preferences: Preferences) -> bool:
    if one.mail_id is not None:
        return one.mail_id == mail.pk
    return preferences.cadence(NotificationKind(one.kind)) == cadence_of(mail.period)


def _why_nothing(mail: Mail, user: User) -> str:
    """In words, for whoever looks at the ledger. What came last before it speaks for all."""
    came = Notification.objects.filter(recipient=user, at__lte=mail.created_at)
    last = came.select_related("mail").order_by("-at", "-pk").first()
    if last is None:
        return "Nothing was left to tell."
    if last.retracted_at:
        return "What it was to tell has been taken back."
    if not Notification.objects.visible_to(user).filter(pk=last.pk).exists():
        return "What it was to tell is no longer visible to the person."
    if last.read_at:
        return "Read in the product already."
    if user.preferences.cadence(NotificationKind(last.kind)) == Cadence.NEVER:
        return "The person wants no mail of this any more."
    return "Told in another mail, or to be told later by the person's wish."


# --- as a text -----------------------------------------------------------------------------


def _written(mail: Mail, told: Sequence[Notification]) -> Rendered:
    lines = [
        {
            "before": one.around[0],
            "what": one.what,
            "after": one.around[1],
            "sentence": one.sentence,
            "client": one.client.name if one.client else "",
            "url": f"{settings.SITE_URL}{one.url}",
        }
        for one in told[:SHOWN]
    ]
    context = {
        "person": mail.recipient,
        "lines": lines,
        "number": len(told),
        "others": len(told) - 1,
        "more": len(told) - len(lines),
        "rhythm": cadence_of(mail.period).value,
        "list_url": f"{settings.SITE_URL}{reverse('notifications')}",
        "wishes_url": f"{settings.SITE_URL}{reverse('notification_wishes')}",
        "unsubscribe_url": unsubscribe_url(mail.recipient_id, NOTIFICATIONS),
    }
    headers = {"List-Id": f"Same Page notifications <notifications.{site_host()}>"}
    actors = {one.actor.email for one in told if one.actor}
    if len(actors) == 1 and all(one.actor for one in told):
        headers["Reply-To"] = actors.pop()
    if len(told) == 1 and told[0].requisition_id:
        thread = hashed("thread", f"{mail.recipient_id}:{told[0].requisition_id}")
        headers["References"] = f"<{thread}@{site_host()}>"
    return render_mail("notifications", context).with_headers(headers)
