"""What waits for somebody on the candidates of many requisitions, in two statements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    DateField,
    DateTimeField,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Concat

from intake.models import Agreement
from intake.models.agreements import USUAL
from recruiting.accounts.models import Client, User
from recruiting.approvals.balls import Ball, Holder, Item, Kind, hold, in_order
from recruiting.approvals.due import Allowed, Span
from recruiting.approvals.models import Interview, Offer, Parking, Question, Submission
from recruiting.approvals.states import State
from recruiting.lib.lookups import any_of, gathered
from requisitions.models import Requisition, Status, StatusChange

ANSWER_DUE = Allowed(days=1, words="1 business day")
"""For the recruiter's answer to a question on a candidate: as long as an agreement usually gives
the manager for the decision that waits for it."""

HELD_DUE = Allowed(days=1, words="1 business day")
"""For word on whether an interview took place: feedback is asked for from then on, so what is
said late eats into nobody's time but the candidate's."""

OFFER_DUE = Allowed(days=5, words="a working week")
"""For the answer to an offer that names no day: a working week, after which one asks."""

FAR_BACK = timedelta(days=1)
"""Absences that ended before the oldest clock began matter to nobody; a day for the zones."""


class Row(NamedTuple):
    """One thing that is known, whatever it is: see `_rows`."""

    kind: str
    requisition: UUID
    submission: UUID | None
    slate: UUID | None
    number: int | None
    at: datetime | None
    until: datetime | None
    on: Any
    more: int | None
    interview: UUID | None


@dataclass(frozen=True)
class OpenItems:
    """Balls by requisition; and how many candidates stand where, drafts left out."""

    balls: Mapping[UUID, Sequence[Ball]] = field(default_factory=dict)
    states: Mapping[UUID, Mapping[State, int]] = field(default_factory=dict)

    @classmethod
    def load(
        cls, requisitions: Iterable[Requisition], *, now: datetime, submission: UUID | None = None
    ) -> "OpenItems":
        """At most two statements for any number of requisitions, which come with their client.
        With a `submission` only what waits on that one."""
        by_pk = {one.pk: one for one in requisitions}
        rows = [Row(*row) for row in _rows(gathered(by_pk), now)]
        if submission:
            rows = [row for row in rows if row.submission in (None, submission)]
        states: defaultdict[UUID, Counter[State]] = defaultdict(Counter)
        for row in rows:
            if row.kind in _STATES:
                states[row.requisition][State(row.kind)] = row.number or 0
        standing = {pk for pk, one in by_pk.items() if one.status == Status.OPEN}
        items = _items([row for row in rows if row.requisition in standing], now)
        held = _held(items, [by_pk[one.requisition] for one in items], now)
        return cls(held, states)


# --- asking the database -------------------------------------------------------------------

TO = "to "
"""Before a status: the job came to it."""

_STATES = frozenset(State.values)

STANDING = (State.WAITING, State.INTERVIEWING, State.OFFERED)
"""Where something may wait for somebody."""


def _rows(pks: Iterable[UUID], now: datetime) -> QuerySet[Any, Any]:
    """In one statement: submissions that wait, what stopped their clocks, interviews without
    feedback, offers without an answer, how many stand where, when jobs were on hold or closed,
    and what the pairs have agreed on."""
    of_submission = Submission.objects.order_by().filter(any_of("requisition__pk", pks))
    on_them = {
        "submission__requisition__pk__any_of": pks,
        "submission__state__in": STANDING,
        "submission__candidate__erased_at": None,
    }
    slate = (
        "submission__requisition", "submission", "submission__slate", "submission__slate__number"
    )  # fmt: skip
    waiting = of_submission.filter(state=State.WAITING, candidate__erased_at=None).values_list(
        _word(Kind.DECISION), "requisition", "pk", "slate", "slate__number", "slate__at",
        _NO_TIME, _NO_DAY, _NO_NUMBER, _NO_ID,
    )  # fmt: skip
    branches = [
        Question.objects.filter(**on_them, submission__state=State.WAITING).values_list(
            _word(Kind.ANSWER), *slate, "at", "answered_at", _NO_DAY, _NO_NUMBER, _NO_ID
        ),
        Parking.objects.filter(**on_them, ended_at__isnull=False).values_list(
            _word("rested"), *slate, "at", "ended_at", _NO_DAY, _NO_NUMBER, _NO_ID
        ),
        Interview.objects.filter(
            **on_them, submission__state=State.INTERVIEWING, cancelled_at=None,
            feedback__isnull=True, begins_at__lte=now,
        ).values_list(_word(Kind.HELD), *slate, "begins_at", "held_at", _NO_DAY, "minutes", "pk"),
        Offer.objects.filter(
            **on_them, submission__state=State.OFFERED, answer="", undone_at=None
        ).values_list(
            _word(Kind.OFFER), *slate, "at", _NO_TIME, "answer_by", _NO_NUMBER, _NO_ID
        ),
        of_submission.exclude(slate=None)
        .values("state", "requisition")
        .annotate(count=Count("pk"))
        .values_list(
            "state", "requisition", _NO_ID, _NO_ID, "count", _NO_TIME, _NO_TIME, _NO_DAY,
            _NO_NUMBER, _NO_ID,
        ),
        StatusChange.objects.filter(
            any_of("requisition__pk", pks), requisition__status=Status.OPEN
        ).values_list(
            Concat(Value(TO), "to_status", output_field=CharField()), "requisition", _NO_ID, _NO_ID,
            _NO_NUMBER, "at", _NO_TIME, _NO_DAY, _NO_NUMBER, _NO_ID,
        ),
        _terms(pks),
    ]  # fmt: skip
    return waiting.union(*(one.order_by() for one in branches), all=True)


def _terms(pks: Iterable[UUID]) -> QuerySet[Any, Any]:
    """What the pair of each has agreed on; without an agreement, nothing."""
    of_pair = Agreement.objects.filter(
        client=OuterRef("client"), recruiter=OuterRef("recruiter"), manager=OuterRef("manager")
    )
    return Requisition.objects.filter(any_of("pk", pks)).values_list(
        _word("terms"), "pk", _NO_ID, _NO_ID, Subquery(of_pair.values("decision_days")[:1]),
        _NO_TIME, _NO_TIME, _NO_DAY, Subquery(of_pair.values("feedback_hours")[:1]), _NO_ID,
    )  # fmt: skip


def _word(word: str) -> Value:
    return Value(str(word), CharField())


# Without a type PostgreSQL takes a NULL for text, which no other branch of a union goes with.
_NO_ID = Cast(Value(None), UUIDField())
_NO_TIME = Cast(Value(None), DateTimeField())
_NO_DAY = Cast(Value(None), DateField())
_NO_NUMBER = Cast(Value(None), IntegerField())


# --- from rows to items --------------------------------------------------------------------


def _items(rows: Sequence[Row], now: datetime) -> list[Item]:
    rests = _rests(rows)
    terms = {row.requisition: row for row in rows if row.kind == "terms"}
    pauses: defaultdict[UUID | None, list[Span]] = defaultdict(list)
    asked: dict[UUID | None, Row] = {}
    for row in rows:
        if row.kind == Kind.ANSWER and row.until is None:
            asked[row.submission] = row
        elif row.kind in (Kind.ANSWER, "rested") and row.at and row.until:
            pauses[row.submission].append((row.at, row.until))
    found: defaultdict[tuple[Any, ...], list[Item]] = defaultdict(list)
    for row in rows:
        item = _item(asked.get(row.submission, row), terms, now) if row.kind in _ASKED else None
        if item is None:
            continue
        spans = (*pauses[row.submission], *rests.get(row.requisition, ()))
        item = _paused(item, [span for span in spans if span[1] > item.began])
        found[_situation(item)].append(item)
    return [_together(items) for items in found.values()]


def _rests(rows: Sequence[Row]) -> dict[UUID, list[Span]]:
    """When each job was on hold or closed, until it was open again: all clocks stood still."""
    changes: defaultdict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    for row in rows:
        if row.kind.startswith(TO) and row.at:
            changes[row.requisition].append((row.at, row.kind.removeprefix(TO)))
    return {
        pk: [
            (at, following)
            for (at, status), (following, _) in pairwise(sorted(found))
            if status != Status.OPEN
        ]
        for pk, found in changes.items()
    }


_ASKED = (Kind.DECISION, Kind.HELD, Kind.OFFER)


def _item(row: Row, terms: Mapping[UUID, Row], now: datetime) -> Item | None:
    """What one row asks of somebody; nothing of an interview that is not over."""
    kind, began = Kind(row.kind), row.at
    assert began is not None, "each says since when"
    assert row.submission is not None, "each says of whom"
    agreed = terms.get(row.requisition)
    allowed = {Kind.ANSWER: ANSWER_DUE, Kind.HELD: HELD_DUE, Kind.OFFER: OFFER_DUE}.get(kind)
    interviews: tuple[tuple[datetime, UUID], ...] = ()
    if kind == Kind.HELD and row.until:
        assert row.interview is not None, "each is one"
        interviews = ((began, row.interview),)
        kind, began = Kind.FEEDBACK, row.until
        allowed = _feedback_terms(agreed.more if agreed else None)
    elif kind == Kind.HELD:
        began += timedelta(minutes=row.more or 0)
        if began > now:
            return None
    elif kind == Kind.OFFER and row.on:
        allowed = Allowed(by=row.on, words="the day named with the offer")
    return Item(
        requisition=row.requisition,
        kind=kind,
        submissions=(row.submission,),
        began=began,
        came=began,
        allowed=allowed or _decision_terms(agreed.number if agreed else None),
        slate=row.slate,
        number=row.number or 0,
        interviews=interviews,
    )


def _decision_terms(agreed: int | None) -> Allowed:
    days = agreed or USUAL.decision_days or 1
    words = "1 business day" if days == 1 else f"{days} business days"
    return Allowed(days=days, words=f"{words}, {_how_known(agreed)}")


def _feedback_terms(agreed: int | None) -> Allowed:
    hours = agreed or USUAL.feedback_hours or 24
    words = "1 hour" if hours == 1 else f"{hours} hours"
    return Allowed.of_hours(hours, words=f"{words}, {_how_known(agreed)}")


def _how_known(agreed: int | None) -> str:
    return "as agreed" if agreed else "which is usual: nothing is agreed yet"


def _paused(item: Item, spans: Sequence[Span]) -> Item:
    came = max([item.came, *(until for _, until in spans)])
    return Item(**{**vars(item), "pauses": tuple(sorted(spans)), "came": came})


def _situation(item: Item) -> tuple[Any, ...]:
    """Items that are one and the same to their holder."""
    if item.kind == Kind.DECISION:
        return item.requisition, item.kind, item.slate, item.pauses
    if item.kind == Kind.ANSWER:
        return item.requisition, item.kind, item.slate
    if item.kind == Kind.OFFER:
        return item.requisition, item.kind, item.submissions
    return item.requisition, item.kind


def _together(items: Sequence[Item]) -> Item:
    oldest = min(items, key=lambda one: one.came)
    every = tuple(pk for one in items for pk in one.submissions)
    interviews = tuple(sorted(found for one in items for found in one.interviews))
    return Item(**{**vars(oldest), "submissions": every, "interviews": interviews})


# --- who holds them ------------------------------------------------------------------------


def _held(
    items: Sequence[Item], requisitions: Sequence[Requisition], now: datetime
) -> dict[UUID, list[Ball]]:
    if not items:
        return {}
    pairs = {one.pk: one for one in requisitions}
    people = {pk for one in pairs.values() for pk in (one.manager_id, one.recruiter_id) if pk}
    crew = Crew.load(people, since=min(one.began for one in items) - FAR_BACK, now=now)
    found: defaultdict[UUID, list[Ball]] = defaultdict(list)
    known: dict[tuple[UUID, UUID], tuple[Holder, Holder | None]] = {}
    for item in items:
        one = pairs[item.requisition]
        person = one.manager_id if item.kind.side == "manager" else one.recruiter_id
        if person is not None:
            key = person, one.client_id
            holder, stand_in = known.get(key) or known.setdefault(key, crew.of(person, one.client))
            found[item.requisition].append(hold(item, holder, stand_in, now))
    return {pk: in_order(balls) for pk, balls in found.items()}


@dataclass(frozen=True)
class Crew:
    """People by id, their absences, and who stands in for whom at which client."""

    now: datetime
    people: Mapping[UUID, User]
    away: Mapping[UUID, Sequence[tuple[Any, ...]]]
    stand_ins: Mapping[tuple[UUID, UUID], UUID]

    @classmethod
    def load(cls, pks: Iterable[UUID], *, since: datetime, now: datetime) -> "Crew":
        """One statement for any number of people: each with the absences that ended after
        `since`, and for whom of these she stands in."""
        wanted = list(pks)
        rows = (
            User.objects.order_by()
            .alias(
                gone=FilteredRelation("absences", condition=Q(absences__ends_at__gt=since)),
                held=FilteredRelation(
                    "delegations_held", condition=Q(delegations_held__user__in=wanted)
                ),
            )
            .filter(Q(pk__in=wanted) | Q(held__isnull=False, is_active=True))
            .select_related("working_card")
            .annotate(
                first=F("gone__first_day"), last=F("gone__last_day"),
                begins=F("gone__begins_at"), ends=F("gone__ends_at"),
                stands_for=F("held__user"), at_client=F("held__client"),
            )
        )  # fmt: skip
        people: dict[UUID, User] = {}
        away: defaultdict[UUID, set[tuple[Any, ...]]] = defaultdict(set)
        stand_ins: dict[tuple[UUID, UUID], UUID] = {}
        for one in rows:
            people[one.pk] = one
            if one.first:
                away[one.pk].add((one.first, one.last, one.begins, one.ends))
            if one.stands_for and one.is_active:
                stand_ins[one.stands_for, one.at_client] = one.pk
        return cls(now, people, {pk: sorted(days) for pk, days in away.items()}, stand_ins)

    def of(self, pk: UUID, client: Client) -> tuple[Holder, Holder | None]:
        stand_in = self.stand_ins.get((pk, client.pk))
        return self._holder(pk, client), self._holder(stand_in, client) if stand_in else None

    def _holder(self, pk: UUID, client: Client) -> Holder:
        user, away = self.people[pk], self.away.get(pk, ())
        calendar = user.working_card.calendar(
            self.now, [(first, last) for first, last, *_ in away], closed=client.holidays(self.now)
        )
        return Holder(pk, user.display_name, calendar, tuple((b, e) for *_, b, e in away))
