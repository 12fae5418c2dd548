"""Word from the owner of a link that a decision made by it was not his."""

import uuid

from django.conf import settings
from django.db import models

from recruiting.approvals.models.slates import Slate
from recruiting.lib.text import check_prose


class DecisionContest(models.Model):
    """He says that decisions on a slate were not his own, or not meant."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slate = models.ForeignKey(Slate, models.CASCADE, related_name="contests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(max_length=1_000, blank=True, validators=[check_prose])
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["slate", "user"], name="decision_contest_once")
        ]

    def __str__(self) -> str:
        return f"Contest of {self.slate_id}"
