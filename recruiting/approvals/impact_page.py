"""The impact of the requirements of one requisition: fetched, and what may be done about it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from intake.models import Requirement
from intake.models.briefs import REASON_MAX
from recruiting.approvals.impact import DEALBREAKER, Asked, Impact, Line, Stop, Where, impact_of
from recruiting.approvals.models import Decision, Rating, ScreenOutLine
from recruiting.approvals.models.decisions import Reason
from recruiting.approvals.requirements import asked_of
from requisitions.models import Requisition

WIDTH = 120
"""Of a bar, in units of its own view box."""


@dataclass(frozen=True)
class Bar:
    """The line as a bar beside the most costly one: who would have gone on for certain, who
    perhaps, and who would not. Each is a start and a width."""

    sure: tuple[float, float]
    perhaps: tuple[float, float]
    rest: tuple[float, float]
    width: int = WIDTH


@dataclass(frozen=True)
class Row:
    """`may_relax`: it is a dealbreaker in the draft as well, and has stopped somebody;
    `is_relaxed` that the draft says something else by now."""

    line: Line
    bar: Bar
    may_relax: bool
    is_relaxed: bool


@dataclass(frozen=True)
class Page:
    impact: Impact
    brief: int
    rows: Sequence[Row]

    @property
    def dealbreakers(self) -> list[Row]:
        return [row for row in self.rows if row.line.kind == DEALBREAKER]

    @property
    def beside(self) -> list[Row]:
        """Nice-to-haves, and what is no longer in the brief, that stopped somebody all the
        same."""
        return [row for row in self.rows if row.line.kind != DEALBREAKER]


def page_of(requisition: Requisition, *, may_write: bool) -> Page:
    """At most six statements for any number of candidates."""
    impact, brief = _impact(requisition)
    kinds: dict[UUID | None, str] = dict(
        Requirement.objects.standing().filter(intake=requisition.pk).values_list("pk", "kind")
    )
    most = max((line.stopped for line in impact.requirements), default=0)
    rows = [
        Row(
            line=line,
            bar=_bar(line, most),
            may_relax=may_write and line.stopped > 0 and _is_breaker(line, kinds.get(line.id)),
            is_relaxed=line.kind == DEALBREAKER and kinds.get(line.id) != DEALBREAKER,
        )
        for line in impact.requirements
    ]
    return Page(impact, brief, rows)


def evidence_for(requisition: Requisition, relaxed: Iterable[UUID]) -> str:
    """What speaks for letting these requirements go, as the reason of an amendment: for those
    that stopped somebody, as far as there is room. Five statements."""
    wanted = set(relaxed)
    impact, _ = _impact(requisition)
    text = ""
    for line in impact.requirements:
        if line.id in wanted and line.stopped:
            longer = f"{text} {impact.evidence(line)}".strip()
            text = longer if len(longer) <= REASON_MAX else text
    return text


def _is_breaker(line: Line, drafted: str | None) -> bool:
    return line.kind == drafted == DEALBREAKER


def _bar(line: Line, most: int) -> Bar:
    def at(count: int) -> float:
        return round(WIDTH * count / most, 1) if most else 0.0

    low, high, all_of_them = at(line.low), at(line.high), at(line.stopped)
    return Bar((0.0, low), (low, round(high - low, 1)), (high, round(all_of_them - high, 1)))


# --- asking the database -------------------------------------------------------------------


def _impact(requisition: Requisition) -> tuple[Impact, int]:
    """With the number of the brief in force."""
    asked = asked_of(requisition)
    decisions = list(
        Decision.objects.filter(submission__requisition=requisition, undone_at=None).order_by()
    )
    declined = [one for one in decisions if not one.is_approval]
    marks = _marks(declined)
    stops = [
        Stop(
            where=Where.RESUME if one.stage == Decision.At.RESUME else Where.INTERVIEW,
            reason=one.reason,
            requirement=one.requirement if one.reason == Reason.REQUIREMENT else None,
            text=_words(one.reason, one.text),
            marks=marks[one.submission_id],
        )
        for one in declined
    ]
    screened = ScreenOutLine.objects.filter(
        screen_out__requisition=requisition, screen_out__undone_at=None
    )
    stops += [
        Stop(Where.SCREENED, one.reason, one.requirement, _words(one.reason, one.text), one.count)
        for one in screened.order_by()
    ]
    lines = [Asked(UUID(line.id), line.text, line.kind) for line in asked.lines]
    decided = len({one.submission_id for one in decisions})
    return impact_of(lines, stops, decided=decided), asked.number


def _marks(declined: Sequence[Decision]) -> defaultdict[UUID, dict[UUID, str]]:
    """How each stood to which requirement."""
    found: defaultdict[UUID, dict[UUID, str]] = defaultdict(dict)
    ratings = Rating.objects.filter(submission__in={one.submission_id for one in declined})
    for submission, requirement, mark in ratings.order_by().values_list(
        "submission", "requirement", "mark"
    ):
        found[submission][requirement] = mark
    return found


def _words(reason: str, text: str) -> str:
    """A criterion that nobody knows any more, since an erasure took it, is told as what it was."""
    is_named = text and reason in (Reason.REQUIREMENT, Reason.NEW)
    return text if is_named else Reason(reason).label
