"""What is typed on the pages of a brief."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from intake.brief_page import kept_shown
from intake.content import Content
from intake.models.briefs import REASON_MAX
from intake.models.contests import CONTEST_MAX
from recruiting.lib.fields import ProseField
from requisitions.fields import ReasonField


class SigningForm(forms.Form):
    """A signature under the text with this digest. `shown` is that text, as a page of ours wrote
    it, to be compared with what has taken its place."""

    digest = forms.RegexField(r"^[0-9a-f]{64}\Z", widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = ReasonField(required=False, label="Why it changes", max_length=REASON_MAX)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        unread = "Read the brief again before you sign it."
        self.fields["digest"].error_messages |= {"required": unread, "invalid": unread}

    @property
    def shown_content(self) -> Content | None:
        return kept_shown(self.data.get("shown", ""))

    def refuse(self, error: ValidationError) -> None:
        """Say what the model said, at its field where it has one."""
        if hasattr(error, "error_dict"):
            for name, messages in error.message_dict.items():
                self.add_error(name if name in self.fields else None, messages)
        else:
            self.add_error(None, error)


class ContestForm(forms.Form):
    """Why a signature should not count."""

    text = ProseField(
        max_length=CONTEST_MAX,
        label="What is wrong with it",
        help_text="For instance: it was not you, or you had read something else.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what is wrong, in a few words."},
    )
