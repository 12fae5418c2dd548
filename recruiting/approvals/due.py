"""When something is due, counted in the business time of who holds it. Pure.

A clock begins when the ball comes to its holder and stands still in pauses: while a question of
his waits for its answer, while the candidate or the whole job is on hold. Nothing here knows a
model; tests hold it against a slow walk through the quarter-hours of special zones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from recruiting.lib.businesstime import (
    Calendar,
    NeverWorks,
    add_business_days,
    add_business_hours,
    business_hours_between,
)

Span = tuple[datetime, datetime]
"""From an instant until another."""


@dataclass(frozen=True)
class Allowed:
    """How long one may take: working days and some hours of one more; or until the end of a day.

    `hours` are no more than a day has. `words` say how long that is, and whether it was agreed or
    is only usual.
    """

    days: int = 0
    hours: int = 0
    by: date | None = None
    words: str = ""

    @classmethod
    def of_hours(cls, hours: int, words: str = "") -> "Allowed":
        """Hours as agreements promise them, by the clock on the wall. Each 24 of them are one
        working day of the holder: "24 hours" said on a Friday is meant for Monday, and counted as
        working hours they would be three days of eight. What remains is counted in working hours,
        but for no more than one day, so that 36 hours are never longer than 48."""
        return cls(days=hours // 24, hours=hours % 24, words=words)


def due(
    calendar: Calendar, began: datetime, allowed: Allowed, pauses: Iterable[Span] = ()
) -> datetime | None:
    """When the holder of the calendar has to have done it; None if he never works again.

    Of a pause, what was left of his time when it began is left when it ends, in working hours.
    One that begins when he is late already changes nothing: a question does not make up for a day
    that is over. A date that was said does not move with a pause.
    """
    try:
        if allowed.by:
            return end_of_day(calendar, allowed.by)
        ends = _after(calendar, began, allowed)
        for begins, until in merged(pauses):
            if until <= began or begins >= ends:
                continue
            left = business_hours_between(calendar, max(begins, began), ends)
            ends = add_business_hours(calendar, until, left)
    except NeverWorks:
        return None
    return ends


def end_of_day(calendar: Calendar, day: date) -> datetime:
    """When work ends on that day, or on the first working day after it. Raises NeverWorks."""
    for ahead in range(366):
        if hours := calendar.hours_of(day + timedelta(days=ahead)):
            return hours[1]
    raise NeverWorks


def merged(spans: Iterable[Span]) -> list[Span]:
    """Those that overlap or follow each other at once as one, in their order."""
    found: list[Span] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def _after(calendar: Calendar, began: datetime, allowed: Allowed) -> datetime:
    ends = add_business_days(calendar, began, allowed.days)
    if not allowed.hours:
        return ends
    day = datetime.combine(date.min, calendar.ends) - datetime.combine(date.min, calendar.starts)
    return add_business_hours(calendar, ends, min(allowed.hours, day / timedelta(hours=1)))
