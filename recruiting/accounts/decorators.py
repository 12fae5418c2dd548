"""Who may open a view. Who is not signed in has been sent to sign-in by the middleware before."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User

P = ParamSpec("P")
View = Callable[Concatenate[AuthenticatedHttpRequest, P], HttpResponseBase]


def _required(allows: Callable[[User], bool]) -> Callable[[View[P]], View[P]]:
    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: AuthenticatedHttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not allows(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def recruiter_required(view: View[P]) -> View[P]:
    """For recruiters and leads; others get 403."""
    return _required(lambda user: user.is_recruiter)(view)


def lead_required(view: View[P]) -> View[P]:
    """For leads alone; others get 403."""
    return _required(lambda user: user.is_lead)(view)


def manager_required(view: View[P]) -> View[P]:
    """For hiring managers alone; others get 403."""
    return _required(lambda user: user.is_manager)(view)
