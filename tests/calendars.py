"""Reading invitations out of messages, by the letter of RFC 5545 and 6047 and by no library that
writes them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from email.message import MIMEPart

from django.core.mail import EmailMessage

Parameters = dict[str, str]


@dataclass(frozen=True)
class Line:
    """A property: its name, its parameters, its value as it stands."""

    name: str
    parameters: Parameters
    value: str


@dataclass(frozen=True)
class Invitation:
    """A calendar object with one event, as a mail program takes it in."""

    method: str
    calendar: list[Line]
    event: list[Line]

    def one(self, name: str) -> Line:
        [found] = [line for line in self.event if line.name == name]
        return found

    def text(self, name: str) -> str:
        return re.sub(
            r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], self.one(name).value
        )  # RFC 5545, 3.3.11

    def instant(self, name: str) -> datetime:
        """Raises ValueError for what is no time in UTC."""
        return datetime.strptime(self.one(name).value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    @property
    def uid(self) -> str:
        return self.one("UID").value

    @property
    def sequence(self) -> int:
        return int(self.one("SEQUENCE").value)

    @property
    def status(self) -> str:
        return self.one("STATUS").value

    @property
    def begins_at(self) -> datetime:
        return self.instant("DTSTART")

    @property
    def organizer(self) -> str:
        return self.one("ORGANIZER").value.removeprefix("mailto:")

    @property
    def attendees(self) -> dict[str, Parameters]:
        return {
            line.value.removeprefix("mailto:"): line.parameters
            for line in self.event
            if line.name == "ATTENDEE"
        }

    @property
    def guests(self) -> list[str]:
        return [who for who, said in self.attendees.items() if said["ROLE"] == "REQ-PARTICIPANT"]


def parsed(message: EmailMessage) -> Parsed:
    return message_from_bytes(message.message().as_bytes(), policy=policy.default)


def invitations(message: EmailMessage) -> list[Invitation]:
    """Those in a message: the alternative to its text, then the file."""
    types = ("text/calendar", "application/ics")
    parts = [part for part in parsed(message).walk() if part.get_content_type() in types]
    return [read(bytes_of(part)) for part in parts]


def bytes_of(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def read(calendar: bytes) -> Invitation:
    """Raises AssertionError for what a strict reader would not take."""
    lines = calendar.decode().split("\r\n")
    assert lines.pop() == "", "the last line ends like all others"
    assert not any("\n" in line or "\r" in line for line in lines)
    assert all(len(line.encode()) <= 75 for line in lines), "lines are folded"
    unfolded: list[str] = []
    for line in lines:
        if line.startswith((" ", "\t")):
            unfolded[-1] += line[1:]
        else:
            unfolded.append(line)
    begin, end = unfolded.index("BEGIN:VEVENT"), unfolded.index("END:VEVENT")
    assert (unfolded[0], unfolded[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert unfolded.count("BEGIN:VEVENT") == 1
    around = [_line(one) for one in (*unfolded[1:begin], *unfolded[end + 1 : -1])]
    [method] = [line.value for line in around if line.name == "METHOD"]
    return Invitation(method, around, [_line(one) for one in unfolded[begin + 1 : end]])


_PARAMETER = re.compile(r';([A-Z-]+)=(?:"([^"]*)"|([^";:,]*))')


def _line(text: str) -> Line:
    named = re.match(r"[A-Z-]+", text)
    assert named is not None, text
    at, parameters = named.end(), Parameters()
    while text[at] == ";":
        found = _PARAMETER.match(text, at)
        assert found is not None, text
        parameters[found[1]] = found[2] if found[2] is not None else found[3]
        at = found.end()
    assert text[at] == ":", text
    return Line(named[0], parameters, text[at + 1 :])
