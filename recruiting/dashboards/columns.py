"""The columns of the list: which there are, by what they sort, and how a row fills them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from recruiting.dashboards.rows import SHORT, Row, Total
from requisitions.models import Stage


@dataclass(frozen=True)
class Column:
    """`sort` is the field that orders it; `label` is what choosers and phones call it."""

    name: str
    label: str
    sort: str
    heading: str = ""
    title: str = ""
    is_number: bool = False
    is_stage: bool = False

    @property
    def short(self) -> str:
        return self.heading or self.label

    @property
    def css(self) -> str:
        if self.is_stage:
            return "cell-num cell-wide"
        return "cell-num" if self.is_number else ""


_STAGES = [
    Column(
        stage.value, stage.label, f"funnel__{stage.value}", SHORT[stage], stage.label, True, True
    )
    for stage in Stage
]
TITLE = Column("title", "Requisition", "title")
COLUMNS = {
    column.name: column
    for column in (
        Column("code", "Code", "code"),
        Column("recruiter", "Recruiter", "recruiter__name"),
        Column("manager", "Manager", "manager__name"),
        Column("status", "Status", "rank"),
        Column(
            "days",
            "Days open",
            "opened_on",
            "Days",
            "Days open, days on hold left out; sorted by the day of opening",
            is_number=True,
        ),
        Column("opened", "Opened on", "opened_on", "Opened"),
        Column("target", "To start on", "target_on", "Start"),
        Column("openings", "Openings", "openings", is_number=True),
        *_STAGES,
        Column("last", "Last checkpoint", "latest_checkpoint__on", "Logged", "The last checkpoint"),
        Column("next", "Next step and promise", ""),
    )
}
USUAL = ("manager", "status", "days", *Stage.values, "last", "next")
"""What is shown to who has not chosen."""

SORTS = {column.name: column.sort for column in (TITLE, *COLUMNS.values()) if column.sort}
NOT_COUNTED = Total("", True)
RISING_WITH_DAYS = {"days"}
"""More days means an earlier opening: the column and its field run against each other."""


def shown(chosen: Iterable[str]) -> list[Column]:
    """The chosen columns in their own order; without a choice the usual ones."""
    names = set(chosen) or set(USUAL)
    return [column for name, column in COLUMNS.items() if name in names]


def filled(columns: Sequence[Column], rows: Sequence[Row]) -> list[Column]:
    """Without stages that none of the rows' clients counts."""
    counted = {stage.value for row in rows for stage in row.counted}
    return [one for one in columns if not (rows and one.is_stage) or one.name in counted]


@dataclass(frozen=True)
class Cell:
    """`kind` says how the text is dressed; the rest is there for some kinds only."""

    kind: str
    text: str
    label: str = ""
    css: str = ""
    title: str = ""
    on: str = ""
    promise: str = ""
    is_late: bool = False


def cells(row: Row, columns: Sequence[Column]) -> list[Cell]:
    """The row's cells in the order of the columns; with stages, their sum for narrow screens."""
    totals = {stage.value: total for stage, total in row.totals.items()}
    filled = []
    stages = sum(column.is_stage for column in columns)
    for column in columns:
        if column.is_stage:
            total = totals.get(column.name, NOT_COUNTED)
            zero = " cell-zero" if total.is_zero else ""
            filled.append(Cell("text", total.text, css=f"{column.css}{zero}"))
            stages -= 1
            if not stages:
                filled.append(_plain(row.reached, "So far", "cell-narrow"))
        else:
            filled.append(_cell(row, column))
    return filled


def _cell(row: Row, column: Column) -> Cell:
    match column.name:
        case "status":
            return Cell("status", row.status_label, "Status", "cell-tight", on=row.status)
        case "manager":
            css = "" if row.manager else "soft"
            return Cell("text", row.manager or "not named", "Manager", css)
        case "days":
            return _plain(row.days, "Days open", "cell-num", row.days_title)
        case "last":
            empty = "" if row.last else " cell-empty"
            kind = "time" if row.last else "text"
            css = f"cell-tight{empty}"
            return Cell(kind, row.last, "Logged", css, row.last_title, row.last_on)
        case "next":
            empty = "" if row.next_step or row.promise else " cell-empty"
            return Cell(
                "next", row.next_step, "Next", f"cell-next{empty}",
                promise=row.promise, is_late=row.promise_is_late,
            )  # fmt: skip
    css = "cell-num" if column.is_number else "cell-tight" if column.sort.endswith("_on") else ""
    return _plain(row.more[column.name], column.label, css)


def _plain(text: str, label: str, css: str, title: str = "") -> Cell:
    return Cell("text", text, label, f"{css}{'' if text else ' cell-empty'}".strip(), title)


@dataclass(frozen=True)
class Heading:
    """A column's heading: where a click on it leads, and how the list is sorted by it now."""

    label: str
    title: str
    query: str
    sorted: str
    css: str


def headings(query: QueryDict, columns: Sequence[Column], sort: str) -> list[Heading]:
    made = []
    stages = sum(column.is_stage for column in columns)
    for column in (TITLE, *columns):
        made.append(_heading(query, column, sort))
        if column.is_stage:
            stages -= 1
            if not stages:
                made.append(Heading("So far", "", "", "", "cell-narrow"))
    return made


def _heading(query: QueryDict, column: Column, sort: str) -> Heading:
    name = column.name
    if not column.sort:
        return Heading(column.short, column.title, "", "", column.css)
    query = query.copy()
    query.pop("page", None)
    # Words are first sorted from A, numbers from the largest; a second click turns it round.
    first, second = (f"-{name}", name) if column.is_number else (name, f"-{name}")
    query["sort"] = second if sort == first else first
    direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    return Heading(column.short, column.title, query.urlencode(), direction, column.css)
