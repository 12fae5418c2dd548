"""What a person sets about herself: name, working card, days away, and when the digest comes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recruiting.accounts.card_forms import AbsenceForm
from recruiting.accounts.forms import ManagerPreferencesForm, PreferencesForm, shown_preferences
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import Absence, Preferences, StalePreferences, User
from recruiting.audit.models import FormKey, once
from recruiting.lib.days import day_range
from recruiting.mailing import subscriptions
from status_updates.digests.snapshot import KIND
from status_updates.digests.upcoming import planned, upcoming


@require_http_methods(["GET", "POST"])
def preferences(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    shown = _shown(request.user)
    if request.method == "GET":
        return _page(request, _form(request.user, initial=shown))
    form = _form(request.user, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    now = timezone.now()
    try:
        request.user.preferences.change(
            form.wishes(), version=form.cleaned_data["version"], by=request.user, now=now
        )
    except StalePreferences:
        return _page(request, _newer(request, shown), differences=_differences(form, shown))
    messages.success(request, "Saved.")
    return redirect("preferences")


@require_POST
def signing_out(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Sign out everywhere, here as well."""
    request.user.sign_out_everywhere(by=request.user, now=timezone.now())
    logout(request)
    messages.success(request, "You are signed out on every device.")
    return redirect("account_login")


@require_POST
def absences(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Say when one is away. Sent again, it is still one absence."""
    form = AbsenceForm(request.POST)
    if form.is_valid():
        now, typed = timezone.now(), form.cleaned_data
        days = typed["first_day"], typed["last_day"], typed["note"]
        try:
            pk, _ = once(typed["key"], by=request.user, now=now,
                         create=lambda: Absence.plan(*days, by=request.user, now=now))  # fmt: skip
        except FormKey.DoesNotExist:
            form.add_error(None, "This form is broken. Open it anew.")
        except ValidationError as error:
            form.refuse(error)
        else:
            if Absence.objects.filter(pk=pk, first_day=days[0], last_day=days[1]).exists():
                messages.success(request, f"You are away {day_range(*days[:2])}.")
                return redirect("preferences")
            form.ask_about_repeat()
    shown = _form(request.user, initial=_shown(request.user))
    return _page(request, shown, absence_form=form, status=422)


@require_POST
def absence_cancellation(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    absence = get_object_or_404(Absence.objects.filter(user=request.user), pk=pk)
    absence.cancel(by=request.user, now=timezone.now())
    messages.success(request, f"You are not away {absence.in_words}.")
    return redirect("preferences")


def _form(user: User, *args: Any, **kwargs: Any) -> PreferencesForm:
    if user.is_manager:
        today = timezone.localdate()
        return ManagerPreferencesForm(*args, user=user, today=today, **kwargs)
    return PreferencesForm(*args, user=user, **kwargs)


def _shown(user: User) -> dict[str, Any]:
    return shown_preferences(
        user,
        Preferences.objects.get(user=user),
        user.working_card,
        digest_wanted=not subscriptions.is_stopped(user, KIND),
        today=timezone.localdate(),
    )


def _newer(request: AuthenticatedHttpRequest, shown: dict[str, Any]) -> PreferencesForm:
    """What was typed, to be saved over what is there now by whoever has seen both."""
    typed = request.POST.copy()
    typed["version"] = str(shown["version"])
    return _form(request.user, typed)


def _differences(form: PreferencesForm, shown: dict[str, Any]) -> list[dict[str, str]]:
    """Each setting that is not as the person typed it, both ways, side by side."""
    return [
        {
            "label": str(field.label),
            "now": form.in_words(field.name, shown.get(field.name, "")),
            "typed": form.in_words(field.name, form.cleaned_data[field.name]),
        }
        for field in form.visible_fields()
        if shown.get(field.name, "") != form.cleaned_data[field.name]
    ]


def _page(
    request: AuthenticatedHttpRequest,
    form: PreferencesForm,
    *,
    status: int = 200,
    differences: list[dict[str, str]] | None = None,
    absence_form: AbsenceForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    context = {
        "form": form,
        "differences": differences,
        "local": timezone.localtime(now),
        "absences": request.user.absences.to_come(now),
        "absence_form": absence_form or AbsenceForm(),
        "next_digests": _next_digests(request.user, now),
        "version": Preferences.objects.values_list("version", flat=True).get(user=request.user),
    }
    is_stale = differences is not None
    return render(
        request, "dashboards/preferences.html", context, status=409 if is_stale else status
    )


def _next_digests(user: User, now: datetime) -> list[str]:
    """When the next digests come, for each client that has its own time."""
    if not user.is_manager or subscriptions.is_stopped(user, KIND):
        return []
    memberships = user.memberships.select_related("user__preferences", "user__working_card")
    next_ones = upcoming(memberships, now).values()
    due = sorted({timezone.localtime(planned(user, one, now)) for one in next_ones})
    return [f"{at:%A} {at.day} {at:%B}, {at:%H:%M}" for at in due]
