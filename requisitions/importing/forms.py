"""The file to import, and which of its columns is what."""

from datetime import datetime
from typing import Any

from django import forms

from recruiting.accounts.models import Client, User
from recruiting.lib.text import check_line
from requisitions.importing import load
from requisitions.importing.mapping import DATE_ORDERS, FIELDS, Field, Mapping, UnusableMapping
from requisitions.importing.money import CURRENCIES
from requisitions.importing.reading import read
from requisitions.importing.sheets import MAX_BYTES, MAX_ROWS, Sheet, UnreadableFile, too_large
from requisitions.models import ImportBatch
from requisitions.models.imports import SOURCE_MAX

SLOTS = 3
"""Columns that can be joined, at least; always one more than are joined now."""

SAMPLES = 3


class UploadForm(forms.Form):
    """A spreadsheet for one client. What is wrong with the file is said beside it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    client = forms.ModelChoiceField(
        Client.objects.none(),
        empty_label="Choose a client",
        help_text="All openings of the file become requisitions of this client.",
        error_messages={"invalid_choice": "Choose one of your clients."},
    )
    recruiter = forms.ModelChoiceField(
        User.objects.none(),
        label="Recruiter",
        empty_label=None,
        help_text="Who works on them.",
        error_messages={"invalid_choice": "Choose a recruiter from the list."},
    )
    file = forms.FileField(
        label="Spreadsheet",
        allow_empty_file=True,
        help_text=f"CSV or Excel (.xlsx), up to {MAX_ROWS:,} rows and {MAX_BYTES >> 20} MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"required": "Choose a file.", "missing": "Choose a file."},
    )
    source = forms.CharField(
        label="Where it comes from",
        max_length=SOURCE_MAX,
        initial="Spreadsheet",
        validators=[check_line],
        help_text="The system that it was exported from, if any. Ids are told apart by it.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients = Client.objects.visible_to(user)
        recruiters = User.objects.visible_to(user).recruiters().active().order_by("name", "email")
        self.fields["client"].queryset = clients  # type: ignore[attr-defined]
        self.fields["recruiter"].queryset = recruiters  # type: ignore[attr-defined]
        self.fields["recruiter"].initial = user.pk
        self.order_fields(["key", "file", "client", "recruiter", "source"])

    def clean_file(self) -> Any:
        """Read here, so that every complaint about the file stands beside the field."""
        upload = self.cleaned_data["file"]
        try:
            if upload.size > MAX_BYTES:
                raise too_large(upload.size)
            self.sheet = read(upload.read(), upload.name)
        except UnreadableFile as error:
            raise forms.ValidationError(str(error)) from error
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        client, recruiter = cleaned.get("client"), cleaned.get("recruiter")
        if client and recruiter:
            is_member = recruiter.memberships.filter(client=client).exists()
            if not (recruiter.is_lead or is_member):
                self.add_error("recruiter", "Choose a recruiter who serves this client.")
        return cleaned

    def start(self, *, by: User, now: datetime) -> ImportBatch:
        """The draft of what was chosen. Call it on a valid form."""
        chosen = self.cleaned_data
        return load.start(
            self.sheet,
            chosen["file"].name,
            client=chosen["client"],
            recruiter=chosen["recruiter"],
            source=chosen["source"],
            by=by,
            now=now,
        )


class ColumnsForm(forms.Form):
    """One or more selects for each field of a requisition; the options are the columns."""

    currency_default = forms.ChoiceField(
        label="Currency",
        required=False,
        choices=[("", "Leave open"), *((code, code) for code in CURRENCIES)],
        help_text="Of amounts that name none.",
    )
    date_order = forms.ChoiceField(
        label="Order of dates",
        required=False,
        choices=list(DATE_ORDERS.items()),
        help_text="For dates written with numbers alone.",
    )

    def __init__(self, data: Any = None, *, sheet: Sheet, mapping: Mapping) -> None:
        super().__init__(
            data, initial={"currency_default": mapping.currency, "date_order": mapping.date_order}
        )
        self.sheet, self.mapping = sheet, mapping
        self.choices = [("", "Not in this file")] + [
            (str(index), heading) for index, heading in enumerate(sheet.headings)
        ]
        for field in FIELDS:
            self._add_slots(field)

    def _add_slots(self, field: Field) -> None:
        taken = self.mapping[field.name]
        count = 1 if field.joiner is None else max(SLOTS, len(taken) + 1)
        for slot in range(count):
            label = field.label if slot == 0 else f"{field.label}, joined with"
            choices = self.choices if slot == 0 else [("", "and nothing else"), *self.choices[1:]]
            self.fields[_slot_name(field, slot)] = forms.TypedChoiceField(
                label=label,
                required=False,
                choices=choices,
                coerce=int,
                empty_value=None,
                initial=taken[slot] if slot < len(taken) else "",
                widget=forms.Select(attrs={"class": "input"}),
                error_messages={"invalid_choice": "Choose a column of this file."},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        columns = {}
        for field in FIELDS:
            slots = (cleaned.get(_slot_name(field, slot)) for slot in range(self._slots(field)))
            if indexes := tuple(index for index in slots if index is not None):
                columns[field.name] = indexes
        self.chosen = Mapping(
            columns, cleaned.get("currency_default", ""), cleaned.get("date_order", "")
        )
        try:
            self.chosen.check(len(self.sheet.headings))
        except UnusableMapping as error:
            for name, message in error.errors.items():
                shown = name if name in self.fields else f"{name}_1"
                if shown not in self.errors:
                    self.add_error(shown, message)
        return cleaned

    def _slots(self, field: Field) -> int:
        slot = 0
        while _slot_name(field, slot) in self.fields:
            slot += 1
        return slot

    def lines(self) -> list[dict[str, Any]]:
        """For the page: each field with its selects and what stands in the chosen columns."""
        return [self._line(field) for field in FIELDS]

    def _line(self, field: Field) -> dict[str, Any]:
        slots = [self[_slot_name(field, slot)] for slot in range(self._slots(field))]
        shown = max([1, *(place for place, slot in enumerate(slots, 1) if _is_set(slot))])
        return {
            "field": field,
            "slots": slots[:shown],
            "more": slots[shown:],
            "samples": self._samples(field),
        }

    def _samples(self, field: Field) -> list[str]:
        values = (self.mapping.value(field.name, row.cells) for row in self.sheet.rows)
        return list(dict.fromkeys(filter(None, values)))[:SAMPLES]


def _is_set(slot: forms.BoundField) -> bool:
    return slot.value() not in (None, "") or bool(slot.errors)


def _slot_name(field: Field, slot: int) -> str:
    return f"{field.name}_{slot + 1}"
