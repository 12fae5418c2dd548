"""The companies and departments that are served."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from recruiting.accounts import directory
from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.forms import ClientForm
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Client, ClientNameTaken, User
from recruiting.audit.models import FormKey, once

CLOSINGS_SHOWN = 3
"""How many of the next closed days stand on a client's page."""


@require_GET
@recruiter_required
def clients(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    visible = Client.objects.filter(pk__in=Client.objects.visible_to(request.user).values("pk"))
    counted = visible.annotate(
        people=Count("memberships", distinct=True), jobs=Count("requisitions", distinct=True)
    )
    return render(request, "accounts/clients.html", {"clients": counted})


@require_http_methods(["GET", "POST"])
@recruiter_required
def client_new(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    if request.method == "GET":
        return render(request, "accounts/client_new.html", {"form": ClientForm()})
    form = ClientForm(request.POST)
    if form.is_valid():
        try:
            pk, is_new = once(
                form.cleaned_data["key"],
                by=request.user,
                now=(now := timezone.now()),
                create=lambda: Client.create(form.cleaned_data["name"], by=request.user, now=now),
            )
        except ClientNameTaken as refusal:
            form.add_error("name", str(refusal))
        except FormKey.DoesNotExist:
            raise Http404 from None
        else:
            if is_new:
                messages.success(request, f"{form.cleaned_data['name']} is one of your clients.")
            return redirect("client", pk)
    return render(request, "accounts/client_new.html", {"form": form}, status=422)


@require_GET
@recruiter_required
def client(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    visible = Client.objects.visible_to(request.user).annotate(
        jobs=Count("requisitions", distinct=True)
    )
    found = get_object_or_404(visible, pk=pk)
    people = User.objects.visible_to(request.user).serving(found).order_by("role", "name")
    entries = [directory.entry(person) for person in directory.with_clients(people, request.user)]
    today = timezone.localdate()
    ahead = [one for one in found.closings if one.last >= today][:CLOSINGS_SHOWN]
    context = {"client": found, "entries": entries, "closings": ahead}
    return render(request, "accounts/client.html", context)
