"""Answers that hold the body of a mail, and the pages that may frame them."""

from collections.abc import Callable
from typing import TypeVar, cast

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from recruiting.lib.mailview import viewable

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def frames_mail(view: View) -> View:
    """For a view whose page shows a mail in a frame."""
    return cast("View", csp_update({"frame-src": [SELF]})(view))


NO_HTML = '<!doctype html><html lang="en"><head><title>Mail</title></head><body></body></html>'


def body_response(request: HttpRequest, html: str, *, inert: bool) -> HttpResponse:
    """The mail alone, with the one style block that it needs and nothing else permitted."""
    theme = request.COOKIES.get("theme", "")
    view = viewable(html or NO_HTML, inert=inert, theme=theme)
    sandbox = "sandbox allow-same-origin"
    if not inert:
        sandbox += " allow-popups allow-top-navigation-by-user-activation"
    response = HttpResponse(view.html)
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {view.style_source}; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors 'self'; {sandbox}"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
