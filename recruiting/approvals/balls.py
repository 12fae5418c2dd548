"""Who holds the ball of a submission, since when and until when, in words. Pure.

What is asked of the manager or the recruiter goes to whoever stands in while that person is away:
in the hours of the stand-in, from when the absence began or the ball came, whichever is later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from intake.models import Side
from recruiting.approvals.due import Allowed, Span, due, merged
from recruiting.lib.businesstime import Calendar, business_days_between
from requisitions.words import day_words, since_words


class Kind(StrEnum):
    """What is waited for, in the order in which it is told."""

    DECISION = "decision"
    FEEDBACK = "feedback"
    ANSWER = "answer"
    HELD = "held"
    OFFER = "offer"

    @property
    def side(self) -> Side:
        return Side.MANAGER if self in (Kind.DECISION, Kind.FEEDBACK) else Side.RECRUITER


@dataclass(frozen=True)
class Item:
    """Submissions of one requisition about which the same waits, of one slate where they are
    asked for or about.

    `began` is when the clock began, `came` when the ball came back last; in `pauses` it stood
    still. For several feedbacks or questions it is the oldest that counts. `interviews` are those
    on which feedback is asked for, each with when it began, the oldest first.
    """

    requisition: UUID
    kind: Kind
    submissions: tuple[UUID, ...]
    began: datetime
    came: datetime
    allowed: Allowed
    pauses: tuple[Span, ...] = ()
    slate: UUID | None = None
    number: int = 0
    interviews: tuple[tuple[datetime, UUID], ...] = ()

    @property
    def text(self) -> str:
        """ "3 resumes of slate 2", without a name: this stands in mails as well."""
        count = len(self.submissions)
        resumes = f"{count:,} {'resume' if count == 1 else 'resumes'} of slate {self.number:,}"
        match self.kind:
            case Kind.DECISION:
                return resumes
            case Kind.ANSWER:
                return f"question on {resumes}" if count == 1 else f"questions on {resumes}"
            case Kind.FEEDBACK:
                return "feedback on an interview" if count == 1 else (
                    f"feedback on {count:,} interviews"
                )  # fmt: skip
            case Kind.HELD:
                return "word on whether an interview took place" if count == 1 else (
                    f"word on whether {count:,} interviews took place"
                )  # fmt: skip
            case Kind.OFFER:
                return "offer without an answer"


@dataclass(frozen=True)
class Holder:
    """A person with her working time. `away` are her absences as instants."""

    id: UUID
    name: str
    calendar: Calendar
    away: tuple[Span, ...] = ()

    def away_since(self, now: datetime) -> datetime | None:
        """When the absence began that she is in now, with those that it follows at once."""
        spans = (begins for begins, ends in merged(self.away) if begins <= now < ends)
        return next(spans, None)


@dataclass(frozen=True)
class Ball:
    """An item with its holder. `person` is who answers for it: the holder, unless he is away and
    somebody stands in; then `instead_of` is his name."""

    item: Item
    person: UUID
    holder: UUID
    name: str
    since: datetime
    due: datetime | None
    now: datetime
    instead_of: str = ""
    days_late: int = 0
    """Working days of the holder."""

    @property
    def side(self) -> Side:
        return self.item.kind.side

    @property
    def is_overdue(self) -> bool:
        return self.due is not None and self.due < self.now

    def words(self, zone: tzinfo, reader: UUID | None = None) -> str:
        """ "3 resumes of slate 2, waiting on Max since Tuesday, were due Thursday 14:00": the
        same to everybody but for "you", in the reader's zone."""
        return f"{self.item.text}, {self.waits(zone, reader)}{self._and_due(zone)}"

    def waits(self, zone: tzinfo, reader: UUID | None = None) -> str:
        """ "waiting on Max Manager since Tuesday"."""
        today = self.now.astimezone(zone).date()
        since = since_words(self.since.astimezone(zone).date(), today)
        whom = "you" if reader == self.holder else self.name
        if self.instead_of and reader != self.holder:
            whom += f", who stands in for {'you' if reader == self.person else self.instead_of},"
        return f"waiting on {whom} since {since}"

    def due_words(self, zone: tzinfo) -> str:
        """ "due tomorrow 14:00", "was due Thursday 14:00"; nothing where nobody can say."""
        if self.due is None:
            return ""
        verb = "was due" if self.is_overdue else "due"
        return f"{verb} {moment_words(self.due.astimezone(zone), self.now.astimezone(zone))}"

    def _and_due(self, zone: tzinfo) -> str:
        words = self.due_words(zone)
        return f", {words}" if words else ""


def hold(item: Item, person: Holder, stand_in: Holder | None, now: datetime) -> Ball:
    """Who has the item now, and until when."""
    gone = person.away_since(now) if stand_in else None
    if stand_in is None or gone is None:
        until = due(person.calendar, item.began, item.allowed, item.pauses)
        late = _days_late(person.calendar, until, now)
        return Ball(item, person.id, person.id, person.name, item.came, until, now, days_late=late)
    until = due(stand_in.calendar, max(item.began, gone), item.allowed, item.pauses)
    since, late = max(item.came, gone), _days_late(stand_in.calendar, until, now)
    return Ball(item, person.id, stand_in.id, stand_in.name, since, until, now, person.name, late)


def _days_late(calendar: Calendar, due: datetime | None, now: datetime) -> int:
    return business_days_between(calendar, due, now) if due and due < now else 0


def in_order(balls: Sequence[Ball]) -> list[Ball]:
    """By what is waited for, then what is due first."""
    kinds = list(Kind)
    return sorted(balls, key=lambda one: (kinds.index(one.item.kind), one.due or one.since))


def moment_words(at: datetime, now: datetime) -> str:
    """Both by the reader's clocks: "today 14:00", "Thursday 14:00", "3 March 14:00"."""
    days = (at.date() - now.date()).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    day = near.get(days) or (f"{at:%A}" if abs(days) < 7 else day_words(at.date()))
    year = f" {at.year}" if abs(days) >= 7 and at.year != now.year else ""
    return f"{day}{year} {at:%H:%M}"


def is_over(begins: datetime, minutes: int, now: datetime) -> bool:
    """Whether what was to begin then has ended by now."""
    return begins + timedelta(minutes=minutes) <= now
