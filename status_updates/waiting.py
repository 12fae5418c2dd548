"""What waits on whom. One pure function for the homes, the requisition page and the digest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

from intake.models import Side
from intake.waiting import WaitingBrief
from recruiting.approvals.balls import Ball
from requisitions.models import Requisition, Status
from requisitions.words import day_words, since_words
from status_updates.facts import Asked, Facts

HOLD_ENDS_SOON = timedelta(days=7)
"""A hold that ends within so many days waits on the manager's word: shall the work go on?"""

Balls = Mapping[UUID, Sequence[Ball]]
"""Of candidates, by requisition: see `approvals.open_items`."""


@dataclass(frozen=True)
class Waiting:
    """Something that only one side can settle; `text` follows the job's title.

    `person` is who answers for that side, even while somebody stands in. `since` is when it came
    to wait, where it is known. `brief` is what waits for a signature, if that is it, `ball` what
    waits on a candidate, and `question` the note that waits for an answer.
    """

    requisition: Requisition
    side: Side
    person: UUID
    text: str
    since: datetime | None = None
    brief: WaitingBrief | None = None
    ball: Ball | None = None
    question: UUID | None = None

    @property
    def is_decision(self) -> bool:
        return self.ball is not None and self.ball.item.kind == "decision"


def waiting_on(
    people: Collection[UUID] | None,
    known: Sequence[Facts],
    *,
    today: date,
    zone: tzinfo,
    briefs: Mapping[UUID, WaitingBrief],
    balls: Balls,
    reader: UUID | None = None,
) -> list[Waiting]:
    """What waits on these people (None: on anybody) among requisitions that the reader sees; a
    watcher decides nothing. The `reader`, and in her place whoever stands in, is "you".

    Decisions on candidates come first, then briefs to be signed, then the rest; of each the
    oldest first.
    """
    found = []
    for one in known:
        brief = briefs.get(one.requisition.pk)
        asked = [
            *_of_candidates(one.requisition, balls, zone, reader),
            *_of_questions(one, today, zone),
            *_of_the_job(one, brief, today, zone, reader),
        ]
        found += [item for item in asked if people is None or item.person in people]
    return sorted(found, key=_place)


def _place(one: Waiting) -> tuple[int, datetime]:
    kind = 0 if one.is_decision else 1 if one.brief else 2 if one.ball or one.question else 3
    return kind, one.since or datetime.max.replace(tzinfo=UTC)


def _waiting(requisition: Requisition, side: Side, text: str, **particulars: Any) -> list[Waiting]:
    """On who answers for that side; on nobody while nobody does."""
    is_managers = side == Side.MANAGER
    person = requisition.manager_id if is_managers else requisition.recruiter_id
    return [Waiting(requisition, side, person, text, **particulars)] if person else []


# --- on candidates -------------------------------------------------------------------------


def _of_candidates(
    requisition: Requisition, balls: Balls, zone: tzinfo, reader: UUID | None
) -> list[Waiting]:
    return [
        one
        for ball in balls.get(requisition.pk, ())
        for one in _waiting(
            requisition, ball.side, ball.words(zone, reader), since=ball.since, ball=ball
        )
    ]


# --- on what was asked ---------------------------------------------------------------------


def _of_questions(one: Facts, today: date, zone: tzinfo) -> list[Waiting]:
    """What recruiters have asked on a job that is not closed, each for itself."""
    if one.requisition.is_closed:
        return []
    return [
        found
        for asked in one.questions
        for found in _waiting(
            one.requisition,
            Side.MANAGER,
            _of_question(one.requisition, asked, today, zone),
            since=asked.at,
            question=asked.note,
        )
    ]


def _of_question(requisition: Requisition, asked: Asked, today: date, zone: tzinfo) -> str:
    who = requisition.recruiter.display_name if asked.by == requisition.recruiter_id else ""
    since = since_words(asked.at.astimezone(zone).date(), today)
    return f"{f'{who} waits' if who else 'recruiters wait'} for an answer since {since}"


# --- on the job ----------------------------------------------------------------------------


def _of_the_job(
    one: Facts, brief: WaitingBrief | None, today: date, zone: tzinfo, reader: UUID | None
) -> list[Waiting]:
    """A brief to be signed; else, or beside one that the recruiter is to sign, what waits on the
    manager's word."""
    requisition, found = one.requisition, []
    asked = None if brief is None or requisition.is_closed else brief
    if asked:
        whom = _whom(requisition, asked.side, reader)
        text = _of_brief(asked, today, zone, whom)
        found += _waiting(requisition, asked.side, text, since=asked.asked_at, brief=asked)
    if asked is None or asked.side == Side.RECRUITER:
        if text := _of_intake(one, brief):
            found += _waiting(requisition, Side.MANAGER, text, since=one.since)
        elif text := _of_hold(one, today):
            since = _hold_asks_since(one, zone)
            found += _waiting(requisition, Side.MANAGER, text, since=since)
    return found


def _whom(requisition: Requisition, side: Side, reader: UUID | None) -> str:
    """Without a reader everybody reads it, so that all are called by their names."""
    person = requisition.manager if side == Side.MANAGER else requisition.recruiter
    return person.display_name if person and reader is None else "you"


def _of_brief(brief: WaitingBrief, today: date, zone: tzinfo, whom: str) -> str:
    since = since_words(brief.asked_at.astimezone(zone).date(), today)
    what = "amendment" if brief.is_amendment else "brief"
    return f"{what} not signed yet, waiting on {whom} since {since}, when {brief.asker} signed it"


def _of_intake(one: Facts, brief: WaitingBrief | None) -> str:
    """Nothing while the recruiter is the one who has to sign."""
    if one.requisition.status != Status.INTAKE or brief:
        return ""
    recruiter = one.requisition.recruiter.display_name
    return f"agree with {recruiter} on what the job needs, so that the search can start"


def _hold_asks_since(one: Facts, zone: tzinfo) -> datetime | None:
    """Since its end came near, or it was put on hold until a day that is near."""
    if one.hold_until is None:
        return None
    near = datetime.combine(one.hold_until - HOLD_ENDS_SOON, time(), zone)
    return max(near, one.since) if one.since else near


def _of_hold(one: Facts, today: date) -> str:
    if one.hold_until is None or one.hold_until > today + HOLD_ENDS_SOON:
        return ""
    tense = "ends" if one.hold_until >= today else "was to end"
    day = f"{one.hold_until:%A} {day_words(one.hold_until)}"
    recruiter = one.requisition.recruiter.display_name
    return f"the hold {tense} on {day}: tell {recruiter} whether work goes on"
