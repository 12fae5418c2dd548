"""What a recruiter or a lead sees first. The same number of statements for any number of
requisitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from intake.waiting import waiting_briefs
from recruiting.accounts.models import User
from recruiting.approvals.balls import Ball
from recruiting.approvals.open_items import OpenItems
from recruiting.dashboards import needs
from recruiting.dashboards.desk_items import Item, Panel, Panels, Refused, Telling, questions_on
from recruiting.dashboards.needs import Kind, Needing
from recruiting.dashboards.positions import Freshness
from recruiting.dashboards.rows import Row, exact, row
from requisitions.models import Requisition, Status
from status_updates import facts
from status_updates.models import Promise

SHOWN = 6
"""How many of one kind of need are shown at first."""

MORE_SHOWN = 50
"""How many when one asks for more of that kind; more come up as these are done."""

MINE_SHOWN = 50

NAMES = {
    Kind.PROMISE: "Promises",
    Kind.CANDIDATE: "Candidates",
    Kind.BRIEF: "Briefs to be signed",
    Kind.QUIET: "Gone quiet",
    Kind.QUESTION: "Managers' questions",
    Kind.HOLD: "Holds that were to end",
    Kind.ORPHANED: "Without a recruiter",
    Kind.UNMANAGED: "Without a hiring manager",
    Kind.OPENING: "Waiting to be opened",
}


@dataclass(frozen=True)
class Group:
    """What stands first for the same thing. `more_url` shows more of them."""

    kind: Kind
    total: int
    items: Sequence[Item]

    @property
    def name(self) -> str:
        return NAMES[self.kind]

    @property
    def more(self) -> int:
        return self.total - len(self.items)

    @property
    def more_url(self) -> str:
        """Where more of them are shown; nothing where all that fit are shown."""
        if len(self.items) >= MORE_SHOWN:
            return ""
        return f"{reverse('home')}?more={self.kind}#{self.kind}"


@dataclass(frozen=True)
class Mine:
    """A line of one's own open requisitions. `is_above` when it stands among the needs."""

    row: Row
    item: Item
    is_above: bool


@dataclass
class Sums:
    """One line of the lead's summary."""

    name: str
    url: str = ""
    open: int = 0
    waiting: int = 0
    on_hold: int = 0
    quiet: int = 0
    missed: int = 0


@dataclass(frozen=True)
class Desk:
    """`later` is where the open requisitions go on; `is_later` when these are not the first."""

    is_of_all: bool
    groups: Sequence[Group]
    mine: Sequence[Mine]
    mine_total: int
    later: str = ""
    is_later: bool = False
    clients: Sequence[Sums] = ()
    recruiters: Sequence[Sums] = ()
    has_requisitions: bool = True
    next_words: str = ""

    @property
    def needing(self) -> int:
        return sum(group.total for group in self.groups)


@dataclass(frozen=True)
class Counts:
    """How many there are of what, at each client for each recruiter."""

    rows: Sequence[Mapping[str, Any]]
    missed: Sequence[Mapping[str, Any]]

    def sums(self, key: str, label: Callable[[Mapping[str, Any]], str], url: str) -> list[Sums]:
        lines: dict[UUID, Sums] = {}
        for one in self.rows:
            line = lines.setdefault(one[key], Sums(label(one), url.format(one[key])))
            for name in ("open", "waiting", "on_hold", "quiet"):
                setattr(line, name, getattr(line, name) + one[name])
        for one in self.missed:
            if one[key] in lines:
                lines[one[key]].missed += one["missed"]
        return sorted(lines.values(), key=lambda line: (-line.missed, -line.quiet, line.name))


@dataclass(frozen=True)
class Reader:
    """Who reads the desk, and when it is there."""

    user: User
    now: datetime
    today: date
    zone: tzinfo

    @property
    def telling(self) -> Telling:
        return Telling(
            self.today, self.zone, names_recruiter=self.user.is_lead, reader=self.user.pk
        )

    def facts(self, material: facts.Material, one: Requisition) -> facts.Facts:
        return material.facts(one, since=None, today=self.today, zone=self.zone)


def desk_of(reader: Reader, *, more: str = "", after: Freshness | None = None) -> Desk:
    """A recruiter's own requisitions; for a lead those of everybody.

    Of the kind of need named `more` many are shown; one's open ones begin `after` a place.
    """
    user = reader.user
    scope = Requisition.objects.visible_to(user)
    if not user.is_lead:
        scope = scope.held_by(user)
    counts = counts_of(scope, reader)
    found = needs.found(scope, now=reader.now, today=reader.today, zone=reader.zone)
    balls = _pressing([one.job for one in found if one.job], reader)
    oldest = {pk: min(one.since for one in every) for pk, every in balls.items()}
    wanted = needs.needing(found, oldest, shown=SHOWN, more=_more(more))
    mine = list(_mine(user, after)[: MINE_SHOWN + 1])
    later = str(Freshness.of(mine[MINE_SHOWN - 1])) if len(mine) > MINE_SHOWN else ""
    mine = mine[:MINE_SHOWN]
    every = {one.pk: one for one in (*mine, *_rows(scope, wanted))}
    material = facts.load(every.values(), since=None, now=reader.now)
    known = {pk: reader.facts(material, one) for pk, one in every.items()}
    asked, briefs = questions_on(list(every)), waiting_briefs(every)
    items = {
        pk: reader.telling.item(one, asked.get(pk, []), briefs.get(pk), balls.get(pk, ()))
        for pk, one in known.items()
    }
    above = {pk for one in wanted for pk in one.first}
    return Desk(
        is_of_all=user.is_lead,
        groups=[
            Group(one.kind, one.total, [items[pk] for pk in one.first if pk in items])
            for one in wanted
        ],
        mine=[
            Mine(row(known[one.pk], today=reader.today), items[one.pk], one.pk in above)
            for one in mine
        ],
        mine_total=_mine_total(counts, user),
        later=later,
        is_later=after is not None,
        clients=clients_of(counts) if user.is_lead else (),
        recruiters=_recruiters(counts) if user.is_lead else (),
        has_requisitions=bool(counts.rows),
        next_words=_next_words([known[one.pk] for one in mine], reader.today),
    )


