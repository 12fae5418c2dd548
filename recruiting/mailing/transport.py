"""Carrying messages: one connection for a batch, and a clear word on how each one ended."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Self

import structlog
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import DatabaseError

from recruiting.mailing import messages
from recruiting.mailing.models import Mail

log = structlog.get_logger(__name__)

BeforeData = Callable[[], None]
"""What runs at the last moment at which a message can be held back."""


class _Connection(smtplib.SMTP):
    """Hands over ready-made bytes, and says so when they are about to go out.

    `is_on_wire`: the server has asked for the message. One that hangs or goes before that has
    none of it.
    """

    is_on_wire = False

    def hand_over(
        self, sender: str, recipient: str, content: bytes, before_data: BeforeData
    ) -> None:
        """Like `sendmail`, for one recipient; raises what that raises.

        With a server that permits it (RFC 2920) sender and recipient cost one journey, not two.
        `before_data` runs when the server has agreed to both.
        """
        self.is_on_wire = False
        self.ehlo_or_helo_if_needed()
        options = f" size={len(content)}" if self.has_extn("size") else ""
        if self.has_extn("8bitmime") and not content.isascii():
            options += " body=8bitmime"
        said = self._ask(
            f"mail FROM:{smtplib.quoteaddr(sender)}{options}",
            f"rcpt TO:{smtplib.quoteaddr(recipient)}",
        )
        if said[0][0] != 250:
            self._undo(said[0][0])
            raise smtplib.SMTPSenderRefused(*said[0], sender)
        if said[1][0] not in {250, 251}:
            self._undo(said[1][0])
            raise smtplib.SMTPRecipientsRefused({recipient: said[1]})
        before_data()
        code, words = self._data(content)
        if code != 250:
            self._undo(code)
            raise smtplib.SMTPDataError(code, words)

    def _ask(self, *commands: str) -> list[tuple[int, bytes]]:
        said: list[tuple[int, bytes]] = []
        if self.has_extn("pipelining"):
            self.send("".join(f"{command}\r\n" for command in commands))
            for _ in commands:
                said.append(self.getreply())
                if said[0][0] == 421:  # it says no more
                    break
            return said
        for command in commands:
            said.append(self.docmd(command))
            if said[0][0] != 250:
                break
        return said

    def _data(self, content: bytes) -> tuple[int, bytes]:
        said = self.docmd("data")
        if said[0] != 354:
            return said
        self.is_on_wire = True
        if content.startswith(b"."):
            content = b"." + content
        self.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        assert self.sock is not None
        usual = self.sock.gettimeout()
        # Who gives up here does not know whether the message has been taken, so it gets more time.
        self.sock.settimeout(settings.EMAIL_DATA_TIMEOUT)
        said = self.getreply()
        self.sock.settimeout(usual)
        return said

    def _undo(self, code: int) -> None:
        if code == 421:
            self.close()
        else:
            self._rset()  # type: ignore[attr-defined]


class _ConnectionSSL(_Connection, smtplib.SMTP_SSL): ...


class SmtpBackend(EmailBackend):
    """Django's, with a connection that tells the ledger when a message is about to go out."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _ConnectionSSL if self.use_ssl else _Connection

    def open(self) -> bool | None:
        """A server that does not take our greeting is none to talk to: it has been told of no
        recipient, and none is to blame."""
        is_new = super().open()
        if is_new and self.connection is not None:
            self.connection.ehlo_or_helo_if_needed()
        return is_new

    def hand_over(self, mail: Mail, before_data: BeforeData) -> None:
        assert isinstance(self.connection, _Connection)
        self.connection.hand_over(
            messages.envelope(mail.headers["From"]),
            messages.envelope(mail.address),
            messages.as_bytes(mail),
            before_data,
        )


class ClaimLost(Exception):
    """Another worker has the mail now; this one must not send it."""


class Verdict(Enum):
    TAKEN = "the server took it"
    PUT_OFF = "not now; try again"
    REFUSED = "never, to this address"
    TOO_LARGE = "never, but the address is good"
    UNREACHABLE = "no server to talk to"
    UNKNOWN = "the connection ended while the message was on the wire"
    LOST = "another worker has it"


@dataclass(frozen=True)
class Outcome:
    """`broke`: the connection ended or hung."""

    verdict: Verdict
    said: str = ""
    broke: bool = False


class Courier:
    """One connection, opened when the first message needs it and again when it broke."""

    def __init__(self) -> None:
        self.backend = get_connection(fail_silently=False)
        self._is_used = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def carry(self, mail: Mail, before_data: BeforeData) -> Outcome:
        """Send one message. `before_data` may raise ClaimLost, or that the database is away, which
        is raised on. Nothing else is raised: every end is an outcome."""
        while True:
            try:
                self.backend.open()
            except (OSError, smtplib.SMTPException) as error:
                self._hang_up()
                return Outcome(Verdict.UNREACHABLE, _words(error), broke=True)
            was_used, self._is_used = self._is_used, True
            outcome = self._carried(mail, before_data)
            # Servers close a connection after some messages, or after a pause; that is no refusal.
            if not (was_used and outcome.broke and outcome.verdict == Verdict.PUT_OFF):
                return outcome

    def _carried(self, mail: Mail, before_data: BeforeData) -> Outcome:
        on_the_wire = False
        try:
            if isinstance(self.backend, SmtpBackend):
                self.backend.hand_over(mail, before_data)
            else:
                message = messages.build(mail)
                before_data()
                on_the_wire = True
                self.backend.send_messages([message])
        except ClaimLost:
            self._hang_up()
            return Outcome(Verdict.LOST)
        except DatabaseError:
            self._hang_up()
            raise
        except Exception as error:
            if isinstance(self.backend, SmtpBackend):
                on_the_wire = getattr(self.backend.connection, "is_on_wire", False)
            return self._judge(error, on_the_wire=on_the_wire)
        return Outcome(Verdict.TAKEN)

    def _judge(self, error: Exception, *, on_the_wire: bool) -> Outcome:
        code, said = _reply(error), _words(error)
        if isinstance(error, ValueError):
            return Outcome(Verdict.PUT_OFF, f"It could not be written: {error!r}")
        if code is None or code == 421:
            self._hang_up()
        if code is None:
            log.warning("mail_connection_broke", error=repr(error), on_the_wire=on_the_wire)
            verdict = Verdict.UNKNOWN if on_the_wire else Verdict.PUT_OFF
            return Outcome(verdict, said, broke=True)
        if _too_large(code, said):
            return Outcome(Verdict.TOO_LARGE, said)
        if code < 500 or isinstance(error, smtplib.SMTPSenderRefused):
            # A refused sender is our own address or our settings, not the recipient.
            return Outcome(Verdict.PUT_OFF, said, broke=code == 421 and not on_the_wire)
        return Outcome(Verdict.REFUSED, said)

    def _hang_up(self) -> None:
        self._is_used = False
        try:
            self.backend.close()
        except (OSError, smtplib.SMTPException):
            self.backend.connection = None  # type: ignore[attr-defined]


def _too_large(code: int, said: str) -> bool:
    """552 is said of a full mailbox, which makes an address useless until somebody sees to it, and
    of a message that is too large (RFC 1870), which says nothing about the address."""
    return code == 552 and "5.3.4" in said.split()[1:2]


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
