"""The page behind the unsubscribe link, and the outbox of the embedded installation."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.mailing import kinds, outbox, subscriptions
from recruiting.mailing.bodies import body_response, frames_mail
from recruiting.mailing.links import Stop, read_unsubscribe_token

if TYPE_CHECKING:
    from recruiting.accounts.models import User

COOKIE = "unsubscribe"
COOKIE_LASTS = 60 * 60


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The address in the mail. Opened, it leads to the page; posted to, it acts (RFC 8058)."""
    stop = _stop(request, token)
    if request.method == "POST":
        user = get_object_or_404(get_user_model(), pk=stop.user_id)
        subscriptions.stop(user, stop.kind, by=user, now=timezone.now())
        return HttpResponse("You are unsubscribed.", content_type="text/plain")
    response = redirect("unsubscribe_page")
    response.set_signed_cookie(
        COOKIE,
        token,
        salt=COOKIE,
        max_age=COOKIE_LASTS,
        path=reverse("unsubscribe_page"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe_page(request: HttpRequest) -> HttpResponse:
    """All mail that comes to this person by itself, with what stops each kind and brings it back;
    the kind that the link is about comes first."""
    stop = _stop(request, _token(request))
    user = get_object_or_404(get_user_model(), pk=stop.user_id)
    if request.method == "POST":
        subscriptions.stop(user, _kind(request, user, stop.kind), by=user, now=timezone.now())
        return redirect("unsubscribe_page")
    asked, others = subscriptions.wishes(user, about=stop.kind)
    context = {"person": user, "asked": asked, "others": others}
    return render(request, "mailing/unsubscribe.html", context)


@login_not_required
@require_POST
def resubscription(request: HttpRequest) -> HttpResponse:
    stop = _stop(request, _token(request))
    user = get_object_or_404(get_user_model(), pk=stop.user_id)
    subscriptions.resume(user, _kind(request, user, stop.kind), by=user, now=timezone.now())
    return redirect("unsubscribe_page")


@require_GET
def mail_wishes(request: HttpRequest) -> HttpResponse:
    """The same for who is signed in, from the preferences."""
    user = _signed_in(request)
    return render(request, "mailing/wishes.html", {"wishes": subscriptions.wishes(user)[1]})


@require_POST
def mail_stop(request: HttpRequest) -> HttpResponse:
    user = _signed_in(request)
    subscriptions.stop(user, _kind(request, user), by=user, now=timezone.now())
    return redirect("mail_wishes")


@require_POST
def mail_resumption(request: HttpRequest) -> HttpResponse:
    user = _signed_in(request)
    subscriptions.resume(user, _kind(request, user), by=user, now=timezone.now())
    return redirect("mail_wishes")


def _signed_in(request: HttpRequest) -> "User":
    assert request.user.is_authenticated, "the middleware asks for that"
    return request.user


def _kind(request: HttpRequest, user: "User", default: str = "") -> str:
    """The kind that a button names, or that of the link; 404 for what the person cannot stop."""
    name = request.POST.get("kind") or default
    if name not in {kind.name for kind in kinds.stoppable(user)}:
        raise Http404
    return name


def _token(request: HttpRequest) -> str:
    return request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=COOKIE_LASTS) or ""


def _stop(request: HttpRequest, token: str) -> Stop:
    """What the link is about. 404 when it is none of ours, 403 for somebody else."""
    try:
        stop = read_unsubscribe_token(token)
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    if request.user.is_authenticated and request.user.pk != stop.user_id:
        raise PermissionDenied
    return stop


# --- the outbox ----------------------------------------------------------------------------


@login_not_required
@never_cache
@require_GET
def outbox_page(request: HttpRequest) -> HttpResponse:
    _check_open(request)
    return render(request, "outbox/outbox.html", {"lines": outbox.newest()})


@frames_mail
@login_not_required
@never_cache
@require_GET
def outbox_mail(request: HttpRequest, key: str) -> HttpResponse:
    _check_open(request)
    if (message := outbox.read(key)) is None:
        raise Http404
    context = {
        "key": key,
        "subject": message["Subject"],
        "headers": [(name, str(value)) for name, value in message.items()],
        "text": outbox.part(message, "plain"),
        "has_html": bool(outbox.part(message, "html")),
    }
    return render(request, "outbox/mail.html", context)


@login_not_required
@never_cache
@require_GET
def outbox_body(request: HttpRequest, key: str) -> HttpResponse:
    _check_open(request)
    if (message := outbox.read(key)) is None:
        raise Http404
    return body_response(request, outbox.part(message, "html"), inert=False)


def _check_open(request: HttpRequest) -> None:
    if not outbox.is_open_to(request):
        raise Http404
