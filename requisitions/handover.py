"""What a person holds and gives away at once: on leaving, or when a manager changes."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict

from recruiting.accounts.models import Client, Membership, Role, User
from requisitions.models import BulkAction, Requisition
from requisitions.models.bulk import BULK_MAX, Order, Shown
from requisitions.models.status import CLOSED

TAKER = "to_"
"""What the names of the fields begin with; the id of the client follows."""


@dataclass(frozen=True)
class Share:
    """The requisitions that a person holds at one client and that are not closed."""

    client: Client
    rows: Sequence[Requisition]

    @property
    def name(self) -> str:
        return f"{TAKER}{self.client.pk}"


def open_ones_of(person: User, by: User) -> QuerySet[Requisition]:
    """Those that a recruiter holds, or a manager answers for, and that `by` sees."""
    rows = Requisition.objects.visible_to(by).exclude(status__in=CLOSED)
    return rows.filter(manager=person) if person.is_manager else rows.filter(recruiter=person)


def shares_of(person: User, by: User, only: uuid.UUID | None = None) -> list[Share]:
    """By client, or those at `only` one; as many as can be changed at once."""
    rows = open_ones_of(person, by).select_related("client")
    if only:
        rows = rows.filter(client=only)
    held: defaultdict[Client, list[Requisition]] = defaultdict(list)
    for row in rows.order_by("client__name", "client", "title", "pk")[:BULK_MAX]:
        held[row.client].append(row)
    return [Share(client, found) for client, found in held.items()]


def takers(person: User, clients: Iterable[Client]) -> Mapping[uuid.UUID, list[User]]:
    """Who could take over at each client, by name. A lead may recruit for every client."""
    clients = list(clients)
    roles = [Role.MANAGER] if person.is_manager else [Role.RECRUITER]
    serving = Membership.objects.filter(
        client__in=clients, user__role__in=roles, user__is_active=True
    )
    found: defaultdict[uuid.UUID, list[User]] = defaultdict(list)
    for membership in serving.exclude(user=person).select_related("user"):
        found[membership.client_id].append(membership.user)
    leads = [] if person.is_manager else _leads(person)
    return {
        client.pk: [*sorted(found[client.pk], key=lambda user: user.display_name), *leads]
        for client in clients
    }


def _leads(person: User) -> list[User]:
    leads = User.objects.active().filter(role=Role.LEAD).exclude(pk=person.pk)
    return list(leads.order_by("name", "email"))


class HandoverForm(forms.Form):
    """Who takes over at each client. With `of_all` nothing may stay with the person."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: QueryDict | None, *, person: User, shares: Sequence[Share], of_all: bool
    ) -> None:
        super().__init__(data)
        self.shares = shares
        self.people: dict[str, User] = {}
        offered = takers(person, [share.client for share in shares])
        stays = "Choose" if of_all else f"Stays with {person.first_name}"
        for share in shares:
            people = offered[share.client.pk]
            self.people |= {str(one.pk): one for one in people}
            choices = [(str(one.pk), _label(one)) for one in people]
            number = len(share.rows)
            self.fields[share.name] = forms.ChoiceField(
                choices=[("", stays), *choices],
                required=of_all,
                label=str(share.client),
                help_text=f"{number:,} requisition{'' if number == 1 else 's'}",
                error_messages={
                    "required": f"Say who takes over at {share.client}.",
                    "invalid_choice": "Choose from the list: who was chosen can't take them.",
                },
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.get(share.name) for share in self.shares):
            raise ValidationError("Choose who takes over at one client at least.")
        return cleaned

    @property
    def given(self) -> list[tuple[Share, User]]:
        """Each share that goes to somebody. Call it on a valid form."""
        chosen = ((share, self.cleaned_data[share.name]) for share in self.shares)
        return [(share, self.people[pk]) for share, pk in chosen if pk]

    @property
    def shown(self) -> list[Shown]:
        """How the rows stand, for a page to carry."""
        return [
            Shown(row.pk, row.version, row.status) for share, _ in self.given for row in share.rows
        ]

    def order(self, person: User) -> Order:
        kind = BulkAction.Kind.MANAGER if person.is_manager else BulkAction.Kind.RECRUITER
        return Order(kind, takers={share.client.pk: user for share, user in self.given})


def _label(user: User) -> str:
    return f"{user.display_name}, lead" if user.is_lead else user.display_name
