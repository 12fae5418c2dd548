"""The mail of the weeks before: written as of its day from the rows that were there at its hour, so
that the archive tells what the timeline tells."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from intake.models import Brief
from intake.models.meetings import INVITATION
from intake.notices import TO_SIGN
from recruiting.accounts.models import Invitation, Membership, Role, invitations
from recruiting.approvals.notices import SLATE
from recruiting.dashboards.demo.cast import Cast
from recruiting.dashboards.demo.filing import file_as_sent
from recruiting.dashboards.demo.telling import Deed
from recruiting.mailing.models import Mail
from status_updates.digests import rows
from status_updates.digests.schedule import period_of, slot
from status_updates.digests.snapshot import KIND
from status_updates.models import PersonalLine

WEEKS = 5
"""Weeks that the archive goes back, the current one not counted."""


def deeds(cast: Cast, *, awaited_by: str) -> Iterator[Deed]:
    """Every digest that should have gone by now, but for the one of this week that a worker is
    to send to `awaited_by`."""
    since = cast.now - timedelta(weeks=WEEKS, days=1)
    cast.begin_digests(since)
    managers = Membership.objects.filter(user__role=Role.MANAGER).select_related(
        "user__preferences", "user__working_card"
    )
    for manager in managers:
        wish, zone = manager.user.preferences, manager.user.working_card.zone
        awaited = manager.user == cast.users[awaited_by]
        for weeks in range(WEEKS, 0 if awaited else -1, -1):
            period = period_of(cast.now - timedelta(weeks=weeks), zone)
            at = slot(period, wish.digest_weekday, wish.digest_hour, zone)
            if wish.digest_since <= at < cast.now:
                yield at, partial(_file_digest, manager, at)


def leave_to_the_worker(cast: Cast, manager: str) -> None:
    """His digest is due from now on. Its hour may have begun an hour ago, which nobody is to be
    alarmed about."""
    rows.materialise(cast.now)
    Mail.objects.kind(KIND).unfinished().filter(
        recipient=cast.users[manager], due_at__lt=cast.now
    ).update(due_at=cast.now, next_attempt_at=cast.now)


def file_requests(cast: Cast) -> None:
    """Those that were answered were sent when they were asked; what still waits for a signature, a
    meeting or decisions is due from now on, so that a worker sends it and its links can be tried.
    """
    asked = Mail.objects.unfinished().filter(kind__in=[TO_SIGN, INVITATION, SLATE])
    waiting = {str(pk) for pk in Brief.objects.pending().values_list("pk", flat=True)}
    for mail in asked.kind(TO_SIGN):
        if mail.period not in waiting:
            file_as_sent(TO_SIGN, asked.filter(pk=mail.pk), mail.created_at)
    asked.unfinished().update(due_at=cast.now, next_attempt_at=cast.now)


def add_personal_lines(cast: Cast, lines: dict[int, str], *, manager: str, client: str) -> None:
    """What the recruiter wrote by hand above the digests of so many weeks ago; 0 is the next."""
    user = cast.users[manager]
    for weeks, text in lines.items():
        instant = cast.now - timedelta(weeks=weeks)
        PersonalLine.write(
            text,
            manager=user,
            client=cast.clients[client],
            period=str(period_of(instant, user.working_card.zone)),
            version=0,
            by=cast.users["recruiter"],
            now=cast.days_ago("recruiter", 1 + weeks * 5, "16:15"),
        )


def file_invitation(invitation: Invitation) -> None:
    """Its mail was sent when the invitation was made, too."""
    mails = Mail.objects.unfinished().filter(recipient=invitation.user)
    file_as_sent(invitations.KIND, mails, invitation.created_at)


def _file_digest(manager: Membership, at: datetime) -> None:
    rows.materialise(at)
    mails = Mail.objects.unfinished().filter(recipient=manager.user_id, client=manager.client_id)
    file_as_sent(KIND, mails.filter(due_at__lte=at), at)
