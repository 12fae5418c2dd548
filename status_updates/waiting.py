"""What waits on a hiring manager. One pure function for the home page and the digest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from uuid import UUID

from intake.models import Side
from intake.waiting import WaitingBrief
from requisitions.models import Requisition, Status
from requisitions.words import day_words, since_words
from status_updates.facts import Facts

HOLD_ENDS_SOON = timedelta(days=7)
"""A hold that ends within so many days waits on the manager's word: shall the work go on?"""


@dataclass(frozen=True)
class Waiting:
    """Something that only the accountable manager can settle; `text` follows the job's title.

    `brief` is what waits for a signature, if that is it.
    """

    requisition: Requisition
    manager_id: UUID
    text: str
    brief: WaitingBrief | None = None


def waiting_on(
    managers: Collection[UUID],
    known: Sequence[Facts],
    *,
    today: date,
    zone: tzinfo,
    briefs: Mapping[UUID, WaitingBrief],
) -> list[Waiting]:
    """What waits on a manager, and on those for whom she stands in, among requisitions that she
    sees; a watcher decides nothing. Briefs to be signed come first."""
    found = []
    for one in known:
        manager_id, brief = one.requisition.manager_id, briefs.get(one.requisition.pk)
        if manager_id is None or manager_id not in managers:
            continue
        if brief and brief.side == Side.MANAGER and not one.requisition.is_closed:
            what = _of_brief(brief, today, zone)
            found.append(Waiting(one.requisition, manager_id, what, brief))
        elif what := _of_intake(one, brief) or _of_hold(one, today):
            found.append(Waiting(one.requisition, manager_id, what))
    return sorted(found, key=lambda one: one.brief is None)


def _of_brief(brief: WaitingBrief, today: date, zone: tzinfo) -> str:
    since = since_words(brief.asked_at.astimezone(zone).date(), today)
    what = "amendment" if brief.is_amendment else "brief"
    return f"{what} not signed yet, waiting on you since {since}, when {brief.asker} signed it"


def _of_intake(one: Facts, brief: WaitingBrief | None) -> str:
    """Nothing while the recruiter is the one who has to sign."""
    if one.requisition.status != Status.INTAKE or brief:
        return ""
    recruiter = one.requisition.recruiter.display_name
    return f"agree with {recruiter} on what the job needs, so that the search can start"


def _of_hold(one: Facts, today: date) -> str:
    if one.hold_until is None or one.hold_until > today + HOLD_ENDS_SOON:
        return ""
    tense = "ends" if one.hold_until >= today else "was to end"
    day = f"{one.hold_until:%A} {day_words(one.hold_until)}"
    recruiter = one.requisition.recruiter.display_name
    return f"the hold {tense} on {day}: tell {recruiter} whether work goes on"
