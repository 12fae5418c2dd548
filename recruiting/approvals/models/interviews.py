"""Interviews of a candidate, and what the manager says after each."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from recruiting.approvals.models.submissions import Submission
from recruiting.lib.text import check_line, check_prose

MINUTES_MIN, MINUTES_MAX = 10, 480
PLACE_MAX = 200
FEEDBACK_MAX = 2_000


class Interview(models.Model):
    """One round: when, where, with whom.

    Calendars know it by `uid`, and `sequence` rises with every word that goes to them. `organizer`
    is the recruiter, `guest` the manager, at the addresses to which the invitation went; `who`
    names who else talks to the candidate. It was held once `held_at` is set.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="interviews")
    round = models.CharField(max_length=80, validators=[check_line])
    uid = models.CharField(max_length=320, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    begins_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(MINUTES_MIN), MaxValueValidator(MINUTES_MAX)]
    )
    place = models.CharField(max_length=PLACE_MAX, blank=True, validators=[check_line])
    who = models.CharField(max_length=PLACE_MAX, blank=True, validators=[check_line])
    organizer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organizer_address = models.EmailField()
    guest = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    guest_address = models.EmailField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, validators=[check_line])
    held_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["begins_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__range=(MINUTES_MIN, MINUTES_MAX)), name="interview_minutes"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(held_at__isnull=True),
                name="interview_held_or_cancelled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["begins_at"],
                name="interview_to_come",
                condition=Q(cancelled_at__isnull=True, held_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Interview of {self.submission_id}"

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + timedelta(minutes=self.minutes)


class Feedback(models.Model):
    """What the manager says after an interview. A stop is also a `Decision` after an interview."""

    class Verdict(models.TextChoices):
        ON = "on", "Go on"
        UNSURE = "unsure", "Not sure yet"
        STOP = "stop", "Stop here"

    interview = models.OneToOneField(Interview, models.CASCADE, related_name="feedback")
    verdict = models.CharField(max_length=6, choices=Verdict)
    text = models.TextField(max_length=FEEDBACK_MAX, blank=True, validators=[check_prose])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    in_name_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["on", "unsure", "stop"]), name="feedback_verdict_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verdict} after {self.interview_id}"
