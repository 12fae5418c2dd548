"""Behind the links in a slate's mail: deciding without signing in, and contesting what was decided
by such a link."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from recruiting.approvals.files import serving
from recruiting.approvals.models import Decision, DecisionContest, Slate
from recruiting.approvals.notices import CONTEST, SLATE
from recruiting.approvals.review import Door, review_of
from recruiting.approvals.review_forms import ContestForm
from recruiting.approvals.slate_link import NotForYou, door_of
from recruiting.approvals.views import deciding
from recruiting.mailing.signed_links import Link, by_link

_RELATED = ("requisition__client", "requisition__recruiter", "requisition__manager", "brief")


def _through_door(view: Callable[..., HttpResponseBase]) -> Any:
    """The view gets the `Door` of the link. Who does not decide any more learns who does."""

    @by_link(SLATE)
    @wraps(view)
    def guarded(request: HttpRequest, pk: UUID, *, link: Link, **kept: Any) -> HttpResponseBase:
        rows = Slate.objects.select_related(*_RELATED).defer("brief__document")
        slate = get_object_or_404(rows, pk=pk)
        try:
            return view(request, door_of(slate, link.user, now=timezone.now()), **kept)
        except NotForYou as refusal:
            why = str(refusal)
        except PermissionDenied:  # replaced in the moment before
            why = "You do not decide on these candidates any more."
        return render(request, "approvals/not_for_you.html", {"why": why}, status=403)

    return guarded


@_through_door
@require_GET
def slate(request: HttpRequest, door: Door) -> HttpResponse:
    return deciding.asked_page(request, door)


@_through_door
@require_POST
def decision(request: HttpRequest, door: Door, submission: UUID) -> HttpResponse:
    return deciding.decide(request, door, deciding.in_slate(_slate(door), submission))


@_through_door
@require_POST
def undoing(request: HttpRequest, door: Door, submission: UUID) -> HttpResponse:
    return deciding.undo(request, door, deciding.in_slate(_slate(door), submission))


@_through_door
@require_POST
def proposal(request: HttpRequest, door: Door, submission: UUID) -> HttpResponse:
    return deciding.propose(request, door, deciding.in_slate(_slate(door), submission))


@_through_door
@require_POST
def questions(request: HttpRequest, door: Door, submission: UUID) -> HttpResponse:
    return deciding.ask(request, door, deciding.in_slate(_slate(door), submission))


@_through_door
@require_safe
def resume(_: HttpRequest, door: Door, submission: UUID) -> HttpResponseBase:
    _check_is_open(door)
    return serving.original_response(deciding.in_slate(_slate(door), submission), door.reader)


@_through_door
@require_safe
def resume_page(_: HttpRequest, door: Door, submission: UUID, number: int) -> HttpResponseBase:
    _check_is_open(door)
    found = deciding.in_slate(_slate(door), submission)
    return serving.page_response(found, number, door.reader)


@by_link(CONTEST)
@require_http_methods(["GET", "POST"])
def contest(request: HttpRequest, pk: UUID, *, link: Link) -> HttpResponseBase:
    """Say that decisions by link were not one's own, or not meant."""
    found = get_object_or_404(Slate.objects.select_related(*_RELATED), pk=pk)
    made = Decision.objects.filter(submission__slate=found, by=link.user, by_link=True)
    if not made.exists():
        raise Http404
    reader = str(link.user.pk)
    is_others = request.POST.get("reader", reader) != reader
    form = ContestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and not is_others:
        said = form.cleaned_data["text"]
        DecisionContest.say(found, said, by=link.user, now=timezone.now())
        return redirect("decisions_contest_by_mail", pk)
    context = {
        "slate": found,
        "requisition": found.requisition,
        "standing": made.filter(undone_at=None).count(),
        "contest": found.contests.filter(user=link.user).first(),
        "form": form,
        "reader": reader,
        "is_others": is_others,
    }
    status = 422 if form.errors else 409 if is_others else 200
    return render(request, "approvals/contest.html", context, status=status)


def _slate(door: Door) -> Slate:
    assert door.slate is not None, "behind a link there is a slate"
    return door.slate


def _check_is_open(door: Door) -> None:
    """What a slate's link led to is closed with it: resumes first of all."""
    if review_of(door, now=timezone.now()).is_over:
        raise Http404
