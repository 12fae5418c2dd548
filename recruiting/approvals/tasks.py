"""What workers do about resumes. The queue carries wake-ups only; what is due, the rows say."""

from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone

from recruiting.approvals import erasure
from recruiting.approvals.files import preparing

log = structlog.get_logger(__name__)

WAKE_UP_LASTS = 300
"""Seconds after which a wake-up that nobody took is dropped; the sweeper sends another."""


@shared_task
def sweep() -> None:
    """Wake workers for resumes that wait, and erase whose time has come."""
    now = timezone.now()
    for pk, tries in preparing.due(now):
        wake(pk, tries=tries)
    erasure.erase_due(now)


@shared_task
def tidy() -> None:
    """Delete files that belong to no resume any more."""
    erasure.remove_left_over(timezone.now())


@shared_task
def prepare(pk: str, tries: int) -> None:
    preparing.prepare(UUID(pk), tries=tries)


def wake(pk: UUID, *, tries: int) -> None:
    """Ask a worker to prepare a resume. A queue that is away is nobody's error."""
    try:
        prepare.apply_async((str(pk), tries), expires=WAKE_UP_LASTS, retry=False)
    except Exception as error:  # each transport has its own exceptions
        log.warning("wake_failed", resume=str(pk), error=repr(error))
