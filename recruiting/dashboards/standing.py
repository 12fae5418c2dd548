"""For whom a reader stands in, read off requisitions fetched `with_standing`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from recruiting.accounts.models import Client, User
from requisitions.models import Requisition


@dataclass(frozen=True)
class Standing:
    """The reader stands in for `manager` at `client` until that day."""

    manager: User
    client: Client
    until: date


def standing_of(requisitions: Iterable[Requisition]) -> list[Standing]:
    """Each once, by name, of requisitions with managers and clients."""
    found = {
        Standing(one.manager, one.client, until)
        for one in requisitions
        if one.manager and (until := getattr(one, "stood_in_until", None))
    }
    return sorted(found, key=lambda one: (one.manager.display_name, one.client.name))
