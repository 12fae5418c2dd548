"""Days counted as an office counts them: no weekends, none of the few days all are closed."""

import re
from datetime import date, datetime, time, timedelta, tzinfo

CLOSED_DAYS = frozenset({(1, 1), (12, 25), (12, 26)})
"""Month and day on which nobody in the demo works, wherever she lives."""

FRIDAY = 5
_DAY_MARK = re.compile(r"\{([+-]\d+)\}")


def is_workday(day: date) -> bool:
    return day.isoweekday() <= FRIDAY and (day.month, day.day) not in CLOSED_DAYS


def shifted(day: date, workdays: int) -> date:
    """The n-th workday after `day`, or before it when n is negative. Zero is the day itself."""
    step = timedelta(days=1 if workdays > 0 else -1)
    left = abs(workdays)
    while left:
        day += step
        left -= is_workday(day)
    return day


def coming_friday(day: date) -> date:
    return day + timedelta(days=(FRIDAY - day.isoweekday()) % 7)


def instant(day: date, clock: str, zone: tzinfo) -> datetime:
    """A wall clock such as "09:30" on a day in a zone."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=zone)


def with_days(text: str, written_on: date) -> str:
    """Replace `{+2}` by the day it means: a weekday within the week, else a date."""

    def named(mark: re.Match[str]) -> str:
        day = shifted(written_on, int(mark[1]))
        near = abs((day - written_on).days) < 7
        return f"{day:%A}" if near else f"{day.day} {day:%B}"

    return _DAY_MARK.sub(named, text)
