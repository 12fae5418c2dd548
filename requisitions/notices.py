"""Who is told what when a requisition changes hands or status by somebody else."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from recruiting.accounts.models import Membership, Notification, NotificationKind, Role, Told, User
from requisitions.models.status import CLOSED, Status, StatusChange

if TYPE_CHECKING:
    from requisitions.models.bulk import BulkAction, Moved
    from requisitions.models.imports import ImportBatch
    from requisitions.models.requisition import Requisition

TIMELINE = "#timeline-title"
HOLD = "put {what} on hold"
HOLD_ENDS = "went on with {what} after the hold"
Pair = tuple[UUID, UUID]
"""A person and the client of a requisition that she is to be told of."""


def tell_of_creation(requisition: "Requisition", *, by: User, now: datetime) -> None:
    word = Told(NotificationKind.ASSIGNMENT, "gave you {what}, a new requisition")
    Notification.tell({requisition.recruiter_id: word}, cause=f"created:{requisition.pk}", by=by,
                      now=now, requisition=requisition)  # fmt: skip


def tell_of_handover(
    requisition: "Requisition", before: User | None, *, by: User, now: datetime
) -> None:
    """The recruiter has changed; `before` is who it was."""
    after = requisition.recruiter
    told = {after.pk: Told(NotificationKind.ASSIGNMENT, "gave you {what}")}
    if before:
        told[before.pk] = Told(NotificationKind.ASSIGNMENT, _given_away(by, after))
    cause = f"handover:{requisition.pk}:{requisition.version}"
    Notification.tell(told, cause=cause, by=by, now=now, requisition=requisition, person=after)


def tell_of_move(
    requisition: "Requisition", change: StatusChange, *, by: User, now: datetime
) -> None:
    """Its status has changed. What belongs to its making is told with that."""
    if now == requisition.created_at:
        return
    told = {requisition.recruiter_id: Told(NotificationKind.STATUS, _moved(change))}
    Notification.tell(told, cause=f"status:{change.pk}", by=by, now=now, requisition=requisition,
                      place=TIMELINE)  # fmt: skip


def tell_of_import(batch: "ImportBatch", number: int, *, by: User, now: datetime) -> None:
    if not number:
        return
    word = Told(NotificationKind.ASSIGNMENT, "imported {what} for you", number)
    Notification.tell({batch.recruiter_id: word}, cause=f"import:{batch.pk}", by=by, now=now,
                      client=batch.client_id, place=_list_of("me"))  # fmt: skip


def tell_of_bulk(action: "BulkAction", rows: Sequence["Moved"], *, now: datetime) -> None:
    """One word to each person, however many requisitions it was."""
    if action.kind == action.Kind.RECRUITER:
        _tell(action, "bulk", _now_with(rows), "gave you {what}", now)
        takers = {row.after.pk: row.after for row in rows}
        taker = next(iter(takers.values())) if len(takers) == 1 else None
        words = _given_away(action.by, taker) if taker else "gave {what} of yours to others"
        whose = str(taker.pk) if taker else ""
        _tell(action, "bulk", _before_with(rows), words, now, person=taker, whose=whose)
    elif action.kind == action.Kind.HOLD:
        _tell(action, "bulk", _now_with(rows), HOLD, now)


def tell_of_bulk_undone(action: "BulkAction", rows: Sequence["Moved"], *, now: datetime) -> None:
    """The same for what was brought back."""
    if action.kind == action.Kind.RECRUITER:
        _tell(action, "undone", _now_with(rows), "gave you {what} back", now)
        _tell(action, "undone", _before_with(rows), "took {what} back from you", now)
    elif action.kind == action.Kind.HOLD:
        _tell(action, "undone", _now_with(rows), HOLD_ENDS, now)


def _tell(
    action: "BulkAction",
    what: str,
    pairs: Iterable[Pair],
    words: str,
    now: datetime,
    *,
    person: User | None = None,
    whose: str = "me",
) -> None:
    """Counts what each of them sees. Several clients together are told of as a number alone."""
    others = [(who, client) for who, client in pairs if who != action.by_id]
    if not others:
        return
    served = set(Membership.objects.filter(user__in={who for who, _ in others})
                 .values_list("user", "client"))  # fmt: skip
    leads = set(User.objects.filter(role=Role.LEAD).values_list("pk", flat=True))
    counts = Counter(who for who, client in others if who in leads or (who, client) in served)
    is_hold = action.kind == action.Kind.HOLD
    kind = NotificationKind.STATUS if is_hold else NotificationKind.ASSIGNMENT
    Notification.tell(
        {who: Told(kind, words, number) for who, number in counts.items()},
        cause=f"{what}:{action.pk}",
        by=action.by,
        now=now,
        person=person,
        place=_list_of(whose),
    )


def _before_with(rows: Iterable["Moved"]) -> list[Pair]:
    return [(one.before.pk, one.row.client_id) for one in rows]


def _now_with(rows: Iterable["Moved"]) -> list[Pair]:
    return [(one.after.pk, one.row.client_id) for one in rows]


def _given_away(by: User, to: User) -> str:
    return "took over {what} from you" if by == to else "gave {what} of yours to {person}"


def _list_of(recruiter: str) -> str:
    return f"{reverse('requisitions')}?recruiter={recruiter}&status="


def _moved(change: StatusChange) -> str:
    match (change.from_status, change.to_status):
        case (Status.ON_HOLD, Status.OPEN | Status.INTAKE):
            return HOLD_ENDS
        case (came_from, Status.OPEN) if came_from in CLOSED:
            return "reopened {what}"
        case (_, Status.OPEN):
            return "opened {what} for sourcing"
        case (_, Status.INTAKE):
            return "began the intake of {what}"
        case (Status.ON_HOLD, Status.ON_HOLD):
            return "changed the end of the hold on {what}"
        case (_, Status.ON_HOLD):
            return HOLD
        case (_, Status.FILLED):
            return "filled {what}"
        case (_, Status.CANCELLED):
            return "cancelled {what}"
    return "closed {what} by parting ways"
