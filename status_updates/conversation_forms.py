"""What people write on a requisition: notes, questions, answers, and touchpoints."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from recruiting.accounts.models import User
from recruiting.lib.fields import LineField, ProseField
from recruiting.lib.repeats import SENT_BEFORE
from recruiting.lib.text import PROSE_MAX
from status_updates.models import Note, Touchpoint
from status_updates.models.checkpoint import NEXT_STEP_MAX
from status_updates.models.touchpoint import MINUTES_MAX, Said

LOG_BACK = timedelta(days=366)
"""How far back a touchpoint may be dated."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""A touchpoint may lie so far ahead: the clock of the person's computer is not ours."""

PRIVATE = "private"
"""The choice of a private note among the kinds in the form."""


class KeyedForm(forms.Form):
    """A form that writes once, however often it is sent."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4
        self.fields["key"].widget.attrs["data-draft-key"] = True

    @property
    def sent_key(self) -> uuid.UUID:
        key: uuid.UUID | None = self.cleaned_data["key"]
        return key or uuid.uuid4()

    def refuse(self, error: ValidationError) -> None:
        """Show what was refused beside its fields. A form that said something else when it was
        sent before gets a new key: sent again, it is another message."""
        self.add_error(None, error)
        if self.has_error(NON_FIELD_ERRORS, SENT_BEFORE):
            sent: Any = self.data
            self.data = {**sent.dict(), "key": str(uuid.uuid4())}


class NoteForm(KeyedForm):
    """A note or a question on a requisition. What is offered depends on the writer's side."""

    text = ProseField(
        max_length=PROSE_MAX,
        widget=forms.Textarea(attrs={"rows": 3, "data-mentions": ""}),
        error_messages={"required": "Write something first."},
    )
    kind = forms.ChoiceField(required=False, label="This is", widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "note_%s"
        kind, text = self.fields["kind"], self.fields["text"]
        assert isinstance(kind, forms.ChoiceField)
        if user.is_recruiter:
            kind.choices = [
                ("note", "A note"),
                ("question", "A question"),
                (PRIVATE, "A private note. Only recruiters and leads see it"),
            ]
            text.label, kind.initial = "Your note", "note"
        else:
            kind.choices = [("question", "A question"), ("note", "A note, no answer needed")]
            text.label, kind.initial = "Ask about this requisition", "question"

    @property
    def particulars(self) -> dict[str, Any]:
        """The arguments of `Note.write`."""
        data = self.cleaned_data
        kind = data["kind"] or self.fields["kind"].initial
        return {
            "text": data["text"],
            "kind": Note.Kind.NOTE if kind == PRIVATE else Note.Kind(kind),
            "is_private": kind == PRIVATE,
            "key": self.sent_key,
        }


class AnswerForm(KeyedForm):
    """The answer to one question; several may stand on a page."""

    text = ProseField(
        max_length=PROSE_MAX,
        label="Your answer",
        widget=forms.Textarea(attrs={"rows": 2, "data-mentions": ""}),
        error_messages={"required": "Write something first."},
    )

    @classmethod
    def to(cls, question: Note, data: Any = None) -> "AnswerForm":
        return cls(data, auto_id=f"answer_{question.pk}_%s")


class NoteEditForm(forms.Form):
    text = ProseField(
        max_length=PROSE_MAX,
        widget=forms.Textarea(attrs={"rows": 8, "data-mentions": ""}),
        error_messages={"required": "A note says something. To take it away, withdraw it."},
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class TouchpointForm(KeyedForm):
    """Made for five seconds: only the kind is asked for, and a call is the first guess.

    The time is left open, for the page may have been opened long before the call.
    """

    kind = forms.ChoiceField(
        choices=Touchpoint.Kind.choices,
        initial=Touchpoint.Kind.CALL,
        label="How",
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MINUTES_MAX,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"max_value": "A day has 1,440 minutes. Check the number."},
    )
    happened_at = forms.DateTimeField(
        required=False,
        label="When",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    said = ProseField(
        required=False,
        max_length=PROSE_MAX,
        label="What was said",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    next_step = LineField(required=False, max_length=NEXT_STEP_MAX, label="Next step")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "touchpoint_%s"
        self.now = now

    @classmethod
    def for_correction(cls, touchpoint: Touchpoint, *, now: datetime) -> "TouchpointForm":
        shown = ("kind", "minutes", "happened_at", "said", "next_step")
        return cls(now=now, initial={name: getattr(touchpoint, name) for name in shown})

    def clean_happened_at(self) -> datetime:
        at: datetime = self.cleaned_data["happened_at"] or self.now
        if at > self.now + CLOCKS_DIFFER:
            raise ValidationError("A touchpoint tells what has happened: choose now or earlier.")
        if at < self.now - LOG_BACK:
            raise ValidationError("That is more than a year ago. Check the year.")
        return min(at, self.now)

    @property
    def said_so(self) -> Said:
        """What `Touchpoint.log` and `Touchpoint.correct` write down."""
        data = self.cleaned_data
        names = ("kind", "happened_at", "minutes", "said", "next_step")
        return Said(**{name: data[name] for name in names})
