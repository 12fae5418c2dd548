"""The people of a requisition, each with what one wants to know before writing to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.safestring import SafeString

from recruiting.accounts.availability import Availability, Presence
from recruiting.accounts.models import Role, User
from recruiting.lib.text import render_markdown
from requisitions.models import Requisition
from requisitions.readers import readers_of, stand_ins_at

NOTHING_TOLD = Availability("")


@dataclass(frozen=True)
class PersonLine:
    """`reached` and `how_to` are empty when the person has not said.

    `sees`: whether the person sees the requisition. Of one who does no more, as when somebody has
    left the client, nothing is told but that.
    """

    id: UUID
    name: str
    initials: str
    party: str
    about: str
    sees: bool
    availability: Availability = NOTHING_TOLD
    presence: str = ""
    reached: str = ""
    how_to: SafeString | str = ""


def people_of(requisition: Requisition, *, now: datetime) -> list[PersonLine]:
    """Manager, recruiter, then watchers and who stands in. Two statements, for the people and for
    their absences."""
    readers = readers_of(requisition, now)
    stand_ins = stand_ins_at(requisition, now).filter(delegate__role=Role.MANAGER)
    watching = requisition.watchers.values("user")
    holders = (requisition.manager_id, requisition.recruiter_id)
    others = Q(pk__in=watching) | Q(pk__in=stand_ins.values("delegate"))
    people = list(
        User.objects.filter(Q(pk__in=[one for one in holders if one]) | others)
        .select_related("working_card")
        .annotate(
            sees=Exists(readers.filter(pk=OuterRef("pk"))),
            watches=Exists(requisition.watchers.filter(user=OuterRef("pk"))),
        )
        .order_by("name", "email")
    )
    people.sort(key=lambda one: holders.index(one.pk) if one.pk in holders else len(holders))
    presence = Presence.load(people, now)
    return [_line(one, _role(one, holders), presence.of(one, requisition.client)) for one in people]


def _role(user: User, holders: Sequence[UUID | None]) -> str:
    if user.pk in holders:
        return ("Hiring manager", "Recruiter")[holders.index(user.pk)]
    return "Watches" if getattr(user, "watches", False) else "Stands in"


def _line(user: User, role: str, availability: Availability) -> PersonLine:
    card, sees = user.working_card, getattr(user, "sees", False)
    line = PersonLine(
        id=user.pk,
        name=user.display_name,
        initials=user.initials,
        party="manager" if user.is_manager else "recruiter",
        about=f"{role} · no longer sees this page",
        sees=sees,
    )
    if not sees:
        return line
    return replace(
        line,
        about=f"{role} · {availability.local} in {card.place}",
        availability=availability,
        presence=availability.sentence(user.first_name),
        reached=card.reached,
        how_to=render_markdown(card.how_to) if card.how_to else "",
    )
