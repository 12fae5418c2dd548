"""Writing down candidates: new ones, drafts, and what is said of those who were sent."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.hints import hint_for
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.approvals import drafting
from recruiting.approvals.candidate_forms import (
    ANOTHER,
    CandidateForm,
    DetailsForm,
    NewCandidateForm,
    amendment_words,
    settled,
    shown,
    shown_first,
)
from recruiting.approvals.candidate_list import candidates_page
from recruiting.approvals.drafting import KnownPerson, StaleDraft, Versions, Who, Written
from recruiting.approvals.models import Candidate, NotNow, Submission
from recruiting.approvals.requirements import asked_of, changed_since
from requisitions.models import Requisition

AND_ANOTHER = "another"
"""What the button says that saves and opens an empty form."""


@require_GET
def listing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Where each candidate stands, for both sides; drafts for recruiters alone."""
    found = seen_requisition(request.user, pk)
    page = candidates_page(found, request.user, now=timezone.now())
    hint = hint_for(request.user, "candidates") if request.user.is_recruiter else None
    context = {"requisition": found, "page": page, "hint": hint}
    return render(request, "approvals/candidates.html", context)


def seen_requisition(user: User, pk: UUID) -> Requisition:
    rows = Requisition.objects.visible_to(user).select_related("client", "recruiter", "manager")
    return get_object_or_404(rows, pk=pk)


