"""Links in mail that let their reader act without signing in: *act* and *work* links.

An act link is for one act on one version and lasts 14 days; a work link is for one thing on which
its owner works until that is closed. Both name a person, an object and, where there are several,
its version. Whoever owns the page registers nothing here: it gives a `purpose`, and its view
stands at `/mail/<purpose>/<uuid>/` under `by_link`:

    link_url(user, "brief", brief.pk, version=brief.digest, now=now, lasts=ACT_LASTS)

    path("mail/brief/<uuid:pk>/", by_mail.brief, name="brief_by_mail")

    @by_link("brief")
    @require_http_methods(["GET", "POST"])
    def brief(request, pk, link): ...   # link.user, link.object_id, link.version

A GET of the address in the mail writes nothing: it moves the token out of the address into a
cookie for that one page, since scanners fetch, render and follow every link they see. What was
done already, and whether the thing is still open, the view itself knows from the object.

A link may say where on the page it leads to and what its reader is about to do, in `shows`: plain
words and ids that go on to the page as its query. They choose what is shown, and nothing else.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from recruiting.accounts.models import User

ACT_LASTS = timedelta(days=14)
COOKIE = "by-mail"

_SHOWN = re.compile(r"[a-z0-9-]{1,40}")
"""A name or a value that a link hands on to its page. Nothing else goes into the new address."""

_signer = signing.Signer(salt="recruiting.mailing.signed_links")


@dataclass(frozen=True)
class Token:
    """What stands in a link. `generation` is that of the owner's sessions: signing out everywhere
    makes all links worthless."""

    purpose: str
    user_id: UUID
    object_id: UUID
    version: str
    generation: int
    expires_at: datetime | None


@dataclass(frozen=True)
class Link:
    """A link that may be used: whose it is, and what it is about."""

    user: "User"
    object_id: UUID
    version: str


class LinkOver(Exception):
    """Once good, not any more. Says why, in words for its owner."""


def link_url(
    user: "User",
    purpose: str,
    object_id: UUID,
    *,
    now: datetime,
    version: str = "",
    lasts: timedelta | None = None,
    shows: Mapping[str, str] | None = None,
) -> str:
    """The address to be written into a mail to `user`, and nowhere else."""
    until = now + lasts if lasts else None
    token = Token(purpose, user.pk, object_id, version, user.session_generation, until)
    path = reverse("mail_link", args=[purpose, object_id, _signed(token)])
    query = f"?{urlencode(shows)}" if shows else ""
    return f"{settings.SITE_URL}{path}{query}"


def _signed(token: Token) -> str:
    until = "" if token.expires_at is None else f"{int(token.expires_at.timestamp()):x}"
    parts = (token.purpose, token.user_id.hex, token.object_id.hex, f"{token.generation:x}", until)
    return _signer.sign(".".join((*parts, token.version)))


def read(signed: str) -> Token:
    """Raises BadSignature for what is none of ours."""
    purpose, user, thing, generation, until, version = _signer.unsign(signed).split(".", 5)
    expires_at = datetime.fromtimestamp(int(until, 16), UTC) if until else None
    return Token(purpose, UUID(user), UUID(thing), version, int(generation, 16), expires_at)


# --- from the mail to the page -------------------------------------------------------------


@login_not_required
@never_cache
@require_safe
def enter(request: HttpRequest, purpose: str, pk: UUID, token: str) -> HttpResponse:
    """The address in the mail. It leads to the page, and does nothing else."""
    _checked(request, token, purpose, pk)
    page = _page(purpose, pk)
    asked = request.GET.dict().items()
    shown = [(name, str(value)) for name, value in asked if _may_show(name, str(value))]
    response = redirect(f"{page}?{urlencode(shown)}" if shown else page)
    response.set_cookie(
        COOKIE,
        token,
        max_age=ACT_LASTS,
        path=page,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


def _may_show(*words: str) -> bool:
    return all(_SHOWN.fullmatch(word) for word in words)


def by_link(purpose: str) -> Callable[[Callable[..., HttpResponseBase]], Any]:
    """For the view of a page at `/mail/<purpose>/<uuid>/`, which gets the `Link`.

    404 without a link, 403 for somebody else who is signed in, and a page that says why (410)
    where the link is over. Times are those of its owner.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Any:
        @login_not_required
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, pk: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            token = _checked(request, request.COOKIES.get(COOKIE, ""), purpose, pk)
            try:
                link = _usable(token, timezone.now())
            except LinkOver as over:
                return render(request, "mailing/link_over.html", {"why": str(over)}, status=410)
            with timezone.override(link.user.working_card.zone):
                response = view(request, pk, *args, link=link, **kwargs)
            response["Referrer-Policy"] = "same-origin"
            return response

        return guarded

    return decorate


def _page(purpose: str, pk: UUID) -> str:
    return f"/mail/{purpose}/{pk}/"


def _checked(request: HttpRequest, signed: str, purpose: str, pk: UUID) -> Token:
    try:
        token = read(signed)
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    if (token.purpose, token.object_id) != (purpose, pk):
        raise Http404
    if request.user.is_authenticated and request.user.pk != token.user_id:
        raise PermissionDenied
    return token


def _usable(token: Token, now: datetime) -> Link:
    user = get_user_model().objects.filter(pk=token.user_id, is_active=True).first()
    if user is None or user.session_generation != token.generation:
        raise LinkOver("This link was switched off when you signed out everywhere.")
    if token.expires_at and token.expires_at <= now:
        raise LinkOver("This link was good for 14 days, which are over.")
    return Link(user, token.object_id, token.version)
