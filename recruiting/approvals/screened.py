"""Screen-outs in words: how many, and for what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from recruiting.approvals.models import ScreenOutLine
from recruiting.approvals.models.decisions import Reason
from recruiting.approvals.models.screening import ScreenOutQuerySet


@dataclass(frozen=True)
class Entry:
    pk: UUID
    on: date
    count: int
    words: str
    note: str
    by: str


@dataclass(frozen=True)
class Screened:
    """All that stands of one requisition, the latest first."""

    entries: Sequence[Entry] = field(default_factory=list)
    total: int = 0
    words: str = ""


def screened(rows: ScreenOutQuerySet) -> Screened:
    """Two statements."""
    standing = rows.standing().select_related("by").prefetch_related("lines")
    entries, lines = [], []
    for one in standing:
        mine = list(one.lines.all())
        lines += mine
        entries.append(Entry(one.pk, one.on, sum(line.count for line in mine), words_of(mine),
                             one.note, one.by.display_name))  # fmt: skip
    return Screened(entries, sum(line.count for line in lines), words_of(lines))


def words_of(lines: Iterable[ScreenOutLine]) -> str:
    """ "9 “Kubernetes”, 5 pay", the most first. A requirement whose words changed is told once, by
    the latest."""
    counts: dict[object, int] = {}
    names: dict[object, str] = {}
    for line in lines:
        key = line.requirement or line.reason
        counts[key] = counts.get(key, 0) + line.count
        label = f"“{line.text}”" if line.requirement else Reason(line.reason).label.lower()
        names.setdefault(key, label)
    ordered = sorted(counts, key=lambda key: -counts[key])
    return ", ".join(f"{counts[key]:,} {names[key]}" for key in ordered)
