"""When two people can meet: inside the working hours of both."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from recruiting.lib.businesstime import Calendar

STEP = timedelta(minutes=15)
NOTICE = timedelta(hours=3)
"""Nobody is asked to a meeting that begins sooner."""

AHEAD = timedelta(days=28)


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
