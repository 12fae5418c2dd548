"""The outbox of the embedded installation: mail stays in a folder and is read in the browser.

It is the mailbox of everybody on this machine, so it answers this machine alone, and its links
work: signing in for the first time needs the code that lies here.
"""

import mailbox
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest

BACKEND = "recruiting.mailing.outbox.OutboxBackend"
SHOWN = 200
"""Mails on the page of the outbox, the newest ones."""

_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")


class OutboxBackend(BaseEmailBackend):
    """Leaves each message in a Maildir, where it is either whole or not there."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        box = _box()
        for message in email_messages:
            box.add(message.message().as_bytes())
        return len(email_messages)


@dataclass(frozen=True)
class Line:
    """A mail on the page of the outbox."""

    key: str
    to: str
    subject: str
    at: datetime | None


def is_open_to(request: HttpRequest) -> bool:
    """Only where mail stays in the outbox, and only to this machine, not through a proxy."""
    if settings.EMAIL_BACKEND != BACKEND or any(name in request.META for name in _FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def newest() -> list[Line]:
    box = _box()
    parser = BytesHeaderParser(policy=policy.default)
    lines = []
    for key in sorted(box.keys(), key=_age, reverse=True)[:SHOWN]:
        headers = parser.parsebytes(box.get_bytes(key))
        date = headers["Date"]
        at = parsedate_to_datetime(date) if date else None
        lines.append(Line(key, str(headers["To"]), str(headers["Subject"]), at))
    return lines


def read(key: str) -> Parsed | None:
    box = _box()
    if key not in box:
        return None
    return message_from_bytes(box.get_bytes(key), policy=policy.default)


def part(message: Parsed, kind: str) -> str:
    """The text of the part of that kind ("plain" or "html"), or nothing."""
    found = message.get_body((kind,))
    return str(found.get_content()) if found else ""


def _box() -> mailbox.Maildir:
    folder = Path(settings.OUTBOX_DIR)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return mailbox.Maildir(folder, factory=None, create=True)


def _age(key: str) -> tuple[int, ...]:
    """Keys begin with seconds, then microseconds and the number of the delivery."""
    seconds, rest, *_ = key.split(".")
    digits = "".join(char if char.isdigit() else " " for char in rest).split()
    microseconds, process, *number = (int(digit) for digit in digits)
    return (int(seconds), microseconds, *number[-1:], process)
