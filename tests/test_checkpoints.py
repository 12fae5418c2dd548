"""Checkpoints, their corrections and promises, and the ledger that follows from them."""

import uuid
from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from recruiting.accounts.models import User
from recruiting.audit.models import Event
from requisitions.models import Requisition, Stage, StageCount, Status
from status_updates.models import Checkpoint
from status_updates.models.checkpoint import PromiseMade
from tests.factories import NOW, make_checkpoint, make_requisition

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def totals(requisition: Requisition) -> dict[Stage, int]:
    """The kept totals, after checking that they are the sums of the ledger."""
    funnel = Requisition.objects.select_related("funnel").get(pk=requisition.pk).funnel
    sums = dict.fromkeys(Stage, 0)
    for count in requisition.stage_counts.all():
        sums[Stage(count.stage)] += count.delta
    assert funnel.totals == sums
    return {stage: total for stage, total in funnel.totals.items() if total}


def correct(checkpoint: Checkpoint, counts: dict[Stage, int], **words: Any) -> Checkpoint:
    return checkpoint.correct(
        by=checkpoint.by, now=LATER, key=uuid.uuid4(), counts=counts, on=checkpoint.on, **words
    )


def test_log_adds_to_the_totals(requisition: Requisition) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 12, Stage.MET: 2})
    make_checkpoint(requisition, counts={Stage.FOUND: 3}, now=LATER)
    assert totals(requisition) == {Stage.FOUND: 15, Stage.MET: 2}


def test_log_twice_with_one_key_is_one_checkpoint(requisition: Requisition) -> None:
    key = uuid.uuid4()
    first = make_checkpoint(requisition, counts={Stage.FOUND: 12}, key=key)
    again = make_checkpoint(requisition, counts={Stage.FOUND: 12}, key=key)
    assert (again.pk, totals(requisition)) == (first.pk, {Stage.FOUND: 12})


@pytest.mark.parametrize("status", [Status.FILLED, Status.CANCELLED, Status.DRAFT])
def test_log_where_nobody_works_is_refused(
    requisition: Requisition, status: Status, recruiter: User
) -> None:
    manager = None if status == Status.DRAFT else requisition.manager
    idle = make_requisition(requisition.client, recruiter=recruiter, manager=manager, status=status)
    with pytest.raises(ValidationError, match=r"Reopen|hiring manager"):
        make_checkpoint(idle)
    assert not idle.checkpoints.filter(at=NOW).exists()


def test_undo_takes_the_counts_back_and_keeps_the_history(requisition: Requisition) -> None:
    kept = make_checkpoint(requisition, counts={Stage.FOUND: 12})
    undone = make_checkpoint(requisition, counts={Stage.FOUND: 5, Stage.MET: 1}, now=LATER)
    undone.undo(by=undone.by, now=LATER)
    requisition.refresh_from_db()
    assert totals(requisition) == {Stage.FOUND: 12}
    assert requisition.latest_checkpoint_id == kept.pk
    assert Checkpoint.objects.get(pk=undone.pk).counts == {Stage.FOUND: 5, Stage.MET: 1}


def test_undo_twice_is_once(requisition: Requisition) -> None:
    checkpoint = make_checkpoint(requisition, counts={Stage.FOUND: 12})
    checkpoint.undo(by=checkpoint.by, now=LATER)
    Checkpoint.objects.get(pk=checkpoint.pk).undo(by=checkpoint.by, now=LATER)
    assert totals(requisition) == {}


def test_correction_replaces_the_counts(requisition: Requisition) -> None:
    wrong = make_checkpoint(requisition, counts={Stage.FOUND: 21, Stage.MET: 1})
    right = correct(wrong, {Stage.FOUND: 12}, note="Typed backwards.")
    wrong.refresh_from_db()
    assert totals(requisition) == {Stage.FOUND: 12}
    assert (right.counts, right.corrects_id) == ({Stage.FOUND: 12}, wrong.pk)
    assert wrong.counts == {Stage.FOUND: 21, Stage.MET: 1}


def test_correction_of_what_was_corrected_is_refused(requisition: Requisition) -> None:
    wrong = make_checkpoint(requisition, counts={Stage.FOUND: 21})
    correct(wrong, {Stage.FOUND: 12})
    with pytest.raises(ValidationError, match="already"):
        correct(Checkpoint.objects.get(pk=wrong.pk), {Stage.FOUND: 1})
    assert totals(requisition) == {Stage.FOUND: 12}


