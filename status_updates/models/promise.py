import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from recruiting.audit.models import record
from requisitions.models import Requisition, Stage
from requisitions.models.funnel import day_reached, sums_by_day

if TYPE_CHECKING:
    from recruiting.accounts.models import User

REASON_MAX = 500


class StalePromise(Exception):
    """The promise is another one than the reader was shown. The message says how it stands."""


class PromiseQuerySet(models.QuerySet["Promise"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(requisition__in=Requisition.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(kept_on=None, withdrawn_at=None)

    def due(self, today: date) -> Self:
        return self.open().filter(due_on__lte=today)


class Promise(models.Model):
    """ "Five resumes submitted by Friday": `count` more at `stage` than the total was (`baseline`).

    Kept on the day the total reaches baseline + count; a correction may take that back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="promises"
    )
    checkpoint = models.ForeignKey(
        "status_updates.Checkpoint", models.CASCADE, related_name="promises"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    stage = models.CharField(max_length=12, choices=Stage)
    count = models.PositiveIntegerField()
    baseline = models.PositiveIntegerField()
    due_on = models.DateField()
    first_due_on = models.DateField(null=True)
    """The day that was promised first, where the date has been moved since."""
    move_reason = models.CharField(max_length=REASON_MAX, blank=True, default="", db_default="")
    kept_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1), name="promise_counts_something"),
        ]
        indexes = [models.Index(fields=["requisition", "due_on"], name="promise_due")]

    def __str__(self) -> str:
        return f"{self.count} {self.get_stage_display().lower()} by {self.due_on}"

    @property
    def goal(self) -> int:
        """The total at which the promise is kept."""
        return self.baseline + self.count

    def state(self, today: date) -> str:
        """One of kept, kept late, withdrawn, missed, due today, open."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.kept_on:
            return "kept" if self.kept_on <= self.due_on else "kept late"
        if self.due_on < today:
            return "missed"
        return "due today" if self.due_on == today else "open"

    def move(
        self, due_on: date, *, seen: date, reason: str, by: "User", now: datetime
    ) -> "PromiseMove":
        """Promise the same for a later day, and say why; `seen` is the day the reader was shown.

        Raises StalePromise when it was kept, withdrawn or moved since, ValidationError on
        `due_on` unless the day is later.
        """
        with transaction.atomic():
            current = self._locked()
            if current.withdrawn_at or current.kept_on:
                what = "withdrawn" if current.withdrawn_at else "kept"
                raise StalePromise(f"This promise has been {what} meanwhile.")
            if current.due_on != seen:
                raise StalePromise(
                    f"This promise has been moved to {_day(current.due_on)} meanwhile."
                )
            if due_on <= current.due_on:
                raise ValidationError({"due_on": f"Choose a day after {_day(current.due_on)}."})
            move = PromiseMove.objects.create(
                promise=current, from_on=current.due_on, to_on=due_on, reason=reason, by=by, at=now
            )
            current._save_due(due_on, reason)
            record("moved a promise", current.requisition, by=by, now=now,
                   client=current.requisition.client_id, promise=str(current.pk), reason=reason,
                   came_from=str(move.from_on), to=str(due_on))  # fmt: skip
        self.due_on, self.first_due_on = current.due_on, current.first_due_on
        return move

    def _locked(self) -> "Promise":
        """Held together with its requisition, as a checkpoint holds them that may settle it."""
        requisition = Requisition.objects.locked().get(pk=self.requisition_id)
        current = Promise.objects.get(pk=self.pk)
        current.requisition = requisition
        return current

    def _save_due(self, due_on: date, reason: str) -> None:
        first = self.first_due_on or self.due_on
        self.due_on, self.move_reason = due_on, reason
        self.first_due_on = None if due_on == first else first
        self.save(update_fields=["due_on", "first_due_on", "move_reason"])


class PromiseMove(models.Model):
    """A promise was given another day: from when to when, and why. One that was undone stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    promise = models.ForeignKey(Promise, models.CASCADE, related_name="moves")
    from_on = models.DateField()
    to_on = models.DateField()
    reason = models.CharField(max_length=REASON_MAX)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gt=models.F("from_on")), name="promise_moved_to_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} to {self.to_on}"

    def undo(self, *, by: "User", now: datetime) -> None:
        """Back to the day of before. Twice is once. Raises StalePromise once it has changed."""
        with transaction.atomic():
            promise = self.promise._locked()
            self.refresh_from_db(fields=["undone_at"])
            if self.undone_at:
                return
            if promise.due_on != self.to_on or promise.kept_on or promise.withdrawn_at:
                raise StalePromise("The promise has changed since. Open the requisition to see.")
            self.undone_at = now
            self.save(update_fields=["undone_at"])
            before = promise.moves.filter(undone_at=None).last()
            promise._save_due(self.from_on, before.reason if before else "")
            record("moved a promise back", promise.requisition, by=by, now=now,
                   client=promise.requisition.client_id, promise=str(promise.pk),
                   to=str(self.from_on))  # fmt: skip


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def settle_promises(
    requisition_id: uuid.UUID, totals: Mapping[Stage, int], *, changed_from: date
) -> None:
    """Mark kept what the totals have reached, on the day on which the ledger reached it, and take
    back what a correction has undone.

    Only from the day `changed_from` on is the ledger another one: what was kept before stands.
    """
    promises = list(Promise.objects.filter(requisition=requisition_id, withdrawn_at=None))
    reached = [one for one in promises if totals[Stage(one.stage)] >= one.goal]
    asked = [one for one in reached if one.kept_on is None or one.kept_on >= changed_from]
    by_day = sums_by_day(requisition_id, {Stage(one.stage) for one in asked}) if asked else {}
    kept_on = {one.pk: one.kept_on for one in reached}
    kept_on |= {one.pk: day_reached(by_day[Stage(one.stage)], one.goal) for one in asked}
    for promise in promises:
        if promise.kept_on != (day := kept_on.get(promise.pk)):
            promise.kept_on = day
            promise.save(update_fields=["kept_on"])


def keep_with_records(requisition: Requisition, changed_from: date) -> None:
    """Candidates who were sent, approved or hired keep promises as counted ones do."""
    settle_promises(requisition.pk, requisition.funnel.totals, changed_from=changed_from)
