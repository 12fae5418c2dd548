"""The drawn figures of a requisition: its funnel and the trends of its last weeks."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from recruiting.lib.charts import Funnel, StageFigures, Trend, funnel, trend
from recruiting.lib.days import week_begins
from requisitions.models import Requisition, Stage
from requisitions.stages import counted_stages, stages_in_sight
from status_updates.facts import Facts

WEEKS = 10
"""How many weeks a trend shows, this one included."""

TRENDS = (Stage.FOUND, Stage.MET, Stage.SUBMITTED)
"""What a manager asks about most: candidates found, meetings held, resumes sent."""


def no_longer_counted(known: Facts) -> str:
    """Names what the funnel shows for its counts alone, since the client does not count it."""
    kept = [
        stage.label.lower()
        for stage in stages_in_sight(known.requisition.client.hidden, known.totals)
        if stage not in known.stages
    ]
    if not kept:
        return ""
    names = " and ".join(filter(None, [", ".join(kept[:-1]), kept[-1]]))
    are = "is" if len(kept) == 1 else "are"
    client = known.requisition.client
    return f"{names.capitalize()} {are} no longer counted at {client}; earlier counts stay."


def funnel_of(known: Facts) -> Funnel:
    """The totals, what moved lately, and the share that went on from the stage before."""
    figures = []
    before: int | None = None
    for stage in stages_in_sight(known.requisition.client.hidden, known.totals):
        total = known.totals[stage]
        share = total / before if before and total else None
        figures.append(
            StageFigures(stage.value, stage.label, total, known.moved.get(stage, 0), share)
        )
        before = total
    return funnel(figures)


def trends_of(requisition: Requisition, *, today: date) -> list[tuple[str, Trend]]:
    """The last weeks of those stages in `TRENDS` that the client counts, in one statement."""
    client = requisition.client
    stages = [stage for stage in counted_stages(client.hidden) if stage in TRENDS]
    first = week_begins(today, client.week_start) - timedelta(weeks=WEEKS - 1)
    rows = requisition.stage_counts.filter(on__gte=first, stage__in=stages)
    entries = rows.values_list("stage", "on", "delta")
    return weekly(entries, today=today, week_start=client.week_start, stages=stages)


def weekly(
    entries: Iterable[tuple[str, date, int]],
    *,
    today: date,
    week_start: int = 1,
    stages: Iterable[Stage] = TRENDS,
) -> list[tuple[str, Trend]]:
    """Sums by week, from ledger entries of (stage, day, delta)."""
    current = week_begins(today, week_start)
    firsts = [current - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    sums: defaultdict[tuple[str, date], int] = defaultdict(int)
    for stage, on, delta in entries:
        sums[stage, week_begins(on, week_start)] += delta
    labels = [f"{first.day} {first:%b}" for first in firsts]
    return [
        (
            f"{stage.label}, by week",
            trend([sums[stage, first] for first in firsts], labels, what=stage.label),
        )
        for stage in stages
    ]
