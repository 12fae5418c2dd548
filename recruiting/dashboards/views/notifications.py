"""Notifications: the bell, their list, and which of them come by mail."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.accounts import notification_wishes as wishes
from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Notification, Preferences, StalePreferences
from recruiting.accounts.models.notifications import NOTIFICATIONS
from recruiting.accounts.notification_forms import NotificationWishesForm
from recruiting.dashboards.notices import in_short, notices_of, unread_of
from recruiting.lib.places import Place
from recruiting.mailing import subscriptions

UNREAD, ALL = "unread", "all"
STOP_POLLING = 286
"""The status at which htmx asks no more."""


@require_GET
@recruiter_required
def notifications(request: AuthenticatedHttpRequest) -> HttpResponse:
    show = UNREAD if request.GET.get("show") == UNREAD else ALL
    before = Place.parse(request.GET.get("before", ""))
    context = {
        "show": show,
        "unread": (unread := unread_of(request.user)),
        "unread_in_short": in_short(unread),
        "notices": notices_of(request.user, only_unread=show == UNREAD, before=before),
        "before": before,
    }
    return render(request, "dashboards/notifications.html", context)


@login_not_required
@never_cache
@require_GET
def unread(request: AuthenticatedHttpRequest) -> HttpResponse:
    """How many are unread, for the bell; nothing when it shows that already.

    Whoever has been signed out is asked nothing and sent nowhere: the bell falls silent.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=STOP_POLLING, headers={"HX-Reswap": "none"})
    if not request.user.is_recruiter:
        raise PermissionDenied
    number = unread_of(request.user)
    if str(number) == request.GET.get("shown", "0"):
        return HttpResponse(status=204)
    context = {"number": number, "in_short": in_short(number)}
    return render(request, "components/_bell_count.html", context)


@require_POST
@recruiter_required
def opening(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Read one, and go where it leads."""
    mine = Notification.objects.visible_to(request.user)
    found = get_object_or_404(mine.select_related("requisition"), pk=pk)
    mine.filter(pk=pk).mark_read(timezone.now())
    return redirect(found.url)


@require_POST
@recruiter_required
def reading(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Mark as read what the page showed and what is older; not what came since."""
    mine = Notification.objects.visible_to(request.user)
    if mark := Place.parse(request.POST.get("up_to", "")):
        number = mine.up_to(mark).mark_read(timezone.now())
        messages.success(request, f"{number:,} marked as read." if number else "All were read.")
    else:
        messages.error(request, "Nothing was marked: this form was broken. Try again.")
    return redirect("notifications")


@require_POST
@recruiter_required
def unreading(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Keep one to come back to."""
    get_object_or_404(Notification.objects.visible_to(request.user), pk=pk).unread_again()
    messages.success(request, "Marked as unread.")
    return redirect("notifications")


@require_http_methods(["GET", "POST"])
@recruiter_required
def notification_wishes(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Which kinds come by mail, and how soon."""
    shown = _shown(request)
    if request.method == "GET":
        return _wishes_page(request, NotificationWishesForm(initial=shown))
    form = NotificationWishesForm(request.POST)
    if not form.is_valid():
        return _wishes_page(request, form, status=422)
    version, wanted = form.cleaned_data["version"], form.cleaned_data["by_mail"]
    try:
        wishes.change(
            request.user, form.wished(), wanted=wanted, version=version, now=timezone.now()
        )
    except StalePreferences:
        typed = request.POST.copy()
        typed["version"] = str(shown["version"])
        differences = form.differences(shown)
        form = NotificationWishesForm(typed)
        return _wishes_page(request, form, status=409, differences=differences)
    messages.success(request, "Saved.")
    return redirect("notification_wishes")


def _shown(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    preferences = Preferences.objects.get(user=request.user)
    return {
        "version": preferences.notify_version,
        "by_mail": not subscriptions.is_stopped(request.user, NOTIFICATIONS),
        **{kind.value: how.value for kind, how in wishes.wished(preferences).items()},
    }


def _wishes_page(
    request: AuthenticatedHttpRequest,
    form: NotificationWishesForm,
    *,
    status: int = 200,
    differences: list[dict[str, str]] | None = None,
) -> HttpResponse:
    context = {"form": form, "differences": differences}
    return render(request, "dashboards/notification_wishes.html", context, status=status)
