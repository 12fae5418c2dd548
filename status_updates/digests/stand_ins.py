"""The digest of a manager who is away, as a copy to whoever stands in for her at that client.

A copy is a row of its own in the ledger: its key names the manager as well as the reader. It goes
out when the manager's own goes, and only while the absence and the delegation last. Who has
stopped the digest gets no copies either, and of one that the manager has stopped or paused there
are none.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from recruiting.accounts.models import Delegation, Role, User
from recruiting.mailing import kinds, ledger
from recruiting.mailing.kinds import Budget, Kind, Objection, Postpone, Rewrite, Skip
from recruiting.mailing.links import unsubscribe_headers
from recruiting.mailing.models import UNFINISHED, Mail, State, Unsubscription
from recruiting.mailing.render import Rendered
from status_updates.digests.mail import StandIn, nothing_new, written
from status_updates.digests.rows import preview_row, too_late_words
from status_updates.digests.schedule import ON_TIME, Period, lateness
from status_updates.digests.snapshot import KIND, letters
from status_updates.digests.told import no_longer_theirs
from status_updates.digests.wishes import is_paused, period_in
from status_updates.models import DigestHold

COPY = "digest copy"

WENT_OUT = (State.SENT, State.AMBIGUOUS)


def register() -> None:
    kinds.register(
        Kind(
            COPY,
            title="Copy of a digest",
            render=render,
            still_wanted=still_wanted,
            budget=Budget.COUNTED,
            materialise=materialise,
        )
    )


@dataclass(frozen=True)
class Absent:
    """A delegation in force: the manager who is away until that day."""

    manager: User
    until: date

    def has_paused(self, mail: Mail, now: datetime) -> bool:
        return is_paused(self.manager.preferences.digest_paused_until, now, mail.zone)


Key = tuple[UUID, UUID | None, UUID]
"""Who stands in, at which client, for whom."""


def materialise(now: datetime) -> int:
    """Write the copies of the digests that are due now, or went out within the last hour; not of
    one that is held back, which may go later or never."""
    standing = _standing(now)
    if not standing:
        return 0
    managers = {manager for _, _, manager in standing}
    digests = Mail.objects.kind(KIND).filter(
        recipient__in=managers, scheduled_at__lte=now, state__in=[*UNFINISHED, *WENT_OUT]
    )
    stopped = _stopped({delegate for delegate, _, _ in standing})
    holds = DigestHold.objects.by_pair(managers, {client for _, client, _ in standing})
    by_pair: defaultdict[tuple[UUID, UUID | None], list[UUID]] = defaultdict(list)
    for delegate, client, manager in standing:
        if delegate not in stopped:
            by_pair[manager, client].append(delegate)
    rows = [
        _copy(digest, delegate, now)
        for digest in digests
        if digest.state in UNFINISHED or digest.scheduled_at >= now - ON_TIME
        if not DigestHold.on(period_in(digest).texts, holds[digest.recipient_id, digest.client_id])
        for delegate in by_pair[digest.recipient_id, digest.client_id]
    ]
    keys = [row.key for row in rows]
    there = set(Mail.objects.filter(key__in=keys).values_list("key", flat=True))
    new = [row for row in rows if row.key not in there]
    ledger.insert(new)
    return len(new)


def still_wanted(batch: Sequence[Mail], now: datetime) -> dict[UUID, Objection]:
    """Whether the manager is still away and wants the digest, the reader still stands in, nobody
    holds it back, and it is not too late."""
    standing = _standing(now)
    readers = {mail.recipient_id for mail in batch}
    stopped = _stopped(readers | {manager for _, _, manager in standing})
    cards = {
        user.pk: user.working_card
        for user in User.objects.filter(pk__in=readers).select_related("working_card")
    }
    holds = DigestHold.objects.by_pair(
        {manager for _, _, manager in standing}, {mail.client_id for mail in batch}
    )
    objections: dict[UUID, Objection] = {}
    for mail in batch:
        hours, period = cards[mail.recipient_id].calendar(now), _period(mail)
        goes = lateness(mail.scheduled_at, due=mail.due_at, now=now, hours=hours, days=period.days)
        _, client, manager = _key(mail)
        if _key(mail) not in standing:
            objections[mail.pk] = Skip("No longer stands in for the manager.")
        elif mail.recipient_id in stopped:
            objections[mail.pk] = Skip("Unsubscribed.")
        elif manager in stopped or standing[_key(mail)].has_paused(mail, now):
            objections[mail.pk] = Skip("The manager's own does not come.")
        elif goes is None:
            objections[mail.pk] = Skip(too_late_words(period.days), too_late=True)
        elif DigestHold.on(period.texts, holds[manager, client]):
            objections[mail.pk] = Postpone(now + ON_TIME)
        elif goes > now:
            objections[mail.pk] = Postpone(goes)
    going = [(mail, _key(mail)[2]) for mail in batch if mail.pk not in objections]
    return objections | dict.fromkeys(no_longer_theirs(going), Rewrite())


def render(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
    """Each copy as the manager's letter, to its reader."""
    standing = _standing(now)
    answers: dict[UUID, Rendered | Skip] = {
        mail.pk: Skip("No requisition to tell of.") for mail in batch
    }
    rows: dict[UUID, tuple[Mail, Mail, Absent]] = {}
    for mail in batch:
        absent = standing.get(_key(mail))
        if absent is None or mail.client is None:
            answers[mail.pk] = Skip("No longer stands in for the manager.")
            continue
        row = preview_row(absent.manager, mail.client, _period(mail), now)
        rows[row.pk] = (row, mail, absent)
    told = letters([row for row, _, _ in rows.values()], now)
    for pk, letter in told.items():
        _, mail, absent = rows[pk]
        answers[mail.pk] = nothing_new(letter) or written(
            letter, StandIn(mail.recipient, absent.until)
        ).with_headers(unsubscribe_headers(mail, KIND))
    return answers


def _copy(digest: Mail, delegate: UUID, now: datetime) -> Mail:
    return ledger.new_row(
        COPY,
        recipient_id=delegate,
        client_id=digest.client_id,
        period=f"{digest.period}:{digest.recipient_id}",
        payload={"manager": str(digest.recipient_id), "period": digest.period},
        scheduled_at=digest.scheduled_at,
        zone=digest.zone,
        now=now,
    )


def _key(mail: Mail) -> Key:
    return mail.recipient_id, mail.client_id, UUID(mail.payload["manager"])


def _period(mail: Mail) -> Period:
    """That of the digest which it is a copy of."""
    return Period.parse(mail.payload["period"])


def _standing(now: datetime) -> Mapping[Key, Absent]:
    """All delegations of managers in force."""
    held = (
        Delegation.objects.standing(now)
        .filter(user__role=Role.MANAGER)
        .with_last_day(now)
        .select_related("user__working_card", "user__preferences")
    )
    return {
        (one.delegate_id, one.client_id, one.user_id): Absent(one.user, one.until)  # type: ignore[attr-defined]
        for one in held
    }


def _stopped(people: set[UUID]) -> set[UUID]:
    wishes = Unsubscription.objects.filter(user__in=people, kind=KIND)
    return set(wishes.values_list("user", flat=True))
