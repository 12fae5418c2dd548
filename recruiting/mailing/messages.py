"""From a row of the ledger to the bytes on the wire, the same bytes each time.

Django's own builder makes a tree of objects for each message and walks it four times: two to five
milliseconds. The parts are known here, so the bytes are put together directly. What comes out is
compared with Django's and with the standard library's parser in the tests.
"""

import re
from binascii import b2a_base64
from datetime import datetime
from email import message_from_bytes
from email.utils import format_datetime, getaddresses
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import ADDRESS_HEADERS, BadHeaderError, sanitize_address
from django.utils.crypto import salted_hmac

from recruiting.mailing.models import Mail

FOLD_AT = 78
"""Characters that a header's line should have at most (RFC 5322, 2.1.1)."""

LINE_MAX = 998
"""Bytes that a line must have at most."""

ENCODED_WORD = 75
"""Characters that an encoded word must have at most (RFC 2047, 2)."""

_BASE64_LINE = 57
"""Bytes that make a line of 76 characters."""

_METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
_NOT_PLAIN = re.compile(rb"[^\t\r\n -~]+|[ \t](?=\r\n|\Z)")
_QP_LINE = 76
_TAGS = (b"table", b"tr", b"td", b"th", b"p", b"a", b"h1", b"h2", b"h3", b"div", b"span", b"li")
_TOKEN = re.compile(r"\s*\S+")
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


# --- the message of a row ------------------------------------------------------------------


def as_bytes(mail: Mail) -> bytes:
    """The message of a row that has been rendered, with CRLF at the end of each line.

    Raises BadHeaderError, a ValueError, for a header that would begin another one or that cannot
    be written in lines of a length that mail allows.
    """
    seed = mail.headers["Message-ID"]
    parts = [_text("plain", mail.text), _text("html", mail.html)]
    if mail.calendar:
        parts.append(_calendar(mail.calendar))
        alternatives = _multipart("alternative", _boundary(f"{seed}:1"), parts)
        content = _multipart("mixed", _boundary(seed), [alternatives, _file(mail.calendar)])
    else:
        content = _multipart("alternative", _boundary(seed), parts)
    headers = {"Subject": mail.subject, "To": mail.address, **mail.headers}
    # Sorted, because the ledger keeps no order of them.
    lines = [header(name, value) for name, value in sorted(headers.items())]
    return "".join(["MIME-Version: 1.0\r\n", *lines]).encode("ascii") + content


class FrozenMessage(EmailMultiAlternatives):
    """For Django's backends other than SMTP: a message that is made of those bytes."""

    content = b""

    def message(self) -> Any:  # type: ignore[override]
        return message_from_bytes(self.content)


def build(mail: Mail) -> FrozenMessage:
    message = FrozenMessage(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.headers["From"],
        to=[mail.address],
        headers=dict(mail.headers),
    )
    message.attach_alternative(mail.html, "text/html")
    message.content = as_bytes(mail).replace(b"\r\n", b"\n")
    return message


