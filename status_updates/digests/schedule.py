"""When a digest is due, as pure functions of instants, zones and preferences.

Each rhythm has periods, of which each brings one digest at most: the local day, the local ISO week,
or two such weeks. All instants are aware; those returned are in UTC.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from recruiting.accounts.models.cadences import DigestRhythm
from recruiting.lib.businesstime import Calendar, instant, next_working_instant

DAY, WEEK, FORTNIGHT = 1, 7, 14
"""Days of a period."""

FORTNIGHTS_BEGIN = date(2024, 1, 1)
"""A Monday. Fortnights are counted from it without end, whatever week of its year that is."""

APART = timedelta(days=4)
"""The least time between two digests when a zone, a day, an hour or a rhythm has changed."""

DAYS_APART = timedelta(hours=12)
"""The same where they come on days: a day is shorter when the zone or the hour has changed."""

ON_TIME = timedelta(minutes=60)
"""A digest that goes within this of its slot is not called late."""

TOO_LATE = timedelta(days=3)
"""A digest of a week or a fortnight missed by this much is not made up for."""

DAY_TOO_LATE = timedelta(hours=6)
"""The same for a digest of a day."""

LOOKS_BACK = 10
"""Periods that are looked through for the last one that was missed."""


@dataclass(frozen=True, order=True)
class Period:
    """So many days from `first` on: a day, an ISO week, or a fortnight that begins on a Monday."""

    first: date
    days: int = WEEK

    def __str__(self) -> str:
        """Such as 2026-W11, 2026-03-16 for a day, and 2026-W11+1 for a fortnight."""
        if self.days == DAY:
            return self.first.isoformat()
        year, week, _ = self.first.isocalendar()
        return f"{year:04}-W{week:02}{'+1' if self.days == FORTNIGHT else ''}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError when it is no period."""
        year, mark, week = text.removesuffix("+1").partition("-W")
        if mark:
            days = FORTNIGHT if text.endswith("+1") else WEEK
            return cls(date.fromisocalendar(int(year), int(week), 1), days)
        return cls(date.fromisoformat(text), DAY)

    @classmethod
    def of(cls, day: date, days: int = WEEK) -> Self:
        if days == FORTNIGHT:
            return cls(day - timedelta((day - FORTNIGHTS_BEGIN).days % FORTNIGHT), FORTNIGHT)
        return cls(day if days == DAY else day - timedelta(day.weekday()), days)

    @property
    def last(self) -> date:
        return self.first + timedelta(self.days - 1)

    def day(self, weekday: int) -> date:
        """The first date in it, if it has weeks, that is that ISO weekday (1 is Monday)."""
        return self.first + timedelta((weekday - self.first.isoweekday()) % WEEK)

    def next(self) -> Self:
        return self.of(self.last + timedelta(1), self.days)

    def before(self) -> Self:
        return self.of(self.first - timedelta(1), self.days)

    @property
    def number(self) -> int:
        """Weeks counted without end, for what goes round from week to week."""
        return (self.first.toordinal() - 1) // WEEK

    @property
    def texts(self) -> Set[str]:
        """How every period is written, of whatever rhythm, that has a day in common with it."""
        days = [self.first + timedelta(number) for number in range(self.days)]
        return {str(self.of(day, span)) for day in days for span in (DAY, WEEK, FORTNIGHT)}


@dataclass(frozen=True)
class Wish:
    """When a person wants it: how often, at which hour, in which zone.

    `weekday` (ISO) counts for weeks and fortnights. For days it is `weekdays`, or any day when
    that is empty, but for the `holidays`.
    """

    weekday: int
    hour: int
    zone: str
    rhythm: DigestRhythm = DigestRhythm.WEEKLY
    weekdays: Set[int] = frozenset()
    holidays: Set[date] = frozenset()

    @property
    def span(self) -> int:
        return span_of(self.rhythm)

    @property
    def apart(self) -> timedelta:
        return DAYS_APART if self.span == DAY else APART

    def period_of(self, now: datetime) -> Period:
        return period_of(now, self.zone, self.span)

    def days_of(self, period: Period) -> Iterator[date]:
        """The day of that period on which it is wished, then those to which it may be moved."""
        if period.days == DAY:
            wished = not self.weekdays or period.first.isoweekday() in self.weekdays
            if wished and period.first not in self.holidays:
                yield period.first
            return
        day = period.day(self.weekday)
        while day <= period.last:
            yield day
            day += timedelta(1)


