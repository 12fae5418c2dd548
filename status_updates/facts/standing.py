"""Where a requisition stands, from its rows. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta, tzinfo

from requisitions.models import STAGES, Requisition, Stage, Status, StatusChange
from requisitions.words import day_words, days_words, stage_words

QUIET_AFTER = timedelta(days=7)
"""With neither a checkpoint nor a candidate who came further for longer, an open requisition counts
as quiet. Seven days between status updates is what a published recruiting agreement sets (Scribd;
see docs/decisions.md)."""


def days_on_hold(
    requisition: Requisition,
    changes: Sequence[StatusChange],
    *,
    today: date,
    zone: tzinfo = UTC,
) -> int:
    """Days between the opening and today (or the closing) on which the requisition was on hold.

    `changes` in the order in which they happened.
    """
    if requisition.opened_on is None:
        return 0
    end = requisition.closed_on or today
    days = 0
    for change, following in zip(changes, [*changes[1:], None], strict=True):
        if change.to_status != Status.ON_HOLD:
            continue
        starts = max(change.at.astimezone(zone).date(), requisition.opened_on)
        ends = following.at.astimezone(zone).date() if following else end
        days += max((min(ends, end) - starts).days, 0)
    return days


def days_open(requisition: Requisition, held: int, today: date) -> int | None:
    if requisition.opened_on is None:
        return None
    return max(((requisition.closed_on or today) - requisition.opened_on).days - held, 0)


def hold_until(requisition: Requisition, changes: Sequence[StatusChange]) -> date | None:
    """When the hold is planned to end; None when it is not on hold or nobody knows."""
    return changes[-1].until if changes and requisition.status == Status.ON_HOLD else None


def quiet_days(
    requisition: Requisition, changes: Sequence[StatusChange], today: date, zone: tzinfo
) -> int | None:
    """Days since the last checkpoint or step of a candidate, or since sourcing opened; only while
    it is open."""
    if requisition.status != Status.OPEN:
        return None
    opened = [c.at.astimezone(zone).date() for c in changes if c.to_status == Status.OPEN]
    marks = opened[-1:] or [requisition.created_at.astimezone(zone).date()]
    if requisition.latest_checkpoint:
        marks.append(requisition.latest_checkpoint.on)
    if recorded := getattr(changes[-1], "last_record", None) if changes else None:
        marks.append(recorded)
    return max((today - max(marks)).days, 0)


def health(requisition: Requisition, quiet: int | None) -> str:
    if requisition.is_closed:
        return "closed"
    if requisition.status == Status.ON_HOLD:
        return "on hold"
    if requisition.status != Status.OPEN:
        return "not started"
    return "quiet" if quiet is not None and quiet > QUIET_AFTER.days else "healthy"


def sentence(
    requisition: Requisition,
    changes: Sequence[StatusChange],
    totals: Mapping[Stage, int],
    stages: Sequence[Stage],
    days_open: int | None,
    quiet: int | None,
    zone: tzinfo,
) -> str:
    """Where it stands, in one sentence."""
    last = changes[-1] if changes else None
    day = day_words(last.at.astimezone(zone).date()) if last else ""
    why = f": {last.reason.rstrip('.')}" if last and last.reason else ""
    match requisition.status:
        case Status.DRAFT:
            return "A draft. Sourcing can start when its hiring manager is named."
        case Status.INTAKE:
            return "In intake: what the job needs is being agreed before sourcing starts."
        case Status.ON_HOLD:
            day = _hold_began(changes, zone)
            until = f" Planned to go on {day_words(last.until)}." if last and last.until else ""
            return f"On hold since {day}{why}.{until}"
        case Status.FILLED:
            return f"Filled on {day} after {days_words(days_open or 0)}."
        case Status.CANCELLED:
            return f"Cancelled on {day}{why}."
        case Status.PARTED:
            return f"Parted ways on {day}{why}."
    opened = f"Open for {days_words(days_open or 0)}"
    if requisition.openings > 1 and requisition.funnel.accepted:
        opened += f", {requisition.funnel.accepted:,} of {requisition.openings:,} filled"
    furthest = _furthest(totals, stages)
    if quiet is not None and quiet > QUIET_AFTER.days:
        return f"{opened}, {furthest}; nothing logged for {days_words(quiet)}."
    return f"{opened}, {furthest}."


def _furthest(totals: Mapping[Stage, int], stages: Sequence[Stage]) -> str:
    """The two stages furthest along, which is what a manager asks first. Where none that the
    client counts is reached, the others speak rather than that nobody was found."""
    every = [stage for stage in STAGES if totals[stage]]
    reached = [stage for stage in every if stage in stages] or every
    if not reached:
        return "no candidates found yet"
    return " and ".join(stage_words(stage, totals[stage]) for stage in reached[-2:])


def _hold_began(changes: Sequence[StatusChange], zone: tzinfo) -> str:
    """The day on which the hold began that may have been extended since."""
    began = [change.at for change in changes if change.from_status != Status.ON_HOLD]
    return day_words(began[-1].astimezone(zone).date()) if began else ""
