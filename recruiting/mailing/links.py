"""Signed links in mail. This module knows the kind that stops mail; it does not expire.

A link acts on POST only, since scanners fetch, render and follow every link they see.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from recruiting.mailing.models import Mail

_PERSONAL_LINK = re.compile(r"https?://\S+/mail/\S+")
_signer = signing.Signer(salt="recruiting.mailing.unsubscribe")


@dataclass(frozen=True)
class Stop:
    """What an unsubscribe link is about: this person, this kind of mail."""

    user_id: UUID
    kind: str


def unsubscribe_token(user_id: UUID, kind: str) -> str:
    """Without a space, so that what keeps it out of logs sees it whole."""
    return _signer.sign(f"{kind.replace(' ', '_')}:{user_id.hex}")


def read_unsubscribe_token(token: str) -> Stop:
    """Raises signing.BadSignature when it is not one of ours."""
    kind, _, user = _signer.unsign(token).rpartition(":")
    return Stop(UUID(user), kind.replace("_", " "))


def unsubscribe_url(user_id: UUID, kind: str) -> str:
    path = reverse("unsubscribe", args=[unsubscribe_token(user_id, kind)])
    return f"{settings.SITE_URL}{path}"


def without_personal_links(text: str) -> str:
    """A plain text for others than its recipient: her signed links are taken out."""
    return _PERSONAL_LINK.sub("(a link for the reader alone)", text)


def unsubscribe_headers(mail: Mail, kind: str = "") -> dict[str, str]:
    """For the button of the mail program (RFC 2369 and 8058). `kind` names another to be stopped
    than that of the mail, for a mail that comes along with it."""
    return {
        "List-Unsubscribe": f"<{unsubscribe_url(mail.recipient_id, kind or mail.kind)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
