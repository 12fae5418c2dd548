"""Interviews: invite, record, move, call off. The calendars follow."""

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
from recruiting.approvals.after_forms import InterviewForm, SequenceForm
from recruiting.approvals.candidacy import Refused, candidacy_of, fetched
from recruiting.approvals.models import Interview, NotNow, StaleInterview
from recruiting.approvals.views.submissions import page
from recruiting.lib.repeats import renew_key

OVERTAKEN = (
    "A colleague has changed this interview since. It stands as shown below; nothing of yours was "
    "sent."
)


GONE = (
    "This interview was called off or recorded meanwhile. What you chose is below, for a new one."
)


@require_POST
@recruiter_required
def interviews(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Invite both to a round, or record one that took place, by the button that was pressed."""
    now, is_past = timezone.now(), request.POST.get("act") == "record"
    found = fetched(request.user, pk)
    if found.slate is None:
        raise Http404
    form = InterviewForm(
        request.POST, diaries=candidacy_of(found, request.user, now=now).diaries,
        is_past=is_past, auto_id="id_new_%s",
    )  # fmt: skip
    if not form.is_to_be_sent:
        return page(request, pk, Refused("interview", form))
    make = Interview.log if is_past else Interview.schedule
    try:
        made = make(found, form.wanted, pk=form.cleaned_data["key"], by=request.user, now=now)
    except NotNow as why:
        return page(request, pk, Refused("interview", form, late=str(why)))
    except ValidationError as error:
        form.refuse(error)
        renew_key(form, error)
        return page(request, pk, Refused("interview", form))
    except Interview.DoesNotExist:
        raise Http404 from None
    done = "is asked how it was" if is_past else "is invited, and so are you, by mail"
    messages.success(request, f"{made.guest.display_name} {done}.")
    return redirect("submission", pk)


@require_POST
@recruiter_required
def moving(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """To another time or place."""
    now, found = timezone.now(), interview_of(request.user, pk)
    seen = fetched(request.user, found.submission_id)
    form = InterviewForm(
        request.POST, diaries=candidacy_of(seen, request.user, now=now).diaries, standing=found,
        auto_id=f"id_{found.pk}_%s",
    )  # fmt: skip
    if not found.is_standing:
        return page(request, seen.pk, Refused("interview", form, GONE))
    if not form.saw(found):
        return page(request, seen.pk, _refused("moving", found, form, OVERTAKEN))
    if not form.is_to_be_sent:
        return page(request, seen.pk, _refused("moving", found, form))
    try:
        sequence = form.cleaned_data["sequence"] or 0
        found.move(form.wanted, sequence=sequence, by=request.user, now=now)
    except StaleInterview as stale:
        if not stale.current.is_standing:
            return page(request, seen.pk, Refused("interview", form, GONE))
        return page(request, seen.pk, _refused("moving", found, form, OVERTAKEN))
    except NotNow as why:
        return page(request, seen.pk, _refused("moving", found, form, str(why)))
    except ValidationError as error:
        form.refuse(error)
        return page(request, seen.pk, _refused("moving", found, form))
    messages.success(request, f"{found.guest.display_name} gets the new invitation.")
    return redirect("submission", seen.pk)


@require_POST
@recruiter_required
def cancellation(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Call it off, or say that it did not take place."""
    now, found = timezone.now(), interview_of(request.user, pk)
    form = SequenceForm(request.POST, auto_id=f"id_off_{found.pk}_%s")
    if not form.is_valid():
        return page(request, found.submission_id, _refused("cancelling", found, form))
    said = form.cleaned_data
    try:
        found.cancel(sequence=said["sequence"], reason=said["reason"], by=request.user, now=now)
    except StaleInterview:
        return page(request, found.submission_id, _refused("cancelling", found, form, OVERTAKEN))
    told = "" if found.is_over(now) else f" {found.guest.display_name} gets a mail."
    messages.success(request, f"Called off.{told}")
    return redirect("submission", found.submission_id)


@require_POST
@recruiter_required
def held(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """It took place."""
    found = interview_of(request.user, pk)
    try:
        found.record_held(by=request.user, now=timezone.now())
    except StaleInterview:
        return page(request, found.submission_id, Refused(late=OVERTAKEN))
    except NotNow as why:
        return page(request, found.submission_id, Refused(late=str(why)))
    messages.success(request, f"Recorded. {found.guest.display_name} is asked how it was.")
    return redirect("submission", found.submission_id)


@require_POST
@recruiter_required
def held_undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """It did not take place after all."""
    found = interview_of(request.user, pk)
    try:
        found.unheld(by=request.user, now=timezone.now())
    except NotNow as why:
        return page(request, found.submission_id, Refused(late=str(why)))
    return redirect("submission", found.submission_id)


def interview_of(user: User, pk: UUID) -> Interview:
    rows = Interview.objects.visible_to(user)
    return get_object_or_404(rows.select_related("submission", "organizer", "guest"), pk=pk)


def _refused(name: str, found: Interview, form: object, late: str = "") -> Refused:
    return Refused(name, form, late, found.pk)
