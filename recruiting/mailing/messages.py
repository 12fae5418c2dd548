"""From a row of the ledger to the bytes on the wire, the same bytes each time."""

from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import salted_hmac

from recruiting.mailing.models import Mail


class FrozenMessage(EmailMultiAlternatives):
    """A message whose boundary follows from its Message-ID instead of from chance."""

    def message(self) -> Any:  # type: ignore[override]
        message = super().message()
        if message.is_multipart():
            seed = self.extra_headers["Message-ID"].encode()
            message.set_boundary(f"=_{sha256(seed).hexdigest()[:40]}")
        return message


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
    return message
