"""A submission that rests for a while, and one that ended before its time."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from recruiting.approvals.models.submissions import Submission
from recruiting.lib.text import check_line


class Parking(models.Model):
    """On hold: not decided on and not gone on with, until it ends."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="parkings")
    reason = models.CharField(max_length=300, blank=True, validators=[check_line])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(ended_at__isnull=True),
                name="parking_one_standing",
            )
        ]

    def __str__(self) -> str:
        return f"Parking of {self.submission_id}"


class Withdrawal(models.Model):
    """The candidate, or the recruiter for her, takes the submission back."""

    class Whose(models.TextChoices):
        CANDIDATE = "candidate", "The candidate"
        RECRUITER = "recruiter", "The recruiter"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="withdrawals")
    whose = models.CharField(max_length=9, choices=Whose)
    reason = models.CharField(max_length=300, blank=True, validators=[check_line])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(undone_at__isnull=True),
                name="withdrawal_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(whose__in=["candidate", "recruiter"]), name="withdrawal_whose_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Withdrawal of {self.submission_id}"
