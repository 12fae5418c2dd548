"""What a digest tells: fetched for a whole batch at once, then put together from plain values."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import CharField, Max, Q, Value

from intake.waiting import WaitingBrief, waiting_briefs
from recruiting.accounts.models import Client, Delegation, Membership, Preferences, Role, User
from recruiting.approvals.open_items import OpenItems
from recruiting.lib.lookups import any_of
from recruiting.mailing.models import Mail, State
from requisitions.models import STAGES, Requisition, Stage, Watcher
from requisitions.models.status import ACTIVE, CLOSED
from status_updates.digests.schedule import Period
from status_updates.digests.wishes import period_in
from status_updates.facts import Facts, Material, load
from status_updates.models import PersonalLine
from status_updates.waiting import Balls, Waiting, waiting_on

KIND = "digest"

FIRST_LOOKS_BACK = timedelta(days=7)
"""What the first digest counts as news at least, as there is no earlier one to compare with: the
time of its period, where that is longer."""

Pair = tuple[UUID, UUID]
"""A manager and a client."""


@dataclass(frozen=True)
class Letter:
    """Everything that one digest says, about one client to one manager, as of `now`.

    `waiting` is in the order in which it came to wait. `answers_go_to` are the addresses of the
    recruiters in it, by name, each followed by that of who stands in for her. `is_one_of_several`:
    the manager has a letter about another client as well. `only_news`: she wants none with nothing
    in it.
    """

    now: datetime
    manager: User
    client: Client
    period: Period
    today: date
    zone: tzinfo
    since: date
    is_first: bool
    personal_line: PersonalLine | None
    waiting: Sequence[Waiting]
    lines: Sequence[Facts]
    recruiters: Sequence[User]
    answers_go_to: Sequence[str]
    is_one_of_several: bool
    only_news: bool

    @property
    def moved(self) -> dict[Stage, int]:
        """What moved on all requisitions together."""
        sums: Counter[Stage] = Counter()
        for line in self.lines:
            sums.update(line.moved)
        return {stage: sums[stage] for stage in STAGES if sums[stage]}

    @property
    def is_quiet(self) -> bool:
        return not any(line.news for line in self.lines)


def letters(batch: Sequence[Mail], now: datetime) -> dict[UUID, Letter]:
    """The letters of a batch by mail id, in a fixed number of statements for any number of mails.

    A mail that is not in the answer has no requisition to tell of. News is what came after the
    last digest was *written*: one that was put off by a server for an hour tells of nothing twice
    and leaves nothing out.
    """
    written = _last_written(batch, now)
    since = {_pair(mail): written.get(_pair(mail), now - _first_looks_back(mail)) for mail in batch}
    earliest = min(since.values(), default=now)
    circle = _Circle.load(batch, now)
    requisitions = _requisitions(batch, circle, earliest)
    every = {r.pk: r for found in requisitions.values() for r in found}
    material = load(every.values(), since=earliest, now=now)
    briefs = waiting_briefs(every)
    items = OpenItems.load(every.values(), now=now)
    personal_lines = _personal_lines(batch)
    return {
        mail.pk: _letter(
            mail,
            requisitions[_pair(mail)],
            material,
            since=since[_pair(mail)],
            is_first=_pair(mail) not in written,
            personal_line=_line_of(mail, personal_lines[_pair(mail)], written),
            briefs=briefs,
            balls=items.balls,
            circle=circle,
            now=now,
        )
        for mail in batch
        if requisitions[_pair(mail)]
    }


def _pair(mail: Mail) -> Pair:
    assert mail.client_id is not None, "a digest is about a client"
    return mail.recipient_id, mail.client_id


def _first_looks_back(mail: Mail) -> timedelta:
    return max(FIRST_LOOKS_BACK, timedelta(days=period_in(mail).days))


def _clients(batch: Sequence[Mail]) -> dict[UUID, Client]:
    return {mail.client.pk: mail.client for mail in batch if mail.client}


def _last_written(batch: Sequence[Mail], now: datetime) -> dict[Pair, datetime]:
    """When the last digest that went out was written, by pair; those of the batch itself do not
    count, so that a copy tells what the letter told that it is a copy of."""
    rows = (
        Mail.objects.kind(KIND)
        .filter(
            recipient__in={mail.recipient_id for mail in batch},
            client__in={mail.client_id for mail in batch},
            state__in=[State.SENT, State.AMBIGUOUS],
            rendered_at__lte=now,
        )
        .exclude(key__in=[mail.key for mail in batch])
        .order_by()
        .values_list("recipient", "client")
        .annotate(written=Max("rendered_at"))
    )
    return {(recipient, client): written for recipient, client, written in rows}


@dataclass(frozen=True)
class _Circle:
    """Who belongs where: who watches a requisition, who is of a client, how many clients each
    reader has, the addresses of recruiters' stand-ins by recruiter and client, and who wants only
    letters that have news."""

    watchers: Mapping[UUID, Collection[UUID]]
    people: Collection[tuple[UUID, UUID]]
    clients: Mapping[UUID, int]
    stand_ins: Mapping[tuple[UUID, UUID], str]
    only_news: Collection[UUID] = frozenset()

    @classmethod
    def load(cls, batch: Sequence[Mail], now: datetime) -> Self:
        """One statement."""
        readers = any_of("user__pk", {mail.recipient_id for mail in batch})
        clients = _clients(batch)
        at_them = any_of("client__pk", clients)
        recruit = Q(user__role__in=[Role.RECRUITER, Role.LEAD])
        watching = Watcher.objects.filter(readers, any_of("requisition__client__pk", clients))
        belonging = Membership.objects.filter(readers | (recruit & at_them))
        standing = Delegation.objects.standing(now).filter(recruit, at_them)
        wishing = Preferences.objects.filter(readers, digest_only_news=True)
        rows = watching.values_list(_word("watches"), "requisition", "user", _word("")).union(
            belonging.values_list(_word("belongs"), "client", "user", _word("")),
            standing.values_list(_word("stands in"), "client", "user", "delegate__email"),
            wishing.values_list(_word("only news"), "user", "user", _word("")),
            all=True,
        )
        watchers: defaultdict[UUID, set[UUID]] = defaultdict(set)
        people, stand_ins, only_news = set(), {}, set()
        for kind, thing, user, email in rows:
            if kind == "watches":
                watchers[thing].add(user)
            elif kind == "belongs":
                people.add((user, thing))
            elif kind == "stands in":
                stand_ins[user, thing] = email
            else:
                only_news.add(user)
        clients_of = Counter(user for user, _ in people)
        return cls(watchers, people, clients_of, stand_ins, only_news)

    def answers_go_to(self, recruiters: Sequence[User], client: Client) -> list[str]:
        """Those who still work for the client, and who stands in for the ones who are away."""
        addresses: dict[str, None] = {}
        for one in recruiters:
            if one.is_active and (one.is_lead or (one.pk, client.pk) in self.people):
                addresses[one.email] = None
            if stand_in := self.stand_ins.get((one.pk, client.pk)):
                addresses[stand_in] = None
        return list(addresses)


def _word(word: str) -> Value:
    return Value(word, CharField())


_TOLD = (
    "title", "status", "openings", "client_id", "manager_id", "opened_on", "target_on",
    "closed_on", "created_at", "latest_checkpoint__on", "latest_checkpoint__next_step",
    "recruiter__name", "recruiter__email", "recruiter__role", "recruiter__is_active",
    *(f"funnel__{stage}" for stage in Stage.values),
)  # fmt: skip
"""All that a letter needs of a requisition: a description is longer than the letter."""


def _requisitions(
    batch: Sequence[Mail], circle: _Circle, earliest: datetime
) -> defaultdict[Pair, list[Requisition]]:
    """Each pair's own and watched requisitions: the active ones, and those just closed."""
    people = {mail.recipient_id for mail in batch}
    clients = _clients(batch)
    a_day_earlier = earliest.date() - timedelta(days=1)
    rows = (
        Requisition.objects.filter(
            any_of("manager__pk", people) | any_of("pk", circle.watchers),
            any_of("client__pk", clients),
        )
        .filter(Q(status__in=ACTIVE) | Q(status__in=CLOSED, closed_on__gte=a_day_earlier))
        .select_related("recruiter", "funnel", "latest_checkpoint")
        .only(*_TOLD)
        .order_by("title", "pk")
    )
    by_pair: defaultdict[Pair, list[Requisition]] = defaultdict(list)
    for requisition in rows:
        requisition.client = clients[requisition.client_id]
        readers = {*circle.watchers.get(requisition.pk, ()), requisition.manager_id}
        for reader in people & readers:
            by_pair[reader, requisition.client_id].append(requisition)
    return by_pair


