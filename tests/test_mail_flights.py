"""Mails under way: what is written down of them, and what a crash leaves in doubt."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError, connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from recruiting import settings as ours
from recruiting.mailing import apps, delivery, flights, kinds, pace, recording, sweeper
from recruiting.mailing.flights import UnderWay
from recruiting.mailing.kinds import Kind
from recruiting.mailing.models import Flight, Mail, Pace, State
from recruiting.mailing.redaction import redact
from recruiting.mailing.transport import ClaimLost, Courier, Outcome, Verdict
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


@pytest.mark.django_db(transaction=True)
def test_worker_stopped_while_it_records_holds_up_nobody_else(
    queue_note: QueueNote, now: datetime
) -> None:
    """Its transaction stays open for as long as the database takes it for alive."""
    if connection.vendor != "postgresql":
        return
    mails = [queue_note(period) for period in "abcde"]
    killed(mails, now, at=3)
    stopped = connection.copy("stopped")
    try:
        with stopped.cursor() as its, connection.cursor() as ours:
            its.execute("BEGIN")
            its.execute("SELECT 1 FROM mailing_flight FOR UPDATE")
            ours.execute("SET lock_timeout = '2s'")
        assert delivery.deliver([*ids(mails), queue_note("f").pk], now=now) == {State.SENT: 1}
    finally:
        stopped.close()
    assert delivery.deliver(ids(mails), now=now) == {State.SENT: 3}


@pytest.mark.django_db(transaction=True)
def test_sweeper_stopped_while_it_writes_a_row_holds_up_nobody_for_long(
    queue_note: QueueNote, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        return
    monkeypatch.setattr(apps, "STOPPED_AFTER", "200ms")
    stopped = connection.copy("stopped")
    try:
        with stopped.cursor() as its, connection.cursor() as ours:
            mail = queue_note("a")
            its.execute("BEGIN")
            its.execute("UPDATE mailing_mail SET id = id WHERE id = %s", [mail.pk])
            ours.execute("SET lock_timeout = '5s'")
        assert Mail.objects.filter(pk=mail.pk).update(zone="UTC") == 1
    finally:
        stopped.close()


def test_erasure_leaves_in_doubt_what_is_on_the_wire_alone(
    five: list[Mail], mailoutbox: list[EmailMessage], now: datetime
) -> None:
    took = UnderWay.took

    def erasing(self: UnderWay, mail: Mail) -> None:
        if mail.pk == five[1].pk:
            redact(ids(five), unsent=[five[3].pk], why="Erased.", now=now)
        took(self, mail)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnderWay, "took", erasing)
        delivery.deliver(ids(five), now=now)
    assert len(mailoutbox) == 2
    sent, perhaps, skipped, waiting = State.SENT, State.AMBIGUOUS, State.SKIPPED, State.PENDING
    assert states(five) == [sent, perhaps, waiting, skipped, waiting]
    assert delivery.deliver(ids(five), now=now) == {State.SENT: 2}


# --- when it is recorded -------------------------------------------------------------------


def test_messages_cost_one_statement_each_and_a_flight_the_same_however_many(
    queue_note: QueueNote, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(flights, "SLOW", 60)
    monkeypatch.setattr(flights, "FLIGHT_SECONDS", 60)

    def cost(number: int) -> int:
        mails = [queue_note(f"{number}-{one}") for one in range(number)]
        return counted(lambda: delivery.deliver(ids(mails), now=now))

    pace.reserve(1)
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


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """How often a connection to a database that is away was closed; nobody sleeps meanwhile."""
    closed: list[bool] = []
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    database = SimpleNamespace(in_atomic_block=False, close=lambda: closed.append(True))
    monkeypatch.setattr(flights, "connection", database)
    return closed


def test_worker_waits_for_a_database_that_restarts(closed: list[bool]) -> None:
    errors = [InterfaceError, OperationalError]

    def write() -> str:
        if errors:
            raise errors.pop()
        return "written"

    assert flights.patiently(write) == "written"
    assert len(closed) == 2


def test_worker_that_asks_for_its_moments_just_then_records_what_it_knows(
    five: list[Mail], closed: list[bool], settings: Settings, monkeypatch: pytest.MonkeyPatch,
    mailoutbox: list[EmailMessage], now: datetime,
) -> None:  # fmt: skip
    settings.MAIL_PER_SECOND = 1.0  # each message asks for its own moment
    asked = Counter[str]()

    def reserve(messages: int) -> float:
        asked["moments"] += 1
        if asked["moments"] == 4:
            Flight.objects.all().delete()  # as in a crash
            raise OperationalError
        return 0.0

    monkeypatch.setattr(pace, "reserve", reserve)
    assert delivery.deliver(ids(five), now=now) == {State.SENT: 5}
    assert len(mailoutbox) == 5
    assert len(closed) == 1


def test_record_whose_answer_was_lost_is_written_once(
    five: list[Mail], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    """The database had written it, and ended before it could say so."""

    def twice(write: Callable[[], None]) -> None:
        write()
        write()

    broken = Outcome(Verdict.UNKNOWN, "It hung up.", broke=True)
    monkeypatch.setattr(flights, "patiently", twice)
    monkeypatch.setattr(Courier, "carry", lambda self, mail, before_data: before_data() or broken)
    delivery.deliver(ids(five[:1]), now=now)
    assert Mail.objects.values_list("state", "interruptions").get(pk=five[0].pk) == ("pending", 1)


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


def test_worker_stopped_while_it_takes_moments_holds_up_nobody_else(
    db: None, settings: Settings
) -> None:
    """Nothing is locked between its statements."""
    settings.MAIL_PER_SECOND = 20.0
    pace.reserve(20)
    with CaptureQueriesContext(connection) as seen:
        pace.reserve(20)
    assert not [query for query in seen.captured_queries if "FOR UPDATE" in query["sql"]]


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


def test_what_came_late_is_not_caught_up_with(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that was slow for a moment is not sent the more in the next one."""
    settings.MAIL_PER_SECOND = 20.0
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    slots, moments = pace.Slots(), []
    for number in range(20):
        clock[0] += max(slots.wait(20 - number), 0)
        moments.append(clock[0])
        clock[0] += 0.2 if number == 3 else 0.0
    assert min(b - a for a, b in pairwise(moments)) >= 0.05 - 1e-9


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
