"""Whatever people do in whatever order: totals are the sums of the entries, never below zero."""

import uuid
from contextlib import suppress
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from recruiting.accounts.models import Role, User
from requisitions.ledger import deviations
from requisitions.models import Funnel, NotAllowed, Requisition, Stage, Status
from requisitions.models.status import TRANSITIONS
from status_updates.models import Checkpoint
from tests.factories import NOW, make_checkpoint, make_client, make_requisition, make_user

counts = st.dictionaries(st.sampled_from(Stage), st.integers(0, 4), max_size=4).map(
    # Offers are rarer than other steps; else every life would end at once.
    lambda found: found | {Stage.ACCEPTED: min(found.get(Stage.ACCEPTED, 0), 1)}
)
days = st.integers(-3, 0).map(lambda back: NOW.date() + timedelta(days=back))


class Life(RuleBasedStateMachine):
    """One requisition through anything that people can do with its funnel and status."""

    checkpoints: Bundle[uuid.UUID] = Bundle("checkpoints")

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.now: datetime = NOW

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    @initialize(openings=st.integers(1, 3), status=st.sampled_from([Status.INTAKE, Status.OPEN]))
    def begin(self, openings: int, status: Status) -> None:
        client = make_client()
        self.recruiter: User = make_user(role=Role.RECRUITER, clients=[client])
        self.pk = make_requisition(
            client,
            recruiter=self.recruiter,
            manager=make_user(clients=[client]),
            openings=openings,
            status=status,
        ).pk
        self.seen = status

    @property
    def requisition(self) -> Requisition:
        return Requisition.objects.select_related("funnel").get(pk=self.pk)

    def attempt(self, act: str, **how: object) -> None:
        """What is refused must change nothing; the invariants see to that."""
        with suppress(NotAllowed, ValidationError), transaction.atomic():
            getattr(self.requisition, act)(by=self.recruiter, now=self.tick(), **how)

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    @rule(target=checkpoints, counts=counts, on=days)
    def log(self, counts: dict[Stage, int], on: date) -> uuid.UUID:
        try:
            checkpoint = make_checkpoint(
                self.requisition, by=self.recruiter, now=self.tick(), counts=counts, on=on
            )
        except ValidationError:
            return uuid.uuid4()
        return checkpoint.pk

    @rule(target=checkpoints, old=consumes(checkpoints), counts=counts, on=days)
    def correct(self, old: uuid.UUID, counts: dict[Stage, int], on: date) -> uuid.UUID:
        checkpoint = Checkpoint.objects.filter(pk=old).first()
        if checkpoint is None:
            return old
        try:
            return checkpoint.correct(
                by=self.recruiter, now=self.tick(), key=uuid.uuid4(), counts=counts, on=on
            ).pk
        except ValidationError:
            return old

    @rule(old=checkpoints)
    def undo(self, old: uuid.UUID) -> None:
        checkpoint = Checkpoint.objects.filter(pk=old).first()
        if checkpoint is None:
            return
        with suppress(ValidationError):
            checkpoint.undo(by=self.recruiter, now=self.tick())

    @rule()
    def open_it(self) -> None:
        self.attempt("open_for_sourcing", reason="Agreed by phone")

    @rule()
    def hold(self) -> None:
        self.attempt("put_on_hold", reason="Budget")

    @rule()
    def resume(self) -> None:
        self.attempt("resume")

    @rule()
    def cancel(self) -> None:
        self.attempt("cancel", reason="Not needed")

    @rule(openings=st.none() | st.integers(1, 4))
    def reopen(self, openings: int | None) -> None:
        self.attempt("reopen", reason="Needed", openings=openings)

    @rule(openings=st.integers(1, 4))
    def change_openings(self, openings: int) -> None:
        version = self.requisition.version
        self.attempt("edit", changes={"openings": openings}, version=version)

    @invariant()
    def totals_are_the_sums_of_the_entries_and_never_negative(self) -> None:
        requisition = self.requisition
        summed = dict(requisition.stage_counts.values_list("stage").annotate(total=Sum("delta")))
        totals = requisition.funnel.totals
        assert totals == {stage: summed.get(stage.value, 0) for stage in Stage}
        assert min(totals.values()) >= 0

    @invariant()
    def filled_says_that_every_opening_is_filled(self) -> None:
        requisition = self.requisition
        full = requisition.funnel.accepted >= requisition.openings
        if requisition.status in (Status.OPEN, Status.FILLED):
            assert (requisition.status == Status.FILLED) == full
        if requisition.is_active:
            assert not full

    @invariant()
    def closed_has_a_day_and_the_last_change_tells_the_status(self) -> None:
        requisition = self.requisition
        assert (requisition.closed_on is not None) == requisition.is_closed
        changes = list(requisition.status_changes.all())
        assert changes[-1].to_status == requisition.status
        for change in changes[1:]:
            assert change.to_status in TRANSITIONS[change.from_status]

    @invariant()
    def check_finds_nothing(self) -> None:
        assert deviations() == []

    @invariant()
    def latest_checkpoint_is_one_that_stands(self) -> None:
        latest = self.requisition.latest_checkpoint
        standing = Checkpoint.objects.standing().filter(requisition=self.pk)
        assert latest == standing.order_by("-on", "-at").first()


@pytest.mark.django_db
def test_no_order_of_actions_breaks_the_ledger() -> None:
    run_state_machine_as_test(
        Life, settings=settings(max_examples=30, stateful_step_count=20, report_multiple_bugs=False)
    )


def test_check_funnels_is_content_with_a_sound_ledger(requisition: Requisition) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 5, Stage.MET: 2})
    output = StringIO()
    call_command("check_funnels", stdout=output)
    assert output.getvalue() == "Every total is the sum of its entries.\n"


def test_check_funnels_names_what_deviates_and_fails(
    requisition: Requisition, other_requisition: Requisition
) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 5})
    Funnel.objects.filter(pk=requisition.pk).update(found=6)
    output = StringIO()
    with pytest.raises(CommandError, match="1 total deviates") as failure:
        call_command("check_funnels", stdout=output)
    assert failure.value.returncode == 1
    assert output.getvalue() == f"{requisition.pk} found: total 6, entries sum to 5\n"


def test_check_funnels_notices_a_missing_row_of_totals(requisition: Requisition) -> None:
    Funnel.objects.filter(pk=requisition.pk).delete()
    assert {(one.kept, one.summed) for one in deviations()} == {(None, 0)}
