"""Mails under way: what is written down of them, and what a crash leaves in doubt."""

import time
from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError, connection
from django.db.models.functions import Now
from pytest_django import Settings

from recruiting import settings as ours
from recruiting.mailing import delivery, flights, kinds, pace, recording, sweeper
from recruiting.mailing.flights import UnderWay
from recruiting.mailing.kinds import Kind
from recruiting.mailing.models import Flight, Mail, Pace, State
from recruiting.mailing.transport import ClaimLost
from tests.fixtures.mails import QueueNote, RegisterKind, write_notes
from tests.queries import counted

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def uncapped(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MAIL_PER_SECOND = 1_000_000.0


@pytest.fixture
def five(queue_note: QueueNote) -> list[Mail]:
    return [queue_note(period) for period in "abcde"]


def states(mails: list[Mail]) -> list[str]:
    found = Mail.objects.in_bulk([mail.pk for mail in mails])
    return [found[mail.pk].state for mail in mails]


def ids(mails: list[Mail]) -> list[UUID]:
    return [mail.pk for mail in mails]


def let_leases_run_out() -> None:
    Mail.objects.exclude(lease_until=None).update(lease_until=Now() - SECOND)


def killed(mails: list[Mail], now: datetime, *, at: int) -> None:
    """Deliver with a worker that is killed when the server has just taken the mail number `at`."""
    taken = Counter[str]()
    took = UnderWay.took

    def dying(self: UnderWay, mail: Mail) -> None:
        taken["mails"] += 1
        if taken["mails"] == at:
            raise SystemExit
        took(self, mail)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnderWay, "took", dying)
        with pytest.raises(SystemExit):
            delivery.deliver(ids(mails), now=now)
    let_leases_run_out()


# --- what a killed worker leaves -----------------------------------------------------------


def test_killed_worker_leaves_one_mail_in_doubt_and_knows_of_the_others(
    five: list[Mail], mailoutbox: list[EmailMessage], now: datetime
) -> None:
    killed(five, now, at=3)
    assert states(five) == [State.SENDING] * 5
    assert len(mailoutbox) == 3
    assert delivery.deliver(ids(five), now=now) == {State.SENT: 3}
    assert states(five) == [State.SENT] * 5
    subjects = Counter(message.subject for message in mailoutbox)
    assert sorted(subjects.values()) == [1, 1, 1, 1, 2]
    assert sum(Mail.objects.values_list("interruptions", flat=True)) == 1
    assert not Flight.objects.exists()


def test_whole_flight_is_in_doubt_when_the_database_crashed_as_well(
    five: list[Mail], now: datetime
) -> None:
    killed(five, now, at=3)
    Flight.objects.all().delete()  # as PostgreSQL does with a table that is not logged
    assert delivery.deliver(ids(five), now=now) == {State.SENT: 5}
    assert set(Mail.objects.values_list("interruptions", flat=True)) == {1}


def test_workers_that_die_again_and_again_double_one_mail_each(
    five: list[Mail], mailoutbox: list[EmailMessage], now: datetime
) -> None:
    for _ in range(4):
        killed(five, now, at=1)
    delivery.deliver(ids(five), now=now)
    assert set(states(five)) <= {State.SENT, State.AMBIGUOUS}
    assert sum(Mail.objects.values_list("interruptions", flat=True)) == 4
    assert len(mailoutbox) <= 5 + 4
    assert len({message.subject for message in mailoutbox}) == 5


def test_note_waits_for_no_disk(db: None) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r' ORDER BY 1"
        )
        assert [name for (name,) in cursor] == ["mailing_flight", "mailing_pace"]


# --- what a worker that was stopped does ---------------------------------------------------


def test_worker_stopped_past_its_lease_sends_no_more_of_its_flight(
    five: list[Mail], mailoutbox: list[EmailMessage], now: datetime
) -> None:
    late = delivery._write(delivery.claim(ids(five), now), now, Counter())
    under_way = UnderWay(late, now, Counter())
    under_way.mark(late[0])
    under_way.took(late[0])
    let_leases_run_out()
    delivery.deliver(ids(five), now=now)
    for mail in late[1:]:
        with pytest.raises(ClaimLost):
            under_way.mark(mail)
    under_way.land()
    assert states(five) == [State.SENT] * 5
    assert len(mailoutbox) == 5  # the first, which was in doubt, and the four others


