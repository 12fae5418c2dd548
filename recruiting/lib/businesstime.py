"""Working time: pure functions over a calendar, right in every zone and at every change of clocks.

A day's hours last from the first instant at which the clocks there show their start to the first
at which they show their end. So an hour that a clock change repeats inside them counts twice, and
one that it leaves out counts not at all: hours are those that really pass. All instants are aware;
those returned are in UTC.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HORIZON = 1100
"""Days looked ahead for working time: three years, more than any absence may last."""


class NeverWorks(ValueError):
    """There is no working time within the horizon."""


@dataclass(frozen=True)
class Calendar:
    """When somebody works: ISO weekdays, from and until, in a zone; and when not.

    `absences` are first and last days away.
    """

    days: Set[int]
    starts: time
    ends: time
    zone: str
    holidays: Set[date] = frozenset()
    absences: tuple[tuple[date, date], ...] = ()

    def works_on(self, day: date) -> bool:
        return (
            day.isoweekday() in self.days
            and day not in self.holidays
            and not any(first <= day <= last for first, last in self.absences)
        )

    def hours_of(self, day: date) -> tuple[datetime, datetime] | None:
        """The first instant of that day's work and the instant after its last; None for a day
        off, and for one whose hours a clock change has swallowed."""
        if not self.works_on(day):
            return None
        start = instant(datetime.combine(day, self.starts), self.zone)
        end = instant(datetime.combine(day, self.ends), self.zone)
        return (start, end) if start < end else None

    def hours_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The hours of each working day that end after `at`, up to the horizon."""
        today = at.astimezone(ZoneInfo(self.zone)).date()
        for ahead in range(HORIZON):
            hours = self.hours_of(today + timedelta(days=ahead))
            if hours and hours[1] > at:
                yield hours


def is_working(calendar: Calendar, at: datetime) -> bool:
    hours = calendar.hours_of(at.astimezone(ZoneInfo(calendar.zone)).date())
    return hours is not None and hours[0] <= at < hours[1]


def next_working_instant(calendar: Calendar, at: datetime) -> datetime | None:
    """`at` when it is inside working hours, else when the next ones begin; None for never."""
    for start, _ in calendar.hours_from(at):
        return max(start, at).astimezone(UTC)
    return None


def add_business_days(calendar: Calendar, at: datetime, days: int) -> datetime:
    """The same time by the clocks there, so many working days later.

    What comes outside working hours counts from when the next ones begin. Raises ValueError for
    fewer than 0 days, and NeverWorks.
    """
    if days < 0:
        raise ValueError("Business days are added, not taken away.")
    begins = next_working_instant(calendar, at)
    if begins is None or not days:
        return _known(begins)
    local = begins.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None)
    passed = 0
    for start, _ in calendar.hours_from(begins):
        day = start.astimezone(ZoneInfo(calendar.zone)).date()
        passed += day > local.date()
        if passed == days:
            # Where clocks went back, work may go on at a time at which no other day's has begun.
            same = instant(datetime.combine(day, local.time()), calendar.zone)
            return max(same, start).astimezone(UTC)
    raise NeverWorks


def add_business_hours(calendar: Calendar, at: datetime, hours: float) -> datetime:
    """When so many working hours have passed; work that fills a day ends with that day.

    0 hours end when the next working hours begin. Raises ValueError for fewer, and NeverWorks.
    """
    if hours < 0:
        raise ValueError("Business hours are added, not taken away.")
    left = timedelta(hours=hours)
    for start, end in calendar.hours_from(at):
        begins = max(start, at).astimezone(UTC)
        if left <= end - begins:
            return begins + left
        left -= end - begins
    raise NeverWorks


def business_hours_between(calendar: Calendar, since: datetime, until: datetime) -> float:
    """Working hours from one instant to another; negative when the second is the earlier."""
    if until < since:
        return -business_hours_between(calendar, until, since)
    zone = ZoneInfo(calendar.zone)
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    passed = timedelta()
    while day <= last:
        if hours := calendar.hours_of(day):
            passed += max(min(hours[1], until) - max(hours[0], since), timedelta())
        day += timedelta(days=1)
    return passed / timedelta(hours=1)


def business_days_between(calendar: Calendar, since: datetime, until: datetime) -> int:
    """Working days that have begun after the day of `since`, by the clocks there, until `until`;
    none when it comes before. What was due on Friday is one late when Monday's work begins."""
    zone = ZoneInfo(calendar.zone)
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    days = (day + timedelta(days=ahead) for ahead in range(1, (last - day).days + 1))
    return sum(1 for one in days if (hours := calendar.hours_of(one)) and hours[0] <= until)


def instant(local: datetime, zone: str) -> datetime:
    """The first instant at which the clocks of `zone` show the naive time `local`: in an autumn
    overlap the first of the two, in a spring gap the first valid instant after the gap."""
    aware = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    utc = aware.astimezone(UTC)
    if utc.astimezone(aware.tzinfo).replace(tzinfo=None) == local:
        return utc
    return _end_of_gap(aware, utc)


def _end_of_gap(aware: datetime, after: datetime) -> datetime:
    """The instant of the change, found between an instant before it and one after it."""
    zone = aware.tzinfo
    before = aware.replace(fold=1).astimezone(UTC)
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + ((after - before) // 2 // timedelta(seconds=1)) * timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _known(begins: datetime | None) -> datetime:
    if begins is None:
        raise NeverWorks
    return begins
