"""The agendas with which the meetings at a client begin."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models, transaction

from intake.agenda import AGENDA, Part, check_parts, parts_of, rows_of
from recruiting.accounts.models import Client
from recruiting.audit.models import Event, record

if TYPE_CHECKING:
    from recruiting.accounts.models import User


class StaleAgenda(Exception):
    """Another agenda was kept since. Holds the parts that stand."""

    def __init__(self, current: tuple[Part, ...]) -> None:
        super().__init__(f"{len(current)} parts")
        self.current = current


class AgendaTemplate(models.Model):
    """The agenda with which the meetings at a client begin."""

    client = models.OneToOneField(
        "accounts.Client", models.CASCADE, primary_key=True, related_name="agenda_template"
    )
    parts = models.JSONField()

    def __str__(self) -> str:
        return f"Agenda at {self.client_id}"

    @classmethod
    def parts_at(cls, client: Client) -> tuple[Part, ...]:
        """The client's own agenda, or the usual one."""
        return cls.by_client([client.pk])[client.pk]

    @classmethod
    def by_client(cls, clients: Iterable[UUID]) -> dict[UUID, tuple[Part, ...]]:
        """The same for several, in one statement."""
        wanted = set(clients)
        kept = dict(cls.objects.filter(client__in=wanted).values_list("client", "parts"))
        return {pk: parts_of(kept[pk]) if pk in kept else AGENDA for pk in wanted}

    @classmethod
    def keep(
        cls,
        client: Client,
        parts: tuple[Part, ...],
        *,
        by: "User",
        now: datetime,
        seen: tuple[Part, ...] | None = None,
    ) -> None:
        """Begin the next meetings at this client with `parts`; the usual ones are not kept as the
        client's own. With `seen`, what the writer was shown, another agenda is not written over.

        Raises ValidationError, and StaleAgenda.
        """
        check_parts(parts)
        with transaction.atomic():
            client = Client.objects.select_for_update().get(pk=client.pk)
            current = cls.parts_at(client)
            if current == parts:
                return
            if seen is not None and seen != current:
                raise StaleAgenda(current)
            if parts == AGENDA:
                cls.objects.filter(client=client).delete()
            else:
                cls.objects.update_or_create(client=client, defaults={"parts": rows_of(parts)})
            record("changed the agenda", client, by=by, now=now, client=client,
                   minutes=sum(part.minutes for part in parts), before=rows_of(current),
                   after=rows_of(parts))  # fmt: skip

    @classmethod
    def undo(cls, client: Client, *, by: "User", now: datetime) -> None:
        """Take back this person's change, if it is the last one. Raises StaleAgenda when it is not,
        or has been taken back."""
        changes = Event.objects.about(client).filter(action="changed the agenda")
        with transaction.atomic():
            Client.objects.select_for_update().get(pk=client.pk)
            last = changes.first()
            if last is None or last.actor_id != by.pk or "before" not in last.particulars:
                raise StaleAgenda(cls.parts_at(client))
            before, after = (parts_of(last.particulars[name]) for name in ("before", "after"))
            cls.keep(client, before, seen=after, by=by, now=now)
