"""A restored installation sends nothing until a lead says so; one that was merely away does."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from recruiting.accounts import mail_trouble
from recruiting.accounts.models import Notification, NotificationKind, Told, User
from recruiting.audit.models import Event
from recruiting.mailing import delivery, holding, ledger, sweeper, witness
from recruiting.mailing.holding import MOVED, OLDER
from recruiting.mailing.kinds import Kind
from recruiting.mailing.models import Mail, SendingHold, State, SweepBeat
from tests.fixtures.mails import QueueNote, RegisterKind, write_notes
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "own_memory")]

MINUTE, WEEK = timedelta(minutes=1), timedelta(days=7)


@pytest.fixture
def own_memory(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine remembers begins with the test."""
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(witness, "_of_process", {})


# --- in the life of an installation --------------------------------------------------------


def sweep(now: datetime) -> list[Any]:
    return [pk for ids in sweeper.sweep(now) for pk in ids]


def forget_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "_of_process", {})


def go_back(sweeps: int) -> None:
    """The database as it was so many sweeps ago."""
    beat = SweepBeat.objects.get()
    SweepBeat.objects.update(sweeps=beat.sweeps - sweeps)


def test_new_installation_is_not_held(queue_note: QueueNote, now: datetime) -> None:
    mail = queue_note("a")
    assert sweep(now) == sweep(now + MINUTE) == [mail.pk]
    assert not SendingHold.objects.exists()


def test_upgraded_installation_is_not_held(queue_note: QueueNote, now: datetime) -> None:
    SweepBeat.objects.create(at=now - MINUTE)
    mail = queue_note("a")
    assert sweep(now) == sweep(now + MINUTE) == [mail.pk]


