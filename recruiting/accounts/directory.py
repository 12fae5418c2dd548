"""People as a reader may see them: of another person's clients only those that both share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.db.models.functions import Lower
from django.utils import timezone

from recruiting.accounts.models import Client, Invitation, Membership, User
from recruiting.accounts.models.people import UserQuerySet


@dataclass(frozen=True)
class Entry:
    """One person, ready to be shown."""

    person: User
    party: str
    clients: list[Client]
    signed_in: str
    invitation: Invitation | None
    state: str


def search(reader: User, wanted: Mapping[str, Any]) -> UserQuerySet:
    """The people that a reader sees, by name: those with all words of `q` in name or address, of
    a role, at a client, in a state."""
    people: UserQuerySet = User.objects.visible_to(reader)
    for word in wanted.get("q", "").split():
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if role := wanted.get("role"):
        people = people.filter(role=role)
    if client := wanted.get("client"):
        people = people.serving(client)
    match wanted.get("state"):
        case "active":
            people = people.active()
        case "new":
            people = people.active().filter(last_login=None)
        case "gone":
            people = people.filter(is_active=False)
    return people.order_by("-is_active", Lower("name"), "email")


def with_clients(people: UserQuerySet, reader: User) -> UserQuerySet:
    """Two more statements, for any number of people."""
    shared = Membership.objects.filter(client__in=Client.objects.visible_to(reader))
    invitations = Invitation.objects.visible_to(reader).open()
    return people.select_related("working_card").prefetch_related(
        Prefetch("memberships", shared.select_related("client").order_by("client__name")),
        Prefetch("invitations", invitations),
    )


def held_by(person: User, reader: User) -> list[Mapping[str, Any]]:
    """How many requisitions that are not closed a person holds, or as a manager answers for, at
    each of the clients that the reader sees."""
    rows = person.requisitions_managed if person.is_manager else person.requisitions_held
    open_ones = rows.filter(closed_on=None, client__in=Client.objects.visible_to(reader))
    by_client = open_ones.order_by("client__name").values("client", "client__name")
    return [dict(one) for one in by_client.annotate(number=Count("pk"))]


def entry(person: User) -> Entry:
    """Of a person that came through `with_clients`."""
    invitation = next(iter(person.invitations.all()), None)
    return Entry(
        person=person,
        party="manager" if person.is_manager else "recruiter",
        clients=[membership.client for membership in person.memberships.all()],
        signed_in=_day(person.last_login) if person.last_login else "",
        invitation=invitation,
        state=_state(person, invitation),
    )


def _state(person: User, invitation: Invitation | None) -> str:
    if not person.is_active:
        return "Deactivated"
    if invitation:
        return f"Invited {_day(invitation.created_at)}, not signed in yet"
    return "" if person.last_login else "Not signed in yet"


def _day(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.day} {local:%b %Y}"
