"""Local time and its faults: a sample of what `make faults` asks of every zone and every slot."""

from datetime import timedelta

import pytest

from tests.faults import local_time

GAPS_AND_OVERLAPS = {
    "Australia/Lord_Howe": (2, 0),  # its overlap is of half an hour, before a full one
    "Antarctica/Troll": (4, 4),
    "Africa/Casablanca": (2, 2),
    "Africa/Cairo": (2, 2),
    "America/Nuuk": (2, 2),
    "Pacific/Kiritimati": (0, 0),
    "Europe/Berlin": (2, 2),
    "Asia/Kathmandu": (0, 0),
}
"""Slots at full hours that the clocks of these two years leave out, and that they show twice."""


def test_sample_is_of_the_odd_zones() -> None:
    assert tuple(GAPS_AND_OVERLAPS) == local_time.ODD


@pytest.mark.parametrize(("zone", "hits"), GAPS_AND_OVERLAPS.items())
def test_slot_is_the_first_valid_instant_once_a_week(zone: str, hits: tuple[int, int]) -> None:
    [rule] = local_time.distinct([zone])
    assert local_time.check(rule, all_weeks=False) > 0
    assert rule.hits == hits


def test_zones_with_the_same_clocks_are_asked_once() -> None:
    names = ["Europe/Berlin", "Europe/Rome", "UTC", "Africa/Abidjan", "Asia/Kathmandu"]
    found = [rule.names for rule in local_time.distinct(names)]
    assert found == [
        ["Africa/Abidjan", "UTC"],
        ["Asia/Kathmandu"],
        ["Europe/Berlin", "Europe/Rome"],
    ]


def test_changed_preferences_bring_at_most_one_a_period_and_weeks_four_days_apart() -> None:
    assert local_time.changed_wishes(40) >= timedelta(days=4)
