"""A submission that rests for a while, and one that ended before its time."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from recruiting.approvals import notices
from recruiting.approvals.models.decisions import check_kept, held_submission
from recruiting.approvals.models.interviews import check_open
from recruiting.approvals.models.submissions import NotNow, Submission
from recruiting.approvals.states import State
from recruiting.audit.models import record
from recruiting.lib.text import check_line

if TYPE_CHECKING:
    from recruiting.accounts.models import User

REASON_MAX = 300
UNDER_WAY = (State.WAITING, State.APPROVED, State.INTERVIEWING, State.OFFERED)


class Parking(models.Model):
    """On hold: not decided on and not gone on with, until it ends."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="parkings")
    reason = models.CharField(max_length=REASON_MAX, blank=True, validators=[check_line])
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

    @classmethod
    def park(
        cls, submission: Submission, *, reason: str = "", by: "User", now: datetime
    ) -> "Parking":
        """Let it rest. Twice is once. Raises NotNow for what is not under way, ValidationError for
        a reason that cannot be kept."""
        with transaction.atomic():
            held, current = held_submission(submission)
            if found := current.parkings.filter(ended_at=None).first():
                return found
            check_open(held)
            check_kept(current)
            if (state := State(current.state)) not in UNDER_WAY:
                raise NotNow(f"There is nothing to put on hold: {state.label.lower()}.")
            parking = cls(submission=current, reason=reason, by=by, at=now)
            parking.clean_fields(exclude={f.name for f in cls._meta.fields} - {"reason"})
            parking.save(force_insert=True)
            current.settle(held, by=by, now=now)
            record("put a candidate on hold", held, by=by, now=now, client=held.client_id,
                   submission=str(current.pk))  # fmt: skip
            current.requisition = held
            notices.tell_of_step(current, "put a candidate on hold for {what}",
                                 cause=f"parking:{parking.pk}", by=by, now=now)  # fmt: skip
        return parking

    @classmethod
    def end(cls, submission: Submission, *, by: "User", now: datetime) -> None:
        """Go on with it. Twice is once."""
        with transaction.atomic():
            held, current = held_submission(submission)
            standing = current.parkings.filter(ended_at=None)
            if not standing.update(ended_at=now, ended_by=by):
                return
            current.settle(held, by=by, now=now)
            record("took up a candidate again", held, by=by, now=now, client=held.client_id,
                   submission=str(current.pk))  # fmt: skip


class Withdrawal(models.Model):
    """The candidate, or the recruiter for her, takes the submission back."""

    class Whose(models.TextChoices):
        CANDIDATE = "candidate", "The candidate"
        RECRUITER = "recruiter", "The recruiter"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="withdrawals")
    whose = models.CharField(max_length=9, choices=Whose)
    reason = models.CharField(max_length=REASON_MAX, blank=True, validators=[check_line])
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

    @classmethod
    def withdraw(
        cls, submission: Submission, *, whose: str, reason: str = "", by: "User", now: datetime
    ) -> "Withdrawal":
        """It ends here. Interviews to come are called off by the sweeper, so one that is taken
        back at once leaves them. Twice is once.

        Raises NotNow for what is over or was never sent, ValidationError keyed by field.
        """
        if whose not in cls.Whose.values:
            raise ValidationError({"whose": "Say who withdraws."})
        with transaction.atomic():
            held, current = held_submission(submission)
            if found := current.withdrawals.filter(undone_at=None).first():
                return found
            state = State(current.state)
            if state == State.ACCEPTED:
                raise NotNow("The offer is accepted. Take that answer back first.")
            if state not in (*UNDER_WAY, State.PARKED):
                raise NotNow(f"There is nothing to withdraw: {state.label.lower()}.")
            if current.candidate.erased_at:
                reason = ""  # nothing is written of her any more
            made = cls(submission=current, whose=whose, reason=reason, by=by, at=now)
            made.clean_fields(exclude={f.name for f in cls._meta.fields} - {"reason"})
            made.save(force_insert=True)
            current.settle(held, by=by, now=now)
            record("withdrew a candidate", held, by=by, now=now, client=held.client_id,
                   submission=str(current.pk))  # fmt: skip
            current.requisition = held
            notices.tell_of_step(current, "withdrew a candidate for {what}",
                                 cause=f"withdrawal:{made.pk}", by=by, now=now)  # fmt: skip
        return made

    @classmethod
    def undo(cls, submission: Submission, *, by: "User", now: datetime) -> None:
        """It goes on from where it was. Twice is once. Interviews that were called off stay off."""
        with transaction.atomic():
            held, current = held_submission(submission)
            standing = current.withdrawals.filter(undone_at=None)
            if current.candidate.erased_at or not standing.update(undone_at=now, undone_by=by):
                return
            current.settle(held, by=by, now=now)
            record("took back a withdrawal", held, by=by, now=now, client=held.client_id,
                   submission=str(current.pk))  # fmt: skip
