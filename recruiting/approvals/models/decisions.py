"""What the manager says of a submission."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from intake.models import Intake, Requirement
from recruiting.approvals import notices
from recruiting.approvals.access import in_name_of
from recruiting.approvals.models.submissions import NotNow, Submission
from recruiting.approvals.states import State
from recruiting.audit.models import record
from recruiting.lib.text import check_line, check_prose
from requisitions.models import Requisition

if TYPE_CHECKING:
    from recruiting.accounts.models import User

UNDO_FOR = timedelta(minutes=10)
"""How long a decision can be taken back by who made it."""

WORDS_MAX = 1_000
CRITERION_MAX = 300


class AlreadyDecided(Exception):
    """Somebody has said something else of it before. Holds what stands."""

    def __init__(self, current: "Decision") -> None:
        super().__init__(f"{current.pk} {current.verdict}")
        self.current = current


class Reason(models.TextChoices):
    """What a decline goes back to: one thing, so that requirements can be put to the test."""

    REQUIREMENT = "requirement", "A requirement of the brief"
    PAY = "pay", "Pay"
    TIMING = "timing", "Timing"
    PLACE = "place", "Place"
    NEW = "new", "Something that the brief does not say"


@dataclass(frozen=True)
class Why:
    """Why not. For a requirement its id, text and kind in the brief in force; for a NEW one the
    criterion in the manager's words. `words` may say more, and need not."""

    reason: str
    requirement: uuid.UUID | None = None
    text: str = ""
    kind: str = ""
    words: str = ""


