"""The form that counts who was set aside, and for what."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from intake.content import RequirementLine
from recruiting.accounts.fields import KeyField
from recruiting.approvals.candidate_forms import holding
from recruiting.approvals.models.decisions import Reason
from recruiting.approvals.models.screening import COUNT_MAX, NOTE_MAX, SetAside
from recruiting.approvals.quick_counts import OTHER, read
from recruiting.approvals.requirements import Asked
from recruiting.lib.fields import LineField, ProseField

EARLIEST = date(2000, 1, 1)
_ERRORS = {
    "invalid": "Write a whole number.",
    "min_value": "A count is not below zero.",
    "max_value": f"At most {COUNT_MAX:,} fit in one entry.",
}


class ScreenOutForm(forms.Form):
    """A line as one says it, or a number beside each requirement; both count."""

    key = KeyField()
    quick = LineField(
        max_length=500,
        required=False,
        label="In a line",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "9 no Kubernetes, 5 pay"}
        ),
    )
    on = forms.DateField(
        label="When", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    note = ProseField(
        max_length=NOTE_MAX,
        required=False,
        help_text="Such as where they came from. Name nobody.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: QueryDict | None = None, *, asked: Asked, today: date) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), "on": today})
        self.asked, self.today = asked, today
        for name, label in self._things():
            self.fields[name] = forms.IntegerField(
                required=False, min_value=0, max_value=COUNT_MAX, label=label,
                error_messages=_ERRORS,
                widget=forms.NumberInput(
                    attrs={"class": "input input--num", "inputmode": "numeric", "min": "0",
                           "placeholder": "0", "autocomplete": "off"}
                ),
            )  # fmt: skip

    def _things(self) -> list[tuple[str, str]]:
        lines = [(f"count-{line.id}", line.text) for line in self.asked.lines]
        return lines + [(f"count-{key}", Reason(key).label) for key in OTHER]

    @property
    def dealbreakers(self) -> list[forms.BoundField]:
        return self._counts("dealbreaker")

    @property
    def nice(self) -> list[forms.BoundField]:
        return self._counts("nice")

    def _counts(self, kind: str) -> list[forms.BoundField]:
        return [self[f"count-{line.id}"] for line in self.asked.lines if line.kind == kind]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[f"count-{key}"] for key in OTHER]

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError("This day is still to come.")
        if on < EARLIEST:
            raise ValidationError("This is too long ago to be meant.")
        return on

    def clean(self) -> dict[str, Any]:
        """What the line says goes into the numbers. Where a part of it is not understood, that
        part stays to be asked about, and nothing is counted yet."""
        data = super().clean() or self.cleaned_data
        if data.get("quick"):
            said = read(data["quick"], self.asked.lines)
            self._fill(said.counts)
            if said.asks:
                self.data = holding(self.data, {"quick": ", ".join(said.left)})
                self.add_error("quick", list(said.asks))
        if unasked := self._unasked():
            self.add_error(
                None,
                f"The brief was amended since this page was opened, and {unasked:,} were counted "
                "for what it no longer asks for. Count them by the requirements as they are now, "
                "or send it again without them.",
            )
        if not self.errors and not self.lines:
            self.add_error("quick", "Say how many, and for what.")
        return data

    def _unasked(self) -> int:
        """How many were counted for requirements that the brief in force does not have."""
        names = [name for name in self.data if name.startswith("count-")]
        typed = [self.data[name].strip() for name in names if name not in self.fields]
        return sum(int(count) for count in typed if count.isdecimal())

    def _fill(self, counts: Mapping[str, int]) -> None:
        filled = {}
        for key, count in counts.items():
            name = f"count-{key}"
            total = (self.cleaned_data.get(name) or 0) + count
            if total > COUNT_MAX:
                self.add_error(name, _ERRORS["max_value"])
            else:
                self.cleaned_data[name] = filled[name] = total
        self.data = holding(self.data, filled)

    @property
    def lines(self) -> list[SetAside]:
        """What is to be logged, in the order of the brief. Call it after cleaning."""
        found = [self._of_line(line) for line in self.asked.lines]
        found += [SetAside(self.cleaned_data.get(f"count-{key}") or 0, key) for key in OTHER]
        return [one for one in found if one.count]

    def _of_line(self, line: RequirementLine) -> SetAside:
        count = self.cleaned_data.get(f"count-{line.id}") or 0
        return SetAside(count, Reason.REQUIREMENT, UUID(line.id), line.text, line.kind)
