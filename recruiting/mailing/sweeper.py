"""Finding the work: what becomes due is written down, what is due is handed out in batches."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import Case, When

from recruiting.mailing import holding, kinds
from recruiting.mailing.kinds import BATCH
from recruiting.mailing.models import SILENT_AFTER, Mail

log = structlog.get_logger(__name__)

SWEEP_MAX = 10_000
"""Mails handed out in one sweep; the next one, a minute later, goes on."""


def sweep(now: datetime) -> Iterator[list[UUID]]:
    """The ids of all mails due at `now`, in batches. Running it twice does nothing twice."""
    known = holding.look(now)
    if known.swept_at and now - known.swept_at > SILENT_AFTER:
        log.error("sweeper_was_silent", since=known.swept_at.isoformat())
    materialise(now)
    if known.passes_over and not known.held_since:
        holding.pass_over(known.passes_over, now)
    holding.swept(known, now)
    if overdue := Mail.objects.overdue(now).count():
        log.error("mail_overdue", mails=overdue)
    urgent = [kind.name for kind in kinds.registered() if kind.urgent]
    mails = Mail.objects.due(now).filter(holding.going(known))
    mails = mails.order_by(Case(When(kind__in=urgent, then=0), default=1), "next_attempt_at")
    due = list(mails.values_list("pk", flat=True)[:SWEEP_MAX])
    for start in range(0, len(due), BATCH):
        yield due[start : start + BATCH]


def materialise(now: datetime) -> int:
    """Let every kind write its rows. One that breaks does not hold up the others."""
    written = 0
    for kind in kinds.registered():
        if kind.materialise is None:
            continue
        try:
            written += kind.materialise(now)
        except Exception:
            log.exception("materialise_failed", kind=kind.name)
    return written
