"""What the URL of the list asks for, read and bounded."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from recruiting.accounts.models import User
from recruiting.dashboards.columns import COLUMNS, SORTS, USUAL
from recruiting.dashboards.listing import ME, NEEDS, QUIET, SHOWN, UNMANAGED
from recruiting.dashboards.models import QUERY_MAX, VIEW_NAME_MAX, VIEWS_MAX, SavedView
from recruiting.lib.fields import LineField
from recruiting.lib.text import check_line

AGE_MAX = 20_000
"""Days: some fifty years, more than any job was ever open."""


def _days(label: str) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "min": "0"})
    return forms.IntegerField(
        required=False, min_value=0, max_value=AGE_MAX, label=label, widget=widget,
        error_messages={"invalid": "Write a whole number of days."},
    )  # fmt: skip


class ListForm(forms.Form):
    """What the URL asks for. What cannot be read is shown as wrong and left out."""

    q = forms.CharField(
        required=False,
        max_length=100,
        validators=[check_line],
        label="Search",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Title, employer, code, place or description"}
        ),
    )
    client = forms.UUIDField(required=False)
    status = forms.ChoiceField(required=False, choices=list(SHOWN.items()))
    recruiter = forms.CharField(required=False, max_length=36)
    manager = forms.CharField(
        required=False, max_length=120, validators=[check_line], label="Manager",
        widget=forms.TextInput(attrs={"placeholder": "Name or address"}),
    )  # fmt: skip
    needs = forms.ChoiceField(required=False, choices=list(NEEDS.items()), label="Needs")
    age_min = _days("Opened at least")
    age_max = _days("Opened at most")
    col = forms.MultipleChoiceField(
        required=False,
        choices=[(column.name, column.label) for column in COLUMNS.values()],
        widget=forms.CheckboxSelectMultiple,
        label="Columns",
    )
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(_renamed(asked))

    def clean_sort(self) -> str:
        sort: str = self.cleaned_data["sort"]
        return sort if sort.removeprefix("-") in SORTS else ""

    def clean_recruiter(self) -> str:
        recruiter: str = self.cleaned_data["recruiter"]
        if recruiter in ("", ME):
            return recruiter
        try:
            return str(UUID(recruiter))
        except ValueError:
            raise ValidationError("Choose from the list.") from None

    @property
    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data


def _renamed(asked: QueryDict) -> QueryDict:
    """Addresses that people kept from before: two statuses that are needs, and `mine`."""
    data = asked.copy()
    if data.get("status") in (QUIET, UNMANAGED):
        data["needs"] = data.pop("status")[-1]
    if data.pop("mine", None) and not data.get("recruiter"):
        data["recruiter"] = ME
    return data


def kept(asked: QueryDict) -> str:
    """The part of an address that a saved view keeps: what the form knows, never the page."""
    data = _renamed(asked)
    kept = QueryDict(mutable=True)
    for name in ListForm.base_fields:
        values = [value for value in data.getlist(name) if value]
        if values and not (name == "col" and set(values) == set(USUAL)):
            kept.setlist(name, values)
    return kept.urlencode()


class SavedViewForm(forms.Form):
    """A name for the list's search; with a `view`, another name for that one."""

    name = LineField(max_length=VIEW_NAME_MAX)
    query = forms.CharField(
        required=False, max_length=QUERY_MAX, strip=False, widget=forms.HiddenInput
    )
    default = forms.BooleanField(required=False, label="Open the list with it")

    def __init__(
        self, *args: Any, user: User, view: SavedView | None = None, **options: Any
    ) -> None:
        if view:
            options |= {"auto_id": f"id_{view.pk}_%s", "initial": {"name": view.name}}
        super().__init__(*args, **options)
        self.user, self.view = user, view
        if view:
            del self.fields["query"], self.fields["default"]

    def clean_query(self) -> str:
        """Only what the list's form knows, so that a view can never lead anywhere else."""
        query = kept(QueryDict(self.cleaned_data["query"]))
        if len(query) > QUERY_MAX:
            raise ValidationError("This search is too long to be kept. Search for fewer words.")
        return query

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.view and not data.get("query") and "query" not in self.errors:
            raise ValidationError("Filter, sort or choose columns in the list first.")
        if not self.view and SavedView.objects.visible_to(self.user).count() >= VIEWS_MAX:
            raise ValidationError(f"You have {VIEWS_MAX} views. Delete one that you no longer use.")
        return data
