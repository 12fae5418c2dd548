"""Bytes of an uploaded file → `Sheet`. Whatever is no spreadsheet is refused in plain words."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

from requisitions.importing import workbooks
from requisitions.importing.sheets import (
    LONG_HEADING,
    MAX_BYTES,
    Sheet,
    UnreadableFile,
    assemble,
    filled,
    heading_position,
    too_large,
)

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_RECORDS = 200
"""Records looked at to tell the delimiter."""

AGREEMENT = 0.9
"""Share of records as wide as the headings that makes a delimiter trustworthy."""

MANY_LINES, FITTING = 5, 0.5
"""From so many lines on, this share must have no more columns than there are headings."""

CONTROL_SHARE = 0.01
"""Share of control characters above which the bytes are no text."""

# How files begin that people choose by mistake, and what they are called.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a recording"),
    (b"\x1f\x8b", "a packed archive"),
    (b"Rar!", "a packed archive"),
    (b"7z\xbc\xaf", "a packed archive"),
    (b"{\\rtf", "a text document"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(r"\s*<(?:!doctype|\?xml|html|table|head|body|!--|svg)\b", re.IGNORECASE)
_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
_SAVE_AS = "Open it in your spreadsheet program, save it as CSV (UTF-8) or XLSX, and choose that."


def read(data: bytes, filename: str) -> Sheet:
    """The table in the file. Raises UnreadableFile with a message for the person.

    What counts is what the bytes are: the name is only used to say it better.
    """
    if len(data) > MAX_BYTES:
        raise too_large(len(data))
    if not data.strip(b'\xef\xbb\xbf\xff\xfe\0 \t\r\n,;|"'):
        raise UnreadableFile("This file is empty. Choose the one that holds the rows.")
    for start, what in _FOREIGN:
        if data.startswith(start):
            raise UnreadableFile(f"This is {what}, not a spreadsheet. Choose a CSV or XLSX file.")
    if data.startswith(_OLE):
        raise UnreadableFile(
            f"This is an Excel file of the old kind (.xls), or one with a password. {_SAVE_AS}"
        )
    if data.startswith(b"PK"):
        return workbooks.read(data)
    text, encoding, notes = _decode(data)
    _refuse_other_text(text, filename)
    return _read_text(text, encoding, notes)


def _decode(data: bytes) -> tuple[str, str, list[str]]:
    """Text, the name of its encoding, and notes. Raises UnreadableFile."""
    damaged = f"The text of this file is damaged. {_SAVE_AS}"
    for bom, codec, name in (
        (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with BOM"),
        (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
        (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    ):
        if data.startswith(bom):
            try:
                return data.decode(codec), name, []
            except UnicodeDecodeError as error:
                raise UnreadableFile(damaged) from error
    if wide := _utf16_without_bom(data):
        try:
            return data.decode(wide), "UTF-16 without BOM", []
        except UnicodeDecodeError as error:
            raise UnreadableFile(damaged) from error
    try:
        return data.decode("utf-8"), "UTF-8", []
    except UnicodeDecodeError:
        pass
    # One broken byte in a UTF-8 file must not turn all its accents into rubbish.
    mended = data.decode("utf-8", errors="replace")
    broken = mended.count("\ufffd")
    if sum(1 for char in mended if char > "\x7f") > 2 * broken:
        note = f"{broken} broken characters were found; they stand as \ufffd in the rows."
        return mended, "UTF-8, damaged in places", [note]
    try:
        return data.decode("cp1252"), "Windows-1252", []
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"The characters of this file cannot be read for sure. {_SAVE_AS}"
        ) from error


def _utf16_without_bom(data: bytes) -> str:
    """The codec, if every other byte is mostly NUL, as in UTF-16 of Western text."""
    sample = data[:4096]
    half = len(sample) // 2
    if len(data) % 2 or not half:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.6 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.05:
        return "utf-16-be"
    return ""


def _refuse_other_text(text: str, filename: str) -> None:
    if "\0" in text:
        raise UnreadableFile(f"This file holds NUL characters, which no table has. {_SAVE_AS}")
    sample = text[:100_000]
    controls = sum(
        1 for char in sample if unicodedata.category(char) == "Cc" and char not in "\t\r\n"
    )
    if controls > max(5, len(sample) * CONTROL_SHARE):
        raise UnreadableFile("This file is not a spreadsheet. Choose a CSV or XLSX file.")
    if _MARKUP.match(text):
        named = " It only bears the name of one." if filename.lower().endswith("xls") else ""
        raise UnreadableFile(f"This is a web page or XML, not a spreadsheet.{named} {_SAVE_AS}")
    if _JSON.match(text):
        raise UnreadableFile(
            "This is a JSON file, not a spreadsheet. Export the openings as CSV or XLSX."
        )


def _read_text(text: str, encoding: str, notes: Sequence[str]) -> Sheet:
    text = text.removeprefix("\ufeff")
    # Excel's own hint. Excel does not count the line either.
    hint = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    if hint:
        text = text[hint.end() :]
    delimiter = hint[1] if hint and hint[1] in DELIMITERS else _delimiter(text)
    records: list[list[str]] = []
    try:
        records.extend(_records(text, delimiter))
    except csv.Error as error:
        raise UnreadableFile(
            f"Row {len(records) + 1} cannot be read: a cell is longer than"
            f" {csv.field_size_limit():,} characters. Perhaps a quotation mark is not closed there."
        ) from error
    if lines := [record for record in records if filled(record)]:
        _refuse_prose(lines)
    return assemble(records, encoding=encoding, delimiter=delimiter, notes=notes)


def _refuse_prose(lines: Sequence[Sequence[str]]) -> None:
    """A letter or a note has commas as well, but its lines do not fit its first one."""
    position = heading_position(lines)
    width, body = len(lines[position]), lines[position + 1 :]
    fitting = sum(len(record) == 1 if width == 1 else 2 <= len(record) <= width for record in body)
    is_sentence = width == 1 and len(lines[position][0]) > LONG_HEADING
    if is_sentence or (len(body) >= MANY_LINES and fitting < len(body) * FITTING):
        raise UnreadableFile(
            "This file is a text, not a table: its lines have different numbers of columns. Choose"
            " a CSV or XLSX file with a line of headings."
        )


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    # newline="" leaves line breaks inside quoted cells as they are.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _delimiter(text: str) -> str:
    """The delimiter under which the file looks most like a table.

    csv.Sniffer is led astray by prose: it counts characters inside quoted descriptions. Here each
    candidate really parses the beginning; it counts if rows come out as wide as the headings.
    """

    def score(delimiter: str) -> tuple[bool, bool, bool, bool, int, float]:
        try:
            records = [r for r in islice(_records(text, delimiter), SAMPLE_RECORDS) if filled(r)]
        except csv.Error:
            records = []
        if not records:
            return False, False, False, False, 0, 0.0
        position = heading_position(records)
        width, body = len(records[position]), records[position + 1 :]
        share = sum(len(record) == width for record in body) / len(body) if body else 1.0
        # "Reno, NV" is prose: between cells stands no space.
        inner = [cell for record in records for cell in record[1:]]
        tidy = sum(cell.startswith(" ") for cell in inner) <= len(inner) / 2
        return width > 1, share >= AGREEMENT, position == 0, tidy, width, share

    return max(DELIMITERS, key=score)
