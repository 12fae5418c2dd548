"""One phrase of the wording list as a form, with the hint that its writer was shown."""

from typing import Any

from django import forms
from django.http import QueryDict

from intake.models import LoadedWording
from recruiting.lib.fields import LineField


class WordingForm(forms.Form):
    """`row` is the phrase that is edited; without it a new one is added."""

    phrase = LineField(max_length=60, help_text="A word or a few, as they stand in a requirement.")
    why = LineField(max_length=200, label="Why it is a problem")
    instead = LineField(max_length=200, label="What to say instead")
    seen_why = forms.CharField(required=False, widget=forms.HiddenInput)
    seen_instead = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, row: LoadedWording | None = None, data: QueryDict | None = None) -> None:
        initial: dict[str, Any] = {}
        if row is not None:
            initial = {"phrase": row.phrase, "why": row.why, "instead": row.instead,
                       "seen_why": row.why, "seen_instead": row.instead}  # fmt: skip
        super().__init__(data, initial=initial, auto_id="wording_%s")
        self.row = row
        if row is not None:
            self.fields["phrase"].widget = forms.HiddenInput()

    @property
    def seen(self) -> tuple[str, str]:
        """Of a form that is valid."""
        return self.cleaned_data["seen_why"], self.cleaned_data["seen_instead"]
