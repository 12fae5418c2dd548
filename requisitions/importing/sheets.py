"""What a spreadsheet is to the importer: headings, numbered rows of text, and its limits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 200

CAPTION_LINES = 10
"""How far down the headings may stand, below a caption such as "Openings, March"."""

LONG_HEADING = 100
"""Characters. A heading longer than this is more likely a cell of data."""


class UnreadableFile(Exception):
    """The file cannot be imported as it is. The message tells a person what to do."""


def too_large(size: int) -> UnreadableFile:
    """What to say of a file of so many bytes."""
    return UnreadableFile(
        f"This file has {size / 1024 / 1024:.1f} MB; at most {MAX_BYTES >> 20} MB can be imported."
        " Delete columns that are not needed, or split it into several files."
    )


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the one that people see beside the row in their spreadsheet."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text. Every row has as many cells as there are headings.

    Columns from `headed` on have no heading in the file: their cells stick out on the right.
    `notes` are sentences about the file as a whole.
    """

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    delimiter: str
    headed: int
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "headings": self.headings,
            "rows": [[row.number, *row.cells] for row in self.rows],
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "headed": self.headed,
            "notes": self.notes,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Sheet":
        return cls(
            headings=tuple(kept["headings"]),
            rows=tuple(Row(row[0], tuple(row[1:])) for row in kept["rows"]),
            encoding=kept["encoding"],
            delimiter=kept["delimiter"],
            headed=kept["headed"],
            notes=tuple(kept["notes"]),
        )

    def samples(self, index: int, count: int) -> list[str]:
        """The first different values that stand in a column."""
        cells = (row.cells[index].strip() for row in self.rows)
        return list(islice(dict.fromkeys(filter(None, cells)), count))


def filled(record: Sequence[str]) -> int:
    """How many cells of the record hold something."""
    return sum(1 for cell in record if cell.strip())


def heading_position(records: Sequence[Sequence[str]]) -> int:
    """Where the headings stand among records that are not blank: below captions, if any.

    A caption is a lone cell above a table of at least three columns.
    """
    for position, record in enumerate(records[:CAPTION_LINES]):
        below = records[position + 1 : CAPTION_LINES + 1]
        if filled(record) > 1 or not any(filled(other) > 2 for other in below):
            return position
    return 0


def assemble(
    records: Iterable[Sequence[str]],
    *,
    encoding: str,
    delimiter: str = "",
    notes: Iterable[str] = (),
) -> Sheet:
    """A sheet out of raw records, the first of which is line 1. Raises UnreadableFile."""
    numbered = [(n, record) for n, record in enumerate(records, 1) if filled(record)]
    if not numbered:
        raise UnreadableFile("There is nothing in this file. Choose the one that holds the rows.")
    position = heading_position([record for _, record in numbered])
    heading, body = numbered[position][1], numbered[position + 1 :]
    if not body:
        raise UnreadableFile(
            "This file has one line only. It needs a line of headings and below it a row for"
            " each opening."
        )
    if len(body) > MAX_ROWS:
        parts = -(-len(body) // MAX_ROWS)
        raise UnreadableFile(
            f"This file has {len(body):,} rows; at most {MAX_ROWS:,} can be imported at once."
            f" Split it into {parts} files, each with the line of headings, and import them one"
            " after the other."
        )
    headed = _width(heading)
    width = max(headed, *(_width(record) for _, record in body))
    if width > MAX_COLUMNS:
        raise UnreadableFile(
            f"This file has {width:,} columns; at most {MAX_COLUMNS} can be read. Delete those"
            " that are not needed and try again."
        )
    return Sheet(
        headings=_distinct(_to_width(heading, width)),
        rows=tuple(Row(number, _to_width(record, width)) for number, record in body),
        encoding=encoding,
        delimiter=delimiter,
        headed=headed,
        notes=(*notes, *_doubts(heading)),
    )


def _width(record: Sequence[str]) -> int:
    """Cells up to the last one that holds something."""
    return max((i for i, cell in enumerate(record, 1) if cell.strip()), default=0)


def _to_width(record: Sequence[str], width: int) -> tuple[str, ...]:
    return (*record[:width], *[""] * (width - len(record)))


def _distinct(headings: Sequence[str]) -> tuple[str, ...]:
    """Headings on one line each, none empty, none twice."""
    names: list[str] = []
    for position, heading in enumerate(headings):
        base = " ".join(heading.split()) or f"Column {_letters(position)}"
        base = base if len(base) <= LONG_HEADING else base[: LONG_HEADING - 1] + "…"
        name, count = base, 1
        while name in names:
            count += 1
            name = f"{base} ({count})"
        names.append(name)
    return tuple(names)


def _letters(position: int) -> str:
    """The column's letters as spreadsheets write them: A, B, … Z, AA, …"""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _doubts(heading: Sequence[str]) -> Iterable[str]:
    def is_data(cell: str) -> bool:
        text = cell.strip()
        number = text.replace(",", "").replace(".", "").lstrip("$€£").isdigit()
        return number or text.lower().startswith(("http://", "https://")) or "@" in text

    if any(is_data(cell) or len(cell) > LONG_HEADING for cell in heading):
        yield (
            "The first line looks like a row, not like headings. If the file has no headings,"
            " add a line of them on top and choose the file again."
        )
