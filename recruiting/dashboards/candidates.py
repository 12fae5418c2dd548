"""The candidates on the page of a requisition: who holds the ball, and how many stand where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.urls import reverse

from recruiting.approvals.balls import Ball, Kind
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
    url: str
    text: str
    due: str
    due_at: datetime | None
    terms: str
    is_late: bool


def ball_url(ball: Ball, *, decides: bool) -> str:
    """Where it is settled: the review for who decides, else the candidate, or the list of them."""
    item = ball.item
    if item.kind == Kind.DECISION and decides:
        return reverse("review", args=[item.requisition])
    if len(item.submissions) == 1:
        return reverse("submission", args=item.submissions)
    return f"{reverse('candidates', args=[item.requisition])}#submission-{item.submissions[0]}"


def ball_line(ball: Ball, zone: tzinfo, *, decides: bool) -> BallLine:
    text = f"{ball.item.text}, {ball.waits(zone)}"
    return BallLine(
        side=ball.side.value,
        url=ball_url(ball, decides=decides),
        text=text[0].upper() + text[1:],
        due=ball.due_words(zone),
        due_at=ball.due,
        terms=ball.item.allowed.words,
        is_late=ball.is_overdue,
    )


def stands_of(states: Mapping[State, int]) -> list[tuple[str, str]]:
    """Numbers and words: "3", "waiting for a decision"."""
    return [(f"{states[one]:,}", one.label.lower()) for one in ORDER if states.get(one)]
