"""The form of how soon notifications go by mail, one field for each kind."""

from collections.abc import Sequence
from typing import Any

from django import forms

from recruiting.accounts.models import Cadence, NotificationKind

VERSION_MAX = 2_147_483_647


class NotificationWishesForm(forms.Form):
    version = forms.IntegerField(
        min_value=1, max_value=VERSION_MAX, widget=forms.HiddenInput
    )  # fmt: skip
    by_mail = forms.BooleanField(label="Send me mail about these", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for kind in NotificationKind:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label,
                choices=Cadence.choices,
                help_text=kind.explained,
                widget=forms.Select(attrs={"class": "input"}),
            )

    @property
    def kinds(self) -> Sequence[forms.BoundField]:
        return [self[kind.value] for kind in NotificationKind]

    def wished(self) -> dict[NotificationKind, Cadence]:
        """What was set. Call it on a valid form."""
        return {kind: Cadence(self.cleaned_data[kind.value]) for kind in NotificationKind}

    def differences(self, shown: dict[str, Any]) -> list[dict[str, str]]:
        """Each setting that is not as the person set it, both ways. Call it on a valid form."""
        return [
            {
                "label": str(field.label),
                "now": _words(shown[field.name]),
                "typed": _words(self.cleaned_data[field.name]),
            }
            for field in self.visible_fields()
            if shown[field.name] != self.cleaned_data[field.name]
        ]


def _words(value: str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return Cadence(value).label
