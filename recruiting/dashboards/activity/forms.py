"""What the address of an activity page asks for, and what tells that it has been looked at."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from recruiting.dashboards.activity.words import Kind

YEARS = range(1900, 2200)


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        required=False, label=label, widget=widget,
        error_messages={"invalid": "Choose a day, such as 2026-03-31."},
    )  # fmt: skip


class ActivityForm(forms.Form):
    """What the URL asks for. What cannot be read is shown as wrong and left out."""

    kind = forms.ChoiceField(required=False, label="What")
    person = forms.UUIDField(
        required=False, label="Who", error_messages={"invalid": "Choose from the list."}
    )
    since = _day("From")
    until = _day("To")

    def __init__(self, asked: QueryDict, *, kinds: Iterable[Kind]) -> None:
        super().__init__(asked)
        choices = [("", "Everything"), *((kind.value, kind.label) for kind in kinds)]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]
        self.fields["kind"].error_messages["invalid_choice"] = "Choose from the list."

    def clean_since(self) -> date | None:
        return _checked(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        return _checked(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        first, last = data.get("since"), data.get("until")
        if first and last and last < first:
            self.add_error("until", "This day lies before the first one.")
        return data

    @property
    def wanted(self) -> Mapping[str, Any]:
        """Only what was asked for and can be read."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _checked(day: date | None) -> date | None:
    if day and day.year not in YEARS:
        raise ValidationError("Choose a day, such as 2026-03-31.")
    return day


class LookForm(forms.Form):
    """`shown` is the instant at which the page was made: what came later was not seen."""

    shown = forms.DateTimeField(widget=forms.HiddenInput)
    read = forms.BooleanField(required=False)
    back = forms.ChoiceField(required=False, choices=[("requisition", "Requisition")])

    def clean_shown(self) -> datetime:
        shown: datetime = self.cleaned_data["shown"]
        if shown.year not in YEARS:
            raise ValidationError("Reload the page and try again.")
        return shown
