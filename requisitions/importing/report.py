"""What becomes, or became, of each row of a file: for the preview, the report and the terminal."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from requisitions.importing.rows import Judged, Outcome, ParsedRow
from requisitions.models import salary_text

SHOWN_ROWS = {
    "all": "All",
    "ready": "Ready",
    "warnings": "To look at",
    "duplicates": "Duplicates",
    "refused": "Refused",
}
"""Which rows a page shows: name in the address → word on the page."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row as pages show it. `requisition` is the id of what was made of it."""

    number: int
    outcome: str
    title: str
    about: str
    opened_on: str
    pay: str
    errors: list[str]
    warnings: list[str]
    requisition: str = ""

    def is_shown_in(self, show: str) -> bool:
        match show:
            case "ready":
                return self.outcome == Outcome.GOOD
            case "warnings":
                return self.outcome == Outcome.GOOD and bool(self.warnings)
            case "duplicates":
                return self.outcome == Outcome.DUPLICATE
            case "refused":
                return self.outcome == Outcome.REFUSED
        return True


@dataclass(frozen=True)
class Report:
    """All lines in the order of the file, and notes about the file as a whole."""

    lines: list[Line]
    notes: list[str]

    @classmethod
    def of(cls, judged: Judged, made: Mapping[int, UUID] | None = None) -> "Report":
        """`made`: number of a row → id of its requisition."""
        made = made or {}
        lines = [_line(row, made.get(row.number)) for row in judged.rows]
        return cls(lines, list(judged.notes))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Report":
        return cls([Line(**line) for line in kept["lines"]], kept["notes"])

    def as_json(self) -> dict[str, Any]:
        return {
            "counts": self.counts,
            "notes": self.notes,
            "lines": [asdict(line) for line in self.lines],
        }

    @property
    def counts(self) -> dict[str, int]:
        """How many lines each choice of SHOWN_ROWS shows."""
        return {show: len(self.shown(show)) for show in SHOWN_ROWS}

    def shown(self, show: str) -> list[Line]:
        return [line for line in self.lines if line.is_shown_in(show)]

    def as_text(self, *, good: str) -> Iterator[str]:
        """Lines for a terminal: sums first, then what has a reason. `good`: "imported", say."""
        counts = self.counts
        yield (
            f"{counts['all']} rows: {counts['ready']} {good} ({counts['warnings']} to look at),"
            f" {counts['duplicates']} duplicates, {counts['refused']} refused."
        )
        yield from (f"Note: {note}" for note in self.notes)
        for line in self.lines:
            for reason in line.errors:
                yield f"Row {line.number}, {line.outcome}: {line.title or '(no title)'}: {reason}"
            for reason in line.warnings:
                yield f"Row {line.number}, look again: {line.title or '(no title)'}: {reason}"


def _line(row: ParsedRow, requisition: UUID | None) -> Line:
    values, opened = row.values, row.values.opened_on
    return Line(
        number=row.number,
        outcome=row.outcome.value,
        title=values.title,
        about=" · ".join(part for part in (values.employer, values.place) if part),
        opened_on=f"{opened.day} {opened:%b %Y}" if opened else "",
        pay=salary_text(values.salary_low, values.salary_high, values.currency, values.basis),
        errors=list(row.errors),
        warnings=list(row.warnings),
        requisition=str(requisition) if requisition else "",
    )
