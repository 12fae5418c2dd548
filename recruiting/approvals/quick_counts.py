"""Reads "14 screened out: 9 no Kubernetes, 5 pay" against the requirements of a brief. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intake.content import RequirementLine
from recruiting.approvals.likeness import words_of
from recruiting.approvals.models.screening import COUNT_MAX

OTHER = {
    "pay": "pay salary money compensation expensive budget rate wage gehalt",
    "timing": "timing notice start starts availability available date late time",
    "place": "place location relocation relocate remote commute office onsite city travel",
}
"""What people call the reasons beside the requirements."""

_IN_ALL = re.compile(r"^\s*(\d+)\b[^\d,;:]*:")
_PARTS = re.compile(r"[,;\n]|\s+and\s+|\s+&\s+|\s\+\s")
_COUNTED = re.compile(r"^\s*(\d{1,9})\s*(?:[x×]\s+)?(.+)$", re.DOTALL)
_COUNT_LAST = re.compile(r"^\s*(.+?)\s*[:=(-]?\s*(\d{1,9})\s*\)?\s*$", re.DOTALL)
_FILLERS = frozenset(
    words_of(
        "no not without lack lacks lacking lacked missing for due to because of on a an the their "
        "too is was were wrong low high little enough had have has with any in out screened "
        "people candidates profiles them"
    )
)


@dataclass(frozen=True)
class Read:
    """Counts by the key of what they are for: the id of a requirement, or "pay", "timing" and
    "place". `asks` says of each part that was not understood why, in the order of the text."""

    counts: Mapping[str, int] = field(default_factory=dict)
    left: Sequence[str] = ()
    asks: Sequence[str] = ()


def read(text: str, lines: Sequence[RequirementLine]) -> Read:
    """What a line of text counts. Whatever is not sure is asked about, never guessed."""
    counts: dict[str, int] = {}
    left, asks = [], []
    head = _IN_ALL.match(text)
    for part in _PARTS.split(text[head.end() :] if head else text):
        if not part.strip():
            continue
        key, count, why = _part(part.strip(), lines)
        if why:
            left.append(part.strip())
            asks.append(why)
        else:
            counts[key] = counts.get(key, 0) + count
    total = sum(counts.values())
    if head and not asks and total != int(head[1][:9]):
        asks.append(f"The parts come to {total:,}, and the line says {head[1]}.")
    return Read(counts, left, asks)


def _part(part: str, lines: Sequence[RequirementLine]) -> tuple[str, int, str]:
    """Key and count, or why not."""
    if found := _COUNTED.match(part):
        number, what = found[1], found[2]
    elif found := _COUNT_LAST.match(part):
        what, number = found[1], found[2]
    else:
        return "", 0, f"“{part}” has no number."
    if not 1 <= int(number) <= COUNT_MAX:
        return "", 0, f"“{part}”: a count is between 1 and {COUNT_MAX:,}."
    keys = _meant(what, lines)
    if len(keys) == 1:
        return keys[0], int(number), ""
    if keys:
        texts = {line.id: line.text for line in lines}
        named = " or ".join(f"“{texts.get(key, key)}”" for key in keys[:3])
        return "", 0, f"“{part}” can be {named}."
    return "", 0, f"“{part}” is nothing that the brief asks for."


def _meant(what: str, lines: Sequence[RequirementLine]) -> list[str]:
    """What the words can be: the requirements that hold them all, whole before begun; else one of
    the other reasons."""
    said = words_of(what)
    words = [word for word in said if word not in _FILLERS] or said
    whole = [line.id for line in lines if set(words_of(line.text)) == set(words)]
    if whole:
        return whole
    held = [line.id for line in lines if _holds(line, words)]
    if held:
        return held
    return [key for key, names in OTHER.items() if set(words) & set(names.split())]


def _holds(line: RequirementLine, words: Sequence[str]) -> bool:
    own = words_of(line.text)
    return all(any(one == word or (len(word) > 2 and one.startswith(word)) for one in own)
               for word in words)  # fmt: skip
