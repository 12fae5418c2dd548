"""The funnel ledger: deltas that are only ever added, and the totals kept beside them."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from recruiting.accounts.models import User
    from requisitions.models.requisition import Requisition

COUNT_MAX = 10_000
"""The most that one entry may add or take away at a stage."""


class Stage(models.TextChoices):
    """The pipeline in order. A value is also the name of its column on `Funnel`."""

    FOUND = "found", "Found"
    CONTACTED = "contacted", "Contacted"
    SCREENED = "screened", "Screened"
    MET = "met", "Met"
    SUBMITTED = "submitted", "Resumes submitted"
    APPROVED = "approved", "Resumes approved"
    INTERVIEWED = "interviewed", "Interviews held"
    OFFERED = "offered", "Offers made"
    ACCEPTED = "accepted", "Offers accepted"


STAGES = tuple(Stage)
"""In a tuple, which is gone through ten times as fast as the enumeration."""

RECORDED = STAGES[STAGES.index(Stage.SUBMITTED) :]
"""From here on each candidate has a record, and checkpoints add only others."""


class Funnel(models.Model):
    """Totals of one requisition. Always the sums of its deltas, never below zero.

    `recorded_…` is the part of a total that comes from records of candidates. The rest are others,
    which checkpoints count; they are never fewer than none either.
    """

    requisition = models.OneToOneField(
        "requisitions.Requisition", models.CASCADE, primary_key=True, related_name="funnel"
    )
    found = models.IntegerField(default=0)
    contacted = models.IntegerField(default=0)
    screened = models.IntegerField(default=0)
    met = models.IntegerField(default=0)
    submitted = models.IntegerField(default=0)
    approved = models.IntegerField(default=0)
    interviewed = models.IntegerField(default=0)
    offered = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    recorded_submitted = models.IntegerField(default=0, db_default=0)
    recorded_approved = models.IntegerField(default=0, db_default=0)
    recorded_interviewed = models.IntegerField(default=0, db_default=0)
    recorded_offered = models.IntegerField(default=0, db_default=0)
    recorded_accepted = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{stage}__gte": 0}), name=f"funnel_{stage}_not_negative"
                )
                for stage in Stage.values
            ),
            *(
                models.CheckConstraint(
                    condition=Q(
                        **{
                            f"recorded_{stage.value}__gte": 0,
                            f"{stage.value}__gte": F(f"recorded_{stage.value}"),
                        }
                    ),
                    name=f"funnel_{stage.value}_holds_records",
                )
                for stage in RECORDED
            ),
        ]

    def __str__(self) -> str:
        return " ".join(str(total) for total in self.totals.values())

    @property
    def totals(self) -> dict[Stage, int]:
        return {stage: getattr(self, stage) for stage in STAGES}

    @property
    def recorded(self) -> dict[Stage, int]:
        """What records of candidates make of each total; empty until the first was sent."""
        if not self.recorded_submitted:
            return {}
        return {stage: getattr(self, f"recorded_{stage.value}") for stage in RECORDED}


class StageCountQuerySet(models.QuerySet["StageCount"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("The ledger is append-only: add a negative delta.")

    def delete(self) -> NoReturn:
        raise TypeError("The ledger is append-only: add a negative delta.")


class StageCount(models.Model):
    """One entry of the ledger: at `stage`, `delta` more (or fewer), dated `on`."""

    class Source(models.TextChoices):
        CHECKPOINT = "checkpoint", "Checkpoint"
        CORRECTION = "correction", "Correction"
        RECORD = "record", "Record of a candidate"

    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="stage_counts"
    )
    stage = models.CharField(max_length=12, choices=Stage)
    delta = models.IntegerField()
    on = models.DateField()
    source = models.CharField(max_length=12, choices=Source)
    checkpoint = models.ForeignKey(
        "status_updates.Checkpoint", models.CASCADE, null=True, related_name="stage_counts"
    )
    submission = models.ForeignKey(
        "approvals.Submission", models.CASCADE, null=True, related_name="stage_counts"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = StageCountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(delta=0), name="stage_count_changes_something"),
            models.CheckConstraint(
                condition=Q(delta__range=(-COUNT_MAX, COUNT_MAX)), name="stage_count_plausible"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values), name="stage_count_stage_known"
            ),
        ]
        indexes = [
            models.Index(fields=["requisition", "on"], name="stage_count_by_day"),
            models.Index(fields=["requisition", "created_at"], name="stage_count_by_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.delta:+}"


@dataclass(frozen=True)
class Entry:
    """A line for the ledger, before it is written."""

    stage: Stage
    delta: int
    on: date
    source: StageCount.Source
    checkpoint_id: uuid.UUID | None = None
    submission_id: uuid.UUID | None = None


Follower = Callable[["Requisition", date], None]
_followers: list[Follower] = []


def follow(follower: Follower) -> None:
    """What else follows when records of candidates move the totals: an app says so when it starts.

    It is called in the same transaction, with the requisition as it stands then and the first day
    from which the ledger is another one.
    """
    if follower not in _followers:
        _followers.append(follower)


def add_entries(
    requisition: "Requisition", entries: Sequence[Entry], *, by: "User", now: datetime
) -> None:
    """Write entries and totals together; offers accepted fill or unfill the requisition.

    Call it in a transaction with `requisition` locked (`Requisition.objects.locked`). What counts
    is the sum of the entries: a correction takes back and adds in one step. Raises
    ValidationError, keyed by stage, when a total would fall below zero or below what is recorded
    of candidates, or offers accepted would exceed the openings; the caller's transaction is then
    to be rolled back.
    """
    entries = [entry for entry in entries if entry.delta]
    net: Counter[Stage] = Counter()
    recorded: Counter[Stage] = Counter()
    for entry in entries:
        net[entry.stage] += entry.delta
        if entry.source == StageCount.Source.RECORD:
            recorded[entry.stage] += entry.delta
    funnel = requisition.funnel
    _check(requisition, funnel, entries, net, recorded)
    StageCount.objects.bulk_create(
        StageCount(
            requisition=requisition,
            stage=entry.stage,
            delta=entry.delta,
            on=entry.on,
            source=entry.source,
            checkpoint_id=entry.checkpoint_id,
            submission_id=entry.submission_id,
            by=by,
            created_at=now,
        )
        for entry in entries
    )
    moved = {stage.value: delta for stage, delta in net.items() if delta}
    moved |= {f"recorded_{stage.value}": delta for stage, delta in recorded.items() if delta}
    if moved:
        Funnel.objects.filter(pk=funnel.pk).update(
            **{column: F(column) + delta for column, delta in moved.items()}
        )
    for column, delta in moved.items():
        setattr(funnel, column, getattr(funnel, column) + delta)
    if Stage.ACCEPTED in net:  # a correction may leave the count and change its day
        requisition.settle_openings(by=by, now=now)
    days = [entry.on for entry in entries if entry.source == StageCount.Source.RECORD]
    if days:
        for follower in _followers:
            follower(requisition, min(days))


def filled_on(requisition: "Requisition") -> date | None:
    """The day on which the accepted offers reached the openings, by the dates of the entries."""
    by_day = sums_by_day(requisition.pk, [Stage.ACCEPTED])[Stage.ACCEPTED]
    return day_reached(by_day, requisition.openings)


def sums_by_day(
    requisition_id: uuid.UUID, stages: Iterable[Stage]
) -> dict[Stage, list[tuple[date, int]]]:
    """What the ledger adds up to on each day, oldest first, in one statement for all `stages`."""
    sums: dict[Stage, list[tuple[date, int]]] = {stage: [] for stage in stages}
    entries = StageCount.objects.filter(requisition=requisition_id, stage__in=list(sums))
    rows = entries.values_list("stage", "on").annotate(delta=models.Sum("delta")).order_by("on")
    for stage, on, delta in rows:
        sums[Stage(stage)].append((on, delta))
    return sums


def day_reached(by_day: Iterable[tuple[date, int]], count: int) -> date | None:
    """The last day on which a running total rose to `count`; None when it ends below."""
    total, reached = 0, None
    for day, delta in by_day:
        if total < count <= total + delta:
            reached = day
        total += delta
    return reached if total >= count else None


def _check(
    requisition: "Requisition",
    funnel: Funnel,
    entries: Sequence[Entry],
    net: Mapping[Stage, int],
    recorded: Mapping[Stage, int],
) -> None:
    errors = {}
    for entry in entries:
        if abs(entry.delta) > COUNT_MAX:
            errors[entry.stage.value] = (
                f"{entry.delta:,} is more than one checkpoint can hold ({COUNT_MAX:,})."
            )
    for stage, delta in net.items():
        total, here = getattr(funnel, stage.value), funnel.recorded.get(stage, 0)
        if total + delta < 0:
            errors[stage.value] = (
                f"{stage.label} stands at {total:,}; it cannot fall by {-delta:,}."
            )
        elif total + delta < here + recorded.get(stage, 0):
            errors[stage.value] = (
                f"{stage.label} stands at {total:,}, and {here:,} of them are recorded from "
                f"candidates; the others cannot fall by {-delta:,}."
            )
    accepted = funnel.accepted + net.get(Stage.ACCEPTED, 0)
    if net.get(Stage.ACCEPTED, 0) > 0 and accepted > requisition.openings:
        openings = (
            "1 opening" if requisition.openings == 1 else f"{requisition.openings:,} openings"
        )
        errors.setdefault(
            Stage.ACCEPTED.value,
            f"That makes {accepted:,} accepted offers for {openings}. Raise the openings first.",
        )
    if errors:
        raise ValidationError(errors)
