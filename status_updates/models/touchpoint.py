"""A call, an email, a chat or a meeting with the manager."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q

from recruiting.accounts.models import Notification
from recruiting.audit.models import record
from recruiting.lib.repeats import check_repeats
from recruiting.lib.text import PROSE_MAX, check_line, check_prose
from requisitions.models import Requisition
from requisitions.readers import held_for
from status_updates.models.checkpoint import NEXT_STEP_MAX
from status_updates.notices import tell_of_entry

if TYPE_CHECKING:
    from recruiting.accounts.models import User

MINUTES_MAX = 24 * 60


class TouchpointQuerySet(models.QuerySet["Touchpoint"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(requisition__in=Requisition.objects.visible_to(user))

    def standing(self) -> Self:
        """Neither undone nor replaced by a correction."""
        return self.filter(undone_at=None)


@dataclass(frozen=True)
class Said:
    """What a touchpoint tells: `minutes` is None where nobody looked at the clock."""

    kind: str
    happened_at: datetime
    minutes: int | None = None
    said: str = ""
    next_step: str = ""


class Touchpoint(models.Model):
    """The recruiter and the manager spoke. One that was undone or corrected stays on record;
    a correction points to what it replaces."""

    class Kind(models.TextChoices):
        CALL = "call", "Call"
        EMAIL = "email", "Email"
        CHAT = "chat", "Chat"
        MEETING = "meeting", "Meeting"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="touchpoints"
    )
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=7, choices=Kind)
    happened_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(
        null=True, validators=[MinValueValidator(1), MaxValueValidator(MINUTES_MAX)]
    )
    said = models.TextField(blank=True, max_length=PROSE_MAX, validators=[check_prose])
    next_step = models.CharField(max_length=NEXT_STEP_MAX, blank=True, validators=[check_line])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = TouchpointQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["call", "email", "chat", "meeting"]),
                name="touchpoint_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__gte=1, minutes__lte=MINUTES_MAX),
                name="touchpoint_minutes_of_a_day",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="touchpoint_undone_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["requisition", "-happened_at"], name="touchpoint_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.requisition_id}"

    @classmethod
    def log(
        cls, requisition: Requisition, said: Said, *, by: "User", now: datetime, key: uuid.UUID
    ) -> "Touchpoint":
        """Write it down; with a `key` logged before, return that one.

        Raises Requisition.DoesNotExist when `by` may not see the requisition any more, and
        ValidationError of the code SENT_BEFORE when the one logged with `key` says otherwise.
        """
        with transaction.atomic():
            current = held_for(requisition, by)
            if logged := cls.objects.filter(key=key, by=by).first():
                logged._check_repeats(current, None, said)
                return logged
            touchpoint = cls.objects.create(
                requisition=current, key=key, by=by, at=now, **asdict(said)
            )
            touchpoint._record("logged a touchpoint", by=by, now=now, kind=said.kind)
            tell_of_entry(current, "touchpoint", touchpoint.pk, by=by, now=now)
        return touchpoint

    def correct(self, said: Said, *, by: "User", now: datetime, key: uuid.UUID) -> "Touchpoint":
        """Replace this one by one that says it right.

        Raises as `log` does, and ValidationError when this one no longer stands.
        """
        with transaction.atomic():
            current = held_for(self.requisition, by)
            if logged := Touchpoint.objects.filter(key=key, by=by).first():
                logged._check_repeats(current, self.pk, said)
                return logged
            if not self._take_back(by=by, now=now):
                raise ValidationError(
                    "This touchpoint has been undone or corrected already. "
                    "Reload the page to see it."
                )
            correction = Touchpoint.objects.create(
                requisition=current, key=key, by=by, at=now, corrects=self, **asdict(said)
            )
            correction._record("corrected a touchpoint", by=by, now=now, kind=said.kind,
                               replaces=str(self.pk))  # fmt: skip
        return correction

    def undo(self, *, by: "User", now: datetime) -> None:
        """It did not happen, or not here. Twice is once."""
        with transaction.atomic():
            held_for(self.requisition, by)
            if self._take_back(by=by, now=now):
                self._record("undid a touchpoint", by=by, now=now, kind=self.kind)
                Notification.retract(f"touchpoint:{self.pk}", now=now)

    def _check_repeats(
        self, requisition: Requisition, corrects: uuid.UUID | None, said: Said
    ) -> None:
        """A form says now when it leaves the time open: only what was typed is compared."""
        mine = (self.kind, self.minutes, self.said, self.next_step)
        same = mine == (said.kind, said.minutes, said.said, said.next_step)
        same = same and (self.requisition_id, self.corrects_id) == (requisition.pk, corrects)
        check_repeats(says_the_same=same, was_taken_back=self.undone_at is not None)

    def _take_back(self, *, by: "User", now: datetime) -> bool:
        """Mark it as no longer standing; False when it stood no more."""
        standing = Touchpoint.objects.standing().filter(pk=self.pk)
        return bool(standing.update(undone_at=now, undone_by=by))

    def _record(self, action: str, *, by: "User", now: datetime, **particulars: Any) -> None:
        record(action, self.requisition, by=by, now=now, client=self.requisition.client_id,
               touchpoint=str(self.pk), **particulars)  # fmt: skip
