from django import forms

from recruiting.lib.text import check_prose
from status_updates.models.digest import LINE_MAX


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
    period = forms.RegexField(r"^\d{4}-W\d{2}$", widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
