"""A signature that its owner says was not his."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction

from intake import notices
from intake.models.briefs import Signature
from recruiting.audit.models import record
from recruiting.lib.text import check_prose

if TYPE_CHECKING:
    from recruiting.accounts.models import User

CONTEST_MAX = 2000


class Contest(models.Model):
    """The signature stays recorded and is shown as contested: people settle it, not the software.

    Nobody but its owner contests a signature, by the link in the mail that confirmed it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="contest")
    text = models.TextField(max_length=CONTEST_MAX, validators=[check_prose])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="contest_has_text")
        ]

    def __str__(self) -> str:
        return f"{self.by_id} contests {self.signature_id}"

    @classmethod
    def say(cls, signature: Signature, text: str, *, by: "User", now: datetime) -> "Contest":
        """Said again, it is the first one that stands. Raises ValueError for somebody else's
        signature."""
        if signature.user_id != by.pk:
            raise ValueError("not the owner of the signature")
        brief = signature.brief
        said: dict[str, Any] = {"text": text, "by": by, "at": now}
        with transaction.atomic():
            contest, new = cls.objects.get_or_create(signature=signature, defaults=said)
            if new:
                requisition = brief.requisition
                record("contested a signature", requisition, by=by, now=now,
                       client=requisition.client_id, brief=str(brief.pk),
                       number=brief.number)  # fmt: skip
                notices.tell_of_contest(contest.pk, brief, by=by, now=now)
        return contest
