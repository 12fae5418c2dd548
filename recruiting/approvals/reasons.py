"""What a decline may go back to: one requirement of the brief in force, or what it leaves open."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError

from intake.content import KINDS, RequirementLine
from intake.models import Brief
from recruiting.approvals.models import Reason, Why

REQUIREMENT = f"{Reason.REQUIREMENT}:"
"""What a choice of the form begins with that names a requirement by its id."""

ASKED = ("dealbreaker", "nice")
"""The kinds of requirement for which somebody can be declined."""


@dataclass(frozen=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True)
class Reasons:
    """`number` and `signed_at` are those of the brief in force; without one only the reasons are
    left that need none."""

    lines: Sequence[RequirementLine] = ()
    number: int = 0
    signed_at: datetime | None = None

    @property
    def groups(self) -> Sequence[tuple[str, Sequence[Choice]]]:
        """Under their headings, dealbreakers first."""
        found = [
            (KINDS[kind], [Choice(f"{REQUIREMENT}{one.id}", one.text) for one in self.lines
                           if one.kind == kind])
            for kind in ASKED
        ]  # fmt: skip
        others = [
            Choice(one.value, str(one.label)) for one in (Reason.PAY, Reason.TIMING, Reason.PLACE)
        ]
        return [*((name, rows) for name, rows in found if rows), ("Something else", others)]

    @property
    def values(self) -> set[str]:
        return {one.value for _, rows in self.groups for one in rows} | {Reason.NEW.value}

    def why(self, value: str, *, criterion: str = "", words: str = "") -> Why:
        """The choice of a form as the record keeps it. Raises ValidationError for one that is no
        reason, or is none any more."""
        if not value:
            raise ValidationError({"reason": "Choose one reason."})
        if value not in self.values:
            raise ValidationError(
                {"reason": "The brief has changed: choose among the reasons as they are now."}
            )
        if value == Reason.NEW:
            return Why(value, text=criterion, words=words)
        if not value.startswith(REQUIREMENT):
            return Why(value, words=words)
        pk = uuid.UUID(value.removeprefix(REQUIREMENT))
        line = next(one for one in self.lines if one.id == str(pk))
        return Why(Reason.REQUIREMENT, pk, line.text, line.kind, words)


def reasons_of(requisition: UUID) -> Reasons:
    """As they stand now. One statement."""
    briefs = Brief.objects.in_force().filter(requisition=requisition)
    brief = briefs.order_by("-number").first()
    if brief is None:
        return Reasons()
    lines = [one for one in brief.content.requirements if one.kind in ASKED]
    return Reasons(lines, brief.number, brief.signed_at)
