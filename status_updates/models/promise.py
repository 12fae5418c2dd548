import uuid
from collections.abc import Mapping
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from requisitions.models import Stage
from requisitions.models.funnel import day_reached, sums_by_day


class PromiseQuerySet(models.QuerySet["Promise"]):
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
