"""How many mails a day a person gets of those that can wait.

What counts is what was sent on her local day, what is on its way, and the digest that is still to
come that day. A mail that can wait (`Budget.LIMITED`) goes while there is a place left; past that
its kind says what becomes of it (`Kind.past_budget`).

Two workers that hold one such mail each must not both take the last place. So a claim holds the
rows of its recipients until it is committed (`hold`): the claims of one person's mails come one
after the other, each with a later end of its lease, and a mail makes way for those that were
claimed before it. Whatever order the workers then ask in, they answer alike. What has been written
has found its place before, and keeps it while its worker is at it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q

from recruiting.lib.businesstime import instant
from recruiting.mailing import kinds
from recruiting.mailing.kinds import Budget, Postpone, Skip
from recruiting.mailing.models import Mail, State

Turn = tuple[datetime, str]
"""When a mail was claimed, and its key: the order in which places are taken."""

_DAY = timedelta(days=1)

STOPPED_AFTER = timedelta(seconds=30)
"""When the database ends a claim that goes on no more: its worker was stopped, or its machine is
gone. Until then those whom it holds cannot sign in."""


def hold(mails: Iterable[Mail]) -> None:
    """Part of the transaction of a claim: those who get a mail of theirs that can wait are claimed
    for by one worker at a time. Costs nothing where no such mail is among them."""
    people = {mail.recipient_id for mail in mails if _can_wait(mail.kind)}
    if people:
        if connection.vendor == "postgresql":
            milliseconds = STOPPED_AFTER // timedelta(milliseconds=1)
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds:d}")
        rows = get_user_model().objects.filter(pk__in=people).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))


def objections(batch: Sequence[Mail], now: datetime) -> dict[UUID, Skip | Postpone]:
    """Which mails of a claimed batch find no place any more, and what becomes of them. One
    statement, and none where nothing of it can wait."""
    waiting = {mail.pk: mail for mail in batch if _can_wait(mail.kind)}
    if not waiting:
        return {}
    answers: dict[UUID, Skip | Postpone] = {}
    for rows in _by_recipient({mail.recipient_id for mail in waiting.values()}, now):
        person, today = rows[0], _Day.of(rows[0].zone, now)
        turns = {row.pk: (row.lease_until, row.key) for row in rows if row.pk in waiting}
        others = [row for row in rows if row.pk not in turns]
        taken = sum(_takes(row, today) for row in others)
        rivals = [(row.lease_until, row.key) for row in others if _is_rival(row)]
        instead = {pk: _instead(waiting[pk], today.ends) for pk in turns}
        always = {pk for pk, answer in instead.items() if answer is None}
        passed = passing(turns, rivals, taken=taken, budget=person.budget, always=always)
        answers |= {pk: said for pk, said in instead.items() if said and pk not in passed}
    return answers


def passing(
    mine: Mapping[UUID, Turn],
    rivals: Iterable[Turn],
    *,
    taken: int,
    budget: int,
    always: Iterable[UUID] = (),
) -> set[UUID]:
    """Which of one person's mails that this worker holds may go today. Pure.

    `taken`: places that are gone; `rivals`: her mails that others hold, which go first where they
    were claimed first; `always`: those that go anyway, and take a place.
    """
    passed: set[UUID] = set(always)
    turns = list(rivals)
    for pk, turn in sorted(mine.items(), key=lambda item: item[1]):
        before = sum(other < turn for other in turns) + len(passed - {pk})
        if taken + before < budget:
            passed.add(pk)
    return passed


class _Row(NamedTuple):
    pk: UUID
    recipient: UUID
    kind: str
    key: str
    state: str
    lease_until: Any
    next_attempt_at: datetime
    rendered_at: datetime | None
    interruptions: int
    finished_at: datetime | None
    budget: int
    zone: str


@dataclass(frozen=True)
class _Day:
    """A person's local day: its first instant, and that of the next."""

    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, zone: str, now: datetime) -> "_Day":
        today = now.astimezone(ZoneInfo(zone)).date()
        midnights = (datetime.combine(day, time()) for day in (today, today + _DAY))
        begins, ends = (instant(midnight, zone) for midnight in midnights)
        return cls(begins, ends)


def _by_recipient(people: Iterable[UUID], now: datetime) -> Iterable[list[_Row]]:
    """All that may take a place today, the batch's own rows among them, by recipient."""
    names = [one.name for one in kinds.registered() if one.budget != Budget.FREE]
    counted = [name for name in names if not _can_wait(name)]
    rows = (
        Mail.objects.filter(recipient__in=people, kind__in=names)
        .filter(
            Q(state__in=[State.CLAIMED, State.SENDING])
            | Q(state__in=[State.SENT, State.AMBIGUOUS], finished_at__gt=now - 2 * _DAY)
            | Q(state=State.PENDING, kind__in=counted, next_attempt_at__lt=now + 2 * _DAY)
            | Q(state=State.PENDING, interruptions__gt=0)
        )
        .order_by()
        .values_list(
            "pk", "recipient", "kind", "key", "state", "lease_until", "next_attempt_at",
            "rendered_at", "interruptions", "finished_at", "recipient__preferences__mail_budget",
            "recipient__working_card__zone",
        )
    )  # fmt: skip
    found: defaultdict[UUID, list[_Row]] = defaultdict(list)
    for values in rows:
        row = _Row(*values)
        found[row.recipient].append(row)
    return found.values()


def _takes(row: _Row, today: _Day) -> bool:
    """Whether it has a place of the day, whatever else comes."""
    match row.state:
        case State.SENT | State.AMBIGUOUS:
            return row.finished_at is not None and today.begins <= row.finished_at < today.ends
        case State.SENDING:
            return True
        case State.CLAIMED:
            return not _can_wait(row.kind) or row.rendered_at is not None
    return row.interruptions > 0 or row.next_attempt_at < today.ends


def _is_rival(row: _Row) -> bool:
    return row.state == State.CLAIMED and row.rendered_at is None and _can_wait(row.kind)


def _instead(mail: Mail, tomorrow: datetime) -> Skip | Postpone | None:
    """What becomes of it without a place; nothing holds back what may have arrived already, or
    what a lead sends again by hand."""
    if mail.interruptions or mail.again_of_id:
        return None
    return kinds.get(mail.kind).past_budget(mail, tomorrow)


def _can_wait(kind: str) -> bool:
    return kinds.get(kind).budget == Budget.LIMITED
