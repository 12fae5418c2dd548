"""The people of a requisition, each with what time it is for them."""

from dataclasses import dataclass
from datetime import datetime

from recruiting.accounts.models import User
from requisitions.models import Requisition


@dataclass(frozen=True)
class PersonLine:
    name: str
    initials: str
    party: str
    about: str


def people_of(requisition: Requisition, *, now: datetime) -> list[PersonLine]:
    """Manager, recruiter, then watchers. One statement, for the watchers."""
    people = []
    if requisition.manager:
        people.append(_line(requisition.manager, "manager", "Hiring manager", now))
    people.append(_line(requisition.recruiter, "recruiter", "Recruiter", now))
    watchers = requisition.watchers.select_related("user__working_card").order_by("user__name")
    for watcher in watchers:
        party = "manager" if watcher.user.is_manager else "recruiter"
        people.append(_line(watcher.user, party, "Watches", now))
    return people


def _line(user: User, party: str, what: str, now: datetime) -> PersonLine:
    card = user.working_card
    place = card.zone.rpartition("/")[2].replace("_", " ")
    return PersonLine(
        name=user.display_name,
        initials=user.initials,
        party=party,
        about=f"{what} · {card.local(now):%H:%M} in {place}",
    )
