"""What is new to a reader: what others did since the last look at the page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.utils import timezone

from recruiting.accounts.models import User
from requisitions.words import day_words


@dataclass(frozen=True)
class News:
    """`since` is None for somebody who has not looked before: nothing is new then."""

    reader: UUID | None = None
    since: datetime | None = None
    words: str = ""

    @classmethod
    def to(cls, reader: User, since: datetime | None, *, now: datetime) -> Self:
        return cls(reader.pk, since, since_words(since, now) if since else "")

    def has(self, at: datetime, by: UUID | None) -> bool:
        """Whether what `by` did at that instant is new to the reader."""
        return self.since is not None and at > self.since and by != self.reader


def since_words(since: datetime, now: datetime) -> str:
    """A last look as one says it: "14:05 today", "Tuesday 14:05", "3 March, 14:05"."""
    then = timezone.localtime(since)
    days = (timezone.localdate(now) - then.date()).days
    if days == 0:
        return f"{then:%H:%M} today"
    if days == 1:
        return f"yesterday {then:%H:%M}"
    if days < 7:
        return f"{then:%A} {then:%H:%M}"
    year = f" {then.year}" if then.year != timezone.localdate(now).year else ""
    return f"{day_words(then.date())}{year}, {then:%H:%M}"
