"""Forms for what is added to a draft. `key` becomes the id of the row: sent again it is one row."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from intake.models.pieces import LINE_MAX
from recruiting.accounts.models import User
from recruiting.lib.fields import LineField
from requisitions.forms import check_day


class AddingForm(forms.Form):
    """One line, and its key."""

    key = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": "Reload the page and try again."}
    )
    text = LineField(max_length=LINE_MAX)

    @property
    def key_of_row(self) -> UUID:
        key: UUID = self.cleaned_data["key"]
        return key

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class NewRequirementForm(AddingForm):
    title = "Add a requirement"
    back = "requirement-new"

    text = LineField(
        max_length=LINE_MAX,
        label="Requirement",
        error_messages={"required": "Write what is required."},
    )


class NewActionForm(AddingForm):
    """With who has it and until when, where that is known. `today` is the reader's date."""

    title = "Add an action"
    back = "action-new"

    text = LineField(
        max_length=LINE_MAX,
        label="Question or action",
        error_messages={"required": "Say what is to be done."},
    )
    holder_id = forms.ChoiceField(
        required=False,
        label="Who",
        error_messages={"invalid_choice": "Choose from the list."},
    )
    due_on = forms.DateField(
        required=False,
        label="By when",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "This is no date. Write it like 2026-04-30."},
    )

    def __init__(self, *args: Any, people: Iterable[User], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        field = self.fields["holder_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Nobody yet"), *((str(one.pk), one.display_name) for one in people)]

    def clean_holder_id(self) -> UUID | None:
        chosen = self.cleaned_data["holder_id"]
        return UUID(chosen) if chosen else None

    def clean_due_on(self) -> date | None:
        return check_day(self.cleaned_data["due_on"], self.today)
