"""What waits on a hiring manager. One pure function for the home page and the digest."""

from collections.abc import Collection, Sequence
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
    manager_id: UUID
    text: str


def waiting_on(managers: Collection[UUID], known: Sequence[Facts], *, today: date) -> list[Waiting]:
    """What waits on a manager, and on those for whom she stands in, among requisitions that she
    sees; a watcher decides nothing."""
    found = []
    for one in known:
        manager_id = one.requisition.manager_id
        if manager_id is None or manager_id not in managers:
            continue
        what = _of_intake(one) or _of_hold(one, today)
        if what:
            found.append(Waiting(one.requisition, manager_id, what))
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
