"""The round: the page, one row saved, one row taken back."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.hints import hint_for
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.dashboards.rounds import (
    Round,
    RoundRow,
    RowForm,
    log_row,
    logged_of,
    with_related,
)
from recruiting.dashboards.rows import SHORT
from requisitions.models import Requisition
from requisitions.stages import counted_stages
from status_updates.models import Checkpoint


class NarrowingForm(forms.Form):
    """What the URL asks for; what cannot be read is left out."""

    client = forms.UUIDField(required=False)


@require_GET
@recruiter_required
def round_page(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    return _page(request)


@require_POST
@recruiter_required
def row(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Save one row; htmx gets that row again, a plain form the page."""
    found = get_object_or_404(with_related(Requisition.objects.visible_to(request.user)), pk=pk)
    stages = counted_stages(found.client.hidden)
    form = RowForm(
        request.POST, prefix=str(pk), today=timezone.localdate(), stages=stages,
        recorded=found.funnel.recorded,
    )  # fmt: skip
    checkpoint = log_row(found, form, by=request.user, now=timezone.now())
    if checkpoint is None:
        if request.htmx:
            return _row(
                request, _round(request).row(found, form), status=HTTPStatus.UNPROCESSABLE_ENTITY
            )
        return _page(request, refused=(found, form))
    if not request.htmx:
        return redirect(_address(request, pk))
    current = checkpoint.requisition
    current.client, current.latest_checkpoint = found.client, checkpoint
    logged = logged_of(checkpoint, form.counts)
    return _row(request, _round(request).row(current, logged=logged), said="saved")


@require_POST
@recruiter_required
def undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Take back what a row has logged."""
    checkpoint = get_object_or_404(
        Checkpoint.objects.visible_to(request.user).select_related("requisition"), pk=pk
    )
    problem = ""
    try:
        checkpoint.undo(by=request.user, now=timezone.now())
    except ValidationError as error:
        problem = " ".join(error.messages)
    if request.htmx:
        [shown] = with_related(Requisition.objects.filter(pk=checkpoint.requisition_id))
        [before] = _round(request).rows([shown])
        row = _round(request).row(shown, logged=before.logged, problem=problem)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else 200
        return _row(request, row, status=status, said="taken back")
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, "Checkpoint undone.")
    return redirect(_address(request, checkpoint.requisition_id))


def _round(request: AuthenticatedHttpRequest) -> Round:
    narrowing = NarrowingForm(request.GET)
    narrowing.is_valid()
    client = narrowing.cleaned_data.get("client")
    return Round(request.user, client, timezone.localdate(), timezone.get_current_timezone())


def _query(request: AuthenticatedHttpRequest) -> str:
    """What narrows the page, to be kept from one answer to the next."""
    kept = {name: request.GET[name] for name in ("client", "page") if request.GET.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


def _address(request: AuthenticatedHttpRequest, pk: UUID) -> str:
    return f"{reverse('round')}{_query(request)}#row-{pk}"


def _row(
    request: AuthenticatedHttpRequest, row: RoundRow, *, status: int = 200, said: str = ""
) -> HttpResponse:
    """One row and, outside of it, how far the round has come."""
    round_ = _round(request)
    counted = round_.counted()
    context = {
        "row": replace(row, columns=round_.for_clients(counted).stages),
        "query": _query(request),
        "progress": round_.progress(counted),
        "said": said if status == 200 else "not saved",
    }
    return render(request, "dashboards/round_row.html", context, status=status)


def _page(
    request: AuthenticatedHttpRequest, refused: tuple[Requisition, RowForm] | None = None
) -> HttpResponse:
    counted = _round(request).counted()
    round_ = _round(request).for_clients(counted)
    progress = round_.progress(counted)
    page = round_.page(progress.total, request.GET.get("page"))
    shown = list(page.object_list)
    if refused and refused[0] not in shown:
        shown.insert(0, refused[0])
    bound = {refused[0].pk: refused[1]} if refused else {}
    context: dict[str, Any] = {
        "rows": round_.rows(shown, bound),
        "has_records": any(one.funnel.recorded for one in shown),
        "page": page,
        "progress": progress,
        "clients": [(str(one["client"]), one["client__name"]) for one in counted],
        "chosen_client": str(round_.client or ""),
        "stages": [(SHORT[stage], stage.label) for stage in round_.stages],
        "query": _query(request),
        "hint": hint_for(request.user, "round"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else 200
    return render(request, "dashboards/round.html", context, status=status)