def test_ledger_rows_cannot_be_changed(requisition: Requisition) -> None:
    make_checkpoint(requisition)
    with pytest.raises(TypeError):
        StageCount.objects.update(delta=1)
    with pytest.raises(TypeError):
        requisition.stage_counts.all().delete()
    with pytest.raises(TypeError):
        Event.objects.all().delete()


def test_last_accepted_offer_fills_and_its_undoing_reopens(
    requisition: Requisition, recruiter: User
) -> None:
    two = make_requisition(
        requisition.client, recruiter=recruiter, manager=requisition.manager, openings=2
    )
    make_checkpoint(two, counts={Stage.ACCEPTED: 1})
    assert Requisition.objects.get(pk=two.pk).status == Status.OPEN
    last = make_checkpoint(two, counts={Stage.ACCEPTED: 1}, now=LATER)
    filled = Requisition.objects.get(pk=two.pk)
    assert (filled.status, filled.closed_on) == (Status.FILLED, LATER.date())
    last.undo(by=recruiter, now=LATER)
    reopened = Requisition.objects.get(pk=two.pk)
    assert (reopened.status, reopened.closed_on) == (Status.OPEN, None)


def test_more_accepted_offers_than_openings_are_refused(requisition: Requisition) -> None:
    with pytest.raises(ValidationError) as refused:
        make_checkpoint(requisition, counts={Stage.ACCEPTED: 2})
    assert list(refused.value.message_dict) == ["accepted"]
    assert totals(requisition) == {}


def test_undo_below_zero_is_refused(requisition: Requisition) -> None:
    """The ledger never lets a total fall below zero, whoever asks."""
    checkpoint = make_checkpoint(requisition, counts={Stage.FOUND: 5})
    requisition.funnel.__class__.objects.filter(pk=requisition.pk).update(found=3)
    with pytest.raises(ValidationError) as refused:
        checkpoint.undo(by=checkpoint.by, now=LATER)
    assert refused.value.message_dict == {"found": ["Found stands at 3; it cannot fall by 5."]}
    assert Checkpoint.objects.get(pk=checkpoint.pk).undone_at is None


@pytest.mark.parametrize("counted", [1, 2])
def test_promise_is_kept_when_its_count_is_reached(requisition: Requisition, counted: int) -> None:
    due = NOW.date() + timedelta(days=2)
    made = make_checkpoint(
        requisition,
        counts={Stage.SUBMITTED: 4},
        promise=PromiseMade(Stage.SUBMITTED, 2, due),
    )
    assert made.promises.get().kept_on is None, "its own counts do not keep it"
    done = make_checkpoint(requisition, counts={Stage.SUBMITTED: counted}, now=LATER)
    promise = made.promises.get()
    assert promise.state(due) == ("kept" if counted == 2 else "due today")
    done.undo(by=done.by, now=LATER)
    assert made.promises.get().kept_on is None


def test_promise_of_an_undone_checkpoint_is_withdrawn(requisition: Requisition) -> None:
    made = make_checkpoint(
        requisition, promise=PromiseMade(Stage.MET, 2, NOW.date() + timedelta(days=2))
    )
    made.undo(by=made.by, now=LATER)
    assert made.promises.get().state(NOW.date()) == "withdrawn"


def test_promise_that_was_not_kept_in_time_says_so(requisition: Requisition) -> None:
    made = make_checkpoint(requisition, promise=PromiseMade(Stage.MET, 2, date(2026, 3, 13)))
    assert made.promises.get().state(date(2026, 3, 14)) == "missed"
    make_checkpoint(requisition, counts={Stage.MET: 2}, now=NOW + timedelta(days=5))
    assert made.promises.get().state(date(2026, 3, 20)) == "kept late"


def test_correction_keeps_the_promise_that_was_kept_since(requisition: Requisition) -> None:
    promise = PromiseMade(Stage.SUBMITTED, 2, NOW.date() + timedelta(days=2))
    made = make_checkpoint(requisition, counts={Stage.FOUND: 21}, promise=promise)
    make_checkpoint(requisition, counts={Stage.SUBMITTED: 2}, now=LATER)
    right = correct(made, {Stage.FOUND: 12}, promise=promise)
    assert right.promises.get().state(NOW.date()) == "kept"