def item_of(
    reader: Reader, requisition: Requisition, refused: Refused | None = None
) -> tuple[Item, Panel]:
    """One line of the desk and what opens in it, as things stand now."""
    known = reader.facts(facts.load([requisition], since=None, now=reader.now), requisition)
    asked = questions_on([requisition.pk]).get(requisition.pk, [])
    brief = waiting_briefs([requisition.pk]).get(requisition.pk)
    balls = _pressing([requisition], reader).get(requisition.pk, [])
    item = reader.telling.item(known, asked, brief, balls)
    return item, Panels(reader.telling, refused).panel(known, item, asked)


# --- asking the database -------------------------------------------------------------------


def _more(name: str) -> dict[Kind, int]:
    return {Kind(name): MORE_SHOWN} if name in list(Kind) else {}


RELATED = ("client", "recruiter", "manager", "funnel", "latest_checkpoint")


def _rows(scope: QuerySet[Requisition], wanted: Sequence[Needing]) -> QuerySet[Requisition]:
    pks = [pk for one in wanted for pk in one.first]
    return needs.with_people(scope.filter(pk__in=pks)).select_related(*RELATED)


def _mine(user: User, after: Freshness | None) -> QuerySet[Requisition]:
    own = Requisition.objects.visible_to(user).held_by(user).filter(status=Status.OPEN)
    return Freshness.ordered(needs.with_people(own).select_related(*RELATED), after)


def counts_of(scope: QuerySet[Requisition], reader: Reader) -> Counts:
    """Two statements, grouped by client and recruiter."""
    by = ("client", "client__name", "recruiter", "recruiter__name", "recruiter__email")
    today = reader.today
    return Counts(
        list(
            scope.order_by()
            .values(*by)
            .annotate(
                open=Count("pk", filter=Q(status=Status.OPEN)),
                waiting=Count("pk", filter=needs.awaiting_opening()),
                on_hold=Count("pk", filter=Q(status=Status.ON_HOLD)),
                quiet=Count("pk", filter=needs.quiet(today, reader.zone)),
            )
        ),
        list(
            Promise.objects.filter(needs.promises_due(today), requisition__in=scope)
            .order_by()
            .values(client=F("requisition__client"), recruiter=F("requisition__recruiter"))
            .annotate(missed=Count("pk", filter=Q(due_on__lt=today)))
        ),
    )


# --- saying it -----------------------------------------------------------------------------


def _pressing(jobs: Sequence[Requisition], reader: Reader) -> dict[UUID, list[Ball]]:
    """What waits on their candidates and needs the reader. Two statements."""
    items, telling = OpenItems.load(jobs, now=reader.now), reader.telling
    pressing = {pk: telling.pressing(balls) for pk, balls in items.balls.items()}
    return {pk: balls for pk, balls in pressing.items() if balls}


def _mine_total(counts: Counts, user: User) -> int:
    return sum(one["open"] for one in counts.rows if one["recruiter"] == user.pk)


def clients_of(counts: Counts) -> list[Sums]:
    address = f"{reverse('requisitions')}?status=active&client={{}}"
    return counts.sums("client", lambda one: str(one["client__name"]), address)


def _recruiters(counts: Counts) -> list[Sums]:
    return counts.sums("recruiter", _recruiter_name, "")


def _recruiter_name(one: Mapping[str, Any]) -> str:
    """As `User.display_name` says it."""
    return str(one["recruiter__name"] or one["recruiter__email"].partition("@")[0])


def _next_words(mine: Sequence[facts.Facts], today: date) -> str:
    """What happens next where nothing needs anybody today."""
    promised = [
        (promise.due_on, one.requisition.title, promise.text)
        for one in mine
        for promise in one.open_promises
        if promise.due_on > today
    ]
    if promised:
        due, title, text = min(promised)
        return f"Next: {text} for {title}, promised by {exact(due)}."
    quiet = [(one.quiet_days, one.requisition.title) for one in mine if one.quiet_days is not None]
    if quiet:
        days, title = max(quiet)
        on = today + facts.QUIET_AFTER + timedelta(days=1 - days)
        return f"Next: {title} counts as quiet from {exact(on)} unless something is logged."
    return "No promise is due, nothing has gone quiet, and no question is open."