def _personal_lines(batch: Sequence[Mail]) -> defaultdict[Pair, list[PersonalLine]]:
    lines = PersonalLine.objects.filter(
        manager__in={mail.recipient_id for mail in batch},
        client__in={mail.client_id for mail in batch},
        period__in=set().union(*(period_in(mail).texts for mail in batch)),
    )
    found: defaultdict[Pair, list[PersonalLine]] = defaultdict(list)
    for line in lines.select_related("by"):
        found[line.manager_id, line.client_id].append(line)
    return found


def _line_of(
    mail: Mail, lines: Sequence[PersonalLine], written: Mapping[Pair, datetime]
) -> PersonalLine | None:
    """An empty one has been taken back."""
    texts = period_in(mail).texts
    about = [line for line in lines if line.period in texts]
    line = PersonalLine.on(mail.period, about, since=written.get(_pair(mail)))
    return line if line and line.text else None


def _letter(
    mail: Mail,
    requisitions: Sequence[Requisition],
    material: Material,
    *,
    since: datetime,
    is_first: bool,
    personal_line: PersonalLine | None,
    briefs: Mapping[UUID, WaitingBrief],
    balls: Balls,
    circle: _Circle,
    now: datetime,
) -> Letter:
    assert mail.client is not None, "a digest is about a client"
    zone = ZoneInfo(mail.zone)
    today = now.astimezone(zone).date()
    since_day = since.astimezone(zone).date()
    lines = [
        material.facts(requisition, since=since, today=today, zone=zone, reader=mail.recipient_id)
        for requisition in requisitions
        if requisition.is_active or (requisition.closed_on or today) >= since_day
    ]
    waiting = waiting_on(
        [mail.recipient_id],
        lines,
        today=today,
        zone=zone,
        briefs=briefs,
        balls=balls,
        reader=mail.recipient_id,
    )
    named = {line.requisition.recruiter for line in lines}
    recruiters = sorted(named, key=lambda user: (user.display_name, user.email))
    return Letter(
        now=now,
        manager=mail.recipient,
        client=mail.client,
        period=period_in(mail),
        today=today,
        zone=zone,
        since=since_day,
        is_first=is_first,
        personal_line=personal_line,
        waiting=sorted(waiting, key=lambda one: one.since or NEVER),
        lines=sorted(lines, key=lambda line: not line.news),
        recruiters=recruiters,
        answers_go_to=circle.answers_go_to(recruiters, mail.client),
        is_one_of_several=circle.clients.get(mail.recipient_id, 0) > 1,
        only_news=mail.recipient_id in circle.only_news,
    )


NEVER = datetime.max.replace(tzinfo=UTC)
