"""The intake room: one page that two people write at once."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from intake.access import may_write, seen_intake, written_intake
from intake.board import board_of
from intake.models import Answer, LoadedWording
from intake.questions import BY_KEY
from intake.room import room_of
from intake.saving import saved, sent
from recruiting.accounts.http import AuthenticatedHttpRequest


@require_GET
def room(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    now = timezone.now()
    intake = seen_intake(request.user, pk)
    found = room_of(intake, LoadedWording.known(), now=now)
    context = {
        "intake": intake,
        "requisition": intake.requisition,
        "room": found,
        "board": board_of(found, intake.requisition),
        "may_write": may_write(request.user, intake.requisition, now),
    }
    return render(request, "intake/room.html", context)


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
