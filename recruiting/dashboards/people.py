"""The people of a requisition, each with what one wants to know before writing to them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from recruiting.accounts.availability import Availability, Presence
from recruiting.accounts.models import User
from recruiting.lib.text import render_markdown
from requisitions.models import Requisition


@dataclass(frozen=True)
class PersonLine:
    """`reached` and `how_to` are empty when the person has not said."""

    name: str
    initials: str
    party: str
    about: str
    availability: Availability
    reached: str
    how_to: SafeString | str


def people_of(requisition: Requisition, *, now: datetime) -> list[PersonLine]:
    """Manager, recruiter, then watchers. Two statements, for watchers and for absences."""
    people = []
    if requisition.manager:
        people.append((requisition.manager, "manager", "Hiring manager"))
    people.append((requisition.recruiter, "recruiter", "Recruiter"))
    watchers = requisition.watchers.select_related("user__working_card").order_by("user__name")
    for watcher in watchers:
        party = "manager" if watcher.user.is_manager else "recruiter"
        people.append((watcher.user, party, "Watches"))
    presence = Presence.load([user for user, _, _ in people], now)
    return [
        _line(user, party, what, presence.of(user, requisition.client))
        for user, party, what in people
    ]


def _line(user: User, party: str, what: str, availability: Availability) -> PersonLine:
    card = user.working_card
    return PersonLine(
        name=user.display_name,
        initials=user.initials,
        party=party,
        about=f"{what} · {availability.local} in {card.place}",
        availability=availability,
        reached=card.reached,
        how_to=render_markdown(card.how_to) if card.how_to else "",
    )
