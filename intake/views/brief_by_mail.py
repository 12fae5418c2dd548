"""Behind the links in a brief's mails: signing one version, and contesting a signature."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake.brief_forms import ContestForm, SigningForm
from intake.by_mail import MailedBrief, NotForYou, Turn, mailed_brief
from intake.mails import BRIEF, CONTEST
from intake.models import Brief, BriefChanged, Contest, NotYours, Signature
from recruiting.mailing.signed_links import Link, by_link

_RELATED = ("client", "recruiter", "manager", "intake")


@by_link(BRIEF)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, pk: UUID, *, link: Link) -> HttpResponseBase:
    """Read the brief and sign it. What has taken its place is shown before it can be signed."""
    try:
        page = _mailed(pk, link)
        if request.method == "GET" or page.turn == Turn.SIGNED:
            return _page(request, page)
        form = SigningForm(request.POST)
        if not form.is_valid():
            return _page(request, page, status=422)
        if page.target is None or form.cleaned_data["digest"] != page.target.digest:
            return _page(request, page, status=409)
        if request.POST.get("reader", str(link.user.pk)) != str(link.user.pk):
            return _page(request, page, status=409)  # two open their links in one browser
        try:
            now = timezone.now()
            page.target.sign_by_link(digest=page.target.digest, by=link.user, now=now)
        except (BriefChanged, NotYours, ValidationError):  # in the moment before
            return _page(request, _mailed(pk, link), status=409)
    except NotForYou as refusal:
        return render(request, "intake/not_for_you.html", {"why": str(refusal)}, status=403)
    return redirect("brief_by_mail", pk)


@by_link(CONTEST)
@require_http_methods(["GET", "POST"])
def contest(request: HttpRequest, pk: UUID, *, link: Link) -> HttpResponseBase:
    """Say that the signature was not one's own, or not meant."""
    signature = get_object_or_404(
        Signature.objects.select_related("brief__requisition__client", "contest"),
        brief=pk, user=link.user,
    )  # fmt: skip
    form = ContestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        Contest.say(signature, form.cleaned_data["text"], by=link.user, now=timezone.now())
        return redirect("contest_by_mail", pk)
    context = {"signature": signature, "form": form, "requisition": signature.brief.requisition}
    return render(request, "intake/contest.html", context, status=422 if form.errors else 200)


def _mailed(pk: UUID, link: Link) -> MailedBrief:
    related = [f"requisition__{name}" for name in _RELATED]
    rows = Brief.objects.select_related(*related)
    found = get_object_or_404(rows, pk=pk, digest=link.version)
    return mailed_brief(found, link.user, now=timezone.now())


def _page(request: HttpRequest, page: MailedBrief, *, status: int = 200) -> HttpResponse:
    context = {"page": page, "requisition": page.requisition, "asked": page.asked}
    context |= {"statement": page.statement, "form": SigningForm()}
    return render(request, "intake/brief_by_mail.html", context, status=status)
