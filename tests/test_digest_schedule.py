"""When digests are due, in every zone and through every change of clocks and of wishes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruiting.accounts.models.cadences import DigestRhythm
from recruiting.lib.businesstime import Calendar, instant
from status_updates.digests.schedule import (
    DAY,
    DAYS_APART,
    FORTNIGHT,
    ON_TIME,
    TOO_LATE,
    WEEK,
    Last,
    Period,
    Wish,
    lateness,
    next_slot,
    period_of,
    slot,
    slot_after,
    to_write,
)

ZONES = sorted(available_timezones() - {"Factory", "localtime"})
zones = st.sampled_from(ZONES)
instants = st.datetimes(
    datetime.fromisoformat("2019-01-01"),
    datetime.fromisoformat("2035-01-01"),
    timezones=st.just(UTC),
)
wishes = st.builds(Wish, st.integers(1, 7), st.integers(0, 23), zones)
any_wishes = st.builds(
    Wish,
    st.integers(1, 7),
    st.integers(0, 23),
    zones,
    st.sampled_from(list(DigestRhythm)),
    st.frozensets(st.integers(1, 7)),
)
OFFICE = Calendar(frozenset({1, 2, 3, 4, 5}), time(9), time(17), "UTC")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def week(number: int) -> Period:
    return Period.parse(f"2026-W{number:02}")


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


@pytest.mark.parametrize(
    ("days", "text"), [(DAY, "2026-12-31"), (WEEK, "2026-W53"), (FORTNIGHT, "2026-W53+1")]
)
def test_period_survives_being_written(days: int, text: str) -> None:
    period = Period.of(date(2026, 12, 31), days)
    assert (str(period), Period.parse(text)) == (text, period)


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026", "x-W01", "", "2026-02-30"])
def test_text_that_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid|Invalid|out of range"):
        Period.parse(text)


def test_week_after_53_is_the_first_of_the_next_year() -> None:
    assert str(week(53).next()) == "2027-W01"
    assert week(53).number + 1 == week(53).next().number


def test_fortnights_go_on_over_week_53() -> None:
    """2026 has 53 weeks: after it they begin in even weeks instead of odd ones."""
    period = Period.of(date(2026, 12, 14), FORTNIGHT)
    texts = [str(period)]
    for _ in range(3):
        assert (period.next().first - period.first).days == FORTNIGHT
        period = period.next()
        texts.append(str(period))
    assert texts == ["2026-W51+1", "2026-W53+1", "2027-W02+1", "2027-W04+1"]


def test_period_knows_how_periods_of_its_days_are_written() -> None:
    assert Period.of(date(2026, 3, 16), DAY).texts == {"2026-03-16", "2026-W12", "2026-W11+1"}
    assert Period.of(date(2026, 3, 23), DAY).texts == {"2026-03-23", "2026-W13", "2026-W13+1"}
    assert len(Period.of(date(2026, 3, 16), FORTNIGHT).texts) == 14 + 2 + 1


@pytest.mark.parametrize("days", [DAY, WEEK, FORTNIGHT])
def test_market_fact_stays_for_a_week(days: int) -> None:
    numbers = [Period.of(date(2026, 3, day), days).number for day in range(9, 23)]
    assert len(set(numbers)) == (1 if days == FORTNIGHT else 2)


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
    before = slot(week(13).day(1), 8, "Europe/Berlin")
    after = slot(week(14).day(1), 8, "Europe/Berlin")
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
        assert due == slot(period.day(wish.weekday), wish.hour, wish.zone)
        last, period = Last(period, due), period.next()


@given(at=instants, changes=st.lists(any_wishes, min_size=2, max_size=30))
def test_changed_wishes_never_bring_two_in_one_period_or_too_soon(
    at: datetime, changes: list[Wish]
) -> None:
    last = None
    for wish in changes:
        period, due = next_slot(at, wish, last)
        assert due >= at
        if last is not None:
            assert due - last.due >= wish.apart
            assert period.first > last.period.last
        last, at = Last(period, due), due


@given(at=instants, changes=st.lists(wishes, min_size=2, max_size=30))
def test_changed_wishes_leave_no_week_without_a_digest(at: datetime, changes: list[Wish]) -> None:
    period, due = next_slot(at, changes[0], None)
    for wish in changes[1:]:
        following, next_due = next_slot(due, wish, Last(period, due))
        assert following == period.next()
        period, due = following, next_due


def test_changed_day_counts_from_the_next_week_on_its_first_day_four_days_later() -> None:
    friday = Last(week(11), slot(week(11).day(5), 8, "UTC"))
    monday = Wish(1, 8, "UTC")
    tuesday = slot(week(12).day(2), 8, "UTC")
    assert next_slot(friday.due, monday, friday) == (week(12), tuesday)
    following = slot_after(week(13), monday, Last(week(12), tuesday))
    assert following == slot(week(13).day(1), 8, "UTC")


# --- other rhythms -------------------------------------------------------------------------

DAILY = Wish(1, 8, "UTC", DigestRhythm.DAILY, frozenset({1, 2, 3, 4, 5}))
TUESDAYS_AND_FRIDAYS = Wish(1, 8, "UTC", DigestRhythm.WEEKDAYS, frozenset({2, 5}))
FORTNIGHTLY = Wish(3, 8, "UTC", DigestRhythm.FORTNIGHTLY)


def following(wish: Wish, number: int, last: Last | None = None) -> list[str]:
    """The days of the next slots after Monday 16 March 2026, 09:00, in the second week of a
    fortnight."""
    at, found = utc("2026-03-16 09:00"), []
    for _ in range(number):
        period, at = next_slot(at, wish, last)
        last = Last(period, at)
        found.append(f"{at:%a %d}")
    return found


@pytest.mark.parametrize(
    ("wish", "days"),
    [
        (DAILY, ["Tue 17", "Wed 18", "Thu 19", "Fri 20", "Mon 23"]),
        (TUESDAYS_AND_FRIDAYS, ["Tue 17", "Fri 20", "Tue 24", "Fri 27"]),
        (FORTNIGHTLY, ["Wed 25", "Wed 08", "Wed 22"]),
        (Wish(1, 8, "UTC", DigestRhythm.FORTNIGHTLY), ["Mon 23", "Mon 06"]),
    ],
)
def test_each_rhythm_has_its_days(wish: Wish, days: list[str]) -> None:
    assert following(wish, len(days)) == days


def test_daily_digest_leaves_out_public_holidays() -> None:
    wish = replace(DAILY, holidays=frozenset({date(2026, 3, 17), date(2026, 3, 18)}))
    assert following(wish, 2) == ["Thu 19", "Fri 20"]


def test_who_works_on_no_day_gets_it_on_each() -> None:
    assert following(replace(DAILY, weekdays=frozenset()), 6)[-2:] == ["Sat 21", "Sun 22"]


@pytest.mark.parametrize(
    ("last", "wish", "first"),
    [
        # What went on Monday was of the whole week, and what went a week ago of both weeks.
        (Last(week(12), utc("2026-03-16 08:00")), DAILY, "Mon 23"),
        (Last(week(12), utc("2026-03-16 08:00")), FORTNIGHTLY, "Wed 25"),
        (Last(week(11), utc("2026-03-09 08:00")), FORTNIGHTLY, "Wed 25"),
        (
            Last(Period.parse("2026-W11+1"), utc("2026-03-09 08:00")),
            Wish(1, 8, "UTC"),
            "Mon 23",
        ),
        # A day is a day of its week, so the week after brings the next, four days on at least.
        (Last(Period.parse("2026-03-16"), utc("2026-03-16 08:00")), Wish(1, 8, "UTC"), "Mon 23"),
        (Last(Period.parse("2026-03-20"), utc("2026-03-20 08:00")), Wish(1, 8, "UTC"), "Tue 24"),
    ],
)
def test_changed_rhythm_counts_from_the_next_period(last: Last, wish: Wish, first: str) -> None:
    assert following(wish, 1, last) == [first]


def test_daily_digests_stay_half_a_day_apart_when_zone_or_hour_change() -> None:
    evening = Last(Period.parse("2026-03-16"), utc("2026-03-16 22:00"))
    assert following(DAILY, 1, evening) == ["Wed 18"]
    honolulu = Last(Period.parse("2026-03-16"), local("2026-03-16 08:00", "Pacific/Honolulu"))
    _, due = next_slot(honolulu.due, replace(DAILY, zone="Asia/Tokyo"), honolulu)
    assert due - honolulu.due >= DAYS_APART
    assert due == local("2026-03-18 08:00", "Asia/Tokyo")


# --- what is written down ------------------------------------------------------------------

LONG_AGO = utc("2026-01-01 00:00")


@pytest.mark.parametrize(
    ("now", "wish", "written"),
    [
        # This week's, and nothing of the three weeks that were missed.
        ("2026-03-18 10:00", Wish(1, 8, "UTC"), ["2026-W12"]),
        # Sunday evening's was missed yesterday; next Sunday's is still to come.
        ("2026-03-16 09:00", Wish(7, 20, "UTC"), ["2026-W11", "2026-W12"]),
        # Friday's was missed over the weekend, on which none comes.
        ("2026-03-15 10:00", DAILY, ["2026-03-13"]),
        ("2026-03-16 07:00", DAILY, ["2026-03-13", "2026-03-16"]),
        ("2026-03-16 09:00", DAILY, ["2026-03-16"]),
    ],
)
def test_outage_ends_in_the_last_that_was_missed_and_no_burst(
    now: str, wish: Wish, written: list[str]
) -> None:
    last = Last(Period.of(date(2026, 2, 20), wish.span), utc("2026-02-20 08:00"))
    found = to_write(utc(now), wish, last, LONG_AGO)
    assert [str(period) for period, _ in found] == written


def test_what_was_missed_before_somebody_joined_is_owed_to_nobody() -> None:
    assert to_write(utc("2026-03-16 07:00"), Wish(7, 20, "UTC"), None, utc("2026-03-16 06:00")) == [
        (week(12), utc("2026-03-22 20:00"))
    ]


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
    due = slot(period_of(at, wish.zone).day(wish.weekday), wish.hour, wish.zone)
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


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-03-16 09:01", "2026-03-16 09:01"),
        ("2026-03-16 13:59", "2026-03-16 13:59"),
        ("2026-03-16 14:00", None),
    ],
)
def test_daily_digest_is_too_late_after_six_hours(now: str, goes: str | None) -> None:
    expected = utc(goes) if goes else None
    assert lateness(SLOT, due=SLOT, now=utc(now), hours=OFFICE, days=DAY) == expected


def test_person_without_working_days_gets_it_at_once() -> None:
    never = Calendar(frozenset(), time(9), time(17), "UTC")
    late = SLOT + timedelta(days=1)
    assert lateness(SLOT, due=SLOT, now=late, hours=never) == late
