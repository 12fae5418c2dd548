"""What is typed in a review: a decision with its reason, a question, an answer, a contest."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from recruiting.accounts.models import User
from recruiting.approvals.blind import GivenAway, given_away
from recruiting.approvals.models import Decision, Question, Submission
from recruiting.approvals.models.contests import CONTEST_MAX
from recruiting.approvals.models.decisions import CRITERION_MAX, WORDS_MAX
from recruiting.approvals.reasons import reasons_of
from recruiting.lib.fields import LineField, ProseField
from requisitions.models import Requisition


class _Refusing(forms.Form):
    def refuse(self, error: ValidationError) -> None:
        """Say what the model said, at its field where it has one."""
        if hasattr(error, "error_dict"):
            for name, messages in error.message_dict.items():
                self.add_error(name if name in self.fields else None, messages)
        else:
            self.add_error(None, error)


class DecisionForm(_Refusing):
    """`reason` is a choice of `Reasons`, judged by those that stand when it is saved."""

    verdict = forms.ChoiceField(choices=Decision.Verdict.choices)
    reason = forms.CharField(required=False, max_length=60)
    text = LineField(required=False, max_length=CRITERION_MAX, label="What you looked for")
    words = ProseField(
        required=False,
        max_length=WORDS_MAX,
        label="More on it",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def decide(self, submission: Submission, *, by: User, now: datetime, by_link: bool) -> Decision:
        """Raises what `Decision.make` raises. The brief cannot change in between."""
        data, why = self.cleaned_data, None
        with transaction.atomic():
            Requisition.objects.locked().get(pk=submission.requisition_id)
            if data["verdict"] == Decision.Verdict.DECLINE and not _stands(submission):
                reasons = reasons_of(submission.requisition_id)
                why = reasons.why(data["reason"], criterion=data["text"], words=data["words"])
            return Decision.make(submission, data["verdict"], why, by=by, now=now, by_link=by_link)

    @property
    def typed(self) -> str:
        """What would be lost if the page did not say it again."""
        return " ".join(one for one in (self.data.get("text"), self.data.get("words")) if one)


def _stands(submission: Submission) -> bool:
    """Whether it is decided already: the reason of a repetition is not judged again."""
    found = submission.decisions.filter(undone_at=None, stage=Decision.At.RESUME)
    return bool(found.exists())


class QuestionForm(_Refusing):
    """`key` becomes the id of the question, so that sent ten times it is asked once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = ProseField(
        max_length=WORDS_MAX,
        label="Your question",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write your question."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_question_%s")
        self.initial.setdefault("key", uuid.uuid4())


class AnswerForm(_Refusing):
    answer = ProseField(
        max_length=WORDS_MAX,
        label="Your answer",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write your answer."},
    )

    sure = forms.BooleanField(required=False)
    told: Sequence[GivenAway] = ()
    """What the answer gives away of a candidate who goes by a code."""

    def give(self, question: Question, *, by: User, now: datetime) -> None:
        """Raises what `Question.give_answer` raises, and ValidationError for words that give a
        candidate away in a blind review, unless they may stay."""
        text, submission = self.cleaned_data["answer"], question.submission
        if submission.is_blind:
            person = submission.candidate
            self.told = given_away(person.name, person.works_at, [("The answer", text)])
        if self.told and question.is_open and not self.cleaned_data["sure"]:
            raise ValidationError({"sure": "Change these words first, or say that they may stay."})
        question.give_answer(text, by=by, now=now)


class ContestForm(forms.Form):
    """Why decisions should not count."""

    text = ProseField(
        max_length=CONTEST_MAX,
        label="What is wrong with it",
        help_text="For instance: it was not you, or you meant another candidate.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what is wrong, in a few words."},
    )
