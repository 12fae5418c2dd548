"""What a second look at a list of requirements finds: warnings, never refusals."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

DEALBREAKERS_BEFORE_WARNING = 5

FEW = "dealbreaker"
"""The kind that stops a candidate."""


@dataclass(frozen=True)
class Asked:
    """One requirement as the checks see it. `kind` is "dealbreaker", "nice", "not needed" or
    empty while it is not sorted."""

    id: UUID
    text: str
    kind: str
    tested_how: str = ""
    tested_by: str = ""


@dataclass(frozen=True)
class Remark:
    """What to think about again, and the requirements that it is about."""

    text: str
    about: tuple[UUID, ...]


def warnings(asked: Sequence[Asked]) -> list[Remark]:
    """All that is found, the weightiest first."""
    wanted = [one for one in asked if one.kind in (FEW, "nice")]
    return [*too_many(asked), *contradictions(wanted), *duplicates(wanted), *untested(asked)]


def too_many(asked: Iterable[Asked]) -> list[Remark]:
    breakers = [one for one in asked if one.kind == FEW]
    if len(breakers) <= DEALBREAKERS_BEFORE_WARNING:
        return []
    words = (
        f"{len(breakers)} dealbreakers. Each one alone turns people away, and together they "
        "multiply: if each is met by half of those found, "
        f"{_one_in(2 ** len(breakers))} meets all. Which would you give up for the right person?"
    )
    return [Remark(words, tuple(one.id for one in breakers))]


def untested(asked: Iterable[Asked]) -> list[Remark]:
    """Dealbreakers of which nobody has said how they are tested, or by whom."""
    return [
        Remark(f"How is “{_short(one.text)}” tested, and by whom?", (one.id,))
        for one in asked
        if one.kind == FEW and not (one.tested_how.strip() and one.tested_by.strip())
    ]


def duplicates(asked: Iterable[Asked]) -> list[Remark]:
    """Requirements that say the same words, whatever their order and endings."""
    same: dict[frozenset[str], list[Asked]] = defaultdict(list)
    for one in asked:
        if words := _words(one.text):
            same[words].append(one)
    return [
        Remark(f"“{_short(rows[0].text)}” stands here {_times(len(rows))}.",
                tuple(one.id for one in rows))
        for rows in same.values()
        if len(rows) > 1
    ]  # fmt: skip


def contradictions(asked: Sequence[Asked]) -> list[Remark]:
    """Pairs that cannot both hold, by the rules of `_OPPOSED`."""
    found = []
    for name, one_side, other_side in _OPPOSED:
        ones = [one for one in asked if one_side.search(one.text)]
        others = [one for one in asked if other_side.search(one.text) and one not in ones]
        if ones and others:
            words = f"{name}: “{_short(ones[0].text)}” and “{_short(others[0].text)}”."
            found.append(Remark(words, (ones[0].id, others[0].id)))
    return found


_OPPOSED = (
    (
        "These do not go together",
        re.compile(r"(?i)\b(?:fully|100 ?%|purely|only)?\s*remote(?:ly)?\b|\bfrom home\b"),
        re.compile(r"(?i)\b(?:five|5) days (?:a week )?(?:on[- ]?site|in the office)\b"
                   r"|\b(?:fully|100 ?%) on[- ]?site\b|\bon[- ]?site (?:five|5) days\b"),
    ),
    (
        "These do not go together",
        re.compile(r"(?i)\bno (?:travel|travelling|traveling)\b"),
        re.compile(r"(?i)(?<!no )\b(?:frequent |regular |\d+ ?% )travel\b|\bwilling to travel\b"),
    ),
    (
        "These rarely go together",
        re.compile(r"(?i)\b(?:junior|entry[- ]level|no experience)\b"),
        re.compile(r"(?i)\b(?:senior|lead|principal|seasoned|(?:[5-9]|\d\d)\+? years)\b"),
    ),
    (
        "These do not go together",
        re.compile(r"(?i)\bpart[- ]time\b"),
        re.compile(r"(?i)\bfull[- ]time\b"),
    ),
)  # fmt: skip

_FILLERS = {
    "a", "an", "and", "as", "at", "be", "by", "for", "from", "has", "have", "in", "is", "must",
    "of", "on", "or", "should", "the", "to", "very", "with",
}  # fmt: skip


def _words(text: str) -> frozenset[str]:
    """The words that carry the meaning, without endings that do not change it."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"[\w+#.]*[\w+#]", plain)
    kept = {word.removesuffix("s") or word for word in words if word not in _FILLERS}
    return frozenset(kept)


def _short(text: str, limit: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def _one_in(count: int) -> str:
    return f"one in {count:,}"
