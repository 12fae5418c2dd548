"""What waits on whom. One pure function for the homes, the requisition page and the digest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from intake.models import Side
from intake.waiting import WaitingBrief
from recruiting.approvals.balls import Ball
from requisitions.models import Requisition, Status
from requisitions.words import day_words, since_words
from status_updates.facts import Facts

HOLD_ENDS_SOON = timedelta(days=7)
"""A hold that ends within so many days waits on the manager's word: shall the work go on?"""

Balls = Mapping[UUID, Sequence[Ball]]
"""Of candidates, by requisition: see `approvals.open_items`."""


@dataclass(frozen=True)
class Waiting:
    """Something that only one side can settle; `text` follows the job's title.

    `person` is who answers for that side, even while somebody stands in. `since` is when it came
    to wait, where it is known. `brief` is what waits for a signature, if that is it, and `ball`
    what waits on a candidate.
    """

    requisition: Requisition
    side: Side
    person: UUID
    text: str
    since: datetime | None = None
    brief: WaitingBrief | None = None
    ball: Ball | None = None

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
            *_of_the_job(one, brief, today, zone, reader),
        ]
        found += [item for item in asked if people is None or item.person in people]
    return sorted(found, key=_place)


def _place(one: Waiting) -> tuple[int, datetime]:
    kind = 0 if one.is_decision else 1 if one.brief else 2 if one.ball else 3
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
        text = _of_intake(one, brief) or _of_hold(one, today)
        found += _waiting(requisition, Side.MANAGER, text) if text else []
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


def _of_hold(one: Facts, today: date) -> str:
    if one.hold_until is None or one.hold_until > today + HOLD_ENDS_SOON:
        return ""
    tense = "ends" if one.hold_until >= today else "was to end"
    day = f"{one.hold_until:%A} {day_words(one.hold_until)}"
    recruiter = one.requisition.recruiter.display_name
    return f"the hold {tense} on {day}: tell {recruiter} whether work goes on"
