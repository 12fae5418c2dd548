"""What the requirements have cost, and the amendment that lets one of them go."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from intake.access import may_write, written_intake
from intake.models import Requirement, StalePiece
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.approvals.impact import DEALBREAKER, NICE
from recruiting.approvals.impact_page import page_of
from recruiting.approvals.views.candidates import seen_requisition


@require_GET
def impact(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return _page(request, pk)


@require_POST
def amendment(request: AuthenticatedHttpRequest, pk: UUID, requirement: UUID) -> HttpResponseBase:
    """Make it a nice-to-have in the draft, and go there to say so and sign. 409 where the draft
    has sorted it otherwise since the page was shown."""
    now = timezone.now()
    intake = written_intake(request.user, pk, now=now)
    found = get_object_or_404(Requirement.objects.filter(intake=intake), pk=requirement)
    try:
        found.change({"kind": NICE}, {"kind": DEALBREAKER}, by=request.user, now=now)
    except StalePiece as stale:
        return _page(request, pk, stale=stale.current)
    messages.success(request, "It is a nice-to-have in the draft. Both sign the change below.")
    return redirect("brief", pk)


def _page(request: AuthenticatedHttpRequest, pk: UUID, stale: object = None) -> HttpResponse:
    requisition = seen_requisition(request.user, pk)
    writes = may_write(request.user, requisition, timezone.now())
    context = {
        "requisition": requisition,
        "page": page_of(requisition, may_write=writes),
        "stale": stale,
        "may_write": writes,
    }
    return render(request, "approvals/impact.html", context, status=409 if stale else 200)
