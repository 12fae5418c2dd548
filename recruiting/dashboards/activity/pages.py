"""A page of the record: what the reader may know of it, newest first, by day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import groupby
from typing import Any, Self
from uuid import UUID

from django.db.models import Q

from recruiting.accounts.models import Client, User
from recruiting.accounts.models.people import UserQuerySet
from recruiting.audit.models import Event, EventQuerySet
from recruiting.dashboards.activity import words
from recruiting.dashboards.activity.words import Kind, Names
from recruiting.dashboards.news import News
from requisitions.models import Requisition
from requisitions.readers import readers_of

PAGE = 50
"""Lines shown at once."""

ORDER = ("-at", "-target_id", "-id")


@dataclass(frozen=True)
class Scope:
    """Whose record it is: its events, whose names may be told, who may be asked for."""

    events: EventQuerySet
    people: UserQuerySet
    doers: UserQuerySet
    kinds: Sequence[Kind]
    names_requisitions: bool = True
    names_clients: bool = False


def of_requisition(requisition: Requisition, reader: User) -> Scope:
    """What happened on its page. Managers learn of nothing private, nor of anybody whom they may
    not see; who works for the client may know whom its record names."""
    events = Event.objects.filter(requisition=requisition)
    people = User.objects.all()
    if not reader.is_recruiter:
        events, people = events.shared(), people.visible_to(reader)
    kinds = [kind for kind in Kind if kind != Kind.MAIL]
    doers = readers_of(requisition).visible_to(reader)
    return Scope(events, people, doers, kinds, names_requisitions=False)


def of_client(client: Client) -> Scope:
    """All that happened at the client; for those alone who work for it."""
    events = Event.objects.filter(client=client)
    return Scope(events, User.objects.all(), User.objects.serving(client), list(Kind))


def of_office() -> Scope:
    """All that happened; for leads alone."""
    doers = User.objects.recruiters()
    everybody = User.objects.all()
    return Scope(Event.objects.of_all(), everybody, doers, list(Kind), names_clients=True)


@dataclass(frozen=True)
class Place:
    """Where a page ends, so that the next one begins right after it.

    Events of one instant stand by their target, and those of one target by their number, which no
    address of ours tells: `told` counts how many of them have been shown.
    """

    at: datetime
    target: UUID
    told: int

    def __str__(self) -> str:
        return (
            f"{self.at.astimezone(UTC).replace(tzinfo=None).isoformat()}_{self.target}_{self.told}"
        )

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what no page of ours has written."""
        try:
            at, target, told = text.split("_")
            found = cls(datetime.fromisoformat(at).replace(tzinfo=UTC), UUID(target), int(told))
        except ValueError:
            return None
        return found if 1900 <= found.at.year < 2200 and 1 <= found.told <= PAGE * 20 else None

    @classmethod
    def after(cls, shown: Sequence[Event], before: Self | None) -> Self:
        last = shown[-1]
        told = sum((one.at, one.target_id) == (last.at, last.target_id) for one in shown)
        if before and (before.at, before.target) == (last.at, last.target_id):
            told += before.told
        return cls(last.at, last.target_id, told)

    @property
    def rest(self) -> Q:
        """What comes next, and once more the `told` ones."""
        return Q(at__lte=self.at) & (Q(at__lt=self.at) | Q(target_id__lte=self.target))

    def untold(self, events: Sequence[Event]) -> Sequence[Event]:
        return [
            event
            for number, event in enumerate(events)
            if number >= self.told or (event.at, event.target_id) != (self.at, self.target)
        ]


@dataclass(frozen=True)
class Line:
    """One event as its reader sees it."""

    at: datetime
    when: str
    who: str
    initials: str
    party: str
    did: str
    kind: str
    counts: Sequence[tuple[str, str]]
    reason: str
    is_private: bool
    is_new: bool
    is_first_seen: bool
    """The newest of those that the reader has seen already: new ones stand above it."""
    requisition: Requisition | None
    client: Client | None


@dataclass(frozen=True)
class Day:
    on: date
    words: str
    goes_on: bool
    """The page before this one has shown its heading."""
    lines: Sequence[Line]


@dataclass(frozen=True)
class Page:
    days: Sequence[Day]
    doers: Sequence[tuple[UUID, str]]
    earlier: str | None
    """Where the next page begins; None at the end."""
    has_news: bool


