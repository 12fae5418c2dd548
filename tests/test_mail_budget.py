"""The mails a day that a person wants: what counts, what waits, and two workers at once."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from hypothesis import given
from hypothesis import strategies as st

from recruiting.accounts.models import Client, Preferences, User, WorkingCard
from recruiting.mailing import budget, delivery, ledger
from recruiting.mailing.budget import Turn, passing
from recruiting.mailing.kinds import Budget, Kind, Postpone
from recruiting.mailing.models import Mail, State
from recruiting.mailing.resending import send_again
from tests.factories import NOW
from tests.fixtures.mails import RegisterKind, write_notes
from tests.queries import counted

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ROLLED = "The day's mails were used up: the next digest tells it."


# --- who goes, as a pure question ----------------------------------------------------------


@given(budget=st.integers(0, 4), turns=st.lists(st.integers(0, 5), min_size=12, max_size=40))
def test_no_order_of_claims_and_questions_lets_too_many_pass(
    budget: int, turns: Sequence[int]
) -> None:
    """Six workers, each with a mail to the same person: whoever has a turn claims it, asks, sends
    it. Claims come one after the other; all else lies in any order between them."""
    claimed: dict[int, Turn] = {}
    passed: dict[int, bool] = {}
    sent: set[int] = set()
    for number, worker in enumerate(turns):
        if worker not in claimed:
            claimed[worker] = (datetime(2026, 1, 1, second=number, tzinfo=UTC), "key")
        elif worker not in passed:
            rivals = [
                turn
                for one, turn in claimed.items()
                if one != worker and one not in sent and passed.get(one, True)
            ]
            mine = {UUID(int=worker): claimed[worker]}
            passed[worker] = bool(passing(mine, rivals, taken=len(sent), budget=budget))
        elif passed[worker]:
            sent.add(worker)
    assert sum(passed.values()) <= budget


def test_those_that_were_claimed_first_go_first_and_some_go_anyway() -> None:
    pks = [uuid4() for _ in range(4)]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    turns = {pk: (at + number * HOUR, "key") for number, pk in enumerate(pks)}
    assert passing(turns, [], taken=0, budget=2) == set(pks[:2])
    assert passing(turns, [], taken=1, budget=2) == {pks[0]}
    assert passing(turns, [(at, "a")], taken=0, budget=2) == {pks[0]}
    assert passing(turns, [], taken=0, budget=2, always=[pks[3]]) == {pks[0], pks[3]}
    assert passing(turns, [], taken=9, budget=0, always=[pks[3]]) == {pks[3]}


# --- in the ledger -------------------------------------------------------------------------


@pytest.fixture
def queue(register_kind: RegisterKind, manager: User, acme: Client, now: datetime) -> Any:
    """`queue("nudge")`: a mail of a kind that can wait; "letter" counts, "code" is free."""
    for name, how in (("nudge", Budget.LIMITED), ("letter", Budget.COUNTED), ("code", Budget.FREE)):
        register_kind(Kind(name, title=name, render=write_notes, budget=how))
    register_kind(
        Kind("later", title="later", render=write_notes, budget=Budget.LIMITED,
             past_budget=lambda mail, tomorrow: Postpone(tomorrow))
    )  # fmt: skip
    numbers = count()

    def queued(kind: str, *, at: datetime = now, to: User = manager) -> Mail:
        return ledger.queue(
            kind, recipient=to, client=acme, period=str(next(numbers)), scheduled_at=at, now=now
        )

    return queued


def deliver(*mails: Mail, now: datetime) -> list[str]:
    """How each of them ended."""
    delivery.deliver([mail.pk for mail in mails], now=now)
    return [str(Mail.objects.get(pk=mail.pk).state) for mail in mails]


@pytest.mark.django_db
def test_third_mail_of_the_day_is_told_in_the_next_digest(queue: Any, now: datetime) -> None:
    assert deliver(queue("nudge"), queue("nudge"), now=now) == ["sent", "sent"]
    third = queue("nudge")
    assert deliver(third, now=now) == ["skipped"]
    third.refresh_from_db()
    assert third.reason == ROLLED
    assert deliver(queue("nudge"), now=now + timedelta(days=1)) == ["sent"]


@pytest.mark.django_db
def test_what_somebody_waits_for_is_neither_counted_nor_delayed(queue: Any, now: datetime) -> None:
    free = [queue("code") for _ in range(4)]
    assert deliver(*free, now=now) == ["sent"] * 4
    assert deliver(queue("nudge"), queue("nudge"), now=now) == ["sent", "sent"]
    assert deliver(queue("code"), queue("letter"), now=now) == ["sent", "sent"]


@pytest.mark.django_db
def test_digest_that_is_still_to_come_today_has_its_place(queue: Any, now: datetime) -> None:
    queue("letter", at=now + 5 * HOUR)
    assert deliver(queue("nudge"), queue("nudge"), now=now) == ["sent", "skipped"]


@pytest.mark.django_db
def test_digest_of_tomorrow_takes_no_place_today(queue: Any, now: datetime) -> None:
    queue("letter", at=now + 14 * HOUR)
    assert deliver(queue("nudge"), queue("nudge"), now=now) == ["sent", "sent"]


@pytest.mark.django_db
def test_days_are_those_of_the_person(queue: Any, manager: User, now: datetime) -> None:
    """At 10:00 UTC it is midnight on Kiritimati: what came before was yesterday's."""
    WorkingCard.objects.filter(user=manager).update(zone="Pacific/Kiritimati")
    before = now - timedelta(minutes=1)
    assert deliver(
        *(queue("nudge", at=before) for _ in range(3)), now=before
    ) == ["sent", "sent", "skipped"]  # fmt: skip
    assert deliver(queue("nudge"), now=now) == ["sent"]


