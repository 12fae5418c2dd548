"""The funnel and the status in the words that people use."""

from collections.abc import Mapping
from datetime import date

from requisitions.models.funnel import STAGES, Stage
from requisitions.models.status import Status, StatusChange

_SINGULAR_PLURAL = {
    Stage.FOUND: ("found", "found"),
    Stage.CONTACTED: ("contacted", "contacted"),
    Stage.SCREENED: ("screened", "screened"),
    Stage.MET: ("met", "met"),
    Stage.SUBMITTED: ("resume submitted", "resumes submitted"),
    Stage.APPROVED: ("resume approved", "resumes approved"),
    Stage.INTERVIEWED: ("interview held", "interviews held"),
    Stage.OFFERED: ("offer made", "offers made"),
    Stage.ACCEPTED: ("offer accepted", "offers accepted"),
}


def counted_word(stage: Stage, count: int) -> str:
    """What a count of the stage is called: "found", "resume submitted", "resumes submitted"."""
    singular, plural = _SINGULAR_PLURAL[stage]
    return singular if abs(count) == 1 else plural


def stage_words(stage: Stage, count: int) -> str:
    """ "3 resumes submitted", "1 met", and for a correction "2 fewer found"."""
    word = counted_word(stage, count)
    return f"{count:,} {word}" if count >= 0 else f"{-count:,} fewer {word}"


def moved_words(moved: Mapping[Stage, int]) -> str:
    """ "12 found, 5 contacted, 1 resume submitted", in the order of the pipeline."""
    return ", ".join(stage_words(stage, moved[stage]) for stage in STAGES if moved.get(stage))


def days_words(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def change_words(change: StatusChange) -> str:
    """What a change of status did, without its reason."""
    match (change.from_status, change.to_status):
        case ("", Status.OPEN):
            return "Added as an open requisition"
        case ("", _):
            return "Requisition created"
        case (Status.ON_HOLD, Status.OPEN | Status.INTAKE):
            return "Work goes on after the hold"
        case (_, Status.INTAKE):
            return "Intake begins"
        case (Status.FILLED | Status.CANCELLED | Status.PARTED, Status.OPEN):
            return "Reopened"
        case (_, Status.OPEN):
            return "Sourcing opened" + (" without a signed brief" if change.override else "")
        case (Status.ON_HOLD, Status.ON_HOLD):
            return f"The hold goes on{_until(change)}"
        case (_, Status.ON_HOLD):
            return f"Put on hold{_until(change)}"
    return Status(change.to_status).label


def _until(change: StatusChange) -> str:
    return f" until {day_words(change.until)}" if change.until else ""


def day_words(day: date) -> str:
    """ "3 March"."""
    return f"{day.day} {day:%B}"


def since_words(day: date, today: date) -> str:
    """A past day after "since" or "on": "today", "yesterday", "Tuesday", "3 March"."""
    days = (today - day).days
    if days in (0, 1):
        return "yesterday" if days else "today"
    if 1 < days < 7:
        return f"{day:%A}"
    return day_words(day) if day.year == today.year else f"{day_words(day)} {day.year}"
