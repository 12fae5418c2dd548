"""When a digest is due, as pure functions of instants, zones and preferences.

A period is a local ISO week. All instants are aware; those returned are in UTC.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from recruiting.lib.businesstime import Calendar, instant, next_working_instant

APART = timedelta(days=4)
"""The least time between two digests when a zone, a day or an hour has changed."""

ON_TIME = timedelta(minutes=60)
"""A digest that goes within this of its slot is not called late."""

TOO_LATE = timedelta(days=3)
"""A weekly digest missed by this much is not made up for."""


@dataclass(frozen=True, order=True)
class Period:
    """An ISO week. Its text, such as 2026-W11, sorts as the week does."""

    year: int
    week: int

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.week:02}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError when the text is no ISO week."""
        year, _, week = text.partition("-W")
        date.fromisocalendar(int(year), int(week), 1)
        return cls(int(year), int(week))

    @classmethod
    def of(cls, day: date) -> Self:
        year, week, _ = day.isocalendar()
        return cls(year, week)

    def day(self, weekday: int) -> date:
        """The date of an ISO weekday (1 is Monday) of this week."""
        return date.fromisocalendar(self.year, self.week, weekday)

    def next(self) -> Self:
        return self.of(self.day(1) + timedelta(days=7))

    @property
    def number(self) -> int:
        """Weeks counted without end, for what goes round from week to week."""
        return self.day(1).toordinal() // 7


@dataclass(frozen=True)
class Wish:
    """When a person wants it: ISO weekday and hour in a zone."""

    weekday: int
    hour: int
    zone: str


def period_of(now: datetime, zone: str) -> Period:
    return Period.of(now.astimezone(ZoneInfo(zone)).date())


def slot(period: Period, weekday: int, hour: int, zone: str) -> datetime:
    """The instant of that hour. In a spring gap it is the first valid instant after the gap, in
    an autumn overlap the first of the two."""
    return instant(datetime.combine(period.day(weekday), time(hour)), zone)


def slot_after(period: Period, wish: Wish, last: datetime | None) -> datetime | None:
    """The slot of `period` for somebody whose last digest was due at `last`.

    It is the wished day, or the first later day of the week that is at least four days after the
    last digest: that only happens when the wish has changed. None when the week has no such day.
    """
    for weekday in range(wish.weekday, 8):
        due = slot(period, weekday, wish.hour, wish.zone)
        if last is None or due - last >= APART:
            return due
    return None


def next_slot(
    now: datetime, wish: Wish, *, last: datetime | None, last_period: Period | None
) -> tuple[Period, datetime]:
    """The first period after `last_period` with a slot that is still to come, and that slot."""
    period = period_of(now, wish.zone)
    if last_period is not None and last_period >= period:
        period = last_period.next()
    while True:
        due = slot_after(period, wish, last)
        if due is not None and due >= now:
            return period, due
        period = period.next()


def lateness(slot: datetime, *, due: datetime, now: datetime, hours: Calendar) -> datetime | None:
    """When a digest goes that was to go at `due`: `now` at once, later, or None for never.

    `due` is its slot, or the later instant to which it has been put off before. What is missed
    goes inside the person's working hours, so that no digest comes at night after an outage.
    """
    if now <= due + ON_TIME:
        return now
    if now - slot >= TOO_LATE:
        return None
    return next_working_instant(hours, now) or now
