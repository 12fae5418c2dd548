"""The file becomes a table of text, whatever it is encoded in; what is no table is refused."""

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from requisitions.importing import sheets, workbooks
from requisitions.importing.reading import read
from requisitions.importing.sheets import MAX_ROWS, Sheet, UnreadableFile

DATA = Path(__file__).parent / "data"
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def as_csv(rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: list[list[Any]], **worksheets: list[list[Any]]) -> bytes:
    workbook = Workbook()
    first = workbook.active
    assert first is not None
    for row in rows:
        first.append(row)
    for name, others in worksheets.items():
        for row in others:
            workbook.create_sheet(name).append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def as_zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def cells(sheet: Sheet) -> list[list[str]]:
    return [list(row.cells) for row in sheet.rows]


def refusal(data: bytes, filename: str = "openings.csv") -> str:
    with pytest.raises(UnreadableFile) as refused:
        read(data, filename)
    return str(refused.value)


# --- any table in any encoding -------------------------------------------------------------

WESTERN = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t,;|\"'")
)
ANY_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t,;|\"'")
)


@st.composite
def tables(draw: st.DrawFn, text: st.SearchStrategy[str]) -> list[list[str]]:
    """Headings of plain words over rows of anything; the first cell of a row is never blank."""
    width = draw(st.integers(2, 5))
    headings = [f"Heading {'abcde'[index]}" for index in range(width)]
    row = st.lists(text, min_size=width, max_size=width).map(lambda r: ["x" + r[0], *r[1:]])
    return [headings, *draw(st.lists(row, min_size=1, max_size=8))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@given(table=tables(ANY_TEXT), delimiter=st.sampled_from(",;\t|"))
def test_table_in_unicode_gives_the_same_cells(
    encoding: str, table: list[list[str]], delimiter: str
) -> None:
    sheet = read(as_csv(table, encoding, delimiter), "any.csv")
    assert sheet.headings == tuple(table[0])
    assert cells(sheet) == table[1:]


@given(table=tables(WESTERN), delimiter=st.sampled_from(",;\t|"))
def test_table_in_windows_1252_gives_the_same_cells(table: list[list[str]], delimiter: str) -> None:
    # Umlauts in a row of their own: without any the bytes are UTF-8 as well, and with by chance
    # valid UTF-8 sequences alone nobody could tell.
    table = [*table, ["Größe ohne Zweifel äöü ÄÖÜ é à"] + [""] * (len(table[0]) - 1)]
    sheet = read(as_csv(table, "cp1252", delimiter), "any.csv")
    assert cells(sheet) == table[1:]


@given(table=tables(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)))
def test_utf_16_without_bom_gives_the_same_cells(table: list[list[str]]) -> None:
    for codec in ("utf-16-le", "utf-16-be"):
        assert cells(read(as_csv(table, codec), "any.csv")) == table[1:]


@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    try:
        sheet = read(data, "any")
    except UnreadableFile as refused:
        assert str(refused)  # noqa: PT017 - either outcome is fine, another exception is not
    else:
        assert all(len(row.cells) == len(sheet.headings) for row in sheet.rows)


# --- encodings, delimiters, shapes ---------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter", "rows"),
    [
        ("postings.csv", "UTF-8", ",", 14),
        ("openings_zoho.csv", "Windows-1252", ";", 4),
        ("openings_opencats.txt", "UTF-16", "\t", 2),
    ],
)
def test_file_from_the_wild_is_recognised(
    name: str, encoding: str, delimiter: str, rows: int
) -> None:
    sheet = read((DATA / name).read_bytes(), name)
    assert (sheet.encoding, sheet.delimiter, len(sheet.rows)) == (encoding, delimiter, rows)


def test_accents_of_windows_1252_are_right() -> None:
    sheet = read((DATA / "openings_zoho.csv").read_bytes(), "openings_zoho.csv")
    assert sheet.rows[0].cells[0] == "Küchenchef"
    assert sheet.rows[0].cells[12] == "Café kochen.\r\nAbends; auch sonntags"


