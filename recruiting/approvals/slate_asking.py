"""Who comes to decide on a slate later: a new manager, or who begins to stand in."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from recruiting.accounts.models import Delegation
from recruiting.approvals.models import Submission
from recruiting.approvals.notices import SLATE
from recruiting.mailing import ledger
from recruiting.mailing.models import Mail
from requisitions.models.status import CLOSED


def materialise(now: datetime) -> int:
    """Write the mails to those who decide on undecided slates now and were not asked. Four
    statements, or one while nothing waits."""
    slates = list(_undecided())
    if not slates:
        return 0
    stand_ins = _stand_ins({one["requisition__manager"] for one in slates}, now)
    rows = [_row(one, person, now) for one in slates for person in _people(one, stand_ins)]
    there = set(
        Mail.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True)
    )
    new = [row for row in rows if row.key not in there]
    ledger.insert(new)
    return len(new)


def _undecided() -> Iterable[Mapping[str, Any]]:
    rows = Submission.objects.undecided().exclude(requisition__status__in=CLOSED)
    fields = ("slate", "requisition__client", "requisition__manager")
    found: Iterable[Mapping[str, Any]] = rows.order_by("slate").values(*fields).distinct()
    return found


def _stand_ins(managers: set[UUID], now: datetime) -> Mapping[tuple[UUID, UUID], list[UUID]]:
    """By absent manager and client."""
    found: dict[tuple[UUID, UUID], list[UUID]] = {}
    standing = Delegation.objects.standing(now).filter(user__in=managers)
    for user, client, delegate in standing.values_list("user", "client", "delegate"):
        found.setdefault((user, client), []).append(delegate)
    return found


def _people(
    one: Mapping[str, Any], stand_ins: Mapping[tuple[UUID, UUID], list[UUID]]
) -> Iterator[UUID]:
    manager, client = one["requisition__manager"], one["requisition__client"]
    if manager:
        yield manager
        yield from stand_ins.get((manager, client), ())


def _row(one: Mapping[str, Any], person: UUID, now: datetime) -> Mail:
    slate = str(one["slate"])
    return ledger.new_row(
        SLATE,
        recipient_id=person,
        client_id=one["requisition__client"],
        period=slate,
        payload={"slate": slate},
        scheduled_at=now,
        now=now,
    )
