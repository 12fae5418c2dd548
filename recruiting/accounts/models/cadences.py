"""How soon word of something goes by mail, as pure functions of instants and working hours.

All instants are aware; those returned are in UTC. Each rhythm has periods, of which each brings at
most one mail to a person: the minute, the hour, the day by her own clocks.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models

from recruiting.lib.businesstime import Calendar, instant, is_working, next_working_instant

HOUR = timedelta(hours=1)


class Cadence(models.TextChoices):
    AT_ONCE = "at once", "At once"
    HOURLY = "hourly", "Once an hour"
    DAILY = "daily", "Once a day"
    NEVER = "never", "Not by mail"


class DigestRhythm(models.TextChoices):
    """How often a hiring manager's digest comes. Each has periods of its own: the local day, the
    local ISO week, or two of them."""

    DAILY = "daily", "Every working day"
    WEEKDAYS = "weekdays", "On chosen days"
    WEEKLY = "weekly", "Once a week"
    FORTNIGHTLY = "fortnightly", "Every other week"


def due(cadence: Cadence, since: datetime, hours: Calendar) -> datetime:
    """When a mail goes that gathers what has come up since that instant.

    At once whatever the hour; hourly at the next full hour that is working time; daily when the
    next working day begins. Who has no working time ahead is written to as if any time were.
    """
    if cadence == Cadence.AT_ONCE:
        return since
    if cadence == Cadence.HOURLY:
        full = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
        return next_working_instant(hours, full) or full
    return _next_start(hours, since)


def goes(
    cadence: Cadence, since: datetime, hours: Calendar, now: datetime, *, chosen: bool = True
) -> bool:
    """Whether that mail goes now: it is due and, unless she chose at once, she is at work."""
    if due(cadence, since, hours) > now:
        return False
    return put_off(cadence, hours, now, chosen=chosen) is None


def put_off(
    cadence: Cadence, hours: Calendar, now: datetime, *, chosen: bool = True
) -> datetime | None:
    """When she works again, for a mail that waits for that; None when it may go now.

    At once means at any hour only where she has `chosen` so herself; where it is merely what is
    usual, nothing comes at night.
    """
    if (cadence == Cadence.AT_ONCE and chosen) or is_working(hours, now):
        return None
    return next_working_instant(hours, now)


def period(cadence: Cadence, now: datetime, zone: str) -> str:
    """The period that `now` is part of, which a mail's natural key names."""
    if cadence == Cadence.DAILY:
        return f"{cadence.value} {now.astimezone(ZoneInfo(zone)).date()}"
    minutes = "%H:%M" if cadence == Cadence.AT_ONCE else "%H"
    return f"{cadence.value} {now.astimezone(UTC):%Y-%m-%dT{minutes}}"


def cadence_of(period: str) -> Cadence:
    """The rhythm that a period was written for. Raises ValueError for what `period` never says."""
    return Cadence(period.rpartition(" ")[0])


def _next_start(hours: Calendar, since: datetime) -> datetime:
    for start, _ in hours.hours_from(since):
        if start > since:
            return start.astimezone(UTC)
    tomorrow = since.astimezone(ZoneInfo(hours.zone)).date() + timedelta(days=1)
    return instant(datetime.combine(tomorrow, time(hours.starts.hour)), hours.zone)
