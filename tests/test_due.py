"""Due times against a slow reference that walks from quarter-hour to quarter-hour."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from recruiting.approvals.due import Allowed, Span, due, merged
from recruiting.lib.businesstime import Calendar
from tests.test_businesstime import (
    LENGTH,
    OFFICE,
    Walk,
    at,
    calendar_of,
    days_by_walking,
    hours_by_walking,
    walk,
    windows,
    working,
)

pytestmark = pytest.mark.one_database

CASES = 10_000
PER_WINDOW = 100


def due_by_walking(
    calendar: Calendar, walked: Walk, began: int, days: int, pauses: list[tuple[int, int]]
) -> int | None:
    """The quarter-hour by number; None where that lies beyond the walk. What is left at a pause
    is counted by hand, quarter by quarter, and used up after it, quarter by quarter."""
    flags = working(calendar, walked)
    ends = days_by_walking(walked, flags, began, days)
    stopped = set()
    for begins, until in pauses:
        stopped |= set(range(begins, until))
    number = began
    while ends is not None and number < min(ends, LENGTH):
        if number not in stopped:
            number += 1
            continue
        left = sum(flags[number:ends])
        while number in stopped:
            number += 1
        ends = hours_by_walking(flags, number, left) if left else _next(flags, number)
    return ends if ends is not None and ends < LENGTH else None


def _next(flags: list[bool], number: int) -> int | None:
    return next((n for n in range(number, len(flags)) if flags[n]), None)


def pauses_of(chance: Random) -> list[tuple[int, int]]:
    """Up to three, short and long, in no order, some of which overlap."""
    begins = chance.sample(range(LENGTH - 200), chance.randrange(4))
    return [(one, one + 1 + chance.randrange(chance.choice((12, 150)))) for one in begins]


def test_ten_thousand_due_times_agree_with_the_reference() -> None:
    chance = Random("due times")  # noqa: S311 - a fixed seed: the same cases each time
    cases = told = paused = 0
    for zone, start in windows(chance):
        walked = walk(zone, start)
        for _ in range(PER_WINDOW):
            calendar = calendar_of(chance, zone, start.date())
            began, days, spans = chance.randrange(LENGTH), chance.randrange(1, 4), pauses_of(chance)
            expected = due_by_walking(calendar, walked, began, days, spans)
            cases += 1
            if expected is None:
                continue  # later than the walk goes, or never
            pauses = [(walked.at(begins), walked.at(until)) for begins, until in spans]
            allowed = Allowed(days=days)
            assert due(calendar, walked.at(began), allowed, pauses) == walked.at(expected)
            told += 1
            paused += due(calendar, walked.at(began), allowed) != walked.at(expected)
    assert (cases, told > CASES / 3, paused > CASES / 20) == (CASES, True, True)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (24, "2026-03-16 15:00"),  # said on a Friday at 15:00, and meant for Monday
        (48, "2026-03-17 15:00"),
        (1, "2026-03-13 16:00"),
        (4, "2026-03-16 11:00"),
        (8, "2026-03-16 15:00"),
        (12, "2026-03-16 15:00"),  # more than a day of his has
        (28, "2026-03-17 11:00"),
        (36, "2026-03-17 15:00"),
    ],
)
def test_hours_by_the_wall_are_days_and_hours_of_work(hours: int, expected: str) -> None:
    friday = at("2026-03-13 15:00")
    assert due(OFFICE, friday, Allowed.of_hours(hours)) == at(expected)


def test_more_hours_are_never_due_earlier() -> None:
    friday = at("2026-03-13 15:00")
    dues = [due(OFFICE, friday, Allowed.of_hours(hours)) for hours in range(1, 81)]
    assert dues == sorted(dues, key=lambda one: one or friday)


def test_what_was_left_when_he_asked_is_left_when_the_answer_comes() -> None:
    # Sent on Wednesday at 10:00 with a day for it: asked after six of its eight hours.
    sent, asked, answered = (
        at("2026-03-11 10:00"), at("2026-03-11 16:00"), at("2026-03-13 15:30")
    )  # fmt: skip
    told = due(OFFICE, sent, Allowed(days=1), [(asked, answered)])
    assert told == at("2026-03-16 09:30")


def test_question_of_one_who_is_late_does_not_give_him_time() -> None:
    sent, late = at("2026-03-11 10:00"), (at("2026-03-12 11:00"), at("2026-03-16 12:00"))
    assert due(OFFICE, sent, Allowed(days=1), [late]) == at("2026-03-12 10:00")


def test_day_that_was_named_ends_with_its_work_and_does_not_move() -> None:
    began, pause = at("2026-03-09 10:00"), (at("2026-03-10 10:00"), at("2026-03-12 10:00"))
    friday, sunday = Allowed(by=date(2026, 3, 13)), Allowed(by=date(2026, 3, 15))
    assert due(OFFICE, began, friday, [pause]) == at("2026-03-13 17:00")
    assert due(OFFICE, began, sunday) == at("2026-03-16 17:00")


@pytest.mark.parametrize("allowed", [Allowed(days=1), Allowed(by=date(2026, 3, 13))])
def test_who_never_works_owes_nothing_at_any_time(allowed: Allowed) -> None:
    never = Calendar(frozenset(), time(9), time(17), "UTC")
    assert due(never, at("2026-03-11 10:00"), allowed) is None


def test_spans_that_touch_are_one() -> None:
    begins = datetime(2026, 3, 11, tzinfo=UTC)

    def span(first: int, last: int) -> Span:
        return begins + timedelta(hours=first), begins + timedelta(hours=last)

    assert merged([span(5, 6), span(0, 2), span(2, 3), span(1, 2)]) == [span(0, 3), span(5, 6)]


def test_reference_would_notice_an_hour() -> None:
    zone = ZoneInfo("Europe/Berlin")
    walked = walk(zone.key, datetime(2026, 3, 9, tzinfo=UTC))
    began = 4 * 9  # Monday at 10:00 there
    assert due_by_walking(OFFICE, walked, began, 1, []) == began + 96
    assert due_by_walking(OFFICE, walked, began, 1, [(began + 4, began + 8)]) == began + 100
