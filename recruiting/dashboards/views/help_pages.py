"""Help with a page, and the hints that go away for good."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from recruiting.accounts.hints import HINTS
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.dashboards.help import EVERYWHERE, GENERAL, Topic, topic_for


@require_GET
def general(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    return _page(request, GENERAL)


@require_GET
def topic(request: AuthenticatedHttpRequest, page: str) -> HttpResponseBase:
    """`page` is a name in the URLconf; for one that is not known the general help is shown."""
    return _page(request, topic_for(page, request.user))


def _page(request: AuthenticatedHttpRequest, shown: Topic) -> HttpResponse:
    """A page of its own, or what opens over the page that asks."""
    template = "dashboards/_help.html" if request.htmx else "dashboards/help.html"
    context = {"topic": shown, "everywhere": EVERYWHERE, "is_general": shown is GENERAL}
    return render(request, template, context)


@require_POST
def hint_dismissal(request: AuthenticatedHttpRequest, name: str) -> HttpResponseBase:
    """ "Got it": the hint does not come back, on no device."""
    if name not in HINTS:
        raise Http404
    request.user.dismiss_hint(name)
    if request.htmx:
        return HttpResponse()
    back = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if here and back.startswith("/") else "home")
