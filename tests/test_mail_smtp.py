"""Delivery over real SMTP, with servers that refuse, hang up, and workers that die."""

import threading
from asyncio import Transport
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection
from django.db.models.functions import Now
from pytest_django import Settings

from recruiting.accounts.models import User
from recruiting.mailing import delivery
from recruiting.mailing.flights import UnderWay
from recruiting.mailing.kinds import Kind
from recruiting.mailing.models import Mail, State, Suspension
from recruiting.mailing.render import Rendered
from tests.factories import make_user
from tests.fixtures.mails import QueueNote, RegisterKind, write_notes
from tests.fixtures.smtp import MailServer

MINUTE = timedelta(minutes=1)


class Moody(MailServer):
    """Also refuses recipients, hangs up in the middle, and remembers the bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.rcpt_replies: dict[str, str] = {}
        self.hang_ups = 0
        self.raw: list[bytes] = []
        self.connections = 0
        self.seen: Callable[[str], None] = lambda moment: None

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope,  # noqa: N802
                          hostname: str, responses: list[str]) -> list[str]:  # fmt: skip
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope,  # noqa: N802
                          address: str, options: list[str]) -> str:  # fmt: skip
        self.seen("RCPT")
        if reply := self.rcpt_replies.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.seen("DATA")
        self.raw.append(envelope.original_content or b"")
        if self.hang_ups:
            self.hang_ups -= 1
            assert isinstance(server.transport, Transport)
            server.transport.abort()
            return "421 gone"
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def server(settings: Settings) -> Iterator[Moody]:
    moody = Moody()
    moody.start()
    settings.EMAIL_BACKEND = "recruiting.mailing.transport.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = moody.hostname, moody.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield moody
    moody.stop()


def let_lease_run_out(mail: Mail) -> None:
    Mail.objects.filter(pk=mail.pk).update(lease_until=Now() - timedelta(seconds=1))


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mail, datetime], None]:
    """Deliver a mail with a worker that dies right after the server took it."""

    def die(*_: Any) -> None:
        raise SystemExit

    def crashed(mail: Mail, now: datetime) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(UnderWay, "took", die)
            with pytest.raises(SystemExit):
                delivery.deliver([mail.pk], now=now)
        let_lease_run_out(mail)

    return crashed


# --- the good case -------------------------------------------------------------------------


def test_batch_goes_over_one_connection_with_one_recipient_a_message(
    server: Moody, queue_note: QueueNote, acme: Any, now: datetime
) -> None:
    people = [make_user(clients=[acme]) for _ in range(5)]
    ids = [queue_note("a", recipient=person).pk for person in people]
    assert delivery.deliver(ids, now=now) == {State.SENT: 5}
    assert server.connections == 1
    assert sorted(message["To"] for message in server.messages) == sorted(
        person.email for person in people
    )


@pytest.mark.django_db(transaction=True)
def test_sending_is_committed_just_before_data(
    server: Moody, queue_note: QueueNote, now: datetime
) -> None:
    mail = queue_note("a")
    states: list[tuple[str, str, bool]] = []

    def look(moment: str) -> None:
        # The server has a thread, and so a connection of its own: it sees what is committed.
        row = Mail.objects.get(pk=mail.pk)
        states.append((moment, row.state, bool(row.text)))
        connection.close()

    server.seen = lambda moment: _in_thread(look, moment)
    delivery.deliver([mail.pk], now=now)
    assert states == [("RCPT", State.CLAIMED, True), ("DATA", State.SENDING, True)]


def _in_thread(do: Callable[[str], None], moment: str) -> None:
    thread = threading.Thread(target=do, args=[moment])
    thread.start()
    thread.join()


def test_subject_that_is_not_ascii_arrives_as_written(
    server: Moody, register_kind: RegisterKind, queue_note: QueueNote, now: datetime
) -> None:
    subject = "Škoda 東京: 2 résumés 🙂"
    register_kind(
        Kind(
            "note",
            title="Note",
            render=lambda batch, now: {m.pk: Rendered(subject, "Ž", "Ž") for m in batch},
        )
    )
    delivery.deliver([queue_note("a").pk], now=now)
    [message] = server.messages
    assert message["Subject"] == subject
    assert message.get_body(("plain",)).get_content().split() == ["Ž"]  # type: ignore[union-attr]


# --- put off and refused -------------------------------------------------------------------


def test_mail_put_off_is_tried_after_1_5_15_and_60_minutes_and_every_hour_for_a_day(
    server: Moody, queue_note: QueueNote, now: datetime
) -> None:
    server.replies = ["451 later"] * 27
    mail = queue_note("a")
    for minutes in [1, 5, 15, *[60] * 23]:
        assert delivery.deliver([mail.pk], now=now) == {State.PENDING: 1}
        assert delivery.deliver([mail.pk], now=now + minutes * MINUTE - MINUTE / 60) == {}
        now += minutes * MINUTE
    assert delivery.deliver([mail.pk], now=now) == {State.FAILED: 1}
    mail.refresh_from_db()
    assert mail.server_said == "451 later"
    assert not Suspension.objects.exists()


def test_retry_is_byte_identical(server: Moody, queue_note: QueueNote, now: datetime) -> None:
    server.replies = ["451 later"]
    mail = queue_note("a")
    delivery.deliver([mail.pk], now=now)
    User.objects.update(name="Somebody Else")
    assert delivery.deliver([mail.pk], now=now + MINUTE) == {State.SENT: 1}
    first, second = server.raw
    assert first == second
    assert b"Max Manager" in first


@pytest.mark.parametrize("where", ["RCPT", "DATA"])
def test_refused_mail_fails_and_suspends_the_address(
    where: str, server: Moody, queue_note: QueueNote, manager: User, now: datetime
) -> None:
    if where == "RCPT":
        server.rcpt_replies = {manager.email: "550 no such user"}
    else:
        server.replies = ["550 no such user"]
    first, second = queue_note("a"), queue_note("b")
    ended = delivery.deliver([first.pk], now=now)
    assert ended == {State.FAILED: 1}
    assert Suspension.objects.get().address == manager.email
    assert delivery.deliver([second.pk], now=now) == {State.SKIPPED: 1}
    first.refresh_from_db()
    assert first.server_said == "550 no such user"


def test_refused_recipient_does_not_stop_the_batch(
    server: Moody, queue_note: QueueNote, acme: Any, now: datetime
) -> None:
    people = [make_user(clients=[acme]) for _ in range(3)]
    server.rcpt_replies = {people[1].email: "550 no such user"}
    ids = [queue_note("a", recipient=person).pk for person in people]
    assert delivery.deliver(ids, now=now) == {State.SENT: 2, State.FAILED: 1}
    assert server.connections == 1


def test_without_a_server_mail_waits_and_uses_up_no_attempt(
    server: Moody, queue_note: QueueNote, settings: Settings, now: datetime
) -> None:
    settings.EMAIL_PORT = 1
    mail = queue_note("a")
    for _ in range(8):
        assert delivery.deliver([mail.pk], now=now) == {State.PENDING: 1}
        now += MINUTE
    settings.EMAIL_PORT = server.port
    assert delivery.deliver([mail.pk], now=now) == {State.SENT: 1}


def test_server_that_refuses_our_password_suspends_nobody(
    server: Moody, queue_note: QueueNote, settings: Settings, now: datetime
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "us", "wrong"
    mail = queue_note("a")
    assert delivery.deliver([mail.pk], now=now) == {State.PENDING: 1}
    assert not Suspension.objects.exists()


# --- nobody saw the end --------------------------------------------------------------------


def test_crash_on_the_wire_sends_the_same_bytes_once_more(
    server: Moody, queue_note: QueueNote, crash: Callable[[Mail, datetime], None], now: datetime
) -> None:
    mail = queue_note("a")
    crash(mail, now)
    User.objects.update(name="Somebody Else", email="elsewhere@acme.example")
    assert delivery.deliver([mail.pk], now=now + MINUTE) == {State.SENT: 1}
    first, second = server.raw
    assert first == second
    assert server.messages[0]["Message-ID"] == server.messages[1]["Message-ID"]
    mail.refresh_from_db()
    assert mail.interruptions == 1


def test_second_crash_on_the_wire_is_ambiguous_and_final(
    server: Moody, queue_note: QueueNote, crash: Callable[[Mail, datetime], None], now: datetime
) -> None:
    mail = queue_note("a")
    crash(mail, now)
    crash(mail, now)
    assert delivery.deliver([mail.pk], now=now) == {State.AMBIGUOUS: 1}
    assert delivery.deliver([mail.pk], now=now) == {}
    assert len(server.raw) == 2
    mail.refresh_from_db()
    assert mail.reason.startswith("The connection ended twice")


def test_mail_at_which_a_worker_died_goes_after_the_others(
    server: Moody, queue_note: QueueNote, crash: Callable[[Mail, datetime], None], now: datetime
) -> None:
    first, second = queue_note("a"), queue_note("b")
    crash(first, now)
    delivery.deliver([first.pk, second.pk], now=now)
    assert [message["Subject"] for message in server.messages] == ["Note a", "Note b", "Note a"]


def test_server_that_hangs_up_on_the_wire_counts_as_a_crash(
    server: Moody, queue_note: QueueNote, now: datetime
) -> None:
    server.hang_ups = 2
    mail = queue_note("a")
    assert delivery.deliver([mail.pk], now=now) == {State.PENDING: 1}
    assert delivery.deliver([mail.pk], now=now + MINUTE) == {State.AMBIGUOUS: 1}
    assert server.raw[0] == server.raw[1]


def test_mail_that_may_have_arrived_is_never_called_skipped(
    server: Moody,
    queue_note: QueueNote,
    crash: Callable[[Mail, datetime], None],
    manager: User,
    now: datetime,
) -> None:
    mail = queue_note("a")
    crash(mail, now)
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert delivery.deliver([mail.pk], now=now) == {State.AMBIGUOUS: 1}
    assert len(server.raw) == 1


def test_other_mails_go_on_over_a_new_connection_after_a_hang_up(
    server: Moody, queue_note: QueueNote, acme: Any, now: datetime
) -> None:
    server.hang_ups = 1
    ids = [queue_note("a", recipient=make_user(clients=[acme])).pk for _ in range(3)]
    assert delivery.deliver(ids, now=now) == {State.SENT: 2, State.PENDING: 1}
    assert server.connections == 2


def test_redacted_mail_keeps_its_text_until_it_has_left(
    server: Moody, register_kind: RegisterKind, queue_note: QueueNote, now: datetime
) -> None:
    register_kind(Kind("secret", title="Note", render=write_notes, redact=True))
    server.replies = ["451 later"]
    mail = queue_note("a", kind="secret")
    delivery.deliver([mail.pk], now=now)
    mail.refresh_from_db()
    assert mail.text
    delivery.deliver([mail.pk], now=now + MINUTE)
    mail.refresh_from_db()
    assert (mail.state, mail.text, mail.html) == (State.SENT, "", "")
    assert server.raw[0] == server.raw[1]
