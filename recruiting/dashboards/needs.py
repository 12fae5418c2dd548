"""What of the requisitions needs somebody: asked of the database, since a lead has thousands."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from recruiting.accounts.models import Role
from requisitions.models import Requisition, Status, StatusChange
from requisitions.models.status import ACTIVE
from status_updates.facts import QUIET_AFTER
from status_updates.models import Note, Promise


class Kind(StrEnum):
    """What a requisition needs somebody for, the most pressing first."""

    PROMISE = "promises"
    QUIET = "quiet"
    QUESTION = "questions"
    HOLD = "holds"
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
    """Nobody answers for it: a draft, or one imported without its manager."""
    return Q(manager=None, status__in=(Status.DRAFT, *ACTIVE))


def awaiting_opening() -> Q:
    return Q(status=Status.INTAKE)


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


def needing(
    rows: QuerySet[Requisition],
    *,
    today: date,
    zone: tzinfo,
    shown: int,
    more: Mapping[str, int] | None = None,
) -> Sequence[Any]:
    """Those of `rows` that need somebody, each once, in one statement.

    Each has its `kind`, the first of those that it has, and `total`, how many are of that kind.
    Of each kind come the first `shown`, or as many as `more` says.
    """
    promised = Promise.objects.filter(promises_due(today), requisition=OuterRef("pk"))
    asked = managers_questions().filter(requisition=OuterRef("pk"))
    kind = Case(
        When(Exists(promised), then=Value(Kind.PROMISE.value)),
        When(quiet(today, zone), then=Value(Kind.QUIET.value)),
        When(Exists(asked), then=Value(Kind.QUESTION.value)),
        When(overdue_holds(today), then=Value(Kind.HOLD.value)),
        When(unmanaged(), then=Value(Kind.UNMANAGED.value)),
        When(awaiting_opening(), then=Value(Kind.OPENING.value)),
        output_field=CharField(),
    )
    limit = Case(
        *(When(kind=name, then=Value(number)) for name, number in (more or {}).items()),
        default=Value(shown),
        output_field=IntegerField(),
    )
    order: list[Any] = [
        F("due").asc(nulls_last=True),
        F("asked").asc(nulls_last=True),
        F("latest_checkpoint__on").asc(nulls_first=True),
        F("created_at"),
        F("pk"),
    ]
    return list(
        rows.order_by()
        .annotate(
            kind=kind,
            due=Subquery(promised.order_by("due_on").values("due_on")[:1]),
            asked=Case(When(kind=Kind.QUESTION.value, then=Subquery(asked.values("at")[:1]))),
        )
        .filter(kind__isnull=False)
        .annotate(
            rank=Window(RowNumber(), partition_by=[F("kind")], order_by=order),
            total=Window(Count("pk"), partition_by=[F("kind")]),
            limit=limit,
        )
        .filter(rank__lte=F("limit"))
        .select_related("client", "recruiter", "manager", "funnel", "latest_checkpoint")
        .order_by("rank")
    )
