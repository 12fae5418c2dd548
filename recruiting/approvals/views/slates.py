"""Sending a slate: drafts are chosen and put in order, looked over, and sent."""

import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.fields import KeyField
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.approvals.candidate_list import drafts_of
from recruiting.approvals.models import Slate
from recruiting.approvals.models.slates import NOTE_MAX, SLATE_MAX
from recruiting.approvals.requirements import asked_of
from recruiting.approvals.sending import Choice, choices, moved, preview, send, why_not
from recruiting.approvals.usual import WHY_SHORT
from recruiting.approvals.views.candidates import seen_requisition
from recruiting.lib.fields import ProseField
from recruiting.lib.repeats import renew_key
from requisitions.models import Requisition

LOOKED_OVER, BACK = "send", "choose"
"""What the buttons of the second page say; the first page's says neither."""


class SlateForm(forms.Form):
    """What is said with a slate. Which drafts it has, and in which order, stands beside it."""

    key = KeyField()
    note = ProseField(
        max_length=NOTE_MAX,
        required=False,
        help_text="Said once, above all of them.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sure = forms.BooleanField(required=False)


@require_http_methods(["GET", "POST"])
@recruiter_required
def new(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found = seen_requisition(request.user, pk)
    if request.method == "GET":
        return _choosing(request, found, SlateForm(initial={"key": uuid.uuid4()}), _chosen(found))
    form = SlateForm(request.POST)
    if request.POST.get("step") == LOOKED_OVER and form.is_valid():
        return _sent(request, found, form)
    rows = _chosen(found, request)
    if move := request.POST.get("move"):
        return _choosing(request, found, form, moved(rows, move))
    if request.POST.get("step") == BACK:
        return _choosing(request, found, form, rows)
    return _looked_over(request, found, form, rows)


def _chosen(
    requisition: Requisition, request: AuthenticatedHttpRequest | None = None
) -> list[Choice]:
    drafts, asked = list(drafts_of(requisition)), asked_of(requisition)
    if request is None:
        return choices(drafts, asked)
    order, picked = request.POST.getlist("order"), request.POST.getlist("pick")
    return choices(drafts, asked, order=order or picked, picked=picked)


def _looked_over(
    request: AuthenticatedHttpRequest,
    requisition: Requisition,
    form: SlateForm,
    rows: Sequence[Choice],
    status: int = 200,
) -> HttpResponse:
    """What the manager will get, before it leaves the house."""
    picked = [one for one in rows if one.is_picked]
    if form.is_valid() and (why := why_not(requisition) or _too_many(picked)):
        form.add_error(None, why)
    if form.errors and status == 200:
        return _choosing(request, requisition, form, rows, status=422)
    seen = preview(requisition, picked, form.cleaned_data["note"], now=timezone.now())
    context = {"requisition": requisition, "form": form, "preview": seen, "rows": rows}
    return render(request, "approvals/slate_preview.html", context, status=status)


def _too_many(picked: Sequence[Choice]) -> str:
    if not picked:
        return "Choose at least one candidate to send."
    if len(picked) > SLATE_MAX:
        return (
            f"A slate holds {SLATE_MAX} candidates, and {len(picked)} are chosen. Send it in parts."
        )
    return ""


def _sent(
    request: AuthenticatedHttpRequest, requisition: Requisition, form: SlateForm
) -> HttpResponse:
    key, note, now = form.cleaned_data["key"], form.cleaned_data["note"], timezone.now()
    is_new = not Slate.objects.filter(pk=key).exists()
    if is_new and not form.cleaned_data["sure"]:
        rows = _chosen(requisition, request)
        picked = [one for one in rows if one.is_picked]
        if preview(requisition, picked, note, now=now).gives_away:
            form.add_error("sure", "Change these words first, or say that they may stay.")
            return _looked_over(request, requisition, form, rows, status=422)
    try:
        slate = send(requisition, _picked(request), pk=key, note=note, by=request.user, now=now)
    except Slate.DoesNotExist:
        raise Http404 from None
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        renew_key(form, refusal)
        return _choosing(request, requisition, form, _chosen(requisition, request), status=422)
    assert requisition.manager is not None, "a slate is sent to somebody"
    messages.success(request, f"On its way to {requisition.manager.display_name}.")
    return redirect("candidates", slate.requisition_id)


def _picked(request: AuthenticatedHttpRequest) -> list[UUID]:
    """In the order chosen, each once."""
    picked = request.POST.getlist("pick")
    order = [one for one in request.POST.getlist("order") if one in picked]
    try:
        return list(dict.fromkeys(UUID(one) for one in [*order, *picked]))
    except ValueError:
        raise Http404 from None


def _choosing(
    request: AuthenticatedHttpRequest,
    requisition: Requisition,
    form: SlateForm,
    rows: Sequence[Choice],
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "requisition": requisition,
        "form": form,
        "rows": rows,
        "picked": sum(one.is_picked for one in rows),
        "why_not": why_not(requisition),
        "facts": WHY_SHORT,
    }
    return render(request, "approvals/slate_new.html", context, status=status)
