"""Taking the words out of mails that tell of what may be kept no longer.

The row stays: that there was a mail, to whom and when. What has not left yet is written anew from
what may be told by then, or not sent at all. What is on its way at this moment counts as perhaps
sent, since its worker can write to the row no more.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from recruiting.mailing.flights import call_back
from recruiting.mailing.models import Mail, MailQuerySet, State

_WORDS = {"text": "", "html": "", "calendar": ""}
_TYPED = {"why": "", "round": "Interview"}
"""What stands in payloads in the place of words that somebody typed."""

_WAITING = (State.PENDING, State.CLAIMED)
PERHAPS = "It was on its way when what it told of was erased; it may have arrived."


def redact(mails: Collection[UUID], *, unsent: Collection[UUID], why: str, now: datetime) -> None:
    """Wipe the bodies of `mails`; those of them in `unsent` are not sent any more, with `why` as
    the reason. Call it in the transaction of the erasure. Twice is once."""
    call_back(mails, now)
    rows = Mail.objects.filter(pk__in=mails)
    _settle(
        rows.filter(pk__in=unsent, state__in=_WAITING, interruptions=0), State.SKIPPED, why, now
    )
    _settle(
        rows.filter(Q(state=State.SENDING) | Q(state__in=_WAITING, interruptions__gt=0)),
        State.AMBIGUOUS, PERHAPS, now,
    )  # fmt: skip
    rows.filter(state__in=_WAITING).update(
        **_WORDS, state=State.PENDING, rendered_at=None, lease_until=None, fence=F("fence") + 1
    )
    done = rows.exclude(state__in=_WAITING).exclude(text="", html="", calendar="")
    done.update(**_WORDS, redacted_at=now)
    for mail in rows.only("payload"):
        mail.payload = _without_words(mail.payload)
        mail.save(update_fields=["payload"])


def _without_words(payload: dict[str, Any]) -> dict[str, Any]:
    """What a mail is rendered from holds ids, and at times words that somebody typed."""
    kept = {key: _TYPED.get(key, value) for key, value in payload.items()}
    if isinstance(kept.get("invite"), dict):
        kept["invite"] = {**kept["invite"], "place": ""}
    return kept


def _settle(rows: MailQuerySet, state: State, reason: str, now: datetime) -> None:
    rows.update(
        **_WORDS, state=state, reason=reason, finished_at=now, redacted_at=now, lease_until=None,
        fence=F("fence") + 1,
    )  # fmt: skip