@dataclass(frozen=True)
class Last:
    """The digest before: of which period, and when it was due."""

    period: Period
    due: datetime


def span_of(rhythm: str) -> int:
    """The days of a period of that rhythm."""
    return {DigestRhythm.WEEKLY: WEEK, DigestRhythm.FORTNIGHTLY: FORTNIGHT}.get(
        DigestRhythm(rhythm), DAY
    )


def period_of(now: datetime, zone: str, days: int = WEEK) -> Period:
    return Period.of(now.astimezone(ZoneInfo(zone)).date(), days)


def slot(day: date, hour: int, zone: str) -> datetime:
    """The instant of that hour. In a spring gap it is the first valid instant after the gap, in
    an autumn overlap the first of the two."""
    return instant(datetime.combine(day, time(hour)), zone)


def begins(period: Period, zone: str) -> datetime:
    """The first instant of a period there."""
    return slot(period.first, 0, zone)


def slot_after(period: Period, wish: Wish, last: Last | None) -> datetime | None:
    """The slot of `period` for somebody whose last digest was `last`; None when it has none.

    It has none as long as it has a day in common with the period of the last one, so that a
    changed rhythm counts from the next period. It is the wished day, or where that is too soon
    after the last digest, which only happens when the wish has changed, the first one after it
    that is not.
    """
    if last is not None and period.first <= last.period.last:
        return None
    for day in wish.days_of(period):
        due = slot(day, wish.hour, wish.zone)
        if last is None or due - last.due >= wish.apart:
            return due
    return None


def next_slot(now: datetime, wish: Wish, last: Last | None) -> tuple[Period, datetime]:
    """The first period with a slot that is still to come, and that slot."""
    period = wish.period_of(now)
    while True:
        due = slot_after(period, wish, last)
        if due is not None and due >= now:
            return period, due
        period = period.next()


def to_write(
    now: datetime, wish: Wish, last: Last | None, since: datetime
) -> list[tuple[Period, datetime]]:
    """The periods whose digests are to be written down at `now`, with their slots.

    It is the current one, so that a changed wish counts from the next. Of those that were missed,
    because nothing was written down for so long, only the last is made up for, and only as long as
    the current one is still to come: there is never a burst. Slots before `since` are owed to
    nobody.
    """
    current = wish.period_of(now)
    missed = _missed(current, wish, last, since)
    due = slot_after(current, wish, Last(*missed) if missed else last)
    if due is None:
        return [missed] if missed else []
    if due < since:
        return []
    return [missed, (current, due)] if missed and due > now else [(current, due)]


def _missed(
    current: Period, wish: Wish, last: Last | None, since: datetime
) -> tuple[Period, datetime] | None:
    """The newest period before the current one that was to bring a digest and has brought none."""
    period = current.before()
    for _ in range(LOOKS_BACK):
        if last is not None and period.first <= last.period.last:
            return None
        if due := slot_after(period, wish, last):
            return (period, due) if due >= since else None
        period = period.before()
    return None


def lateness(
    slot: datetime, *, due: datetime, now: datetime, hours: Calendar, days: int = WEEK
) -> datetime | None:
    """When a digest goes that was to go at `due`: `now` at once, later, or None for never.

    `due` is its slot, or the later instant to which it has been put off before; `days` are those
    of its period. What is missed goes inside the person's working hours, so that no digest comes
    at night after an outage.
    """
    if now <= due + ON_TIME:
        return now
    if now - slot >= too_late(days):
        return None
    return next_working_instant(hours, now) or now


def too_late(days: int) -> timedelta:
    return DAY_TOO_LATE if days == DAY else TOO_LATE
