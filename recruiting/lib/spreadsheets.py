"""Tables as files that spreadsheet programs open. No cell of them is ever taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Value = str | int | date | None

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""The wide ones are the same to a program in some East Asian languages (OWASP, CSV injection)."""

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_MAX = 32_767
"""Characters that fit in a cell of Excel."""

# What XML cannot hold: one such title, and a spreadsheet program would not open the whole file.
_UNWRITABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def harmless(value: Value) -> Value:
    """A text that would be computed gets an apostrophe, which marks it as text."""
    if not isinstance(value, str):
        return value
    text = value.translate(_UNWRITABLE)[: CELL_MAX - 1]
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def write_csv(file: IO[bytes], rows: Iterable[Sequence[Value]]) -> None:
    """With the mark by which Excel knows it for UTF-8."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    csv.writer(text).writerows([harmless(value) for value in row] for row in rows)
    text.detach()


def write_xlsx(file: IO[bytes], rows: Iterable[Sequence[Value]], *, title: str) -> None:
    """One sheet, the first row as its frozen heading. Written row by row, never held as a whole."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    for number, row in enumerate(rows):
        cells = [harmless(value) for value in row]
        sheet.append(cells if number else [_bold(sheet, cell) for cell in cells])
    book.save(file)


def _bold(sheet: object, value: Value) -> Any:
    cell = WriteOnlyCell(sheet, value=value)  # type: ignore[arg-type]
    cell.font = Font(bold=True)
    return cell
