"""Forms about working cards: what stands on one, and the days away."""

import uuid
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from recruiting.accounts.fields import DaysField, KeyField, ZoneField
from recruiting.accounts.models import Channel, User, WorkingCard
from recruiting.accounts.models.absences import NOTE_MAX, eligible
from recruiting.accounts.models.cards import DETAIL_MAX, HOW_TO_MAX
from recruiting.accounts.place_forms import PlaceForm
from recruiting.lib.fields import LineField, ProseField

STAND_IN = "stand_in_"
"""What the names of the fields for stand-ins begin with; the id of the client follows."""


class CardForm(PlaceForm):
    """Zone, hours, holidays, how to reach her, and who stands in at each client."""

    zone = ZoneField(label="Time zone")
    days = DaysField(label="Working days")
    starts = forms.TimeField(
        label="From", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label="To", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    channel = forms.ChoiceField(
        label="Best reached by",
        choices=[("", "No preference"), *Channel.choices],
        required=False,
    )
    channel_detail = LineField(
        label="Number, name or room",
        max_length=DETAIL_MAX,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    how_to = ProseField(
        label="How to work with me",
        max_length=HOW_TO_MAX,
        required=False,
        help_text="Short: what others should know before they write. Markdown works.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        card = user.working_card
        super().__init__(*args, kept=card.country, **kwargs)
        self.fields["zone"].offer(card.zone)  # type: ignore[attr-defined]
        self._ask_for_stand_ins(user)

    def _ask_for_stand_ins(self, user: User) -> None:
        """One field for each client at which there is somebody who could."""
        offered: dict[UUID, list[tuple[str, str]]] = {}
        for one in eligible(user):
            offered.setdefault(one.client_id, []).append((str(one.user_id), str(one.user)))
        memberships = user.memberships.select_related("client").order_by("client__name")
        for membership in memberships:
            if people := offered.get(membership.client_id):
                self.fields[f"{STAND_IN}{membership.client_id}"] = forms.ChoiceField(
                    label=f"Stands in at {membership.client}",
                    choices=[("", "Nobody"), *people],
                    required=False,
                    error_messages={"invalid_choice": "Choose a person from the list."},
                )

    @property
    def stand_in_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(STAND_IN)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and starts >= ends:
            self.add_error("ends", "The end must be later than the start, on the same day.")
        return cleaned

    def card_wishes(self) -> dict[str, Any]:
        """What was set, as `Wishes` takes it. Call it on a valid form."""
        typed = self.cleaned_data
        names = [field for field in CardForm.base_fields if field != "days"]
        stand_ins = {
            UUID(name.removeprefix(STAND_IN)): UUID(chosen) if chosen else None
            for name, chosen in typed.items()
            if name.startswith(STAND_IN)
        }
        return {
            **{name: typed[name] for name in names},
            "days": sorted(typed["days"]),
            "stand_ins": stand_ins,
        }


def shown_card(user: User, card: WorkingCard) -> Mapping[str, Any]:
    """What the form shows at first."""
    named = {one.client_id: one.delegate_id for one in user.delegations.all()}
    clients = user.memberships.values_list("client", flat=True)
    return {
        **{name: getattr(card, name) for name in CardForm.base_fields},
        **{f"{STAND_IN}{client}": str(named.get(client) or "") for client in clients},
    }


class AbsenceForm(forms.Form):
    """Days away. The model checks them against today and against one another."""

    key = KeyField()
    first_day = forms.DateField(
        label="First day away", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last_day = forms.DateField(
        label="Last day away",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    note = LineField(
        label="Note",
        max_length=NOTE_MAX,
        required=False,
        help_text="The people of your clients see it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()}, auto_id="absence_%s")

    def clean_last_day(self) -> Any:
        return self.cleaned_data["last_day"] or self.cleaned_data.get("first_day")

    def refuse(self, error: ValidationError) -> None:
        """Show what the model objected to beside the fields."""
        for name, messages in error.message_dict.items():
            self.add_error(name, messages)

    def ask_about_repeat(self) -> None:
        """The form was sent before with other days, or those have been removed since. Sent again
        it is another absence."""
        self.add_error(
            None,
            "This form was sent before, and these days are not among your days away. "
            "Send it again to add them.",
        )
        self.data = {**self.data.dict(), "key": str(uuid.uuid4())}  # type: ignore[attr-defined]
