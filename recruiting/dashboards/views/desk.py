"""The home of recruiters and leads: what needs them, then what they work on."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from recruiting.accounts.hints import hint_for
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.dashboards import mail_desk
from recruiting.dashboards.desk import Reader, desk_of
from recruiting.dashboards.positions import Freshness


def desk(request: AuthenticatedHttpRequest) -> HttpResponse:
    after = Freshness.parse(request.GET.get("after", ""))
    found = desk_of(reader_of(request), more=request.GET.get("more", ""), after=after)
    context: dict[str, Any] = {"desk": found, "hint": hint_for(request.user, "desk")}
    if request.user.is_lead:
        reading = mail_desk.Reading(request.user, timezone.now(), timezone.get_current_timezone())
        context["alarm"] = mail_desk.alarm(reading)
    return render(request, "dashboards/desk.html", context)


def reader_of(request: AuthenticatedHttpRequest) -> Reader:
    now = timezone.now()
    zone = timezone.get_current_timezone()
    return Reader(request.user, now, timezone.localdate(now), zone)
