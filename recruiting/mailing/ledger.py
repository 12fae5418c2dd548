"""The one way for a mail to come into being: as a row of the ledger, once for its natural key."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from recruiting.mailing import tasks
from recruiting.mailing.kinds import BATCH
from recruiting.mailing.models import Mail, State

if TYPE_CHECKING:
    from recruiting.accounts.models import Client, User


def queue(
    kind: str,
    *,
    recipient: "User",
    period: str,
    now: datetime,
    client: "Client | None" = None,
    payload: dict[str, Any] | None = None,
    scheduled_at: datetime | None = None,
    expires_at: datetime | None = None,
    zone: str = "UTC",
) -> Mail:
    """The mail of that natural key: written now, or the one that was there already.

    `period` names the period or the subject that the mail is about, such as the id of an
    invitation; `payload` is what its kind needs for rendering. When the surrounding transaction
    commits, a worker is woken; a queue that is away is no error, the sweeper finds the row.
    """
    row = new_row(
        kind,
        recipient_id=recipient.pk,
        client_id=client.pk if client else None,
        period=period,
        payload=payload or {},
        scheduled_at=scheduled_at or now,
        expires_at=expires_at,
        zone=zone,
        now=now,
    )
    insert([row])
    mail = Mail.objects.get(key=row.key)
    if mail.pk == row.pk and mail.scheduled_at <= now:
        transaction.on_commit(partial(tasks.wake_or_deliver, mail.pk, kind))
    return mail


def new_row(
    kind: str,
    *,
    recipient_id: UUID,
    client_id: UUID | None,
    period: str,
    scheduled_at: datetime,
    now: datetime,
    payload: dict[str, Any] | None = None,
    expires_at: datetime | None = None,
    zone: str = "UTC",
) -> Mail:
    """An unsaved row, for kinds that write many at once."""
    return Mail(
        key=natural_key(kind, recipient_id, client_id, period),
        kind=kind,
        recipient_id=recipient_id,
        client_id=client_id,
        period=period,
        payload=payload or {},
        created_at=now,
        scheduled_at=scheduled_at,
        due_at=scheduled_at,
        next_attempt_at=scheduled_at,
        expires_at=expires_at,
        zone=zone,
    )


def post(rows: Sequence[Mail]) -> None:
    """Write rows that are due now, each once for its natural key, and wake a worker on commit."""
    insert(rows)
    transaction.on_commit(partial(tasks.wake, [row.pk for row in rows]))


def bring_forward(mail: Mail, at: datetime, **payload: Any) -> None:
    """A mail that waits, or that was skipped before it was written, is to go at `at` instead.
    Hold its row locked while you call this."""
    mail.state, mail.reason, mail.finished_at = State.PENDING, "", None
    mail.scheduled_at = mail.due_at = mail.next_attempt_at = at
    mail.payload = {**mail.payload, **payload}
    mail.save(
        update_fields=[
            "state", "reason", "finished_at", "scheduled_at", "due_at", "next_attempt_at",
            "payload",
        ]
    )  # fmt: skip


def natural_key(kind: str, recipient_id: UUID, client_id: UUID | None, period: str) -> str:
    return f"{kind}:{recipient_id}:{client_id or '-'}:{period}"


def insert(rows: Iterable[Mail]) -> None:
    """Write rows in sets; one whose natural key is there already is left as it stands. However
    many there are, a set of them at a time is held."""
    rest = iter(rows)
    while some := list(islice(rest, BATCH)):
        Mail.objects.bulk_create(some, ignore_conflicts=True)
