"""The shared page of a requisition: the same facts for everybody who sees it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from intake.meetings import meeting_of
from intake.versions import Clock, Glance, Versions, glance_of, versions_of
from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.hints import hint_for
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.approvals.ball_lines import ball_line, ball_url
from recruiting.approvals.open_items import OpenItems
from recruiting.dashboards.candidates import stands_of
from recruiting.dashboards.composers import Composers, composers_of
from recruiting.dashboards.figures import WEEKS, funnel_of, no_longer_counted, trends_of
from recruiting.dashboards.models import Look
from recruiting.dashboards.news import News
from recruiting.dashboards.people import PersonLine, people_of
from recruiting.dashboards.positions import Position
from recruiting.dashboards.standing import standing_of
from recruiting.dashboards.timeline import rows_of, timeline
from recruiting.dashboards.update_text import update_text
from recruiting.lib.text import render_markdown
from requisitions.models import Requisition, Status, StatusChange, salary_text
from requisitions.stages import counted_stages
from requisitions.words import day_words
from status_updates import facts
from status_updates.forms import CheckpointForm
from status_updates.models import Checkpoint
from status_updates.waiting import waiting_on

RECENTLY = timedelta(days=7)
"""What the small numbers beside the totals count, the same for everybody."""


ADDRESSES = {"meeting": "meeting"}
"""Of what a recruiter may do, where it is no change of the requisition's status."""


def fetch(user: User, pk: UUID) -> Requisition:
    related = ("client", "recruiter__working_card", "manager__working_card", "funnel", "intake")
    now = timezone.now()
    rows = Requisition.objects.visible_to(user).with_standing(user, now)
    rows = rows.annotate(new_since=Look.since_for(user, now))
    return get_object_or_404(rows.select_related(*related, "latest_checkpoint"), pk=pk)


