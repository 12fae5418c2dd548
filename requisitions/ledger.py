"""Whether the totals that are kept are what the ledger adds up to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from requisitions.models import Requisition, Stage, StageCount
from requisitions.models.funnel import RECORDED


@dataclass(frozen=True)
class Deviation:
    """At one stage of one requisition; `kept` is None where it has no totals at all."""

    requisition: UUID
    stage: Stage
    kept: int | None
    summed: int

    def __str__(self) -> str:
        kept = "no total" if self.kept is None else f"total {self.kept}"
        return f"{self.requisition} {self.stage}: {kept}, entries sum to {self.summed}"


@dataclass(frozen=True)
class RecordDeviation(Deviation):
    """The same for the part of a total that comes from records of candidates."""

    def __str__(self) -> str:
        kept = f"{self.kept} recorded"
        return f"{self.requisition} {self.stage}: {kept}, entries sum to {self.summed}"


Check = Callable[[], Iterable[object]]
_checks: list[Check] = []


def register(check: Check) -> None:
    """What else the ledger has to agree with: an app that writes into it says so when it starts.
    Each thing that `check` finds is printed."""
    if check not in _checks:
        _checks.append(check)


def all_deviations() -> list[object]:
    """Whatever any check finds, each in its own words."""
    found: list[object] = [*deviations(), *recorded_deviations()]
    for check in _checks:
        found += check()
    return found


def recorded_deviations() -> list[RecordDeviation]:
    """Every part of a total that is not the sum of what records added. One statement."""
    of_records = Q(stage_counts__source=StageCount.Source.RECORD)
    sums = {
        f"sum_{stage.value}": Coalesce(
            Sum("stage_counts__delta", filter=of_records & Q(stage_counts__stage=stage)), 0
        )
        for stage in RECORDED
    }
    rows = Requisition.objects.order_by("pk").annotate(**sums).exclude(funnel=None)
    kept = [f"funnel__recorded_{stage.value}" for stage in RECORDED]
    return [
        RecordDeviation(pk, stage, recorded, summed)
        for pk, *numbers in rows.values_list("pk", *kept, *sums)
        for stage, recorded, summed in zip(
            RECORDED, numbers[: len(RECORDED)], numbers[len(RECORDED) :], strict=True
        )
        if recorded != summed
    ]


def deviations() -> list[Deviation]:
    """Every total that is not the sum of its deltas, found in one grouped statement."""
    sums = {
        f"sum_{stage.value}": Coalesce(
            Sum("stage_counts__delta", filter=Q(stage_counts__stage=stage)), 0
        )
        for stage in Stage
    }
    rows = Requisition.objects.order_by("pk").annotate(**sums)
    kept = [f"funnel__{stage.value}" for stage in Stage]
    return [
        Deviation(pk, stage, total, summed)
        for pk, *numbers in rows.values_list("pk", *kept, *sums)
        for stage, total, summed in zip(
            Stage, numbers[: len(Stage)], numbers[len(Stage) :], strict=True
        )
        if total != summed
    ]
