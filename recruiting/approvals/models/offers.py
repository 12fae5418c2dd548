"""Offers made to a candidate, and the answer."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from recruiting.approvals.models.submissions import Submission
from recruiting.lib.text import check_line, check_prose


class Offer(models.Model):
    """One offer. `answer` is empty while the candidate thinks, until `answer_by` if that was
    said. Taken back, it stays with `undone_at`."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    class Because(models.TextChoices):
        """Why a candidate says no."""

        PAY = "pay", "Pay"
        OTHER_OFFER = "other offer", "Another offer"
        COUNTER = "counter offer", "A counter-offer where they work"
        ROLE = "role", "The job itself"
        PLACE = "place", "Place or remote work"
        TIMING = "timing", "Timing"
        PROCESS = "process", "How long it took"
        PERSONAL = "personal", "Personal reasons"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="offers")
    terms = models.CharField(max_length=200, blank=True, validators=[check_line])
    made_on = models.DateField()
    answer_by = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    because = models.CharField(max_length=13, choices=Because, blank=True)
    words = models.TextField(max_length=1_000, blank=True, validators=[check_prose])
    answered_on = models.DateField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(undone_at__isnull=True) & ~Q(answer="declined"),
                name="offer_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer="accepted", answered_at__isnull=False)
                | (Q(answer="declined", answered_at__isnull=False) & ~Q(because="")),
                name="offer_answer_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Offer to {self.submission_id}"
