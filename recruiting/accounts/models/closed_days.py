"""The days on which a client is closed beside the public holidays: kept on the client's own row,
since every page that names a client knows that row already."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from django.core.exceptions import ValidationError

from recruiting.lib.days import day_range

NAME_MAX = 60
MOST = 100
"""Closings that one client may have."""

LONGEST = timedelta(days=60)
AHEAD = timedelta(days=3 * 366)
KEPT = timedelta(days=366)
"""How long after its end a closing is kept, for what looks back."""


@dataclass(frozen=True)
class Closing:
    """The first and the last day, and why. A removed one is kept so that it can come back."""

    id: uuid.UUID
    first: date
    last: date
    name: str
    removed: bool = False

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            uuid.UUID(row["id"]),
            date.fromisoformat(row["first"]),
            date.fromisoformat(row["last"]),
            row["name"],
            row.get("removed", False),
        )

    @property
    def row(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "id": str(self.id),
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "name": self.name,
            "removed": self.removed,
        }

    @property
    def in_words(self) -> str:
        return day_range(self.first, self.last)

    def days(self) -> Iterator[date]:
        for ahead in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=ahead)

    def check(self, others: Iterable["Closing"], today: date) -> None:
        """Raises ValidationError by field for days that cannot be meant."""
        if self.last < self.first:
            raise ValidationError({"last": "The last day is not before the first."})
        if self.last - self.first >= LONGEST:
            raise ValidationError({"last": f"That is longer than {LONGEST.days} days."})
        if self.first > today + AHEAD:
            raise ValidationError({"first": "Choose a day within three years from now."})
        if self.last < today - KEPT:
            raise ValidationError({"first": "That is more than a year ago. Check the year."})
        standing = [one for one in others if not one.removed and one.id != self.id]
        for one in standing:
            if one.first <= self.last and self.first <= one.last:
                words = f"{one.in_words}: {one.name}"
                raise ValidationError({"first": f"These days are closed already, {words}."})
        if len(standing) >= MOST:
            raise ValidationError({"first": f"There are {MOST} already. Remove one first."})
