"""All that a person holds goes to others: chosen by client, looked at, done as one, undone as one.

Who leaves is deactivated, or taken off the client, in the same step.
"""

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from recruiting.accounts.decorators import lead_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Client, User
from recruiting.audit.models import FormKey, once
from recruiting.dashboards.views.bulk import done_words
from requisitions.bulk_forms import read_shown
from requisitions.handover import TAKER, HandoverForm, Share, open_ones_of, shares_of
from requisitions.models import BulkAction

ACCOUNT = "account"


@dataclass(frozen=True)
class Leaving:
    """What ends with the handover: the account, the work for one client, or nothing."""

    account: bool = False
    client: Client | None = None

    @property
    def value(self) -> str:
        """As an address says it."""
        return ACCOUNT if self.account else str(self.client.pk) if self.client else ""

    def __bool__(self) -> bool:
        return bool(self.value)


@require_http_methods(["GET", "POST"])
@lead_required
def handover(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Choose who takes over; with a choice in the address, see what would happen; sent, do it."""
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    sent = request.POST if request.method == "POST" else request.GET
    if done := _done_before(request):
        return _told(request, person, Leaving(), done)
    leaving = _leaving(request, person, sent.get("leaving", ""))
    shares = shares_of(person, request.user, leaving.client.pk if leaving.client else None)
    has_chosen = request.method == "POST" or any(name.startswith(TAKER) for name in sent)
    form = HandoverForm(
        sent if has_chosen else None, person=person, shares=shares, of_all=bool(leaving)
    )
    is_valid = has_chosen and form.is_valid()
    if request.method == "POST" and is_valid:
        return _told(request, person, leaving, _run_once(request, person, leaving, form))
    return _page(request, person, leaving, shares, form, is_preview=is_valid)


def _leaving(request: AuthenticatedHttpRequest, person: User, text: str) -> Leaving:
    """Raises Http404 for what nobody's link says. One does not deactivate oneself."""
    if text == ACCOUNT and person != request.user and person.is_active:
        return Leaving(account=True)
    if not text or text == ACCOUNT:
        return Leaving()
    try:
        wanted = UUID(text)
    except ValueError:
        raise Http404 from None
    return Leaving(client=get_object_or_404(Client.objects.visible_to(request.user), pk=wanted))


def _done_before(request: AuthenticatedHttpRequest) -> BulkAction | None:
    """What the same form did when it was sent before."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        return None
    targets = FormKey.objects.filter(key=key, user=request.user).values("target_id")
    mine = BulkAction.objects.visible_to(request.user).select_related("person")
    return mine.filter(pk__in=targets).first()


def _run_once(
    request: AuthenticatedHttpRequest, person: User, leaving: Leaving, form: HandoverForm
) -> BulkAction:
    """The handover and, where nothing is left with the person, the leaving: both or neither."""
    now, by = timezone.now(), request.user
    field = "manager" if person.is_manager else "recruiter"
    who = person.email if person.is_manager else person.pk
    back = urlencode({field: who, "status": "active"})

    def run() -> BulkAction:
        shown = read_shown(request.POST)
        action = BulkAction.run(form.order(person), shown, by=by, now=now, back_to=back)
        if leaving and not _left(person, by, leaving):
            if leaving.client:
                person.leave(leaving.client, by=by, now=now)
            else:
                person.deactivate(by=by, now=now)
        return action

    try:
        pk, _ = once(form.cleaned_data["key"] or uuid.uuid4(), by=by, now=now, create=run)
    except FormKey.DoesNotExist:
        raise Http404 from None
    return get_object_or_404(BulkAction.objects.visible_to(by).select_related("person"), pk=pk)


def _left(person: User, by: User, leaving: Leaving) -> int:
    """How many the person still holds of what was to be handed over."""
    rows = open_ones_of(person, by)
    return (rows.filter(client=leaving.client) if leaving.client else rows).count()


def _told(
    request: AuthenticatedHttpRequest, person: User, leaving: Leaving, action: BulkAction
) -> HttpResponseBase:
    """To the person with the way back; where something was refused, to the page that names it."""
    if left := _left(person, request.user, leaving) if leaving else 0:
        are = "1 requisition is" if left == 1 else f"{left:,} requisitions are"
        not_done = "deactivated" if leaving.account else f"removed from {leaving.client}"
        text = f"{are} still with {person}, who was not {not_done}. Hand over again."
        messages.error(request, text)
    elif leaving:
        done = "can't sign in any more" if leaving.account else f"no longer sees {leaving.client}"
        messages.success(request, f"{person} {done}.")
    if action.refused:
        return redirect("bulk_action", action.pk)
    if not action.changes.exists():
        messages.info(request, "Nothing was left to hand over.")
        return redirect("person", person.pk)
    undo = reverse("bulk_undoing", args=[action.pk])
    messages.success(request, done_words(action), extra_tags=f"undo:{undo}")
    return redirect("person", person.pk)


def _page(
    request: AuthenticatedHttpRequest,
    person: User,
    leaving: Leaving,
    shares: list[Share],
    form: HandoverForm,
    *,
    is_preview: bool,
) -> HttpResponse:
    context: dict[str, Any] = {
        "person": person,
        "leaving": leaving,
        "shares": [(share, form[share.name]) for share in shares],
        "form": form,
        "total": sum(len(share.rows) for share in shares),
        "given": form.given if is_preview else [],
        "given_total": len(form.shown) if is_preview else 0,
        "key": uuid.uuid4(),
        "again": _again(request.GET),
    }
    page = "dashboards/handover_preview.html" if is_preview else "dashboards/handover.html"
    status = 422 if request.method == "POST" else 200
    return render(request, page, context, status=status)


def _again(asked: QueryDict) -> str:
    """The way back from the preview to choosing."""
    leaving = asked.get("leaving", "")
    return f"?{urlencode({'leaving': leaving})}" if leaving else ""
