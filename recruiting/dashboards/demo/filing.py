"""Mails of the past: written as of their day by the code that writes today's, and filed as sent
without sending."""

from datetime import datetime

from recruiting.approvals.models import Interview, Slate
from recruiting.approvals.notices import ANSWER, FEEDBACK, SLATE
from recruiting.mailing import kinds, messages
from recruiting.mailing.models import Mail, MailQuerySet, State
from recruiting.mailing.render import Rendered

NOT_KEPT = (ANSWER, FEEDBACK, Interview.invitation, Interview.cancellation)
"""Kinds of mail that the archive of the demo leaves out: dozens of them, and all of the past."""


def file_slate(slate: Slate) -> None:
    """Its mail was sent at once, while all of it waited for decisions."""
    mails = Mail.objects.unfinished().filter(period=str(slate.pk))
    file_as_sent(SLATE, mails, slate.at)


def leave_out() -> None:
    Mail.objects.filter(kind__in=NOT_KEPT).delete()


def file_as_sent(kind: str, mails: MailQuerySet, at: datetime) -> None:
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
