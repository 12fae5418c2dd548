"""Sending a mail once more by hand.

One row stays one message, and says for good what became of it. So what goes again is a row of its
own with a key of its own, and with that a Message-ID of its own: a relay that knows the first one
would swallow it otherwise. What was written goes as it was written; what never was is written now.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from recruiting.audit.models import record
from recruiting.mailing import kinds, ledger, messages
from recruiting.mailing.models import (
    FINISHED,
    UNFINISHED,
    Mail,
    MailQuerySet,
    State,
    Suspension,
    Unsubscription,
)

if TYPE_CHECKING:
    from recruiting.accounts.models import User

AGAIN = ":again:"
"""Stands in the key of what goes again, after the key of what it repeats."""

WAS_SENT = (State.SENT, State.AMBIGUOUS)
"""Of these the person may have one already."""

_FROZEN = ("subject", "text", "html", "calendar", "rendered_at")


class NotAgain(Exception):
    """It cannot be sent again, for the reason in words."""


def send_again(mail: Mail, *, reason: str, by: "User", now: datetime) -> Mail:
    """A new row that goes at once. Raises NotAgain with the reason."""
    with transaction.atomic():
        # Who presses at the same moment waits here, and finds what the first one wrote.
        Mail.objects.select_for_update().get(key=_first_key(mail))
        again_of = Mail.objects.select_related("recipient").get(pk=mail.pk)
        if why := why_not(again_of, now):
            raise NotAgain(why)
        row = _copy(again_of, now)
        ledger.post([row])
        record(
            "sent a mail again", again_of.recipient, by=by, now=now, client=again_of.client_id,
            kind=again_of.kind, mail=str(again_of.pk), again=str(row.pk), reason=reason,
        )  # fmt: skip
    return row


def never_again(mail: Mail, now: datetime) -> str:
    """Why it can never be sent again, in words that follow from the row alone; else nothing."""
    if mail.state not in FINISHED:
        return "It has not been given up: it still goes by itself."
    if mail.kind not in kinds.names():
        return "This version of Same Page does not know this kind of mail."
    if kinds.get(mail.kind).redact:
        return "It held a code or a link for one person and one moment. Ask for a new one instead."
    if mail.redacted_at:
        return "What it said has been erased."
    if mail.expires_at is not None and mail.expires_at <= now:
        return "It would come too late to be of use."
    return ""


def why_not(mail: Mail, now: datetime) -> str:
    """Why it cannot be sent again now; nothing when it can. Fetch it with its recipient."""
    if never := never_again(mail, now):
        return never
    person = mail.recipient
    if not person.is_active:
        return f"The account of {person.display_name} has been deactivated."
    if Unsubscription.objects.filter(user=person, kind=mail.kind).exists():
        return f"{person.display_name} has unsubscribed from this kind of mail."
    if Suspension.objects.filter(address=address_of(mail)).exists():
        return f"Its server refuses mail to {address_of(mail)}. Lift that first."
    if _repeats(mail).filter(state__in=UNFINISHED).exists():
        return "It is on its way again already."
    return ""


def address_of(mail: Mail) -> str:
    """Where it would go now."""
    return str(mail.payload.get("address") or mail.recipient.email)


def repeated(mails: Sequence[Mail]) -> set[UUID]:
    """Which of these were sent once more; one statement."""
    found = Mail.objects.filter(again_of__in=[mail.pk for mail in mails])
    return {pk for pk in found.values_list("again_of", flat=True) if pk}


def _first_key(mail: Mail) -> str:
    return mail.key.partition(AGAIN)[0]


def _repeats(mail: Mail) -> MailQuerySet:
    """All that was sent again of the same; found by what its key is made of."""
    of_person = Mail.objects.filter(recipient=mail.recipient_id, kind=mail.kind)
    return of_person.filter(period=mail.period, key__startswith=f"{_first_key(mail)}{AGAIN}")


def _copy(mail: Mail, now: datetime) -> Mail:
    """Due now, but of the same period and slot as what it repeats."""
    row = Mail(
        key=f"{_first_key(mail)}{AGAIN}{_repeats(mail).count() + 1}",
        again_of=mail,
        created_at=now,
        due_at=now,
        next_attempt_at=now,
        **{name: getattr(mail, name) for name in (
            "kind", "recipient_id", "client_id", "period", "payload", "scheduled_at",
            "expires_at", "zone",
        )},
    )  # fmt: skip
    if mail.rendered_at:
        row.message_id = messages.message_id(row.key)
        row.headers = {
            **mail.headers, "Message-ID": row.message_id, "Date": format_datetime(now)
        }  # fmt: skip
        for name in _FROZEN:
            setattr(row, name, getattr(mail, name))
    return row
