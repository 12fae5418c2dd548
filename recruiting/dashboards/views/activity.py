"""What happened on a requisition, at a client, in the office: the record, and looking at it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recruiting.accounts.decorators import lead_required, recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Client, User
from recruiting.dashboards.activity.forms import ActivityForm, LookForm
from recruiting.dashboards.activity.pages import (
    Place,
    Scope,
    of_client,
    of_office,
    of_requisition,
    page_of,
)
from recruiting.dashboards.models import Look
from recruiting.dashboards.news import News
from requisitions.models import Requisition


@require_GET
def requisition_activity(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return _of_requisition(request, pk)


@require_GET
@recruiter_required
def client_activity(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return _of_client(request, pk)


@require_GET
@lead_required
def activity(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    return _of_office(request)


@require_POST
def requisition_looks(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """The page tells that it has been looked at; a GET records nothing."""
    found = get_object_or_404(Requisition.objects.visible_to(request.user), pk=pk)
    form = LookForm(request.POST)
    if not form.is_valid():
        return _of_requisition(request, pk, refused=form)
    back = form.cleaned_data["back"] or "requisition_activity"
    return _looked(request, form, found.pk, reverse(back, args=[found.pk]))


@require_POST
@recruiter_required
def client_looks(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    form = LookForm(request.POST)
    if not form.is_valid():
        return _of_client(request, pk, refused=form)
    return _looked(request, form, found.pk, reverse("client_activity", args=[found.pk]))


@require_POST
@lead_required
def activity_looks(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    form = LookForm(request.POST)
    if not form.is_valid():
        return _of_office(request, refused=form)
    return _looked(request, form, Look.EVERYTHING, reverse("activity"))


def _looked(
    request: AuthenticatedHttpRequest, form: LookForm, page: UUID, back: str
) -> HttpResponseBase:
    said = form.cleaned_data
    Look.mark(page, by=request.user, shown=said["shown"], now=timezone.now(), read=said["read"])
    return HttpResponse(status=204) if request.htmx else redirect(back)


def _of_requisition(
    request: AuthenticatedHttpRequest, pk: UUID, refused: LookForm | None = None
) -> HttpResponse:
    visible = Requisition.objects.visible_to(request.user).select_related("client")
    found = get_object_or_404(_with_look(visible, request.user), pk=pk)
    context = {
        "requisition": found,
        "client": found.client,
        "here": reverse("requisition_activity", args=[pk]),
        "looks": reverse("requisition_looks", args=[pk]),
    }
    scope = of_requisition(found, request.user)
    return _page(request, scope, context, found.new_since, refused)


def _of_client(
    request: AuthenticatedHttpRequest, pk: UUID, refused: LookForm | None = None
) -> HttpResponse:
    visible = Client.objects.visible_to(request.user)
    found = get_object_or_404(_with_look(visible, request.user), pk=pk)
    context = {
        "client": found,
        "here": reverse("client_activity", args=[pk]),
        "looks": reverse("client_looks", args=[pk]),
    }
    return _page(request, of_client(found), context, found.new_since, refused)


def _of_office(request: AuthenticatedHttpRequest, refused: LookForm | None = None) -> HttpResponse:
    since = Look.since_at(Look.EVERYTHING, request.user, timezone.now())
    context = {"here": reverse("activity"), "looks": reverse("activity_looks")}
    return _page(request, of_office(), context, since, refused)


def _with_look(rows: Any, user: User) -> Any:
    return rows.annotate(new_since=Look.since_for(user, timezone.now()))


def _page(
    request: AuthenticatedHttpRequest,
    scope: Scope,
    context: dict[str, Any],
    since: Any,
    refused: LookForm | None,
) -> HttpResponse:
    """The whole page, or for htmx the lines that follow those it shows already."""
    now, zone = timezone.now(), timezone.get_current_timezone()
    form = ActivityForm(request.GET, kinds=scope.kinds)
    wanted = form.wanted
    before = Place.parse(request.GET.get("before", ""))
    news = News.to(request.user, since, now=now)
    page = page_of(scope, wanted, news, before=before, now=now, zone=zone)
    context |= {
        "form": form,
        "page": page,
        "news": news,
        "names_requisitions": scope.names_requisitions,
        "is_filtered": bool(wanted),
        "is_later_page": before is not None,
        "person": wanted.get("person"),
        "person_is_known": wanted.get("person") in {pk for pk, _ in page.doers},
        # Who looks at a part of it has not looked at it all.
        "shown": None if wanted or before else now,
        "refused": refused,
    }
    is_part = bool(before and request.htmx and not request.htmx.history_restore_request)
    template = "dashboards/activity.html" + ("#activity-lines" if is_part else "")
    return render(request, template, context | {"is_part": is_part}, status=422 if refused else 200)
