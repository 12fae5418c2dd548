"""Working time against a slow reference that walks from quarter-hour to quarter-hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruiting.lib.businesstime import (
    Calendar,
    NeverWorks,
    add_business_days,
    add_business_hours,
    business_hours_between,
    instant,
    is_working,
    next_working_instant,
)

QUARTER = timedelta(minutes=15)
LENGTH = 9 * 96
"""Quarter-hours that the reference walks at most: nine days."""

CASES = 10_000
PER_WINDOW = 100

# Half an hour of summer time; two hours of it; winter time in Ramadan; the earliest day on earth;
# changes of clocks on a Saturday evening; the ordinary ones.
SPECIAL = [
    "Australia/Lord_Howe", "Antarctica/Troll", "Africa/Casablanca", "Pacific/Kiritimati",
    "America/Nuuk", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Africa/Cairo",
]  # fmt: skip
OFFICE = Calendar(frozenset({1, 2, 3, 4, 5}), time(9), time(17), "Europe/Berlin")


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


# --- the reference -------------------------------------------------------------------------


@dataclass(frozen=True)
class Walk:
    """Quarter-hours of a zone from `start` on, with what the clocks show at each."""

    start: datetime
    shown: tuple[datetime, ...]

    def at(self, number: int) -> datetime:
        return self.start + number * QUARTER


@cache
def walk(zone: str, start: datetime) -> Walk:
    zoneinfo = ZoneInfo(zone)
    shown = [(start + n * QUARTER).astimezone(zoneinfo) for n in range(LENGTH)]
    return Walk(start, tuple(one.replace(tzinfo=None) for one in shown))


def working(calendar: Calendar, walked: Walk) -> list[bool]:
    """For each quarter-hour whether it is worked: by what the clocks have shown on that day."""
    flags = []
    today, begun, over = None, False, False
    for shown in walked.shown:
        if shown.date() != today:
            today, begun, over = shown.date(), False, False
            is_day = calendar.works_on(today)
        begun = begun or shown.time() >= calendar.starts
        over = over or shown.time() >= calendar.ends
        flags.append(is_day and begun and not over)
    return flags


def next_by_walking(flags: list[bool], number: int) -> int | None:
    return next((n for n in range(number, len(flags)) if flags[n]), None)


def hours_by_walking(flags: list[bool], number: int, quarters: int) -> int | None:
    """After which quarter-hour so many have been worked."""
    for n in range(number, len(flags)):
        quarters -= flags[n]
        if quarters == 0:
            return n + 1
    return None


def days_by_walking(walked: Walk, flags: list[bool], number: int, days: int) -> int | None:
    begins = next_by_walking(flags, number)
    if begins is None or days == 0:
        return begins
    seen = walked.shown[begins].date()
    for n in range(begins, len(flags)):
        if flags[n] and walked.shown[n].date() != seen:
            seen, days = walked.shown[n].date(), days - 1
            if days == 0:
                return next(
                    m for m in range(n, len(flags) + 1)
                    if m == len(flags)
                    or walked.shown[m].time() >= walked.shown[begins].time()
                    or walked.shown[m].date() != seen
                )  # fmt: skip
    return None


def check(calendar: Calendar, walked: Walk, number: int, other: int, days: int) -> None:
    """All functions of one case; what lies beyond the walk is left to the other cases."""
    flags = working(calendar, walked)
    now, end = walked.at(number), walked.at(LENGTH)
    assert is_working(calendar, now) == flags[number]
    following = next_by_walking(flags, number)
    found = next_working_instant(calendar, now)
    assert found == walked.at(following) if following is not None else (found or end) >= end
    quarters = sum(flags[number:other])
    assert business_hours_between(calendar, now, walked.at(other)) == quarters / 4
    assert business_hours_between(calendar, walked.at(other), now) == -quarters / 4
    if quarters:
        done = hours_by_walking(flags, number, quarters)
        assert done is not None
        assert add_business_hours(calendar, now, quarters / 4) == walked.at(done)
    later = days_by_walking(walked, flags, number, days)
    if later is not None and later < LENGTH:
        assert add_business_days(calendar, now, days) == walked.at(later)


def windows(chance: Random) -> Iterator[tuple[str, datetime]]:
    """Places and times to walk: half of them around a change of clocks in a special zone."""
    everywhere = sorted(available_timezones() - {"Factory", "localtime"})
    for number in range(CASES // PER_WINDOW):
        year = chance.randrange(2020, 2035)
        if number % 2:
            start = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(360))
            yield chance.choice(everywhere), start
        else:
            zone = SPECIAL[number // 2 % len(SPECIAL)]
            changes = changes_of(zone, year) or [datetime(year, 3, 1, tzinfo=UTC)]
            days = timedelta(days=chance.randrange(1, 7))
            yield zone, chance.choice(changes) - days


def changes_of(zone: str, year: int) -> list[datetime]:
    """The days of the year, at midnight in UTC, after which the offset is another."""
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(365)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    return [days[n] for n in range(364) if offsets[n] != offsets[n + 1]]


def calendar_of(chance: Random, zone: str, around: date) -> Calendar:
    starts, ends = sorted(chance.sample(range(96), 2))
    days = frozenset(chance.sample(range(1, 8), chance.randrange(1, 8)))
    near = [around + timedelta(days=n) for n in range(9)]
    first = chance.choice(near)
    away = (first, first + timedelta(days=chance.randrange(4)))
    return Calendar(
        days,
        time(starts // 4, starts % 4 * 15),
        time(ends // 4, ends % 4 * 15),
        zone,
        frozenset(chance.sample(near, chance.randrange(3))),
        (away,) if chance.random() < 0.5 else (),
    )


def test_ten_thousand_cases_agree_with_the_reference() -> None:
    chance = Random("working time")  # noqa: S311 - a fixed seed: the same cases each time
    cases = 0
    for zone, start in windows(chance):
        walked = walk(zone, start)
        for _ in range(PER_WINDOW):
            calendar = calendar_of(chance, zone, start.date())
            number, other = sorted(chance.sample(range(LENGTH), 2))
            check(calendar, walked, number, other, chance.randrange(5))
            cases += 1
    assert cases == CASES


quarters_of_a_day = st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True).map(sorted)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    zone=st.sampled_from(SPECIAL),
    start=st.dates(date(2020, 1, 1), date(2034, 12, 1)),
    hours=quarters_of_a_day,
    days=st.frozensets(st.integers(1, 7)),
    holidays=st.frozensets(st.integers(0, 8)),
    numbers=st.tuples(st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1)).map(sorted),
    ahead=st.integers(0, 5),
)
def test_any_calendar_agrees_with_the_reference(
    zone: str,
    start: date,
    hours: list[int],
    days: frozenset[int],
    holidays: frozenset[int],
    numbers: list[int],
    ahead: int,
) -> None:
    starts, ends = (time(n // 4, n % 4 * 15) for n in hours)
    off = frozenset(start + timedelta(days=n) for n in holidays)
    calendar = Calendar(days, starts, ends, zone, off)
    walked = walk(zone, datetime.combine(start, time(), tzinfo=UTC))
    check(calendar, walked, numbers[0], numbers[1], ahead)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    zone=st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})),
    now=st.datetimes(datetime(2020, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis adds the zone
    hours=st.floats(0.01, 100),
)
def test_hours_added_are_the_hours_between(zone: str, now: datetime, hours: float) -> None:
    calendar = Calendar(OFFICE.days, OFFICE.starts, OFFICE.ends, zone)
    done = add_business_hours(calendar, now, hours)
    assert business_hours_between(calendar, now, done) == pytest.approx(hours, abs=1e-8)


# --- cases that one can say aloud ----------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "hours", "expected"),
    [
        ("2026-03-11 10:00", 2, "2026-03-11 12:00"),
        ("2026-03-11 16:00", 2, "2026-03-12 10:00"),
        ("2026-03-11 09:00", 8, "2026-03-11 17:00"),
        ("2026-03-13 16:30", 1, "2026-03-16 09:30"),
        ("2026-03-14 12:00", 0, "2026-03-16 09:00"),
        ("2026-03-27 16:00", 9, "2026-03-30 17:00"),  # clocks change in between
    ],
)
def test_hours_are_added(now: str, hours: float, expected: str) -> None:
    assert add_business_hours(OFFICE, at(now), hours) == at(expected)


@pytest.mark.parametrize(
    ("now", "days", "expected"),
    [
        ("2026-03-11 10:00", 0, "2026-03-11 10:00"),
        ("2026-03-11 10:00", 2, "2026-03-13 10:00"),
        ("2026-03-12 10:00", 2, "2026-03-16 10:00"),
        ("2026-03-14 10:00", 1, "2026-03-17 09:00"),
        ("2026-03-27 10:00", 1, "2026-03-30 10:00"),
    ],
)
def test_days_are_added_by_the_clock(now: str, days: int, expected: str) -> None:
    assert add_business_days(OFFICE, at(now), days) == at(expected)


def test_holidays_and_absences_are_left_out() -> None:
    off = frozenset({date(2026, 4, 3), date(2026, 4, 6)})
    away = ((date(2026, 3, 30), date(2026, 4, 1)),)
    calendar = Calendar(OFFICE.days, OFFICE.starts, OFFICE.ends, OFFICE.zone, off, away)
    friday_evening = at("2026-03-27 18:00")
    assert next_working_instant(calendar, friday_evening) == at("2026-04-02 09:00")
    assert add_business_days(calendar, friday_evening, 1) == at("2026-04-07 09:00")
    assert business_hours_between(calendar, friday_evening, at("2026-04-07 10:00")) == 9


def test_day_that_a_zone_left_out_has_no_hours() -> None:
    # Samoa went from Thursday to Saturday when it crossed the date line.
    samoa = Calendar(OFFICE.days, OFFICE.starts, OFFICE.ends, "Pacific/Apia")
    thursday = at("2011-12-29 18:00", "Pacific/Apia")
    assert samoa.hours_of(date(2011, 12, 30)) is None
    assert next_working_instant(samoa, thursday) == at("2012-01-02 09:00", "Pacific/Apia")


def test_hour_that_comes_twice_is_worked_twice_and_one_that_is_missing_not_at_all() -> None:
    night = Calendar(frozenset(range(1, 8)), time(1), time(5), "Europe/Berlin")
    day = timedelta(days=1)
    worked = [
        business_hours_between(night, start, start + day)
        for start in (at("2026-10-25 00:00"), at("2026-03-29 00:00"), at("2026-03-11 00:00"))
    ]
    assert worked == [5, 3, 4]


def test_who_never_works_has_no_next_instant() -> None:
    never = Calendar(frozenset(), time(9), time(17), "UTC")
    now = at("2026-03-11 10:00")
    assert next_working_instant(never, now) is None
    for add in (add_business_days, add_business_hours):
        with pytest.raises(NeverWorks):
            add(never, now, 1)
    with pytest.raises(NeverWorks):
        add_business_days(never, now, 0)


@pytest.mark.parametrize("add", [add_business_days, add_business_hours])
def test_time_is_not_taken_away(add: object) -> None:
    with pytest.raises(ValueError, match="added, not taken away"):
        add(OFFICE, at("2026-03-11 10:00"), -1)  # type: ignore[operator]


def test_instant_of_a_time_that_comes_twice_is_the_first() -> None:
    twice = datetime.fromisoformat("2026-10-25 02:30")
    assert instant(twice, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
