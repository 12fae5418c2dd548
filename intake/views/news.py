"""What an open room asks again and again: what is new, and who is where."""

import re
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from intake.access import seen_intake
from intake.models import Editing
from intake.news import State, admits, news_of, ticket_for
from recruiting.accounts.http import AuthenticatedHttpRequest

_PLACE = re.compile(r"[a-z]+-[a-z0-9-]{1,40}(?::[a-z_]{1,12})?|[a-z]+(?::[a-z_]{1,15})?|")
"""A field of a piece, as in `requirement-<uuid>:unless`; nothing for one who only looks on."""


@require_GET
def news(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """`?since=REVISION&mark=MARK&ticket=TICKET`: 204 while nothing differs from what was told with
    that mark. Without a ticket that holds, a new one comes with the answer."""
    holds = admits(request.GET.get("ticket", ""), request.user, pk)
    state = State.of_ticket_holder(pk) if holds else State.seen_by(request.user, pk)
    since = _number(request.GET.get("since", ""))
    found = news_of(state, since, request.user, now=timezone.now())
    if holds and not found.changed and found.mark == request.GET.get("mark"):
        return HttpResponse(status=204)
    ticket = {} if holds else {"ticket": ticket_for(request.user, pk)}
    return JsonResponse(found.as_json() | ticket)


@require_POST
def presence(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """`piece=…`: the field that one is in. Whoever sees the room may be seen in it."""
    place = request.POST.get("piece", "")
    if not _PLACE.fullmatch(place):
        return JsonResponse({"errors": {"piece": ["This is no place in the room."]}}, status=422)
    Editing.say(seen_intake(request.user, pk), place, by=request.user, now=timezone.now())
    return HttpResponse(status=204)


def _number(text: str) -> int:
    """A revision that a page has seen; 0, which is before all of them, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
