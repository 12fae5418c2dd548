"""The archive of digests, and the desk from which a recruiter sees the next one first."""

from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.accounts.availability import Presence
from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Membership, User
from recruiting.mailing.bodies import body_response, frames_mail
from recruiting.mailing.kinds import Skip
from recruiting.mailing.links import without_personal_links
from recruiting.mailing.models import Mail, MailQuerySet, Suspension
from recruiting.mailing.render import Rendered
from status_updates.digests import desk
from status_updates.digests.forms import PersonalLineForm
from status_updates.digests.mail import render as render_digests
from status_updates.digests.rows import preview_row
from status_updates.digests.snapshot import KIND
from status_updates.digests.stand_ins import COPY
from status_updates.models import PersonalLine
from status_updates.models.digest import StaleLine
from status_updates.nudges import NUDGE

PER_PAGE = 50


@require_GET
def digests(request: AuthenticatedHttpRequest) -> HttpResponse:
    mails = _digests(request.user).order_by("-scheduled_at", "-pk")
    page = Paginator(mails, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [desk.archive_line(mail, reader=request.user) for mail in page],
        "suspensions": Suspension.objects.visible_to(request.user),
    }
    return render(request, "digests/digests.html", context)


@frames_mail
@require_GET
def digest(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    mail = get_object_or_404(_digests(request.user), pk=pk)
    context = {
        "mail": mail,
        "line": desk.archive_line(mail, reader=request.user),
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


@frames_mail
@recruiter_required
@require_http_methods(["GET", "POST"])
def digest_preview(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Without a manager chosen: whose digests come next. With one: that digest, and the line."""
    if "manager" not in request.GET:
        desks = desk.upcoming_digests(request.user, timezone.now())
        return render(request, "digests/upcoming.html", {"desks": desks})
    membership = _membership(request)
    if request.method == "POST":
        return _save_line(request, membership)
    return _preview_page(request, membership)


@recruiter_required
@require_GET
def digest_preview_body(request: AuthenticatedHttpRequest) -> HttpResponse:
    rendered = _rendered(_membership(request))
    if isinstance(rendered, Skip):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return body_response(request, rendered.html, inert=True)


def _digests(user: User) -> MailQuerySet:
    mails = Mail.objects.visible_to(user).filter(kind__in=(KIND, COPY, NUDGE))
    return mails.select_related("recipient", "client")


def _membership(request: AuthenticatedHttpRequest) -> Membership:
    """The manager at the client that the address names, if the recruiter serves that client."""
    chosen = {}
    for name in ("manager", "client"):
        try:
            chosen[name] = UUID(request.GET.get(name, ""))
        except ValueError:
            chosen[name] = UUID(int=0)
    return get_object_or_404(
        desk.managers_of(request.user), user=chosen["manager"], client=chosen["client"]
    )


def _rendered(membership: Membership) -> Rendered | Skip:
    now = timezone.now()
    period = desk.upcoming_of(membership, now).period
    row = preview_row(membership.user, membership.client, period, now)
    return render_digests([row], now)[row.pk]


def _preview_page(
    request: AuthenticatedHttpRequest,
    membership: Membership,
    form: PersonalLineForm | None = None,
    *,
    status: int = HTTPStatus.OK,
    theirs: PersonalLine | None = None,
) -> HttpResponse:
    now = timezone.now()
    next_one = desk.upcoming_of(membership, now)
    presence = Presence.load([membership.user], now).of(membership.user, membership.client)
    rendered = _rendered(membership)
    context = {
        "membership": membership,
        "upcoming": desk.upcoming_words(next_one),
        "presence": presence.sentence(membership.user.first_name),
        "skipped": rendered.reason if isinstance(rendered, Skip) else "",
        "rendered": None if isinstance(rendered, Skip) else rendered,
        "form": form or desk.line_form(membership, next_one.period),
        "theirs": theirs,
        "query": urlencode({"manager": membership.user_id, "client": membership.client_id}),
    }
    return render(request, "digests/preview.html", context, status=status)


def _save_line(request: AuthenticatedHttpRequest, membership: Membership) -> HttpResponse:
    form = PersonalLineForm(request.POST)
    if not form.is_valid():
        return _preview_page(request, membership, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    period = desk.upcoming_of(membership, timezone.now()).period
    if form.cleaned_data["period"] != str(period):
        form = desk.form_for_the_next(period, form.cleaned_data["text"])
        return _preview_page(request, membership, form, status=HTTPStatus.CONFLICT)
    try:
        PersonalLine.write(
            **form.cleaned_data,
            manager=membership.user,
            client=membership.client,
            by=request.user,
            now=timezone.now(),
        )
    except StaleLine as stale:
        form = desk.form_on_top_of(stale.current, form.cleaned_data["text"])
        return _preview_page(
            request, membership, form, status=HTTPStatus.CONFLICT, theirs=stale.current
        )
    messages.success(request, "Saved. It stands at the top of the next digest.")
    query = urlencode({"manager": membership.user_id, "client": membership.client_id})
    return redirect(f"{reverse('digest_preview')}?{query}")
