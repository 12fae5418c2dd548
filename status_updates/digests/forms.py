from typing import Any

from django import forms
from django.http import QueryDict

from recruiting.lib.fields import LineField
from recruiting.lib.text import check_prose
from status_updates.models.digest import LINE_MAX, REASON_MAX

PERIOD = r"^\d{4}-(W\d{2}(\+1)?|\d{2}-\d{2})$"


class PersonalLineForm(forms.Form):
    """The line for the digest of `period`; `version` is the one that the writer was shown."""

    text = forms.CharField(
        label="Your line at the top",
        required=False,
        max_length=LINE_MAX,
        validators=[check_prose],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Signed with your name. Leave it empty to send the digest without one.",
        error_messages={"max_length": "Keep it to %(limit_value)d characters; this has "
                                      "%(show_value)d."},
    )  # fmt: skip
    period = forms.RegexField(PERIOD, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class HoldForm(forms.Form):
    """Why the digest of `period` does not go yet."""

    reason = LineField(
        label="Why it is held back",
        max_length=REASON_MAX,
        help_text="Recruiters and leads read it, the hiring manager does not.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    period = forms.RegexField(PERIOD, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "hold_%s", **kwargs})


class SendingForm(forms.Form):
    """The digest of `period` is to go now; outside the manager's hours only if that is meant."""

    period = forms.RegexField(PERIOD, widget=forms.HiddenInput)
    meant = forms.BooleanField(label="Send it outside working hours all the same", required=False)

    def __init__(self, data: QueryDict | None = None, *, period: str, is_quiet: bool) -> None:
        super().__init__(data, initial={"period": period})
        self.is_quiet = is_quiet
        if not is_quiet:
            del self.fields["meant"]

    def clean_meant(self) -> bool:
        if not self.cleaned_data["meant"]:
            raise forms.ValidationError("Say that you mean it, or send it in working hours.")
        return True
