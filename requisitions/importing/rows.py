"""Rows of a mapped sheet, each judged: good, duplicate or refused, with reasons people understand.

Nothing here writes or asks the clock: `today`, what is known and who manages are told.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from requisitions.importing.cells import CellReader
from requisitions.importing.dates import orders_seen
from requisitions.importing.keys import import_key, normal
from requisitions.importing.mapping import Mapping
from requisitions.importing.sheets import Row, Sheet
from requisitions.models import Status

_YES = frozenset({"true", "yes", "y", "1", "x", "duplicate", "dup", "t", "1.0"})


class Outcome(StrEnum):
    GOOD = "good"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Values:
    """What a requisition is made of. `status` is one of open, draft, on hold."""

    title: str
    employer: str
    code: str
    external_id: str
    place: str
    opened_on: date | None
    target_on: date | None
    description: str
    salary_low: Decimal | None
    salary_high: Decimal | None
    currency: str
    basis: str
    openings: int
    status: Status
    link: str
    manager_email: str


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """`errors` keep the row out, `warnings` ask to look again. `twin` is another row's number."""

    number: int
    outcome: Outcome
    values: Values
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    key: str
    twin: int | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        return (*self.errors, *self.warnings)


@dataclass(frozen=True)
class Judged:
    """All rows in the order of the file; `notes` are about the file or a whole column."""

    rows: tuple[ParsedRow, ...]
    notes: tuple[str, ...] = field(default=())

    def of(self, outcome: Outcome) -> list[ParsedRow]:
        return [row for row in self.rows if row.outcome == outcome]

    @cached_property
    def counts(self) -> Counter[Outcome]:
        return Counter(row.outcome for row in self.rows)

    @property
    def with_warnings(self) -> list[ParsedRow]:
        """Rows that will be imported and should be looked at."""
        return [row for row in self.of(Outcome.GOOD) if row.warnings]


def parse(
    sheet: Sheet,
    mapping: Mapping,
    *,
    client_id: UUID,
    source: str,
    today: date,
    known: Collection[str] = frozenset(),
    managers: Collection[str] = frozenset(),
) -> Judged:
    """Judge every row of the sheet.

    `known` are the import keys of the client's requisitions, `managers` the addresses, in lower
    case, of its hiring managers.
    """
    order, notes = _date_order(sheet, mapping)
    drafts = [
        _read_row(sheet, mapping, row, client_id, source, today, order == "day", managers)
        for row in sheet.rows
    ]
    marked = {row.number for row in sheet.rows if _is_marked(mapping, row)}
    mark_heading = mapping.heading("duplicate_mark", sheet.headings)
    rows = _settle_duplicates(drafts, marked, mark_heading, known)
    return Judged(tuple(rows), (*sheet.notes, *notes))


def _read_row(
    sheet: Sheet,
    mapping: Mapping,
    row: Row,
    client_id: UUID,
    source: str,
    today: date,
    day_first: bool,
    managers: Collection[str],
) -> ParsedRow:
    cells = CellReader(sheet, mapping, row, today=today, day_first=day_first)
    pay = cells.pay()
    values = Values(
        title=cells.title(),
        employer=cells.line("employer"),
        code=cells.line("code"),
        external_id=cells.line("external_id"),
        place=cells.place(),
        opened_on=cells.opened_on(),
        target_on=cells.date("target_on"),
        description=cells.description(),
        salary_low=pay.low,
        salary_high=pay.high,
        currency=pay.currency,
        basis=pay.basis,
        openings=cells.openings(),
        status=cells.status(),
        link=cells.link(),
        manager_email=cells.manager_email(managers),
    )
    cells.check_width()
    return ParsedRow(
        number=row.number,
        outcome=Outcome.REFUSED if cells.errors else Outcome.GOOD,
        values=values,
        errors=tuple(cells.errors),
        warnings=tuple(cells.warnings),
        key=import_key(
            client_id,
            source,
            external_id=values.external_id,
            title=values.title,
            employer=values.employer,
            opened_on=values.opened_on,
            link=values.link,
        ),
    )


