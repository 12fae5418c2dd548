"""What the brief in force asks of a candidate, and how far ratings made earlier still speak to
it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from intake.content import Content, RequirementLine
from intake.models import Brief
from recruiting.approvals.models import Rating
from requisitions.models import Requisition

RATED = ("dealbreaker", "nice")
"""The kinds of requirements that candidates are rated by, in the order in which they stand."""


@dataclass(frozen=True)
class Asked:
    """The requirements that count, dealbreakers first. Without a brief in force there are none."""

    brief: Brief | None = None
    lines: Sequence[RequirementLine] = ()

    @property
    def number(self) -> int:
        """Of the brief; 0 where none is in force."""
        return self.brief.number if self.brief else 0


def asked_of(requisition: Requisition) -> Asked:
    """One statement."""
    brief = Brief.objects.in_force().filter(requisition=requisition).order_by("-number").first()
    return Asked(brief, lines_of(brief)) if brief else Asked()


def lines_of(brief: Brief) -> list[RequirementLine]:
    content = Content.from_json(brief.document)
    return [line for kind in RATED for line in content.of_kind(kind)]


@dataclass(frozen=True)
class Changed:
    """What an amendment did to a rating made before it: texts of requirements."""

    new: Sequence[str] = field(default_factory=list)
    reworded: Sequence[str] = field(default_factory=list)
    gone: Sequence[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.reworded or self.gone)


def changed_since(ratings: Iterable[Rating], asked: Asked) -> Changed:
    """Against the brief in force. Nothing for who was never rated: all of it is new then."""
    rated = {one.requirement: one for one in ratings}
    if not rated or asked.brief is None:
        return Changed()
    now = {UUID(line.id): line.text for line in asked.lines}
    return Changed(
        new=[text for pk, text in now.items() if pk not in rated],
        reworded=[text for pk, text in now.items() if pk in rated and rated[pk].text != text],
        gone=[one.text for pk, one in rated.items() if pk not in now],
    )


def aligned(ratings: Iterable[Rating], asked: Asked) -> list[Rating]:
    """Ratings as a slate sends them: one for each requirement that counts now, in their order.

    What was rated keeps the words that were rated; what is new is not known yet, and what is no
    longer asked for is left out. Without a brief in force they stay as they are.
    """
    rated = {one.requirement: one for one in ratings}
    if asked.brief is None:
        return list(rated.values())
    found = []
    for place, line in enumerate(asked.lines):
        one = rated.get(UUID(line.id)) or Rating(
            requirement=UUID(line.id), text=line.text, kind=line.kind
        )
        one.place = place
        found.append(one)
    return found