def test_worker_stopped_between_mark_and_data_does_not_send(
    queue_note: QueueNote, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    queue_note("a")
    mails = delivery._write(delivery.claim([Mail.objects.get().pk], now), now, Counter())
    under_way = UnderWay(mails, now, Counter())
    board = under_way._board

    def stopped(mail: Mail) -> None:
        board(mail)
        under_way._marked_at -= flights.LEASE.total_seconds() + 1

    monkeypatch.setattr(under_way, "_board", stopped)
    with pytest.raises(ClaimLost):
        under_way.mark(mails[0])
    under_way.land()
    assert states(mails) == [State.CLAIMED]


def test_flight_holds_only_what_is_still_the_workers_own(five: list[Mail], now: datetime) -> None:
    late = delivery._write(delivery.claim(ids(five), now), now, Counter())
    let_leases_run_out()
    delivery.claim([late[2].pk], now)
    under_way = UnderWay(late, now, Counter())
    under_way.mark(late[0])
    with pytest.raises(ClaimLost):
        under_way.mark(late[2])
    assert [pk for pk, _ in Flight.objects.get().mails] == [
        str(mail.pk) for mail in late if mail != late[2]
    ]


# --- when it is recorded -------------------------------------------------------------------


def test_messages_cost_one_statement_each_and_a_flight_the_same_however_many(
    queue_note: QueueNote, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(flights, "SLOW", 60)
    monkeypatch.setattr(flights, "FLIGHT_SECONDS", 60)

    def cost(number: int) -> int:
        mails = [queue_note(f"{number}-{one}") for one in range(number)]
        return counted(lambda: delivery.deliver(ids(mails), now=now))

    few, many = cost(5), cost(25)
    assert many - few == 20
    assert cost(26) - many <= 7  # another flight, whose first mail needs no note


def test_what_was_taken_is_recorded_before_a_long_pause(five: list[Mail], now: datetime) -> None:
    mails = delivery._write(delivery.claim(ids(five), now), now, Counter())
    under_way = UnderWay(mails, now, Counter())
    under_way.mark(mails[0])
    under_way.took(mails[0])
    under_way.rest(0.05)
    flight = Flight.objects.get()
    assert (flight.place, flight.on_wire) == (1, False)
    assert states(mails) == [State.SENDING] * 5
    under_way.rest(flights.FLIGHT_SECONDS + 1)
    assert states(mails) == [State.SENT] + [State.CLAIMED] * 4
    assert not Flight.objects.exists()


def test_slow_server_leaves_one_mail_unrecorded_at_most(
    five: list[Mail], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(flights, "FLIGHT_SECONDS", -1.0)  # each mark comes after the time is over
    mails = delivery._write(delivery.claim(ids(five), now), now, Counter())
    under_way = UnderWay(mails, now, Counter())
    for number, mail in enumerate(mails):
        under_way.mark(mail)
        assert states(mails)[: number + 1] == [State.SENT] * number + [State.SENDING]
        under_way.took(mail)


def test_worker_waits_for_a_database_that_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    database = SimpleNamespace(in_atomic_block=False, close=lambda: closed.append(True))
    monkeypatch.setattr(flights, "connection", database)
    errors = [InterfaceError, OperationalError]

    def write() -> str:
        if errors:
            raise errors.pop()
        return "written"

    assert flights._patiently(write) == "written"
    assert len(closed) == 2


# --- pace ----------------------------------------------------------------------------------


def test_workers_share_one_cap(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_PER_SECOND = 20.0
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    one, other = pace.Slots(), pace.Slots()
    moments = sorted(slots.wait(40 - n) for n in range(20) for slots in (one, other))
    # The clock of the database goes on a little between the two.
    assert moments[:20] == pytest.approx([n / 20 for n in range(20)])
    assert moments[20:] == pytest.approx([1 + n / 20 for n in range(20)], abs=0.3)


def test_moments_that_passed_unused_are_void(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_PER_SECOND = 20.0
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    slots = pace.Slots()
    slots.wait(100)
    Pace.objects.update(taken_until=Now() + 30 * SECOND)
    clock[0] += 20
    assert slots.wait(99) == pytest.approx(30, abs=1)


def test_clock_of_the_database_set_back_stops_nothing(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_PER_SECOND = 20.0
    pace.reserve(1)
    Pace.objects.update(taken_until=Now() + timedelta(hours=1))
    assert pace.reserve(1) == 0.0
    assert pace.reserve(20) == pytest.approx(0.05, abs=0.05)


# --- limits of a task ----------------------------------------------------------------------


def test_what_does_not_fit_into_a_tasks_time_goes_with_the_next_sweep(
    five: list[Mail], mailoutbox: list[EmailMessage], now: datetime
) -> None:
    took = UnderWay.took

    def slow(self: UnderWay, mail: Mail) -> None:
        took(self, mail)
        patch.setattr(delivery, "time", SimpleNamespace(monotonic=lambda: 1e12))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnderWay, "took", slow)
        assert delivery.deliver(ids(five), now=now) == {State.SENT: 1, State.PENDING: 4}
    assert len(mailoutbox) == 1
    assert len(next(sweeper.sweep(now))) == 4


def test_task_ends_before_the_queue_gives_it_to_another() -> None:
    timeouts = 6 * ours.EMAIL_TIMEOUT + ours.EMAIL_DATA_TIMEOUT
    longest = delivery.SEND_FOR + timeouts
    assert longest < flights.LEASE.total_seconds()
    assert longest < 600  # the visibility timeout


def test_batch_is_as_large_as_a_task_for_hundred_managers_must_be() -> None:
    assert kinds.BATCH >= 100


def test_what_somebody_waits_for_goes_first(
    register_kind: RegisterKind,
    queue_note: QueueNote,
    mailoutbox: list[EmailMessage],
    now: datetime,
) -> None:
    register_kind(Kind("code", title="Code", render=write_notes, urgent=True))
    plain = [queue_note(period) for period in "ab"]
    code = queue_note("z", kind="code")
    batch = next(sweeper.sweep(now + SECOND))
    assert batch[0] == code.pk
    delivery.deliver(ids([*plain, code]), now=now)
    assert mailoutbox[0].subject == "Note z"


def test_mail_is_given_up_only_after_the_hours_and_a_day(
    queue_note: QueueNote, now: datetime
) -> None:
    mail = queue_note("a")
    [claimed] = delivery.claim([mail.pk], now)
    claimed.attempts = len(recording.RETRY_AFTER)
    recording.put_off(claimed, "451", now + timedelta(hours=22), Counter())
    assert states([mail]) == [State.PENDING]
