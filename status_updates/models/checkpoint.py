import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction

from recruiting.accounts.models import Notification
from recruiting.audit.models import record
from recruiting.lib.repeats import SENT_BEFORE
from recruiting.lib.text import PROSE_MAX, check_line, check_prose
from requisitions.models import Requisition, Stage, StageCount, Status
from requisitions.models.funnel import Entry, add_entries
from status_updates.models.promise import Promise, settle_promises
from status_updates.notices import tell_of_entry

if TYPE_CHECKING:
    from recruiting.accounts.models import User

NEXT_STEP_MAX = 300


class CheckpointQuerySet(models.QuerySet["Checkpoint"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(requisition__in=Requisition.objects.visible_to(user))

    def standing(self) -> Self:
        """Neither undone nor replaced by a correction."""
        return self.filter(undone_at=None)


@dataclass(frozen=True)
class PromiseMade:
    stage: Stage
    count: int
    due_on: date


@dataclass(frozen=True)
class Promised:
    """When a promise was made, and the total of its stage then."""

    at: datetime
    baseline: int


class Checkpoint(models.Model):
    """A dated log of what moved in the pipeline, with a note and the next step.

    The counts are `StageCount` rows. A checkpoint that was undone or corrected stays, with the
    deltas that took it back; a correction points to what it replaces.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requisition = models.ForeignKey(
        "requisitions.Requisition", models.CASCADE, related_name="checkpoints"
    )
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    on = models.DateField()
    at = models.DateTimeField()
    note = models.TextField(blank=True, max_length=PROSE_MAX, validators=[check_prose])
    next_step = models.CharField(max_length=NEXT_STEP_MAX, blank=True, validators=[check_line])
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-at"]
        indexes = [models.Index(fields=["requisition", "-on", "-at"], name="checkpoint_latest")]

    def __str__(self) -> str:
        return f"{self.on} {self.requisition_id}"

    @classmethod
    def log(
        cls,
        requisition: Requisition,
        *,
        by: "User",
        now: datetime,
        key: uuid.UUID,
        counts: Mapping[Stage, int],
        on: date,
        note: str = "",
        next_step: str = "",
        promise: PromiseMade | None = None,
    ) -> "Checkpoint":
        """Write a checkpoint and its counts; with a `key` logged before, return that one.

        Raises ValidationError keyed by field (a stage, or `__all__`); nothing is written then.
        Its code is SENT_BEFORE when the one logged with `key` says something else.
        """
        said = _Said(requisition.pk, None, on, note, next_step, _counted(counts), promise)
        with transaction.atomic():
            current = Requisition.objects.locked().get(pk=requisition.pk)
            if logged := cls.objects.filter(key=key).first():
                logged._check_repeats(said)
                return logged
            if not current.is_active:
                raise ValidationError(
                    f"This requisition is {current.get_status_display().lower()}. "
                    + (
                        "Name its hiring manager before you log what moves."
                        if current.status == Status.DRAFT
                        else "Reopen it before you log what moves."
                    )
                )
            checkpoint = cls.objects.create(
                requisition=current, key=key, by=by, at=now, on=on, note=note, next_step=next_step
            )
            add_entries(current, checkpoint._entries(counts), by=by, now=now)
            checkpoint._keep_promise(promise, current.funnel.totals)
            checkpoint._settle(current, changed_from=on)
            record("logged a checkpoint", current, by=by, now=now, client=current.client_id,
                   checkpoint=str(checkpoint.pk), counts=_plain(counts))  # fmt: skip
            tell_of_entry(current, "checkpoint", checkpoint.pk, by=by, now=now)
        return checkpoint

    def correct(
        self,
        *,
        by: "User",
        now: datetime,
        key: uuid.UUID,
        counts: Mapping[Stage, int],
        on: date,
        note: str = "",
        next_step: str = "",
        promise: PromiseMade | None = None,
    ) -> "Checkpoint":
        """Replace this checkpoint by one that says it right. History keeps both.

        Raises ValidationError as `log` does, and when this one no longer stands.
        """
        said = _Said(self.requisition_id, self.pk, on, note, next_step, _counted(counts), promise)
        with transaction.atomic():
            current = Requisition.objects.locked().get(pk=self.requisition_id)
            if logged := Checkpoint.objects.filter(key=key).first():
                logged._check_repeats(said)
                return logged
            taken_back = self._take_back(by=by, now=now)
            correction = Checkpoint.objects.create(
                requisition=current, key=key, by=by, at=now, on=on, note=note,
                next_step=next_step, corrects=self,
            )  # fmt: skip
            add_entries(current, [*taken_back, *correction._entries(counts)], by=by, now=now)
            correction._keep_promise(
                promise, current.funnel.totals, since=_promised(self, correction, promise)
            )
            correction._settle(current, changed_from=min(on, self.on))
            record("corrected a checkpoint", current, by=by, now=now, client=current.client_id,
                   checkpoint=str(correction.pk), replaces=str(self.pk),
                   counts=_plain(counts))  # fmt: skip
        return correction

    def undo(self, *, by: "User", now: datetime) -> None:
        """Take it back with negative deltas. Twice is once.

        Raises ValidationError when what was logged since leaves too little to take back, and when
        a correction has taken its place.
        """
        with transaction.atomic():
            current = Requisition.objects.locked().get(pk=self.requisition_id)
            self.refresh_from_db(fields=["undone_at"])
            if self.undone_at:
                if Checkpoint.objects.filter(corrects=self).exists():
                    raise ValidationError(
                        "This checkpoint has been corrected since. Undo the correction instead."
                    )
                return
            add_entries(current, self._take_back(by=by, now=now), by=by, now=now)
            self._settle(current, changed_from=self.on)
            record("undid a checkpoint", current, by=by, now=now, client=current.client_id,
                   checkpoint=str(self.pk))  # fmt: skip
            Notification.retract(f"checkpoint:{self.pk}", now=now)

    @property
    def counts(self) -> dict[Stage, int]:
        """What it says moved, in the order of the pipeline; prefetch `stage_counts`."""
        said = {
            count.stage: count.delta
            for count in self.stage_counts.all()
            if count.source == StageCount.Source.CHECKPOINT
        }
        return {stage: said[stage] for stage in Stage if stage in said}

    def _check_repeats(self, said: "_Said") -> None:
        """Raises ValidationError unless the form that was sent again said just this.

        Who goes back in the browser has the old form with its old key. What is typed there then
        must not be taken for a double click and lost.
        """
        if self.undone_at:
            raise ValidationError(
                "This form was sent before, and what it logged has been taken back since. "
                "Send it again to log it anew.",
                code=SENT_BEFORE,
            )
        made = self.promises.first()
        promise = (
            PromiseMade(Stage(made.stage), made.count, made.first_due_on or made.due_on)
            if made
            else None
        )
        if said != _Said(
            self.requisition_id, self.corrects_id, self.on, self.note, self.next_step, self.counts,
            promise,
        ):  # fmt: skip
            raise ValidationError(
                "This form was sent before and said something else then, which is logged. "
                "If this comes on top of it, send it again.",
                code=SENT_BEFORE,
            )

    def _entries(self, counts: Mapping[Stage, int]) -> list[Entry]:
        return [
            Entry(stage, delta, self.on, StageCount.Source.CHECKPOINT, self.pk)
            for stage, delta in counts.items()
        ]

    def _take_back(self, *, by: "User", now: datetime) -> list[Entry]:
        """Mark it as no longer standing; return the entries that cancel its own.

        They carry its date, so that a week's numbers come out as if it had not been logged.
        """
        standing = Checkpoint.objects.standing().filter(pk=self.pk)
        if not standing.update(undone_at=now, undone_by=by):
            raise ValidationError(
                "This checkpoint has been undone or corrected already. Reload the page to see it."
            )
        self.undone_at, self.undone_by = now, by
        self.promises.filter(withdrawn_at=None).update(withdrawn_at=now)
        return [
            Entry(stage, -delta, self.on, StageCount.Source.CORRECTION, self.pk)
            for stage, delta in self.counts.items()
        ]

    def _keep_promise(
        self,
        promise: PromiseMade | None,
        totals: Mapping[Stage, int],
        *,
        since: "Promised | None" = None,
    ) -> None:
        """Write the promise down; one that a correction repeats counts from when it was made."""
        if promise is None:
            return
        since = since or Promised(self.at, totals[promise.stage])
        Promise.objects.create(
            requisition_id=self.requisition_id,
            checkpoint=self,
            by=self.by,
            made_at=since.at,
            stage=promise.stage,
            count=promise.count,
            baseline=since.baseline,
            due_on=promise.due_on,
        )

    def _settle(self, requisition: Requisition, *, changed_from: date) -> None:
        """Bring up to date what is kept about the requisition's checkpoints and promises."""
        settle_promises(requisition.pk, requisition.funnel.totals, changed_from=changed_from)
        latest = (
            Checkpoint.objects.standing()
            .filter(requisition=requisition)
            .order_by("-on", "-at")
            .values("pk")[:1]
        )
        Requisition.objects.filter(pk=requisition.pk).update(
            latest_checkpoint=models.Subquery(latest)
        )


@dataclass(frozen=True)
class _Said:
    """All that a form said, to tell a second sending from another message."""

    requisition_id: uuid.UUID
    corrects_id: uuid.UUID | None
    on: date
    note: str
    next_step: str
    counts: Mapping[Stage, int]
    promise: PromiseMade | None


def _counted(counts: Mapping[Stage, int]) -> dict[Stage, int]:
    return {stage: count for stage, count in counts.items() if count}


def _plain(counts: Mapping[Stage, int]) -> dict[str, int]:
    return {stage.value: count for stage, count in _counted(counts).items()}


def _promised(
    before: Checkpoint, correction: Checkpoint, promise: PromiseMade | None
) -> Promised | None:
    """Where the promise that `correction` repeats began, or None when it makes another one."""
    if promise is None:
        return None
    made = before.promises.filter(stage=promise.stage).order_by("-made_at").first()
    if made is None:
        return None
    stage = promise.stage
    moved = correction.counts.get(stage, 0) - before.counts.get(stage, 0)
    return Promised(made.made_at, max(made.baseline + moved, 0))
