"""Who comes to be asked for a signature later: a new manager, or who begins to stand in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from intake.models import Side, Signature
from intake.notices import LASTS, TO_SIGN
from recruiting.accounts.models import Delegation
from recruiting.mailing import ledger
from recruiting.mailing.models import Mail
from requisitions.models.status import CLOSED


def materialise(now: datetime) -> int:
    """Write the mails to those who sign for a side now and were not asked. Three statements, or
    one while no brief waits."""
    asked = list(_asked(now))
    if not asked:
        return 0
    stand_ins = _stand_ins({one["brief__requisition__manager"] for one in asked}, now)
    rows = [_row(one, person, now) for one in asked for person in _people(one, stand_ins)]
    there = set(
        Mail.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True)
    )
    new = [row for row in rows if row.key not in there]
    ledger.insert(new)
    return len(new)


def _asked(now: datetime) -> Iterable[Mapping[str, Any]]:
    """What waits has one signature, that of the side which asks."""
    rows = Signature.objects.filter(
        brief__signed_at=None, brief__withdrawn_at=None, at__gt=now - LASTS
    )
    return rows.exclude(brief__requisition__status__in=CLOSED).values(
        "brief", "side", "brief__requisition__client", "brief__requisition__manager",
        "brief__requisition__recruiter",
    )  # fmt: skip


def _stand_ins(managers: set[UUID], now: datetime) -> Mapping[tuple[UUID, UUID], list[UUID]]:
    """By absent manager and client."""
    found: defaultdict[tuple[UUID, UUID], list[UUID]] = defaultdict(list)
    standing = Delegation.objects.standing(now).filter(user__in=managers)
    for user, client, delegate in standing.values_list("user", "client", "delegate"):
        found[user, client].append(delegate)
    return found


def _people(
    one: Mapping[str, Any], stand_ins: Mapping[tuple[UUID, UUID], list[UUID]]
) -> Iterator[UUID]:
    if Side(one["side"]) == Side.MANAGER:
        yield one["brief__requisition__recruiter"]
        return
    manager, client = one["brief__requisition__manager"], one["brief__requisition__client"]
    if manager:
        yield manager
        yield from stand_ins.get((manager, client), ())


def _row(one: Mapping[str, Any], person: UUID, now: datetime) -> Mail:
    return ledger.new_row(
        TO_SIGN,
        recipient_id=person,
        client_id=one["brief__requisition__client"],
        period=str(one["brief"]),
        payload={"brief": str(one["brief"]), "side": Side(one["side"]).other.value},
        scheduled_at=now,
        expires_at=now + LASTS,
        now=now,
    )
