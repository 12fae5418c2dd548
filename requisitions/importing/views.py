"""The four pages of an import: file, columns, preview, report."""

import uuid
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Client
from recruiting.audit.models import FormKey, once
from requisitions.importing import load
from requisitions.importing.forms import SAMPLES, ColumnsForm, UploadForm
from requisitions.importing.mapping import Mapping, UnusableMapping
from requisitions.importing.report import SHOWN_ROWS, Report
from requisitions.importing.sheets import Sheet
from requisitions.models import ImportBatch

STEPS = ("File", "Columns", "Preview", "Report")
ROWS_A_PAGE = 50
EARLIER_SHOWN = 10


@require_http_methods(["GET", "POST"])
@recruiter_required
def upload(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Choose a client and a file; what was imported before stands below."""
    user, now = request.user, timezone.now()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, user=user)
        if form.is_valid():
            create = partial(form.start, by=user, now=now)
            try:
                batch_id, _ = once(form.cleaned_data["key"], by=user, now=now, create=create)
            except FormKey.DoesNotExist as error:
                raise Http404 from error
            return redirect("requisition_import_columns", batch_id)
        return _upload_page(request, form, status=422)
    form = UploadForm(
        user=user, initial={"key": uuid.uuid4(), "client": request.GET.get("client", "")}
    )
    return _upload_page(request, form)


def _upload_page(
    request: AuthenticatedHttpRequest, form: UploadForm, status: int = 200
) -> HttpResponse:
    batches = ImportBatch.objects.visible_to(request.user).without_rows()
    context = {
        "form": form,
        "earlier": batches.select_related("client", "created_by")[:EARLIER_SHOWN],
        "has_clients": Client.objects.visible_to(request.user).exists(),
        "steps": STEPS,
    }
    return render(request, "requisitions/importing/upload.html", context, status=status)


@require_http_methods(["GET", "POST"])
@recruiter_required
def columns(request: AuthenticatedHttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Which column is what."""
    batch = _batch(request, batch_id)
    if batch.is_done:
        return redirect("requisition_import_report", batch.pk)
    sheet, mapping = Sheet.from_json(batch.sheet), Mapping.from_json(batch.mapping)
    form = ColumnsForm(request.POST or None, sheet=sheet, mapping=mapping)
    if request.method == "POST" and form.is_valid():
        batch.map_columns(form.chosen.as_json(), by=request.user, now=timezone.now())
        return redirect("requisition_import_preview", batch.pk)
    context = {
        "batch": batch,
        "form": form,
        "lines": form.lines(),
        "sheet": sheet,
        "file_columns": [
            (heading, sheet.samples(index, SAMPLES)) for index, heading in enumerate(sheet.headings)
        ],
        "steps": STEPS,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "requisitions/importing/columns.html", context, status=status)


@require_http_methods(["GET", "POST"])
@recruiter_required
def preview(request: AuthenticatedHttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """What would become of each row; the POST imports the good ones."""
    batch = _batch(request, batch_id)
    if batch.is_done:
        return redirect("requisition_import_report", batch.pk)
    today = timezone.localdate()
    try:
        Mapping.from_json(batch.mapping).check(len(batch.sheet["headings"]))
    except UnusableMapping as error:
        messages.error(request, str(error))
        return redirect("requisition_import_columns", batch.pk)
    if request.method == "GET":
        return _preview_page(request, batch, Report.of(load.judge(batch, today=today)))
    if request.POST.get("version") != str(batch.version):
        messages.error(request, "The columns were changed meanwhile. This is how it is now.")
        return _preview_page(request, batch, Report.of(load.judge(batch, today=today)), status=409)
    load.load(batch, by=request.user, now=timezone.now(), today=today)
    return redirect("requisition_import_report", batch.pk)


def _preview_page(
    request: AuthenticatedHttpRequest, batch: ImportBatch, report: Report, status: int = 200
) -> HttpResponse:
    context = {"batch": batch, "steps": STEPS, **_shown(request, report)}
    return render(request, "requisitions/importing/preview.html", context, status=status)


@require_GET
@recruiter_required
def report(request: AuthenticatedHttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """What became of each row: the page to share with colleagues."""
    batch = _batch(request, batch_id)
    if not batch.is_done:
        return redirect("requisition_import_preview", batch.pk)
    context = {"batch": batch, "steps": STEPS, **_shown(request, Report.from_json(batch.report))}
    return render(request, "requisitions/importing/report.html", context)


def _batch(request: AuthenticatedHttpRequest, batch_id: uuid.UUID) -> ImportBatch:
    batches = ImportBatch.objects.visible_to(request.user)
    return get_object_or_404(
        batches.select_related("client", "recruiter", "finished_by"), pk=batch_id
    )


def _shown(request: AuthenticatedHttpRequest, report: Report) -> dict[str, object]:
    """The lines that the address asks for, a page of them, and the ways to the others."""
    asked = request.GET.get("show", "")
    show = asked if asked in SHOWN_ROWS else "all"
    counts = report.counts
    return {
        "show": show,
        "counts": counts,
        "choices": [(name, word, counts[name]) for name, word in SHOWN_ROWS.items()],
        "notes": report.notes,
        "page": Paginator(report.shown(show), ROWS_A_PAGE).get_page(request.GET.get("page")),
    }
