"""The step from intake to sourcing."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.views.decorators.http import require_http_methods

from intake.content import missing
from intake.models import Intake
from intake.waiting import waiting_briefs
from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from requisitions import status_pages
from requisitions.models import Requisition


def _facts(requisition: Requisition) -> dict[str, Any]:
    """What a brief signed by both still lacks: it would open the requisition by itself."""
    intake = Intake.objects.filter(pk=requisition.pk).select_related("requisition__client").first()
    return {
        "intake": intake,
        "missing": missing(intake.content()) if intake else [],
        "waiting": waiting_briefs([requisition.pk]).get(requisition.pk),
    }


OPENING = status_pages.StatusPage(
    title="Open for sourcing",
    lead="There is no signed brief yet. Say why the search begins without one: "
    "the hiring manager reads it on the shared page.",
    button="Open for sourcing",
    done="Open for sourcing.",
    act=Requisition.open_for_sourcing,
    template="intake/opening.html",
    facts=_facts,
)


@require_http_methods(["GET", "POST"])
@recruiter_required
def opening(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Without a brief signed by both: an override with a reason."""
    return status_pages.answer(request, pk, OPENING)
