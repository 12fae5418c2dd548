"""Screen-outs: how many were set aside before they became submissions, and for what."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from recruiting.audit.models import record
from recruiting.lib.repeats import check_repeats
from recruiting.lib.text import check_prose
from requisitions.models import Requisition

if TYPE_CHECKING:
    from recruiting.accounts.models import User

COUNT_MAX = 10_000
NOTE_MAX = 500


@dataclass(frozen=True)
class SetAside:
    """So many for one thing: for a requirement its id, text and kind in the brief in force."""

    count: int
    reason: str
    requirement: uuid.UUID | None = None
    text: str = ""
    kind: str = ""


class ScreenOutQuerySet(models.QuerySet["ScreenOut"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(requisition__in=Requisition.objects.visible_to(user))

    def standing(self) -> Self:
        return self.filter(undone_at=None)


class ScreenOut(models.Model):
    """One entry, such as "14 screened out: 9 no Kubernetes, 5 pay". It names nobody and counts
    nothing in the funnel: who is screened is logged in a checkpoint."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="screen_outs"
    )
    on = models.DateField()
    note = models.TextField(max_length=NOTE_MAX, blank=True, validators=[check_prose])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    objects = ScreenOutQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-at"]
        indexes = [models.Index(fields=["requisition", "-on", "-at"], name="screen_out_latest")]

    def __str__(self) -> str:
        return f"Screened out on {self.on}"

    @classmethod
    def log(
        cls,
        requisition: Requisition,
        lines: Sequence[SetAside],
        *,
        pk: uuid.UUID,
        on: date,
        note: str = "",
        by: "User",
        now: datetime,
    ) -> "ScreenOut":
        """Write down how many were set aside for what. `pk` comes from the form: sent again, it
        is the same entry. Raises DoesNotExist for a `pk` of another requisition, ValidationError
        for one that said something else."""
        assert lines, "an entry counts something"
        with transaction.atomic():
            held = Requisition.objects.locked().get(pk=requisition.pk)
            if found := cls.objects.filter(pk=pk).first():
                if found.requisition_id != held.pk:
                    raise cls.DoesNotExist
                found._check_repeats(lines, on, note)
                return found
            made = cls.objects.create(pk=pk, requisition=held, on=on, note=note, by=by, at=now)
            ScreenOutLine.objects.bulk_create(
                ScreenOutLine(screen_out=made, **vars(line)) for line in lines
            )
            record("logged screen-outs", held, by=by, now=now, client=held.client_id,
                   screen_out=str(pk), count=sum(line.count for line in lines))  # fmt: skip
        return made

    def _check_repeats(self, lines: Sequence[SetAside], on: date, note: str) -> None:
        said = Counter((one.reason, one.requirement, one.count) for one in self.lines.all())
        says = Counter((one.reason, one.requirement, one.count) for one in lines)
        same = says == said and (on, note) == (self.on, self.note)
        check_repeats(says_the_same=same, was_taken_back=self.undone_at is not None)

    def undo(self, *, by: "User", now: datetime) -> None:
        """It was not so. Twice is once."""
        with transaction.atomic():
            held = Requisition.objects.locked().get(pk=self.requisition_id)
            standing = ScreenOut.objects.standing().filter(pk=self.pk)
            if standing.update(undone_at=now, undone_by=by):
                record("took back screen-outs", held, by=by, now=now, client=held.client_id,
                       screen_out=str(self.pk))  # fmt: skip


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
