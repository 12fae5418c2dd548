"""Counting who was set aside before anybody was sent, by requirement and without a name."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.approvals.models import ScreenOut
from recruiting.approvals.requirements import asked_of
from recruiting.approvals.screen_out_form import ScreenOutForm
from recruiting.approvals.screened import screened
from recruiting.approvals.views.candidates import seen_requisition
from recruiting.lib.repeats import renew_key
from requisitions.models import Requisition


@require_http_methods(["GET", "POST"])
@recruiter_required
def screen_outs(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found = seen_requisition(request.user, pk)
    asked, today = asked_of(found), timezone.localdate()
    if request.method == "GET":
        return _page(request, found, ScreenOutForm(asked=asked, today=today))
    form = ScreenOutForm(request.POST, asked=asked, today=today)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    typed = form.cleaned_data
    try:
        made = ScreenOut.log(
            found, form.lines, pk=typed["key"], on=typed["on"], note=typed["note"],
            by=request.user, now=timezone.now(),
        )  # fmt: skip
    except ScreenOut.DoesNotExist:
        raise Http404 from None
    except ValidationError as refusal:
        form.add_error(None, refusal)
        renew_key(form, refusal)
        return _page(request, found, form, status=422)
    count = sum(line.count for line in form.lines)
    undo = reverse("screen_out_undoing", args=[made.pk])
    messages.success(request, f"Logged: {count:,} screened out.", extra_tags=f"undo:{undo}")
    return redirect("screen_outs", pk)


def _page(
    request: AuthenticatedHttpRequest,
    requisition: Requisition,
    form: ScreenOutForm,
    status: int = 200,
) -> HttpResponse:
    rows = ScreenOut.objects.filter(requisition=requisition)
    context = {"requisition": requisition, "form": form, "screened": screened(rows)}
    return render(request, "approvals/screen_outs.html", context, status=status)


@require_POST
@recruiter_required
def undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    rows = ScreenOut.objects.visible_to(request.user).select_related("requisition")
    found = get_object_or_404(rows, pk=pk)
    found.undo(by=request.user, now=timezone.now())
    messages.success(request, "Taken back.")
    return redirect("screen_outs", found.requisition_id)
