"""Whoever is not signed in sees the sign-in page; who is, sees times in his own zone."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequired
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone


class LoginRequiredMiddleware(DjangoLoginRequired):
    """Sends a page to sign-in and back; an htmx call takes its whole page there and back."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        is_htmx = request.headers.get("HX-Request") == "true"
        if request.method in ("GET", "HEAD") and not is_htmx:
            return super().handle_no_permission(request, view_func)
        # The page that asked can be shown again; what it asked for often answers POST alone.
        page = request.headers.get("HX-Current-URL" if is_htmx else "Referer", "/")
        sign_in = redirect_to_login(_path(page), self.get_login_url(view_func))
        if is_htmx:
            return HttpResponse(status=401, headers={"HX-Redirect": sign_in.url})
        return sign_in


def _path(url: str) -> str:
    """The part of an address of ours that says which page it is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "/"
    path = "/" + parts.path.lstrip("/\\")
    return path + (f"?{parts.query}" if parts.query else "")


class ReaderZoneMiddleware:
    """Activates the time zone of the reader's working card, for every date shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            with timezone.override(request.user.working_card.zone):
                return self.get_response(request)
        return self.get_response(request)
