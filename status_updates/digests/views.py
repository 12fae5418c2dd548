"""The archive of digests, and addresses that refuse mail."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.mailing.bodies import body_response, frames_mail
from recruiting.mailing.links import without_personal_links
from recruiting.mailing.models import Mail, MailQuerySet, State, Suspension
from status_updates.digests import desk
from status_updates.digests.snapshot import KIND
from status_updates.digests.stand_ins import COPY
from status_updates.models import DigestHold
from status_updates.nudges import NUDGE

PER_PAGE = 50


@require_GET
def digests(request: AuthenticatedHttpRequest) -> HttpResponse:
    mails = _digests(request.user).order_by("-scheduled_at", "-pk")
    page = Paginator(mails, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": desk.archive_lines(list(page), reader=request.user, now=timezone.now()),
        "suspensions": Suspension.objects.visible_to(request.user),
    }
    return render(request, "digests/digests.html", context)


@frames_mail
@require_GET
def digest(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    mail = get_object_or_404(_digests(request.user), pk=pk)
    context = {
        "mail": mail,
        "line": desk.archive_lines([mail], reader=request.user, now=timezone.now())[0],
        "text": without_personal_links(mail.text),
    }
    return render(request, "digests/digest.html", context)


@require_GET
def digest_body(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    mail = get_object_or_404(_digests(request.user).exclude(html=""), pk=pk)
    return body_response(request, mail.html, inert=True)


@recruiter_required
@require_POST
def suspension_lifting(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    suspension = get_object_or_404(Suspension.objects.visible_to(request.user), pk=pk)
    suspension.lift(by=request.user, now=timezone.now())
    messages.success(request, f"Mail goes to {suspension.address} again.")
    return redirect("digests", permanent=False)


def _digests(user: User) -> MailQuerySet:
    """A manager is told nothing of one that is held back past its hour until it goes."""
    mails = Mail.objects.visible_to(user).filter(kind__in=(KIND, COPY, NUDGE))
    if not user.is_recruiter:
        held = Exists(DigestHold.objects.of_a_mail())
        waiting = mails.filter(kind=KIND, state=State.PENDING, scheduled_at__lte=timezone.now())
        mails = mails.exclude(pk__in=waiting.filter(held).values("pk"))
    return mails.select_related("recipient", "client")
