"""The intake room: one page that two people write at once."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from intake.access import may_write, seen_intake, shown_intake, written_intake
from intake.board import board_of
from intake.models import Answer, LoadedWording
from intake.news import State, admits, here_besides
from intake.questions import BY_KEY
from intake.room import draft_of, room_of
from intake.saving import room_url, saved, sent
from recruiting.accounts.hints import hint_for
from recruiting.accounts.http import AuthenticatedHttpRequest
from requisitions.models import Requisition


@require_GET
def room(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """What can change is noted before it is read: what comes in between is told as news."""
    now = timezone.now()
    try:
        state = State.seen_by(request.user, pk)
    except Http404:
        get_object_or_404(Requisition.objects.visible_to(request.user), pk=pk)
        return redirect("intake_preparation", pk)
    intake = seen_intake(request.user, pk)
    shown = request.GET.get("part", "")
    found = room_of(intake, LoadedWording.known(), now=now, shown=shown)
    context = {
        "intake": intake,
        "requisition": intake.requisition,
        "state": state,
        "now": now,
        "here": here_besides(request.user, pk, now=now),
        "room": found,
        "board": board_of(found, intake.requisition),
        "may_write": (writes := may_write(request.user, intake.requisition, now)),
        "hint": hint_for(request.user, "room") if writes else None,
    }
    return render(request, "intake/room.html", context)


@require_GET
def draft(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """The brief as it grows, alone: a page that is open takes it anew after each change, with the
    ticket that it has for its news."""
    holds = admits(request.GET.get("ticket", ""), request.user, pk)
    intake = shown_intake(pk) if holds else seen_intake(request.user, pk)
    found = draft_of(intake, intake.content())
    context = {"intake": intake, "requisition": intake.requisition, "draft": found}
    return render(request, "intake/_draft.html", context)


@require_POST
def beginning(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """The meeting begins: the clock runs for everybody in the room."""
    now = timezone.now()
    written_intake(request.user, pk, now=now).begin(by=request.user, now=now)
    return redirect(room_url(pk))


@require_POST
def answers(request: AuthenticatedHttpRequest, pk: UUID, key: str) -> HttpResponseBase:
    """Save what was said to one question."""
    now = timezone.now()
    intake = written_intake(request.user, pk, now=now)
    if key not in BY_KEY:
        raise Http404
    fields = sent(request.POST, Answer.EDITABLE)
    text, seen = fields.wanted.get("text", ""), fields.seen.get("text", "")
    return saved(
        request, intake, f"answer-{key}", fields,
        lambda: Answer.write(intake, key, text, seen=seen, by=request.user, now=now),
    )  # fmt: skip
