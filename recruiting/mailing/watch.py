"""The dead man's switch: whether mail goes as it should, for whoever has an eye on it.

It asks the database alone, so that the web process can tell when the worker cannot.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, IntegerField, Min, Value

from recruiting.mailing.models import SILENT_AFTER, Mail, SendingHold, SweepBeat


@dataclass(frozen=True)
class Watch:
    """`late` mails were due more than half an hour before `now`, the oldest at `late_since`."""

    now: datetime
    swept_at: datetime | None = None
    held_since: datetime | None = None
    late: int = 0
    late_since: datetime | None = None

    @property
    def is_silent(self) -> bool:
        return self.swept_at is None or self.now - self.swept_at > SILENT_AFTER

    @property
    def is_well(self) -> bool:
        return not (self.is_silent or self.held_since or self.late)


def watch(now: datetime) -> Watch:
    """How things stand; one statement."""
    none = Value(0, IntegerField())
    swept = SweepBeat.objects.values_list(Value("swept"), "at", none)
    held = SendingHold.objects.open().order_by().values_list(Value("held"), "since", none)
    late = (
        Mail.objects.overdue(now)
        .order_by()
        .annotate(what=Value("late"))
        .values("what")
        .annotate(oldest=Min("due_at"), number=Count("pk"))
        .values_list("what", "oldest", "number")
    )
    found = {what: (at, number) for what, at, number in swept.union(held, late, all=True)}
    late_since, number = found.get("late", (None, 0))
    return Watch(
        now,
        swept_at=found.get("swept", (None, 0))[0],
        held_since=found.get("held", (None, 0))[0],
        late=number,
        late_since=late_since,
    )
