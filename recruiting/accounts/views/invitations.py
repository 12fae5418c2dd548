"""Asking people in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.forms import InvitationForm, RepeatForm
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Client, Invitation, InvitationRefused, User
from recruiting.audit.models import FormKey, once

PAGE_SIZE = 50


@require_http_methods(["GET", "POST"])
@recruiter_required
def invitation_new(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    if request.method == "GET":
        form = InvitationForm(by=request.user, preset=_preset(request))
        return render(request, "accounts/invitation_new.html", {"form": form})
    form = InvitationForm(request.POST, by=request.user)
    if form.is_valid():
        try:
            pk, is_new = once(
                form.cleaned_data["key"],
                by=request.user,
                now=(now := timezone.now()),
                create=lambda: Invitation.send(form.invited(), by=request.user, now=now).user,
            )
        except InvitationRefused as refusal:
            form.add_error("email", str(refusal))
        except FormKey.DoesNotExist:
            raise Http404 from None
        else:
            if is_new:
                messages.success(request, f"The invitation is on its way to {form.address}.")
            return redirect("person", pk)
    return render(request, "accounts/invitation_new.html", {"form": form}, status=422)


def _preset(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    """The client that the link to the form names, if it is one of the reader's."""
    wanted = request.GET.get("client", "")
    clients = Client.objects.visible_to(request.user)
    chosen = next((client for client in clients if str(client.pk) == wanted), None)
    if chosen is None:
        return {}
    return {"clients": [chosen.pk] if request.user.is_lead else chosen.pk}


@require_GET
@recruiter_required
def invitations(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Those that nobody has followed yet, the oldest first."""
    waiting = Invitation.objects.visible_to(request.user).open().filter(user__is_active=True)
    rows = waiting.select_related("user", "client", "invited_by").order_by("created_at", "pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/invitations.html", {"page": page})


@require_POST
@recruiter_required
def invitation_again(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found = _invitation(request.user, pk)
    form = RepeatForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else 0
    if found.send_again(seen=seen, by=request.user, now=timezone.now()):
        messages.success(request, f"The invitation is on its way to {found.user.email} again.")
    elif not found.is_open:
        messages.info(request, "There is nothing to send: the invitation is no longer open.")
    return _back(request, found)


@require_POST
@recruiter_required
def invitation_revocation(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found = _invitation(request.user, pk)
    if found.revoke(by=request.user, now=timezone.now()):
        text = f"Invitation revoked. {found.user} can't sign in by it; you may invite them again."
        messages.success(request, text)
    else:
        messages.info(request, "There is nothing to revoke: the invitation is no longer open.")
    return redirect("invitations" if "list" in request.POST else "people")


def _back(request: AuthenticatedHttpRequest, found: Invitation) -> HttpResponseBase:
    """To the list, if it was asked from there; else to the person."""
    return redirect("invitations") if "list" in request.POST else redirect("person", found.user_id)


def _invitation(user: User, pk: UUID) -> Invitation:
    visible = Invitation.objects.visible_to(user).select_related("user", "client")
    return get_object_or_404(visible, pk=pk)
