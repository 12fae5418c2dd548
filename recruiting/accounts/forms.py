"""Forms about people. They check what was typed; the models decide and write."""

import uuid
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from recruiting.accounts.card_forms import CardForm, shown_card
from recruiting.accounts.fields import DaysField, HourField, KeyField, PersonEmailField, ZoneField
from recruiting.accounts.models import (
    Client,
    DigestRhythm,
    DigestWish,
    Invited,
    Role,
    User,
    Weekday,
    Wishes,
    WorkingCard,
)
from recruiting.accounts.models.cards import MAIL_BUDGET_MAX, Preferences
from recruiting.accounts.models.people import NAME_MAX
from recruiting.lib.fields import LineField

CLIENT_NAME_MAX = 120
PAUSE_MAX = timedelta(days=366)


class ClientForm(forms.Form):
    key = KeyField()
    name = LineField(
        max_length=CLIENT_NAME_MAX,
        help_text="A company or a department, as its people call it.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})


class InvitationForm(forms.Form):
    """Recruiters invite hiring managers of a client of theirs; leads invite all three roles."""

    key = KeyField()
    role = forms.ChoiceField(choices=Role.choices, widget=forms.RadioSelect, label="Invite as")
    email = PersonEmailField(label="Email")
    name = LineField(
        max_length=NAME_MAX,
        help_text="As they sign a mail.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    clients = forms.ModelMultipleChoiceField(
        Client.objects.none(),
        label="Clients",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    zone = ZoneField(label="Time zone", help_text="They can change it.")

    def __init__(
        self, data: QueryDict | None = None, *, by: User, preset: dict[str, Any] | None = None
    ) -> None:
        start = {"key": uuid.uuid4(), "zone": by.working_card.zone, "role": Role.MANAGER}
        super().__init__(data, initial={**start, **(preset or {})})
        self.fields["zone"].offer(by.working_card.zone)  # type: ignore[attr-defined]
        clients = Client.objects.visible_to(by)
        if by.is_lead:
            self.fields["clients"].queryset = clients  # type: ignore[attr-defined]
            self.fields["clients"].help_text = "A hiring manager belongs to exactly one."
            return
        del self.fields["role"]
        self.fields["clients"] = forms.ModelChoiceField(clients, label="Client")
        if len(clients) == 1:
            self.fields["clients"].initial = clients[0]

    def clean_clients(self) -> tuple[Client, ...]:
        chosen = self.cleaned_data["clients"]
        return (chosen,) if isinstance(chosen, Client) else tuple(chosen)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        role, clients = cleaned.get("role", Role.MANAGER), cleaned.get("clients")
        if role == Role.MANAGER and clients is not None and len(clients) != 1:
            self.add_error("clients", "Choose the one client that this hiring manager works for.")
        if role == Role.RECRUITER and clients == ():
            self.add_error("clients", "Choose at least one client to recruit for.")
        return cleaned

    @property
    def address(self) -> str:
        return str(self.cleaned_data["email"])

    def invited(self) -> Invited:
        """What was typed. Call it on a valid form."""
        typed = self.cleaned_data
        return Invited(
            email=typed["email"],
            name=typed["name"],
            role=Role(typed.get("role", Role.MANAGER)),
            zone=typed["zone"],
            clients=typed["clients"],
        )


class RepeatForm(forms.Form):
    """How many mails the page showed when "send again" was pressed."""

    seen = forms.IntegerField()


class PersonForm(forms.Form):
    """A lead writes somebody's name and address as they should be."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = LineField(
        max_length=NAME_MAX,
        help_text="As they sign a mail.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = PersonEmailField(
        label="Email", help_text="They sign in by it. Both addresses are told of a change."
    )


class SearchForm(forms.Form):
    """Which people to show. What cannot be searched for is shown as wrong and left out."""

    q = LineField(
        label="Search", required=False, max_length=100, widget=forms.TextInput({"type": "search"})
    )
    role = forms.ChoiceField(choices=[("", "Any"), *Role.choices], required=False)
    client = forms.ModelChoiceField(Client.objects.none(), empty_label="Any", required=False)
    state = forms.ChoiceField(
        choices=[
            ("", "Any"),
            ("active", "Active"),
            ("new", "Not signed in yet"),
            ("gone", "Deactivated"),
        ],
        required=False,
    )

    def __init__(self, data: QueryDict, *, by: User) -> None:
        super().__init__(data)
        self.fields["client"].queryset = Client.objects.visible_to(by)  # type: ignore[attr-defined]

    @property
    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data

    @property
    def is_narrowed(self) -> bool:
        return any(self.wanted.values())


class MembershipForm(forms.Form):
    """A lead gives a person one more client."""

    client = forms.ModelChoiceField(
        Client.objects.none(),
        empty_label="Choose a client",
        error_messages={"invalid_choice": "Choose a client from the list."},
    )

    def __init__(self, *args: Any, person: User, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Client.objects.visible_to(by).exclude(memberships__user=person)
        self.fields["client"].queryset = others  # type: ignore[attr-defined]


class PreferencesForm(CardForm):
    """Name and working card, for everybody."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = LineField(
        max_length=NAME_MAX,
        help_text="As others on the page see you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    single_keys = forms.BooleanField(
        label="Single-key shortcuts",
        required=False,
        help_text="A letter alone does something, such as / for search and ? for help. "
        "Switch them off if you speak your text, or if keys get pressed by chance.",
    )
    mail_budget = forms.IntegerField(
        label="Mails a day that can wait, at most",
        min_value=1,  # with none, a recruiter's notifications would wait from day to day for ever
        max_value=MAIL_BUDGET_MAX,
        help_text="Reminders and notifications past this number wait for the next day or the next "
        "digest. Resumes to decide on, signatures, invitations and sign-in codes always come.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def in_words(self, name: str, value: Any) -> str:
        """A value of one of the fields as a person would say it."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, time):
            return f"{value:%H:%M}"
        if isinstance(value, list):
            return ", ".join(Weekday(day).label for day in value)
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value)) if value not in (None, "") else "not set"

    def wishes(self) -> Wishes:
        """What was set. Call it on a valid form."""
        names = ("name", "single_keys", "mail_budget")
        own = {name: self.cleaned_data[name] for name in names}
        return Wishes(**own, **self.card_wishes())


class ManagerPreferencesForm(PreferencesForm):
    """The same with the digest, which managers alone get."""

    digest_wanted = forms.BooleanField(label="Send me the digest", required=False)
    digest_rhythm = forms.ChoiceField(
        label="How often", choices=DigestRhythm.choices, widget=forms.RadioSelect
    )
    digest_weekday = forms.TypedChoiceField(label="Day", choices=Weekday.choices, coerce=int)
    digest_weekdays = DaysField(
        label="Days", required=False, help_text="It comes on each of them, holidays included."
    )
    digest_hour = HourField(label="Hour")
    digest_only_news = forms.BooleanField(
        label="Only when something waits or has changed",
        required=False,
        help_text="A quiet one is left out; the next one covers all since the last that came.",
    )
    digest_paused_until = forms.DateField(
        label="Pause until",
        required=False,
        help_text="No digest comes before this day. Empty it to go on at once.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_digest_weekdays(self) -> list[int]:
        days: list[int] = sorted(self.cleaned_data["digest_weekdays"])
        chosen = self.cleaned_data.get("digest_rhythm") == DigestRhythm.WEEKDAYS
        if chosen and not days:
            raise forms.ValidationError("Choose at least one day.")
        return days

    def clean_digest_paused_until(self) -> date | None:
        until: date | None = self.cleaned_data["digest_paused_until"]
        if until and until <= self.today:
            raise forms.ValidationError("Choose a day after today, or leave it empty.")
        if until and until > self.today + PAUSE_MAX:
            raise forms.ValidationError("Pause for a year at most, or switch the digest off.")
        return until

    def wishes(self) -> Wishes:
        typed = self.cleaned_data
        common = super().wishes()
        digest = DigestWish(
            wanted=typed["digest_wanted"],
            weekday=typed["digest_weekday"],
            hour=typed["digest_hour"],
            paused_until=typed["digest_paused_until"],
            rhythm=DigestRhythm(typed["digest_rhythm"]),
            weekdays=typed["digest_weekdays"],
            only_news=typed["digest_only_news"],
        )
        return Wishes(**{**common.__dict__, "digest": digest})


def shown_preferences(
    user: User, preferences: Preferences, card: WorkingCard, *, digest_wanted: bool, today: date
) -> dict[str, Any]:
    """What the preferences form shows at first. A pause that is over is none."""
    paused_until = preferences.digest_paused_until
    return {
        "version": preferences.version,
        "name": user.name,
        "single_keys": user.single_keys,
        "mail_budget": preferences.mail_budget,
        **shown_card(user, card),
        "digest_wanted": digest_wanted,
        "digest_rhythm": preferences.digest_rhythm,
        "digest_weekdays": preferences.digest_weekdays or [preferences.digest_weekday],
        "digest_only_news": preferences.digest_only_news,
        "digest_weekday": preferences.digest_weekday,
        "digest_hour": preferences.digest_hour,
        "digest_paused_until": paused_until if paused_until and paused_until > today else None,
    }