def _is_marked(mapping: Mapping, row: Row) -> bool:
    return mapping.value("duplicate_mark", row.cells).lower() in _YES


def _date_order(sheet: Sheet, mapping: Mapping) -> tuple[str, list[str]]:
    """How dates such as 3/4/2026 are read in this sheet, and a note where that is a guess."""
    if mapping.date_order:
        return mapping.date_order, []
    seen: set[str] = set()
    for name in ("opened_on", "target_on"):
        seen |= orders_seen(mapping.value(name, row.cells) for row in sheet.rows)
    if "day" in seen and "month" not in seen:
        return "day", []
    if "either" in seen and not ("month" in seen and "day" not in seen):
        heading = mapping.heading("opened_on", sheet.headings) or mapping.heading(
            "target_on", sheet.headings
        )
        why = "is written both ways" if "day" in seen else "does not show which comes first"
        note = (
            f"“{heading}” {why}, day or month: a date such as 3/4/2026 was read as 4 March."
            " If that is wrong, change the order of dates beside the columns."
        )
        return "month", [note]
    return "month", []


def _settle_duplicates(
    drafts: list[ParsedRow], marked: set[int], mark_heading: str, known: Collection[str]
) -> list[ParsedRow]:
    """Give each row its outcome as to what stands elsewhere: in the file or among requisitions."""
    alike = _Alike(drafts, marked)
    first_with: dict[str, int] = {}
    settled = []
    for row in drafts:
        identity = row.values.external_id
        same = (
            f"the same id “{identity}”" if identity else "the same title, employer, date and link"
        )
        if row.number in marked:
            twin = alike.original_of(row)
            seems = f"; row {twin} looks like the original" if twin else ""
            reason = f"Marked as a duplicate in “{mark_heading}”{seems}."
            settled.append(_duplicate(row, reason, twin))
        elif row.errors:
            settled.append(row)
        elif row.key in known:
            settled.append(_duplicate(row, f"A requisition with {same} is here already.", None))
        elif row.key in first_with:
            twin = first_with[row.key]
            settled.append(_duplicate(row, f"Row {twin} has {same}.", twin))
        else:
            first_with[row.key] = row.number
            settled.append(alike.with_doubt(row))
    return settled


def _duplicate(row: ParsedRow, reason: str, twin: int | None) -> ParsedRow:
    return replace(row, outcome=Outcome.DUPLICATE, errors=(reason,), warnings=(), twin=twin)


class _Alike:
    """Rows with one title and employer: a posting repeated later, or two openings."""

    def __init__(self, drafts: list[ParsedRow], marked: set[int]) -> None:
        self._groups: dict[tuple[str, str], list[ParsedRow]] = {}
        for row in drafts:
            if row.number not in marked and not row.errors:
                self._groups.setdefault(self._name(row), []).append(row)

    @staticmethod
    def _name(row: ParsedRow) -> tuple[str, str]:
        return normal(row.values.title), normal(row.values.employer)

    def original_of(self, row: ParsedRow) -> int | None:
        """The row that a marked one repeats: one with the same link, else the nearest."""
        others = self._groups.get(self._name(row), [])
        if not others:
            return None
        return min(
            others,
            key=lambda other: (
                other.values.link != row.values.link,
                abs(other.number - row.number),
            ),
        ).number

    def with_doubt(self, row: ParsedRow) -> ParsedRow:
        """The row with a warning if one above it differs in its date alone."""
        if row.values.external_id:
            return row
        for other in self._groups.get(self._name(row), []):
            if other.number >= row.number:
                break
            if other.values.link == row.values.link and other.key != row.key:
                doubt = (
                    f"Row {other.number} has the same title, employer and link with another date."
                    " If it is the same opening, delete one of the two."
                )
                return replace(row, warnings=(*row.warnings, doubt), twin=other.number)
        return row
