"""Making a requisition, changing it, and the steps of its life."""

import copy
import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Client, User
from recruiting.audit.models import FormKey, once
from requisitions import conflicts, status_pages
from requisitions.forms import (
    EditRequisitionForm,
    HoldForm,
    NewRequisitionForm,
    ReopeningForm,
    StatusForm,
    WatcherForm,
)
from requisitions.models import Requisition, StaleVersion, Status


@require_http_methods(["GET", "POST"])
@recruiter_required
def new(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Create by hand. Sent again, the same form leads to what it made first."""
    today = timezone.localdate()
    if request.method == "GET":
        return _new_page(
            request,
            NewRequisitionForm(user=request.user, today=today, initial=_first_values(request)),
        )
    form = NewRequisitionForm(request.POST, user=request.user, today=today)
    if form.is_valid():
        try:
            return redirect("requisition", _create_once(request, form))
        except ValidationError as error:
            form.refuse(error)
    return _new_page(request, form)


def _create_once(request: AuthenticatedHttpRequest, form: NewRequisitionForm) -> UUID:
    now = timezone.now()
    try:
        pk, new = once(
            form.cleaned_data["key"],
            by=request.user,
            now=now,
            create=lambda: form.create(by=request.user, now=now),
        )
    except FormKey.DoesNotExist:
        raise Http404 from None
    if new:
        made = Requisition.objects.visible_to(request.user).get(pk=pk)
        messages.success(request, _CREATED[Status(made.status)])
    return pk


_CREATED = {
    Status.DRAFT: "Saved as a draft. Name the hiring manager to begin the intake.",
    Status.INTAKE: "Requisition created. Open it for sourcing when the brief is agreed.",
    Status.OPEN: "Requisition created and open for sourcing.",
}


def _first_values(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    clients = list(Client.objects.visible_to(request.user).values_list("pk", flat=True)[:2])
    return {
        "key": uuid.uuid4(),
        "client": request.GET.get("client") or (clients[0] if len(clients) == 1 else None),
        "recruiter": request.user.pk,
        "opened_on": timezone.localdate(),
    }


def _new_page(request: AuthenticatedHttpRequest, form: NewRequisitionForm) -> HttpResponse:
    context = {"form": form, "has_clients": Client.objects.visible_to(request.user).exists()}
    return render(request, "requisitions/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@recruiter_required
def edit(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Change what it says. Who saved after the form was shown is not overwritten unseen: 409."""
    requisition = _visible(request.user, pk)
    if request.method == "GET":
        return _edit_page(request, requisition, _edit_form(request, requisition))
    form = _edit_form(request, requisition, conflicts.settled(request.POST, requisition))
    if form.is_valid():
        version = form.cleaned_data["version"]
        try:
            requisition.edit(form.changes, version=version, by=request.user, now=timezone.now())
        except StaleVersion:
            return _conflict_page(request, _visible(request.user, pk), form)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "Saved.")
            return redirect(requisition)
    return _edit_page(request, requisition, form)


def _visible(user: User, pk: UUID) -> Requisition:
    related = ("client", "recruiter", "manager", "funnel")
    rows = Requisition.objects.visible_to(user).select_related(*related)
    return get_object_or_404(rows, pk=pk)


def _edit_form(
    request: AuthenticatedHttpRequest, requisition: Requisition, data: Any = None
) -> EditRequisitionForm:
    # A copy: a form writes what was typed on its instance, and the page's heading must not follow.
    return EditRequisitionForm(
        data, instance=copy.copy(requisition), user=request.user, today=timezone.localdate()
    )


def _edit_page(
    request: AuthenticatedHttpRequest, requisition: Requisition, form: EditRequisitionForm
) -> HttpResponse:
    context = {"requisition": requisition, "form": form}
    return render(request, "requisitions/edit.html", context, status=422 if form.errors else 200)


def _conflict_page(
    request: AuthenticatedHttpRequest, current: Requisition, mine: EditRequisitionForm
) -> HttpResponse:
    context = conflicts.compared(current, mine, user=request.user, today=timezone.localdate())
    return render(request, "requisitions/conflict.html", context, status=409)


# --- people who watch ----------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@recruiter_required
def watchers(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Who sees the requisition beside its manager; a POST adds somebody."""
    requisition = _visible(request.user, pk)
    form = WatcherForm(request.POST if request.method == "POST" else None, requisition=requisition)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["user"]
        try:
            requisition.watch(person, by=request.user, now=timezone.now())
        except ValidationError as error:  # who has left the client a moment ago
            form.add_error("user", error)
        else:
            messages.success(request, f"{person} can see this requisition now.")
            return redirect("requisition_watchers", pk)
    people = requisition.watchers.select_related("user").order_by("user__name", "user__email")
    return render(
        request,
        "requisitions/watchers.html",
        {"requisition": requisition, "form": form, "watchers": people},
        status=422 if form.errors else 200,
    )


@require_POST
@recruiter_required
def watcher_removal(request: AuthenticatedHttpRequest, pk: UUID, user_pk: UUID) -> HttpResponseBase:
    requisition = _visible(request.user, pk)
    watching = requisition.watchers.select_related("user")
    person = get_object_or_404(watching, user=user_pk).user
    requisition.unwatch(person, by=request.user, now=timezone.now())
    messages.success(request, f"{person} sees this requisition no more.")
    return redirect("requisition_watchers", pk)


# --- status --------------------------------------------------------------------------------

HOLD = status_pages.StatusPage(
    title="Put on hold",
    lead="Nothing is expected of anybody meanwhile. Days on hold do not count as days open.",
    button="Put on hold",
    done="Put on hold.",
    act=Requisition.put_on_hold,
    form=HoldForm,
    undo="requisition_resumption",
)
RESUMPTION = status_pages.StatusPage(
    title="Resume work",
    lead="The requisition goes back to where it stood before the hold.",
    button="Resume work",
    done="Work goes on.",
    act=Requisition.resume,
    form=StatusForm,
)
CANCELLATION = status_pages.StatusPage(
    title="Cancel the requisition",
    lead="The job is not to be filled any more. What was logged stays, and it can be reopened.",
    button="Cancel requisition",
    done="Requisition cancelled.",
    act=Requisition.cancel,
    ends=True,
)
REOPENING = status_pages.StatusPage(
    title="Reopen the requisition",
    lead="It becomes open again, with all that was logged before.",
    button="Reopen",
    done="Requisition reopened.",
    act=Requisition.reopen,
    form=ReopeningForm,
)


@require_http_methods(["GET", "POST"])
@recruiter_required
def hold(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return status_pages.answer(request, pk, HOLD)


@require_http_methods(["GET", "POST"])
@recruiter_required
def resumption(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return status_pages.answer(request, pk, RESUMPTION)


@require_http_methods(["GET", "POST"])
@recruiter_required
def cancellation(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return status_pages.answer(request, pk, CANCELLATION)


@require_http_methods(["GET", "POST"])
@recruiter_required
def reopening(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return status_pages.answer(request, pk, REOPENING)
