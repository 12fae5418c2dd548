"""A recruiter's round-up: what has gone quiet, what is promised and who is late, as her week
begins. All of her clients in one mail, each under its own heading, in the words of her desk."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from intake.models import Side
from intake.waiting import WaitingBrief, waiting_briefs
from recruiting.accounts.models import Client, Membership, Role
from recruiting.approvals.balls import Ball
from recruiting.approvals.open_items import OpenItems
from recruiting.dashboards import weekly
from recruiting.dashboards.desk import RELATED
from recruiting.dashboards.desk_items import Telling
from recruiting.dashboards.needs import Kind as Need
from recruiting.dashboards.rows import promise_words
from recruiting.mailing import kinds
from recruiting.mailing.kinds import Budget, Kind, Objection, Rewrite, Skip
from recruiting.mailing.links import unsubscribe_url
from recruiting.mailing.messages import site_host
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered, render_mail
from requisitions.models import Requisition
from requisitions.models.status import ACTIVE
from requisitions.words import since_words
from status_updates import facts
from status_updates.facts import Facts
from status_updates.nudges import Pair, nudged

ROUND_UP = "round-up"

SHOWN = 60
"""Lines in one mail; to more there is a link."""

_TOLD = re.compile(r"/requisitions/([0-9a-f-]{36})/")
"""Every requisition that a round-up tells of stands in it with its address."""

QUIET, PROMISES, LATE = "Gone quiet", "Promises due this week", "Waiting on managers"


def register() -> None:
    kinds.register(
        Kind(
            ROUND_UP,
            title="Round-up",
            render=render,
            still_wanted=still_wanted,
            can_stop=True,
            about="As your week begins: what has gone quiet, what is promised for this week, and "
            "which hiring managers are late with what.",
            meant_for=lambda user: user.role == Role.RECRUITER,
            budget=Budget.COUNTED,
            materialise=lambda now: weekly.materialise(ROUND_UP, Role.RECRUITER, now),
        )
    )


def still_wanted(batch: Sequence[Mail], now: datetime) -> dict[UUID, Objection]:
    """What holds for every weekly mail; and one that was written before is written anew when it
    tells of a requisition that its reader holds no more."""
    rewritten = dict.fromkeys(_not_hers(batch), Rewrite())
    return rewritten | weekly.still_wanted(batch, Role.RECRUITER, now)


def _not_hers(batch: Sequence[Mail]) -> set[UUID]:
    """One statement, and none while nothing has been written."""
    told = {mail.pk: set(_TOLD.findall(mail.text)) for mail in batch if mail.rendered_at}
    if not told:
        return set()
    rows = _held_by({mail.recipient_id for mail in batch})
    hers = {(person, str(pk)) for person, pk in rows.values_list("recruiter", "pk")}
    readers = {mail.pk: mail.recipient_id for mail in batch}
    return {mail for mail, every in told.items() if {(readers[mail], pk) for pk in every} - hers}


@dataclass(frozen=True)
class Line:
    """What is said of one requisition under one head."""

    head: str
    client: Client
    title: str
    url: str
    text: str
    is_late: bool = False


def render(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
    """Each with what its reader holds at the clients that she serves now. Seven statements."""
    rows = _held_by({mail.recipient_id for mail in batch}).filter(status__in=ACTIVE)
    jobs = list(rows.select_related(*RELATED).order_by("client__name", "title", "pk"))
    material = facts.load(jobs, since=None, now=now)
    briefs = waiting_briefs(one.pk for one in jobs)
    balls = OpenItems.load(jobs, now=now).balls
    last = nudged(_holders(jobs, balls))
    answers: dict[UUID, Rendered | Skip] = {}
    for mail in batch:
        reader = _Reader.of(mail, now)
        lines = [
            line
            for one in jobs
            if one.recruiter_id == mail.recipient_id
            for line in reader.lines(
                material.facts(one, since=None, today=reader.today, zone=reader.zone),
                briefs.get(one.pk),
                balls.get(one.pk, ()),
                last,
            )
        ]
        answers[mail.pk] = _written(mail, lines) if lines else Skip("Nothing needed a word.")
    return answers


def _held_by(recruiters: Iterable[UUID]) -> QuerySet[Requisition]:
    """What they hold at clients that they serve."""
    serving = Membership.objects.filter(user=OuterRef("recruiter"), client=OuterRef("client"))
    return Requisition.objects.filter(Exists(serving), recruiter__in=list(recruiters))


def _holders(jobs: Iterable[Requisition], balls: Mapping[UUID, Sequence[Ball]]) -> set[UUID]:
    managers = {one.manager_id for one in jobs if one.manager_id}
    return managers | {ball.holder for every in balls.values() for ball in every}


@dataclass(frozen=True)
class _Reader:
    """Whose desk it is, and which week."""

    telling: Telling
    now: datetime

    @classmethod
    def of(cls, mail: Mail, now: datetime) -> "_Reader":
        zone = ZoneInfo(mail.zone)
        today = now.astimezone(zone).date()
        return cls(Telling(today, zone, names_recruiter=False, reader=mail.recipient_id), now)

    @property
    def today(self) -> date:
        return self.telling.today

    @property
    def zone(self) -> Any:
        return self.telling.zone

    @property
    def sunday(self) -> date:
        return self.today + timedelta(days=7 - self.today.isoweekday())

    def lines(
        self,
        known: Facts,
        brief: WaitingBrief | None,
        balls: Sequence[Ball],
        last: Mapping[Pair, datetime],
    ) -> Iterator[Line]:
        one = known.requisition
        url = f"{settings.SITE_URL}{one.get_absolute_url()}"
        for head, text, is_late in (
            *self._late(known, brief, balls, last),
            *self._promised(known),
            *self._quiet(known),
        ):
            yield Line(head, one.client, one.title, url, text, is_late)

    def _late(
        self,
        known: Facts,
        brief: WaitingBrief | None,
        balls: Sequence[Ball],
        last: Mapping[Pair, datetime],
    ) -> Iterator[tuple[str, str, bool]]:
        theirs = brief if brief and brief.side == Side.MANAGER else None
        for ball in balls:
            if ball.side == Side.MANAGER and ball.is_overdue:
                words = ball.words(self.zone, self.telling.reader)
                told = self._nudged(last, ball.holder, known.requisition)
                yield LATE, words[0].upper() + words[1:] + told, False
        for reason in self.telling.reasons(known, (), theirs):
            if reason.kind == Need.BRIEF:
                told = self._nudged(last, known.requisition.manager_id, known.requisition)
                yield LATE, reason.text + told, False

    def _nudged(self, last: Mapping[Pair, datetime], holder: UUID | None, one: Requisition) -> str:
        """ "; nudged on Tuesday", or nothing."""
        at = last.get((holder, one.client_id)) if holder else None
        if at is None:
            return ""
        day = since_words(at.astimezone(self.zone).date(), self.today)
        return f"; nudged {day if day in ('today', 'yesterday') else f'on {day}'}"

    def _promised(self, known: Facts) -> Iterator[tuple[str, str, bool]]:
        for one in known.open_promises:
            if one.due_on <= self.sunday:
                words = promise_words(one.text, one.due_on, self.today)
                yield PROMISES, f"{words}{one.moved_words}", one.due_on < self.today

    def _quiet(self, known: Facts) -> Iterator[tuple[str, str, bool]]:
        for reason in self.telling.reasons(known, (), None):
            if reason.kind == Need.QUIET:
                yield QUIET, reason.text, False


# --- as a text -----------------------------------------------------------------------------


def _written(mail: Mail, lines: Sequence[Line]) -> Rendered:
    shown = lines[:SHOWN]
    clients = list(dict.fromkeys(line.client for line in shown))
    context = {
        "reader": mail.recipient,
        "subject": _subject(lines),
        "clients": [
            {
                "name": client.name,
                "groups": [
                    {"head": head, "lines": every}
                    for head in (LATE, PROMISES, QUIET)
                    if (every := [one for one in shown if (one.client, one.head) == (client, head)])
                ],
            }
            for client in clients
        ],
        "more": len(lines) - len(shown),
        "desk_url": settings.SITE_URL + reverse("home"),
        "wishes_url": settings.SITE_URL + reverse("mail_wishes"),
        "unsubscribe_url": unsubscribe_url(mail.recipient_id, ROUND_UP),
    }
    headers = {"List-Id": f"Same Page round-ups <round-ups.{site_host()}>"}
    return render_mail("round_up", context).with_headers(headers)


def _subject(lines: Sequence[Line]) -> str:
    """ "Your week: 2 waiting on managers, 3 promises due, 1 gone quiet"."""
    number = {head: sum(line.head == head for line in lines) for head in (LATE, PROMISES, QUIET)}
    parts = [
        f"{number[LATE]:,} waiting on managers" if number[LATE] else "",
        _promises(number[PROMISES]),
        f"{number[QUIET]:,} gone quiet" if number[QUIET] else "",
    ]
    return f"Your week: {', '.join(part for part in parts if part)}"


def _promises(number: int) -> str:
    if not number:
        return ""
    return f"{number:,} {'promise' if number == 1 else 'promises'} due"
