"""A time as two people read it, each by his own clocks, and as one of them types it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.text import get_text_list

from recruiting.lib.businesstime import instant


@dataclass(frozen=True)
class Clock:
    """By whose clocks a time is told. The reader's `name` is "you"; `place` is where others are."""

    name: str
    zone: str
    place: str = ""


@dataclass(frozen=True)
class Told:
    """A time for several people: the day and hour of the first, and what it is for the others."""

    at: datetime
    local: str
    names: str
    others: Sequence[str] = ()

    @property
    def words(self) -> str:
        """ "Tue 24 Nov, 14:00 for you, 15:00 for Petra in Berlin"."""
        return ", ".join((f"{self.local} for {self.names}", *self.others))


def told(at: datetime, clocks: Sequence[Clock]) -> Told:
    """Who reads the same on the clock stands together, the first one's day is not said again."""
    groups: dict[datetime, list[Clock]] = {}
    for clock in clocks:
        groups.setdefault(_local(at, clock.zone), []).append(clock)
    (first, with_first), *rest = groups.items()
    others = [
        f"{_hour(local) if local.date() == first.date() else day_and_hour(local)} "
        f"for {_names(group)} in {group[0].place}"
        for local, group in rest
    ]
    return Told(at.astimezone(UTC), day_and_hour(first), _names(with_first), others)


def moment_words(at: datetime, zone: str) -> str:
    """ "Tue 24 Nov, 15:00"."""
    return day_and_hour(_local(at, zone))


def day_and_hour(local: datetime) -> str:
    return f"{day_words(local.date())}, {_hour(local)}"


def day_words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def typed(day: date, hour: time, zone: str) -> datetime:
    """The instant at which the clocks of `zone` show what was typed.

    Raises ValidationError for a time that a change of clocks leaves out there, or repeats: nobody
    could say which one is meant.
    """
    local = datetime.combine(day, hour)
    one, other = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if one.utcoffset() == other.utcoffset():
        return one.astimezone(UTC)
    place = zone.rpartition("/")[2].replace("_", " ")
    if one.astimezone(UTC).astimezone(one.tzinfo).replace(tzinfo=None) != local:
        after = instant(local, zone).astimezone(one.tzinfo)
        raise ValidationError(
            f"{hour:%H:%M} does not come on {day_words(day)} in {place}: the clocks are put "
            f"forward then. The next time there is {after:%H:%M}."
        )
    raise ValidationError(
        f"{hour:%H:%M} comes twice on {day_words(day)} in {place}: the clocks are put back then. "
        "Choose a time before or after that hour, so that nobody waits for the other."
    )


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _hour(local: datetime) -> str:
    return f"{local:%H:%M}"


def _names(clocks: Sequence[Clock]) -> str:
    return get_text_list([clock.name for clock in clocks], "and")
