"""The first guess of which column is what: by heading, checked against the cells below."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from requisitions.importing.dates import UnreadableDate, read_date
from requisitions.importing.mapping import Mapping
from requisitions.importing.money import (
    CURRENCIES,
    UnreadableMoney,
    read_basis,
    read_currency,
    read_pay,
)
from requisitions.importing.statuses import read_status

MOST = 0.6
"""Share of the filled cells that are of a kind, where the cells alone make the guess."""

SOME = 0.2
"""The same where the heading speaks for it: what is wrong in the other cells is to be shown."""

_TITLE_LONGEST = 150
_TITLE_WORDS = re.compile(r"[^\W\d_]{3}")

# Headings without case, spaces and underscores; the better name stands first.
_NAMES = {
    "title": "jobtitle postingtitle title positiontitle requisitiontitle roletitle vacancytitle"
    " jobopeningname requisitionname jobname",
    "employer": "employer company companyname clientname client organization organisation agency"
    " hiringcompany account",
    "code": "requisitionid requisitioncode requisitioncodes requisitionnumber reqid reqcode reqno"
    " reqnumber customrequisitionid jobcode jobreference reference referencenumber refno ref code",
    "external_id": "jobopeningid externalid jobid openingid positionid postingid recordid uuid uid"
    " id",
    "opened_on": "dateopened openedon openedat opened opendate openingdate dateposted postedon"
    " postedat posteddate postdate posted publishedat publicationdate createdat createdon"
    " createdtime datecreated creationdate created requisitiondate date",
    "target_on": "targetdate targetfilldate targethiredate tobefilledby fillby neededby plandate"
    " planneddate duedate targetstartdate startdate",
    "basis": "paybasis salarybasis paytype payperiod payfrequency payunit salaryperiod salarytype"
    " salaryunit salaryfrequency ratetype frequency basis",
    "currency": "currency salarycurrency paycurrency currencycode salaryrangecurrency",
    "openings": "numberofpositions numberofopenings openings positions vacancies headcount"
    " noofpositions noofopenings numopenings numberofvacancies noofvacancies quantity qty seats",
    "status": "jobopeningstatus jobstatus requisitionstatus openingstatus postingstatus status"
    " state",
    "link": "link url joburl joblink postingurl postinglink applyurl weblink webaddress webpage"
    " hostedurl",
    "manager_email": "hiringmanageremail hiringmanagersemail manageremail hiringmanager"
    " hiringmanagers manager",
    "duplicate_mark": "isduplicatejob isduplicate duplicate duplicated isdup dup",
}
_TITLE_PERHAPS = "position role job vacancy opening name text requisition"
_PLACE = "location joblocation worklocation officelocation place office offices where"
_PLACE_PARTS = ("city town", "state province region county", "country")
_DESCRIPTION = "jobdescription description jobdesc desc details summary"
_DESCRIPTION_MORE = "responsibilities duties requirements qualifications requiredskills skills"
_YEAR, _MONTH = "year yr", "month"
_PAY = frozenset({"salary", "pay", "compensation", "comp", "wage", "rate", "remuneration", "range"})
_LOW = frozenset({"low", "lower", "min", "minimum", "from", "start"})
_HIGH = frozenset({"high", "higher", "upper", "max", "maximum", "to", "end"})
_SIGN = re.compile(r"([$€£])\s?\d|\d\s?([€£])")


def guess(
    headings: Sequence[str], sample_rows: Sequence[Sequence[str]], *, title_by_cells: bool = True
) -> Mapping:
    """A mapping that fits headings and cells; what cannot be told is left out.

    Without `title_by_cells` only a heading makes a column the title: for where nobody looks at
    the guess before it is used.

    Knows the exports of Zoho Recruit, OpenCATS, Greenhouse, Lever, Ashby and Workable, and what
    people write by hand.
    """
    return _Guess(headings, sample_rows).mapping(title_by_cells)


class _Guess:
    """Takes columns one field after the other; a taken column is not given twice."""

    def __init__(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._names = [re.sub(r"[\W_]+", "", heading.casefold()) for heading in headings]
        self._words = [_split(heading) for heading in headings]
        self._cells = [
            [row[index].strip() for row in rows if row[index].strip()]
            for index in range(len(headings))
        ]
        self._taken: dict[str, tuple[int, ...]] = {}

    def mapping(self, title_by_cells: bool) -> Mapping:
        self._take("duplicate_mark")
        self._take("link", _is_link)
        self._take("manager_email", _is_email)
        self._take("status", lambda cell: read_status(cell) is not None)
        self._take_dates()
        self._take_pay()
        self._take("openings", _is_count)
        self._take("external_id")
        self._take("code")
        self._take_joined()
        self._take("employer")
        self._take("title")
        self._take_perhaps("title", _TITLE_PERHAPS, _may_be_title)
        self._fall_back(title_by_cells)
        return Mapping(self._taken, currency=self._currency())

    # --- taking ----------------------------------------------------------------------------

    def _find(self, names: str, suits: Callable[[str], bool] | None = None) -> int | None:
        used = {index for indexes in self._taken.values() for index in indexes}
        for name in names.split():
            for index, own in enumerate(self._names):
                if own == name and index not in used and self._is(index, suits):
                    return index
        return None

    def _take(self, field: str, suits: Callable[[str], bool] | None = None) -> None:
        found = self._find(_NAMES[field], suits)
        if found is not None:
            self._taken[field] = (found,)

    def _take_perhaps(self, field: str, names: str, suits: Callable[[str], bool]) -> None:
        """Headings that can mean many things: only the cells below make sure."""
        found = None if field in self._taken else self._find(names, suits)
        if found is not None:
            self._taken[field] = (found,)

    def _is(self, index: int, suits: Callable[[str], bool] | None, share: float = SOME) -> bool:
        """Whether enough filled cells are of the kind; an empty column is judged by its name."""
        cells = self._cells[index]
        if suits is None or not cells:
            return True
        return sum(map(suits, cells)) >= len(cells) * share

    def _take_dates(self) -> None:
        self._take("opened_on")
        self._take("target_on")
        self._add_year()

    def _add_year(self) -> None:
        """Year, and month where it stands alone, in front of a date that lacks them."""
        opened = self._taken.get("opened_on", ())
        if opened and self._cells[opened[0]] and self._is(opened[0], _is_date, MOST):
            return
        year = self._find(_YEAR, _is_year)
        if year is None:
            return
        if opened:
            self._taken["opened_on"] = (year, *opened)
            return
        month = self._find(_MONTH)
        day = self._find("day", str.isdigit)
        if month is not None and day is not None:
            self._taken["opened_on"] = (year, month, day)

    def _take_pay(self) -> None:
        used = {index for indexes in self._taken.values() for index in indexes}
        for index, words in enumerate(self._words):
            if index in used or not words & _PAY or not self._is(index, _is_pay):
                continue
            if words & _LOW and "salary_low" not in self._taken and not words & {"high", "max"}:
                self._taken["salary_low"] = (index,)
            elif words & _HIGH and "salary_high" not in self._taken:
                self._taken["salary_high"] = (index,)
        self._take("basis", lambda cell: read_basis(cell) is not None)
        self._take("currency", lambda cell: read_currency(cell) is not None)
        if "salary_low" in self._taken or "salary_high" in self._taken:
            return
        used = {index for indexes in self._taken.values() for index in indexes}
        for index, words in enumerate(self._words):
            named = index not in used and words & _PAY - {"range"}
            if named and self._cells[index] and self._is(index, _is_pay):
                self._taken["salary"] = (index,)
                return

    def _take_joined(self) -> None:
        place = self._find(_PLACE)
        parts = [self._find(names) for names in _PLACE_PARTS] if place is None else [place]
        found = tuple(index for index in parts if index is not None)
        if found:
            self._taken["place"] = found
        # Not "notes": what recruiters noted for themselves must not land on the shared page.
        first = self._find(_DESCRIPTION)
        more = [self._find(name) for name in _DESCRIPTION_MORE.split()]
        found = tuple(index for index in (first, *more) if index is not None)
        if found:
            self._taken["description"] = found

    # --- what no heading tells ---------------------------------------------------------------

    def _fall_back(self, title_by_cells: bool) -> None:
        self._by_cells("link", _is_link)
        self._by_cells("opened_on", _is_date)
        if title_by_cells:
            self._by_cells("title", _may_be_title)
        self._by_cells("currency", lambda cell: cell.upper() in CURRENCIES)
        code = self._taken.get("code")
        if code and "external_id" not in self._taken and self._is_unique(code[0]):
            self._taken["external_id"] = code

    def _by_cells(self, field: str, suits: Callable[[str], bool]) -> None:
        if field in self._taken:
            return
        used = {index for indexes in self._taken.values() for index in indexes}
        for index, cells in enumerate(self._cells):
            if index not in used and cells and self._is(index, suits, MOST):
                self._taken[field] = (index,)
                return

    def _is_unique(self, index: int) -> bool:
        cells = self._cells[index]
        return bool(cells) and len(set(cells)) == len(cells)

    def _currency(self) -> str:
        """What most amounts are in: by the signs beside figures anywhere in the sheet."""
        signs: Counter[str] = Counter()
        for index, cells in enumerate(self._cells):
            weight = 100 if self._words[index] & _PAY else 1
            for cell in cells:
                signs.update(dict.fromkeys(_signs(cell), weight))
        best = signs.most_common(1)
        return best[0][0] if best else ""


def _split(heading: str) -> frozenset[str]:
    """The heading's words: `salaryRange.min_value` → salary, range, min, value."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    return frozenset(re.findall(r"[^\W_]+", spaced.casefold()))


def _signs(cell: str) -> Iterable[str]:
    meaning = {"$": "USD", "€": "EUR", "£": "GBP"}
    for match in _SIGN.finditer(cell):
        yield meaning[match[1] or match[2]]


def _is_link(cell: str) -> bool:
    return cell.lower().startswith(("http://", "https://", "www."))


def _is_email(cell: str) -> bool:
    return "@" in cell.strip("@") and " " not in cell


def _is_date(cell: str) -> bool:
    try:
        found = read_date(cell)
    except UnreadableDate:
        return False
    # Five digits can be an Excel serial; most of them are not.
    return not cell.isdigit() or 2000 <= found.year <= 2100


def _is_year(cell: str) -> bool:
    return bool(re.fullmatch(r"(19|20)\d\d", cell))


def _is_count(cell: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}(?:\.0+)?", cell))


def _is_pay(cell: str) -> bool:
    try:
        read_pay(cell)
    except UnreadableMoney:
        return False
    return True


def _may_be_title(cell: str) -> bool:
    is_text = bool(_TITLE_WORDS.search(cell)) and len(cell) <= _TITLE_LONGEST
    return is_text and not (_is_link(cell) or _is_email(cell) or _is_date(cell))
