"""What an intake meeting talks about, for how long, and where it stands by the clock."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from recruiting.lib.text import check_line

NAME_MAX = 60
PARTS_MAX = 12
MINUTES_MAX = 60
_KEY = re.compile(r"[a-z][a-z0-9-]{0,29}")


@dataclass(frozen=True)
class Part:
    """One part of the agenda. `key` ties it to its questions, see `questions.py`."""

    key: str
    name: str
    minutes: int


AGENDA = (
    Part("why", "Why this job, why now", 5),
    Part("requirements", "Requirements, and how each is tested", 7),
    Part("success", "What success looks like", 4),
    Part("market", "Pay, place, market", 5),
    Part("steps", "Panel, steps, working agreement", 4),
    Part("reasons", "Reasons to move", 3),
    Part("signing", "Sign-off and dates", 2),
)
"""Half an hour, for those who keep no template of their own."""


@dataclass(frozen=True)
class Moment:
    """Where a meeting stands: the part whose turn it is, and the minutes left to it and in all.

    `over` counts whole minutes beyond the agenda; 0 within it. `passed` are whole minutes since
    it began.
    """

    part: Part
    left_in_part: int
    left: int
    over: int
    passed: int = 0

    @property
    def words(self) -> str:
        if self.over:
            return f"Over by {self.over} min"
        return f"{self.left} min left" if self.left else "Time is up"

    @property
    def part_words(self) -> str:
        if not self.left:
            return f"Last: {self.part.name}"
        return f"{self.left_in_part} min for {self.part.name}"

    def passed_of(self, begins: int, ends: int) -> int:
        """How many of the minutes between two marks of the clock are over."""
        return min(max(self.passed - begins, 0), ends - begins)


def moment(parts: Sequence[Part], minutes: float) -> Moment:
    """Where a meeting stands so many minutes after it began, by its agenda.

    At a boundary the next part has begun. Beyond the end it stays with the last. Raises
    ValueError without any part.
    """
    if not parts:
        raise ValueError("An agenda has parts.")
    passed = max(int(minutes), 0)
    total = sum(part.minutes for part in parts)
    begins = 0
    for part in parts:
        ends = begins + part.minutes
        if passed < ends:
            return Moment(part, ends - passed, total - passed, 0, passed)
        begins = ends
    return Moment(parts[-1], 0, 0, passed - total, passed)


def spans(parts: Sequence[Part]) -> list[tuple[Part, int, int]]:
    """Each part with the minutes at which it begins and ends."""
    found, begins = [], 0
    for part in parts:
        found.append((part, begins, begins + part.minutes))
        begins += part.minutes
    return found


def parts_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The parts kept as rows of JSON. Raises ValidationError for what is no agenda."""
    try:
        parts = tuple(Part(str(r["key"]), str(r["name"]).strip(), int(r["minutes"])) for r in rows)
    except (KeyError, TypeError, ValueError):
        raise ValidationError("This is not an agenda.") from None
    check_parts(parts)
    return parts


def rows_of(parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [{"key": one.key, "name": one.name, "minutes": one.minutes} for one in parts]


def check_parts(parts: Sequence[Part]) -> None:
    """Raises ValidationError in words for the person who edits the agenda."""
    if not parts:
        raise ValidationError("Keep at least one part.")
    if len(parts) > PARTS_MAX:
        raise ValidationError(f"An agenda has up to {PARTS_MAX} parts.")
    for part in parts:
        if not _KEY.fullmatch(part.key):
            raise ValidationError("This is not an agenda.")
        if not part.name:
            raise ValidationError("Give each part a name.")
        if len(part.name) > NAME_MAX:
            raise ValidationError(f"A part's name has up to {NAME_MAX} characters.")
        check_line(part.name)
        if not 1 <= part.minutes <= MINUTES_MAX:
            raise ValidationError(f"A part takes 1 to {MINUTES_MAX} minutes.")
    if len({part.key for part in parts}) < len(parts):
        raise ValidationError("Each part stands in the agenda once.")
