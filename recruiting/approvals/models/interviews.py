"""Interviews of a candidate: when, where, with whom, and that they took place."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from intake.models.appointments import (
    PLACE_MAX,
    Appointment,
    Wanted,
    check_people,
    check_time,
    out_of_step,
)
from recruiting.approvals import notices
from recruiting.approvals.models.decisions import check_kept, held_submission
from recruiting.approvals.models.submissions import NotNow, Submission
from recruiting.approvals.states import State
from recruiting.audit.models import record
from recruiting.lib.repeats import check_repeats
from recruiting.lib.text import check_line
from recruiting.mailing.messages import site_host
from requisitions.models import Requisition
from requisitions.models.status import CLOSED

if TYPE_CHECKING:
    from recruiting.accounts.models import User

MINUTES_MIN, MINUTES_MAX = 10, 480
ROUND_MAX = 80
RECORD_BACK = timedelta(days=366)
"""How far back an interview may be recorded."""

GONE = (State.DECLINED, State.WITHDRAWN, State.REFUSED)
"""Nobody of these comes to an interview any more."""

_ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth")


class StaleInterview(Exception):
    """Somebody has moved, recorded or cancelled it since. Holds what stands now."""

    def __init__(self, current: "Interview") -> None:
        super().__init__(f"{current.pk} is at {current.sequence}")
        self.current = current


@dataclass(frozen=True)
class Round(Wanted):
    """What is wanted of an interview: besides time and place its name, and who else talks."""

    round: str = ""
    who: str = ""


def usual_round(number: int) -> str:
    """What the interview of that number is called unless somebody says otherwise."""
    return f"{_ORDINALS[number - 1]} interview" if number <= len(_ORDINALS) else (
        f"Interview {number}"
    )  # fmt: skip


class InterviewQuerySet(models.QuerySet["Interview"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(submission__in=Submission.objects.visible_to(user))

    def standing(self) -> Self:
        """Neither called off nor held."""
        return self.filter(cancelled_at=None, held_at=None)

    def out_of_step(self, now: datetime) -> Self:
        """To come, while those who are asked to it, or their addresses, are not those of its
        requisition any more, that is closed, or the candidate is out of it."""
        job = "submission__requisition"
        off = Q(**{f"{job}__status__in": CLOSED}) | Q(submission__state__in=GONE)
        return self.standing().filter(out_of_step(job) | off, begins_at__gt=now)


class Interview(Appointment):
    """One round. `organizer` is the recruiter, `guest` the manager; `who` names who else talks to
    the candidate. It was held once `held_at` is set, and is then a record of what took place.
    """

    invitation, cancellation, key = "interview", "interview_cancelled", "interview"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="interviews")
    round = models.CharField(max_length=ROUND_MAX, validators=[check_line])
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(MINUTES_MIN), MaxValueValidator(MINUTES_MAX)]
    )
    who = models.CharField(max_length=PLACE_MAX, blank=True, validators=[check_line])
    held_at = models.DateTimeField(null=True)

    objects = InterviewQuerySet.as_manager()

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
    def client_id(self) -> uuid.UUID:
        return self.submission.requisition.client_id

    @property
    def particulars(self) -> dict[str, Any]:
        """By which the mails of a candidate are found, once her data has to go."""
        return {"submissions": [str(self.submission_id)], "round": self.round}

    @property
    def is_standing(self) -> bool:
        return self.cancelled_at is None and self.held_at is None

    @property
    def wanted(self) -> Round:
        return Round(self.begins_at, self.minutes, self.place, self.round, self.who)

    # --- what is planned -------------------------------------------------------------------

    @classmethod
    def schedule(
        cls, submission: Submission, wanted: Round, *, pk: uuid.UUID, by: "User", now: datetime
    ) -> "Interview":
        """Put it into both calendars. `pk` comes from the form: sent again, it is the same.

        Raises NotNow for a candidate who is not that far, ValidationError keyed by field for what
        cannot be asked, and DoesNotExist for a `pk` of another submission.
        """
        with transaction.atomic():
            held, current = held_submission(submission)
            if found := cls._made_before(pk, current, wanted):
                return found
            _check(held, current)
            check_people(held)
            check_time(wanted, now)
            interview = cls._new(pk, held, current, wanted, by=by, now=now)
            interview.save(force_insert=True)
            current.settle(held, by=by, now=now)
            record("scheduled an interview", held, by=by, now=now, client=held.client_id,
                   submission=str(current.pk), interview=str(pk))  # fmt: skip
            interview._tell("scheduled an interview for {what}", by=by, now=now)
            interview._invite(now)
        return interview

    @classmethod
    def log(
        cls, submission: Submission, wanted: Round, *, pk: uuid.UUID, by: "User", now: datetime
    ) -> "Interview":
        """One that took place already: no calendar hears of it. Raises as `schedule` does."""
        with transaction.atomic():
            held, current = held_submission(submission)
            if found := cls._made_before(pk, current, wanted):
                return found
            _check(held, current)
            if wanted.begins_at > now:
                raise ValidationError({"begins_at": "This is still to come. Invite to it."})
            if wanted.begins_at < now - RECORD_BACK:
                raise ValidationError({"begins_at": "That is more than a year ago."})
            interview = cls._new(pk, held, current, wanted, by=by, now=now)
            interview.held_at = now
            interview.save(force_insert=True)
            interview._count(held, current, "recorded an interview for {what}", by=by, now=now)
        return interview

    def move(self, wanted: Round, *, sequence: int, by: "User", now: datetime) -> None:
        """To another time or place, also when nobody came. What stands so already is no move.

        Raises as `schedule` does, StaleInterview also when it has been changed since `sequence`.
        """
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            current = self._fresh(held, submission)
            if current.is_standing and current.wanted == wanted:
                return
            if current.sequence != sequence or not current.is_standing:
                raise StaleInterview(current)
            _check(held, submission)
            check_people(held)
            check_time(wanted, now)
            before = current.begins_at
            gone = current._ask(held)
            current._take(wanted)
            current._next()
            record("moved an interview", held, by=by, now=now, client=held.client_id,
                   submission=str(submission.pk), interview=str(self.pk))  # fmt: skip
            current._tell("moved an interview for {what}", by=by, now=now)
            current._uninvite(gone, now)
            current._invite(now, was=before)
        self.__dict__.update(current.__dict__)

    def cancel(self, *, sequence: int, by: "User | None", now: datetime, reason: str = "") -> None:
        """It will not take place, or did not. Twice is once. What is over is not told to calendars.

        Raises StaleInterview, and ValidationError for a reason that cannot be kept.
        """
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            current = self._fresh(held, submission)
            if current.cancelled_at:
                return
            if current.sequence != sequence or current.held_at:
                raise StaleInterview(current)
            if by and submission.candidate.erased_at:
                reason = ""  # nothing is written of her any more
            current.cancelled_at, current.reason = now, reason
            current._clean("reason")
            current._next()
            submission.settle(held, by=by or current.organizer, now=now)
            record("called off an interview", held, by=by, now=now, client=held.client_id,
                   submission=str(submission.pk), interview=str(self.pk))  # fmt: skip
            if by:
                current._tell("called off an interview for {what}", by=by, now=now)
            if not current.is_over(now):
                current._call_off(now, reason)
        self.__dict__.update(current.__dict__)

    def catch_up(self, *, now: datetime) -> None:
        """The requisition has got another manager or recruiter, one of them another address, it
        was closed, or the candidate is out of it: calendars follow. Nothing is done when they are
        in step. A former address is written to no more: who reads it by now, nobody knows.
        """
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            if not Interview.objects.filter(pk=self.pk).out_of_step(now).exists():
                return
            current = self._fresh(held, submission)
            if held.is_closed or submission.state in GONE:
                why = "The candidate is no longer in this process."
                if held.is_closed:
                    why = f"The requisition is {held.get_status_display().lower()}."
                current.cancel(sequence=current.sequence, by=None, now=now, reason=why)
                return
            gone = current._ask(held)
            current._next()
            record("asked others to an interview", held, by=None, now=now, client=held.client_id,
                   submission=str(submission.pk), interview=str(self.pk))  # fmt: skip
            current._uninvite(gone, now)
            current._invite(now)

    # --- what took place -------------------------------------------------------------------

    def record_held(self, *, by: "User", now: datetime) -> None:
        """It took place; the manager is asked how it was. Twice is once.

        Raises StaleInterview when it was called off, NotNow while it is still to come.
        """
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            current = self._fresh(held, submission)
            if current.held_at:
                return
            if current.cancelled_at:
                raise StaleInterview(current)
            if current.begins_at > now:
                raise NotNow("It is still to come. Record it once it has begun.")
            current.held_at = now
            current.save(update_fields=["held_at"])
            words = "recorded an interview for {what}"
            current._count(held, submission, words, by=by, now=now)
        self.__dict__.update(current.__dict__)

    def unheld(self, *, by: "User", now: datetime) -> None:
        """It did not take place after all. Twice is once. Raises NotNow once the manager has said
        how it was."""
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            current = self._fresh(held, submission)
            if current.held_at is None:
                return
            if hasattr(current, "feedback"):
                name = held.manager.first_name if held.manager else "The manager"
                raise NotNow(f"{name} has said how it was. Speak with each other.")
            current.held_at = None
            current.save(update_fields=["held_at"])
            submission.settle(held, by=by, now=now)
            record("took back an interview", held, by=by, now=now, client=held.client_id,
                   submission=str(submission.pk), interview=str(self.pk))  # fmt: skip
        self.__dict__.update(current.__dict__)

    # --- how -------------------------------------------------------------------------------

    @classmethod
    def _made_before(
        cls, pk: uuid.UUID, submission: Submission, wanted: Round
    ) -> "Interview | None":
        found = cls.objects.filter(pk=pk).first()
        if found and found.submission_id != submission.pk:
            raise cls.DoesNotExist
        if found:
            is_off = found.cancelled_at is not None
            check_repeats(says_the_same=found.wanted == wanted, was_taken_back=is_off)
        return found

    @classmethod
    def _new(
        cls, pk: uuid.UUID, held: Requisition, submission: Submission, wanted: Round, *,
        by: "User", now: datetime,
    ) -> "Interview":  # fmt: skip
        submission.requisition = held
        made = cls(pk=pk, submission=submission, uid=f"{pk}@{site_host()}", by=by, at=now)
        made._ask(held)
        made._take(wanted)
        return made

    def _take(self, wanted: Wanted) -> None:
        super()._take(wanted)
        self._clean("round", "who")

    def _fresh(self, held: Requisition, submission: Submission) -> "Interview":
        current = Interview.objects.select_related("organizer", "guest").get(pk=self.pk)
        submission.requisition = held
        current.submission = submission
        return current

    def _next(self) -> None:
        self.sequence += 1
        self.save()

    def _count(
        self, held: Requisition, submission: Submission, words: str, *, by: "User", now: datetime
    ) -> None:
        """It counts from the day on which it was, and the manager is asked about it."""
        submission.settle(held, by=by, now=now, on=timezone.localdate(self.begins_at))
        record("recorded an interview", held, by=by, now=now, client=held.client_id,
               submission=str(submission.pk), interview=str(self.pk))  # fmt: skip
        self._tell(words, by=by, now=now)
        if not held.is_closed:
            notices.ask_for_feedback(self, held, now=now)

    def _tell(self, words: str, *, by: "User", now: datetime) -> None:
        cause = f"interview:{self.pk}:{self.sequence}:{'held' if self.held_at else ''}"
        notices.tell_of_step(self.submission, words, cause=cause, by=by, now=now)


def _check(held: Requisition, submission: Submission) -> None:
    check_open(held)
    check_kept(submission)
    state = State(submission.state)
    if state == State.PARKED:
        raise NotNow("This candidate is on hold. Take it up again first.")
    if state == State.WAITING:
        raise NotNow("The resume is not approved yet. Interviews come after that.")
    if state not in (State.APPROVED, State.INTERVIEWING, State.OFFERED):
        raise NotNow(f"There is nobody to interview any more: {state.label.lower()}.")


def check_open(held: Requisition) -> None:
    """Raises NotNow where the requisition is closed."""
    if held.is_closed:
        words = held.get_status_display().lower()
        raise NotNow(f"This requisition is {words}. Reopen it first.")
