"""What of the requisitions needs somebody: asked of the database, since a lead has thousands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from intake.models import Brief, Side
from recruiting.accounts.models import Membership, Role
from requisitions.models import Requisition, Status, StatusChange
from requisitions.models.status import ACTIVE
from status_updates.facts import QUIET_AFTER
from status_updates.models import Note, Promise

REMIND_AFTER = timedelta(days=2)
"""A brief that the manager has not signed for longer needs a word from the recruiter."""


class Kind(StrEnum):
    """What a requisition needs somebody for, the most pressing first."""

    PROMISE = "promises"
    BRIEF = "briefs"
    QUIET = "quiet"
    QUESTION = "questions"
    HOLD = "holds"
    ORPHANED = "orphaned"
    UNMANAGED = "unmanaged"
    OPENING = "opening"


def quiet(today: date, zone: tzinfo = UTC) -> Q:
    """Open, and for longer than a week nothing logged since the last checkpoint or the opening.

    The same that `facts` says of one requisition, as a condition.
    """
    since = today - QUIET_AFTER
    midnight = datetime.combine(since, time(), tzinfo=zone)
    opened = StatusChange.objects.filter(requisition=OuterRef("pk"), to_status=Status.OPEN)
    return (
        Q(status=Status.OPEN)
        & (Q(latest_checkpoint=None) | Q(latest_checkpoint__on__lt=since))
        & Q(Exists(opened) | Q(created_at__lt=midnight))
        & Q(~Exists(opened.filter(at__gte=midnight)))
    )


def unmanaged() -> Q:
    """Nobody answers for it: a draft, one imported without its manager, or the manager is gone."""
    return Q(status__in=(Status.DRAFT, *ACTIVE)) & (Q(manager=None) | _gone("manager"))


def orphaned() -> Q:
    """Its recruiter is deactivated, or no longer serves the client."""
    stays = Q(recruiter__role=Role.LEAD, recruiter__is_active=True)
    return Q(status__in=(Status.DRAFT, *ACTIVE)) & _gone("recruiter") & ~stays


def _gone(who: str) -> Q:
    serving = Membership.objects.filter(user=OuterRef(who), client=OuterRef("client"))
    return Q(**{f"{who}__is_active": False}) | ~Q(Exists(serving))


def awaiting_opening() -> Q:
    return Q(status=Status.INTAKE)


def unsigned(today: date, zone: tzinfo = UTC) -> Q:
    """A brief waits for the recruiter, or for the manager for longer than `REMIND_AFTER`."""
    briefs = Brief.objects.filter(requisition=OuterRef("pk"))
    midnight = datetime.combine(today - REMIND_AFTER, time(), tzinfo=zone)
    late = briefs.lacking(Side.MANAGER).filter(at__lt=midnight)
    asked = Q(Exists(briefs.lacking(Side.RECRUITER))) | Q(Exists(late))
    return Q(status__in=ACTIVE) & asked


def overdue_holds(today: date) -> Q:
    """On hold until a day that has come."""
    latest = StatusChange.objects.filter(requisition=OuterRef("pk"))
    ended = latest.filter(to_status=Status.ON_HOLD, until__lte=today)
    later = StatusChange.objects.filter(requisition=OuterRef("requisition"), at__gt=OuterRef("at"))
    return Q(status=Status.ON_HOLD) & Q(Exists(ended.filter(~Exists(later))))


def promises_due(today: date) -> Q:
    """Of `Promise`: missed or due today, where somebody still works on it."""
    open_ones = Q(kept_on=None, withdrawn_at=None, requisition__status__in=ACTIVE)
    return open_ones & Q(due_on__lte=today)


def managers_questions() -> QuerySet[Note]:
    """Those that nobody has answered, the oldest first."""
    return Note.objects.open_questions().filter(by__role=Role.MANAGER).order_by("at", "pk")


def with_people(rows: QuerySet[Requisition]) -> QuerySet[Requisition]:
    """Each with `is_orphaned` and `is_unmanaged`: whether who answers for it is gone."""
    return rows.annotate(
        is_orphaned=Case(When(orphaned(), then=Value(True)), default=Value(False)),
        is_unmanaged=Case(When(unmanaged(), then=Value(True)), default=Value(False)),
    )


@dataclass(frozen=True)
class Needing:
    """Of one kind: how many there are, and the first of them."""

    kind: Kind
    total: int
    first: Sequence[UUID]


def needing(
    rows: QuerySet[Requisition],
    *,
    today: date,
    zone: tzinfo,
    shown: int,
    more: Mapping[Kind, int] | None = None,
) -> list[Needing]:
    """Those of `rows` that need somebody, each under the first of the kinds that it has.

    Of each kind come the first `shown`, or as many as `more` says. One statement, which judges
    each row once: ranked in the database it would be judged for every rank and sum.
    """
    promised = Promise.objects.filter(promises_due(today), requisition=OuterRef("pk"))
    asked = managers_questions().filter(requisition=OuterRef("pk"))
    kind = Case(
        When(Exists(promised), then=Value(Kind.PROMISE.value)),
        When(unsigned(today, zone), then=Value(Kind.BRIEF.value)),
        When(quiet(today, zone), then=Value(Kind.QUIET.value)),
        When(Exists(asked), then=Value(Kind.QUESTION.value)),
        When(overdue_holds(today), then=Value(Kind.HOLD.value)),
        When(orphaned(), then=Value(Kind.ORPHANED.value)),
        When(unmanaged(), then=Value(Kind.UNMANAGED.value)),
        When(awaiting_opening(), then=Value(Kind.OPENING.value)),
        output_field=CharField(),
    )
    found = (
        rows.annotate(
            kind=kind,
            due=Subquery(promised.order_by("due_on").values("due_on")[:1]),
            asked=Subquery(asked.values("at")[:1]),
        )
        .filter(kind__isnull=False)
        .order_by(F("latest_checkpoint__on").asc(nulls_first=True), "created_at", "pk")
        .values_list("kind", "pk", "due", "asked")
    )
    groups: dict[str, list[tuple[Any, UUID]]] = {}
    for name, pk, due, at in found:
        place = due if name == Kind.PROMISE else at if name == Kind.QUESTION else 0
        groups.setdefault(name, []).append((place, pk))
    limits = {**dict.fromkeys(Kind, shown), **(more or {})}
    return [
        Needing(one, len(groups[one]), _first(groups[one], limits[one]))
        for one in Kind
        if one in groups
    ]


def _first(places: Sequence[tuple[Any, UUID]], limit: int) -> list[UUID]:
    """Those at the same place stay in the order in which they came."""
    return [pk for _, pk in sorted(places, key=itemgetter(0))[:limit]]