def test_one_broken_byte_leaves_the_other_accents_alone() -> None:
    data = "Title\nGrößenprüferin für Öl\nCaf".encode() + b"\xe9\n"
    sheet = read(data, "x.csv")
    assert cells(sheet) == [["Größenprüferin für Öl"], ["Caf\ufffd"]]
    assert sheet.notes == ("1 broken characters were found; they stand as \ufffd in the rows.",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Title;City, State\nClerk;Reno, NV\n", ["Clerk", "Reno, NV"]),
        ("Title,Note\nClerk,one; two; three\n", ["Clerk", "one; two; three"]),
        ('Title,Note\n"Clerk, night","a;b;c;d"\n', ["Clerk, night", "a;b;c;d"]),
        ("Title\tPay\nClerk\t70,000\n", ["Clerk", "70,000"]),
        ("sep=;\nTitle;Pay\nClerk;70,5\n", ["Clerk", "70,5"]),
        ("Title\nClerk\n", ["Clerk"]),
    ],
)
def test_delimiter_is_the_one_that_makes_a_table(text: str, expected: list[str]) -> None:
    assert cells(read(text.encode(), "x.csv"))[0] == expected


def test_quoted_line_breaks_stay_in_their_cell() -> None:
    sheet = read(b'Title,Text\r\nClerk,"one\r\ntwo"\r\nCook,three\r\n', "x.csv")
    assert cells(sheet) == [["Clerk", "one\r\ntwo"], ["Cook", "three"]]
    assert [row.number for row in sheet.rows] == [2, 3]


def test_rows_bear_the_numbers_of_the_spreadsheet() -> None:
    sheet = read(b"\n\nTitle,City\n\nClerk,Reno\n , \nCook,Ely\n", "x.csv")
    assert [(row.number, row.cells[0]) for row in sheet.rows] == [(5, "Clerk"), (7, "Cook")]


def test_caption_above_the_headings_is_no_heading() -> None:
    sheet = read(b"Openings in March\n\nTitle,City,Pay\nClerk,Reno,1\n", "x.csv")
    assert sheet.headings == ("Title", "City", "Pay")
    assert sheet.rows[0].number == 4


def test_headings_that_repeat_or_miss_get_distinct_names() -> None:
    sheet = read(b"Title,,Title,Title,Pay\na,b,c,d,e\n", "x.csv")
    assert sheet.headings == ("Title", "Column B", "Title (2)", "Title (3)", "Pay")


def test_ragged_rows_are_filled_up_and_keep_what_sticks_out() -> None:
    sheet = read(b"Title,City\nClerk\nCook,Ely,extra\nMaid,Reno\nPorter,Reno\n", "x.csv")
    assert sheet.headings == ("Title", "City", "Column C")
    assert sheet.headed == 2
    assert cells(sheet)[:2] == [["Clerk", "", ""], ["Cook", "Ely", "extra"]]


def test_first_line_that_looks_like_a_row_is_noted() -> None:
    sheet = read(b"Clerk,Reno,70000\nCook,Ely,50000\n", "x.csv")
    assert sheet.notes[0].startswith("The first line looks like a row, not like headings.")


def test_sheet_survives_being_kept_as_json() -> None:
    sheet = read((DATA / "postings.csv").read_bytes(), "postings.csv")
    assert Sheet.from_json(sheet.as_json()) == sheet


# --- workbooks -----------------------------------------------------------------------------


def test_workbook_gives_text_with_dates_as_dates() -> None:
    rows: list[list[Any]] = [
        ["Title", "Opened", "Pay", "Open", "Left"],
        ["Clerk", date(2026, 3, 1), 70000.0, True, None],
        ["Cook", datetime(2026, 3, 2, 14, 30), 29.51, False, "x"],  # noqa: DTZ001 - as Excel has it
    ]
    sheet = read(as_xlsx(rows), "x.xlsx")
    assert sheet.encoding == "Excel workbook"
    assert cells(sheet) == [
        ["Clerk", "2026-03-01", "70000", "True", ""],
        ["Cook", "2026-03-02 14:30:00", "29.51", "False", "x"],
    ]


def test_day_shown_without_a_year_is_read_without_one() -> None:
    workbook = Workbook()
    worksheet = workbook.active
    assert worksheet is not None
    worksheet.append(["Title", "Year", "Day"])
    worksheet.append(["Clerk", 2025, date(2026, 3, 13)])
    worksheet["C2"].number_format = "d-mmm"
    out = io.BytesIO()
    workbook.save(out)
    assert cells(read(out.getvalue(), "x.xlsx")) == [["Clerk", "2025", "13-Mar"]]


def test_workbook_rows_keep_their_numbers_across_blank_ones() -> None:
    sheet = read(as_xlsx([["Title"], [], [], ["Clerk"]]), "x.xlsx")
    assert [(row.number, row.cells) for row in sheet.rows] == [(4, ("Clerk",))]


def test_only_the_first_worksheet_is_read_and_said_so() -> None:
    sheet = read(as_xlsx([["Title"], ["Clerk"]], Closed=[["Title"]]), "x.xlsx")
    assert cells(sheet) == [["Clerk"]]
    assert sheet.notes == ("Only the worksheet “Sheet” was read; 1 more were not.",)


