"""The hiring manager's home: what waits on you, what has happened, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.meetings import meetings_of
from intake.waiting import waiting_briefs
from recruiting.accounts.availability import Availability, Presence
from recruiting.accounts.hints import hint_for
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.approvals.ball_lines import ball_url
from recruiting.approvals.open_items import OpenItems
from recruiting.dashboards.models import Visit
from recruiting.dashboards.standing import standing_of
from requisitions.models import Requisition, Status
from requisitions.words import day_words
from status_updates import facts
from status_updates.waiting import Balls, Waiting, waiting_on

RECENTLY_CLOSED = timedelta(days=30)
"""How long a closed requisition stays on the home page."""

ORDER = ("quiet", "healthy", "not started", "on hold", "closed")


def manager_home(request: AuthenticatedHttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {**_context(request.user, now), "hint": hint_for(request.user, "home")}
    return render(request, "dashboards/manager_home.html", context)


@require_POST
def visits(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """The page tells that it has been looked at; a GET records nothing."""
    Visit.mark(request.user, timezone.now())
    if request.htmx:
        return HttpResponse(status=204)
    return redirect("home")


def _context(user: User, now: datetime) -> dict[str, Any]:
    today = timezone.localdate(now)
    zone = timezone.get_current_timezone()
    visit = Visit.objects.filter(user=user).first()
    since = visit.since(now) if visit else None
    rows = list(_requisitions(user, now))
    material = facts.load(rows, since=since or now, now=now)
    known = [
        material.facts(row, since=since, today=today, zone=zone, reader=user.pk) for row in rows
    ]
    items = OpenItems.load(rows, now=now)
    known.sort(key=lambda one: (ORDER.index(one.health), one.requisition.title))
    return {
        "since_words": _since_words(since, now) if since else "",
        "news": sum(bool(one.news) for one in known),
        "lead": _lead(known),
        "meetings": meetings_of(rows, now),
        "waiting": _waiting(user, rows, known, items.balls, now),
        "standing": standing_of(rows),
        "active": [one for one in known if one.health != "closed"],
        "closed": [one for one in known if one.health == "closed"],
        "show_client": len({row.client_id for row in rows}) > 1,
    }


@dataclass(frozen=True)
class Asked:
    """What waits on the reader or on `instead_of`, and whether who is to be told is there."""

    waiting: Waiting
    recruiter: Availability
    instead_of: str

    @property
    def resumes(self) -> str:
        """ "3 resumes"."""
        count = len(self.waiting.ball.item.submissions) if self.waiting.ball else 0
        return "1 resume" if count == 1 else f"{count:,} resumes"

    @property
    def url(self) -> str:
        """Where one settles what waits on candidates: those of one requisition, or one of them."""
        return ball_url(self.waiting.ball, decides=True) if self.waiting.ball else ""

    @property
    def presence(self) -> str:
        return self.recruiter.sentence(self.waiting.requisition.recruiter.first_name)


def _waiting(
    user: User, rows: Sequence[Any], known: Sequence[facts.Facts], balls: Balls, now: datetime
) -> list[Asked]:
    absent = {row.pk: row.manager for row in rows if row.stood_in_until}
    managers = {user.pk, *(manager.pk for manager in absent.values())}
    waiting = [
        one
        for one in waiting_on(
            managers,
            known,
            today=timezone.localdate(now),
            zone=timezone.get_current_timezone(),
            briefs=waiting_briefs(row.pk for row in rows),
            balls=balls,
            reader=user.pk,
        )
        if one.person == user.pk or one.requisition.pk in absent
    ]
    presence = Presence.load({one.requisition.recruiter for one in waiting}, now)
    return [
        Asked(
            waiting=one,
            recruiter=presence.of(one.requisition.recruiter, one.requisition.client),
            instead_of=_name(absent.get(one.requisition.pk)),
        )
        for one in waiting
    ]


def _name(user: User | None) -> str:
    return user.display_name if user else ""


def _requisitions(user: User, now: datetime) -> Any:
    """With the reader's standing in: one statement."""
    today = timezone.localdate(now)
    visible = Requisition.objects.visible_to(user, now).exclude(status=Status.DRAFT)
    recent = visible.active() | visible.filter(closed_on__gte=today - RECENTLY_CLOSED)
    rows = recent.select_related(
        "client", "recruiter__working_card", "manager", "funnel", "latest_checkpoint"
    )
    return rows.with_standing(user, now)


def _since_words(since: datetime, now: datetime) -> str:
    """The last visit as one says it: "yesterday, 14:05", "Tuesday", "3 March"."""
    then = timezone.localtime(since)
    days = (timezone.localdate(now) - then.date()).days
    if days == 0:
        return f"{then:%H:%M} today"
    if days == 1:
        return f"yesterday, {then:%H:%M}"
    return f"{then:%A}" if days < 7 else day_words(then.date())


def _lead(known: list[facts.Facts]) -> str:
    """What happens next and when, in one sentence."""
    promises = [
        (promise, one)
        for one in known
        for promise in one.open_promises
        if promise.state != "missed"
    ]
    if promises:
        promise, one = min(promises, key=lambda pair: pair[0].due_on)
        day = f"{promise.due_on:%A} {day_words(promise.due_on)}"
        who = one.requisition.recruiter.display_name
        return f"Next: {promise.text} for {one.requisition.title} by {day}, promised by {who}."
    steps = [one for one in known if one.next_step and one.requisition.is_active]
    if steps:
        return f"Next, for {steps[0].requisition.title}: {steps[0].next_step}"
    return "Your recruiters write here what comes next."
