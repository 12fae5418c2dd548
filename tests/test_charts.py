"""The geometry of the drawn figures stays inside its box, whatever the numbers are."""

import math

import pytest

from recruiting.lib import charts
from recruiting.lib.charts import StageFigures


def stages(*totals: int) -> list[StageFigures]:
    return [
        StageFigures(f"s{index}", f"Stage {index}", total) for index, total in enumerate(totals)
    ]


def test_funnel_bars_stand_on_the_ground_and_compare_linearly() -> None:
    drawn = charts.funnel(stages(100, 50, 25), width=300, height=40)
    assert [step.bar.height for step in drawn.steps] == [40, 20, 10]
    assert [step.bar.y + step.bar.height for step in drawn.steps] == [40, 40, 40]
    assert [step.bar.x for step in drawn.steps] == [0, 100, 200]
    assert [step.across for step in drawn.steps] == [100, 50, 25]


def test_funnel_flow_joins_one_bar_to_the_next_and_ends_with_the_last() -> None:
    drawn = charts.funnel(stages(100, 50), width=200, height=40)
    assert drawn.steps[0].flow == "50,0 100,20 100,40 50,40"
    assert drawn.steps[1].flow == ""


def test_funnel_without_stages_is_empty() -> None:
    drawn = charts.funnel([])
    assert drawn.steps == ()
    assert drawn.is_empty
    assert drawn.summary == "Funnel: nothing counted yet."


def test_funnel_of_zeros_draws_no_bar_and_says_so() -> None:
    drawn = charts.funnel(stages(0, 0))
    assert [step.bar.height for step in drawn.steps] == [0, 0]
    assert [step.is_zero for step in drawn.steps] == [True, True]
    assert drawn.is_empty


def test_funnel_with_a_total_below_zero_still_draws() -> None:
    drawn = charts.funnel(stages(4, -3))
    assert drawn.steps[1].bar.height == 0


def test_funnel_with_huge_totals_stays_inside_and_shows_the_small_ones() -> None:
    drawn = charts.funnel(stages(10**30, 10**9, 1), height=48)
    assert drawn.steps[0].bar.height == 48
    assert drawn.steps[2].bar.height == 1.5
    assert drawn.steps[1].total == "1,000,000,000"
    assert [step.size for step in drawn.steps] == ["longer", "longer", ""]


def test_funnel_summary_names_each_stage_that_was_reached() -> None:
    drawn = charts.funnel(
        [
            StageFigures("found", "Found", 1204),
            StageFigures("met", "Met", 9),
            StageFigures("offers", "Offers made", 0),
        ]
    )
    assert drawn.summary == "Funnel: 1,204 found, 9 met."


@pytest.mark.parametrize(
    ("change", "text"), [(0, ""), (3, "+3"), (-2, "\u22122"), (1200, "+1,200")]
)
def test_change_is_written_with_its_sign(change: int, text: str) -> None:
    assert charts.change_text(change) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, ""), (0.0, "0%"), (0.004, "<1%"), (0.4049, "40%"), (1.0, "100%"), (1.5, "150%")],
)
def test_share_is_written_as_a_percentage(share: float | None, text: str) -> None:
    assert charts.share_text(share) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (12480, "12,480"), (2.5, "2.5"), (3.0, "3")])
def test_count_is_written_without_needless_decimals(value: float, text: str) -> None:
    assert charts.count_text(value) == text


def test_trend_runs_from_edge_to_edge_and_starts_at_zero() -> None:
    drawn = charts.trend([0, 5, 10], ["a", "b", "c"], what="Met", width=100, height=50)
    assert drawn.line == "0,50 50,25 100,0"
    assert drawn.zero_y == 50
    assert drawn.last is not None
    assert (drawn.last.value, drawn.last_level, drawn.most) == ("10", "high", "10")
    assert drawn.summary == "Met over 3 weeks: from 0 in the first to 10 in the last, at most 10."


def test_trend_without_values_has_no_points() -> None:
    drawn = charts.trend([], [], what="Met")
    assert drawn.points == ()
    assert drawn.last is None
    assert drawn.line == ""
    assert drawn.summary == "Met: nothing counted yet."


def test_trend_of_one_value_is_a_point_at_the_end() -> None:
    drawn = charts.trend([4], ["2 Nov"], what="Met", width=100, height=50)
    assert drawn.line == "100,0"
    assert drawn.summary == "Met: 4 in the only week so far."


def test_trend_of_zeros_lies_on_the_ground() -> None:
    drawn = charts.trend([0, 0], ["a", "b"], what="Met", width=100, height=50)
    assert drawn.line == "0,50 100,50"
    assert drawn.last_level == "low"


def test_trend_with_a_correction_below_zero_lifts_the_ground() -> None:
    drawn = charts.trend([-5, 5], ["a", "b"], what="Met", width=100, height=50)
    assert drawn.zero_y == 25
    assert drawn.line == "0,50 100,0"


def test_trend_with_huge_values_stays_inside() -> None:
    drawn = charts.trend([1e300, 0, 5e299], ["a", "b", "c"], what="Met", width=100, height=50)
    assert all(0 <= point.y <= 50 and math.isfinite(point.y) for point in drawn.points)
    assert drawn.last_level == "middle"


def test_trend_refuses_labels_that_do_not_match() -> None:
    with pytest.raises(ValueError, match="2 values need as many labels, not 1"):
        charts.trend([1, 2], ["a"], what="Met")
