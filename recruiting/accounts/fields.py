"""Fields that several forms about people share."""

from datetime import time
from typing import Any

from django import forms

from recruiting.accounts.models import Weekday
from recruiting.accounts.models.cards import check_zone, known_zones
from recruiting.lib.text import check_line


class PersonEmailField(forms.EmailField):
    """An address as it is kept: in lower case."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget", forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        )
        super().__init__(max_length=254, **options)
        self.validators.append(check_line)

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).lower()


class ZoneField(forms.ChoiceField):
    """A time zone, offered by region."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_zones_by_region, validators=[check_zone], **options)

    def offer(self, name: str) -> None:
        """Make sure that a zone is among those offered: it is the one that is set."""
        regions = _zones_by_region()
        if not any(name == zone for _, zones in regions for zone, _ in zones):
            self.choices = [*regions, ("Other", [(name, name)])]

    def valid_value(self, value: str) -> bool:
        """Also the zones that are not offered, such as old names: `check_zone` decides."""
        return value in known_zones()


class DaysField(forms.TypedMultipleChoiceField):
    """Days of the week as ISO numbers."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=Weekday.choices,
            coerce=int,
            error_messages={"required": "Choose at least one day."},
            **options,
        )


class HourField(forms.TypedChoiceField):
    """A full hour of the day, 0 to 23."""

    def __init__(self, **options: Any) -> None:
        hours = [(hour, f"{time(hour):%H:%M}") for hour in range(24)]
        super().__init__(choices=hours, coerce=int, **options)


class KeyField(forms.UUIDField):
    """The idempotency key of a form that creates."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        message = "This form is broken. Open it anew."
        super().__init__(error_messages={"required": message, "invalid": message})


def _zones_by_region() -> list[tuple[str, list[tuple[str, str]]]]:
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(known_zones()):
        region, _, place = name.partition("/")
        if place and region not in {"Etc", "SystemV", "US", "Brazil", "Canada", "Chile", "Mexico"}:
            regions.setdefault(region, []).append((name, place.replace("_", " ")))
    return [("Universal", [("UTC", "UTC")]), *regions.items()]
