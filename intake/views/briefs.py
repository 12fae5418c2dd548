"""The brief: read, signed, amended, and its versions compared."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from intake.access import seen_intake
from intake.brief_forms import SigningForm
from intake.brief_page import asked_now, brief_page, side_of
from intake.comparison import comparison_of
from intake.content import missing
from intake.differences import differences
from intake.document import document_of
from intake.models import Brief, BriefChanged, Intake, NotYours, Side
from intake.version_page import version_page
from intake.versions import signer_of
from recruiting.accounts.http import AuthenticatedHttpRequest
from requisitions.models import Requisition


@require_GET
def brief(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """The draft on one page, with what may be done with it."""
    return _page(request, seen_intake(request.user, pk), SigningForm())


@require_POST
def signature(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Sign what was shown. 409 with both texts where the draft says something else by now."""
    now, intake = timezone.now(), seen_intake(request.user, pk)
    side = side_of(request.user, intake.requisition, now)
    if side is None:
        raise PermissionDenied
    form = SigningForm(request.POST)
    if not form.is_valid():
        return _page(request, intake, form)
    digest, reason = form.cleaned_data["digest"], form.cleaned_data["reason"]
    try:
        signed = Brief.propose(intake, digest=digest, reason=reason, by=request.user, now=now)
    except BriefChanged as changed:
        return _changed(request, intake, form, changed)
    except NotYours:  # since a moment ago
        raise PermissionDenied from None
    except ValidationError as error:
        form.refuse(error)
        return _page(request, intake, form)
    messages.success(request, _signed_words(signed, intake.requisition, side.other))
    return redirect("brief", pk)


@require_POST
def withdrawal(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Ask for no signature under this version any more."""
    rows = Brief.objects.visible_to(request.user).select_related("requisition")
    found = get_object_or_404(rows, pk=pk)
    try:
        found.withdraw(by=request.user, now=timezone.now())
    except NotYours:
        raise PermissionDenied from None
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"Brief {found.number} is taken back. The draft stays.")
    return redirect("brief", found.requisition_id)


@require_GET
def version(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """One version as it was written, for ever."""
    related = ("requisition__client", "requisition__recruiter", "requisition__manager")
    rows = Brief.objects.visible_to(request.user).select_related(*related)
    page = version_page(get_object_or_404(rows, pk=pk), now=timezone.now())
    return render(request, "intake/brief_version.html", {"page": page})


@require_GET
def comparison(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Two versions as one text: what went and what came."""
    rows = Requisition.objects.visible_to(request.user).select_related("client")
    requisition = get_object_or_404(rows, pk=pk)
    found = comparison_of(requisition, request.GET.get("from", ""), request.GET.get("to", ""))
    if found is None:
        raise Http404
    context = {"comparison": found, "requisition": requisition}
    return render(request, "intake/brief_comparison.html", context)


def _page(request: AuthenticatedHttpRequest, intake: Intake, form: SigningForm) -> HttpResponse:
    page = brief_page(intake, request.user, now=timezone.now())
    if not form.is_bound and page.asked:
        form.initial["reason"] = page.asked.reason
    context = {"page": page, "requisition": intake.requisition, "form": form}
    return render(request, "intake/brief.html", context, status=422 if form.errors else 200)


def _changed(
    request: AuthenticatedHttpRequest, intake: Intake, form: SigningForm, changed: BriefChanged
) -> HttpResponse:
    """Both texts, what differs, and a button bound to the text that stands."""
    shown, current = changed.shown or form.shown_content, changed.current
    reason = form.cleaned_data["reason"]
    asked = asked_now(intake, current, request.user, reason=reason, now=timezone.now())
    context = {
        "requisition": intake.requisition,
        "changes": differences(shown, current) if shown else [],
        "shown": document_of(shown) if shown else None,
        "current": document_of(current),
        "asked": asked,
        "missing": missing(current),
        "statement": asked.sentence(request.user) if asked else "",
        "form": SigningForm(initial={"reason": asked.reason if asked else ""}),
    }
    return render(request, "intake/brief_changed.html", context, status=409)


def _signed_words(signed: Brief, requisition: Requisition, other: Side) -> str:
    if signed.is_in_force:
        return f"Signed. Brief {signed.number} is in force: both have signed it."
    if other == Side.MANAGER and requisition.manager is None:
        return "Signed. The hiring manager is asked to sign it as soon as one is named."
    return f"Signed. {signer_of(requisition, other)} is asked to sign brief {signed.number} now."
