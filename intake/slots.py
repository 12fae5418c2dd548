"""When two people can meet: inside the working hours of both."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from recruiting.lib.businesstime import Calendar, next_working_instant

STEP = timedelta(minutes=15)
NOTICE = timedelta(hours=3)
"""Nobody is asked to a meeting that begins sooner."""

AHEAD = timedelta(days=28)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def slots(
    one: Calendar, other: Calendar, *, after: datetime, lasting: timedelta, limit: int
) -> list[datetime]:
    """The first `limit` instants, in UTC, at which both are at work for so long without a break;
    on full quarters of an hour and four hours apart at least, so that there is a choice.

    Looks four weeks ahead. Empty where the hours of the two never meet.
    """
    found: list[datetime] = []
    for begins, ends in _shared(one, other, after + NOTICE, after + NOTICE + AHEAD):
        at = _quarter(begins)
        while at + lasting <= ends and len(found) < limit:
            if not found or at - found[-1] >= timedelta(hours=4):
                found.append(at)
            at += STEP
    return found


def is_free(one: Calendar, other: Calendar, at: datetime, lasting: timedelta) -> bool:
    """Whether both are at work from `at` on for so long."""
    ends = at + lasting
    spans = _shared(one, other, at - timedelta(days=1), ends + timedelta(days=1))
    return any(begins <= at and ends <= until for begins, until in spans)


def least_bad(
    one: Calendar, other: Calendar, *, after: datetime, lasting: timedelta
) -> datetime | None:
    """For two whose hours do not meet: the instant, in UTC, that asks the least of whoever it
    asks the most, by how far it lies outside of the working hours nearest to it; the earliest of
    several. None where one of the two does not work at all in the weeks to come.

    Looks a week ahead, from the day before both have worked again.
    """
    works = [next_working_instant(calendar, after + NOTICE) for calendar in (one, other)]
    if any(at is None or at > after + AHEAD for at in works):
        return None
    since = _quarter(max(after + NOTICE, max(at for at in works if at) - DAY))
    hours = [list(_hours(calendar, since - WEEK, since + 2 * WEEK)) for calendar in (one, other)]
    tries = (since + number * STEP for number in range(WEEK // STEP))
    return min(
        tries, key=lambda at: sorted((_outside(at, lasting, h) for h in hours), reverse=True)
    )


def _outside(
    at: datetime, lasting: timedelta, hours: Iterable[tuple[datetime, datetime]]
) -> timedelta:
    """How much of the time before, or after, the nearest working hours a meeting needs."""
    ends = at + lasting
    return min(
        (max(begins - at, ends - until, timedelta()) for begins, until in hours), default=WEEK
    )


def _shared(
    one: Calendar, other: Calendar, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Where the hours of both overlap, in order, cut to the span asked for."""
    for begins, ends in _hours(one, since, until):
        for theirs_begin, theirs_end in _hours(other, begins, ends):
            first, last = max(begins, theirs_begin), min(ends, theirs_end)
            if first < last:
                yield first.astimezone(UTC), last.astimezone(UTC)


def _hours(
    calendar: Calendar, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    for begins, ends in calendar.hours_from(since):
        if begins >= until:
            return
        yield max(begins, since), min(ends, until)


def _quarter(at: datetime) -> datetime:
    """The next full quarter of an hour."""
    past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at - past + STEP
