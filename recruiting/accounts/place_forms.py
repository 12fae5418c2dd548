"""Whose public holidays are kept: a country, and where it has them a region."""

from typing import Any

from django import forms

from recruiting.lib import public_holidays


class PlaceForm(forms.Form):
    """The regions on offer are those of the country that is set or typed. A region that is not of
    the typed country falls away, since without scripts both cannot be chosen in one go."""

    country = forms.ChoiceField(
        label="Public holidays of",
        required=False,
        error_messages={"invalid_choice": "Choose a country from the list."},
    )
    region = forms.ChoiceField(label="Region", required=False)

    def __init__(self, *args: Any, kept: str, **kwargs: Any) -> None:
        """`kept` is the country as it is set."""
        super().__init__(*args, **kwargs)
        countries = [("", "None"), *public_holidays.countries().items()]
        self.fields["country"].choices = countries  # type: ignore[attr-defined]
        self._offer_regions(self.data.get("country", "") if self.is_bound else kept)

    def _offer_regions(self, country: str) -> None:
        regions = public_holidays.regions(country)
        field = self.fields["region"]
        field.choices = [("", "The whole country"), *regions.items()]  # type: ignore[attr-defined]
        if self.is_bound and self.data.get("region", "") not in regions:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["region"] = ""  # type: ignore[index]
        if not regions:
            field.widget = field.hidden_widget()
