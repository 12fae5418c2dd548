"""The cells of one row as values of a requisition, with errors and warnings in whole sentences."""

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from recruiting.lib.text import check_line
from requisitions.importing.blanks import is_nothing
from requisitions.importing.dates import UnreadableDate, check_plausible, read_date
from requisitions.importing.mapping import Mapping
from requisitions.importing.money import (
    PLAUSIBLE,
    Pay,
    UnreadableMoney,
    is_plausible,
    read_basis,
    read_currency,
    read_pay,
)
from requisitions.importing.prose import one_line, to_markdown
from requisitions.importing.sheets import Row, Sheet
from requisitions.importing.statuses import read_status
from requisitions.models import Basis, Requisition, Status
from requisitions.models.requisition import DESCRIPTION_MAX, OPENINGS_MAX

SHOWN = 60
"""Characters of a cell that a message repeats."""

WIDE_RANGE = 4
"""A range whose upper end is more than this many times its lower end is doubtful."""

_is_web_address = URLValidator(schemes=["http", "https"])


class CellReader:
    """Reads one row field by field; what it finds wrong gathers in `errors` and `warnings`."""

    def __init__(
        self, sheet: Sheet, mapping: Mapping, row: Row, *, today: date, day_first: bool
    ) -> None:
        self.errors: list[str] = []
        self.warnings: list[str] = []
        self._sheet = sheet
        self._mapping = mapping
        self._row = row
        self._today = today
        self._day_first = day_first

    # --- texts -----------------------------------------------------------------------------

    def title(self) -> str:
        title = self.line("title")
        heading = self._heading("title")
        if not title:
            typed = self._text("title")
            self.errors.append(
                f"“{_shown(typed)}” in “{heading}” is no title." if typed
                else f"There is no title: “{heading}” is empty."
            )  # fmt: skip
        if "\ufffd" in title:
            self.warnings.append(f"“{heading}” holds a broken character: “{_shown(title)}”.")
        return title

    def line(self, name: str) -> str:
        """A text of one line, within the length of its column."""
        typed = self._text(name)
        text = one_line(typed)
        if is_nothing(text) or not any(char.isprintable() and char != " " for char in text):
            return ""
        longest = _longest(name)
        if len(text) > longest:
            self.errors.append(
                f"“{self._heading(name)}” has {len(text):,} characters; at most {longest} fit:"
                f" “{_shown(text)}”."
            )
        try:
            check_line(text)
        except ValidationError as error:
            self.errors.append(f"“{_shown(text)}” in “{self._heading(name)}”: {error.message}")
        return text

    def place(self) -> str:
        """City, state and country; parts that say nothing are left out."""
        cells = [self._row.cells[index] for index in self._mapping["place"]]
        said = [one_line(cell) for cell in cells if not is_nothing(one_line(cell))]
        text = ", ".join(said)
        longest = _longest("place")
        if len(text) > longest:
            self.errors.append(
                f"“{self._heading('place')}” has {len(text):,} characters; at most {longest} fit."
            )
        try:
            check_line(text)
        except ValidationError as error:
            self.errors.append(f"“{_shown(text)}” in “{self._heading('place')}”: {error.message}")
        return text

    def description(self) -> str:
        text, dropped = to_markdown(self._text("description"))
        if dropped:
            count = "1 invisible character" if dropped == 1 else f"{dropped} invisible characters"
            self.warnings.append(f"{count} in “{self._heading('description')}” left out.")
        if len(text) > DESCRIPTION_MAX:
            self.errors.append(
                f"“{self._heading('description')}” has {len(text):,} characters; at most"
                f" {DESCRIPTION_MAX:,} fit. Shorten it."
            )
        return text

    # --- dates -----------------------------------------------------------------------------

    def opened_on(self) -> date | None:
        opened = self.date("opened_on")
        if not self._mapping.has("opened_on"):
            return None
        if opened is None and is_nothing(self._text("opened_on")):
            self.warnings.append(
                f"There is no date in “{self._heading('opened_on')}”: its days count from the"
                " import."
            )
        elif opened and opened > self._today:
            self.warnings.append(f"“{self._heading('opened_on')}” lies ahead: {opened}.")
        return opened

    def date(self, name: str) -> date | None:
        text = self._text(name)
        if is_nothing(text):
            return None
        try:
            found = read_date(text, day_first=self._day_first)
            check_plausible(found, self._today)
        except UnreadableDate as error:
            self._wrong(name, text, str(error))
            return None
        return found

    # --- pay -------------------------------------------------------------------------------

    def pay(self) -> Pay:
        """Low and high in order, with the currency and what they are paid per, if that can be."""
        if self._mapping.has("salary"):
            read = self._amount("salary")
            low, high = read.low, read.high
            said = [read]
        else:
            first, last = self._amount("salary_low"), self._amount("salary_high")
            low = first.low if first.low is not None else first.high
            # "70-90k" in the first column says it all where the second is empty.
            high = last.high if last.high is not None else last.low
            high = first.high if high is None and first.high != first.low else high
            said = [first, last]
        low, high = low or None, high or None
        if low is None and high is None:
            return Pay()
        if low is not None and high is not None and low > high:
            self.warnings.append(
                f"The pay was the wrong way round and was turned: {_money(low)} to {_money(high)}."
            )
            low, high = high, low
        currency = self._currency([pay.currency for pay in said])
        basis = self._basis([pay.basis for pay in said])
        return self._doubted(Pay(low, high, currency, basis))

    def _amount(self, name: str) -> Pay:
        text = self._text(name)
        if is_nothing(text):
            return Pay()
        try:
            pay = read_pay(text, currency=self._mapping.currency)
        except UnreadableMoney as error:
            self._wrong(name, text, str(error))
            return Pay()
        if pay == Pay():
            self.warnings.append(
                f"“{_shown(text)}” in “{self._heading(name)}” holds no figure: imported without"
                " pay."
            )
        return pay

    def _currency(self, beside_amounts: list[str]) -> str:
        text = self._text("currency")
        found = read_currency(text)
        if found is None:
            self.warnings.append(
                f"“{_shown(text)}” in “{self._heading('currency')}” is no currency that is known"
                " here: left open."
            )
            return ""
        return found or next(filter(None, beside_amounts), "") or self._mapping.currency

    def _basis(self, beside_amounts: list[str]) -> str:
        text = self._text("basis")
        found = read_basis(text)
        if found is None:
            self.warnings.append(
                f"“{_shown(text)}” in “{self._heading('basis')}” is not known here (hourly, daily,"
                " weekly, monthly, yearly): what the pay is for is left open."
            )
            return ""
        return found or next(filter(None, beside_amounts), "")

    def _doubted(self, pay: Pay) -> Pay:
        """The same pay, without a basis that it cannot be for; the figures always stay."""
        amounts = [amount for amount in (pay.low, pay.high) if amount is not None]
        shown = " to ".join(_money(amount) for amount in dict.fromkeys(amounts))
        if not all(is_plausible(amount, pay.basis, pay.currency) for amount in amounts):
            fits = [
                basis.label
                for basis in PLAUSIBLE
                if all(is_plausible(amount, basis, pay.currency) for amount in amounts)
            ]
            better = f"; {' or '.join(fits)} would be" if fits else ""
            self.warnings.append(
                f"{shown} {Basis(pay.basis).label} is not plausible{better}. The figures are kept;"
                " what they are paid for is left open."
            )
            return Pay(pay.low, pay.high, pay.currency, "")
        if len(amounts) == 2 and amounts[1] > amounts[0] * WIDE_RANGE:
            self.warnings.append(f"The pay spans a lot: {shown}.")
        return pay

    # --- the rest --------------------------------------------------------------------------

    def openings(self) -> int:
        text = self._text("openings")
        if is_nothing(text):
            return 1
        whole = re.fullmatch(r"(\d{1,6})(?:[.,]0+)?", text)
        count = int(whole[1]) if whole else 0
        if not 1 <= count <= OPENINGS_MAX:
            self._wrong("openings", text, f"is not a number from 1 to {OPENINGS_MAX}")
            return 1
        return count

    def status(self) -> Status:
        text = self._text("status")
        if is_nothing(text):
            return Status.OPEN
        found = read_status(text)
        if found is None:
            self.warnings.append(
                f"“{_shown(text)}” in “{self._heading('status')}” is not a status that is known"
                " here: imported as open."
            )
            return Status.OPEN
        if found in (Status.FILLED, Status.CANCELLED):
            self._wrong(
                "status", text, "means it is over; only openings still to be filled are imported"
            )
        return found

    def link(self) -> str:
        link = self._text("link")
        if is_nothing(link):
            return ""
        if link.lower().startswith("www."):
            link = f"https://{link}"
        longest = _longest("link")
        try:
            _is_web_address(link)
        except ValidationError:
            self.warnings.append(
                f"“{_shown(link)}” in “{self._heading('link')}” is no web address: left out."
            )
            return ""
        if len(link) > longest:
            self.warnings.append(
                f"The address in “{self._heading('link')}” has {len(link):,} characters; more than"
                f" {longest:,} do not fit: left out."
            )
            return ""
        return link

    def manager_email(self, managers: Collection[str]) -> str:
        """The address, if it is one of the client's managers."""
        text = self._text("manager_email").lower()
        if is_nothing(text):
            return ""
        if text in managers:
            return text
        try:
            validate_email(text)
            why = "is no hiring manager of this client"
        except ValidationError:
            why = "is no email address"
        self.warnings.append(
            f"“{_shown(text)}” in “{self._heading('manager_email')}” {why}: imported without a"
            " manager. Invite the person, then choose them on the requisition."
        )
        return ""

    def check_width(self) -> None:
        if any(cell.strip() for cell in self._row.cells[self._sheet.headed :]):
            self.warnings.append(
                "This row has more cells than there are headings. Check that none slid to the"
                " right."
            )

    def _text(self, name: str) -> str:
        return self._mapping.value(name, self._row.cells)

    def _heading(self, name: str) -> str:
        return self._mapping.heading(name, self._sheet.headings)

    def _wrong(self, name: str, text: str, why: str) -> None:
        self.errors.append(f"“{_shown(text)}” in “{self._heading(name)}” {why}.")


def _longest(name: str) -> int:
    """Characters that fit into the requisition's field."""
    length: int = getattr(Requisition._meta.get_field(name), "max_length", 0)
    return length


def _shown(text: str) -> str:
    """A cell as a message repeats it: one line, nothing invisible, not too long."""
    line = " ".join(text.split())
    line = "".join(char if char.isprintable() else "\ufffd" for char in line)
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00")
