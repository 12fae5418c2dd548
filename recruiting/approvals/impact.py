"""What each requirement of a brief has cost: whom it stopped, where, and whom it alone. Pure.

Whether somebody would have gone on without a requirement is known only where all her other
dealbreakers were looked at. So it is told as a range: at least those with all others met, at most
also those of whom nobody knows the rest.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt
from uuid import UUID

MINIMUM = 5
"""Candidates assessed, below which no share is told: of four, one is a quarter and says nothing."""

Z = 1.959964
"""Of the normal distribution, for an interval that holds in 95 of 100 cases."""

NICE, DEALBREAKER, NOT_MET = "nice", "dealbreaker", "not"
KNOWN_WELL = ("met", "partly")
"""Marks with which a dealbreaker stops nobody."""

QUOTED = 120
"""Characters of a requirement that stand in a sentence."""


class Where(StrEnum):
    """How far somebody came before being stopped."""

    SCREENED = "screened out"
    RESUME = "on the resume"
    INTERVIEW = "after an interview"


@dataclass(frozen=True)
class Stop:
    """So many who were stopped somewhere for one thing, as `decisions.Reason` names it; `text`
    says which.

    `marks` are those of a rated candidate by requirement; None where nobody looked further.
    """

    where: Where
    reason: str
    requirement: UUID | None = None
    text: str = ""
    count: int = 1
    marks: Mapping[UUID, str] | None = None


@dataclass(frozen=True)
class Asked:
    """A requirement of the brief in force."""

    id: UUID
    text: str
    kind: str


@dataclass(frozen=True)
class Share:
    """A share with its interval, each from 0 to 1."""

    share: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """ "45 %, likely 26 to 66 %"."""
        return f"{self.share:.0%}, likely {self.low * 100:.0f} to {self.high:.0%}"


@dataclass(frozen=True)
class Line:
    """What one thing has stopped. `kind` is that of the brief in force, empty for what is not in
    it. `low` and `high`: how many of them would have gone on without it."""

    text: str
    id: UUID | None = None
    kind: str = ""
    places: Mapping[Where, int] = field(default_factory=dict)
    low: int = 0
    high: int = 0
    share: Share | None = None

    @property
    def stopped(self) -> int:
        return sum(self.places.values())

    @property
    def quoted(self) -> str:
        short = self.text if len(self.text) <= QUOTED else f"{self.text[: QUOTED - 1].rstrip()}…"
        return f"“{short}”"

    @property
    def cells(self) -> list[tuple[str, int]]:
        """One for each place, in their order."""
        return [(where.value, self.places.get(where, 0)) for where in Where]

    @property
    def alone(self) -> str:
        """ "4", "4 to 7", "up to 7", "nobody"."""
        if self.low == self.high:
            return f"{self.low:,}" if self.low else "nobody"
        return f"{self.low:,} to {self.high:,}" if self.low else f"up to {self.high:,}"

    @property
    def where_words(self) -> str:
        """ "5 screened out, 3 on the resume"."""
        return ", ".join(f"{count:,} {where}" for where, count in self.cells if count)

    def gone_on(self) -> str:
        """Who would have gone on, as a sentence."""
        if not self.high:
            return "Each of them lacked something else as well."
        verb = "would have gone on if it were a nice-to-have"
        if self.low == self.high == self.stopped:
            return f"{'That one' if self.stopped == 1 else 'All of them'} {verb}."
        return f"{self.alone[0].upper()}{self.alone[1:]} of them {verb}."


@dataclass(frozen=True)
class Impact:
    """`assessed`: screened out, or decided on by the manager. `new` are criteria that the brief
    does not have, in the manager's words."""

    assessed: int = 0
    requirements: Sequence[Line] = ()
    others: Sequence[Line] = ()
    new: Sequence[Line] = ()

    @property
    def is_enough(self) -> bool:
        return self.assessed >= MINIMUM

    @property
    def new_count(self) -> int:
        return sum(line.stopped for line in self.new)

    @property
    def stopped(self) -> int:
        lines = (*self.requirements, *self.others, *self.new)
        return sum(line.stopped for line in lines)

    @property
    def sentence(self) -> str:
        """The fact that starts the conversation."""
        if not self.assessed:
            return ""
        people = "1 candidate was" if self.assessed == 1 else f"{self.assessed:,} candidates were"
        if not self.is_enough:
            return f"{people} assessed so far: too few to say what a requirement costs."
        first = next((one for one in self.requirements if one.kind == DEALBREAKER), None)
        count = first.stopped if first else 0
        if self.new_count > count:
            return (
                f"What the brief does not say stopped {self.new_count:,} of the "
                f"{self.assessed:,} candidates assessed so far, more than any dealbreaker in it."
            )
        if first is None or not count:
            return f"{people} assessed so far, and no dealbreaker of the brief stopped anybody."
        return self.evidence(first)

    def evidence(self, line: Line) -> str:
        """What speaks for making it a nice-to-have, or against."""
        return (
            f"{line.quoted} stopped {line.stopped:,} of the {self.assessed:,} candidates assessed "
            f"so far: {line.where_words}. {line.gone_on()}"
        )