def page_of(
    scope: Scope,
    wanted: Mapping[str, Any],
    news: News,
    *,
    before: Place | None,
    now: datetime,
    zone: tzinfo,
) -> Page:
    """One page: a statement for the events and one for the names, however many there are."""
    told = before.told if before else 0
    events: Sequence[Event] = list(events_of(scope, wanted, before, zone)[: PAGE + 1 + told])
    if before:
        events = before.untold(events)
    shown = events[:PAGE]
    doers, names = _people(scope, shown)
    lines = list(_lines(shown, scope, names, news, before, now=now, zone=zone))
    return Page(
        days=list(_days(lines, before, now.astimezone(zone).date(), zone)),
        doers=doers,
        earlier=str(Place.after(shown, before)) if len(events) > PAGE else None,
        has_news=any(line.is_new for line in lines),
    )


def events_of(
    scope: Scope, wanted: Mapping[str, Any], before: Place | None, zone: tzinfo
) -> EventQuerySet:
    """What was asked for of the record from `before` on, with those who acted."""
    found = scope.events.filter(_asked(wanted, zone)).order_by(*ORDER)
    if before:
        found = found.filter(before.rest)
    related = ["actor"]
    if scope.names_requisitions:
        related.append("requisition")
        found = found.defer("requisition__description")
    if scope.names_clients:
        related.append("client")
    return found.select_related(*related)


def _asked(wanted: Mapping[str, Any], zone: tzinfo) -> Q:
    asked = words.of_kind(wanted["kind"]) if "kind" in wanted else Q()
    if person := wanted.get("person"):
        asked &= Q(actor=person)
    if first := wanted.get("since"):
        asked &= Q(at__gte=datetime.combine(first, time(), tzinfo=zone))
    if last := wanted.get("until"):
        asked &= Q(at__lt=datetime.combine(last + timedelta(days=1), time(), tzinfo=zone))
    return asked


def _people(scope: Scope, events: Sequence[Event]) -> tuple[Sequence[tuple[UUID, str]], Names]:
    """Who may be asked for, and the names that the events need; one statement."""
    named = words.named_in(events)
    acted = {event.actor.pk: event.actor for event in events if event.actor}
    wanted = Q(pk__in=scope.doers.order_by().values("pk")) | Q(pk__in=named)
    offered = Q(pk__in=scope.doers.order_by().values("pk"))
    people = scope.people.filter(wanted).annotate(is_doer=offered)
    known = {person.pk: person for person in people}
    doers = {pk: one for pk, one in known.items() if one.is_doer}  # type: ignore[attr-defined]
    doers |= acted
    sort = sorted(doers.values(), key=lambda person: (person.display_name.casefold(), person.email))
    names = {pk: person.display_name for pk, person in (known | acted).items()}
    return [(person.pk, person.display_name) for person in sort], Names(names)


def _lines(
    events: Sequence[Event],
    scope: Scope,
    names: Names,
    news: News,
    before: Place | None,
    *,
    now: datetime,
    zone: tzinfo,
) -> Iterator[Line]:
    above = before is not None and news.since is not None and before.at > news.since
    for event in events:
        is_new = news.has(event.at, event.actor_id)
        is_first_seen = above and news.since is not None and event.at <= news.since
        above = (above or is_new) and not is_first_seen
        actor = event.actor
        yield Line(
            at=event.at,
            when=when_words(event.at, now, zone),
            who=actor.display_name if actor else words.SOFTWARE,
            initials=actor.initials if actor else "",
            party=("manager" if actor.is_manager else "recruiter") if actor else "",
            did=words.did(event, names),
            kind=words.kind_of(event) or "",
            counts=words.counts(event),
            reason=event.particulars.get("reason", ""),
            is_private=event.is_private,
            is_new=is_new,
            is_first_seen=is_first_seen,
            requisition=event.requisition if scope.names_requisitions else None,
            client=event.client if scope.names_clients else None,
        )


def _days(lines: Iterable[Line], before: Place | None, today: date, zone: tzinfo) -> Iterator[Day]:
    begun = before.at.astimezone(zone).date() if before else None
    for on, of_day in groupby(lines, key=lambda line: line.at.astimezone(zone).date()):
        yield Day(on, day_words(on, today), on == begun, list(of_day))


def day_words(on: date, today: date) -> str:
    """ "Today", "Yesterday", "Tuesday 10 March", with the year where it is another one."""
    days = (today - on).days
    if days in (0, 1):
        return "Yesterday" if days else "Today"
    year = f" {on.year}" if on.year != today.year else ""
    return f"{on:%A} {on.day} {on:%B}{year}"


def when_words(at: datetime, now: datetime, zone: tzinfo) -> str:
    """How long ago within today, else the time of the day."""
    then = at.astimezone(zone)
    if then.date() != now.astimezone(zone).date():
        return f"{then:%H:%M}"
    minutes = int((now - at).total_seconds()) // 60
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return "1 minute ago" if minutes == 1 else f"{minutes} minutes ago"
    hours = minutes // 60
    return "1 hour ago" if hours == 1 else f"{hours} hours ago"