def test_three_weeks_away_is_no_restore(
    queue_note: QueueNote, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep(now)
    sweep(now)
    forget_process(monkeypatch)
    mail = queue_note("a")
    assert mail.pk in sweep(now + 3 * WEEK)


@pytest.mark.parametrize("knows", ["process", "file"])
def test_database_that_went_back_is_held_at_the_next_sweep(
    knows: str, queue_note: QueueNote, now: datetime, monkeypatch: pytest.MonkeyPatch,
    settings: Settings, tmp_path: Path,
) -> None:  # fmt: skip
    for _ in range(5):
        sweep(now)
    if knows == "file":
        forget_process(monkeypatch)
    else:
        settings.VAR_DIR = tmp_path / "restored as well"
    go_back(3)
    mail = queue_note("a")
    assert sweep(now + MINUTE) == []
    hold = SendingHold.objects.get()
    assert (hold.why, hold.since, hold.released_at) == (OLDER, now + MINUTE, None)
    mail.refresh_from_db()
    assert mail.state == State.PENDING


def test_worker_with_a_wake_up_from_before_the_restore_sends_nothing(
    queue_note: QueueNote, mailoutbox: list[EmailMessage], now: datetime
) -> None:
    for _ in range(5):
        sweep(now)
    go_back(3)
    assert delivery.deliver([queue_note("a").pk], now=now) == {}
    assert mailoutbox == []
    assert SendingHold.objects.get().why == OLDER


@pytest.mark.usefixtures("queue_note")
def test_place_of_the_database_is_written_down_and_compared(
    now: datetime, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    for _ in range(2):
        sweep(now)
    place = SweepBeat.objects.get().place
    assert len(place.split()) == (4 if connection.vendor == "postgresql" else 0)
    assert "-" not in place
    forget_process(monkeypatch)
    settings.VAR_DIR = tmp_path / "a new machine"
    SweepBeat.objects.update(place="1 1 1 1")
    sweep(now)
    held = connection.vendor == "postgresql"
    assert SendingHold.objects.filter(why=MOVED).exists() == held


def test_release_counts_for_every_machine_and_for_good(
    now: datetime, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    """Another machine, which was away all the time, still remembers the history that ended."""
    for _ in range(5):
        sweep(now)
    [stale] = witness.remembered()
    go_back(3)
    sweep(now)
    holding.release(SendingHold.objects.get(), by=None, now=now, sends_what_was_due=False)
    sweep(now + MINUTE)
    forget_process(monkeypatch)
    settings.VAR_DIR = tmp_path / "another machine"
    witness.remember(stale)
    sweep(now + 2 * MINUTE)
    assert SendingHold.objects.count() == 1


def test_unwritable_folder_does_not_stop_the_sweep(
    queue_note: QueueNote, now: datetime, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.VAR_DIR = tmp_path / "file"
    mail = queue_note("a")
    assert sweep(now) == sweep(now) == [mail.pk]


@pytest.mark.usefixtures("queue_note")
def test_asking_costs_one_statement(now: datetime) -> None:
    sweep(now)
    assert counted(lambda: holding.look(now)) == 1


# --- while it is held ----------------------------------------------------------------------


@pytest.fixture
def held(now: datetime) -> SendingHold:
    """Since `now`."""
    sweep(now)
    holding.hold("Asked for.", now=now)
    return SendingHold.objects.get()


def test_sign_in_codes_go_on(
    held: SendingHold, register_kind: RegisterKind, queue_note: QueueNote, now: datetime
) -> None:
    register_kind(Kind("code", title="Code", render=write_notes, despite_hold=True))
    note, code = queue_note("a"), queue_note("b", kind="code")
    old = queue_note("old", kind="code")
    Mail.objects.filter(pk=old.pk).update(created_at=now - timedelta(hours=1))
    assert delivery.deliver([note.pk, code.pk, old.pk], now=now) == {State.SENT: 1}
    code.refresh_from_db()
    assert code.state == State.SENT


def test_held_twice_is_held_once(held: SendingHold, now: datetime) -> None:
    holding.hold("Again.", now=now + MINUTE)
    assert [one.why for one in SendingHold.objects.all()] == ["Asked for."]
    assert Event.objects.filter(action="held all mail").count() == 1


def test_leads_are_told_once(held: SendingHold, lead: User, manager: User, now: datetime) -> None:
    for _ in range(2):
        mail_trouble.tell(now)
    [told] = Notification.objects.all()
    assert (told.recipient, told.words, told.url) == (lead, mail_trouble.HELD, "/mail/")
    assert not told.is_to_mail


def test_leads_are_told_once_a_day_that_mail_is_late(
    queue_note: QueueNote, lead: User, now: datetime
) -> None:
    queue_note("a")
    mail_trouble.tell(now + timedelta(minutes=30))
    assert not Notification.objects.exists()
    for minutes in (31, 40, 60):
        mail_trouble.tell(now + timedelta(minutes=minutes))
    assert [told.words for told in Notification.objects.all()] == [mail_trouble.LATE]


# --- letting it go -------------------------------------------------------------------------


def test_release_passes_over_what_was_due_before_and_sends_the_rest(
    held: SendingHold, queue_note: QueueNote, lead: User, now: datetime,
    mailoutbox: list[EmailMessage],
) -> None:  # fmt: skip
    before, later = queue_note("before"), queue_note("later")
    Mail.objects.filter(pk=before.pk).update(scheduled_at=now - MINUTE)
    assert holding.release(held, by=lead, now=now, sends_what_was_due=False) == 1
    before.refresh_from_db()
    assert (before.state, before.reason) == (State.SKIPPED, holding.PASSED_OVER)
    assert delivery.deliver(sweep(now), now=now) == {State.SENT: 1}
    assert [sent.subject for sent in mailoutbox] == [f"Note {later.period}"]
    event = Event.objects.get(action="released the mail")
    assert (event.actor, event.particulars["passed_over"]) == (lead, 1)


def test_release_may_send_what_was_due_before(
    held: SendingHold, queue_note: QueueNote, lead: User, now: datetime
) -> None:
    mail = queue_note("before")
    Mail.objects.update(scheduled_at=now - MINUTE)
    assert holding.release(held, by=lead, now=now, sends_what_was_due=True) == 0
    assert sweep(now) == [mail.pk]


def test_slot_of_before_that_is_written_down_after_the_release_is_passed_over(
    held: SendingHold, register_kind: RegisterKind, manager: User, lead: User, now: datetime
) -> None:
    """The digest of this week may have gone before the restore, and its row was lost."""
    holding.release(held, by=lead, now=now, sends_what_was_due=False)

    def materialise(now: datetime) -> int:
        row = ledger.new_row("weekly", recipient_id=manager.pk, client_id=None, period="w",
                             scheduled_at=held.since - MINUTE, now=now)  # fmt: skip
        ledger.insert([row])
        return 1

    register_kind(Kind("weekly", title="W", render=write_notes, materialise=materialise))
    assert sweep(now + MINUTE) == []
    assert Mail.objects.get().state == State.SKIPPED


def test_what_was_on_its_way_has_perhaps_arrived(
    held: SendingHold, queue_note: QueueNote, now: datetime
) -> None:
    mail = queue_note("a")
    Mail.objects.update(state=State.SENDING, rendered_at=now, scheduled_at=now - MINUTE, fence=3)
    holding.release(held, by=None, now=now, sends_what_was_due=False)
    mail.refresh_from_db()
    assert (mail.state, mail.fence) == (State.AMBIGUOUS, 4)


def test_what_holds_a_secret_is_wiped_when_it_is_passed_over(
    held: SendingHold, register_kind: RegisterKind, queue_note: QueueNote, now: datetime
) -> None:
    register_kind(Kind("code", title="Code", render=write_notes, redact=True, despite_hold=True))
    code = queue_note("a", kind="code")
    Mail.objects.update(payload={"code": "123"}, scheduled_at=now - MINUTE)
    holding.release(held, by=None, now=now, sends_what_was_due=False)
    code.refresh_from_db()
    assert (code.state, code.payload, code.redacted_at) == (State.SKIPPED, {}, now)


def test_notifications_of_before_are_not_mailed_after_it(
    held: SendingHold, recruiter: User, now: datetime
) -> None:
    for cause, at in (("old", now - MINUTE), ("new", now)):
        told = {recruiter.pk: Told(NotificationKind.STATUS, "held {what}")}
        Notification.tell(told, cause=cause, by=None, now=at)
    holding.release(held, by=None, now=now, sends_what_was_due=False)
    waiting = Notification.objects.filter(is_to_mail=True)
    assert [told.cause for told in waiting] == ["new"]


def test_released_twice_is_released_once(
    held: SendingHold, lead: User, recruiter: User, now: datetime
) -> None:
    holding.release(held, by=lead, now=now, sends_what_was_due=False)
    again = holding.release(held, by=recruiter, now=now + MINUTE, sends_what_was_due=True)
    held.refresh_from_db()
    assert (again, held.released_by, held.sends_what_was_due) == (None, lead, False)


def test_commands_hold_and_release(queue_note: QueueNote, capsys: Any, now: datetime) -> None:
    mail = queue_note("a")
    call_command("mail_hold", "--why", "We move.")
    assert sweep(now) == []
    call_command("send_digests")
    call_command("mail_release", "--send-what-was-due")
    call_command("mail_release")
    assert capsys.readouterr().out.splitlines() == [
        "Sending is held.",
        "Nothing is due.",
        "Sending is held; manage.py mail_release lets mail go again.",
        "Sending is released; passed over: 0.",
        "Sending is not held.",
    ]
    assert sweep(now) == [mail.pk]
