"""The requests that views get, so that `request.user` and `request.htmx` are typed."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from recruiting.accounts.models import User


class AuthenticatedHttpRequest(HttpRequest):
    """A request of somebody who is signed in: the login middleware let it pass."""

    user: User
    htmx: HtmxDetails
