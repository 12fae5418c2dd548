"""Local time, for every distinct set of rules that zoneinfo has: each slot of a week, for two
years, against arithmetic of its own on the changes of clocks.

Pure: it needs no server and no database. The suite runs the zones that are odd.
"""

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo, available_timezones

from recruiting.accounts.models.cadences import DigestRhythm
from status_updates.digests.schedule import (
    WEEK,
    Last,
    Period,
    Wish,
    next_slot,
    period_of,
    slot,
    slot_after,
)

ODD = (
    "Australia/Lord_Howe", "Antarctica/Troll", "Africa/Casablanca", "Africa/Cairo",
    "America/Nuuk", "Pacific/Kiritimati", "Europe/Berlin", "Asia/Kathmandu",
)  # fmt: skip
"""Clocks that change by half an hour or by two, for a month of fasting, at midnight, on a Saturday
evening; and the easternmost."""

FIRST, YEARS = date(2026, 1, 5), 2
"""A Monday; the two years from it on have a week 53."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR, DAY = 3600, 86_400
"""In seconds."""

SEQUENCES = 1_000


def local_time(_: object = None) -> dict[str, object]:
    """Every distinct rule set of zoneinfo × two years × all slots of a week, and 1,000 random
    sequences of changed preferences"""
    rules = distinct(available_timezones() - {"Factory", "localtime"})
    checked = sum(check(rule) for rule in rules)
    shortest = changed_wishes(SEQUENCES)
    return {
        "zones": sum(len(rule.names) for rule in rules),
        "distinct rule sets": len(rules),
        "slots": f"{checked:,}, each the instant that plain arithmetic gives",
        "gaps and overlaps hit": ", ".join(f"{sum(hits):,}" for hits in zip(
            *(rule.hits for rule in rules), strict=True)),
        "sequences of changed preferences": f"{SEQUENCES:,}, at most one a period",
        "least time between two weekly digests": f"{shortest / timedelta(days=1):.2f} days",
    }  # fmt: skip


SCENARIOS: tuple[Callable[[object], dict[str, object]], ...] = (local_time,)


@dataclass
class Rules:
    """What the clocks of some zones show: from each second (since 1970) on, so many ahead of UTC.

    `hits` counts the slots that fell into a gap, and into an overlap.
    """

    names: list[str]
    starts: Sequence[int]
    offsets: Sequence[int]
    hits: tuple[int, int] = (0, 0)

    @cached_property
    def ends(self) -> Sequence[int]:
        return [*self.starts[1:], sys.maxsize]

    def is_eventful(self, week: Period) -> bool:
        """Whether the clocks change in it or just beside it, or it is at the end of a long year."""
        begins, ends = _seconds(week.first) - 2 * DAY, _seconds(week.last) + 2 * DAY
        return "W53" in str(week) or any(begins <= change <= ends for change in self.starts[1:])

    def first_instant(self, local: int) -> tuple[int, int]:
        """The first second at which the clocks show `local`, or when they do not the first after
        the gap; and how often they show it."""
        shown = [
            local - offset
            for start, end, offset in zip(self.starts, self.ends, self.offsets, strict=True)
            if start <= local - offset < end
        ]
        if shown:
            return min(shown), len(shown)
        changes = zip(self.starts[1:], self.offsets, self.offsets[1:], strict=False)
        return next(at for at, was, becomes in changes if at + was <= local < at + becomes), 0


def distinct(names: Iterable[str]) -> list[Rules]:
    """Zones whose clocks agree at every second of these years, together."""
    found: dict[tuple[tuple[int, ...], tuple[int, ...]], Rules] = {}
    for name in sorted(names):
        starts, offsets = zip(*_changes(ZoneInfo(name)), strict=True)
        rule = found.setdefault((starts, offsets), Rules([], starts, offsets))
        rule.names.append(name)
    return list(found.values())


def check(rule: Rules, *, all_weeks: bool = True) -> int:
    """Raises AssertionError at the first slot that is wrong; returns how many were looked at.

    Without `all_weeks` only the weeks around changes of clocks and around week 53.
    """
    zone, checked, gaps, overlaps = rule.names[0], 0, 0, 0
    weeks = [one for one in _weeks() if all_weeks or rule.is_eventful(one)]
    for weekday in range(1, 8):
        for hour in range(24):
            last = None
            for period in weeks:
                day = period.day(weekday)
                due = slot(day, hour, zone)
                expected, shown = rule.first_instant(_seconds(day) + hour * HOUR)
                where = f"{zone}: {day} {hour}:00 is {due}"
                assert due == EPOCH + timedelta(seconds=expected), where
                assert slot_after(period, Wish(weekday, hour, zone), last) == due, where
                # A gap at the end of Sunday leads into the Monday after it.
                assert shown == 0 or period_of(due, zone) == period, where
                assert last is None or last.due < due, where
                gaps, overlaps = gaps + (shown == 0), overlaps + (shown > 1)
                last, checked = Last(period, due), checked + 1
    rule.hits = (gaps, overlaps)
    return checked


def _weeks() -> Iterator[Period]:
    period = Period.of(FIRST)
    while period.first < FIRST + timedelta(days=365 * YEARS):
        yield period
        period = period.next()


def changed_wishes(number: int, length: int = 25) -> timedelta:
    """So many people who change day, hour, zone and rhythm again and again, whether or not one has
    come since. Returns the least time between two digests of which the later one is weekly."""
    chance, shortest = Random(6), timedelta(days=99)  # noqa: S311 - the same in every run
    zones = sorted(available_timezones() - {"Factory", "localtime"})
    for _ in range(number):
        last, now = None, datetime(2026, 1, 1, tzinfo=UTC)
        taken: set[date] = set()
        for _ in range(length):
            wish = _any_wish(chance, zones)
            period, due = next_slot(now, wish, last)
            assert due >= now, (wish, last)
            days = {period.first + timedelta(one) for one in range(period.days)}
            assert not days & taken, f"two of {period}: {wish}"
            taken |= days
            if last is not None:
                assert due - last.due >= wish.apart, (wish, last, due)
                if period.days == WEEK:
                    shortest = min(shortest, due - last.due)
            last = Last(period, due)
            now = due + timedelta(hours=chance.choice([0, 1, 30, 100, 400]))
    return shortest


def _any_wish(chance: Random, zones: Sequence[str]) -> Wish:
    rhythm = chance.choice([DigestRhythm.WEEKLY, *DigestRhythm])
    days = frozenset(chance.sample(range(1, 8), chance.randint(1, 5)))
    return Wish(chance.randint(1, 7), chance.randint(0, 23), chance.choice(zones), rhythm, days)


def _changes(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """When the clocks change in these years, to the second, and how far ahead they are then."""
    at, end = _seconds(FIRST) - 10 * DAY, _seconds(FIRST) + (365 * YEARS + 20) * DAY
    offset = _offset(zone, at)
    yield at, offset
    while at < end:
        following = at + DAY // 2
        if _offset(zone, following) != offset:
            seconds = range(at, following)
            change = bisect_right(seconds, 0, key=lambda s, was=offset: _offset(zone, s) != was)  # type: ignore[misc]
            offset = _offset(zone, following)
            yield seconds[change] if change < len(seconds) else following, offset
        at = following


def _offset(zone: ZoneInfo, second: int) -> int:
    shown = (EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    assert shown is not None
    return int(shown.total_seconds())


def _seconds(day: date) -> int:
    return (day - EPOCH.date()).days * DAY
