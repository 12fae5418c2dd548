"""What must be true of every funnel and timeline, whoever wrote the rows."""

from collections import Counter
from itertools import groupby

from requisitions.ledger import deviations
from requisitions.models import Requisition, Stage, Status


def assert_consistent() -> None:
    """Totals are the sums of the deltas, and all that is kept beside them agrees with the rows."""
    assert list(deviations()) == []
    for requisition in Requisition.objects.select_related("funnel"):
        _assert_status(requisition)
        _assert_checkpoints(requisition)


def _assert_status(requisition: Requisition) -> None:
    changes = list(requisition.status_changes.order_by("at", "id"))
    steps = [change.to_status for change in changes]
    assert [change.from_status for change in changes] == ["", *steps[:-1]]
    assert steps[-1] == requisition.status
    full = requisition.funnel.accepted >= requisition.openings
    assert full == (requisition.status == Status.FILLED)
    assert (requisition.closed_on is not None) == requisition.is_closed
    assert (requisition.opened_on is not None) == (Status.OPEN in steps)


def _assert_checkpoints(requisition: Requisition) -> None:
    standing = requisition.checkpoints.filter(undone_at=None).order_by("-on", "-at")
    assert requisition.latest_checkpoint == standing.first()
    running: Counter[str] = Counter()
    kept = {}
    promises = list(requisition.promises.filter(withdrawn_at=None))
    for entry in requisition.stage_counts.order_by("on", "created_at", "pk"):
        running[entry.stage] += entry.delta
        for promise in promises:
            made = promise.made_at < entry.created_at
            if made and promise.pk not in kept and running[promise.stage] >= promise.goal:
                kept[promise.pk] = entry.on
    assert {promise.pk: promise.kept_on for promise in promises if promise.kept_on} == kept


def assert_pipeline_plausible() -> None:
    """Nobody is contacted before being found, nor accepts before being offered."""
    for requisition in Requisition.objects.select_related("funnel"):
        running: Counter[Stage] = Counter()
        entries = requisition.stage_counts.order_by("on")
        for day, moved in groupby(entries, key=lambda one: one.on):
            for entry in moved:
                running[Stage(entry.stage)] += entry.delta
            for stage, following in (
                (Stage.FOUND, Stage.CONTACTED),
                (Stage.CONTACTED, Stage.SCREENED),
                (Stage.SCREENED, Stage.MET),
                (Stage.MET, Stage.SUBMITTED),
                (Stage.SUBMITTED, Stage.APPROVED),
                (Stage.APPROVED, Stage.INTERVIEWED),
                (Stage.OFFERED, Stage.ACCEPTED),
            ):
                assert running[following] <= running[stage], (requisition.title, day, stage)
