"""One submission: its page, and what the recruiter says of it as a whole."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.approvals.after_forms import ParkingForm, WithdrawalForm
from recruiting.approvals.candidacy import Refused, candidacy_of, fetched
from recruiting.approvals.models import NotNow, Parking, Submission, Withdrawal


@require_GET
def submission(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    return page(request, pk)


@require_POST
@recruiter_required
def parking(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Put it on hold."""
    found, form = sent(request.user, pk), ParkingForm(request.POST, auto_id="id_parking_%s")
    refused = Refused("parking", form)
    if not form.is_valid():
        return page(request, pk, refused)
    try:
        reason = form.cleaned_data["reason"]
        Parking.park(found, reason=reason, by=request.user, now=timezone.now())
    except NotNow as why:
        return page(request, pk, Refused(late=str(why)))
    except ValidationError as error:
        form.refuse(error)
        return page(request, pk, refused)
    messages.success(request, "On hold.")
    return redirect("submission", pk)


@require_POST
@recruiter_required
def parking_ending(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Take it up again."""
    Parking.end(sent(request.user, pk), by=request.user, now=timezone.now())
    return redirect("submission", pk)


@require_POST
@recruiter_required
def withdrawal(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """It ends here."""
    found, form = sent(request.user, pk), WithdrawalForm(request.POST, auto_id="id_withdrawal_%s")
    refused = Refused("withdrawal", form)
    if not form.is_valid():
        return page(request, pk, refused)
    try:
        Withdrawal.withdraw(found, by=request.user, now=timezone.now(), **form.cleaned_data)
    except NotNow as why:
        return page(request, pk, Refused(late=str(why)))
    except ValidationError as error:
        form.refuse(error)
        return page(request, pk, refused)
    messages.success(request, "Withdrawn. Interviews to come are called off in a minute.")
    return redirect("submission", pk)


@require_POST
@recruiter_required
def withdrawal_undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    Withdrawal.undo(sent(request.user, pk), by=request.user, now=timezone.now())
    return redirect("submission", pk)


# --- for all that is done on this page -----------------------------------------------------


def sent(user: User, pk: UUID) -> Submission:
    """One that went to the manager; 404 for drafts, with which nothing of this can be done."""
    rows = Submission.objects.visible_to(user).sent().select_related("requisition__client")
    return get_object_or_404(rows, pk=pk)


def page(
    request: AuthenticatedHttpRequest, pk: UUID, refused: Refused | None = None
) -> HttpResponse:
    """As it stands now: 422 with the form that was refused, 409 with what stood in the way."""
    found = fetched(request.user, pk)
    candidacy = candidacy_of(found, request.user, now=timezone.now(), refused=refused)
    status = 200
    if refused:
        status = 409 if refused.late else 422
    context = {"page": candidacy, "requisition": candidacy.requisition, "submission": found}
    return render(request, "approvals/submission.html", context, status=status)
