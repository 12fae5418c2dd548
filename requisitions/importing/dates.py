"""Dates as people and programs write them.

A general parser would accept "10" or "May" and guess the rest from today's date. Here what is not
clearly a day of a year is an error, so that nothing is imported with an invented date.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

EARLIEST = date(2000, 1, 1)
YEARS_AHEAD = 2

# Days since this one are how Excel keeps dates (it believes in a 29 February 1900).
_EXCEL_ZERO = date(1899, 12, 30)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_WEEKDAY = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.IGNORECASE
)
_TIME = re.compile(
    r"[T\s,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_SEP = r"[\s./-]+"
_YEAR_FIRST = re.compile(rf"(\d{{4}}){_SEP}(\d{{1,2}})(?:{_SEP})(\d{{1,2}})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([\s./-]+)(\d{1,2})[\s./-]+(\d{4}|'?\d{2})")
_YEAR_TWICE = re.compile(r"(\d{4})\s+(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})")


class UnreadableDate(ValueError):
    """The text is no date. The message says why, without the text itself."""


def read_date(text: str, *, day_first: bool = False) -> date:
    """The day that the text names; a time of day beside it is left out.

    `day_first` decides for dates such as 3/4/2026; where one reading is impossible the other is
    taken. Raises UnreadableDate.
    """
    text = " ".join(text.split())
    text = _TIME.sub("", _WEEKDAY.sub("", text, count=1)).strip().rstrip(",")
    if _SERIAL.fullmatch(text):
        return _EXCEL_ZERO + timedelta(days=int(float(text)))
    if re.fullmatch(r"\d{4}", text):
        raise UnreadableDate("names a year, but no day")
    if twice := _YEAR_TWICE.fullmatch(text):
        found = read_date(twice[2])
        if found.year != int(twice[1]):
            raise UnreadableDate("names two different years")
        return found
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        year, first, second = (int(part) for part in match.groups())
        return _day(year, second, first) if first > 12 else _day(year, first, second)
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(match, day_first)
    return _with_month_name(text)


def check_plausible(found: date, today: date) -> None:
    """Raises UnreadableDate for a day before 2000 or more than two years ahead."""
    if found < EARLIEST:
        raise UnreadableDate(f"lies before {EARLIEST.year}")
    if found > today + timedelta(days=366 * YEARS_AHEAD):
        raise UnreadableDate(f"lies more than {YEARS_AHEAD} years ahead")


def orders_seen(texts: Iterable[str]) -> set[str]:
    """Which of "day", "month", "either" come first in the all-number dates of a column."""
    seen = set()
    for text in texts:
        match = _YEAR_LAST.fullmatch(_TIME.sub("", " ".join(text.split())).strip())
        if match and "." not in match[2]:
            first, second = int(match[1]), int(match[3])
            if first > 12:
                seen.add("day")
            elif second > 12:
                seen.add("month")
            elif first != second:
                seen.add("either")
    return seen


def _year_last(match: re.Match[str], day_first: bool) -> date:
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    # 1.3.2026 is how countries write it that put the day first.
    day_first = day_first or "." in match[2]
    if first > 12:
        day_first = True
    elif second > 12:
        day_first = False
    return _day(year, second, first) if day_first else _day(year, first, second)


def _with_month_name(text: str) -> date:
    """`1 March 2026`, `March 1st, 2026`, `8-Jan-26`, `2026 8-Jan`, `8-Jan 2026`."""
    months, numbers = [], []
    rest = re.sub(r"[\s,./'-]+|\bof\b", " ", text, flags=re.IGNORECASE)
    for word in rest.split():
        month = _month(word)
        number = re.fullmatch(r"(\d{1,4})(?:st|nd|rd|th)?", word, re.IGNORECASE)
        if month:
            months.append(month)
        elif number:
            numbers.append(number[1])
        else:
            raise UnreadableDate("is not a date")
    if len(months) == 1 and len(numbers) == 1 and len(numbers[0]) <= 2:
        raise UnreadableDate("has no year: join the column that holds the year")
    if not months and len(numbers) == 2 and all(len(number) <= 2 for number in numbers):
        raise UnreadableDate("has no year: join the column that holds the year")
    if len(months) != 1 or len(numbers) != 2:
        raise UnreadableDate("is not a date")
    years = [number for number in numbers if len(number) == 4]
    if len(years) == 1:
        numbers.remove(years[0])
        return _day(int(years[0]), months[0], int(numbers[0]))
    day, year = numbers
    if len(year) != 2:
        raise UnreadableDate("is not a date")
    return _day(_year(year), months[0], int(day))


def _month(word: str) -> int:
    """1 to 12, or 0 for what names no month."""
    word = word.lower()
    if word in _FULL_MONTHS:
        return _FULL_MONTHS.index(word) + 1
    short = "sep" if word == "sept" else word
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _year(text: str) -> int:
    text = text.lstrip("'")
    return 2000 + int(text) if len(text) == 2 else int(text)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableDate("is a day that no calendar has") from error
