"""The forms of a client's settings, and what was changed by them in words."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from recruiting.accounts.fields import KeyField
from recruiting.accounts.forms import CLIENT_NAME_MAX
from recruiting.accounts.models import Client, ClientSettings, WeekStart
from recruiting.accounts.models.clients import KEEP_DAYS_MAX, KEEP_DAYS_MIN
from recruiting.accounts.models.closed_days import NAME_MAX
from recruiting.accounts.place_forms import PlaceForm
from recruiting.lib import public_holidays
from recruiting.lib.fields import LineField
from requisitions.models import Stage
from requisitions.stages import MANAGERS_WAIT_FOR, stages_words


class SettingsForm(PlaceForm):
    """Name, stages, holidays, start of the week, blind review."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = LineField(
        max_length=CLIENT_NAME_MAX,
        help_text="A company or a department, as its people call it.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    stages = forms.MultipleChoiceField(
        choices=Stage.choices,
        label="Stages that are counted",
        help_text="The others have no field where people log. What was counted there before stays.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one stage."},
    )
    week_start = forms.TypedChoiceField(
        label="A week begins on", choices=WeekStart.choices, coerce=int, widget=forms.RadioSelect
    )

    blind_review = forms.BooleanField(
        required=False,
        label="Blind review",
        help_text="Hiring managers decide on candidates by a code: name, headline, where they "
        "work, links and resume open with an approval. It holds for what is sent from now on.",
    )

    keep_days = forms.IntegerField(
        required=False,
        min_value=KEEP_DAYS_MIN,
        max_value=KEEP_DAYS_MAX,
        label="Erase candidates so many days after the requisition closed",
        help_text="Resumes, names and what was written go for good, by themselves; counts and "
        "decisions stay. Who is on several requisitions stays until the last of them. "
        "Empty: nobody is erased unless somebody does it.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, data: QueryDict | None = None, *, client: Client) -> None:
        super().__init__(data, initial=_shown(client), kept=client.country)

    @property
    def settings(self) -> ClientSettings:
        """What was set. Call it on a valid form."""
        typed = self.cleaned_data
        return ClientSettings(
            name=typed["name"],
            hidden=frozenset(Stage.values) - frozenset(typed["stages"]),
            country=typed["country"],
            region=typed["region"],
            week_start=typed["week_start"],
            blind_review=typed["blind_review"],
            keep_days=typed["keep_days"],
        )


def _shown(client: Client) -> dict[str, Any]:
    return {
        "version": client.version,
        "name": client.name,
        "stages": [stage.value for stage in Stage if stage.value not in client.hidden],
        "country": client.country,
        "region": client.region,
        "week_start": client.week_start,
        "blind_review": client.blind_review,
        "keep_days": client.keep_days,
    }


class ClosingForm(forms.Form):
    """Days on which the client is closed. The model checks them against the others."""

    key = KeyField()
    first = forms.DateField(
        label="First day", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    name = LineField(
        label="What it is",
        max_length=NAME_MAX,
        help_text="Such as “Company outing”. It is read before somebody writes.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()}, auto_id="closing_%s")

    def clean_last(self) -> Any:
        return self.cleaned_data["last"] or self.cleaned_data.get("first")

    def refuse(self, error: ValidationError) -> None:
        """Show what the model objected to beside the fields."""
        for name, messages in error.message_dict.items():
            self.add_error(name, messages)


def said(settings: ClientSettings) -> Mapping[str, str]:
    """Each setting in words, by its label."""
    return {
        "Name": settings.name,
        "Stages": stages_words(settings.hidden),
        "Holidays": public_holidays.place_words(settings.country, settings.region) or "none",
        "Week begins": WeekStart(settings.week_start).label,
        "Blind review": "on" if settings.blind_review else "off",
        "Candidates erased": f"{settings.keep_days} days after the requisition closed"
        if settings.keep_days
        else "on request alone",
    }


def differences(one: ClientSettings, other: ClientSettings) -> list[tuple[str, str, str]]:
    """Label, the one, the other: of the settings that differ."""
    ones, others = said(one), said(other)
    return [(label, ones[label], others[label]) for label in ones if ones[label] != others[label]]


def changes(before: ClientSettings, after: ClientSettings) -> list[str]:
    """ "Stages: all but contacted, before all"."""
    return [f"{label}: {new}, before {old}" for label, old, new in differences(before, after)]


def warning(settings: ClientSettings) -> str:
    """What hiding stages that managers wait for means; nothing where none of them is hidden."""
    hidden = [stage for stage in MANAGERS_WAIT_FOR if stage.value in settings.hidden]
    if not hidden:
        return ""
    words = (
        "Hiring managers wait for what comes from resumes submitted on. Part of it is not counted."
    )
    if Stage.ACCEPTED in hidden:
        words += " Without offers accepted no requisition is ever filled, only cancelled."
    return words
