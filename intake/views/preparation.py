"""Before the meeting: what the intake begins with."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake.access import check_may_write
from intake.models import Intake
from intake.preparation import PreparationForm
from recruiting.accounts.http import AuthenticatedHttpRequest
from requisitions.models import Requisition, StaleVersion


@require_http_methods(["GET", "POST"])
def preparation(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Make the draft, once. Who comes later is led to the room."""
    now = timezone.now()
    rows = Requisition.objects.visible_to(request.user)
    requisition = get_object_or_404(rows.select_related("client", "recruiter", "manager"), pk=pk)
    check_may_write(request.user, requisition, now)
    if Intake.objects.filter(pk=pk).exists():
        return redirect("intake", pk)
    if request.method == "GET":
        return _page(request, PreparationForm(requisition=requisition, user=request.user))
    form = PreparationForm(request.POST, requisition=requisition, user=request.user)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        form.prepare(by=request.user, now=now)
    except StaleVersion as stale:
        return _stale_page(request, stale.current)
    return redirect("intake", pk)


def _stale_page(request: AuthenticatedHttpRequest, current: Requisition) -> HttpResponse:
    """Both texts side by side; what is sent from here has seen what is saved now."""
    data = {**request.POST.dict(), "version": str(current.version)}
    form = PreparationForm(data, requisition=current, user=request.user)
    return _page(request, form, status=409, theirs=current.description)


def _page(
    request: AuthenticatedHttpRequest,
    form: PreparationForm,
    *,
    status: int = 200,
    theirs: str | None = None,
) -> HttpResponse:
    context = {"requisition": form.requisition, "form": form, "theirs": theirs}
    return render(request, "intake/preparation.html", context, status=status)
