"""Word from the owner of a link that a decision made by it was not his."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction

from recruiting.approvals import notices
from recruiting.approvals.models.decisions import Decision
from recruiting.approvals.models.slates import Slate
from recruiting.audit.models import record
from recruiting.lib.text import check_prose

if TYPE_CHECKING:
    from recruiting.accounts.models import User

CONTEST_MAX = 1_000


class DecisionContest(models.Model):
    """He says that decisions on a slate were not his own, or not meant. They stand until people
    have spoken with each other: the software does not guess who is right."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slate = models.ForeignKey(Slate, models.CASCADE, related_name="contests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(max_length=CONTEST_MAX, blank=True, validators=[check_prose])
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["slate", "user"], name="decision_contest_once")
        ]

    def __str__(self) -> str:
        return f"Contest of {self.slate_id}"

    @classmethod
    def say(cls, slate: Slate, text: str, *, by: "User", now: datetime) -> "DecisionContest":
        """Said again, it is the first one that stands. Raises ValueError for who made no decision
        on this slate by a link."""
        if not Decision.objects.filter(submission__slate=slate, by=by, by_link=True).exists():
            raise ValueError("no decision of this person by a link")
        said: dict[str, Any] = {"text": text, "at": now}
        with transaction.atomic():
            contest, is_new = cls.objects.get_or_create(slate=slate, user=by, defaults=said)
            if is_new:
                requisition = slate.requisition
                record("contested decisions", requisition, by=by, now=now,
                       client=requisition.client_id, slate=str(slate.pk))  # fmt: skip
                notices.tell_of_contest(contest, requisition, by=by, now=now)
        return contest