def impact_of(asked: Sequence[Asked], stops: Iterable[Stop], *, decided: int) -> Impact:
    """`decided`: on how many the manager has decided. Those screened out come on top, for nobody
    stands in both. The most costly requirement comes first."""
    every = list(stops)
    screened = sum(one.count for one in every if one.where == Where.SCREENED)
    assessed = decided + screened
    breakers = frozenset(one.id for one in asked if one.kind == DEALBREAKER)
    by_requirement: dict[UUID, list[Stop]] = {}
    by_reason: dict[str, list[Stop]] = {}
    by_criterion: dict[str, list[Stop]] = {}
    for one in every:
        if one.requirement is not None:
            by_requirement.setdefault(one.requirement, []).append(one)
        elif one.reason == "new":
            by_criterion.setdefault(" ".join(one.text.split()).casefold(), []).append(one)
        else:
            by_reason.setdefault(one.reason, []).append(one)
    named = {one.id: (one.text, one.kind) for one in asked if one.kind == DEALBREAKER
             or one.id in by_requirement}  # fmt: skip
    gone = {pk: (_text(rows), "") for pk, rows in by_requirement.items() if pk not in named}
    lines = [
        _line(text, by_requirement.get(pk, ()), assessed, pk=pk, kind=kind, breakers=breakers)
        for pk, (text, kind) in {**named, **gone}.items()
    ]
    return Impact(
        assessed=assessed,
        requirements=sorted(lines, key=_cost),
        others=_most_first(_line(_text(rows), rows, assessed) for rows in by_reason.values()),
        new=_most_first(_line(_text(rows), rows, assessed) for rows in by_criterion.values()),
    )


def wilson(hits: int, total: int) -> Share:
    """The score interval of a share, which stays between 0 and 1 and is honest for few.

    E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, Journal of
    the American Statistical Association 22 (1927), 209-212. Raises ValueError without a total.
    """
    if not 0 <= hits <= total or not total:
        raise ValueError(f"{hits} of {total}")
    share, square = hits / total, Z * Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    spread = Z / (1 + square / total) * sqrt(
        share * (1 - share) / total + square / (4 * total * total)
    )  # fmt: skip
    # Of none and of all the share is its own end, but for the last digit of a float.
    low = 0.0 if hits == 0 else middle - spread
    high = 1.0 if hits == total else middle + spread
    return Share(share, low, high)


def _line(
    text: str,
    stops: Iterable[Stop],
    assessed: int,
    *,
    pk: UUID | None = None,
    kind: str = "",
    breakers: frozenset[UUID] = frozenset(),
) -> Line:
    places: Counter[Where] = Counter()
    low = high = 0
    for one in stops:
        places[one.where] += one.count
        if pk is not None:
            marks = None if one.marks is None else [one.marks.get(pk) for pk in breakers - {pk}]
            low += one.count if marks is not None and set(marks) <= set(KNOWN_WELL) else 0
            high += one.count if marks is None or NOT_MET not in marks else 0
    stopped = sum(places.values())
    told = wilson(stopped, assessed) if stopped and assessed >= MINIMUM else None
    return Line(text, pk, kind, dict(places), low, high, told)


def _text(stops: Iterable[Stop]) -> str:
    """One of the wordings, the same in whatever order they come."""
    return min(one.text for one in stops)


def _cost(line: Line) -> tuple[bool, int, int, int, str]:
    return line.kind != DEALBREAKER, -line.stopped, -line.high, -line.low, line.text


def _most_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.stopped, line.text))
