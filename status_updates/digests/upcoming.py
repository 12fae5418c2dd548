"""The next digest of a manager about a client, which may not be in the ledger yet."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recruiting.accounts.models import Membership, User
from recruiting.mailing.models import Mail, State
from status_updates.digests.rows import known
from status_updates.digests.schedule import Last, Period, next_slot
from status_updates.digests.wishes import is_paused, last_of, period_in, wish_of
from status_updates.models import DigestHold


@dataclass(frozen=True)
class Upcoming:
    """Of which period, and when it goes, or would go if nobody held it back.

    `since`: when the one before it was due.
    """

    period: Period
    due: datetime
    hold: DigestHold | None = None
    since: datetime | None = None


def upcoming(managers: Iterable[Membership], now: datetime) -> dict[int, Upcoming]:
    """The next digest by membership; fetch those with preferences and working card selected."""
    managers = list(managers)
    people = {membership.user_id for membership in managers}
    clients = {membership.client_id for membership in managers}
    rows: defaultdict[tuple[UUID, UUID | None], list[Mail]] = defaultdict(list)
    # What a lead sends again is of a period that is over and done with.
    digests = known(now).filter(recipient__in=people, client__in=clients, again_of=None)
    for mail in digests.order_by("scheduled_at").only(
        "recipient", "client", "period", "scheduled_at", "due_at", "zone", "state"
    ):
        rows[mail.recipient_id, mail.client_id].append(mail)
    holds = DigestHold.objects.by_pair(people, clients)
    found = {}
    for membership in managers:
        pair = (membership.user_id, membership.client_id)
        found[membership.pk] = _upcoming(membership.user, rows[pair], holds[pair], now)
    return found


def planned(user: User, one: Upcoming, now: datetime) -> datetime:
    """When the manager may expect it. Of one that is held back past its hour she is told nothing
    until it goes."""
    if one.hold is None or one.due > now:
        return one.due
    return next_slot(now, wish_of(user, now), Last(one.period, one.due))[1]


def _upcoming(
    user: User, mails: Sequence[Mail], holds: Sequence[DigestHold], now: datetime
) -> Upcoming:
    preferences, since = user.preferences, None
    for mail in mails:
        period, hold = period_in(mail), DigestHold.on(period_in(mail).texts, holds)
        # One that is held has been put off by an hour again and again.
        due = mail.scheduled_at if hold else mail.due_at
        if mail.state == State.PENDING and not is_paused(
            preferences.digest_paused_until, due, mail.zone
        ):
            return Upcoming(period, due, hold, since)
        since = mail.scheduled_at
    wish = wish_of(user, now)
    last = last_of(mails[-1] if mails else None)
    period, due = next_slot(max(now, preferences.digest_since), wish, last)
    while is_paused(preferences.digest_paused_until, due, wish.zone):
        last = Last(period, due)
        period, due = next_slot(due, wish, last)
    return Upcoming(period, due, DigestHold.on(period.texts, holds), since)
