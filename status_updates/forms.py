"""The checkpoint form: counts since the last one, a note, the next step, a promise."""

import uuid
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict

from recruiting.lib.fields import LineField, ProseField
from recruiting.lib.repeats import SENT_BEFORE
from recruiting.lib.text import PROSE_MAX
from requisitions.fields import ReasonField
from requisitions.models import Stage
from requisitions.models.funnel import COUNT_MAX
from status_updates.models import Checkpoint, Promise
from status_updates.models.checkpoint import NEXT_STEP_MAX, PromiseMade

LOG_BACK = timedelta(days=366)
"""How far back a checkpoint may be dated."""

PROMISE_AHEAD = timedelta(days=366)

STEPPER = {"inputmode": "numeric", "placeholder": "0", "autocomplete": "off"}


class CountField(forms.IntegerField):
    """Where candidates are `recorded` at the stage, the count is of others alone."""

    recorded: int | None = None


class CheckpointForm(forms.Form):
    """Counts that default to none, and words. `today` is the reader's date.

    There is a count for each of `stages`, and for any other that was sent: whoever typed it saw
    a field for it, before the client's settings were changed. `recorded` is `Funnel.recorded`.
    """

    note = ProseField(
        required=False, max_length=PROSE_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )
    next_step = LineField(required=False, max_length=NEXT_STEP_MAX, label="Next step")
    promise_count = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=COUNT_MAX,
        label="How many",
        widget=forms.NumberInput(attrs={"class": "input input--num", "inputmode": "numeric"}),
    )
    promise_stage = forms.ChoiceField(
        required=False,
        choices=Stage.choices,
        label="Of what",
        widget=forms.Select(attrs={"class": "input"}),
    )
    promise_due = forms.DateField(
        required=False,
        label="By when",
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )
    on = forms.DateField(
        required=False,
        label="Date",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        today: date,
        stages: Collection[Stage] = tuple(Stage),
        recorded: Mapping[Stage, int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.recorded = today, recorded or {}
        self.stages = [stage for stage in Stage if stage in stages or self._sent(stage.value)]
        promised = [*self.stages, self._sent("promise_stage")]
        self.fields["promise_stage"].choices = [  # type: ignore[attr-defined]
            ("", "of what"),
            *((stage.value, stage.label) for stage in Stage if stage in promised),
        ]
        self.fields["on"].initial = today
        self.fields["key"].initial = uuid.uuid4
        self.fields["key"].widget.attrs["data-draft-key"] = True
        self.fields["on"].widget.attrs["max"] = today.isoformat()
        self.fields["promise_due"].widget.attrs["min"] = today.isoformat()
        for stage in self.stages:
            self.fields[stage.value] = field = CountField(
                required=False,
                min_value=0,
                max_value=COUNT_MAX,
                label=stage.label,
                widget=forms.NumberInput(attrs=STEPPER),
                error_messages={
                    "min_value": "Counts start at 0. To take something back, correct or undo "
                    "the checkpoint that logged it.",
                    "max_value": f"One checkpoint holds {COUNT_MAX:,} at most.",
                    "invalid": "Write a whole number.",
                },
            )
            field.recorded = self.recorded.get(stage)

    def _sent(self, name: str) -> str:
        """What was sent in a field, "" where nothing was."""
        return str(self.data.get(self.add_prefix(name), "")).strip() if self.is_bound else ""

    @classmethod
    def for_correction(
        cls,
        checkpoint: Checkpoint,
        *,
        today: date,
        stages: Collection[Stage] = tuple(Stage),
        recorded: Mapping[Stage, int] | None = None,
    ) -> "CheckpointForm":
        """With a field for all that the checkpoint has said, hidden since or not."""
        promise = checkpoint.promises.first()
        said = {*checkpoint.counts, *([Stage(promise.stage)] if promise else [])}
        return cls(
            today=today,
            stages={*stages, *said},
            recorded=recorded,
            initial={
                **{stage.value: count for stage, count in checkpoint.counts.items()},
                "note": checkpoint.note,
                "next_step": checkpoint.next_step,
                "on": checkpoint.on,
                "promise_count": promise.count if promise else None,
                "promise_stage": promise.stage if promise else "",
                "promise_due": promise.due_on if promise else None,
            },
        )

    def stage_fields(self) -> list[forms.BoundField]:
        return [self[stage.value] for stage in self.stages]

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"] or self.today
        if on > self.today:
            raise ValidationError("A checkpoint tells what has happened: choose today or earlier.")
        if on < self.today - LOG_BACK:
            raise ValidationError("That is more than a year ago. Check the year.")
        return on

    def clean_promise_due(self) -> date | None:
        due: date | None = self.cleaned_data["promise_due"]
        if due and due > self.today + PROMISE_AHEAD:
            raise ValidationError("That is more than a year away. Check the year.")
        if due and due < self.today - LOG_BACK:
            raise ValidationError("That is more than a year ago. Check the year.")
        return due

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self._check_promise(data)
        said = data.get("note") or data.get("next_step") or data.get("promise_count")
        if not self.errors and not said and not any(self.counts.values()):
            raise ValidationError("Enter a count, a note, a next step or a promise.")
        return data

    def _check_promise(self, data: dict[str, Any]) -> None:
        parts = {
            "promise_count": "Say how many.",
            "promise_stage": "Say of what.",
            "promise_due": "Say by when.",
        }
        if any(data.get(name) for name in parts):
            for name, message in parts.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, message)

    def check_promise_is_ahead(self) -> bool:
        """A new promise lies ahead; a corrected checkpoint may keep one that has passed."""
        due = self.cleaned_data.get("promise_due")
        if due and due < self.today:
            self.add_error("promise_due", "A promise lies ahead: choose today or later.")
            return False
        return True

    @property
    def counts(self) -> dict[Stage, int]:
        found = ((stage, self.cleaned_data.get(stage.value)) for stage in Stage)
        return {stage: count for stage, count in found if count}

    @property
    def particulars(self) -> dict[str, Any]:
        """The arguments that `Checkpoint.log` and `Checkpoint.correct` share."""
        data = self.cleaned_data
        promise = None
        if data["promise_count"]:
            promise = PromiseMade(
                Stage(data["promise_stage"]), data["promise_count"], data["promise_due"]
            )
        return {
            "key": data["key"] or uuid.uuid4(),
            "counts": self.counts,
            "on": data["on"],
            "note": data["note"],
            "next_step": data["next_step"],
            "promise": promise,
        }

    def refuse(self, error: ValidationError) -> None:
        """Show what the ledger refused beside its fields.

        A form that said something else when it was sent before gets a new key: sent again, it is
        another message.
        """
        self.add_error(None, error)
        if self.has_error(NON_FIELD_ERRORS, SENT_BEFORE):
            self.renew_key()

    def renew_key(self) -> None:
        """What is sent next is another message."""
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("key")] = str(uuid.uuid4())
        self.data = data


class PromiseMoveForm(forms.Form):
    """Another day for a promise, and why. `seen` is the day that the reader was shown."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen = forms.DateField(widget=forms.HiddenInput)
    due_on = forms.DateField(
        label="By when",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Say by when."},
    )
    reason = ReasonField()

    def __init__(self, *args: Any, promise: Promise, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"move-{promise.pk}_%s"
        self.today = today
        self.fields["key"].initial = uuid.uuid4
        self.fields["seen"].initial = promise.due_on.isoformat()
        self.fields["due_on"].widget.attrs["min"] = today.isoformat()

    def clean_due_on(self) -> date:
        due: date = self.cleaned_data["due_on"]
        if due < self.today:
            raise ValidationError("A promise lies ahead: choose today or later.")
        if due > self.today + PROMISE_AHEAD:
            raise ValidationError("That is more than a year away. Check the year.")
        return due

    @property
    def sent_key(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()

    @property
    def particulars(self) -> dict[str, Any]:
        """The arguments of `Promise.move`."""
        return {name: self.cleaned_data[name] for name in ("due_on", "seen", "reason")}
