"""Whether the totals that are kept are what the ledger adds up to."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from requisitions.models import Requisition, Stage


@dataclass(frozen=True)
class Deviation:
    """At one stage of one requisition; `kept` is None where it has no totals at all."""

    requisition: UUID
    stage: Stage
    kept: int | None
    summed: int


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
