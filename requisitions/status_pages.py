"""A change of status as a page: its small form, and what follows when it is sent.

Every step of a requisition's life has an address of its own. They differ in what is asked and in
which method acts; the rest is here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.audit.models import FormKey, once
from requisitions.forms import ReasonForm, StatusForm
from requisitions.models import NotAllowed, Requisition
from requisitions.words import change_words


@dataclass(frozen=True)
class StatusPage:
    """`act` is the requisition's method; `undo` names the address that takes it back by POST.

    `template` shows the page, and `facts` fetches what that tells beside the form.
    """

    title: str
    lead: str
    button: str
    done: str
    act: Callable[..., None]
    form: type[StatusForm] = ReasonForm
    undo: str = ""
    ends: bool = False
    template: str = "requisitions/status.html"
    facts: Callable[[Requisition], dict[str, Any]] | None = None


def answer(request: AuthenticatedHttpRequest, pk: UUID, page: StatusPage) -> HttpResponse:
    """Show the form; sent, act and go to the requisition. 422 what is wrong, 409 what came late.

    A form that is sent twice acts once.
    """
    rows = Requisition.objects.visible_to(request.user).select_related("client", "funnel")
    requisition = get_object_or_404(rows, pk=pk)
    today = timezone.localdate()
    if request.method != "POST":
        return _shown(request, requisition, page, page.form(requisition=requisition, today=today))
    form = page.form(request.POST, requisition=requisition, today=today)
    if not form.is_valid():
        return _shown(request, requisition, page, form, status=422)
    try:
        acted = act_once(request, requisition, page, form)
    except NotAllowed as refusal:
        return _shown(request, requisition, page, form, status=409, refusal=str(refusal))
    except ValidationError as error:
        form.add_error(None, error)
        return _shown(request, requisition, page, form, status=422)
    if acted:
        undo = reverse(page.undo, args=[pk]) if page.undo else ""
        messages.success(request, page.done, extra_tags=f"undo:{undo}" if undo else "")
    return redirect(requisition)


def act_once(
    request: AuthenticatedHttpRequest, requisition: Requisition, page: StatusPage, form: StatusForm
) -> bool:
    """Whether it acted now; a form that was sent before has acted. Raises as `page.act` does."""
    now = timezone.now()

    def act() -> Requisition:
        page.act(requisition, by=request.user, now=now, **form.particulars)
        return requisition

    try:
        return once(form.spoken_key, by=request.user, now=now, create=act)[1]
    except FormKey.DoesNotExist:
        raise Http404 from None


def _shown(
    request: AuthenticatedHttpRequest,
    requisition: Requisition,
    page: StatusPage,
    form: StatusForm,
    *,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    context = {"requisition": requisition, "page": page, "form": form, "refusal": refusal}
    if page.facts:
        context |= page.facts(requisition)
    if refusal:
        last = requisition.status_changes.select_related("by").order_by("-at", "-id").first()
        context |= {"last": last, "last_words": change_words(last) if last else ""}
    return render(request, page.template, context, status=status)
