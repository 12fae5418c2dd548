"""Requisitions as rows of a list: every cell a finished text, since formatting in templates is what
makes long lists slow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from requisitions.models import Requisition, Stage
from requisitions.stages import stages_in_sight
from requisitions.words import stage_words
from status_updates.facts import Facts

SHORT = {
    Stage.FOUND: "Found",
    Stage.CONTACTED: "Contacted",
    Stage.SCREENED: "Screened",
    Stage.MET: "Met",
    Stage.SUBMITTED: "Resumes",
    Stage.APPROVED: "Approved",
    Stage.INTERVIEWED: "Interviews",
    Stage.OFFERED: "Offers",
    Stage.ACCEPTED: "Accepted",
}
"""Headings of narrow columns; the whole name stands in their title."""


@dataclass(frozen=True)
class Total:
    text: str
    is_zero: bool


@dataclass(frozen=True)
class Row:
    """One requisition. Texts are plain and not escaped yet."""

    pk: UUID
    url: str
    title: str
    about: str
    manager: str
    status: str
    status_label: str
    days: str
    days_title: str
    totals: Mapping[Stage, Total]
    """Of the stages that the client counts, and of others that hold counts."""
    counted: Sequence[Stage]
    reached: str
    last: str
    last_on: str
    last_title: str
    next_step: str
    promise: str
    promise_is_late: bool
    sentence: str
    more: Mapping[str, str]


def row(known: Facts, *, today: date) -> Row:
    requisition = known.requisition
    checkpoint = requisition.latest_checkpoint
    open_promises = [] if requisition.is_closed else known.open_promises
    promise = open_promises[0] if open_promises else None
    return Row(
        pk=requisition.pk,
        url=requisition.get_absolute_url(),
        title=requisition.title,
        about=about(requisition),
        manager=requisition.manager.display_name if requisition.manager else "",
        status=requisition.status,
        status_label=requisition.get_status_display(),
        days="" if known.days_open is None else f"{known.days_open:,}",
        days_title=_days_title(known),
        totals={
            stage: Total(f"{known.totals[stage]:,}", not known.totals[stage])
            for stage in stages_in_sight(requisition.client.hidden, known.totals)
        },
        counted=known.stages,
        reached=", ".join(_reached(known)),
        last=ago(checkpoint.on, today) if checkpoint else "",
        last_on=checkpoint.on.isoformat() if checkpoint else "",
        last_title=exact(checkpoint.on) if checkpoint else "",
        next_step="" if requisition.is_closed else known.next_step,
        promise=promise_words(promise.text, promise.due_on, today) if promise else "",
        promise_is_late=promise is not None and promise.due_on < today,
        sentence=known.sentence,
        more={
            "code": requisition.code,
            "recruiter": requisition.recruiter.display_name,
            "opened": _short(requisition.opened_on),
            "target": _short(requisition.target_on),
            "openings": _openings(requisition),
        },
    )


def about(requisition: Requisition) -> str:
    """Client, employer where it is another, and place."""
    parts = [requisition.client.name, requisition.employer, requisition.place]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def _openings(requisition: Requisition) -> str:
    """ "3", and once one is filled "1 of 3"."""
    accepted = requisition.funnel.accepted
    return f"{accepted:,} of {requisition.openings:,}" if accepted else f"{requisition.openings:,}"


def _days_title(known: Facts) -> str:
    opened = known.requisition.opened_on
    if opened is None:
        return ""
    held = f", {known.days_on_hold} on hold left out" if known.days_on_hold else ""
    return f"Opened {exact(opened)}{held}"


def _reached(known: Facts) -> list[str]:
    """The furthest three stages, for where nine columns do not fit."""
    totals = ((stage, known.totals[stage]) for stage in known.stages)
    counts = [stage_words(stage, total) for stage, total in totals if total]
    return counts[-3:]


def promise_words(what: str, due_on: date, today: date) -> str:
    """ "2 resumes submitted by Fri 13 Mar", and that it is late or due today."""
    pressing = ", late" if due_on < today else ", today" if due_on == today else ""
    return f"{what} by {_near(due_on, today)}{pressing}"


def ago(day: date, today: date) -> str:
    """A past day as people say it; the exact one belongs in the title."""
    days = (today - day).days
    if days == 0:
        return "today"
    if days == 1:
        return "yesterday"
    if 1 < days <= 30:
        return f"{days} days ago"
    return _near(day, today)


def _short(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""


def exact(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _near(day: date, today: date) -> str:
    if abs(day - today) < timedelta(days=7):
        return f"{day:%a} {day.day} {day:%b}"
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"
