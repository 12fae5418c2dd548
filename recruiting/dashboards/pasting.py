"""A table pasted from a spreadsheet, read as rows of the round.

Nothing is guessed where a wrong guess would log counts at the wrong requisition or stage: a table
whose columns have shifted is refused, and so is a row whose code, title and client disagree.
"""

import csv
import re
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import StringIO

from recruiting.dashboards.rounds import Logged, RowForm
from recruiting.dashboards.rows import SHORT
from requisitions.importing.keys import normal
from requisitions.models import Requisition, Stage
from requisitions.stages import counted_stages
from requisitions.words import moved_words

TEXT_MAX = 200_000
"""Characters of one paste."""

ROWS_MAX = 300
COLUMNS_MAX = 40

TITLE, CODE, CLIENT = "title", "code", "client"
WORDS = {"note": "Note", "next_step": "Next step"}
MEANINGS: dict[str, str] = {
    TITLE: "Title",
    CODE: "Code",
    CLIENT: "Client",
    **{stage.value: stage.label for stage in Stage},
    **WORDS,
}
"""What a column can hold, with its label."""

_NAMES = {
    TITLE: "title jobtitle requisition requisitiontitle position job role vacancy",
    CODE: "code requisitioncode reqcode requisitionid reqid requisitionnumber jobid jobcode id"
    " reference ref",
    CLIENT: "client customer company department account employer",
    Stage.FOUND: "found sourced identified candidatesfound sourcing",
    Stage.CONTACTED: "contacted contacts contact outreach reachedout messaged",
    Stage.SCREENED: "screened screens screen screening screenings assessed",
    Stage.MET: "met meetings meetingsheld meetingheld conversations spoken",
    Stage.SUBMITTED: "submitted resumes resumessubmitted resume submissions cvs cvssent"
    " cvssubmitted resumessent",
    Stage.APPROVED: "approved resumesapproved approvals cvsapproved",
    Stage.INTERVIEWED: "interviewed interviews interviewsheld interview",
    Stage.OFFERED: "offered offers offersmade offer",
    Stage.ACCEPTED: "accepted offersaccepted hires hired hire",
    "note": "note notes comment comments remark remarks",
    "next_step": "nextstep nextsteps next todo",
}
_MEANING_OF = {name: str(meaning) for meaning, names in _NAMES.items() for name in names.split()}
_COUNT = re.compile(r"[-+]?\d[\d,.'\s]*")
_POINTED = re.compile(r"[-+]?[1-9]\d{0,2}(\.\d{3})+")
"""One thousand to some, and one to others."""

_THOUSANDS = re.compile(r"(?<=\d)[,' \u00a0\u2009\u202f](?=\d{3}\b)")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_END = "\x1e"
"""A line of its own behind the text, which holds no such character."""

_NOTHING = {"", "-", "–", "—", "n/a"}


class Unreadable(Exception):
    """The paste cannot be used as it is. The message tells a person what to do."""


@dataclass(frozen=True)
class Line:
    """One row below the headings. `number` counts from the headings, which are row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    headings: tuple[str, ...]
    lines: tuple[Line, ...]

    def guess(self) -> list[str]:
        """What each column holds by its heading; empty where the heading says nothing known."""
        taken: list[str] = []
        for heading in self.headings:
            meaning = _MEANING_OF.get(re.sub(r"[\W_]+", "", heading.casefold()), "")
            taken.append("" if meaning in taken else meaning)
        return taken

    def sample(self, column: int) -> str:
        """The first filled cell below a heading."""
        cells = (line.cells[column].strip() for line in self.lines if column < len(line.cells))
        return next((cell for cell in cells if cell), "")


@dataclass
class Pasted:
    """One row as it will be saved, or why it will not."""

    number: int
    name: str
    requisition: Requisition | None = None
    form: RowForm | None = None
    problems: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Counts of stages that the client does not count: said, and not saved."""
    others: list[str] = field(default_factory=list)
    """Counts of stages at which candidates are recorded: what they come on top of."""
    logged: Logged | None = None
    """What was logged today already: a table that is pasted twice shows it."""

    @property
    def is_ready(self) -> bool:
        return self.form is not None and not self.problems

    @property
    def is_empty(self) -> bool:
        """Matched, with nothing to log: left as it is, which is no mistake."""
        return self.form is None and not self.problems

    @property
    def words(self) -> str:
        """What will be logged."""
        if self.form is None or not self.is_ready:
            return ""
        said = [moved_words(self.form.counts)]
        said += [label.lower() for name, label in WORDS.items() if self.form.cleaned_data[name]]
        return ", ".join(filter(None, said))


