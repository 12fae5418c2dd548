"""The working agreement of the pair, agreed on in the room."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.access import written_intake
from intake.agreement_form import AgreementForm
from intake.models import Agreement, Intake
from intake.models.agreements import StaleTerms
from intake.saving import asks_for_json, room_url
from recruiting.accounts.http import AuthenticatedHttpRequest


@require_POST
def agreement(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Settle it. Who has seen other terms than those that stand gets both: 409."""
    now = timezone.now()
    intake = written_intake(request.user, pk, now=now)
    form = AgreementForm(request.POST)
    if not form.is_valid():
        return _page(request, intake, form, status=422)
    version = form.cleaned_data["version"]
    try:
        settled = Agreement.settle(
            intake.requisition, form.terms, version=version, by=request.user, now=now
        )
    except StaleTerms as stale:
        return _stale_page(request, intake, stale.current)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _page(request, intake, form, status=422)
    if asks_for_json(request):
        return JsonResponse({"piece": "agreement", "version": settled.version})
    return redirect(f"{room_url(pk)}#agreement")


def _stale_page(
    request: AuthenticatedHttpRequest, intake: Intake, current: Agreement
) -> HttpResponse:
    """What is sent from here has seen what stands."""
    form = AgreementForm({**request.POST.dict(), "version": current.version})
    form.is_valid()
    return _page(request, intake, form, status=409, theirs=current)


def _page(
    request: AuthenticatedHttpRequest,
    intake: Intake,
    form: AgreementForm,
    *,
    status: int,
    theirs: Agreement | None = None,
) -> HttpResponse:
    if asks_for_json(request):
        told: dict[str, Any] = {"piece": "agreement", "errors": form.errors}
        if theirs:
            told |= {"version": theirs.version, "values": vars(theirs.terms)}
        return JsonResponse(told, status=status)
    rows = form.compared(theirs.terms) if theirs else ()
    context = {"intake": intake, "requisition": intake.requisition, "form": form, "rows": rows}
    return render(request, "intake/agreement.html", context, status=status)
