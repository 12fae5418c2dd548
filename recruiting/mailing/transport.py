"""Carrying messages: one connection for a batch, and a clear word on how each one ended."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

import structlog
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

log = structlog.get_logger(__name__)


class _Hooked(smtplib.SMTP):
    """Calls `before_data` when the server has agreed to the recipient, just before DATA."""

    before_data: Callable[[], None] | None = None

    def data(self, msg: Any) -> tuple[int, bytes]:
        if self.before_data is not None:
            self.before_data()
        return super().data(msg)


class _HookedSSL(_Hooked, smtplib.SMTP_SSL): ...


class SmtpBackend(EmailBackend):
    """Django's, which tells the ledger when a message is about to go out."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _HookedSSL if self.use_ssl else _Hooked

    def call_before_data(self, before_data: Callable[[], None]) -> None:
        """For the next message on the open connection."""
        self.connection.before_data = before_data  # type: ignore[union-attr]


class ClaimLost(Exception):
    """Another worker has the mail now; this one must not send it."""


class Verdict(Enum):
    TAKEN = "the server took it"
    PUT_OFF = "not now; try again"
    REFUSED = "never"
    UNREACHABLE = "no server to talk to"
    UNKNOWN = "the connection ended while the message was on the wire"
    LOST = "another worker has it"


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    said: str = ""


class Courier:
    """One connection, opened when the first message needs it and again when it broke."""

    def __init__(self) -> None:
        self.backend = get_connection(fail_silently=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def carry(self, message: EmailMessage, before_data: Callable[[], None]) -> Outcome:
        """Send one message. `before_data` runs at the last moment at which it can be held back.

        It may raise ClaimLost. Nothing else is raised: every end is an outcome.
        """
        try:
            self.backend.open()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Outcome(Verdict.UNREACHABLE, _words(error))
        on_the_wire = False

        def mark() -> None:
            nonlocal on_the_wire
            before_data()
            on_the_wire = True

        try:
            if isinstance(self.backend, SmtpBackend):
                self.backend.call_before_data(mark)
            else:
                mark()
            taken = self.backend.send_messages([message])
        except ClaimLost:
            self._hang_up()
            return Outcome(Verdict.LOST)
        except Exception as error:
            return self._judge(error, on_the_wire=on_the_wire)
        return Outcome(Verdict.TAKEN) if taken else Outcome(Verdict.PUT_OFF, "not sent")

    def _judge(self, error: Exception, *, on_the_wire: bool) -> Outcome:
        code, said = _reply(error), _words(error)
        if code is None or code == 421:
            self._hang_up()
        if code is None:
            log.warning("mail_connection_broke", error=repr(error), on_the_wire=on_the_wire)
            return Outcome(Verdict.UNKNOWN if on_the_wire else Verdict.PUT_OFF, said)
        if isinstance(error, smtplib.SMTPSenderRefused):
            # It is our own address or our settings that are refused, not the recipient.
            return Outcome(Verdict.PUT_OFF, said)
        return Outcome(Verdict.REFUSED if code >= 500 else Verdict.PUT_OFF, said)

    def _hang_up(self) -> None:
        try:
            self.backend.close()
        except (OSError, smtplib.SMTPException):
            self.backend.connection = None  # type: ignore[attr-defined]


def _reply(error: Exception) -> int | None:
    """The server's reply code, if it was a reply that ended the sending."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))[0]
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        return int(error.smtp_code)
    return None


def _words(error: Exception) -> str:
    text: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    else:
        return repr(error)[:1000]
    plain = text if isinstance(text, str) else text.decode("utf-8", "replace")
    return f"{code} {plain}"[:1000]
