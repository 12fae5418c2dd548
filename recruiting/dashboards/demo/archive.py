"""The mail of the weeks before: written as of its day from the rows that were there at its hour, so
that the archive tells what the timeline tells."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from intake.models import Brief
from intake.models.meetings import INVITATION
from intake.notices import TO_SIGN
from recruiting.accounts.models import Invitation, Membership, Role, invitations
from recruiting.approvals.models import Interview, Slate, Submission
from recruiting.approvals.notices import ANSWER, FEEDBACK, SLATE
from recruiting.dashboards.demo.cast import Cast
from recruiting.dashboards.demo.telling import Deed
from recruiting.mailing import kinds, messages
from recruiting.mailing.models import Mail, MailQuerySet, State
from recruiting.mailing.render import Rendered
from status_updates.digests import rows
from status_updates.digests.schedule import period_of, slot
from status_updates.digests.snapshot import KIND
from status_updates.models import PersonalLine

WEEKS = 5
"""Weeks that the archive goes back, the current one not counted."""

ABOUT_CANDIDATES = (ANSWER, FEEDBACK, Interview.invitation, Interview.cancellation)


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
            at = slot(period.day(wish.digest_weekday), wish.digest_hour, zone)
            if wish.digest_since <= at < cast.now:
                yield at, partial(_file_digest, manager, at)


def leave_to_the_worker(cast: Cast, manager: str) -> None:
    """His digest is due from now on. Its hour may have begun an hour ago, which nobody is to be
    alarmed about. All others of before have gone or been skipped."""
    rows.materialise(cast.now)
    due = Mail.objects.kind(KIND).unfinished().filter(due_at__lt=cast.now)
    for other in due.exclude(recipient=cast.users[manager]):
        _file_as_sent(KIND, due.filter(pk=other.pk), other.scheduled_at)
    due.update(due_at=cast.now, next_attempt_at=cast.now)


def file_requests(cast: Cast) -> None:
    """Those that were answered were sent when they were asked; what still waits for a signature, a
    meeting or decisions is due from now on, so that a worker sends it and its links can be tried.
    """
    asked = Mail.objects.unfinished().filter(kind__in=[TO_SIGN, INVITATION, SLATE])
    waiting = {str(pk) for pk in Brief.objects.pending().values_list("pk", flat=True)}
    for mail in asked.kind(TO_SIGN):
        if mail.period not in waiting:
            _file_as_sent(TO_SIGN, asked.filter(pk=mail.pk), mail.created_at)
    asked.unfinished().update(due_at=cast.now, next_attempt_at=cast.now)


def leave_out_mail_about_candidates() -> None:
    """Of the past, dozens that no page shows. What is left are slates on which nothing was said; of
    those where somebody still waits the mail went out then, so that the sweeper writes none."""
    Mail.objects.filter(kind__in=ABOUT_CANDIDATES).delete()
    untouched = Slate.objects.filter(submissions__decisions=None, submissions__questions=None)
    open_ones = [str(pk) for pk in untouched.values_list("pk", flat=True).distinct()]
    said_of = Mail.objects.kind(SLATE).exclude(period__in=open_ones)
    waiting = Submission.objects.undecided().values_list("slate", flat=True)
    for mail in said_of.filter(period__in=[str(pk) for pk in waiting]):
        _file_as_sent(SLATE, said_of.filter(pk=mail.pk), mail.created_at)
    said_of.unfinished().delete()


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
    _file_as_sent(invitations.KIND, mails, invitation.created_at)


def _file_digest(manager: Membership, at: datetime) -> None:
    rows.materialise(at)
    mails = Mail.objects.unfinished().filter(recipient=manager.user_id, client=manager.client_id)
    _file_as_sent(KIND, mails.filter(due_at__lte=at), at)


def _file_as_sent(kind: str, mails: MailQuerySet, at: datetime) -> None:
    by_id = {mail.pk: mail for mail in mails.kind(kind).select_related("recipient", "client")}
    for pk, written in kinds.get(kind).render(list(by_id.values()), at).items():
        mail = by_id[pk]
        mail.finished_at = at
        if isinstance(written, Rendered):
            _freeze(mail, written, at)
        else:
            mail.state, mail.reason = State.SKIPPED, written.reason
        mail.save()


def _freeze(mail: Mail, written: Rendered, at: datetime) -> None:
    mail.state, mail.rendered_at, mail.address = State.SENT, at, mail.recipient.email
    mail.subject, mail.text, mail.html = written.subject, written.text, written.html
    mail.message_id = messages.message_id(mail.key)
    mail.headers = {**messages.base_headers(mail, at), **written.headers}
