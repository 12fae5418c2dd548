"""What is typed on the page of a submission: interviews, how they were, offers, and its end."""

import uuid
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from intake.meeting_forms import TimeForm
from intake.scheduling import Diaries
from recruiting.accounts.models import User
from recruiting.approvals.models import (
    Answered,
    Feedback,
    Interview,
    Offer,
    Round,
    Terms,
    Withdrawal,
)
from recruiting.approvals.models.decisions import CRITERION_MAX
from recruiting.approvals.models.feedback import FEEDBACK_MAX
from recruiting.approvals.models.interviews import MINUTES_MAX, MINUTES_MIN, ROUND_MAX, usual_round
from recruiting.approvals.models.offers import TERMS_MAX, WORDS_MAX
from recruiting.approvals.models.parking import REASON_MAX
from recruiting.approvals.reasons import reasons_of
from recruiting.lib.fields import LineField, ProseField
from requisitions.fields import ReasonField, day_field
from requisitions.models import Requisition

USUAL_MINUTES = 60


class Refusing(forms.Form):
    def refuse(self, error: ValidationError) -> None:
        """Say what the model said, at its field where it has one."""
        if hasattr(error, "error_dict"):
            for name, words in error.message_dict.items():
                self.add_error(name if name in self.fields else None, words)
        else:
            self.add_error(None, error)


class InterviewForm(TimeForm):
    """A round to come, or one that took place. Working hours matter only for what is to come."""

    round = LineField(
        max_length=ROUND_MAX,
        help_text="It stands in calendars, which others may see: name the round, not the person.",
    )
    who = LineField(
        max_length=200,
        required=False,
        label="Who else is there",
        help_text="Those who talk to the candidate beside the two who are invited.",
    )
    field_order = ("round", "day", "hour", "minutes", "place", "who")

    def __init__(self, *args: Any, is_past: bool = False, **options: Any) -> None:
        self.is_past = is_past
        super().__init__(*args, **options)
        length = forms.IntegerField(
            label="Minutes", min_value=MINUTES_MIN, max_value=MINUTES_MAX,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            error_messages={
                "invalid": "Write a whole number.",
                "min_value": f"An interview takes at least {MINUTES_MIN} minutes.",
                "max_value": f"An interview takes at most {MINUTES_MAX} minutes.",
            },
        )  # fmt: skip
        self.fields["minutes"] = length
        self.fields["day"].required = self.fields["hour"].required = True
        self.fields["day"].error_messages["required"] = "Choose a day."
        self.fields["hour"].error_messages["required"] = "Choose a time."

    @classmethod
    def blank(cls, diaries: Diaries, *, number: int) -> "InterviewForm":
        start = {"key": uuid.uuid4(), "minutes": USUAL_MINUTES, "round": usual_round(number)}
        return cls(initial=start, diaries=diaries, auto_id="id_new_%s")

    @classmethod
    def of(cls, interview: Interview, diaries: Diaries) -> "InterviewForm":
        local = interview.begins_at.astimezone(ZoneInfo(diaries.reader.zone))
        start = {"key": uuid.uuid4(), "sequence": interview.sequence, "day": local.date(),
                 "hour": local.time().replace(second=0, microsecond=0),
                 "minutes": interview.minutes, "place": interview.place, "who": interview.who,
                 "round": interview.round}  # fmt: skip
        return cls(initial=start, diaries=diaries, standing=interview,
                   auto_id=f"id_{interview.pk}_%s")  # fmt: skip

    @property
    def wanted(self) -> Round:
        said = self.cleaned_data
        return Round(said["at"], said["minutes"], said["place"], said["round"], said["who"])

    def _weigh(self, at: datetime, minutes: int, sure: str) -> None:
        if not self.is_past:
            super()._weigh(at, minutes, sure)


class SequenceForm(forms.Form):
    """What the reader saw of an interview, and a word on why it is off."""

    reason = ReasonField(required=False, max_length=REASON_MAX, label="A word on why")
    sequence = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class FeedbackForm(Refusing):
    """How it was. `reason` is one of `Reasons`, and needed for a stop alone."""

    verdict = forms.ChoiceField(
        choices=Feedback.Verdict.choices,
        error_messages={"required": "Choose how to go on.", "invalid_choice": "Choose one."},
    )
    text = ProseField(
        required=False,
        max_length=FEEDBACK_MAX,
        label="What speaks for it or against it",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(required=False, max_length=60)
    criterion = LineField(required=False, max_length=CRITERION_MAX, label="What you looked for")

    def give(self, interview: Interview, *, by: User, now: datetime, by_link: bool) -> Feedback:
        """Raises what `Feedback.give` raises. The brief cannot change in between."""
        data, why = self.cleaned_data, None
        with transaction.atomic():
            held = Requisition.objects.locked().get(pk=interview.submission.requisition_id)
            said_before = Feedback.objects.filter(interview=interview).exists()
            if data["verdict"] == Feedback.Verdict.STOP and not said_before:
                reasons = reasons_of(held.pk)
                why = reasons.why(data["reason"], criterion=data["criterion"])
            return Feedback.give(interview, data["verdict"], data["text"], why, by=by, now=now,
                                 by_link=by_link)  # fmt: skip

    def refuse(self, error: ValidationError) -> None:
        """A decision calls the new criterion its text."""
        if "text" in getattr(error, "error_dict", {}) and self.data.get("reason") == "new":
            error = ValidationError({"criterion": error.message_dict["text"]})
        super().refuse(error)


class OfferForm(Refusing):
    """An offer that was made."""

    made_on = day_field(label="Made on", error_messages={"required": "Say on which day."})
    terms = LineField(
        required=False,
        max_length=TERMS_MAX,
        help_text="Such as the pay and the first day. Both sides see it.",
    )
    answer_by = day_field(required=False, label="Answer by")
    key = forms.UUIDField(widget=forms.HiddenInput)

    @classmethod
    def blank(cls, today: date) -> "OfferForm":
        return cls(initial={"made_on": today, "key": uuid.uuid4()}, auto_id="id_offer_%s")

    @property
    def said(self) -> Terms:
        data = self.cleaned_data
        return Terms(data["made_on"], data["terms"], data["answer_by"])


class AnswerForm(Refusing):
    """What the candidate said to an offer."""

    answer = forms.ChoiceField(
        choices=[(Offer.Answer.ACCEPTED, "Accepts"), (Offer.Answer.DECLINED, "Declines")],
        label="The candidate",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the candidate said."},
    )
    because = forms.ChoiceField(
        required=False,
        choices=[("", "Choose a reason"), *Offer.Because.choices],
        label="Why not",
    )
    words = ProseField(
        required=False,
        max_length=WORDS_MAX,
        label="In the candidate’s words",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    answered_on = day_field(label="On", error_messages={"required": "Say on which day."})

    @classmethod
    def blank(cls, today: date) -> "AnswerForm":
        return cls(initial={"answered_on": today}, auto_id="id_answer_%s")

    @property
    def said(self) -> Answered:
        data = self.cleaned_data
        because = data["because"] if data["answer"] == Offer.Answer.DECLINED else ""
        return Answered(data["answer"], data["answered_on"], because, data["words"])


class ParkingForm(Refusing):
    reason = ReasonField(required=False, max_length=REASON_MAX, label="Why, and until when")


class WithdrawalForm(Refusing):
    whose = forms.ChoiceField(
        choices=Withdrawal.Whose.choices,
        label="Who withdraws",
        widget=forms.RadioSelect,
        error_messages={"required": "Say who withdraws."},
    )
    reason = ReasonField(required=False, max_length=REASON_MAX, label="Why, as far as it was said")
