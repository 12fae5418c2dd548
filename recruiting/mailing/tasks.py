"""What workers run. The queue carries wake-ups only; all that matters is in the ledger."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone

from recruiting.mailing import delivery, heartbeat, kinds, sweeper

log = structlog.get_logger(__name__)

WAKE_UP_LASTS = 300
"""Seconds after which a wake-up that nobody took is dropped; the sweeper sends another."""


@shared_task
def sweep() -> None:
    """Write down what becomes due, wake workers for all that is due, and say that all is well."""
    for ids in sweeper.sweep(timezone.now()):
        wake(ids)
    heartbeat.beat(timezone.now())


@shared_task
def deliver(ids: list[str]) -> None:
    delivery.deliver([UUID(pk) for pk in ids], now=timezone.now())


FIRST, AFTERWARDS = 0, 6
"""Priorities in a queue that knows them: what somebody waits for goes before any batch."""

wakes: Counter[str] = Counter()
"""Wake-ups that this process has `sent` and that `failed`, since it started."""


def wake(ids: Sequence[UUID], *, urgent: bool = False) -> bool:
    """Ask a worker to deliver; False when the queue is away, which is nobody's error."""
    try:
        deliver.apply_async(
            ([str(pk) for pk in ids],),
            expires=WAKE_UP_LASTS,
            retry=False,
            priority=FIRST if urgent else AFTERWARDS,
        )
    except Exception as error:  # each transport has its own exceptions
        wakes["failed"] += 1
        log.warning("wake_failed", mails=len(ids), failures=wakes["failed"], error=repr(error))
        return False
    wakes["sent"] += 1
    return True


def wake_or_deliver(pk: UUID, kind: str) -> None:
    """Wake a worker; without a queue, send here and now what a person waits for."""
    urgent = kinds.get(kind).urgent
    if wake([pk], urgent=urgent) or not urgent:
        return
    try:
        delivery.deliver([pk], now=timezone.now())
    except Exception:
        log.exception("urgent_delivery_failed", mail=str(pk))
