"""All requisitions that one sees: searched, filtered and sorted by the URL."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.dashboards.listing import ListForm, Listing
from recruiting.dashboards.rows import row
from status_updates import facts


@require_GET
def requisitions(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Rows for recruiters and leads, sentences for managers."""
    manager, desk = "dashboards/manager_list.html", "dashboards/requisition_list.html"
    page = manager if request.user.is_manager else desk
    return render(request, page, _context(request))


def _context(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    now = timezone.now()
    today, zone = timezone.localdate(now), timezone.get_current_timezone()
    form = ListForm(request.GET)
    form.is_valid()
    listing = Listing(request.user, form.cleaned_data, today, zone)
    counted = listing.counted()
    page = listing.page(counted, request.GET.get("page"))
    rows = list(page.object_list)
    material = facts.load(rows, since=None, now=now)
    known = [material.facts(one, since=None, today=today, zone=zone) for one in rows]
    return {
        "form": form,
        "facts": known,
        "rows": [row(one, today=today) for one in known],
        "page": page,
        "headings": listing.headings(request.GET),
        "clients": listing.clients(counted),
        "chosen_client": str(form.cleaned_data.get("client") or ""),
        "statuses": listing.statuses(counted),
        "is_filtered": listing.is_filtered,
        "show_client": len({one.client_id for one in rows}) > 1,
    }
