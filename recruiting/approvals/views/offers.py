"""Offers and what the candidate says to them."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.approvals.after_forms import AnswerForm, OfferForm
from recruiting.approvals.candidacy import Refused
from recruiting.approvals.models import NotNow, Offer, StaleOffer
from recruiting.approvals.views.submissions import page, sent
from recruiting.lib.repeats import renew_key

OVERTAKEN = "A colleague has written something else of this offer since. It stands as shown below."


@require_POST
@recruiter_required
def offers(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Write down an offer that was made."""
    found, form = sent(request.user, pk), OfferForm(request.POST, auto_id="id_offer_%s")
    refused = Refused("offer", form)
    if not form.is_valid():
        return page(request, pk, refused)
    key, now = form.cleaned_data["key"], timezone.now()
    try:
        Offer.make(found, form.said, pk=key, by=request.user, now=now)
    except NotNow as why:
        return page(request, pk, Refused("offer", form, late=str(why)))
    except ValidationError as error:
        form.refuse(error)
        renew_key(form, error)
        return page(request, pk, refused)
    except Offer.DoesNotExist:
        raise Http404 from None
    messages.success(request, "The offer is recorded.")
    return redirect("submission", pk)


@require_POST
@recruiter_required
def answer(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """What the candidate said."""
    found, form = _offer(request.user, pk), AnswerForm(request.POST, auto_id="id_answer_%s")
    of = found.submission_id
    if not form.is_valid():
        return page(request, of, Refused("answer", form))
    try:
        found.give_answer(form.said, by=request.user, now=timezone.now())
    except (NotNow, StaleOffer) as why:
        late = str(why) if isinstance(why, NotNow) else OVERTAKEN
        return page(request, of, Refused("answer", form, late=late))
    except ValidationError as error:
        form.refuse(error)
        return page(request, of, Refused("answer", form))
    messages.success(request, "The answer is recorded.")
    return redirect("submission", of)


@require_POST
@recruiter_required
def answer_undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """It was not said, or not so."""
    found = _offer(request.user, pk)
    try:
        found.take_back_answer(by=request.user, now=timezone.now())
    except NotNow as why:
        return page(request, found.submission_id, Refused(late=str(why)))
    except ValidationError as error:
        return page(request, found.submission_id, Refused(late=" ".join(error.messages)))
    return redirect("submission", found.submission_id)


@require_POST
@recruiter_required
def undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """There was no such offer."""
    found = _offer(request.user, pk)
    try:
        found.undo(by=request.user, now=timezone.now())
    except NotNow as why:
        return page(request, found.submission_id, Refused(late=str(why)))
    return redirect("submission", found.submission_id)


def _offer(user: User, pk: UUID) -> Offer:
    rows = Offer.objects.visible_to(user).select_related("submission")
    return get_object_or_404(rows, pk=pk)