def read(text: str) -> Table:
    """Cells of a paste: tabs between them as spreadsheets copy, else commas or semicolons."""
    text = text.removeprefix("\ufeff")  # by which Excel marks a file, and a quote must come first
    first = next((line for line in _QUOTED.sub("", text).splitlines() if line.strip(" ")), "")
    delimiter = "\t" if "\t" in first else max(",;|", key=first.count)
    try:
        lines_and_end = StringIO(f"{text}\n{_END}")
        records = [tuple(row) for row in csv.reader(lines_and_end, delimiter=delimiter)]
    except csv.Error as error:
        raise Unreadable("This cannot be read as a table. Copy the cells again.") from error
    _check_quotes(records)
    records.pop()
    records = [row for row in records if any(cell.strip() for cell in row)]
    if len(records) < 2:
        raise Unreadable(
            "Paste a row of headings and below it a row for each requisition."
            if records
            else "There is nothing in it. Copy the cells in your spreadsheet and paste them here."
        )
    if len(records) > ROWS_MAX + 1:
        raise Unreadable(f"These are {len(records) - 1:,} rows; paste at most {ROWS_MAX} at once.")
    headings = list(records[0])
    while not headings[-1].strip():
        headings.pop()
    if len(headings) < 2 or len(headings) > COLUMNS_MAX:
        raise Unreadable(
            f"{len(headings)} columns can be told apart; there must be 2 to {COLUMNS_MAX}. Paste "
            "cells of a spreadsheet, or lines with a comma or a semicolon between the values."
        )
    lines = tuple(Line(number, row) for number, row in enumerate(records[1:], 2))
    return Table(tuple(" ".join(heading.split()) for heading in headings), lines)


def _check_quotes(records: Sequence[Sequence[str]]) -> None:
    """A quotation mark without its second one would make one cell of all the rows below it."""
    swallowing = [cell for row in records for cell in row if "\t" in cell and "\n" in cell]
    if records[-1] != (_END,):
        swallowing.append(records[-1][-1])
    if swallowing:
        raise Unreadable(
            f"The quotation mark before “{_short(swallowing[0], 30)}” is never closed, so that the "
            "rows below it would be lost in one cell. Take it out, or close it."
        )


def check_columns(
    table: Table, meanings: Sequence[str], requisitions: Sequence[Requisition]
) -> None:
    """Raises Unreadable when the columns cannot be what they are said to be."""
    chosen = [meaning for meaning in meanings if meaning]
    for meaning, times in Counter(chosen).items():
        if times > 1:
            raise Unreadable(f"{MEANINGS[meaning]} is chosen for {times} columns. Choose one.")
    if TITLE not in chosen and CODE not in chosen:
        raise Unreadable("Say which column holds the title or the code of the requisition.")
    if not set(chosen) - {TITLE, CODE, CLIENT}:
        known = ", ".join(SHORT.values())
        raise Unreadable(
            f"No column is said to hold counts. Headings such as {known} are recognised."
        )
    _check_counts(table, meanings)
    _check_names(table, meanings, requisitions)


def _check_counts(table: Table, meanings: Sequence[str]) -> None:
    """Words under a stage mean that headings and cells do not stand above one another."""
    for column, meaning in enumerate(meanings):
        if meaning not in Stage.values:
            continue
        cells = _filled(table, column)
        wrong = [cell for cell in cells if not _COUNT.fullmatch(cell)]
        if len(wrong) * 2 > len(cells):
            raise Unreadable(
                f"The columns have shifted: under “{table.headings[column]}” stands "
                f"“{_short(wrong[0])}”, which is no count. Copy the table with its headings "
                "again, or say below what each column holds."
            )


def _check_names(
    table: Table, meanings: Sequence[str], requisitions: Sequence[Requisition]
) -> None:
    """Titles that stand under another heading than the one that is to hold them."""
    known = {normal(one.title) for one in requisitions}
    known |= {normal(one.code) for one in requisitions if one.code}

    def matches(column: int) -> int:
        return sum(normal(cell) in known for cell in _filled(table, column))

    named = [column for column, meaning in enumerate(meanings) if meaning in (TITLE, CODE)]
    if not known or any(matches(column) for column in named):
        return
    for column, heading in enumerate(table.headings):
        if column not in named and matches(column) * 2 > len(table.lines):
            raise Unreadable(
                f"The columns have shifted: your requisitions stand under “{heading}”, not under "
                f"“{table.headings[named[0]]}”. Copy the table with its headings again, or say "
                "below what each column holds."
            )


def rows(
    table: Table,
    meanings: Sequence[str],
    requisitions: Sequence[Requisition],
    *,
    key: uuid.UUID,
    today: date,
) -> list[Pasted]:
    """Each line with its requisition. The key of a row follows from `key`, so that a paste which
    is confirmed twice is logged once."""
    first_row: dict[uuid.UUID, int] = {}
    return [
        _row(line, table, meanings, requisitions, first_row, key=key, today=today)
        for line in table.lines
    ]


