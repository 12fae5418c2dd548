"""What leads set about a client: name, stages, holidays, closed days, start of the week."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recruiting.accounts.decorators import lead_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Client, ClientNameTaken, StaleSettings
from recruiting.audit.models import FormKey, once
from recruiting.dashboards.client_settings import (
    ClosingForm,
    SettingsForm,
    changes,
    differences,
    warning,
)


@require_http_methods(["GET", "POST"])
@lead_required
def settings(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found = _client(request, pk)
    if request.method == "GET":
        return _page(request, found, SettingsForm(client=found))
    form = SettingsForm(request.POST, client=found)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        found.change_settings(
            form.settings,
            version=form.cleaned_data["version"],
            said=changes(found.settings, form.settings),
            by=request.user,
            now=timezone.now(),
        )
    except ClientNameTaken as refusal:
        form.add_error("name", str(refusal))
        return _page(request, found, form, status=422)
    except StaleSettings:
        return _conflict(request, _client(request, pk), form)
    messages.success(request, "Saved.")
    return redirect("client_settings", pk)


@require_POST
@lead_required
def closings(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Days on which the client is closed. Sent again, they are still the same days."""
    found = _client(request, pk)
    form = ClosingForm(request.POST)
    if form.is_valid():
        typed, now = form.cleaned_data, timezone.now()

        def close() -> Client:
            found.close_on(typed["first"], typed["last"], typed["name"], by=request.user, now=now)
            return found

        try:
            once(typed["key"], by=request.user, now=now, create=close)
        except FormKey.DoesNotExist:
            form.add_error(None, "This form is broken. Open it anew.")
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, f"{typed['name']} is among the days off.")
            return redirect(f"{reverse('client_settings', args=[pk])}#closed")
    return _page(request, found, SettingsForm(client=found), closing_form=form, status=422)


@require_POST
@lead_required
def closing_removal(request: AuthenticatedHttpRequest, pk: UUID, closing: UUID) -> HttpResponseBase:
    removed = _client(request, pk).open_on(closing, by=request.user, now=timezone.now())
    if removed is None:
        raise Http404
    undo = reverse("client_closing_return", args=[pk, closing])
    messages.success(request, f"{removed.name} is a day like others.", extra_tags=f"undo:{undo}")
    return redirect("client_settings", pk)


@require_POST
@lead_required
def closing_return(request: AuthenticatedHttpRequest, pk: UUID, closing: UUID) -> HttpResponseBase:
    try:
        back = _client(request, pk).close_again(closing, by=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("client_settings", pk)
    if back is None:
        raise Http404
    messages.success(request, f"{back.name} is among the days off again.")
    return redirect("client_settings", pk)


def _client(request: AuthenticatedHttpRequest, pk: UUID) -> Client:
    return get_object_or_404(Client.objects.visible_to(request.user), pk=pk)


def _conflict(
    request: AuthenticatedHttpRequest, current: Client, mine: SettingsForm
) -> HttpResponse:
    """What was typed, to be saved over what is there now by whoever has seen both."""
    typed = request.POST.copy()
    typed["version"] = str(current.version)
    differ = differences(current.settings, mine.settings)
    form = SettingsForm(typed, client=current)
    return _page(request, current, form, differ=differ, status=409)


def _page(
    request: AuthenticatedHttpRequest,
    client: Client,
    form: SettingsForm,
    *,
    closing_form: ClosingForm | None = None,
    differ: list[tuple[str, str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    context: dict[str, Any] = {
        "client": client,
        "form": form,
        "warning": warning(client.settings),
        "closings": [one for one in client.closings if one.last >= today],
        "past": [one for one in client.closings if one.last < today],
        "closing_form": closing_form or ClosingForm(),
        "differ": differ,
    }
    return render(request, "dashboards/client_settings.html", context, status=status)
