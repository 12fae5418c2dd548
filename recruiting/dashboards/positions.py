"""Where a row stands in a long list, so that a page begins right after the one before it, whatever
has been written in between."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self
from uuid import UUID

from django.db.models import DateField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from recruiting.lib.places import YEARS
from requisitions.models import Requisition


@dataclass(frozen=True, order=True)
class Position:
    """Newest day first, then newest instant; `pk` keeps apart what came at the same instant."""

    on: date
    at: datetime
    pk: UUID

    def __str__(self) -> str:
        at = self.at.astimezone(UTC).replace(tzinfo=None)
        return f"{self.on.isoformat()}_{at.isoformat()}_{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what no page of ours has written."""
        try:
            on, at, pk = text.split("_")
            found = cls(
                date.fromisoformat(on), datetime.fromisoformat(at).replace(tzinfo=UTC), UUID(pk)
            )
        except ValueError:
            return None
        return found if found.on.year in YEARS and found.at.year in YEARS else None

    def before_by_day(self) -> Q:
        """What stands after this one in the list, of rows with a day `on` and an instant `at`."""
        same_day = Q(on=self.on)
        return (
            Q(on__lt=self.on)
            | (same_day & Q(at__lt=self.at))
            | (same_day & Q(at=self.at, pk__lt=self.pk))
        )

    def before_by_instant(self, field: str, zone: tzinfo) -> Q:
        """The same for rows that have the instant alone; their day is the one in `zone`."""
        starts = datetime.combine(self.on, time(), tzinfo=zone)
        ends = datetime.combine(self.on + timedelta(days=1), time(), tzinfo=zone)
        bound = min(ends, max(starts, self.at))
        earlier = Q(**{f"{field}__lt": bound})
        if starts <= self.at < ends:
            earlier |= Q(**{field: self.at}, pk__lt=self.pk)
        return earlier


NEVER = date.min
"""Stands for the day of something that has not happened: before every other day."""


@dataclass(frozen=True)
class Freshness:
    """The longest without a checkpoint first; then what has been open longest."""

    last: date
    opened: date
    pk: UUID

    def __str__(self) -> str:
        return f"{self.last.isoformat()}_{self.opened.isoformat()}_{self.pk}"

    @classmethod
    def of(cls, row: Requisition) -> Self:
        last = row.latest_checkpoint.on if row.latest_checkpoint else NEVER
        return cls(last, row.opened_on or NEVER, row.pk)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what no page of ours has written."""
        try:
            last, opened, pk = text.split("_")
            return cls(date.fromisoformat(last), date.fromisoformat(opened), UUID(pk))
        except ValueError:
            return None

    @staticmethod
    def ordered(
        rows: QuerySet[Requisition], after: "Freshness | None" = None
    ) -> QuerySet[Requisition]:
        """The rows in this order; with `after`, those that stand after it."""
        never = Value(NEVER, DateField())
        rows = rows.alias(
            last=Coalesce("latest_checkpoint__on", never), opened=Coalesce(F("opened_on"), never)
        )
        if after:
            same = Q(last=after.last)
            rows = rows.filter(
                Q(last__gt=after.last)
                | (same & Q(opened__gt=after.opened))
                | (same & Q(opened=after.opened, pk__gt=after.pk))
            )
        return rows.order_by("last", "opened", "pk")
