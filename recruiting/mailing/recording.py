"""Writing down how a mail ended, or when it is tried again.

Each of these changes a row only as long as the row is still the worker's own.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F

from recruiting.mailing import kinds
from recruiting.mailing.models import Mail, State, Suspension

log = structlog.get_logger(__name__)

RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Waits between attempts that a server puts off; the last one is repeated."""

GIVE_UP_AFTER = timedelta(days=1)
"""How long after it was due a mail that is put off again and again is still tried."""

UNREACHABLE_RETRY = timedelta(minutes=1)
"""With no server to talk to, a mail waits; that uses up none of its attempts."""

INTERRUPTIONS_MAX = 1

PERHAPS = "The connection ended twice while the mail was on its way; it may have arrived."


def finish(
    mail: Mail,
    state: State,
    now: datetime,
    reason: str = "",
    server_said: str = "",
    ended: Counter[State] | None = None,
) -> bool:
    """Write how it ended, and wipe what is not to be kept; nothing when another worker has it."""
    written = bool(finish_all([mail], state, now, reason, server_said))
    if written:
        mail.state = state
        if ended is not None:
            ended[state] += 1
    return written


def finish_all(
    mails: Sequence[Mail], state: State, now: datetime, reason: str = "", server_said: str = ""
) -> int:
    """The same for many at once; returns how many were still the worker's own."""
    fields: dict[str, Any] = {
        "state": state,
        "finished_at": now,
        "lease_until": None,
        "reason": reason[:300],
        "server_said": server_said,
    }
    wiped = dict.fromkeys(("subject", "text", "html", "calendar"), "")
    redacted = [mail for mail in mails if kinds.get(mail.kind).redact]
    kept = [mail for mail in mails if not kinds.get(mail.kind).redact]
    written = Mail.objects.held(kept).update(**fields) if kept else 0
    if redacted:
        fields |= {**wiped, "payload": {}, "redacted_at": now}
        written += Mail.objects.held(redacted).update(**fields)
    return written


def skip(mail: Mail, reason: str, now: datetime, ended: Counter[State]) -> None:
    """Not sent. A mail that was on the wire once has perhaps been, and is not called skipped."""
    if mail.interruptions:
        finish(mail, State.AMBIGUOUS, now, f"It may have arrived. Not sent again: {reason}",
               ended=ended)  # fmt: skip
    else:
        finish(mail, State.SKIPPED, now, reason, ended=ended)


def refuse(mail: Mail, said: str, now: datetime, ended: Counter[State]) -> None:
    """Failed for good; nothing more goes to the address until a recruiter lifts that."""
    with transaction.atomic():
        if finish(mail, State.FAILED, now, "The server refused the address.", said, ended):
            Suspension.objects.get_or_create(
                address=mail.address, defaults={"at": now, "server_said": said}
            )
            log.warning("address_suspended", mail=str(mail.pk), server_said=said)


def put_off(mail: Mail, said: str, now: datetime, ended: Counter[State]) -> None:
    """Try again later, every hour in the end, or give up when it is a day late."""
    again = now + RETRY_AFTER[min(mail.attempts, len(RETRY_AFTER) - 1)]
    if mail.attempts >= len(RETRY_AFTER) and again > mail.due_at + GIVE_UP_AFTER:
        finish(mail, State.FAILED, now, "Put off for a whole day.", said, ended)
        return
    wait(mail, again, ended, said, attempts=F("attempts") + 1)


def interrupted(mail: Mail, said: str, now: datetime, ended: Counter[State]) -> None:
    """Nobody saw the end: once more, and then no more."""
    if mail.interruptions >= INTERRUPTIONS_MAX:
        finish(mail, State.AMBIGUOUS, now, PERHAPS, said, ended)
    else:
        seen = F("interruptions") + 1
        wait(mail, now + RETRY_AFTER[0], ended, said, interruptions=seen)


def wait(
    mail: Mail, until: datetime, ended: Counter[State], server_said: str = "", **fields: Any
) -> None:
    """It is tried again at `until`."""
    if wait_all([mail], until, server_said, **fields):
        mail.state = State.PENDING
        ended[State.PENDING] += 1


def wait_all(mails: Sequence[Mail], until: datetime, server_said: str = "", **fields: Any) -> int:
    """The same for many at once; returns how many were still the worker's own."""
    return Mail.objects.held(mails).update(
        state=State.PENDING,
        next_attempt_at=until,
        lease_until=None,
        server_said=server_said,
        **fields,
    )