def base_headers(mail: Mail, now: datetime) -> dict[str, str]:
    """The headers that every mail has. They are frozen with it, date included."""
    return {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Date": format_datetime(now),
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def site_host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def message_id(key: str) -> str:
    """The same for the same natural key, and not to be guessed from it."""
    return f"<{hashed('message-id', key)}@{site_host()}>"


def hashed(purpose: str, value: str) -> str:
    digest = salted_hmac(f"recruiting.mailing.{purpose}", value, algorithm="sha256").hexdigest()
    return digest[:40]


@lru_cache(maxsize=1024)
def envelope(address: str) -> str:
    """An address, perhaps with a name, as SMTP wants it: bare and in ASCII."""
    bare = getaddresses([address])[0][1] or address
    return bare if bare.isascii() else str(sanitize_address(bare, "utf-8"))


# --- headers -------------------------------------------------------------------------------


def header(name: str, value: str) -> str:
    """A header's lines. Raises BadHeaderError when it would be more than one header."""
    is_short = len(name) + len(value) + 2 <= FOLD_AT
    if is_short and value.isascii() and value.isprintable() and not _says_encoded(name, value):
        return f"{name}: {value}\r\n"
    return _header(name, value)


def _says_encoded(name: str, value: str) -> bool:
    """A title that looks like an encoded word has to be one, to be read as it was written."""
    return name == "Subject" and "=?" in value


@lru_cache(maxsize=1024)  # senders and lists stay the same from mail to mail
def _header(name: str, value: str) -> str:
    if "\n" in value or "\r" in value:
        raise BadHeaderError(f"A value of more than one line for the header {name}.")
    if not value.isascii() and name.lower() in ADDRESS_HEADERS:
        people = getaddresses([value])
        value = ", ".join(" ".join(sanitize_address(one, "utf-8").split()) for one in people)
    value = value.strip()
    plain = value.isascii() and value.isprintable()
    if name.lower() not in ADDRESS_HEADERS and (not plain or _says_encoded(name, value)):
        return f"{name}: " + "\r\n ".join(encoded_words(value, len(name) + 2)) + "\r\n"
    lines = [f"{name}:"]
    for token in _TOKEN.findall(f" {value}"):
        if len(lines[-1]) + len(token) > FOLD_AT and not lines[-1].endswith(":"):
            lines.append(token)
        else:
            lines[-1] += token
    if not plain or max(map(len, lines)) > LINE_MAX:
        raise BadHeaderError(f"A value that fits no line for the header {name}.")
    return "\r\n".join(lines) + "\r\n"


def encoded_words(text: str, before: int) -> list[str]:
    """The text in encoded words (RFC 2047, Q), none of which cuts a character.

    `before` is what stands before the first of them on its line.
    """
    words, room, word = [], ENCODED_WORD - before, ""
    for character in text:
        code = _q(character)
        if len("=?utf-8?q?") + len(word) + len(code) + len("?=") > room and word:
            words.append(f"=?utf-8?q?{word}?=")
            room, word = ENCODED_WORD, ""
        word += code
    return [*words, f"=?utf-8?q?{word}?="]


@lru_cache(maxsize=1024)
def _q(character: str) -> str:
    if character == " ":
        return "_"
    raw = character.encode()
    return character if raw[0] in _Q_SAFE else "".join(f"={byte:02X}" for byte in raw)


# --- parts ---------------------------------------------------------------------------------


def _boundary(seed: str) -> str:
    """Follows from the Message-ID instead of from chance. The underscore after the equals sign
    stands in no base64 and in no quoted-printable text."""
    return f"=_{sha256(seed.encode()).hexdigest()[:40]}"


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    line = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts)
    return head + body + line + b"--\r\n"


def _text(kind: str, text: str) -> bytes:
    """As it is where its lines are short enough, or can be made so; else in quoted-printable."""
    raw = text.encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if kind == "html" and _is_long(raw):
        # Within a tag a line's end is as good as a space.
        for tag in _TAGS:
            raw = raw.replace(b"<%b " % tag, b"<%b\n" % tag)
    encoding = "7bit" if raw.isascii() else "8bit"
    is_long = _is_long(raw)
    raw = raw.replace(b"\n", b"\r\n")
    if is_long:
        encoding, raw = "quoted-printable", quoted_printable(raw)
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}'
    return head.encode() + b"\r\n\r\n" + raw


def _is_long(raw: bytes) -> bool:
    return max(map(len, raw.split(b"\n"))) > LINE_MAX


def quoted_printable(raw: bytes) -> bytes:
    """As RFC 2045, 6.7, has it, for text whose lines end with CRLF. The standard library goes byte
    by byte, which takes milliseconds for a digest."""
    escaped = _NOT_PLAIN.sub(_escape, raw.replace(b"=", b"=3D"))
    lines: list[bytes] = []
    for line in escaped.split(b"\r\n"):
        start = 0
        while len(line) - start > _QP_LINE:
            end = start + _QP_LINE - 1
            # No escape, which is three characters long, is cut.
            if (cut := line.find(b"=", end - 2, end)) >= 0:
                end = cut
            lines.append(line[start:end] + b"=")
            start = end
        lines.append(line[start:])
    return b"\r\n".join(lines)


def _escape(found: re.Match[bytes]) -> bytes:
    return b"".join(b"=%02X" % byte for byte in found[0])


def _calendar(calendar: str) -> bytes:
    """As RFC 6047 has it: the type names the method that the calendar names."""
    found = _METHOD.search(calendar)
    if found is None:
        raise ValueError("An invitation by mail has a method.")
    head = f'Content-Type: text/calendar; charset="utf-8"; method="{found[1]}"\r\n'
    return head.encode() + _base64(calendar)


def _file(calendar: str) -> bytes:
    """Once more as a file, for mail programs that know no invitations."""
    head = (
        'Content-Type: application/ics; charset="utf-8"; name="invite.ics"\r\n'
        'Content-Disposition: attachment; filename="invite.ics"\r\n'
    )
    return head.encode() + _base64(calendar)


def _base64(text: str) -> bytes:
    """Keeps the line ends that a calendar has to have."""
    raw = text.encode()
    lines = [raw[start : start + _BASE64_LINE] for start in range(0, len(raw), _BASE64_LINE)]
    coded = b"".join(b2a_base64(line, newline=False) + b"\r\n" for line in lines)
    return b"Content-Transfer-Encoding: base64\r\n\r\n" + coded
