"""Whether somebody is there, in the words one wants to read before writing to her."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from recruiting.accounts.models.absences import Absence
from recruiting.accounts.models.cards import WorkingCard
from recruiting.accounts.models.clients import Client
from recruiting.accounts.models.people import User
from recruiting.lib.businesstime import Calendar, is_working, next_working_instant
from recruiting.lib.days import day_range

Days = tuple[date, date]
"""The first and the last day away."""

SOON = timedelta(days=7)
"""An absence that begins within this is told beforehand."""


@dataclass(frozen=True)
class Availability:
    """Times and days are those of the person's own clocks; `local` says what they show now.

    `until` is set while she works, `away` while she is away; `reason` names today's holiday.
    `ahead` tells of an absence that begins soon; `leaves_first` when that comes before `back`.
    """

    local: str
    until: str = ""
    away: str = ""
    stand_in: str = ""
    reason: str = ""
    back: str = ""
    ahead: str = ""
    leaves_first: bool = False

    @property
    def words(self) -> str:
        """ "works now until 17:00", "back Monday 09:00", "away until 3 April; Petra stands in"."""
        parts = [self.reason]
        if self.until:
            parts.append(f"works now until {self.until}")
        if self.away:
            parts.append(f"away until {self.away}")
            parts.append(f"{self.stand_in} stands in" if self.stand_in else "")
        back = f"back {self.back}" if self.back else ""
        parts += [self.ahead, back] if self.leaves_first else [back, self.ahead]
        return "; ".join(part for part in parts if part)

    def sentence(self, name: str) -> str:
        """ "It is 21:40 for Petra; back Monday 09:00." """
        said = self.words.replace("works now until", "works until", 1)
        if self.away:
            return f"{name} is {said}."
        return f"It is {self.local} for {name}; {said}." if said else f"It is {self.local} there."


def availability(
    calendar: Calendar,
    now: datetime,
    *,
    holidays: Mapping[date, str] | None = None,
    stand_in: str = "",
) -> Availability:
    """What can be said of somebody with this calendar; `holidays` gives names to days in it."""
    local = now.astimezone(ZoneInfo(calendar.zone))
    clock = f"{local:%H:%M}"
    leaves = _next_away(calendar, local.date())
    ahead = f"away {day_range(*leaves, year=local.year)}" if leaves else ""
    if is_working(calendar, now):
        return Availability(clock, until=f"{calendar.ends:%H:%M}", ahead=ahead)
    following = next_working_instant(calendar, now)
    following = following.astimezone(local.tzinfo) if following else None
    back = _moment(following, local) if following else ""
    last = _away_until(calendar, local.date())
    if last:
        return Availability(clock, away=_day(last), stand_in=stand_in, back=back)
    reason = (holidays or {}).get(local.date(), "")
    leaves_first = bool(leaves and following and following.date() > leaves[0])
    return Availability(clock, reason=reason, back=back, ahead=ahead, leaves_first=leaves_first)


def _away_until(calendar: Calendar, today: date) -> date | None:
    """The last day of the absence that today is part of, and of those that follow at once."""
    until = None
    day = today
    for first, last in sorted(calendar.absences):
        if first <= day <= last:
            until, day = last, last + timedelta(days=1)
    return until


def _next_away(calendar: Calendar, today: date) -> Days | None:
    soon = (days for days in sorted(calendar.absences) if today < days[0] <= today + SOON)
    return next(soon, None)


def _moment(at: datetime, now: datetime) -> str:
    """ "at 09:00" today, "Monday 09:00" within a week, then "Tuesday 7 April"."""
    if at.date() == now.date():
        return f"at {at:%H:%M}"
    if at.date() - now.date() < timedelta(days=7):
        return f"{at:%A %H:%M}"
    return f"{at:%A} {_day(at.date())}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


@dataclass(frozen=True)
class Presence:
    """Who of some people is away when, and who stands in at which client, as of `now`."""

    now: datetime
    absences: Mapping[UUID, Sequence[Days]]
    stand_ins: Mapping[tuple[UUID, UUID | None], str]

    @classmethod
    def load(cls, people: Iterable[User], now: datetime) -> Self:
        """One statement for any number of people."""
        away: defaultdict[UUID, set[Days]] = defaultdict(set)
        stand_ins: dict[tuple[UUID, UUID | None], str] = {}
        delegate = "user__delegations__delegate"
        rows = Absence.objects.filter(user__in={one.pk for one in people}).to_come(now)
        for user, first, last, client, name, email, active in rows.values_list(
            "user_id",
            "first_day",
            "last_day",
            "user__delegations__client_id",
            f"{delegate}__name",
            f"{delegate}__email",
            f"{delegate}__is_active",
        ):
            away[user].add((first, last))
            if active:
                stand_ins[user, client] = name or email.partition("@")[0]
        return cls(now, {user: sorted(days) for user, days in away.items()}, stand_ins)

    def of(self, user: User, client: Client | None = None) -> Availability:
        """What to say of a person, whose working card is loaded, to somebody of the client.

        On the client's days off nobody works for that client, whatever her own card says.
        """
        card: WorkingCard = user.working_card
        closed = client.holidays(self.now) if client else {}
        named = {day: f"{name} at {client}" for day, name in closed.items()}
        return availability(
            card.calendar(self.now, self.absences.get(user.pk, ()), closed=closed),
            self.now,
            holidays={**named, **card.holidays(self.now)},
            stand_in=self.stand_ins.get((user.pk, client.pk if client else None), ""),
        )
