"""From a row of the ledger to the bytes on the wire, the same bytes each time."""

import re
from datetime import datetime
from email.charset import BASE64, Charset
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import salted_hmac

from recruiting.mailing.models import Mail

_METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
_BASE64 = Charset("utf-8")
_BASE64.body_encoding = BASE64  # keeps the line ends that a calendar has to have


class FrozenMessage(EmailMultiAlternatives):
    """A message whose boundaries follow from its Message-ID instead of from chance.

    A `calendar` stands in it twice: as an alternative to the text, by which mail programs know an
    invitation, and as a file, for those that know none.
    """

    calendar = ""

    def message(self) -> Any:  # type: ignore[override]
        if self.calendar and not self.attachments:
            self.attach(_file(self.calendar))
        message = super().message()
        seed = self.extra_headers["Message-ID"]
        several = [part for part in message.walk() if part.is_multipart()]
        for depth, part in enumerate(several):
            name = f"{seed}:{depth}" if depth else seed
            part.set_boundary(f"=_{sha256(name.encode()).hexdigest()[:40]}")
        if self.calendar:
            several[-1].attach(_alternative(self.calendar))
        return message


def _alternative(calendar: str) -> Any:
    """As RFC 6047 has it: the type names the method that the calendar names."""
    found = _METHOD.search(calendar)
    if found is None:
        raise ValueError("An invitation by mail has a method.")
    part = MIMENonMultipart("text", "calendar", method=found[1])
    part.set_payload(calendar, _BASE64)
    return part


def _file(calendar: str) -> Any:
    part = MIMENonMultipart("application", "ics", name="invite.ics")
    part.set_payload(calendar, _BASE64)
    part.add_header("Content-Disposition", "attachment", filename="invite.ics")
    return part


def site_host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def message_id(key: str) -> str:
    """The same for the same natural key, and not to be guessed from it."""
    return f"<{hashed('message-id', key)}@{site_host()}>"


def hashed(purpose: str, value: str) -> str:
    digest = salted_hmac(f"recruiting.mailing.{purpose}", value, algorithm="sha256").hexdigest()
    return digest[:40]


def base_headers(mail: Mail, now: datetime) -> dict[str, str]:
    """The headers that every mail has. They are frozen with it, date included."""
    return {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Date": format_datetime(now),
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def build(mail: Mail) -> FrozenMessage:
    """The message of a row that has been rendered."""
    headers = dict(mail.headers)
    message = FrozenMessage(
        subject=mail.subject,
        body=mail.text,
        from_email=headers["From"],
        to=[mail.address],
        headers=headers,
    )
    message.attach_alternative(mail.html, "text/html")
    message.calendar = mail.calendar
    return message
