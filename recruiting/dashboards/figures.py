"""The drawn figures of a requisition: its funnel and the trends of its last weeks."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from recruiting.lib.charts import Funnel, StageFigures, Trend, funnel, trend
from requisitions.models import Requisition, Stage
from status_updates.facts import Facts

WEEKS = 10
"""How many weeks a trend shows, this one included."""

TRENDS = (Stage.FOUND, Stage.MET, Stage.SUBMITTED)
"""What a manager asks about most: candidates found, meetings held, resumes sent."""


def funnel_of(known: Facts) -> Funnel:
    """The totals, what moved lately, and the share that went on from the stage before."""
    figures = []
    before: int | None = None
    for stage, total in known.totals.items():
        share = total / before if before and total else None
        figures.append(
            StageFigures(stage.value, stage.label, total, known.moved.get(stage, 0), share)
        )
        before = total
    return funnel(figures)


def trends_of(requisition: Requisition, *, today: date) -> list[tuple[str, Trend]]:
    """The last weeks of the stages in `TRENDS`, in one statement."""
    first = _monday(today) - timedelta(weeks=WEEKS - 1)
    rows = requisition.stage_counts.filter(on__gte=first, stage__in=TRENDS)
    return weekly(rows.values_list("stage", "on", "delta"), today=today)


def weekly(entries: Iterable[tuple[str, date, int]], *, today: date) -> list[tuple[str, Trend]]:
    """Sums by ISO week, from ledger entries of (stage, day, delta)."""
    mondays = [_monday(today) - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    sums: defaultdict[tuple[str, date], int] = defaultdict(int)
    for stage, on, delta in entries:
        sums[stage, _monday(on)] += delta
    labels = [f"{monday.day} {monday:%b}" for monday in mondays]
    return [
        (
            f"{stage.label}, by week",
            trend([sums[stage, monday] for monday in mondays], labels, what=stage.label),
        )
        for stage in TRENDS
    ]


def _monday(day: date) -> date:
    return day - timedelta(days=day.isoweekday() - 1)
