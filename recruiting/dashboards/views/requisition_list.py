"""All requisitions that one sees: searched, filtered and sorted by the URL, and as a file."""

from collections.abc import Callable, Sequence
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.http import FileResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.hints import hint_for
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.dashboards import export
from recruiting.dashboards.choices import Choices, choices
from recruiting.dashboards.columns import COLUMNS, USUAL, cells, filled, headings, shown
from recruiting.dashboards.list_forms import ListForm, kept
from recruiting.dashboards.listing import Listing, choices_of_status
from recruiting.dashboards.rows import Row, row
from recruiting.lib import spreadsheets
from requisitions.models.bulk import BULK_MAX
from status_updates import facts

IN_MEMORY = 4 * 1024 * 1024
"""Bytes of an export that are kept in memory; larger ones lie in a file while they are sent."""


@require_GET
def requisitions(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Rows for recruiters and leads, sentences for managers."""
    offered = choices(request.user)
    if not request.GET and request.user.is_recruiter and offered.default:
        return redirect(f"{request.path}?{offered.default.query}")
    if set(request.GET.getlist("col")) == set(USUAL):
        # The form sends every ticked column; the usual ones need not stand in the address.
        return redirect(f"{request.path}?{kept(request.GET) or 'status='}")
    if request.user.is_manager:
        return render(request, "dashboards/manager_list.html", _context(request))
    context = _context(request)
    context |= _desk(request, offered, context["rows"])
    context["hint"] = hint_for(request.user, "list")
    return render(request, "dashboards/requisition_list.html", context)


def listing_of(request: AuthenticatedHttpRequest, form: ListForm) -> Listing:
    today, zone = timezone.localdate(), timezone.get_current_timezone()
    return Listing(request.user, form.wanted, today, zone)


def _context(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    now = timezone.now()
    form = ListForm(request.GET)
    listing = listing_of(request, form)
    numbers = listing.by_status()
    page = listing.page(numbers, request.GET.get("page"))
    rows = list(page.object_list)
    material = facts.load(rows, since=None, now=now)
    today, zone = listing.today, listing.zone
    known = [material.facts(one, since=None, today=today, zone=zone) for one in rows]
    return {
        "form": form,
        "facts": known,
        "rows": [row(one, today=today) for one in known],
        "page": page,
        "statuses": choices_of_status(numbers),
        "is_filtered": listing.is_filtered,
        "show_client": len({one.client_id for one in rows}) > 1,
        "total": page.paginator.count,
    }


def _desk(
    request: AuthenticatedHttpRequest, offered: Choices, rows: Sequence[Row]
) -> dict[str, Any]:
    """What recruiters and leads have beside the rows: columns, views, choices, what to do."""
    form = ListForm(request.GET)
    wanted = form.wanted
    chosen = shown(wanted.get("col", []))
    columns = filled(chosen, rows)
    query = kept(request.GET)
    return {
        "lines": [(row, cells(row, columns)) for row in rows],
        "chosen_columns": {column.name for column in chosen},
        "all_columns": COLUMNS.values(),
        "headings": headings(request.GET, columns, wanted.get("sort", "")),
        "clients": offered.clients,
        "recruiters": offered.recruiters,
        "views": offered.views,
        "query": query,
        "asked": [(name, value) for name, values in QueryDict(query).lists() for value in values],
        "current_view": next((view for view in offered.views if view.query == query), None),
        "more_is_open": any(
            name in form.errors or wanted.get(name) not in (None, "")
            for name in ("recruiter", "manager", "age_min", "age_max")
        ),
        "bulk_max": BULK_MAX,
        "act": request.GET.get("act", ""),
    }


@require_GET
@recruiter_required
def as_csv(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    return _file(request, "csv", spreadsheets.CSV_TYPE, spreadsheets.write_csv)


@require_GET
@recruiter_required
def as_xlsx(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    write = partial(spreadsheets.write_xlsx, title="Requisitions")
    return _file(request, "xlsx", spreadsheets.XLSX_TYPE, write)


def _file(
    request: AuthenticatedHttpRequest, ending: str, kind: str, write: Callable[..., None]
) -> HttpResponseBase:
    """All that the URL asks for, read at one moment and then sent piece by piece.

    It is written to a temporary file first: a slow reader must not keep the database's moment.
    """
    now = timezone.now()
    listing = listing_of(request, ListForm(request.GET))
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - sent after this
    with export.one_moment():
        write(
            file,
            export.table(
                listing.ordered(listing.total(listing.by_status())),
                now=now,
                today=listing.today,
                zone=listing.zone,
                site=settings.SITE_URL,
            ),
        )
    file.seek(0)
    name = f"requisitions-{listing.today.isoformat()}.{ending}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)
