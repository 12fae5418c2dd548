"""What the page of all mail asks for, and what is typed there."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from recruiting.accounts.fields import KeyField
from recruiting.dashboards.mail_desk import STATES, WINDOWS, Held, kinds_by_title
from recruiting.lib.fields import LineField
from recruiting.lib.text import check_line

REASON_MAX = 200
_CHOOSE = {"invalid_choice": "Choose from the list.", "invalid": "Choose from the list."}


class MailFilterForm(forms.Form):
    """What the URL asks for. What cannot be read is shown as wrong and left out."""

    q = forms.CharField(
        required=False,
        max_length=100,
        validators=[check_line],
        label="Person",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name or address"}),
    )
    state = forms.ChoiceField(
        required=False, label="What became of it", error_messages=_CHOOSE,
        choices=[("", "Everything"), *STATES.items()],
    )  # fmt: skip
    when = forms.ChoiceField(
        required=False, label="Due", error_messages=_CHOOSE, choices=list(WINDOWS.items())
    )
    kind = forms.ChoiceField(required=False, label="Kind", error_messages=_CHOOSE)
    client = forms.TypedChoiceField(
        required=False, label="Client", error_messages=_CHOOSE, coerce=UUID, empty_value=None
    )

    def __init__(self, asked: QueryDict, *, clients: Iterable[tuple[UUID, str]]) -> None:
        super().__init__(asked)
        self.fields["kind"].choices = [("", "All kinds"), *kinds_by_title()]  # type: ignore[attr-defined]
        self.fields["client"].choices = [("", "All clients"), *clients]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> Mapping[str, Any]:
        """Only what was asked for and can be read."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class AgainForm(forms.Form):
    """Why a mail is sent once more, for the record."""

    key = KeyField()
    reason = LineField(
        max_length=REASON_MAX,
        label="Why it is sent again",
        help_text="Leads and recruiters of the client read it in the activity.",
        error_messages={"required": "Say why: it is kept with the mail."},
        widget=forms.TextInput(attrs={"placeholder": "Such as: she says it never came"}),
    )


class LiftForm(forms.Form):
    """Lifts a suspension; with a `mail`, to send that one again next."""

    mail = forms.UUIDField(required=False)


class ReleaseForm(forms.Form):
    """Lets mail go again. `hold` is the one that was shown."""

    hold = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "Reload the page and try again."),
    )
    due = forms.ChoiceField(
        label="What was due before",
        choices=[("skip", "Skip it"), ("send", "Send it too")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two."} | _CHOOSE,
    )

    @classmethod
    def of(cls, held: Held, data: Any = None) -> "ReleaseForm":
        form = cls(data, initial={"hold": held.hold.pk, "due": "skip"})
        what = {0: "nothing", 1: "the 1 mail"}.get(held.before, f"the {held.before:,} mails")
        form.fields["due"].choices = [  # type: ignore[attr-defined]
            (
                "skip",
                f"Skip {what} that was due before {held.since}".replace(
                    "mails that was", "mails that were"
                ),
            ),
            ("send", "Send what was due before as well, as far as it is not too late"),
        ]
        return form
