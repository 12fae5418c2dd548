"""XLSX workbooks → `Sheet`, guarded against files made to exhaust the machine."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from openpyxl import load_workbook

from requisitions.importing.sheets import MAX_COLUMNS, Sheet, UnreadableFile, assemble

MAX_UNPACKED = 60 * 1024 * 1024
"""Bytes of a workbook's parts together, unpacked. zipfile never unpacks more than is declared."""

MAX_PARTS = 2_000
MAX_LINES = 1_048_576
"""Lines of a worksheet, as many as Excel knows: empty formatted ones count here."""

_OTHER_ZIP = {
    "word/document.xml": "a text document (Word)",
    "ppt/presentation.xml": "a presentation",
    "Index/Document.iwa": "a Numbers file",
    "xl/workbook.bin": "a binary Excel file (.xlsb)",
}
_SAVE_AS = "Open it in your spreadsheet program, save it as XLSX or CSV, and choose that."


def read(data: bytes) -> Sheet:
    """The first visible worksheet that holds something. Raises UnreadableFile."""
    _check_archive(data)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions that do not concern the cells.
            warnings.simplefilter("ignore")
            return _first_table(data)
    except UnreadableFile:
        raise
    # Whatever a broken workbook makes openpyxl raise (KeyError, ValueError, XML errors, …),
    # for the person it is one thing: this file cannot be read.
    except Exception as error:
        raise UnreadableFile(f"This workbook is damaged and cannot be read. {_SAVE_AS}") from error


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            opendocument = (
                "mimetype" in names
                and archive.getinfo("mimetype").file_size < 200
                and b"opendocument.spreadsheet" in archive.read("mimetype")
            )
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError) as error:
        raise UnreadableFile(f"This file is damaged and cannot be read. {_SAVE_AS}") from error
    if opendocument:
        raise UnreadableFile(f"This is an OpenDocument spreadsheet (.ods). {_SAVE_AS}")
    for part_name, what in _OTHER_ZIP.items():
        if part_name in names:
            raise UnreadableFile(f"This is {what}. {_SAVE_AS}")
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(
            "This is a packed archive (ZIP), not a spreadsheet. Unpack it and choose the CSV or"
            " XLSX file inside."
        )
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableFile(
            "This workbook is too large when unpacked. Copy the openings alone into a new file,"
            " as values, and choose that."
        )


def _first_table(data: bytes) -> Sheet:
    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        visible = [ws for ws in workbook.worksheets if ws.sheet_state == "visible"]
        for worksheet in visible:
            records = _trimmed(worksheet)
            if records:
                others = len(workbook.worksheets) - 1
                note = f"Only the worksheet “{worksheet.title}” was read; {others} more were not."
                return assemble(records, encoding="Excel workbook", notes=[note] if others else [])
    finally:
        workbook.close()
    raise UnreadableFile("There is nothing in this workbook. Choose the one that holds the rows.")


def _trimmed(worksheet: Any) -> list[tuple[str, ...]]:
    """All lines up to the last that holds something; blank ones keep their place as ()."""
    # A wrong <dimension> would cut rows or columns off; without it all cells are read.
    worksheet.reset_dimensions()
    lines: list[tuple[str, ...]] = []
    blank = 0
    for cells in islice(_lines(worksheet), MAX_LINES):
        if any(cells):
            lines.extend([()] * blank)
            lines.append(cells)
            blank = 0
        else:
            blank += 1
    return lines


def _lines(worksheet: Any) -> Iterator[tuple[str, ...]]:
    # One column more than allowed, so that too many are noticed.
    for cells in worksheet.iter_rows(max_col=MAX_COLUMNS + 1):
        yield tuple(_text(cell) for cell in cells)


def _text(cell: Any) -> str:
    """A cell's value as the person sees it, dates in ISO form."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, datetime):
        if "y" not in str(cell.number_format).lower():
            # Shown as "8-Jan": the year is Excel's guess from when it was typed, not the author's.
            return f"{value.day}-{value:%b}"
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
