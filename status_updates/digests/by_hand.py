"""What a recruiter does to a digest by hand: send it ahead of its time, or let a held one go.

Sending uses up the period that it is there: the row is the very one that the sweeper would write,
so whoever comes second, of two who press or of a person and the sweeper, finds it taken.
"""

from datetime import datetime
from functools import partial

from django.db import transaction

from recruiting.accounts.models import Membership, User
from recruiting.audit.models import record
from recruiting.lib.businesstime import is_working, next_working_instant
from recruiting.mailing import ledger, subscriptions, tasks
from recruiting.mailing.models import Mail, State, Suspension
from status_updates.digests.rows import known, new_row
from status_updates.digests.schedule import Period
from status_updates.digests.snapshot import KIND
from status_updates.digests.wishes import is_paused, period_in, sent_by_hand, wish_of
from status_updates.models import DigestHold


class NotNow(Exception):
    """It cannot be sent now; the reason is in words."""


class AlreadyGone(NotNow):
    """The digest of this period has gone, or is on its way: nothing is left to be sent."""


def current(membership: Membership, now: datetime) -> tuple[Period, Mail | None]:
    """The period of that manager which sending now would use up, and its row if it has one."""
    period = wish_of(membership.user, now).period_of(now)
    mails = known(now).filter(recipient=membership.user_id, client=membership.client_id)
    for mail in mails.order_by("-scheduled_at", "-created_at"):
        if period_in(mail).first <= period.last and period.first <= period_in(mail).last:
            return period_in(mail), mail
    return period, None


def check(membership: Membership, now: datetime) -> tuple[Period, Mail | None]:
    """What `current` says. Raises NotNow when none may be sent now."""
    user = membership.user
    until = user.preferences.digest_paused_until
    if until and is_paused(until, now, user.working_card.zone):
        raise NotNow(f"{user.first_name} has paused the digest until {until.day} {until:%B}.")
    if subscriptions.is_stopped(user, KIND):
        raise NotNow(f"{user.first_name} has switched the digest off.")
    if Suspension.objects.filter(address=user.email).exists():
        raise NotNow(f"The server of {user.email} has refused mail, and no more goes there.")
    period, mail = current(membership, now)
    if mail:
        _check_left(mail)
    return period, mail


def send_now(membership: Membership, period: Period, *, by: User, now: datetime) -> None:
    """Send the digest of that period, which `check` has named, and no other one in it.

    A hold on it ends. Raises NotNow, and AlreadyGone when it was sent before.
    """
    user, client = membership.user, membership.client
    with transaction.atomic():
        found, mail = check(membership, now)
        if found != period:
            raise NotNow("It has become another digest since. Look at it again.")
        zone = user.working_card.zone
        row = new_row(user.pk, client.pk, period, due=now, zone=zone, now=now)
        row.payload["sent_by"] = str(by.pk)
        if mail is None:
            ledger.insert([row])
        held = Mail.objects.select_for_update(of=("self",)).get(key=mail.key if mail else row.key)
        if held.pk != row.pk:
            # Whoever held the row before may have sent it, or had it sent again.
            _check_left(current(membership, now)[1] or held)
            ledger.bring_forward(held, now, sent_by=str(by.pk))
        for hold in _holds(membership, period):
            hold.release(by=by, now=now)
        record("sent a digest now", user, by=by, now=now, client=client, period=str(period))
        transaction.on_commit(partial(tasks.wake, [held.pk]))


def release(hold: DigestHold, membership: Membership, *, by: User, now: datetime) -> None:
    """Let a held digest go: at its hour, or when that has passed at the manager's next working
    hour. It may become skipped all the same when its period is over by then."""
    with transaction.atomic():
        if not hold.release(by=by, now=now):
            return
        goes = next_working_instant(membership.user.working_card.calendar(now), now) or now
        waiting = Mail.objects.kind(KIND).filter(
            recipient=membership.user_id,
            client=membership.client_id,
            state=State.PENDING,
            scheduled_at__lte=now,
        )
        for mail in waiting.select_for_update(of=("self",)):
            if hold.period in period_in(mail).texts:
                ledger.bring_forward(mail, goes)


def is_quiet_hour(membership: Membership, now: datetime) -> bool:
    """Whether it is outside the manager's working hours."""
    return not is_working(membership.user.working_card.calendar(now), now)


def _holds(membership: Membership, period: Period) -> list[DigestHold]:
    found = DigestHold.objects.by_pair([membership.user_id], [membership.client_id])
    holds = found[membership.user_id, membership.client_id]
    return [hold for hold in holds if hold.period in period.texts]


def _check_left(mail: Mail) -> None:
    """Raises AlreadyGone unless the row still waits, or was skipped before it was written."""
    match mail.state:
        case State.PENDING if not sent_by_hand(mail):
            return
        case State.SKIPPED if mail.rendered_at is None:
            return
        case State.PENDING | State.CLAIMED | State.SENDING:
            raise AlreadyGone("The digest is on its way.")
        case State.SENT | State.AMBIGUOUS:
            raise AlreadyGone("The digest of this period has gone already.")
    raise AlreadyGone("The digest of this period could not be delivered.")
