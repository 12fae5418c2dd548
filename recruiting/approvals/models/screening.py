"""Screen-outs: how many were set aside before they became submissions, and for what."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from recruiting.lib.text import check_prose

COUNT_MAX = 10_000


class ScreenOut(models.Model):
    """One entry, such as "14 screened out: 9 no Kubernetes, 5 pay". It names nobody and counts
    nothing in the funnel: who is screened is logged in a checkpoint."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="screen_outs"
    )
    on = models.DateField()
    note = models.TextField(max_length=500, blank=True, validators=[check_prose])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-on", "-at"]
        indexes = [models.Index(fields=["requisition", "-on", "-at"], name="screen_out_latest")]

    def __str__(self) -> str:
        return f"Screened out on {self.on}"


class ScreenOutLine(models.Model):
    """So many for one thing: a requirement of the brief by its id, with its text and kind of
    then; or a reason as `decisions.Reason` has it, but NEW."""

    screen_out = models.ForeignKey(ScreenOut, models.CASCADE, related_name="lines")
    requirement = models.UUIDField(null=True)
    text = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=11)
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ["-count", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(count__range=(1, COUNT_MAX)), name="screen_out_count"
            ),
            models.CheckConstraint(
                condition=Q(reason="requirement", requirement__isnull=False)
                | Q(reason__in=["pay", "timing", "place"], requirement__isnull=True),
                name="screen_out_for_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} for {self.reason}"