def _row(
    line: Line,
    table: Table,
    meanings: Sequence[str],
    requisitions: Sequence[Requisition],
    first_row: dict[uuid.UUID, int],
    *,
    key: uuid.UUID,
    today: date,
) -> Pasted:
    said = {
        meaning: line.cells[column].strip()
        for column, meaning in enumerate(meanings)
        if meaning and column < len(line.cells)
    }
    name = said.get(TITLE) or said.get(CODE) or ""
    pasted = Pasted(line.number, _short(name, 120))
    if shifted := _shifted(line, table):
        pasted.problems.append(shifted)
        return pasted
    found = _find(said, requisitions)
    if isinstance(found, str):
        pasted.problems.append(found)
        return pasted
    pasted.requisition = found
    if found.pk in first_row:
        pasted.problems.append(f"Row {first_row[found.pk]} is for this requisition as well.")
        return pasted
    first_row[found.pk] = line.number
    counted = counted_stages(found.client.hidden)
    for stage in counted:
        if _POINTED.fullmatch(cell := said.get(stage, "")):
            pasted.problems.append(
                f"{stage.label}: “{cell}” may be thousands or not. Write it without a point."
            )
    if pasted.problems:
        return pasted
    data = {name: _value(name, said[name]) for name in (*Stage.values, *WORDS) if name in said}
    hidden = {stage: data.pop(stage.value, "") for stage in Stage if stage not in counted}
    pasted.left_out = [
        f"{found.client} does not count {stage.label.lower()}: {_short(count)} is left out."
        for stage, count in hidden.items()
        if count not in ("", "0")
    ]
    if any(value not in ("", "0") for value in data.values()):
        data["key"] = str(uuid.uuid5(key, str(found.pk)))
        pasted.form = RowForm(data, today=today, stages=counted)
        pasted.problems += pasted.form.problems
        pasted.others = [
            f"{stage.label}: {found.funnel.recorded[stage]:,} recorded here count by themselves. "
            f"{count:,} more would be others, not recorded here."
            for stage, count in pasted.form.counts.items()
            if found.funnel.recorded.get(stage)
        ]
    return pasted


def _shifted(line: Line, table: Table) -> str:
    width = len(table.headings)
    beyond = [cell for cell in line.cells[width:] if cell.strip()]
    if beyond:
        return (
            f"A cell has moved to the right: “{_short(beyond[0])}” stands beyond the last heading."
        )
    if len(line.cells) < width:
        return (
            f"A cell is missing: this row has {len(line.cells)} and the headings have {width}, so "
            "its counts may stand under the wrong stages."
        )
    return ""


def _find(said: Mapping[str, str], requisitions: Sequence[Requisition]) -> Requisition | str:
    """The requisition that a row names, or why there is none that it can mean."""
    code, title, client = (_unless_nothing(said.get(name, "")) for name in (CODE, TITLE, CLIENT))
    if not code and not title:
        return "Neither a title nor a code stands here."
    found = [one for one in requisitions if code and normal(code) in _codes(one)]
    titled = [one for one in found or requisitions if title and normal(one.title) == normal(title)]
    if found and title and not titled:
        return (
            f"“{_short(code)}” is the code of “{_short(found[0].title)}”, but the title says "
            f"“{_short(title)}”. Was one column sorted without the other?"
        )
    if not found and code and not title:
        return f"No requisition that you have in work has the code “{_short(code)}”."
    if not found and code and (other := next((one for one in titled if one.code), None)):
        return (
            f"“{_short(title)}” has the code “{other.code}” here, but this row says "
            f"“{_short(code)}”. If that column does not hold the code, leave it out."
        )
    found = titled or found
    if not found:
        return f"No requisition that you have in work is called “{_short(title)}”."
    of_client = [one for one in found if not client or normal(client) in _clients(one)]
    if not of_client:
        return (
            f"“{_short(found[0].title)}” is at {found[0].client.name}, but this row says "
            f"“{_short(client)}”. If that column does not name the client, leave it out."
        )
    if len(of_client) > 1:
        return f"{len(of_client)} of your requisitions " + (
            f"are called “{_short(title)}”. Add their codes."
            if title
            else f"have the code “{_short(code)}”. Add their titles."
        )
    return of_client[0]


def _codes(requisition: Requisition) -> set[str]:
    """By which a spreadsheet may know it: ours, that of the system it came from, the address."""
    codes = (requisition.code, requisition.external_id, str(requisition.pk))
    return {normal(code) for code in codes if code}


def _clients(requisition: Requisition) -> set[str]:
    return {normal(requisition.client.name), normal(requisition.employer)}


def _value(name: str, cell: str) -> str:
    """A cell as a form takes it: dashes are nothing, a thousand has no comma."""
    if name == "next_step":
        cell = " ".join(cell.split())
    if name in WORDS:
        return _unless_nothing(cell)
    return _THOUSANDS.sub("", _unless_nothing(cell.strip().lstrip("+")))


def _unless_nothing(cell: str) -> str:
    return "" if cell.strip().casefold() in _NOTHING else cell


def _filled(table: Table, column: int) -> list[str]:
    cells = (line.cells[column].strip() for line in table.lines if column < len(line.cells))
    return [cell for cell in cells if cell.casefold() not in _NOTHING]


def _short(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
