"""What waits on a hiring manager. One pure function for the home page and the digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from requisitions.models import Requisition, Status
from requisitions.words import day_words
from status_updates.facts import Facts

HOLD_ENDS_SOON = timedelta(days=7)
"""A hold that ends within so many days waits on the manager's word: shall the work go on?"""


@dataclass(frozen=True)
class Waiting:
    """Something that only the accountable manager can settle; `text` follows the job's title."""

    requisition: Requisition
    text: str


def waiting_on(manager_id: UUID, known: Sequence[Facts], *, today: date) -> list[Waiting]:
    """What waits on this manager among requisitions that she sees; a watcher decides nothing."""
    found = []
    for one in known:
        if one.requisition.manager_id != manager_id:
            continue
        what = _of_intake(one) or _of_hold(one, today)
        if what:
            found.append(Waiting(one.requisition, what))
    return found


def _of_intake(one: Facts) -> str:
    if one.requisition.status != Status.INTAKE:
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
