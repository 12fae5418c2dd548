"""SMTP servers that misbehave, word by word."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from recruiting.mailing import delivery, transport
from recruiting.mailing.models import Mail, State, Suspension
from recruiting.mailing.outbox import OutboxBackend
from tests.factories import make_user
from tests.fixtures.mails import QueueNote

MINUTE = timedelta(minutes=1)
HANG, DROP = "hang", "drop"

Answer = Callable[[str], str | None]


class Scripted:
    """Answers line by line: `answer` gets each command, "BANNER" and "END" (of a message), and
    returns a reply, HANG, DROP, or None for what a good server says."""

    GOOD = {"BANNER": "220 hello", "EHLO": "250-here\r\n250 PIPELINING", "DATA": "354 go on"}

    def __init__(self) -> None:
        self.answer: Answer = lambda command: None
        self.heard: list[str] = []
        self.taken: list[bytes] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._ended = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self._ended.set()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        # Whoever waited too long has gone.
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            going = self._reply(connection, "BANNER")
            while going and (line := lines.readline()):
                command = line.decode().strip()
                self.heard.append(command)
                going = self._reply(connection, command)
                if going and command.upper() == "DATA" and self._said.startswith("354"):
                    content = b"".join(iter(lines.readline, b".\r\n"))
                    going = self._reply(connection, "END")
                    if self._said.startswith("250"):
                        self.taken.append(content)

    def _reply(self, connection: socket.socket, command: str) -> bool:
        usual = self.GOOD.get(command.upper().split()[0], "250 OK")
        self._said = self.answer(command) or usual
        if self._said == HANG:
            self._ended.wait(20)
        if self._said in {HANG, DROP}:
            return False
        if self._said.startswith("slow "):
            self._ended.wait(0.4)
            self._said = self._said.removeprefix("slow ")
        connection.sendall(f"{self._said}\r\n".encode())
        return not command.upper().startswith("QUIT")


@pytest.fixture
def server(settings: Settings) -> Iterator[Scripted]:
    scripted = Scripted()
    settings.EMAIL_BACKEND = "recruiting.mailing.transport.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", scripted.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 0.2
    settings.EMAIL_DATA_TIMEOUT = 2
    settings.MAIL_PER_SECOND = 1_000_000.0
    yield scripted
    scripted.stop()


@pytest.fixture
def batch(queue_note: QueueNote, acme: Any) -> list[Mail]:
    """Four mails to four people, the second of whom is dead@acme.example."""
    names = ["a", "dead", "c", "d"]
    people = [make_user(f"{name}@acme.example", clients=[acme]) for name in names]
    return [queue_note(str(number), recipient=person) for number, person in enumerate(people)]


def deliver(mails: list[Mail], now: datetime) -> dict[State, int]:
    return dict(delivery.deliver([mail.pk for mail in mails], now=now))


def to_the_dead(reply: str, moment: str = "rcpt") -> Answer:
    """That reply when the mail to dead@acme.example comes to that moment."""
    last = {"to": ""}

    def answer(command: str) -> str | None:
        if command.startswith("rcpt"):
            last["to"] = command
        is_there = command.lower().startswith(moment.lower())
        return reply if is_there and "dead@" in last["to"] else None

    return answer


def test_sender_and_recipient_go_in_one_journey(
    server: Scripted, batch: list[Mail], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    journeys: list[bytes | str] = []
    send = transport._Connection.send

    def counted(connection: transport._Connection, content: bytes | str) -> None:
        journeys.append(content)
        send(connection, content)

    monkeypatch.setattr(transport._Connection, "send", counted)
    assert deliver(batch, now) == {State.SENT: 4}
    assert server.connections == 1
    assert len(server.taken) == 4
    greeting_and_goodbye = 2
    assert len(journeys) == greeting_and_goodbye + 4 * len(["MAIL and RCPT", "DATA", "the text"])


def test_server_without_pipelining_is_asked_one_by_one(
    server: Scripted, batch: list[Mail], now: datetime
) -> None:
    server.answer = lambda command: "250 here" if command.startswith("ehlo") else None
    assert deliver(batch, now) == {State.SENT: 4}


def test_backend_that_fails_ends_as_a_server_that_does(
    settings: Settings, batch: list[Mail], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    settings.EMAIL_BACKEND = "recruiting.mailing.outbox.OutboxBackend"
    settings.MAIL_PER_SECOND = 1_000_000.0
    monkeypatch.setattr(OutboxBackend, "send_messages", lambda *_: 1 / 0)
    assert deliver(batch, now) == {State.PENDING: 4}


def test_line_that_begins_with_a_dot_arrives_whole(
    server: Scripted, batch: list[Mail], now: datetime
) -> None:
    mail = batch[0]
    Mail.objects.filter(pk=mail.pk).update(
        rendered_at=now, subject="S", text=".\n..two\n", html="<p>.</p>", message_id="<1@x>",
        headers={"From": "us@acme.example", "Message-ID": "<1@x>"},
    )  # fmt: skip
    deliver([mail], now)
    assert b"\r\n..\r\n...two\r\n" in server.taken[0]


@pytest.mark.parametrize("moment", ["rcpt", "END"])
@pytest.mark.parametrize("reply", ["421 closing", "450 busy", "451 greylisted", "452 mailbox full"])
def test_temporary_refusal_puts_off_that_mail_alone(
    moment: str, reply: str, server: Scripted, batch: list[Mail], now: datetime
) -> None:
    server.answer = to_the_dead(reply, moment)
    assert deliver(batch, now) == {State.SENT: 3, State.PENDING: 1}
    server.answer = lambda command: None
    assert deliver(batch, now + 6 * MINUTE) == {State.SENT: 1}
    assert not Suspension.objects.exists()


@pytest.mark.parametrize("moment", ["rcpt", "END"])
@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("550 no such user", "550 no such user"),
        ("552 5.2.2 mailbox full", "552 5.2.2 mailbox full"),
        ("550-5.1.1 first\r\n550 5.1.1 second", "550 5.1.1 first\n5.1.1 second"),
    ],
)
def test_refusal_for_good_suspends_the_address_with_the_servers_words(
    moment: str, reply: str, said: str, server: Scripted, batch: list[Mail], now: datetime
) -> None:
    server.answer = to_the_dead(reply, moment)
    assert deliver(batch, now) == {State.SENT: 3, State.FAILED: 1}
    suspension = Suspension.objects.get()
    assert suspension.address == "dead@acme.example"
    assert suspension.server_said == said


@pytest.mark.parametrize("reply", ["550 who are you", "421 too many", DROP, HANG])
def test_server_that_does_not_take_our_greeting_suspends_nobody_and_uses_up_no_attempt(
    reply: str, server: Scripted, batch: list[Mail], now: datetime
) -> None:
    server.answer = lambda command: reply if command[:4].lower() in {"ehlo", "helo"} else None
    assert deliver(batch, now) == {State.PENDING: 4}
    assert not Suspension.objects.exists()
    assert set(Mail.objects.values_list("attempts", flat=True)) == {0}
    server.answer = lambda command: None
    assert deliver(batch, now + MINUTE) == {State.SENT: 4}


def test_server_that_closes_at_the_sender_is_quoted(
    server: Scripted, batch: list[Mail], now: datetime
) -> None:
    replies = {"mail": "421 come back later", "rcpt": DROP, "rset": DROP}
    server.answer = lambda command: replies.get(command[:4])
    deliver(batch, now)
    assert set(Mail.objects.values_list("server_said", flat=True)) == {"421 come back later"}


@pytest.mark.parametrize("moment", ["mail", "END"])
def test_mail_that_is_too_large_fails_and_the_address_stays(
    moment: str, server: Scripted, batch: list[Mail], now: datetime
) -> None:
    if moment == "mail":  # by the size that we say it has
        server.answer = lambda command: "552 5.3.4 too big" if command.startswith("mail") else None
        assert deliver(batch, now) == {State.FAILED: 4}
        assert not Suspension.objects.exists()
        return
    server.answer = to_the_dead("552 5.3.4 message too big", moment)
    assert deliver(batch, now) == {State.SENT: 3, State.FAILED: 1}
    assert not Suspension.objects.exists()


@pytest.mark.parametrize("way", [HANG, DROP])
def test_recipient_that_hangs_or_drops_costs_its_own_time_alone(
    way: str, server: Scripted, batch: list[Mail], now: datetime
) -> None:
    server.answer = to_the_dead(way)
    started = time.monotonic()
    assert deliver(batch, now) == {State.SENT: 3, State.PENDING: 1}
    assert time.monotonic() - started < 2
    assert len(server.taken) == 3


def test_connection_dropped_after_a_message_is_opened_again(
    server: Scripted, batch: list[Mail], now: datetime
) -> None:
    taken = [0]

    def answer(command: str) -> str | None:
        if command == "END":
            taken[0] += 1
        # The server closes the connection when a second message is begun on it.
        if command.startswith("mail") and taken[0] == server.connections:
            return DROP
        return None

    server.answer = answer
    assert deliver(batch, now) == {State.SENT: 4}
    assert server.connections == 4


@pytest.mark.parametrize(("moment", "messages"), [("BANNER", 0), ("data", 0), ("mail", 0)])
def test_server_that_hangs_makes_all_wait_and_loses_no_time_over_each(
    moment: str, messages: int, server: Scripted, batch: list[Mail], now: datetime
) -> None:
    server.answer = lambda command: HANG if command.startswith(moment) else None
    assert deliver(batch, now) == {State.PENDING: 4}
    assert server.connections <= 2 * delivery.BREAKS_MAX
    assert len(server.taken) == messages
    server.answer = lambda command: None
    assert deliver(batch, now + MINUTE) == {State.SENT: 4}


@pytest.mark.parametrize("way", [HANG, DROP])
def test_server_that_never_asked_for_the_message_leaves_nothing_in_doubt(
    way: str, server: Scripted, batch: list[Mail], now: datetime
) -> None:
    """However often it happens: in doubt twice, a mail is given up."""
    server.answer = to_the_dead(way, "data")
    deliver(batch, now)
    server.answer = lambda command: None
    deliver(batch, now + MINUTE)
    assert set(Mail.objects.values_list("state", "interruptions")) == {(State.SENT, 0)}


def test_answer_that_comes_late_is_waited_for(
    server: Scripted, batch: list[Mail], now: datetime
) -> None:
    """Longer than any other answer: who gives up here sends the message twice."""
    server.answer = to_the_dead("slow 250 OK", "END")
    assert deliver(batch, now) == {State.SENT: 4}
    assert len(server.taken) == 4
    assert not Mail.objects.filter(interruptions__gt=0).exists()


def test_server_that_drops_the_connection_on_the_wire_leaves_two_in_doubt_at_most(
    server: Scripted, batch: list[Mail], now: datetime
) -> None:
    server.answer = lambda command: DROP if command == "END" else None
    assert deliver(batch, now) == {State.PENDING: 4}
    assert sum(Mail.objects.values_list("interruptions", flat=True)) == 2
