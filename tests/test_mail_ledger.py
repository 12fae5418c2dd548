"""The ledger: a mail is a row once, is claimed once, and its row says how it ended."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models.functions import Now
from pytest_django import DjangoCaptureOnCommitCallbacks

from recruiting.accounts.models import User
from recruiting.mailing import delivery, ledger, messages, recording, sweeper, tasks
from recruiting.mailing.flights import UnderWay
from recruiting.mailing.kinds import Kind, Postpone, Skip
from recruiting.mailing.models import Mail, State, Suspension, SweepBeat, Unsubscription
from recruiting.mailing.transport import ClaimLost
from tests.fixtures.mails import QueueNote, RegisterKind, write_notes
from tests.queries import counted

MINUTE = timedelta(minutes=1)


def let_lease_run_out(mail: Mail) -> None:
    Mail.objects.filter(pk=mail.pk).update(lease_until=Now() - timedelta(seconds=1))


@pytest.fixture
def outgoing(db: None, mailoutbox: list[EmailMessage]) -> list[EmailMessage]:
    return mailoutbox


# --- asking for a mail ---------------------------------------------------------------------


def test_queue_asked_ten_times_writes_one_row(queue_note: QueueNote) -> None:
    rows = {queue_note("a").pk for _ in range(10)}
    assert len(rows) == Mail.objects.count() == 1


def test_queue_of_another_period_is_another_mail(queue_note: QueueNote) -> None:
    assert queue_note("a") != queue_note("b")


def test_queue_wakes_a_worker_when_the_transaction_commits(
    queue_note: QueueNote,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    woken: list[UUID] = []
    monkeypatch.setattr(tasks, "wake", lambda ids, urgent: woken.extend(ids))
    with django_capture_on_commit_callbacks(execute=True):
        mail = queue_note("a")
        assert woken == []
    assert woken == [mail.pk]


# --- one mail from end to end --------------------------------------------------------------


def test_delivery_sends_and_keeps_what_was_sent(
    queue_note: QueueNote, outgoing: list[EmailMessage], now: datetime
) -> None:
    mail = queue_note("a")
    assert delivery.deliver([mail.pk], now=now) == {State.SENT: 1}
    mail.refresh_from_db()
    [sent] = outgoing
    assert sent.to == ["manager@acme.example"]
    assert (mail.state, mail.subject, mail.text) == (State.SENT, sent.subject, sent.body)
    assert mail.finished_at == now


def test_delivery_twice_sends_once(
    queue_note: QueueNote, outgoing: list[EmailMessage], now: datetime
) -> None:
    mail = queue_note("a")
    delivery.deliver([mail.pk], now=now)
    assert delivery.deliver([mail.pk, mail.pk], now=now) == {}
    assert len(outgoing) == 1


def test_mail_scheduled_for_later_waits(
    register_kind: RegisterKind, queue_note: QueueNote, manager: User, now: datetime
) -> None:
    mail = ledger.queue(
        "note", recipient=manager, period="late", scheduled_at=now + MINUTE, now=now
    )
    assert delivery.deliver([mail.pk], now=now) == {}
    assert list(sweeper.sweep(now)) == []
    assert list(sweeper.sweep(now + MINUTE)) == [[mail.pk]]


def test_message_id_is_the_same_for_a_key_and_does_not_show_it(queue_note: QueueNote) -> None:
    key = queue_note("a").key
    assert messages.message_id(key) == messages.message_id(key)
    assert messages.message_id(key) != messages.message_id(key + "x")
    assert key not in messages.message_id(key)


def test_every_mail_says_that_a_machine_wrote_it(
    queue_note: QueueNote, outgoing: list[EmailMessage], now: datetime
) -> None:
    delivery.deliver([queue_note("a").pk], now=now)
    headers = outgoing[0].message()
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Date"] == "Wed, 11 Mar 2026 10:00:00 +0000"
    assert headers["Message-ID"].endswith("@127.0.0.1>")


# --- checking again at the last moment -----------------------------------------------------


def test_mail_goes_to_the_address_of_now(
    queue_note: QueueNote, manager: User, outgoing: list[EmailMessage], now: datetime
) -> None:
    mail = queue_note("a")
    manager.email = "new@acme.example"
    manager.save(update_fields=["email"])
    delivery.deliver([mail.pk], now=now)
    assert outgoing[0].to == ["new@acme.example"]


@pytest.mark.parametrize("obstacle", ["deactivated", "unsubscribed", "suspended", "expired"])
def test_mail_that_is_no_longer_wanted_is_skipped_with_the_reason(
    obstacle: str, queue_note: QueueNote, manager: User, outgoing: list[EmailMessage], now: datetime
) -> None:
    mail = queue_note("a")
    if obstacle == "deactivated":
        User.objects.filter(pk=manager.pk).update(is_active=False)
    elif obstacle == "unsubscribed":
        Unsubscription.objects.create(user=manager, kind="note", at=now)
    elif obstacle == "suspended":
        Suspension.objects.create(address=manager.email, at=now, server_said="550 no")
    else:
        Mail.objects.update(expires_at=now)
    assert delivery.deliver([mail.pk], now=now) == {State.SKIPPED: 1}
    mail.refresh_from_db()
    assert mail.reason
    assert mail.text == ""
    assert outgoing == []


def test_kind_can_object_or_put_off(
    register_kind: RegisterKind, queue_note: QueueNote, outgoing: list[EmailMessage], now: datetime
) -> None:
    first, second, third = (queue_note(period) for period in "abc")
    objections: dict[UUID, Skip | Postpone] = {
        first.pk: Skip("Not today."),
        second.pk: Postpone(now + MINUTE),
    }
    kind = Kind(
        "note", title="Note", render=write_notes, still_wanted=lambda batch, now: objections
    )
    register_kind(kind)
    ended = delivery.deliver([first.pk, second.pk, third.pk], now=now)
    assert ended == {State.SKIPPED: 1, State.PENDING: 1, State.SENT: 1}
    second.refresh_from_db()
    assert second.due_at == second.next_attempt_at == now + MINUTE


def test_one_mail_that_cannot_be_written_does_not_hold_up_the_others(
    register_kind: RegisterKind, queue_note: QueueNote, outgoing: list[EmailMessage], now: datetime
) -> None:
    good, bad = queue_note("good"), queue_note("bad")

    def render(batch: list[Mail], now: datetime) -> dict[UUID, object]:
        if any(mail.period == "bad" for mail in batch):
            raise ZeroDivisionError
        return dict(write_notes(batch, now))

    register_kind(Kind("note", title="Note", render=render))  # type: ignore[arg-type]
    ended = delivery.deliver([bad.pk, good.pk], now=now)
    assert ended == {State.SENT: 1, State.PENDING: 1}
    bad.refresh_from_db()
    assert bad.next_attempt_at == now + MINUTE


# --- claiming ------------------------------------------------------------------------------


def test_claimed_mail_is_nobody_elses_until_the_lease_runs_out(
    queue_note: QueueNote, now: datetime
) -> None:
    mail = queue_note("a")
    [mine] = delivery.claim([mail.pk], now)
    assert delivery.claim([mail.pk], now + timedelta(days=1)) == []
    let_lease_run_out(mail)
    [theirs] = delivery.claim([mail.pk], now)
    assert theirs.fence == mine.fence + 1


def test_worker_whose_claim_is_old_cannot_record(queue_note: QueueNote, now: datetime) -> None:
    mail = queue_note("a")
    [late] = delivery.claim([mail.pk], now)
    let_lease_run_out(mail)
    [current] = delivery.claim([mail.pk], now)
    assert not recording.finish(late, State.SENT, now)
    mail.refresh_from_db()
    assert (mail.state, mail.fence) == (State.CLAIMED, current.fence)


def test_worker_whose_claim_is_old_cannot_send(
    queue_note: QueueNote, outgoing: list[EmailMessage], now: datetime
) -> None:
    mail = queue_note("a")
    [late] = delivery.claim([mail.pk], now)
    let_lease_run_out(mail)
    delivery.deliver([mail.pk], now=now)
    with pytest.raises(ClaimLost):
        UnderWay([late], now, Counter()).mark(late)
    assert len(outgoing) == 1


def test_crash_before_sending_is_retried_freely(
    queue_note: QueueNote, outgoing: list[EmailMessage], now: datetime
) -> None:
    mail = queue_note("a")
    for _ in range(5):
        delivery.claim([mail.pk], now)
        let_lease_run_out(mail)
    delivery.deliver([mail.pk], now=now)
    mail.refresh_from_db()
    assert (mail.state, mail.interruptions, mail.attempts) == (State.SENT, 0, 0)
    assert len(outgoing) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_each_mail_once(queue_note: QueueNote, now: datetime) -> None:
    ids = [queue_note(str(number)).pk for number in range(60)]
    start = threading.Barrier(2)
    claimed: list[list[UUID]] = [[], []]

    def work(who: int) -> None:
        start.wait()
        for first in range(0, len(ids), 10):
            claimed[who] += [mail.pk for mail in delivery.claim(ids[first : first + 10], now)]
        connection.close()

    workers = [threading.Thread(target=work, args=[who]) for who in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(claimed[0] + claimed[1]) == sorted(ids)


def test_batch_is_claimed_in_four_statements(queue_note: QueueNote, now: datetime) -> None:
    """Whether mail may go, which workers were lost, the mails, and taking them."""
    ids = [queue_note(str(number)).pk for number in range(20)]
    list(sweeper.sweep(now))
    assert counted(lambda: delivery.claim(ids, now)) == 4


# --- the sweeper ---------------------------------------------------------------------------


def test_sweep_finds_what_a_lost_queue_forgot(queue_note: QueueNote, now: datetime) -> None:
    mail = queue_note("a")
    assert list(sweeper.sweep(now)) == [[mail.pk]]
    assert SweepBeat.last() == now


def test_sweep_finds_what_a_dead_worker_left_behind(queue_note: QueueNote, now: datetime) -> None:
    mail = queue_note("a")
    delivery.claim([mail.pk], now)
    assert list(sweeper.sweep(now)) == []
    let_lease_run_out(mail)
    assert list(sweeper.sweep(now)) == [[mail.pk]]


def test_kind_that_fails_to_materialise_does_not_stop_the_sweep(
    register_kind: RegisterKind, queue_note: QueueNote, now: datetime
) -> None:
    def fail(now: datetime) -> int:
        raise ZeroDivisionError

    register_kind(Kind("broken", title="Note", render=write_notes, materialise=fail))
    mail = queue_note("a")
    assert list(sweeper.sweep(now)) == [[mail.pk]]


def test_mail_of_an_unknown_kind_stays_and_holds_up_nothing(
    queue_note: QueueNote, outgoing: list[EmailMessage], now: datetime
) -> None:
    known, unknown = queue_note("a"), queue_note("b", kind="unheard-of")
    assert list(sweeper.sweep(now)) == [[known.pk]]
    assert delivery.deliver([unknown.pk, known.pk], now=now) == {State.SENT: 1}


def test_overdue_counts_from_when_it_was_due_not_from_the_next_try(
    queue_note: QueueNote, now: datetime
) -> None:
    mail = queue_note("a")
    Mail.objects.update(next_attempt_at=now + 31 * MINUTE)
    assert list(Mail.objects.overdue(now + 31 * MINUTE)) == [mail]
    assert list(Mail.objects.overdue(now + 30 * MINUTE)) == []


# --- without a queue -----------------------------------------------------------------------


@pytest.fixture
def no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.deliver, "apply_async", away)


@pytest.mark.usefixtures("no_queue")
def test_without_a_queue_asking_for_a_mail_is_no_error(
    queue_note: QueueNote,
    outgoing: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    failures = tasks.wakes["failed"]
    with django_capture_on_commit_callbacks(execute=True):
        mail = queue_note("a")
    mail.refresh_from_db()
    assert (mail.state, outgoing) == (State.PENDING, [])
    assert tasks.wakes["failed"] == failures + 1


@pytest.mark.usefixtures("no_queue", "clock")
def test_without_a_queue_urgent_mail_goes_at_once(
    register_kind: RegisterKind,
    queue_note: QueueNote,
    outgoing: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    register_kind(Kind("urgent", title="Note", render=write_notes, urgent=True))
    with django_capture_on_commit_callbacks(execute=True):
        mail = queue_note("a", kind="urgent")
    mail.refresh_from_db()
    assert (mail.state, len(outgoing)) == (State.SENT, 1)


def test_redacted_kind_keeps_nothing_of_the_text(
    register_kind: RegisterKind, outgoing: list[EmailMessage], manager: User, now: datetime
) -> None:
    register_kind(Kind("secret", title="Note", render=write_notes, redact=True))
    mail = ledger.queue(
        "secret", recipient=manager, period="a", payload={"code": "123456"}, now=now
    )
    delivery.deliver([mail.pk], now=now)
    mail.refresh_from_db()
    assert "Dear" in outgoing[0].body
    assert (mail.text, mail.html, mail.payload, mail.redacted_at) == ("", "", {}, now)
    assert mail.state == State.SENT
