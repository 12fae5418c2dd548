"""Geometry and display text of the drawn figures: plain values in, what a template writes out.

Nothing here draws. The templates `components/funnel.html` and `components/trend.html` put these
numbers into SVG attributes, because the content security policy forbids style attributes; numbers
come as finished text, because formatting in a template is what costs time when a page has many of
them. Lengths are in units of the SVG's own view box.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

FUNNEL_WIDTH = 900
FUNNEL_HEIGHT = 48
TREND_WIDTH = 320
TREND_HEIGHT = 80

# The drawn bar of a stage is narrower than its step, so that the flow between two is seen.
_BAR_SHARE_OF_STEP = 0.5
# What is there at all is seen at all, even beside a number a thousand times as large.
_LEAST_BAR = 1.5
# From here on a total is written smaller, so that nine of them fit beside one another.
_LONG = 1000
_LONGER = 100_000


class StageFigures(NamedTuple):
    """What is known of one stage: counts of people, and the share of the stage before as 0–1."""

    key: str
    label: str
    total: int
    change: int = 0
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle that stands on the ground line."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One stage, ready to be written: its text, its bar, and the flow to the next stage.

    `across` is its total as a percentage of the largest, for the bar of a row.
    """

    key: str
    label: str
    total: str
    change: str
    share: str
    size: str
    is_zero: bool
    bar: Bar
    flow: str
    across: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """The steps in order, the size of the drawing, and one sentence that says what it shows."""

    steps: tuple[FunnelStep, ...]
    width: int
    height: int
    summary: str
    is_empty: bool

    @property
    def has_changes(self) -> bool:
        """Whether any stage moved: a caption speaks of changes only where there are some."""
        return any(step.change for step in self.steps)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One period: its label and value as text, and where it stands in the drawing."""

    label: str
    value: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Trend:
    """A line of values by period. `last_level` says where the last stands: high, middle, low."""

    points: tuple[TrendPoint, ...]
    line: str
    zero_y: float
    width: int
    height: int
    last: TrendPoint | None
    last_level: str
    most: str
    summary: str


def count_text(value: float) -> str:
    """A number as people write it: thousands apart, no needless decimals."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}"


def change_text(change: int) -> str:
    """A difference with its sign (a true minus), or nothing when nothing changed."""
    if change == 0:
        return ""
    return f"+{change:,}" if change > 0 else f"\N{MINUS SIGN}{-change:,}"


def share_text(share: float | None) -> str:
    """A share of 0–1 as a percentage; a share too small to write is not written as zero."""
    if share is None:
        return ""
    if 0 < share < 0.01:
        return "<1%"
    return f"{share * 100:,.0f}%"


def funnel(
    stages: Sequence[StageFigures], *, width: int = FUNNEL_WIDTH, height: int = FUNNEL_HEIGHT
) -> Funnel:
    """Lay out the stages as equal steps whose bars compare their totals on one linear scale.

    A total below zero cannot be (the ledger forbids it); it is drawn as zero all the same, so
    that a page never fails over its picture.
    """
    largest = max((stage.total for stage in stages), default=0)
    bars = _bars([stage.total for stage in stages], largest, width, height)
    flows = [_flow(left, right, height) for left, right in zip_longest(bars, bars[1:])]
    steps = tuple(
        FunnelStep(
            key=stage.key,
            label=stage.label,
            total=count_text(stage.total),
            change=change_text(stage.change),
            share=share_text(stage.share),
            size=_size_name(stage.total),
            is_zero=stage.total <= 0,
            bar=bar,
            flow=flow,
            across=_scaled(stage.total, largest, 100),
        )
        for stage, bar, flow in zip(stages, bars, flows, strict=True)
    )
    return Funnel(steps, width, height, _funnel_summary(stages), is_empty=largest <= 0)


def trend(
    values: Sequence[float],
    labels: Sequence[str],
    *,
    what: str,
    period: str = "week",
    width: int = TREND_WIDTH,
    height: int = TREND_HEIGHT,
) -> Trend:
    """Lay out one value a period as a line that starts at zero, so that heights compare.

    `labels` names each period and is as long as `values` (ValueError otherwise); `what` names
    what is counted, as in "Meetings held". No value at all gives a trend without points.
    """
    if len(values) != len(labels):
        raise ValueError(f"{len(values)} values need as many labels, not {len(labels)}.")
    highest = max((0.0, *values))
    lowest = min((0.0, *values))
    points = tuple(
        TrendPoint(
            label=label,
            value=count_text(value),
            x=_along(index, len(values), width),
            y=_level(value, lowest, highest, height),
        )
        for index, (value, label) in enumerate(zip(values, labels, strict=True))
    )
    return Trend(
        points=points,
        line=" ".join(f"{point.x:g},{point.y:g}" for point in points),
        zero_y=_level(0, lowest, highest, height),
        width=width,
        height=height,
        last=points[-1] if points else None,
        last_level=_level_name(points[-1].y / height) if points else "low",
        most=count_text(max(values, default=0)),
        summary=_trend_summary(values, what, period),
    )


def _bars(totals: Sequence[int], largest: int, width: int, height: int) -> list[Bar]:
    if not totals:
        return []
    step = width / len(totals)
    bar_width = round(step * _BAR_SHARE_OF_STEP, 1)
    bars = []
    for index, total in enumerate(totals):
        tall = _scaled(total, largest, height)
        bars.append(Bar(round(index * step, 1), round(height - tall, 1), bar_width, tall))
    return bars


def _scaled(value: int, largest: int, length: float) -> float:
    """The length of a bar; integers are divided before they grow, so any size is safe."""
    if value <= 0 or largest <= 0:
        return 0
    return round(max(_LEAST_BAR, value / largest * length), 1)


def _size_name(total: int) -> str:
    """How large a total can be written, as a class of the style sheet names it."""
    if total >= _LONGER:
        return "longer"
    return "long" if total >= _LONG else ""


def _flow(left: Bar, right: Bar | None, ground: int) -> str:
    """The corners of what leads from one bar to the next, as an SVG polygon; none from the last."""
    if right is None:
        return ""
    start = round(left.x + left.width, 1)
    corners = [(start, left.y), (right.x, right.y), (right.x, ground), (start, ground)]
    return " ".join(f"{x:g},{y:g}" for x, y in corners)


def _funnel_summary(stages: Sequence[StageFigures]) -> str:
    reached = [stage for stage in stages if stage.total > 0]
    if not reached:
        return "Funnel: nothing counted yet."
    told = ", ".join(f"{count_text(stage.total)} {stage.label.lower()}" for stage in reached)
    return f"Funnel: {told}."


def _along(index: int, number: int, width: int) -> float:
    """A single point stands at the end: it is the newest."""
    if number == 1:
        return width
    return round(index * width / (number - 1), 1)


def _level(value: float, lowest: float, highest: float, height: int) -> float:
    if highest == lowest:
        return height
    return round(height - (value - lowest) / (highest - lowest) * height, 1)


def _level_name(depth: float) -> str:
    """Where a point stands, from 0 (top) to 1 (ground), as a class of the style sheet names it."""
    if depth < 1 / 3:
        return "high"
    return "middle" if depth < 2 / 3 else "low"


def _trend_summary(values: Sequence[float], what: str, period: str) -> str:
    if not values:
        return f"{what}: nothing counted yet."
    if len(values) == 1:
        return f"{what}: {count_text(values[0])} in the only {period} so far."
    return (
        f"{what} over {len(values)} {period}s: from {count_text(values[0])} in the first to "
        f"{count_text(values[-1])} in the last, at most {count_text(max(values))}."
    )
