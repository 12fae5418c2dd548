"""The home of recruiters and leads: what needs them, then what they work on."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.dashboards.desk import desk_of


def desk(request: AuthenticatedHttpRequest) -> HttpResponse:
    now = timezone.now()
    zone = timezone.get_current_timezone()
    found = desk_of(request.user, now=now, today=timezone.localdate(now), zone=zone)
    return render(request, "dashboards/desk.html", {"desk": found})
