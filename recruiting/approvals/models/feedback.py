"""What the manager says after an interview."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from recruiting.approvals import notices
from recruiting.approvals.access import in_name_of
from recruiting.approvals.models.decisions import (
    UNDO_FOR,
    Decision,
    Why,
    check_kept,
    held_submission,
)
from recruiting.approvals.models.interviews import Interview, check_open
from recruiting.approvals.models.submissions import NotNow
from recruiting.approvals.states import OVER, State
from recruiting.audit.models import record
from recruiting.lib.text import check_prose

if TYPE_CHECKING:
    from recruiting.accounts.models import User

FEEDBACK_MAX = 2_000


class AlreadySaid(Exception):
    """Somebody has said something else of it before. Holds what stands."""

    def __init__(self, current: "Feedback") -> None:
        super().__init__(f"{current.interview_id} {current.verdict}")
        self.current = current


class Feedback(models.Model):
    """One answer to one interview. A stop is also a `Decision` after an interview."""

    class Verdict(models.TextChoices):
        ON = "on", "Go on"
        UNSURE = "unsure", "Not sure yet"
        STOP = "stop", "Stop here"

    interview = models.OneToOneField(Interview, models.CASCADE, related_name="feedback")
    verdict = models.CharField(max_length=6, choices=Verdict)
    text = models.TextField(max_length=FEEDBACK_MAX, blank=True, validators=[check_prose])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    in_name_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["on", "unsure", "stop"]), name="feedback_verdict_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verdict} after {self.interview_id}"

    def may_be_undone(self, now: datetime) -> bool:
        return now < self.at + UNDO_FOR

    @classmethod
    def give(
        cls,
        interview: Interview,
        verdict: str,
        text: str = "",
        why: Why | None = None,
        *,
        by: "User",
        now: datetime,
        by_link: bool = False,
    ) -> "Feedback":
        """Say how it was. Who says so also says that it took place. The same again is once.

        A stop ends the candidate's process and needs one reason, as a decline does. Raises
        PermissionDenied for who does not decide, AlreadySaid where something else was said,
        NotNow with the reason in words, and ValidationError keyed by field.
        """
        if verdict not in cls.Verdict.values:
            raise ValidationError({"verdict": "Choose how to go on."})
        with transaction.atomic():
            held, submission = held_submission(interview.submission)
            manager = in_name_of(by, held, now)
            current = Interview.objects.select_related("feedback").get(pk=interview.pk)
            if hasattr(current, "feedback"):
                if (current.feedback.verdict, current.feedback.text) != (verdict, text):
                    raise AlreadySaid(current.feedback)
                return current.feedback
            check_open(held)
            check_kept(submission)
            if current.cancelled_at:
                raise NotNow("This interview was called off.")
            if current.begins_at > now:
                raise NotNow("This interview is still to come.")
            if (state := State(submission.state)) in OVER:
                raise NotNow(f"There is nothing to say any more: {state.label.lower()}.")
            said = cls(interview=current, verdict=verdict, text=text, by=by, in_name_of=manager,
                       at=now)  # fmt: skip
            said.clean_fields(exclude={f.name for f in cls._meta.fields} - {"text"})
            if current.held_at is None:
                current.held_at = now
                current.save(update_fields=["held_at"])
                submission.settle(held, by=by, now=now, on=timezone.localdate(current.begins_at))
            if verdict == cls.Verdict.STOP:
                Decision.make(submission, Decision.Verdict.DECLINE, why,
                              stage=Decision.At.INTERVIEW, by=by, now=now,
                              by_link=by_link)  # fmt: skip
            said.save(force_insert=True)
            record("gave feedback", held, by=by, now=now, client=held.client_id,
                   submission=str(submission.pk), interview=str(current.pk))  # fmt: skip
            if verdict != cls.Verdict.STOP:  # which the decision tells of, and confirms
                notices.tell_of_feedback(said, held, by=by, now=now)
                if by_link:
                    notices.confirm_feedback(said, held, by=by, now=now)
        return said

    def undo(self, *, by: "User", now: datetime) -> None:
        """Take it back within ten minutes, and a stop with it. Twice is once. Raises NotNow after
        that, PermissionDenied for who does not decide."""
        with transaction.atomic():
            held, submission = held_submission(self.interview.submission)
            in_name_of(by, held, now)
            current = Feedback.objects.filter(pk=self.pk).first()
            if current is None:
                return
            check_kept(submission)
            if not current.may_be_undone(now):
                raise NotNow("What was said can be taken back for ten minutes, which are over.")
            stop = submission.decisions.filter(
                stage=Decision.At.INTERVIEW, undone_at=None, at=current.at
            ).first()
            if stop and current.verdict == self.Verdict.STOP:
                stop.undo(by=by, now=now)
            Feedback.objects.filter(pk=self.pk).delete()
            record("took back feedback", held, by=by, now=now, client=held.client_id,
                   submission=str(submission.pk),
                   interview=str(current.interview_id))  # fmt: skip
            notices.retract_feedback(current, now=now)