# --- a new one -----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@recruiter_required
def new(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Sent again, the same form leads to the draft that it made first."""
    found = seen_requisition(request.user, pk)
    asked = asked_of(found)
    if request.method == "GET":
        form = NewCandidateForm(asked=asked, initial=shown_first(asked))
        return _new_page(request, found, form)
    form = NewCandidateForm(_as_settled(request, found), request.FILES, asked=asked)
    if not form.is_valid():
        return _new_page(request, found, form, status=422)
    if form.was_amended:
        form.show_brief()
        return _new_page(request, found, form, amended=form.unasked, status=409)
    return _begun(request, found, form)


def _as_settled(request: AuthenticatedHttpRequest, requisition: Requisition) -> Any:
    """What was sent, and what stands of the candidate where the writer chose that."""
    known = _candidate(requisition, request.POST.get("who", ""))
    if known is None:
        return request.POST
    return settled(request.POST, Written(drafting.details_of(known)))


def _candidate(requisition: Requisition, who: UUID | str) -> Candidate | None:
    """Of the client of this requisition. A raw text that is no id means nobody."""
    try:
        pk = UUID(str(who))
    except ValueError:
        return None
    return Candidate.objects.standing().filter(client=requisition.client_id, pk=pk).first()


def _begun(
    request: AuthenticatedHttpRequest, requisition: Requisition, form: NewCandidateForm
) -> HttpResponse:
    who = form.cleaned_data["who"]
    candidate = _candidate(requisition, who)
    if isinstance(who, UUID) and candidate is None:
        raise Http404
    try:
        made = drafting.begin(
            requisition, form.written, pk=form.cleaned_data["key"],
            who=Who(candidate, is_another=who == ANOTHER), versions=form.versions,
            resume=form.cleaned_data["resume"], by=request.user, now=timezone.now(),
        )  # fmt: skip
    except Submission.DoesNotExist:
        raise Http404 from None
    except KnownPerson as refusal:
        return _new_page(request, requisition, form, known=refusal.known, status=422)
    except StaleDraft as stale:
        return _told_apart(request, requisition, form, stale)
    except (NotNow, ValidationError) as refusal:
        form.refuse(refusal)
        return _new_page(request, requisition, form, status=422)
    undo = reverse("submission_removal", args=[made.pk])
    messages.success(request, "Saved as a draft.", extra_tags=f"undo:{undo}")
    return _after_saving(request, made)


def _told_apart(
    request: AuthenticatedHttpRequest,
    requisition: Requisition,
    form: NewCandidateForm,
    stale: StaleDraft,
) -> HttpResponse:
    """Both texts: of the draft that this form made before, or of the candidate who is known."""
    form.compare(stale.current, stale.versions)
    made = Submission.objects.drafts().filter(pk=form.cleaned_data["key"]).first()
    if made:
        return _edit_page(request, made, form, status=409)
    return _new_page(request, requisition, form, status=409)


def _after_saving(request: AuthenticatedHttpRequest, made: Submission) -> HttpResponse:
    if request.POST.get("then") == AND_ANOTHER:
        return redirect("candidate_new", made.requisition_id)
    return redirect(f"{reverse('candidates', args=[made.requisition_id])}#submission-{made.pk}")


def _new_page(
    request: AuthenticatedHttpRequest,
    requisition: Requisition,
    form: NewCandidateForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {"requisition": requisition, "form": form,
               "lost_file": bool(request.FILES) and status != 200, **more}  # fmt: skip
    return render(request, "approvals/candidate_new.html", context, status=status)


# --- a draft, and who was sent ---------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@recruiter_required
def edit(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """A draft as a whole; of who was sent, only what is said of the person."""
    found = _own(request.user, pk)
    if found.removed_at or found.candidate.erased_at:
        raise Http404
    if found.slate_id:
        return _details(request, found)
    asked, stands = asked_of(found.requisition), drafting.written_of(found)
    if request.method == "GET":
        form = CandidateForm(asked=asked, initial=shown(found, stands, asked))
        return _edit_page(request, found, form)
    form = CandidateForm(settled(request.POST, stands), request.FILES, asked=asked)
    if not form.is_valid():
        return _edit_page(request, found, form, status=422)
    if form.was_amended:
        form.show_brief()
        return _edit_page(request, found, form, amended=form.unasked, status=409)
    return _rewritten(request, found, form)


def _own(user: User, pk: UUID) -> Submission:
    rows = Submission.objects.visible_to(user).select_related(
        "candidate", "resume", "slate", "requisition__client", "requisition__manager"
    )
    return get_object_or_404(rows, pk=pk)


def _rewritten(
    request: AuthenticatedHttpRequest, found: Submission, form: CandidateForm
) -> HttpResponse:
    try:
        drafting.rewrite(
            found, form.written, versions=form.versions, resume=form.cleaned_data["resume"],
            by=request.user, now=timezone.now(),
        )  # fmt: skip
    except StaleDraft as stale:
        form.compare(stale.current, stale.versions)
        return _edit_page(request, found, form, status=409)
    except NotNow as refusal:
        form.refuse(refusal)
        return _edit_page(request, found, form, status=409)
    except ValidationError as refusal:
        form.refuse(refusal)
        return _edit_page(request, found, form, status=422)
    messages.success(request, "Saved.")
    return _after_saving(request, found)


def _edit_page(
    request: AuthenticatedHttpRequest,
    submission: Submission,
    form: CandidateForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    changed = changed_since(submission.ratings.all(), form.asked)
    context = {
        "requisition": submission.requisition,
        "submission": submission,
        "form": form,
        "changed": amendment_words(changed),
        "resume": submission.candidate.resumes.first(),
        "lost_file": bool(request.FILES) and status != 200,
        **more,
    }
    return render(request, "approvals/candidate_edit.html", context, status=status)


def _details(request: AuthenticatedHttpRequest, found: Submission) -> HttpResponse:
    stands = Written(drafting.details_of(found.candidate))
    if request.method == "GET":
        first = {**stands.details, "candidate_version": found.candidate.version}
        return _details_page(request, found, DetailsForm(initial=first))
    form = DetailsForm(settled(request.POST, stands))
    if not form.is_valid():
        return _details_page(request, found, form, status=422)
    try:
        drafting.change_details(
            found, form.written.details, version=form.versions.candidate,
            by=request.user, now=timezone.now(),
        )  # fmt: skip
    except StaleDraft as stale:
        form.compare(stale.current, Versions(0, stale.versions.candidate))
        return _details_page(request, found, form, status=409)
    except NotNow as refusal:
        form.add_error(None, str(refusal))
        return _details_page(request, found, form, status=409)
    messages.success(request, "Saved.")
    return redirect(f"{reverse('candidates', args=[found.requisition_id])}#submission-{found.pk}")


def _details_page(
    request: AuthenticatedHttpRequest, found: Submission, form: DetailsForm, status: int = 200
) -> HttpResponse:
    context = {"requisition": found.requisition, "submission": found, "form": form,
               "ratings": found.ratings.all()}  # fmt: skip
    return render(request, "approvals/candidate_details.html", context, status=status)


@require_POST
@recruiter_required
def removal(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found = _own(request.user, pk)
    try:
        found.remove(by=request.user, now=timezone.now())
    except NotNow as refusal:
        messages.error(request, str(refusal))
    else:
        undo = reverse("submission_return", args=[pk])
        messages.success(request, "The draft is removed.", extra_tags=f"undo:{undo}")
    return redirect("candidates", found.requisition_id)


@require_POST
@recruiter_required
def coming_back(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found = _own(request.user, pk)
    try:
        found.bring_back(by=request.user, now=timezone.now())
    except NotNow as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The draft is back.")
    return redirect("candidates", found.requisition_id)
