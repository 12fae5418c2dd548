"""Whether the funnel's ledger says what the records of candidates say."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Sum

from recruiting.approvals.models import Submission
from recruiting.approvals.states import REACHED, reached, state_of
from requisitions.models import Stage, StageCount


@dataclass(frozen=True)
class Apart:
    """At one stage of one requisition the ledger and the candidates say different numbers."""

    requisition: UUID
    stage: Stage
    entered: int
    candidates: int

    def __str__(self) -> str:
        return (
            f"{self.requisition} {self.stage}: entries of candidates sum to {self.entered}, "
            f"candidates come to {self.candidates}"
        )


@dataclass(frozen=True)
class Unsettled:
    """A submission that does not stand where its records say."""

    submission: UUID
    kept: str
    follows: str

    def __str__(self) -> str:
        return f"submission {self.submission}: {self.kept}, its records say {self.follows}"


def apart() -> list[Apart | Unsettled]:
    """Two grouped statements for the counts, and seven for where submissions stand."""
    return [*counts_apart(), *unsettled()]


def counts_apart() -> list[Apart]:
    entered: Counter[tuple[UUID, str]] = Counter()
    rows = StageCount.objects.filter(source=StageCount.Source.RECORD)
    for pk, stage, total in rows.values_list("requisition", "stage").annotate(Sum("delta")):
        entered[pk, stage] = total
    came: Counter[tuple[UUID, str]] = Counter()
    columns = [Count(column) for column in REACHED.values()]
    for pk, *numbers in Submission.objects.order_by().values_list("requisition").annotate(*columns):
        for stage, number in zip(REACHED, numbers, strict=True):
            came[pk, stage.value] = number
    found = sorted(entered.keys() | came.keys(), key=str)
    return [
        Apart(pk, Stage(stage), entered[pk, stage], came[pk, stage])
        for pk, stage in found
        if entered[pk, stage] != came[pk, stage]
    ]


def unsettled() -> list[Unsettled]:
    found: list[Unsettled] = []
    for one in Submission.objects.with_records():
        records = one.records_at_hand()
        follows = state_of(records)
        before = {stage: getattr(one, column) for stage, column in REACHED.items()}
        stands = reached(records, before, one.at.date())
        late = {stage for stage in REACHED if (before[stage] is None) != (stands[stage] is None)}
        if one.state != follows or late:
            words = ", ".join([follows, *sorted(late)])
            found.append(Unsettled(one.pk, one.state, words))
    return found
