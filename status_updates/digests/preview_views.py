"""The desk from which a recruiter sees the next digest of a manager first, and has a hand in it."""

from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.accounts.availability import Presence
from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Membership
from recruiting.mailing import subscriptions
from recruiting.mailing.bodies import body_response, frames_mail
from recruiting.mailing.kinds import Skip
from recruiting.mailing.render import Rendered
from status_updates.digests import by_hand, desk
from status_updates.digests.by_hand import AlreadyGone, NotNow
from status_updates.digests.forms import HoldForm, PersonalLineForm, SendingForm
from status_updates.digests.mail import render as render_digests
from status_updates.digests.rows import preview_row
from status_updates.digests.schedule import Period
from status_updates.digests.snapshot import KIND
from status_updates.models import DigestHold, PersonalLine
from status_updates.models.digest import StaleLine


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
    """As it would go by itself, or with `now` in the address as it would be sent by hand."""
    membership, now = _membership(request), timezone.now()
    if "now" in request.GET:
        period, _ = by_hand.current(membership, now)
        rendered = _rendered(membership, period, by_hand=True)
    else:
        rendered = _rendered(membership, desk.upcoming_of(membership, now).period)
    if isinstance(rendered, Skip):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return body_response(request, rendered.html, inert=True)


@frames_mail
@recruiter_required
@require_POST
def digest_hold(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Hold the next digest back. What was meant for one that has gone holds none."""
    membership, form, now = _membership(request), HoldForm(request.POST), timezone.now()
    if not form.is_valid():
        return _preview_page(request, membership, hold=form, status=422)
    next_one = desk.upcoming_of(membership, now)
    if form.cleaned_data["period"] != str(next_one.period):
        typed = {**form.cleaned_data, "period": str(next_one.period)}
        form = HoldForm(typed)
        form.add_error("reason", "That digest has gone meanwhile. Hold the next one back instead?")
        return _preview_page(request, membership, hold=form, status=409)
    hold = DigestHold.place(
        **form.cleaned_data,
        manager=membership.user,
        client=membership.client,
        by=request.user,
        now=now,
    )
    if hold.by == request.user:
        messages.success(request, "Held back. It does not go until somebody releases it.")
    else:
        messages.info(request, f"{hold.by.display_name} has held it back already.")
    return _back(membership)


@recruiter_required
@require_POST
def digest_release(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Let the next digest go again; one that nobody holds is left as it is."""
    membership, now = _membership(request), timezone.now()
    hold = desk.upcoming_of(membership, now).hold
    if hold:
        by_hand.release(hold, membership, by=request.user, now=now)
    words = desk.upcoming_words(desk.upcoming_of(membership, now))
    if hold:
        messages.success(request, f"Released. It goes on {words}.")
    else:
        messages.info(request, f"Nobody holds back the next one, which goes on {words}.")
    return _back(membership)


@frames_mail
@recruiter_required
@require_http_methods(["GET", "POST"])
def digest_sending(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Asks once, since a mail leaves the house, and sends the digest now."""
    membership, now = _membership(request), timezone.now()
    try:
        period, _ = by_hand.check(membership, now)
    except AlreadyGone as gone:
        if request.method == "POST":
            messages.info(request, str(gone))
            return _back(membership)
        return _sending_page(request, membership, refusal=str(gone))
    except NotNow as reason:
        status = 422 if request.method == "POST" else 200
        return _sending_page(request, membership, refusal=str(reason), status=status)
    quiet = by_hand.is_quiet_hour(membership, now)
    if request.method == "GET":
        form = SendingForm(period=str(period), is_quiet=quiet)
        return _sending_page(request, membership, period, form)
    return _send(
        request, membership, period, SendingForm(request.POST, period=str(period), is_quiet=quiet)
    )


def _send(
    request: AuthenticatedHttpRequest, membership: Membership, period: Period, form: SendingForm
) -> HttpResponse:
    now = timezone.now()
    if not form.is_valid():
        return _sending_page(request, membership, period, form, status=422)
    if form.cleaned_data["period"] != str(period):
        form = SendingForm(period=str(period), is_quiet=form.is_quiet)
        notice = "The digest that you looked at is over. This is the one of now."
        return _sending_page(request, membership, period, form, status=409, notice=notice)
    if isinstance(_rendered(membership, period, by_hand=True), Skip):
        return _sending_page(request, membership, period, form, status=422)
    try:
        by_hand.send_now(membership, period, by=request.user, now=now)
    except AlreadyGone as gone:
        messages.info(request, str(gone))
    except NotNow as reason:
        return _sending_page(request, membership, refusal=str(reason), status=422)
    else:
        messages.success(request, desk.sending_words(membership))
    return _back(membership)


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


def _query(membership: Membership) -> str:
    return urlencode({"manager": membership.user_id, "client": membership.client_id})


def _back(membership: Membership) -> HttpResponse:
    return redirect(f"{reverse('digest_preview')}?{_query(membership)}")


def _rendered(membership: Membership, period: Period, *, by_hand: bool = False) -> Rendered | Skip:
    now = timezone.now()
    row = preview_row(membership.user, membership.client, period, now)
    if by_hand:
        row.payload["sent_by"] = ""
    return render_digests([row], now)[row.pk]


def _context(membership: Membership, rendered: Rendered | Skip) -> dict[str, object]:
    now = timezone.now()
    presence = Presence.load([membership.user], now).of(membership.user, membership.client)
    return {
        "membership": membership,
        "presence": presence.sentence(membership.user.first_name),
        "is_stopped": subscriptions.is_stopped(membership.user, KIND),
        "skipped": rendered.reason if isinstance(rendered, Skip) else "",
        "rendered": None if isinstance(rendered, Skip) else rendered,
        "query": _query(membership),
    }


def _preview_page(
    request: AuthenticatedHttpRequest,
    membership: Membership,
    form: PersonalLineForm | None = None,
    *,
    hold: HoldForm | None = None,
    status: int = HTTPStatus.OK,
    theirs: PersonalLine | None = None,
) -> HttpResponse:
    next_one = desk.upcoming_of(membership, timezone.now())
    context = {
        **_context(membership, _rendered(membership, next_one.period)),
        "upcoming": desk.upcoming_words(next_one),
        "held": desk.held_words(next_one, membership),
        "form": form or desk.line_form(membership, next_one),
        "hold_form": hold or HoldForm(initial={"period": str(next_one.period)}),
        "theirs": theirs,
    }
    return render(request, "digests/preview.html", context, status=status)


def _sending_page(
    request: AuthenticatedHttpRequest,
    membership: Membership,
    period: Period | None = None,
    form: SendingForm | None = None,
    *,
    refusal: str = "",
    notice: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    rendered = _rendered(membership, period, by_hand=True) if period else Skip(refusal)
    context = {
        **_context(membership, rendered),
        **({"which": desk.period_words(period)} if period else {}),
        "form": form,
        "notice": notice,
        "hours": desk.hours_words(membership, timezone.now()),
    }
    return render(request, "digests/sending.html", context, status=status)


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
    return _back(membership)
