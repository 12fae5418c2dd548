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

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        if request.headers.get("HX-Request") != "true":
            return super().handle_no_permission(request, view_func)
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        back = page.path + (f"?{page.query}" if page.query else "")
        sign_in = redirect_to_login(back, self.get_login_url(view_func))
        return HttpResponse(status=401, headers={"HX-Redirect": sign_in.url})


class ReaderZoneMiddleware:
    """Activates the time zone of the reader's working card, for every date shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            with timezone.override(request.user.working_card.zone):
                return self.get_response(request)
        return self.get_response(request)
