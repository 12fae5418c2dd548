"""The application's addresses, and the floor: a page with nothing on it."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_http_methods


@require_http_methods(["GET", "POST"])
def empty(request: HttpRequest) -> HttpResponse:
    """Costs what every page costs: server, middleware, session, person, checks."""
    return HttpResponse()


urlpatterns = [path("empty/", empty), path("", include("recruiting.urls"))]
