"""The people of one's clients, and what a lead changes about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.accounts import directory
from recruiting.accounts.availability import Presence
from recruiting.accounts.decorators import lead_required, recruiter_required
from recruiting.accounts.forms import MembershipForm, PersonForm, SearchForm
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import (
    AddressTaken,
    Client,
    Preferences,
    StalePreferences,
    User,
)
from recruiting.lib.text import render_markdown

PAGE_SIZE = 50


def _person(request: AuthenticatedHttpRequest, pk: UUID) -> User:
    found: User = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    return found


@require_GET
@recruiter_required
def people(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    form = SearchForm(request.GET, by=request.user)
    found = directory.with_clients(directory.search(request.user, form.wanted), request.user)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    entries = [directory.entry(person) for person in page]
    context = {"page": page, "entries": entries, "form": form}
    return render(request, "accounts/people.html", context)


@require_GET
@recruiter_required
def person(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return _page(request, pk)


def _page(
    request: AuthenticatedHttpRequest, pk: UUID, form: MembershipForm | None = None
) -> HttpResponse:
    visible = directory.with_clients(User.objects.visible_to(request.user), request.user)
    entry = directory.entry(get_object_or_404(visible, pk=pk))
    held = directory.held_by(entry.person, request.user)
    context: dict[str, Any] = {
        "entry": entry,
        "held": held,
        "held_total": sum(one["number"] for one in held),
        "held_at": {one["client"] for one in held},
        "person": entry.person,
        **_card(entry.person, request.user, timezone.now()),
        "is_self": entry.person == request.user,
    }
    if request.user.is_lead:
        context["form"] = form or MembershipForm(person=entry.person, by=request.user)
    status = 422 if form else 200
    return render(request, "accounts/person.html", context, status=status)


def _card(person: User, reader: User, now: datetime) -> dict[str, Any]:
    """What the working card says, to somebody who serves only some of the person's clients."""
    card = person.working_card
    shared = Client.objects.visible_to(reader)
    return {
        "availability": Presence.load([person], now).of(person),
        "how_to": render_markdown(card.how_to) if card.how_to else "",
        "absences": person.absences.to_come(now),
        "stand_ins": person.delegations.filter(client__in=shared, delegate__is_active=True)
        .select_related("client", "delegate")
        .order_by("client__name"),
    }


@require_http_methods(["GET", "POST"])
@lead_required
def person_edit(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Put name and address right. Who saved meanwhile is not overwritten unseen: 409."""
    found = _person(request, pk)
    version = Preferences.objects.values_list("version", flat=True).get(user=found)
    shown = {"version": version, "name": found.name, "email": found.email}
    if request.method == "GET":
        return _edit_page(request, found, PersonForm(initial=shown))
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, found, form, status=422)
    typed, now = form.cleaned_data, timezone.now()
    try:
        found.put_right(**typed, by=request.user, now=now)
    except StalePreferences:
        newer = PersonForm({**typed, "version": version})
        return _edit_page(request, found, newer, status=409)
    except AddressTaken as refusal:
        form.add_error("email", str(refusal))
        return _edit_page(request, found, form, status=422)
    messages.success(request, "Saved.")
    return redirect("person", pk)


def _edit_page(
    request: AuthenticatedHttpRequest, person: User, form: PersonForm, *, status: int = 200
) -> HttpResponse:
    context = {"person": person, "form": form, "is_stale": status == 409}
    return render(request, "accounts/person_edit.html", context, status=status)


@require_POST
@lead_required
def memberships(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Give a person one more client, chosen from a list."""
    found = _person(request, pk)
    form = MembershipForm(request.POST, person=found, by=request.user)
    if not form.is_valid():
        return _page(request, pk, form)
    return membership(request, pk, form.cleaned_data["client"].pk)


@require_POST
@lead_required
def membership(request: AuthenticatedHttpRequest, pk: UUID, client_pk: UUID) -> HttpResponseBase:
    found = _person(request, pk)
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=client_pk)
    found.join(client, by=request.user, now=timezone.now())
    undo = reverse("membership_ending", args=[pk, client_pk])
    text = f"{found} now works with {client}."
    messages.success(request, text, extra_tags=f"undo:{undo}")
    return redirect("person", pk)


@require_POST
@lead_required
def membership_ending(
    request: AuthenticatedHttpRequest, pk: UUID, client_pk: UUID
) -> HttpResponseBase:
    found = _person(request, pk)
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=client_pk)
    found.leave(client, by=request.user, now=timezone.now())
    undo = reverse("membership", args=[pk, client_pk])
    text = f"{found} no longer sees {client}."
    messages.success(request, text, extra_tags=f"undo:{undo}")
    return redirect("person", pk)


@require_POST
@lead_required
def deactivation(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found = _person(request, pk)
    try:
        found.deactivate(by=request.user, now=timezone.now())
    except ValueError as error:
        messages.error(request, str(error))
    else:
        undo = reverse("reactivation", args=[pk])
        text = f"{found} is signed out everywhere and can't sign in."
        messages.success(request, text, extra_tags=f"undo:{undo}")
    return redirect("person", pk)


@require_POST
@lead_required
def reactivation(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    found = _person(request, pk)
    found.reactivate(by=request.user, now=timezone.now())
    undo = reverse("deactivation", args=[pk])
    messages.success(request, f"{found} can sign in again.", extra_tags=f"undo:{undo}")
    return redirect("person", pk)


@require_POST
@lead_required
def promotion(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """A recruiter becomes a lead."""
    found = _person(request, pk)
    try:
        found.make_lead(by=request.user, now=timezone.now())
    except ValueError as error:
        messages.error(request, str(error))
    else:
        undo = reverse("demotion", args=[pk])
        text = f"{found} is a lead now and sees everything."
        messages.success(request, text, extra_tags=f"undo:{undo}")
    return redirect("person", pk)


@require_POST
@lead_required
def demotion(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """A lead becomes a recruiter."""
    found = _person(request, pk)
    try:
        found.make_recruiter(by=request.user, now=timezone.now())
    except ValueError as error:
        messages.error(request, str(error))
    else:
        undo = reverse("promotion", args=[pk])
        text = f"{found} is a recruiter now and sees the clients listed here."
        messages.success(request, text, extra_tags=f"undo:{undo}")
    return redirect("person", pk)
