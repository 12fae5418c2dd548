"""When digests are due, in every zone and through every change of clocks and of wishes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruiting.lib.businesstime import Calendar, instant
from status_updates.digests.schedule import (
    APART,
    ON_TIME,
    TOO_LATE,
    Period,
    Wish,
    lateness,
    next_slot,
    period_of,
    slot,
    slot_after,
)

ZONES = sorted(available_timezones() - {"Factory", "localtime"})
zones = st.sampled_from(ZONES)
instants = st.datetimes(
    datetime.fromisoformat("2019-01-01"),
    datetime.fromisoformat("2035-01-01"),
    timezones=st.just(UTC),
)
wishes = st.builds(Wish, st.integers(1, 7), st.integers(0, 23), zones)
OFFICE = Calendar(frozenset({1, 2, 3, 4, 5}), time(9), time(17), "UTC")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: str) -> datetime:
    return instant(datetime.fromisoformat(text), zone)


# --- periods -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-03-11 10:00", "UTC", "2026-W11"),
        ("2026-12-31 23:59", "UTC", "2026-W53"),
        ("2027-01-03 23:59", "UTC", "2026-W53"),
        ("2027-01-04 00:00", "UTC", "2027-W01"),
        # Monday already on Kiritimati, still Sunday in Honolulu.
        ("2026-03-15 12:00", "Pacific/Kiritimati", "2026-W12"),
        ("2026-03-15 12:00", "Pacific/Honolulu", "2026-W11"),
    ],
)
def test_period_is_the_local_iso_week(at: str, zone: str, expected: str) -> None:
    assert str(period_of(utc(at), zone)) == expected


def test_periods_sort_as_their_texts_and_survive_being_written() -> None:
    periods = [Period(2026, 9), Period(2026, 10), Period(2026, 53), Period(2027, 1)]
    assert sorted(map(str, reversed(periods))) == [str(period) for period in periods]
    assert [Period.parse(str(period)) for period in periods] == periods


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026", "x-W01", ""])
def test_text_that_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid|Invalid|isocalendar|out of range"):
        Period.parse(text)


def test_week_after_53_is_the_first_of_the_next_year() -> None:
    assert Period(2026, 53).next() == Period(2027, 1)
    assert Period(2026, 53).number + 1 == Period(2027, 1).number


# --- gaps and overlaps ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "gap", "first_valid"),
    [
        ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:00", "2026-10-03 15:30"),  # half an hour
        ("Antarctica/Troll", "2026-03-29 01:00", "2026-03-29 01:00"),  # two hours
        ("Antarctica/Troll", "2026-03-29 02:00", "2026-03-29 01:00"),
        ("Africa/Casablanca", "2026-03-22 02:00", "2026-03-22 02:00"),  # after Ramadan
        ("Africa/Cairo", "2026-04-24 00:00", "2026-04-23 22:00"),  # a Friday at midnight
        ("America/Nuuk", "2026-03-28 23:00", "2026-03-29 01:00"),  # a Saturday evening
        ("Pacific/Apia", "2011-12-30 09:00", "2011-12-30 10:00"),  # a whole day
        ("Pacific/Kiritimati", "1994-12-31 09:00", "1994-12-31 10:00"),
    ],
)
def test_time_in_a_gap_is_the_first_valid_instant_after_it(
    zone: str, gap: str, first_valid: str
) -> None:
    assert local(gap, zone) == utc(first_valid)


@pytest.mark.parametrize(
    ("zone", "overlap", "first"),
    [
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45"),
        ("Antarctica/Troll", "2026-10-25 01:30", "2026-10-24 23:30"),
        ("America/Nuuk", "2026-10-24 23:30", "2026-10-25 00:30"),
    ],
)
def test_time_in_an_overlap_is_the_first_of_the_two(zone: str, overlap: str, first: str) -> None:
    assert local(overlap, zone) == utc(first)


def test_hour_stays_the_same_on_the_wall_when_the_clocks_change() -> None:
    before = slot(Period(2026, 13), 1, 8, "Europe/Berlin")
    after = slot(Period(2026, 14), 1, 8, "Europe/Berlin")
    assert after - before == timedelta(days=7) - timedelta(hours=1)


# --- one digest a week ---------------------------------------------------------------------


@given(wish=wishes, at=instants)
def test_steady_wish_has_one_slot_in_every_week(wish: Wish, at: datetime) -> None:
    period = period_of(at, wish.zone)
    last = None
    for _ in range(60):
        due = slot_after(period, wish, last)
        assert due is not None
        assert period_of(due, wish.zone) == period
        assert due == slot(period, wish.weekday, wish.hour, wish.zone)
        last, period = due, period.next()


@given(at=instants, changes=st.lists(wishes, min_size=2, max_size=30))
def test_changed_wishes_never_bring_two_digests_within_four_days(
    at: datetime, changes: list[Wish]
) -> None:
    last = last_period = None
    for wish in changes:
        period, due = next_slot(at, wish, last=last, last_period=last_period)
        assert due >= at
        if last is not None and last_period is not None:
            assert due - last >= APART
            assert period > last_period
        last, last_period, at = due, period, due


@given(at=instants, changes=st.lists(wishes, min_size=2, max_size=30))
def test_changed_wishes_leave_no_week_without_a_digest(at: datetime, changes: list[Wish]) -> None:
    period, due = next_slot(at, changes[0], last=None, last_period=None)
    for wish in changes[1:]:
        following, next_due = next_slot(due, wish, last=due, last_period=period)
        assert following == period.next()
        period, due = following, next_due


def test_changed_day_counts_from_the_next_week_on_its_first_day_four_days_later() -> None:
    friday = slot(Period(2026, 11), 5, 8, "UTC")
    monday = Wish(1, 8, "UTC")
    tuesday = slot(Period(2026, 12), 2, 8, "UTC")
    assert next_slot(friday, monday, last=friday, last_period=Period(2026, 11)) == (
        Period(2026, 12), tuesday,
    )  # fmt: skip
    assert slot_after(Period(2026, 13), monday, tuesday) == slot(Period(2026, 13), 1, 8, "UTC")


# --- late ----------------------------------------------------------------------------------

SLOT = utc("2026-03-16 08:00")  # a Monday


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-03-16 08:00", "2026-03-16 08:00"),
        ("2026-03-16 09:00", "2026-03-16 09:00"),  # an hour is still on time
        ("2026-03-16 09:01", "2026-03-16 09:01"),  # late, but inside working hours
        ("2026-03-16 17:00", "2026-03-17 09:00"),  # after work: tomorrow
        ("2026-03-17 03:00", "2026-03-17 09:00"),
        ("2026-03-19 07:59", "2026-03-19 09:00"),
        ("2026-03-19 08:00", None),  # three days
        ("2026-03-25 10:00", None),
    ],
)
def test_missed_digest_goes_in_working_hours_until_it_is_three_days_late(
    now: str, goes: str | None
) -> None:
    expected = utc(goes) if goes else None
    assert lateness(SLOT, due=SLOT, now=utc(now), hours=OFFICE) == expected


def test_digest_put_off_over_the_weekend_still_goes_on_monday() -> None:
    friday = utc("2026-03-13 08:00")
    monday = lateness(friday, due=friday, now=utc("2026-03-14 10:00"), hours=OFFICE)
    assert monday == utc("2026-03-16 09:00")
    assert lateness(friday, due=monday, now=utc("2026-03-16 09:01"), hours=OFFICE) == utc(
        "2026-03-16 09:01"
    )
    assert lateness(friday, due=monday, now=utc("2026-03-16 10:01"), hours=OFFICE) is None


@given(at=instants, wish=wishes, late=st.timedeltas(timedelta(), timedelta(days=5)))
def test_digest_never_goes_before_now_nor_late_outside_working_hours(
    at: datetime, wish: Wish, late: timedelta
) -> None:
    due = slot(period_of(at, wish.zone), wish.weekday, wish.hour, wish.zone)
    hours = Calendar(frozenset({1, 2, 3, 4, 5}), time(9), time(17), wish.zone)
    goes = lateness(due, due=due, now=due + late, hours=hours)
    if late >= TOO_LATE:
        assert goes is None
        return
    assert goes is not None
    assert goes >= due + late
    if late > ON_TIME:
        there = goes.astimezone(ZoneInfo(wish.zone))
        assert there.isoweekday() in hours.days
        assert hours.starts <= there.time() < hours.ends


def test_person_without_working_days_gets_it_at_once() -> None:
    never = Calendar(frozenset(), time(9), time(17), "UTC")
    late = SLOT + timedelta(days=1)
    assert lateness(SLOT, due=SLOT, now=late, hours=never) == late
