"""Two versions of a brief beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from intake.differences import Change, differences
from intake.versions import Version, Versions, versions_of
from requisitions.models import Requisition

_DIGITS = 6
"""No requisition has had a million briefs."""


@dataclass(frozen=True)
class Comparison:
    """`older` and `newer` are None while there is only one to read, or none."""

    versions: Versions
    older: Version | None
    newer: Version | None
    changes: Sequence[Change] = ()


def comparison_of(requisition: Requisition, older: str, newer: str) -> Comparison | None:
    """Of the versions with these numbers; by default of the last two in force, or of whatever
    two came last. None for a version that does not exist. Three statements."""
    versions = versions_of(requisition.pk)
    one, other = _usual(versions)
    if older:
        one = _numbered(versions, older)
    if newer:
        other = _numbered(versions, newer)
    if (older and one is None) or (newer and other is None):
        return None
    if one is None or other is None:
        return Comparison(versions, None, None)
    changes = differences(one.brief.content, other.brief.content)
    return Comparison(versions, one, other, changes)


def _usual(versions: Versions) -> tuple[Version | None, Version | None]:
    rows = versions.signed if len(versions.signed) > 1 else versions.rows
    return (rows[1], rows[0]) if len(rows) > 1 else (None, None)


def _numbered(versions: Versions, text: str) -> Version | None:
    is_number = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return versions.by_number(int(text)) if is_number else None
