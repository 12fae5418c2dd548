"""How an interview was: on the page of the submission, or behind the link in a mail."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.approvals.access import in_name_of
from recruiting.approvals.after_forms import FeedbackForm
from recruiting.approvals.candidacy import Refused
from recruiting.approvals.feedback_link import NotForYou, asked
from recruiting.approvals.interview_mail import FEEDBACK_LINK
from recruiting.approvals.models import AlreadySaid, Feedback, Interview, NotNow
from recruiting.approvals.views.interviews import interview_of
from recruiting.approvals.views.submissions import page
from recruiting.mailing.signed_links import Link, by_link


@require_POST
def feedback(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    found, now = interview_of(request.user, pk), timezone.now()
    in_name_of(request.user, found.submission.requisition, now)
    form = FeedbackForm(request.POST, auto_id=f"id_said_{pk}_%s")
    refused = Refused("feedback", form, pk=pk)
    if not form.is_valid():
        return page(request, found.submission_id, refused)
    try:
        form.give(found, by=request.user, now=now, by_link=False)
    except (NotNow, AlreadySaid) as why:
        late = _late(why)
        return page(request, found.submission_id, Refused("feedback", form, late, pk))
    except ValidationError as error:
        form.refuse(error)
        return page(request, found.submission_id, refused)
    recruiter = found.submission.requisition.recruiter
    messages.success(request, f"Thank you. {recruiter.first_name} knows.")
    return redirect("submission", found.submission_id)


@require_POST
def undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    found, now = interview_of(request.user, pk), timezone.now()
    in_name_of(request.user, found.submission.requisition, now)
    said = Feedback.objects.filter(interview=found).select_related("interview__submission").first()
    try:
        if said:
            said.undo(by=request.user, now=now)
    except NotNow as why:
        return page(request, found.submission_id, Refused(late=str(why)))
    return redirect("submission", found.submission_id)


@by_link(FEEDBACK_LINK)
@require_http_methods(["GET", "POST"])
def by_mail(request: HttpRequest, pk: UUID, *, link: Link) -> HttpResponse:
    """One question, answered without signing in. Who does not decide any more learns who does."""
    try:
        return _by_mail(request, pk, link)
    except NotForYou as refusal:
        return render(request, "approvals/not_for_you.html", {"why": str(refusal)}, status=403)


def _by_mail(request: HttpRequest, pk: UUID, link: Link) -> HttpResponse:
    """Raises NotForYou, also for who was replaced in the moment before he said so."""
    rows = Interview.objects.select_related(
        "feedback__by", "feedback__in_name_of", "submission__candidate", "submission__slate",
        *(f"submission__requisition__{one}" for one in ("client", "recruiter", "manager")),
    )  # fmt: skip
    found, now = get_object_or_404(rows, pk=pk), timezone.now()
    shown = asked(found, link.user, now=now)
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    context = {"asked": shown, "form": form, "requisition": found.submission.requisition}
    if request.method == "GET":
        return render(request, "approvals/feedback_by_mail.html", context)
    if request.POST.get("reader", str(link.user.pk)) != str(link.user.pk):
        return render(request, "approvals/feedback_by_mail.html", context, status=409)
    if form.is_valid():
        try:
            form.give(found, by=link.user, now=now, by_link=True)
            return redirect("feedback_by_mail", pk)
        except (NotNow, AlreadySaid, PermissionDenied) as why:
            context |= {"asked": asked(get_object_or_404(rows, pk=pk), link.user, now=now),
                        "late": _late(why)}  # fmt: skip
            return render(request, "approvals/feedback_by_mail.html", context, status=409)
        except ValidationError as error:
            form.refuse(error)
    return render(request, "approvals/feedback_by_mail.html", context, status=422)


def _late(why: Exception) -> str:
    if isinstance(why, AlreadySaid):
        said = why.current
        return f"{said.by.display_name} has said so already: {said.get_verdict_display().lower()}."
    return str(why)
