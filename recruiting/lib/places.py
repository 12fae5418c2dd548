"""A place in a list that is ordered by instant and id, so that a page begins where one ended."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

YEARS = range(1900, 2200)
"""Years that every database can compare."""


@dataclass(frozen=True)
class Place:
    at: datetime
    pk: UUID

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC).replace(tzinfo=None).isoformat()}_{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what no page of ours has written."""
        try:
            at, pk = text.split("_")
            found = cls(datetime.fromisoformat(at).replace(tzinfo=UTC), UUID(pk))
        except ValueError:
            return None
        return found if found.at.year in YEARS else None