@pytest.mark.django_db
def test_kind_that_waits_goes_when_the_next_day_begins(queue: Any, now: datetime) -> None:
    third = [queue("later") for _ in range(3)][2]
    delivery.deliver(list(Mail.objects.values_list("pk", flat=True)), now=now)
    third = Mail.objects.get(state=State.PENDING)
    assert third.due_at == datetime(2026, 3, 12, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(("wanted", "sent"), [(0, 0), (1, 1), (20, 5)])
def test_person_says_how_many(
    wanted: int, sent: int, queue: Any, manager: User, now: datetime
) -> None:
    Preferences.objects.filter(user=manager).update(mail_budget=wanted)
    ended = deliver(*(queue("nudge") for _ in range(5)), now=now)
    assert ended.count("sent") == sent


@pytest.mark.django_db
def test_others_have_places_of_their_own(
    queue: Any, manager: User, other_manager: User, now: datetime
) -> None:
    deliver(queue("nudge"), queue("nudge"), now=now)
    assert deliver(queue("nudge", to=other_manager), now=now) == ["sent"]


@pytest.mark.django_db
def test_mail_that_may_have_arrived_is_not_held_back(queue: Any, now: datetime) -> None:
    first = queue("nudge")
    deliver(queue("nudge"), queue("nudge"), now=now)
    Mail.objects.filter(pk=first.pk).update(interruptions=1, address="manager@acme.example")
    assert deliver(first, now=now) == ["sent"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("other", "goes"),
    [
        ({"state": State.CLAIMED}, "sent"),
        ({"state": State.CLAIMED, "rendered_at": NOW}, "skipped"),
        ({"state": State.SENDING, "rendered_at": NOW}, "skipped"),
        ({"state": State.PENDING, "interruptions": 1}, "skipped"),
        ({"state": State.PENDING}, "sent"),
        ({"state": State.FAILED, "finished_at": NOW}, "sent"),
    ],
)
def test_what_another_worker_has_written_keeps_its_place(
    other: dict[str, Any], goes: str, queue: Any, manager: User, now: datetime
) -> None:
    """What it has merely claimed, and later than this one, makes way."""
    Preferences.objects.filter(user=manager).update(mail_budget=1)
    Mail.objects.filter(pk=queue("nudge").pk).update(lease_until=Now() + DAY, **other)
    assert deliver(queue("nudge"), now=now) == [goes]


@pytest.mark.django_db
def test_what_a_lead_sends_again_by_hand_goes(queue: Any, lead: User, now: datetime) -> None:
    *_, third = [queue("nudge") for _ in range(3)]
    assert deliver(*Mail.objects.order_by("key"), now=now) == ["sent", "sent", "skipped"]
    third = Mail.objects.get(state=State.SKIPPED)
    again = send_again(third, reason="She asked for it.", by=lead, now=now)
    assert deliver(again, now=now) == ["sent"]


@pytest.mark.django_db
def test_costs_the_same_for_one_and_for_many(queue: Any, acme: Client, now: datetime) -> None:
    def costs(number: int) -> tuple[int, int]:
        people = [User.objects.create_user(f"{uuid4()}@x.example", now=now) for _ in range(number)]
        mails = [queue("nudge", to=one) for one in people]
        return counted(lambda: budget.hold(mails)), counted(lambda: budget.objections(mails, now))

    how_long_and_whom = 2 if connection.vendor == "postgresql" else 1
    assert costs(1) == costs(30) == (how_long_and_whom, 1)
    free = [queue("code"), queue("letter")]
    assert counted(lambda: budget.hold(free)) == counted(lambda: budget.objections(free, now)) == 0


@pytest.mark.django_db(transaction=True)
def test_worker_stopped_while_it_claims_lets_its_readers_go(
    queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They could not sign in until the database noticed that its machine is gone."""
    if connection.vendor != "postgresql":
        return
    mail = queue("nudge")
    monkeypatch.setattr(budget, "STOPPED_AFTER", timedelta(milliseconds=100))

    @transaction.atomic
    def stopped() -> None:
        budget.hold([mail])
        time.sleep(0.6)
        Mail.objects.exists()

    with pytest.raises(DatabaseError):
        stopped()
    connection.close()
    assert Mail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_both_take_the_last_place(
    queue: Any, manager: User, now: datetime, mailoutbox: list[Any]
) -> None:
    """Five workers with a mail each, all at once, for two places; four rounds of it."""
    for number in range(4):
        Mail.objects.all().delete()
        mails = [queue("nudge") for _ in range(5)]
        barrier = threading.Barrier(5)

        def work(mail: Mail, barrier: threading.Barrier = barrier) -> None:
            try:
                barrier.wait(10)
                delivery.deliver([mail.pk], now=now)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=[mail]) for mail in mails]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        ended = Counter(Mail.objects.values_list("state", flat=True))
        assert ended == {State.SENT: 2, State.SKIPPED: 3}, number
