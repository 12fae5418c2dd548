"""A question of the manager on a candidate, in place of a decision, and its answer."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q

from recruiting.approvals import notices
from recruiting.approvals.access import in_name_of
from recruiting.approvals.models.decisions import WORDS_MAX, held_submission
from recruiting.approvals.models.submissions import NotNow, Submission
from recruiting.approvals.states import State
from recruiting.audit.models import record
from recruiting.lib.repeats import check_repeats
from recruiting.lib.text import check_prose

if TYPE_CHECKING:
    from recruiting.accounts.models import User


class AlreadyAnswered(Exception):
    """Somebody has answered it before. Holds the question as it stands."""

    def __init__(self, current: "Question") -> None:
        super().__init__(f"{current.pk}")
        self.current = current


class Question(models.Model):
    """Asked by the manager instead of deciding. Until it is answered the ball is the
    recruiter's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="questions")
    text = models.TextField(max_length=WORDS_MAX, blank=True, validators=[check_prose])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(max_length=WORDS_MAX, blank=True, validators=[check_prose])
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(answered_at__isnull=True),
                name="question_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Question on {self.submission_id}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @classmethod
    def ask(
        cls, submission: Submission, text: str, *, pk: uuid.UUID, by: "User", now: datetime
    ) -> "Question":
        """Ask the recruiter before deciding. `pk` comes from the form: sent again, it is the same
        question.

        Raises PermissionDenied for who does not decide, NotNow where nothing is to be decided or
        an earlier question is still open, ValidationError by field, and DoesNotExist for a `pk`
        of another submission.
        """
        with transaction.atomic():
            held, current = held_submission(submission)
            in_name_of(by, held, now)
            if found := cls.objects.filter(pk=pk).first():
                if found.submission_id != current.pk:
                    raise cls.DoesNotExist
                if found.text == text.strip():
                    return found
            if held.is_closed:
                words = held.get_status_display().lower()
                raise NotNow(f"This requisition is {words}: nobody waits for your decision.")
            if current.state not in (State.WAITING, State.PARKED):
                words = State(current.state).label.lower()
                raise NotNow(f"There is nothing to decide here: {words}.")
            if current.candidate.erased_at:
                raise NotNow("The data of this candidate was erased.")
            if current.questions.filter(answered_at=None).exists():
                raise NotNow("Another question on this candidate waits for its answer.")
            check_repeats(says_the_same=found is None)
            question = cls(pk=pk, submission=current, text=text.strip(), by=by, at=now)
            question._check("text", "Write your question.")
            question.save(force_insert=True)
            record("asked about a candidate", held, by=by, now=now, client=held.client_id,
                   submission=str(current.pk))  # fmt: skip
            notices.tell_of_question(question, held, by=by, now=now)
        return question

    def give_answer(self, text: str, *, by: "User", now: datetime) -> None:
        """Answer it, as a recruiter of the client; the asker gets it by mail. The same again is the
        answer that stands.

        Raises PermissionDenied for others, AlreadyAnswered where another answer stands, and
        ValidationError by field.
        """
        if not by.is_recruiter:
            raise PermissionDenied
        with transaction.atomic():
            held, submission = held_submission(self.submission)
            current = Question.objects.select_related("by", "answered_by").get(pk=self.pk)
            if current.answered_at:
                if current.answer == text.strip():
                    return
                raise AlreadyAnswered(current)
            if submission.candidate.erased_at:
                raise ValidationError("The data of this candidate was erased. Nobody waits for it.")
            current.answer, current.answered_by, current.answered_at = text.strip(), by, now
            current._check("answer", "Write your answer.")
            current.save(update_fields=["answer", "answered_by", "answered_at"])
            record("answered about a candidate", held, by=by, now=now, client=held.client_id,
                   submission=str(submission.pk))  # fmt: skip
            notices.bring_answer(current, submission, held, by=by, now=now)

    def _check(self, name: str, when_empty: str) -> None:
        value = getattr(self, name)
        if not value:
            raise ValidationError({name: when_empty})
        if len(value) > WORDS_MAX:
            raise ValidationError({name: f"At most {WORDS_MAX:,} characters fit here."})
        self.clean_fields(exclude={field.name for field in self._meta.fields} - {name})
