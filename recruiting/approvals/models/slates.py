"""A slate: the submissions that went to the manager together."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from intake.models import Brief
from recruiting.approvals import notices
from recruiting.audit.models import record
from recruiting.lib.repeats import check_repeats
from recruiting.lib.text import check_prose
from requisitions.models import Requisition, Status

if TYPE_CHECKING:
    from recruiting.accounts.models import User
    from recruiting.approvals.models.submissions import Submission

NOTE_MAX = 2_000
SLATE_MAX = 60
"""Submissions in one slate."""


class SlateQuerySet(models.QuerySet["Slate"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(requisition__in=Requisition.objects.visible_to(user))


class Slate(models.Model):
    """Sent once, never changed. `brief` is what was in force then, if anything was; `is_blind`
    whether its candidates go by a code until each is approved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="slates"
    )
    number = models.PositiveIntegerField()
    note = models.TextField(max_length=NOTE_MAX, blank=True, validators=[check_prose])
    brief = models.ForeignKey("intake.Brief", models.PROTECT, null=True, related_name="+")
    is_blind = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = SlateQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["requisition", "number"], name="slate_number_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="slate_number"),
        ]

    def __str__(self) -> str:
        return f"Slate {self.number} of {self.requisition_id}"

    @classmethod
    def send(
        cls,
        requisition: Requisition,
        submissions: "Sequence[Submission]",
        *,
        pk: uuid.UUID,
        note: str,
        by: "User",
        now: datetime,
    ) -> "Slate":
        """Send these drafts in this order to the manager for approval. `pk` comes from the form:
        sent again, it is the same slate.

        Raises ValidationError for what cannot be sent and for a `pk` that sent something else,
        and DoesNotExist for one of another requisition; nothing is written then.
        """
        from recruiting.approvals.models.submissions import Submission

        with transaction.atomic():
            held = Requisition.objects.locked().get(pk=requisition.pk)
            if found := cls.objects.filter(pk=pk).first():
                if found.requisition_id != held.pk:
                    raise cls.DoesNotExist
                found._check_repeats(submissions, note)
                return found
            _check(held, submissions)
            rows = {
                one.pk: one
                for one in Submission.objects.drafts()
                .select_related("candidate")
                .filter(requisition=held, pk__in=[one.pk for one in submissions])
            }
            if len(rows) < len(submissions):
                raise ValidationError("One of these was sent or removed a moment ago. Look again.")
            last = cls.objects.filter(requisition=held).aggregate(last=models.Max("number"))
            briefs = Brief.objects.in_force().filter(requisition=held).defer("document")
            slate = cls(pk=pk, requisition=held, number=(last["last"] or 0) + 1, note=note,
                        brief=briefs.order_by("-number").first(),
                        is_blind=held.client.blind_review, by=by, at=now)  # fmt: skip
            slate.clean_fields(exclude={f.name for f in cls._meta.fields} - {"note"})
            slate.save(force_insert=True)
            for place, submission in enumerate(submissions, 1):
                row = rows[submission.pk]
                row.slate, row.place, row.resume = slate, place, row.candidate.resumes.first()
                row.save(update_fields=["slate", "place", "resume"])
                row.settle(held, by=by, now=now)
            record("sent a slate", held, by=by, now=now, client=held.client_id,
                   slate=str(pk), count=len(submissions))  # fmt: skip
            notices.ask_for_decisions(slate, held, now=now)
        return slate

    def _check_repeats(self, submissions: "Sequence[Submission]", note: str) -> None:
        chosen = [one.pk for one in submissions]
        went = list(self.submissions.order_by("place").values_list("pk", flat=True))
        check_repeats(says_the_same=chosen == went and note == self.note)


def _check(requisition: Requisition, submissions: "Sequence[Submission]") -> None:
    if not submissions:
        raise ValidationError("Choose at least one candidate to send.")
    if len(submissions) > SLATE_MAX:
        raise ValidationError(f"A slate holds {SLATE_MAX} candidates. Send it in parts.")
    if requisition.status != Status.OPEN:
        words = "in intake" if requisition.status == Status.INTAKE else (
            requisition.get_status_display().lower()
        )  # fmt: skip
        raise ValidationError(
            f"This requisition is {words}. Resumes can be sent once it is open for sourcing."
        )
    if requisition.manager is None:
        raise ValidationError("Name the hiring manager first.")
