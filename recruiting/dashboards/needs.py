"""What of the requisitions needs somebody: asked of the database, since a lead has thousands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import reduce
from operator import itemgetter, or_
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
from recruiting.accounts.models import Client, Membership, Role
from recruiting.approvals.models import Interview, Question, Submission
from recruiting.approvals.states import REACHED, State
from requisitions.models import Requisition, Status, StatusChange
from requisitions.models.status import ACTIVE
from status_updates.facts import QUIET_AFTER
from status_updates.models import Note, Promise

REMIND_AFTER = timedelta(days=2)
"""A brief that the manager has not signed for longer needs a word from the recruiter."""


class Kind(StrEnum):
    """What a requisition needs somebody for, the most pressing first."""

    PROMISE = "promises"
    CANDIDATE = "candidates"
    BRIEF = "briefs"
    QUIET = "quiet"
    QUESTION = "questions"
    HOLD = "holds"
    ORPHANED = "orphaned"
    UNMANAGED = "unmanaged"
    OPENING = "opening"


def quiet(today: date, zone: tzinfo = UTC) -> Q:
    """Open, and for longer than a week no checkpoint, no step of a candidate and no opening.

    The same that `facts` says of one requisition, as a condition.
    """
    since = today - QUIET_AFTER
    midnight = datetime.combine(since, time(), tzinfo=zone)
    opened = StatusChange.objects.filter(requisition=OuterRef("pk"), to_status=Status.OPEN)
    recent = [Q(**{f"{column}__gte": since}) for column in REACHED.values()]
    moved = Submission.objects.filter(reduce(or_, recent), requisition=OuterRef("pk"))
    return (
        Q(status=Status.OPEN)
        & (Q(latest_checkpoint=None) | Q(latest_checkpoint__on__lt=since))
        & Q(~Exists(moved))
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


def candidates_waiting(now: datetime) -> Q:
    """Something waits on candidates: maybe on the recruiter, maybe on a manager who is late.

    Whether it does is counted in somebody's business hours, which no database knows: what this
    finds is asked again of `approvals.open_items`. It leaves nothing out, since a business day is
    never over before a day is.
    """
    sent = Submission.objects.filter(requisition=OuterRef("pk"))
    asked = Question.objects.filter(submission=OuterRef("pk"), answered_at=None)
    begun = Interview.objects.filter(
        submission=OuterRef("pk"), cancelled_at=None, feedback__isnull=True, begins_at__lte=now
    )
    late = Q(state=State.WAITING, slate__at__lte=now - timedelta(hours=22))
    found = sent.filter(
        late
        | Q(state=State.OFFERED)
        | Q(Exists(asked), state=State.WAITING)
        | Q(Exists(begun), state=State.INTERVIEWING)
    )
    return Q(status=Status.OPEN) & Q(Exists(found))


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
class Found:
    """A requisition that may need somebody: under the first of the kinds that it has, if it has
    one, at a place there. `job` is set where something waits on candidates: the requisition with
    no more than it takes to say whether that is due."""

    pk: UUID
    kind: Kind | None
    place: Any
    job: Requisition | None


@dataclass(frozen=True)
class Needing:
    """Of one kind: how many there are, and the first of them."""

    kind: Kind
    total: int
    first: Sequence[UUID]


def found(rows: QuerySet[Requisition], *, now: datetime, today: date, zone: tzinfo) -> list[Found]:
    """Those of `rows` that may need somebody. One statement, which judges each row once: ranked
    in the database it would be judged for every rank and sum."""
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
    told = (
        rows.annotate(
            kind=kind,
            due=Subquery(promised.order_by("due_on").values("due_on")[:1]),
            asked=Subquery(asked.values("at")[:1]),
            has_candidates=Case(When(candidates_waiting(now), then=Value(True)), default=False),
        )
        .filter(Q(kind__isnull=False) | Q(has_candidates=True))
        .order_by(F("latest_checkpoint__on").asc(nulls_first=True), "created_at", "pk")
        .values(
            "pk", "kind", "due", "asked", "has_candidates", "status", "manager", "recruiter",
            "client", "client__country", "client__region", "client__closed_days",
        )
    )  # fmt: skip
    return [_found(row) for row in told]


def _found(row: Mapping[str, Any]) -> Found:
    places = {Kind.PROMISE: row["due"], Kind.QUESTION: row["asked"]}
    kind = Kind(row["kind"]) if row["kind"] else None
    place = places.get(kind, 0) if kind else 0
    return Found(row["pk"], kind, place, _job(row) if row["has_candidates"] else None)


def _job(row: Mapping[str, Any]) -> Requisition:
    client = Client(
        pk=row["client"],
        country=row["client__country"],
        region=row["client__region"],
        closed_days=row["client__closed_days"],
    )
    return Requisition(
        pk=row["pk"], status=row["status"], client=client, manager_id=row["manager"],
        recruiter_id=row["recruiter"],
    )  # fmt: skip


def needing(
    rows: Sequence[Found],
    candidates: Mapping[UUID, datetime],
    *,
    shown: int,
    more: Mapping[Kind, int] | None = None,
) -> list[Needing]:
    """Each under the first of the kinds that it has; of each kind the first `shown`, or as many
    as `more` says. `candidates`: since when something waits on those of which requisition."""
    groups: dict[Kind, list[tuple[Any, UUID]]] = {}
    for one in rows:
        if one.pk in candidates and one.kind != Kind.PROMISE:
            groups.setdefault(Kind.CANDIDATE, []).append((candidates[one.pk], one.pk))
        elif one.kind:
            groups.setdefault(one.kind, []).append((one.place, one.pk))
    limits = {**dict.fromkeys(Kind, shown), **(more or {})}
    return [
        Needing(one, len(groups[one]), _first(groups[one], limits[one]))
        for one in Kind
        if one in groups
    ]


def _first(places: Sequence[tuple[Any, UUID]], limit: int) -> list[UUID]:
    """Those at the same place stay in the order in which they came."""
    return [pk for _, pk in sorted(places, key=itemgetter(0))[:limit]]