class Decision(models.Model):
    """One approval or decline of a submission, by the manager or who stands in for him.

    A decline AFTER_INTERVIEW leaves the approval standing. Taken back, it stays with `undone_at`.
    """

    class Verdict(models.TextChoices):
        APPROVE = "approve", "Approved"
        DECLINE = "decline", "Declined"

    class At(models.TextChoices):
        RESUME = "resume", "On the resume"
        INTERVIEW = "interview", "After an interview"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=7, choices=Verdict)
    stage = models.CharField(max_length=9, choices=At, default=At.RESUME)
    reason = models.CharField(max_length=11, choices=Reason, blank=True)
    requirement = models.UUIDField(null=True)
    text = models.CharField(max_length=CRITERION_MAX, blank=True, validators=[check_line])
    kind = models.CharField(max_length=12, blank=True)
    words = models.TextField(max_length=WORDS_MAX, blank=True, validators=[check_prose])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    in_name_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    by_link = models.BooleanField(default=False)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "stage"],
                condition=Q(undone_at__isnull=True),
                name="decision_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(verdict="approve", reason="")
                | Q(verdict="decline", reason__in=Reason.values),
                name="decision_reason_of_decline",
            ),
            models.CheckConstraint(
                condition=~Q(reason="requirement") | Q(requirement__isnull=False),
                name="decision_names_its_requirement",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="approve") | Q(stage="resume"),
                name="decision_approves_resumes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.submission_id}"

    @property
    def is_approval(self) -> bool:
        return self.verdict == self.Verdict.APPROVE

    def may_be_undone(self, now: datetime) -> bool:
        return self.undone_at is None and now < self.at + UNDO_FOR

    @classmethod
    def make(
        cls,
        submission: Submission,
        verdict: str,
        why: Why | None = None,
        *,
        stage: str = At.RESUME,
        by: "User",
        now: datetime,
        by_link: bool = False,
    ) -> "Decision":
        """Decide. The same again, by anyone who may, is the decision that stands. What rested is
        decided on all the same, and rests no more.

        Raises PermissionDenied for who does not decide, AlreadyDecided where another decision
        stands, NotNow with the reason in words, and ValidationError for a decline without one.
        """
        with transaction.atomic():
            held, current = held_submission(submission)
            manager = in_name_of(by, held, now)
            if found := current.decisions.filter(undone_at=None, stage=stage).first():
                if found.verdict != verdict:
                    raise AlreadyDecided(found)
                return found
            _check(held, current, stage)
            current.parkings.filter(ended_at=None).update(ended_at=now, ended_by=by)
            decision = cls(
                submission=current, verdict=verdict, stage=stage, by=by, in_name_of=manager,
                by_link=by_link, at=now,
            )  # fmt: skip
            decision._explain(verdict, why)
            decision.save(force_insert=True)
            current.settle(held, by=by, now=now)
            told: dict[str, Any] = {"client": held.client_id, "submission": str(current.pk)}
            if decision.is_approval:
                record("approved a resume", held, by=by, now=now, **told)
            elif stage == cls.At.INTERVIEW:
                record("declined after an interview", held, by=by, now=now, **told)
            else:
                record("declined a resume", held, by=by, now=now, **told)
            notices.tell_of_decision(decision, held, by=by, now=now)
            if by_link:
                notices.confirm(current, held, by=by, now=now)
        return decision

    def undo(self, *, by: "User", now: datetime, by_link: bool = False) -> None:
        """Take it back within ten minutes. Twice is once. Raises NotNow after that, and when
        something came of it; PermissionDenied for who does not decide."""
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            in_name_of(by, held, now)
            current = Decision.objects.get(pk=self.pk)
            if current.undone_at:
                return
            check_kept(submission)
            if not current.may_be_undone(now):
                raise NotNow("A decision can be taken back for ten minutes, which are over.")
            later = submission.interviews.filter(cancelled_at=None).exists()
            if current.is_approval and (later or submission.offers.filter(undone_at=None).exists()):
                raise NotNow("An interview or an offer came of it already. Speak with each other.")
            current.undone_at = now
            current.save(update_fields=["undone_at"])
            _unsay(current)
            submission.settle(held, by=by, now=now)
            record("took back a decision", held, by=by, now=now, client=held.client_id,
                   submission=str(submission.pk))  # fmt: skip
            notices.retract_decision(current, held, by=by, now=now)
            if by_link and current.by_link:
                notices.confirm(submission, held, by=current.by, now=now)
        self.undone_at = current.undone_at

    def propose_amendment(self, *, by: "User", now: datetime) -> Requirement:
        """What he declined for is not in the brief: put it into the draft, to be sorted and signed
        by both. Twice is once. Whether the decline stands does not depend on it.

        Raises NotNow for a decision that names nothing new, PermissionDenied for who does not
        decide, and ValidationError where the draft has no room.
        """
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            in_name_of(by, held, now)
            current = Decision.objects.get(pk=self.pk)
            if current.reason != Reason.NEW or current.undone_at:
                raise NotNow("This decision names nothing that is new to the brief.")
            if held.is_closed:
                words = held.get_status_display().lower()
                raise NotNow(f"This requisition is {words}: its brief is not changed any more.")
            intake = Intake.prepare(held, by=by, now=now)
            is_new = not Requirement.objects.filter(pk=self.pk).exists()
            made = Requirement.add(intake, {"text": current.text}, by=by, now=now, pk=self.pk)
            if is_new:
                record("proposed a requirement", held, by=by, now=now, client=held.client_id,
                       submission=str(submission.pk))  # fmt: skip
                notices.tell_of_proposal(current, held, by=by, now=now)
        return made

    def _explain(self, verdict: str, why: Why | None) -> None:
        if verdict == self.Verdict.APPROVE:
            return
        if why is None or why.reason not in Reason.values:
            raise ValidationError({"reason": "Choose one reason."})
        if why.reason == Reason.NEW and not why.text.strip():
            raise ValidationError({"text": "Say in a few words what is missing."})
        self.reason, self.requirement = why.reason, why.requirement
        self.text, self.kind, self.words = why.text.strip(), why.kind, why.words.strip()
        self.clean_fields(exclude={f.name for f in self._meta.fields} - {"text", "words"})


def _unsay(decision: Decision) -> None:
    """A stop after an interview was said of that interview, and is said no more."""
    from recruiting.approvals.models.feedback import Feedback

    if decision.stage == Decision.At.INTERVIEW:
        said = Feedback.objects.filter(interview__submission=decision.submission_id)
        said.filter(verdict=Feedback.Verdict.STOP, at=decision.at).delete()


def held_submission(submission: Submission) -> tuple[Requisition, Submission]:
    """Both rows, held: acts on one requisition come one after the other."""
    held = Requisition.objects.locked().get(pk=submission.requisition_id)
    current = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    return held, current


def check_kept(submission: Submission) -> None:
    """Raises NotNow where the candidate's data was erased: nothing is written of her any more, and
    what was decided stays as it is."""
    if submission.candidate.erased_at:
        raise NotNow("The data of this candidate was erased: there is nothing to do any more.")


def _check(held: Requisition, current: Submission, stage: str) -> None:
    if held.is_closed:
        words = held.get_status_display().lower()
        raise NotNow(f"This requisition is {words}: there is nothing to decide any more.")
    check_kept(current)
    state = State(current.state)
    if stage == Decision.At.INTERVIEW:
        if state not in (State.APPROVED, State.INTERVIEWING, State.PARKED):
            raise NotNow(f"This candidate is not in interviews: {state.label.lower()}.")
        return
    if state not in (State.WAITING, State.PARKED):
        raise NotNow(f"There is nothing to decide here: {state.label.lower()}.")
