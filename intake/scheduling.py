"""Finding a time for an intake meeting: what is offered, and what speaks against a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from intake.slots import is_free, least_bad, slots
from intake.times import Clock, Told, day_words, told
from recruiting.accounts.availability import Presence
from recruiting.accounts.models import Client, User
from recruiting.lib.businesstime import Calendar, is_working
from recruiting.lib.days import day_range

OFFERED = 6
"""Times on the page at once; later ones are a link away."""


@dataclass(frozen=True)
class Diary:
    """When one of the two works, as far as the other may know. `name` is "you" for the reader."""

    name: str
    place: str
    calendar: Calendar
    holidays: Mapping[date, str]

    @property
    def clock(self) -> Clock:
        return Clock(self.name, self.calendar.zone, self.place)

    @property
    def is_reader(self) -> bool:
        return self.name == "you"

    @property
    def hours(self) -> str:
        return f"from {self.calendar.starts:%H:%M} to {self.calendar.ends:%H:%M}"

    def objection(self, at: datetime, lasting: timedelta) -> str:
        """Why she is not at work then, or not until the end; empty when she is."""
        if is_free(self.calendar, self.calendar, at, lasting):
            return ""
        local = at.astimezone(ZoneInfo(self.calendar.zone))
        day = local.date()
        away = [span for span in self.calendar.absences if span[0] <= day <= span[1]]
        if away:
            verb = "You are" if self.is_reader else f"{self.name} is"
            return f"{verb} away {day_range(*away[0], year=day.year)}."
        if day in self.calendar.holidays:
            what = self.holidays.get(day, "a day off")
            return f"{day_words(day)} is {what} for {self.name}."
        if day.isoweekday() not in self.calendar.days:
            return f"{day_words(day)} is no working day for {self.name}."
        if is_working(self.calendar, at):
            whose = "your" if self.is_reader else f"{self.name}’s"
            return f"It goes beyond {whose} working hours, {self.hours}."
        works = "you work" if self.is_reader else f"who works in {self.place}"
        joint = ", and " if self.is_reader else ", "
        return f"It is {local:%H:%M} for {self.name}{joint}{works} {self.hours}."


@dataclass(frozen=True)
class Diaries:
    """Those of a recruiter and a manager, for a reader who is one of them or a lead."""

    reader: Clock
    two: tuple[Diary, Diary]

    @classmethod
    def load(
        cls, recruiter: User, manager: User, client: Client, *, reader: User, now: datetime
    ) -> Self:
        """One statement, for their absences; their working cards are at hand."""
        presence = Presence.load([recruiter, manager], now)
        closed = client.holidays(now)

        def diary(user: User) -> Diary:
            card = user.working_card
            away = presence.absences.get(user.pk, ())
            return Diary(
                name="you" if user == reader else user.first_name,
                place=card.place,
                calendar=card.calendar(now, away, closed=closed),
                holidays={**{day: f"{name} at {client}" for day, name in closed.items()},
                          **card.holidays(now)},
            )  # fmt: skip

        card = reader.working_card
        return cls(Clock("you", card.zone, card.place), (diary(recruiter), diary(manager)))

    def told(self, at: datetime) -> Told:
        """A time by the reader's clocks, then by those of the others."""
        return told(at, [self.reader, *(one.clock for one in self.two if not one.is_reader)])

    def offers(self, *, after: datetime, minutes: int) -> list[Told]:
        """Times at which both are at work, by the reader's clocks and theirs."""
        found = slots(*self._calendars, after=after, lasting=_minutes(minutes), limit=OFFERED)
        return [self.told(at) for at in found]

    def least_bad(self, *, after: datetime, minutes: int) -> Told | None:
        at = least_bad(*self._calendars, after=after, lasting=_minutes(minutes))
        return self.told(at) if at else None

    def objections(self, at: datetime, minutes: int) -> Sequence[str]:
        """What speaks against a time, one sentence for each of the two that is not at work."""
        found = [one.objection(at, _minutes(minutes)) for one in self.two]
        return [words for words in found if words]

    @property
    def _calendars(self) -> tuple[Calendar, Calendar]:
        return self.two[0].calendar, self.two[1].calendar


def _minutes(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)
