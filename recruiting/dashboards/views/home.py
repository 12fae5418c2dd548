"""The first page, by role."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.dashboards.views import desk, manager_home


@require_GET
def home(request: AuthenticatedHttpRequest) -> HttpResponse:
    if request.user.is_recruiter:
        return desk.desk(request)
    return manager_home.manager_home(request)
