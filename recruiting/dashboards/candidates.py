"""The candidates on the page of a requisition: who holds the ball, and how many stand where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from recruiting.approvals.balls import Ball
from recruiting.approvals.states import State

ORDER = (
    State.WAITING, State.APPROVED, State.INTERVIEWING, State.OFFERED, State.ACCEPTED,
    State.PARKED, State.DECLINED, State.REFUSED, State.WITHDRAWN,
)  # fmt: skip
"""In which the counts stand: who is on the way first, then who is not any more."""


@dataclass(frozen=True)
class BallLine:
    """Who holds it, as everybody reads it."""

    side: str
    text: str
    due: str
    due_at: datetime | None
    terms: str
    is_late: bool


def ball_line(ball: Ball, zone: tzinfo) -> BallLine:
    text = f"{ball.item.text}, {ball.waits(zone)}"
    return BallLine(
        side=ball.side.value,
        text=text[0].upper() + text[1:],
        due=ball.due_words(zone),
        due_at=ball.due,
        terms=ball.item.allowed.words,
        is_late=ball.is_overdue,
    )


def stands_of(states: Mapping[State, int]) -> list[tuple[str, str]]:
    """Numbers and words: "3", "waiting for a decision"."""
    return [(f"{states[one]:,}", one.label.lower()) for one in ORDER if states.get(one)]