@require_GET
def requisition(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found, now = fetch(request.user, pk), timezone.now()
    composers = composers_of(request.user, found, now=now, chosen=request.GET.get("log", ""))
    return shared_page(request, found, composers, now=now)


@require_POST
@recruiter_required
def checkpoints(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Log a checkpoint; the page, or htmx on it, is sent on to see what follows from it."""
    visible = Requisition.objects.visible_to(request.user).select_related("client", "funnel")
    found = get_object_or_404(visible, pk=pk)
    form = CheckpointForm(request.POST, today=timezone.localdate(), **_counted(found))
    if form.is_valid() and form.check_promise_is_ahead():
        try:
            checkpoint = Checkpoint.log(
                found, by=request.user, now=timezone.now(), **form.particulars
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            undo = reverse("checkpoint_undoing", args=[checkpoint.pk])
            messages.success(request, "Checkpoint logged.", extra_tags=f"undo:{undo}")
            return redirect(found)
    found, now = fetch(request.user, pk), timezone.now()
    composers = composers_of(request.user, found, now=now, chosen="checkpoint", checkpoint=form)
    return shared_page(request, found, composers, now=now)


@require_http_methods(["GET", "POST"])
@recruiter_required
def correction(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Say a checkpoint again, as it should have been said."""
    checkpoint = get_object_or_404(
        Checkpoint.objects.visible_to(request.user).select_related(
            "requisition__client", "requisition__funnel", "by"
        ),
        pk=pk,
    )
    today = timezone.localdate()
    if request.method == "GET":
        counted = _counted(checkpoint.requisition)
        form = CheckpointForm.for_correction(checkpoint, today=today, **counted)
        return _correction_page(request, checkpoint, form)
    form = CheckpointForm(request.POST, today=today, **_counted(checkpoint.requisition))
    if form.is_valid():
        try:
            checkpoint.correct(by=request.user, now=timezone.now(), **form.particulars)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "Corrected. What stood before is kept in the timeline.")
            return redirect(checkpoint.requisition)
    return _correction_page(request, checkpoint, form)


@require_POST
@recruiter_required
def undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Take a checkpoint back."""
    checkpoint = get_object_or_404(
        Checkpoint.objects.visible_to(request.user).select_related("requisition"), pk=pk
    )
    try:
        checkpoint.undo(by=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Checkpoint undone.")
    return redirect("home" if "desk" in request.GET else checkpoint.requisition)


def _correction_page(
    request: AuthenticatedHttpRequest, checkpoint: Checkpoint, form: CheckpointForm
) -> HttpResponse:
    return render(
        request,
        "dashboards/correction.html",
        {
            "checkpoint": checkpoint,
            "requisition": checkpoint.requisition,
            "form": form,
            "steppers": [(field, "") for field in form.stage_fields()],
            "action": reverse("checkpoint_correction", args=[checkpoint.pk]),
            "legend": "What moved",
            "button": "Save the correction",
            "draft": f"correction-{checkpoint.pk}",
        },
        status=422 if form.errors else 200,
    )


def shared_page(
    request: AuthenticatedHttpRequest, found: Requisition, composers: Composers, *, now: datetime
) -> HttpResponse:
    """The page with its forms; 422 when one of them was refused."""
    before = Position.parse(request.GET.get("earlier", ""))
    return render(
        request,
        "dashboards/requisition.html",
        _context(request.user, found, composers, now=now, before=before),
        status=422 if composers.were_refused else 200,
    )


def _context(
    user: User,
    found: Requisition,
    composers: Composers,
    *,
    now: datetime,
    before: Position | None,
) -> dict[str, Any]:
    zone = timezone.get_current_timezone()
    today = timezone.localdate(now)
    material = facts.load([found], since=now - RECENTLY, now=now, with_actors=True)
    known = material.facts(found, since=now - RECENTLY, today=today, zone=zone)
    changes = material.changes.get(found.pk, [])
    rows = rows_of(found, user, before=before, zone=zone)
    news = News.to(user, found.new_since, now=now)  # type: ignore[attr-defined]
    versions = versions_of(found.pk)
    glance = _glance(found, versions, changes, Clock(today, zone))
    told = timeline(
        found, rows, [*changes, *versions.rows], user,
        news=news, before=before, today=today, zone=zone,
    )  # fmt: skip
    people = people_of(found, now=now)
    form = composers.checkpoint
    items = OpenItems.load([found], now=now)
    decides = found.manager_id == user.pk or bool(getattr(found, "stood_in_until", None))
    waiting = waiting_on(None, [known], today=today, zone=zone, briefs={}, balls=items.balls)
    return {
        "requisition": found,
        "balls": [
            ball_line(one.ball, zone, ball_url(one.ball, decides=decides))
            for one in waiting
            if one.ball
        ],
        "stands": stands_of(items.states.get(found.pk, {})),
        "meeting": meeting_of(found, now),
        "hint": hint_for(user, "requisition") if user.is_recruiter else None,
        "facts": known,
        "glance": glance,
        "composers": composers,
        "form": form,
        "steppers": _steppers(form, known) if form else [],
        "action": reverse("checkpoints", args=[found.pk]),
        "legend": "Since the last checkpoint" if found.latest_checkpoint else "So far",
        "last_on": found.latest_checkpoint.on if found.latest_checkpoint else None,
        "button": "Log checkpoint",
        "draft": f"checkpoint-{found.pk}",
        "touchpoint_draft": f"touchpoint-{found.pk}",
        "funnel": funnel_of(known),
        "no_longer_counted": no_longer_counted(known),
        "since": day_words(today - RECENTLY),
        "trends": trends_of(found, today=today),
        "weeks": WEEKS,
        "timeline": told,
        "news": news,
        "looks": reverse("requisition_looks", args=[found.pk]),
        "shown": None if before else now,
        "people": people,
        "standing": standing_of([found]),
        "mentionable": [one.name for one in people if one.sees and one.id != user.pk],
        "presence": _presence(found, user, people),
        "update": update_text(known, now=now.astimezone(zone), since=RECENTLY, url=_url(found)),
        "salary": salary_text(found.salary_low, found.salary_high, found.currency, found.basis),
        "description": render_markdown(found.description) if found.description else "",
        "may_work": found.may_be_worked_by(user),
        "actions": _actions(found) if found.may_be_worked_by(user) else [],
        "today": today,
    }


def _glance(
    found: Requisition, versions: Versions, changes: Sequence[StatusChange], clock: Clock
) -> Glance:
    """The brief in five lines, and why the search began without one where it did."""
    overrides = [change.reason for change in changes if change.override]
    return glance_of(
        found, versions, clock,
        has_intake=hasattr(found, "intake"),
        override=overrides[-1] if overrides else "",
    )  # fmt: skip


def _presence(found: Requisition, user: User, people: Sequence[PersonLine]) -> str:
    """Whether who is written to is there: for a manager the recruiter, else the manager."""
    other = found.recruiter_id if user.is_manager else found.manager_id
    return next((one.presence for one in people if one.id == other), "")


def _url(found: Requisition) -> str:
    return f"{settings.SITE_URL}{found.get_absolute_url()}"


def _steppers(form: CheckpointForm, known: facts.Facts) -> list[tuple[Any, str]]:
    """Each stage's input beside its total so far."""
    return [(form[stage.value], f"{known.totals[stage]:,}") for stage in form.stages]


def _counted(found: Requisition) -> dict[str, Any]:
    """What a checkpoint's form has to know of it: what is counted, and what is recorded."""
    stages = counted_stages(found.client.hidden)
    return {"stages": stages, "recorded": found.funnel.recorded}


def _actions(found: Requisition) -> list[tuple[str, str]]:
    """What a recruiter may do with the status now: label and address."""
    offered = {
        Status.DRAFT: ["cancellation"],
        Status.INTAKE: ["meeting", "opening", "hold", "cancellation"],
        Status.OPEN: ["hold", "cancellation"],
        Status.ON_HOLD: ["resumption", "cancellation"],
        Status.FILLED: ["reopening"],
        Status.CANCELLED: ["reopening"],
        Status.PARTED: ["reopening"],
    }
    labels = {
        "meeting": "Intake meeting",
        "opening": "Open for sourcing",
        "hold": "Put on hold",
        "resumption": "Resume",
        "cancellation": "Cancel requisition",
        "reopening": "Reopen",
    }
    return [
        (labels[noun], reverse(ADDRESSES.get(noun, f"requisition_{noun}"), args=[found.pk]))
        for noun in offered[Status(found.status)]
    ]
