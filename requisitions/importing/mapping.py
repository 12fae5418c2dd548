"""Which columns of a sheet fill which field of a requisition: a plain value that people change."""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from requisitions.importing.money import CURRENCIES


@dataclass(frozen=True, slots=True)
class Field:
    """`joiner` is what stands between the columns that fill it; None where one alone can."""

    name: str
    label: str
    joiner: str | None = None
    hint: str = ""


FIELDS = (
    Field("title", "Title", hint="Rows without one cannot be imported."),
    Field("employer", "Employer", hint="Where it differs from the client."),
    Field("code", "Code", hint="The number that people know the opening by."),
    Field("external_id", "Id in the other system", hint="Tells a row that was imported before."),
    Field("place", "Place", ", ", "City, state and country can stand in columns of their own."),
    Field("opened_on", "Opened on", " ", "Year and day can stand in columns of their own."),
    Field("target_on", "To be filled by", " "),
    Field("description", "Description", "\n\n", "Several columns become paragraphs of one text."),
    Field("salary_low", "Pay from"),
    Field("salary_high", "Pay to"),
    Field("salary", "Pay in one column", hint="An amount or a range, such as 70,000–90,000."),
    Field("basis", "Paid per", hint="Hour, day, week, month or year."),
    Field("currency", "Currency"),
    Field("openings", "Openings", hint="How many people are to be hired; 1 if there is no column."),
    Field("status", "Status", hint="Open if there is no column. Closed openings are left out."),
    Field("link", "Link"),
    Field("manager_email", "Hiring manager’s email"),
    Field("duplicate_mark", "Marked as duplicate", hint="Rows that say yes are left out."),
)
FIELD = {one.name: one for one in FIELDS}

DATE_ORDERS = {
    "": "as the column shows",
    "month": "month first (3/1/2026 is 1 March)",
    "day": "day first (3/1/2026 is 3 January)",
}


class UnusableMapping(ValueError):
    """`errors` names the field (or "") and says what to change."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class Mapping:
    """`columns`: field → indexes of its columns, in the order in which they are joined.

    `currency` holds for amounts that name none. `date_order` is "", "month" or "day".
    """

    columns: AnyMapping[str, tuple[int, ...]] = field(default_factory=dict)
    currency: str = ""
    date_order: str = ""

    def __getitem__(self, name: str) -> tuple[int, ...]:
        return self.columns.get(name, ())

    def has(self, name: str) -> bool:
        return bool(self[name])

    def value(self, name: str, cells: Sequence[str]) -> str:
        """The field's text in a row: its columns joined, empty ones left out."""
        parts = [cells[index].strip() for index in self[name]]
        return (FIELD[name].joiner or "").join(part for part in parts if part)

    def heading(self, name: str, headings: Sequence[str]) -> str:
        """The heading or headings of the field, as messages name them."""
        return " + ".join(headings[index] for index in self[name])

    def with_columns(self, name: str, *indexes: int) -> "Mapping":
        """The same mapping with one field changed; without indexes the field is left out."""
        columns = {**self.columns, name: indexes}
        return replace(self, columns={k: v for k, v in columns.items() if v})

    def check(self, width: int) -> None:
        """Raises UnusableMapping where it does not fit a sheet of `width` columns."""
        errors: dict[str, str] = {}
        for name, indexes in self.columns.items():
            if name not in FIELD:
                errors[""] = "There is a field that does not exist. Reload the page."
            elif any(not 0 <= index < width for index in indexes):
                errors[name] = "Choose a column of this file."
            elif len(set(indexes)) < len(indexes):
                errors[name] = "The same column was chosen twice."
            elif len(indexes) > 1 and FIELD[name].joiner is None:
                errors[name] = "Choose one column: these cannot be joined."
        if not self.has("title"):
            errors["title"] = "Choose the column that holds the title."
        if self.has("salary") and (self.has("salary_low") or self.has("salary_high")):
            errors["salary"] = "Choose this, or “Pay from” and “Pay to”, not both."
        if self.currency and self.currency not in CURRENCIES:
            errors["currency_default"] = "Choose a currency from the list."
        if self.date_order not in DATE_ORDERS:
            errors["date_order"] = "Choose an order from the list."
        if errors:
            raise UnusableMapping(errors)

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": {name: list(indexes) for name, indexes in self.columns.items()},
            "currency": self.currency,
            "date_order": self.date_order,
        }

    @classmethod
    def from_json(cls, kept: AnyMapping[str, Any]) -> "Mapping":
        columns = {name: tuple(indexes) for name, indexes in kept.get("columns", {}).items()}
        return cls(columns, kept.get("currency", ""), kept.get("date_order", ""))
