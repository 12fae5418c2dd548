"""Made-up lives of requisitions by the thousand, for measuring. Pure, and the same every time."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from recruiting.dashboards.demo.workdays import instant, shifted
from requisitions.models import Stage, Status

STATUSES = (
    *[Status.OPEN] * 13,
    *[Status.FILLED] * 2,
    *[Status.ON_HOLD] * 2,
    *[Status.INTAKE] * 2,
    Status.CANCELLED,
)
"""Of twenty requisitions, how many end where."""

GOES_ON = {
    Stage.CONTACTED: 0.8,
    Stage.SCREENED: 0.5,
    Stage.MET: 0.5,
    Stage.SUBMITTED: 0.6,
    Stage.APPROVED: 0.7,
    Stage.INTERVIEWED: 0.8,
}
"""The share of the stage before that reaches a stage. Chosen to look alive, not measured."""

FOUND_PER_CHECKPOINT = (3, 15)
PROMISED = 2
"""Resumes promised at every second checkpoint, due in a week of work."""


@dataclass
class PledgeLived:
    stage: Stage
    count: int
    baseline: int
    due_on: date
    kept_on: date | None = None


@dataclass(frozen=True)
class CheckpointLived:
    at: datetime
    counts: Mapping[Stage, int]
    promise: PledgeLived | None

    @property
    def on(self) -> date:
        return self.at.date()


@dataclass(frozen=True)
class Life:
    """What happened to one requisition, in order; `totals` is the sum of the checkpoints."""

    status: Status
    openings: int
    created_at: datetime
    opened_at: datetime
    ended_at: datetime
    """When the last change of status came, for those that are neither open nor in intake."""
    checkpoints: list[CheckpointLived] = field(default_factory=list)
    totals: dict[Stage, int] = field(default_factory=dict)


def live(number: int, checkpoints: int, *, rng: random.Random, today: date) -> Life:
    """The life of the `number`-th requisition: a checkpoint a week, the last one before today."""
    status = STATUSES[number % len(STATUSES)]
    if status == Status.FILLED and not checkpoints:
        status = Status.OPEN
    openings = rng.choice((1, 1, 1, 2, 3))
    days = list(_days(checkpoints, rng, today))
    first = days[0] if days else _at(shifted(today, -5), rng)
    last = days[-1] if days else first
    life = Life(
        status=status,
        openings=openings,
        created_at=first - timedelta(days=9),
        opened_at=first - timedelta(days=4),
        ended_at=last if status == Status.FILLED else last + timedelta(minutes=30),
        totals=dict.fromkeys(Stage, 0),
    )
    for index, at in enumerate(days):
        filling = status == Status.FILLED and index == checkpoints - 1
        counts = _counts(life.totals, openings, filling=filling, rng=rng)
        for stage, moved in counts.items():
            life.totals[stage] += moved
        _keep_promises(life, at.date())
        life.checkpoints.append(
            CheckpointLived(at, counts, _promise(life, at.date()) if index % 2 == 0 else None)
        )
    return life


def _days(checkpoints: int, rng: random.Random, today: date) -> Iterator[datetime]:
    for weeks_ago in range(checkpoints - 1, -1, -1):
        workdays_ago = weeks_ago * 5 + rng.randint(1, 4)
        yield _at(shifted(today, -workdays_ago), rng)


def _at(day: date, rng: random.Random) -> datetime:
    return instant(day, f"{rng.randint(9, 15):02}:{rng.randint(0, 59):02}", UTC)


def _counts(
    totals: Mapping[Stage, int], openings: int, *, filling: bool, rng: random.Random
) -> dict[Stage, int]:
    """What one checkpoint moves: each stage follows the one before it at its rate."""
    moved = {Stage.FOUND: rng.randint(*FOUND_PER_CHECKPOINT)}
    before = totals[Stage.FOUND] + moved[Stage.FOUND]
    for stage, share in GOES_ON.items():
        moved[stage] = max(int(before * share) - totals[stage], 0)
        before = totals[stage] + moved[stage]
    if filling:
        for stage in Stage:
            missing = openings - totals[stage] - moved.get(stage, 0)
            moved[stage] = moved.get(stage, 0) + max(missing, 0)
    return {stage: count for stage, count in moved.items() if count}


def _promise(life: Life, on: date) -> PledgeLived:
    stage = Stage.SUBMITTED
    return PledgeLived(stage, PROMISED, life.totals[stage], shifted(on, 5))


def _keep_promises(life: Life, on: date) -> None:
    for checkpoint in life.checkpoints:
        promise = checkpoint.promise
        if promise is None or promise.kept_on is not None:
            continue
        if life.totals[promise.stage] >= promise.baseline + promise.count:
            promise.kept_on = on
