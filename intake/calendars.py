"""An invitation as calendars read it: one meeting as a calendar object (RFC 5545, 5546)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import icalendar

PRODUCT = "-//Same Page//Intake//EN"


@dataclass(frozen=True)
class Party:
    """Somebody in a calendar: the address is what calendars know a person by."""

    name: str
    address: str


@dataclass(frozen=True)
class Invite:
    """A meeting as it is told to calendars. Both `uid` and the highest `sequence` seen decide
    what a calendar believes, so neither is ever used for anything else."""

    uid: str
    sequence: int
    begins_at: datetime
    minutes: int
    place: str
    organizer: Party
    guest: Party

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + timedelta(minutes=self.minutes)

    def as_json(self) -> dict[str, Any]:
        return {
            **vars(self),
            "begins_at": self.begins_at.isoformat(),
            "organizer": vars(self.organizer),
            "guest": vars(self.guest),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        begins_at = datetime.fromisoformat(values["begins_at"])
        parties = {name: Party(**values[name]) for name in ("organizer", "guest")}
        return cls(**{**values, "begins_at": begins_at, **parties})


def request(invite: Invite, *, summary: str, description: str, url: str, now: datetime) -> str:
    """Asks the guest to come. A move is the same with a higher sequence."""
    event = _event(invite, summary, now)
    event.add("description", description)
    event.add("url", url)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("attendee", _attendee(invite.organizer, "CHAIR", "ACCEPTED"), encode=False)
    event.add("attendee", _guest(invite), encode=False)
    return _calendar("REQUEST", event)


def cancellation(invite: Invite, *, summary: str, why: str, now: datetime) -> str:
    """Takes the meeting out of the calendars that had it: for all, or for a guest who is no
    longer asked to come."""
    event = _event(invite, summary, now)
    if why:
        event.add("description", why)
    event.add("status", "CANCELLED")
    event.add("attendee", _guest(invite), encode=False)
    return _calendar("CANCEL", event)


def _event(invite: Invite, summary: str, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", invite.uid)
    event.add("sequence", invite.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", invite.begins_at.astimezone(UTC))
    event.add("dtend", invite.ends_at.astimezone(UTC))
    event.add("summary", summary)
    if invite.place:
        event.add("location", invite.place)
    event.add("organizer", _party(invite.organizer), encode=False)
    return event


def _party(party: Party) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{party.address}")
    # A quotation mark has no place in a parameter; the escape of RFC 6868 few programs know.
    address.params["CN"] = party.name.replace('"', "'").replace("^", "")
    return address


def _attendee(party: Party, role: str, answer: str) -> icalendar.vCalAddress:
    address = _party(party)
    address.params |= {"CUTYPE": "INDIVIDUAL", "ROLE": role, "PARTSTAT": answer}
    return address


def _guest(invite: Invite) -> icalendar.vCalAddress:
    address = _attendee(invite.guest, "REQ-PARTICIPANT", "NEEDS-ACTION")
    address.params["RSVP"] = "TRUE"
    return address


def _calendar(method: str, event: icalendar.Event) -> str:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")
