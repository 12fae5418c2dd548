"""Scheduling an intake meeting: propose, move, call off, or ask for answers in writing."""

import uuid
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from intake.meeting_forms import OTHER, CancellationForm, MeetingForm, day_in
from intake.models import Meeting, StaleMeeting
from intake.models.meetings import MINUTES_MAX, MINUTES_MIN
from intake.scheduling import Diaries
from intake.times import Told
from intake.writing import agenda_of, ask_in_writing, asked_at
from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.audit.models import FormKey
from recruiting.lib.businesstime import instant
from requisitions.models import Requisition

GONE = "The meeting was called off, or is over. What you chose is below, for a new one."


@require_http_methods(["GET", "POST"])
@recruiter_required
def meeting(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """The meeting that stands, times to choose from, and the way to do without one."""
    found, now = _requisition(request.user, pk), timezone.now()
    if request.method == "GET" or found.manager is None:
        return _page(request, found, now=now, status=200 if request.method == "GET" else 422)
    form = MeetingForm(request.POST, diaries=_diaries(found, request.user, now))
    if not form.is_to_be_sent:
        overtaken = form.overtaken_by(_standing(found, now))
        return _page(request, found, now=now, form=form, stale=overtaken)
    try:
        made = Meeting.schedule(
            found, form.wanted, pk=form.cleaned_data["key"], by=request.user, now=now
        )
    except StaleMeeting as stale:
        return _page(request, found, now=now, form=form, stale=stale)
    except ValidationError as error:
        form.refuse(error)
        return _page(request, found, now=now, form=form)
    except Meeting.DoesNotExist:
        raise Http404 from None
    messages.success(request, f"{made.guest.display_name} is invited. So are you, by mail.")
    return redirect("meeting", pk)


@require_POST
@recruiter_required
def moving(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """To another time or place; the calendars follow."""
    found, now = _requisition(request.user, pk), timezone.now()
    if found.manager is None:
        return _page(request, found, now=now, status=422)
    standing, diaries = _standing(found, now), _diaries(found, request.user, now)
    form = MeetingForm(request.POST, diaries=diaries, standing=standing)
    if standing is None:
        form.is_valid()
        return _page(request, found, now=now, form=form, late=GONE)
    if not form.is_to_be_sent:
        overtaken = form.overtaken_by(standing)
        return _page(request, found, now=now, form=form, stale=overtaken)
    try:
        seen = form.cleaned_data["sequence"] or 0
        standing.move(form.wanted, sequence=seen, by=request.user, now=now)
    except StaleMeeting as stale:
        return _page(request, found, now=now, form=form, stale=stale)
    except ValidationError as error:
        form.refuse(error)
        return _page(request, found, now=now, form=form)
    messages.success(request, f"{standing.guest.display_name} gets the new invitation.")
    return redirect("meeting", pk)


@require_POST
@recruiter_required
def cancellation(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Call it off; the calendars follow."""
    found, now = _requisition(request.user, pk), timezone.now()
    form = CancellationForm(request.POST)
    if not form.is_valid():
        return _page(request, found, now=now, cancelling=form)
    standing = _standing(found, now)
    if standing is None:
        return redirect("meeting", pk)  # called off already, by this form or another
    said = form.cleaned_data
    try:
        standing.cancel(sequence=said["sequence"], reason=said["reason"], by=request.user, now=now)
    except StaleMeeting as stale:
        return _page(request, found, now=now, cancelling=form, stale=stale)
    messages.success(request, f"Called off. {standing.guest.display_name} gets a mail.")
    return redirect("meeting", pk)


@require_POST
@recruiter_required
def request_in_writing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Mail the manager a link to the same questions."""
    found, now = _requisition(request.user, pk), timezone.now()
    try:
        key = UUID(request.POST.get("key", ""))
        asked = ask_in_writing(found, key=key, by=request.user, now=now)
    except (ValueError, ValidationError) as error:
        why = " ".join(getattr(error, "messages", ["Open the page again and try once more."]))
        return _page(request, found, now=now, late=why, status=422)
    except FormKey.DoesNotExist:
        raise Http404 from None
    if asked and found.manager:
        messages.success(request, f"{found.manager.display_name} gets the questions by mail.")
    return redirect("meeting", pk)


# --- the page ------------------------------------------------------------------------------


def _requisition(user: User, pk: UUID) -> Requisition:
    rows = Requisition.objects.visible_to(user).select_related(
        "client", "recruiter__working_card", "manager__working_card"
    )
    return get_object_or_404(rows, pk=pk)


def _standing(found: Requisition, now: datetime) -> Meeting | None:
    rows = Meeting.objects.filter(requisition=found).to_come(now)
    rows = rows.select_related("organizer", "guest__working_card", "changed_by", "by")
    return next((one for one in rows if not one.is_over(now)), None)


def _diaries(found: Requisition, reader: User, now: datetime) -> Diaries:
    assert found.manager is not None
    return Diaries.load(found.recruiter, found.manager, found.client, reader=reader, now=now)


def _page(
    request: AuthenticatedHttpRequest,
    found: Requisition,
    *,
    now: datetime,
    form: MeetingForm | None = None,
    cancelling: CancellationForm | None = None,
    stale: StaleMeeting | None = None,
    late: str = "",
    status: int = 0,
) -> HttpResponse:
    standing = _standing(found, now)
    context: dict[str, Any] = {
        "requisition": found,
        "standing": standing,
        "cancelling": cancelling or (standing and CancellationForm(
            initial={"sequence": standing.sequence})),
        "stale": stale,
        "late": late,
        "writing_key": uuid.uuid4(),
        "asked_at": asked_at(found),
        "edit_url": reverse("requisition_edit", args=[found.pk]),
    }  # fmt: skip
    if found.manager and not found.is_closed:
        context |= _times(request, found, standing, form, now)
    held_up = form and (form.errors or form.warnings)
    refused = bool(held_up or (cancelling and cancelling.errors))
    usual = 409 if stale or late else 422 if refused else 200
    return render(request, "intake/meeting.html", context, status=status or usual)


def _times(
    request: AuthenticatedHttpRequest,
    found: Requisition,
    standing: Meeting | None,
    form: MeetingForm | None,
    now: datetime,
) -> dict[str, Any]:
    """What is offered, and the form in which to choose from it."""
    diaries = form.diaries if form else _diaries(found, request.user, now)
    agenda = agenda_of(found)
    usual = min(max(sum(part.minutes for part in agenda), MINUTES_MIN), MINUTES_MAX)
    minutes = standing.minutes if standing else usual
    day = day_in(request.GET.get("from", ""))
    after = max(now, instant(datetime.combine(day, time()), diaries.reader.zone)) if day else now
    at = standing and standing.begins_at
    offers = [one for one in diaries.offers(after=after, minutes=minutes) if one.at != at]
    least = None if offers else diaries.least_bad(after=after, minutes=minutes)
    if form is None and standing:
        form = MeetingForm.of(standing, diaries)
    first = offers[0].at.isoformat() if offers else ""
    form = form or MeetingForm.blank(diaries, minutes=minutes, slot=first)
    return {
        "form": form,
        "diaries": diaries,
        "minutes": minutes,
        "offers": offers,
        "least": least,
        "against": diaries.objections(least.at, minutes) if least else [],
        "later": offers[-1].at.astimezone(timezone.get_current_timezone()).date()
        if offers else None,
        "told": diaries.told(standing.begins_at) if standing else None,
        "kept": _kept(form, [*offers, *([least] if least else [])]),
    }  # fmt: skip


def _kept(form: MeetingForm, offers: Sequence[Told]) -> Told | None:
    """The time that was chosen, where it is none of those that are offered now."""
    at = form.cleaned_data.get("at") if form.is_bound and form.chosen != OTHER else None
    standing = form.standing and form.standing.begins_at
    if at is None or at == standing or any(one.at == at for one in offers):
        return None
    return form.diaries.told(at)
