"""Who holds the ball, as pages show it to everybody."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.urls import reverse

from recruiting.approvals.balls import Ball, Kind


@dataclass(frozen=True)
class BallLine:
    """`url` is where it is settled; without one that is the page itself."""

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


def ball_line(ball: Ball, zone: tzinfo, url: str = "") -> BallLine:
    text = f"{ball.item.text}, {ball.waits(zone)}"
    return BallLine(
        side=ball.side.value,
        url=url,
        text=text[0].upper() + text[1:],
        due=ball.due_words(zone),
        due_at=ball.due,
        terms=ball.item.allowed.words,
        is_late=ball.is_overdue,
    )