def day(number: int) -> date:
    return date(2026, 3, number)


def promised(requisition: Requisition, count: int, due: date) -> Checkpoint:
    """Made on 1 March, of meetings held."""
    at = NOW - timedelta(days=10)
    return make_checkpoint(requisition, now=at, promise=PromiseMade(Stage.MET, count, due))


def test_promise_is_kept_on_the_day_on_which_the_ledger_reached_it(
    requisition: Requisition,
) -> None:
    """Logged afterwards, an earlier part of it does not make it kept in time."""
    made = promised(requisition, 5, day(9))
    make_checkpoint(requisition, counts={Stage.MET: 3}, on=day(10))
    make_checkpoint(requisition, counts={Stage.MET: 2}, on=day(8), now=LATER)
    promise = made.promises.get()
    assert (promise.kept_on, promise.state(day(11))) == (day(10), "kept late")


def test_promise_follows_the_corrected_day(requisition: Requisition) -> None:
    made = promised(requisition, 2, day(9))
    done = make_checkpoint(requisition, counts={Stage.MET: 2}, on=day(10))
    assert made.promises.get().state(day(11)) == "kept late"
    done.correct(by=done.by, now=LATER, key=uuid.uuid4(), counts={Stage.MET: 2}, on=day(8))
    assert made.promises.get().state(day(11)) == "kept"


def test_promise_kept_again_later_is_kept_later(requisition: Requisition) -> None:
    made = promised(requisition, 2, day(9))
    first = make_checkpoint(requisition, counts={Stage.MET: 2}, on=day(5))
    make_checkpoint(requisition, counts={Stage.MET: 2}, on=day(10))
    assert made.promises.get().kept_on == day(5)
    first.undo(by=first.by, now=LATER)
    assert made.promises.get().kept_on == day(10)


@pytest.mark.parametrize(
    "other",
    [
        {"counts": {Stage.FOUND: 5}},
        {"note": "Called both."},
        {"next_step": "Call both"},
        {"on": day(9)},
        {"promise": PromiseMade(Stage.MET, 1, day(13))},
    ],
)
def test_key_with_something_else_is_no_second_sending(
    requisition: Requisition, other: dict[str, Any]
) -> None:
    """Who went back in the browser and typed something new is not told that it was logged."""
    key = uuid.uuid4()
    make_checkpoint(requisition, counts={Stage.FOUND: 12}, key=key)
    with pytest.raises(ValidationError, match="said something else"):
        make_checkpoint(requisition, **{"counts": {Stage.FOUND: 12}, "key": key, **other})
    assert totals(requisition) == {Stage.FOUND: 12}


def test_key_of_another_requisitions_checkpoint_is_refused(
    requisition: Requisition, other_requisition: Requisition
) -> None:
    key = uuid.uuid4()
    make_checkpoint(other_requisition, key=key)
    with pytest.raises(ValidationError, match="sent before"):
        make_checkpoint(requisition, key=key)


def test_key_of_what_was_undone_is_refused(requisition: Requisition) -> None:
    key = uuid.uuid4()
    make_checkpoint(requisition, key=key).undo(by=requisition.recruiter, now=LATER)
    with pytest.raises(ValidationError, match="taken back since"):
        make_checkpoint(requisition, key=key)


def test_corrected_checkpoint_cannot_be_undone(requisition: Requisition) -> None:
    made = make_checkpoint(requisition, counts={Stage.FOUND: 21})
    stale = Checkpoint.objects.get(pk=made.pk)
    right = correct(made, {Stage.FOUND: 12})
    with pytest.raises(ValidationError, match="Undo the correction"):
        stale.undo(by=made.by, now=LATER)
    right.undo(by=made.by, now=LATER)
    assert totals(requisition) == {}


@pytest.mark.django_db(transaction=True)
def test_logging_at_once_loses_and_doubles_nothing(requisition: Requisition) -> None:
    key = uuid.uuid4()

    def log(key: uuid.UUID) -> None:
        try:
            make_checkpoint(
                Requisition.objects.get(pk=requisition.pk), counts={Stage.FOUND: 3}, key=key
            )
        finally:
            connection.close()

    threads = [Thread(target=log, args=[k]) for k in [key] * 4 + [uuid.uuid4(), uuid.uuid4()]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert totals(requisition) == {Stage.FOUND: 9}
