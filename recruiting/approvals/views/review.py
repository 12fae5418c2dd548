"""The review of candidates for who is signed in, and answers to what is asked in it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.approvals.access import in_name_of
from recruiting.approvals.models import AlreadyAnswered, Question, Submission
from recruiting.approvals.notices import PLACE
from recruiting.approvals.review import Door
from recruiting.approvals.review_forms import AnswerForm
from recruiting.approvals.views import deciding
from requisitions.models import Requisition

_PEOPLE = ("client", "recruiter", "manager")


@require_GET
def review(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """For all who see the requisition; only who decides finds buttons on it."""
    rows = Requisition.objects.visible_to(request.user).select_related(*_PEOPLE)
    return deciding.asked_page(request, Door(get_object_or_404(rows, pk=pk), request.user))


@require_POST
def decision(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    return deciding.decide(request, *_decided(request, pk))


@require_POST
def undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    return deciding.undo(request, *_decided(request, pk))


@require_POST
def proposal(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    return deciding.propose(request, *_decided(request, pk))


@require_POST
def questions(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    return deciding.ask(request, *_decided(request, pk))


@recruiter_required
@require_http_methods(["GET", "POST"])
def answer(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """The recruiter answers; the form stands on other pages too."""
    found = _question(request, pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status, other = 200, None
    if request.method == "POST" and form.is_valid():
        try:
            form.give(found, by=request.user, now=timezone.now())
        except AlreadyAnswered as refusal:
            status, other = 409, refusal.current
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, f"Sent to {found.by.first_name}.")
            page = found.submission.requisition.get_absolute_url()
            return redirect(f"{page}{PLACE}#submission-{found.submission_id}")
    context = {"question": found, "submission": found.submission, "form": form, "other": other,
               "requisition": found.submission.requisition}  # fmt: skip
    status = 422 if form.errors else status
    return render(request, "approvals/question_answer.html", context, status=status)


def _decided(request: AuthenticatedHttpRequest, pk: UUID) -> tuple[Door, Submission]:
    """One that was sent, and the way to it; 403 for who only sees it."""
    rows = Submission.objects.visible_to(request.user).sent()
    related = ("candidate", "slate", "resume", *(f"requisition__{name}" for name in _PEOPLE))
    found = get_object_or_404(rows.select_related(*related), pk=pk)
    in_name_of(request.user, found.requisition, timezone.now())
    return Door(found.requisition, request.user), found


def _question(request: AuthenticatedHttpRequest, pk: UUID) -> Question:
    seen = Submission.objects.visible_to(request.user)
    related = ("by", "answered_by", "submission__candidate", "submission__slate",
               "submission__requisition__client")  # fmt: skip
    return get_object_or_404(Question.objects.select_related(*related), pk=pk, submission__in=seen)
