"""What a hiring manager, or who stands in for him, should have settled by now.

Balls on candidates and briefs to be signed, each with the day by which it was to be done in the
working time of whoever holds it. Whatever stops a clock (a question, a hold, an absence with a
stand-in) has been taken into account by the ball.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from intake.models import Brief, Side
from intake.waiting import WaitingBrief, waiting_briefs
from recruiting.accounts.models import Membership
from recruiting.approvals.balls import Ball, Kind, moment_words
from recruiting.approvals.due import Allowed, due
from recruiting.approvals.models import Interview, Submission
from recruiting.approvals.open_items import FAR_BACK, Crew, OpenItems
from recruiting.approvals.states import State
from recruiting.lib.businesstime import Calendar, business_days_between
from requisitions.models import Requisition, Status
from requisitions.words import since_words

SIGN_DUE = Allowed(days=2, words="2 business days, which is usual")
"""For the manager's signature: as long as a brief waits before the desk shows it."""

NEVER_SOONER = timedelta(hours=22)
"""A business day is never over before this has passed, whatever clocks do."""


@dataclass(frozen=True)
class Overdue:
    """One thing. `holder` has to settle it, whose name is `name`: the manager, or who stands in for
    `person` now.

    `key` stays the same for as long as it is the same thing to its holder, whatever else is
    settled meanwhile, and is another one when the ball has been elsewhere and came back.
    """

    key: str
    requisition: Requisition
    person: UUID
    holder: UUID
    name: str
    calendar: Calendar
    due: datetime
    now: datetime
    ball: Ball | None = None
    brief: WaitingBrief | None = None

    @property
    def what(self) -> str:
        """ "3 resumes of slate 2", "brief 1"; no candidate's name."""
        if self.ball:
            return self.ball.item.text
        assert self.brief is not None, "it is the one or the other"
        what = "amendment" if self.brief.is_amendment else "brief"
        return f"signature under the {what}"

    @property
    def days_late(self) -> int:
        """Working days of the holder that have begun since, as the digest counts them."""
        return business_days_between(self.calendar, self.due, self.now)

    def late_words(self, zone: tzinfo) -> str:
        """ "was due today 10:00", "1 working day late", "3 working days late"."""
        if days := self.days_late:
            return f"{days:,} working {'day' if days == 1 else 'days'} late"
        return f"was due {moment_words(self.due.astimezone(zone), self.now.astimezone(zone))}"

    def since_words(self, zone: tzinfo) -> str:
        """ "since Tuesday"."""
        came = self.ball.since if self.ball else self.brief.asked_at if self.brief else self.due
        today = self.now.astimezone(zone).date()
        return f"since {since_words(came.astimezone(zone).date(), today)}"


def maybe_late(now: datetime) -> QuerySet[Requisition]:
    """Requisitions on which a manager may be late, as a condition in SQL that leaves none out:
    business hours are counted only for these. They come with client, recruiter and manager."""
    sent = Submission.objects.filter(requisition=OuterRef("pk"))
    heard = Interview.objects.filter(
        submission=OuterRef("pk"), cancelled_at=None, feedback__isnull=True, held_at__lte=now
    )
    waiting = sent.filter(state=State.WAITING, slate__at__lte=now - NEVER_SOONER)
    asked = sent.filter(Q(Exists(heard)), state=State.INTERVIEWING)
    unsigned = Brief.objects.filter(requisition=OuterRef("pk")).lacking(Side.MANAGER)
    serving = Membership.objects.filter(user=OuterRef("manager"), client=OuterRef("client"))
    return (
        Requisition.objects.filter(
            Q(Exists(waiting))
            | Q(Exists(asked))
            | Q(Exists(unsigned.filter(at__lte=now - NEVER_SOONER))),
            Exists(serving),
            status__in=(Status.INTAKE, Status.OPEN),
            manager__is_active=True,
        )
        .select_related("client", "recruiter", "manager")
        .order_by(F("pk"))
    )


def overdue(requisitions: Iterable[Requisition], now: datetime) -> list[Overdue]:
    """What is overdue on them, the longest first. At most four statements for any number, which
    come with their client."""
    by_pk = {one.pk: one for one in requisitions}
    if not by_pk:
        return []
    balls = OpenItems.load(by_pk.values(), now=now).balls.values()
    late = [
        ball for every in balls for ball in every if ball.side == Side.MANAGER and ball.is_overdue
    ]
    briefs = [
        brief
        for pk, brief in waiting_briefs(by_pk).items()
        if brief.side == Side.MANAGER and by_pk[pk].status in (Status.INTAKE, Status.OPEN)
    ]
    if not late and not briefs:
        return []
    managers = {one.manager_id for one in by_pk.values() if one.manager_id}
    oldest = min([*(ball.since for ball in late), *(brief.asked_at for brief in briefs)])
    crew = Crew.load(managers, since=oldest - FAR_BACK, now=now)
    found = [_of_ball(ball, by_pk[ball.item.requisition], crew) for ball in late]
    found += _of_briefs(briefs, by_pk, crew, now)
    return sorted(found, key=lambda one: (one.due, one.key))


def _of_ball(ball: Ball, requisition: Requisition, crew: Crew) -> Overdue:
    person, stand_in = crew.of(ball.person, requisition.client)
    holder = stand_in if stand_in and stand_in.id == ball.holder else person
    item = ball.item
    about = item.slate if item.kind == Kind.DECISION else item.requisition
    assert ball.due is not None, "what is overdue was due"
    return Overdue(
        key=f"{item.kind}:{about}:{item.came:%Y%m%dT%H%M%S}",
        requisition=requisition,
        person=ball.person,
        holder=ball.holder,
        name=ball.name,
        calendar=holder.calendar,
        due=ball.due,
        now=ball.now,
        ball=ball,
    )


def _of_briefs(
    briefs: Sequence[WaitingBrief], by_pk: dict[UUID, Requisition], crew: Crew, now: datetime
) -> list[Overdue]:
    found = []
    for brief in briefs:
        requisition = by_pk[brief.requisition]
        if requisition.manager_id is None:
            continue
        person, stand_in = crew.of(requisition.manager_id, requisition.client)
        gone = person.away_since(now) if stand_in else None
        holder = stand_in if stand_in and gone else person
        asked = max(brief.asked_at, gone) if gone else brief.asked_at
        until = due(holder.calendar, asked, SIGN_DUE)
        if until is not None and until < now:
            found.append(
                Overdue(
                    key=f"brief:{brief.brief}",
                    requisition=requisition,
                    person=person.id,
                    holder=holder.id,
                    name=holder.name,
                    calendar=holder.calendar,
                    due=until,
                    now=now,
                    brief=brief,
                )
            )
    return found