def test_workbook_without_cells_is_refused() -> None:
    assert refusal(as_xlsx([])).startswith("There is nothing in this workbook.")


def test_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    parts = {"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": bytes(workbooks.MAX_UNPACKED + 1)}
    assert refusal(as_zip(parts)).startswith("This workbook is too large when unpacked.")


def test_workbook_with_an_entity_bomb_is_refused() -> None:
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>'
    )
    original = as_xlsx([["Title"], ["Clerk"]])
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = bomb
    assert refusal(as_zip(parts)).startswith("This workbook is damaged")


# --- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "beginning"),
    [
        (b"", "This file is empty."),
        (b"\xef\xbb\xbf \r\n", "This file is empty."),
        (b",,\n,,\n", "This file is empty."),
        (b"Title,City\n", "This file has one line only."),
        (b"%PDF-1.7 ...", "This is a PDF, not a spreadsheet."),
        (b"\x89PNG\r\n\x1a\n", "This is a picture, not a spreadsheet."),
        (b"\xff\xd8\xff\xe0 JFIF", "This is a picture, not a spreadsheet."),
        (OLD_EXCEL, "This is an Excel file of the old kind (.xls), or one with a password."),
        (b"<!DOCTYPE html><table><tr><td>Title", "This is a web page or XML"),
        (b"\n <table><tr><td>Title</td></tr></table>", "This is a web page or XML"),
        (b'[{"title": "Clerk"}]', "This is a JSON file"),
        (b"Title,City\nClerk,Re\0no\n", "This file holds NUL characters"),
        (b"\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11", "This file is not a spreadsheet."),
        (b"Title\nCaf\x81\x8d\n", "The characters of this file cannot be read for sure."),
        (b"\xff\xfeT\x00i\x00t\x00\x00\xd8", "The text of this file is damaged."),
        (as_zip({"openings.csv": b"Title"}), "This is a packed archive (ZIP)"),
        (as_zip({"word/document.xml": b""}), "This is a text document (Word)."),
        (as_zip({"xl/workbook.xml": b"<broken"}), "This workbook is damaged"),
        (b"PK\x03\x04 not really a zip", "This file is damaged"),
        (
            as_zip({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
            "This is an OpenDocument spreadsheet (.ods).",
        ),
        (b'Title\n"never closed ' + b"x" * 140_000, "Row 2 cannot be read"),
    ],
    ids=range(21),
)
def test_file_that_is_no_table_is_refused_in_words(data: bytes, beginning: str) -> None:
    assert refusal(data).startswith(beginning)


LETTER = b"""Dear Ana, dear Ben,

As you asked, here is what we need.
A clerk is to start in May.
The nurses may come sooner.
They must have worked in a ward, on a ship, or in the field.
Could you tell me by Friday what you think?
I am in the office on Monday, Tuesday, and, if the trains run, on Thursday.
Yours
Max
"""


def test_letter_is_no_table() -> None:
    assert refusal(LETTER, "letter.txt").startswith("This file is a text, not a table")


def test_long_sentence_is_no_heading() -> None:
    assert refusal(b"word " * 30 + b"\nClerk\n").startswith("This file is a text, not a table")


def test_rows_without_their_empty_ends_are_still_a_table() -> None:
    data = b"Title,City,Pay\nClerk,Reno\nCook,Ely\nMaid,Elko\nPorter,Reno,1\nDriver,Ely\n"
    assert len(read(data, "x.csv").rows) == 5


def test_too_many_bytes_are_refused_with_the_size_found() -> None:
    data = b"Title\n" + b"x\n" * (sheets.MAX_BYTES // 2)
    assert refusal(data).startswith("This file has 10.0 MB; at most 10 MB can be imported.")


def test_too_many_rows_are_refused_with_their_number_and_a_way_out() -> None:
    message = refusal(b"Title\n" + b"Clerk\n" * (2 * MAX_ROWS + 1))
    assert message.startswith("This file has 10,001 rows; at most 5,000 can be imported at once.")
    assert "Split it into 3 files" in message


def test_as_many_rows_as_allowed_are_read() -> None:
    assert len(read(b"Title\n" + b"Clerk\n" * MAX_ROWS, "x.csv").rows) == MAX_ROWS


def test_too_many_columns_are_refused() -> None:
    message = refusal(as_csv([["Title"] * 201, ["x"] * 201]))
    assert message.startswith("This file has 201 columns; at most 200 can be read.")
