"""All mail, for leads: how it stands, sending again by hand, and letting it go after a restore."""

import uuid
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.accounts.decorators import lead_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.audit.models import Event, FormKey, once
from recruiting.dashboards import mail_desk as desk
from recruiting.dashboards.mail_forms import AgainForm, LiftForm, MailFilterForm, ReleaseForm
from recruiting.lib.places import Place
from recruiting.lib.repeats import check_repeats, renew_key
from recruiting.mailing import holding
from recruiting.mailing.models import Mail, SendingHold, Suspension
from recruiting.mailing.resending import (
    WAS_SENT,
    NotAgain,
    address_of,
    never_again,
    send_again,
    why_not,
)
from recruiting.mailing.watch import watch


@require_GET
@lead_required
def mail_desk(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    return _page(request)


@require_POST
@lead_required
def release(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    form, now = ReleaseForm(request.POST), timezone.now()
    if not form.is_valid():
        return _page(request, refused=request.POST, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    held = get_object_or_404(SendingHold, pk=form.cleaned_data["hold"])
    sends = form.cleaned_data["due"] == "send"
    passed = holding.release(held, by=request.user, now=now, sends_what_was_due=sends)
    if passed is None:
        messages.info(request, "Somebody has released it before you. Nothing was changed.")
    elif passed:
        messages.success(request, f"Mail goes again. {passed:,} skipped that were due before.")
    else:
        messages.success(request, "Mail goes again, within a minute.")
    return redirect("mail_desk")


@require_http_methods(["GET", "POST"])
@lead_required
def resending(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    visible = Mail.objects.visible_to(request.user).select_related("recipient", "client")
    mail = get_object_or_404(visible, pk=pk)
    if request.method == "GET":
        return _again_page(request, mail, AgainForm(initial={"key": uuid.uuid4()}))
    form = AgainForm(request.POST)
    if not form.is_valid():
        return _again_page(request, mail, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        _send_once(request, mail, form)
    except NotAgain:  # the page says why
        return _again_page(request, mail, form, status=HTTPStatus.CONFLICT)
    except ValidationError as error:
        form.add_error(None, error)
        renew_key(form, error)
        return _again_page(request, mail, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, f"It goes to {mail.recipient.display_name} again.")
    return redirect("mail_desk")


@require_POST
@lead_required
def suspension_lifting(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    suspension = get_object_or_404(Suspension.objects.visible_to(request.user), pk=pk)
    suspension.lift(by=request.user, now=timezone.now())
    messages.success(request, f"Mail goes to {suspension.address} again.")
    form = LiftForm(request.POST)
    if form.is_valid() and (mail := form.cleaned_data["mail"]):
        return redirect("mail_resending", mail)
    return redirect("mail_desk")


def _send_once(request: AuthenticatedHttpRequest, mail: Mail, form: AgainForm) -> None:
    """The form sent again is one mail. Raises NotAgain, or ValidationError if it says another
    reason than when it was sent first."""
    now, reason, by = timezone.now(), form.cleaned_data["reason"], request.user
    try:
        made, is_new = once(
            form.cleaned_data["key"], by=by, now=now,
            create=lambda: send_again(mail, reason=reason, by=by, now=now),
        )  # fmt: skip
    except FormKey.DoesNotExist:
        raise ValidationError("This form is broken. Open it anew.") from None
    if not is_new:
        recorded = Event.objects.about(mail.recipient).filter(particulars__again=str(made))
        check_repeats(says_the_same=recorded.filter(particulars__reason=reason).exists())


def _again_page(
    request: AuthenticatedHttpRequest, mail: Mail, form: AgainForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    now = timezone.now()
    reading = _reading(request)
    suspended = Suspension.objects.filter(address=address_of(mail))
    context = {
        "mail": mail,
        "line": desk.line_of(mail, reading),
        "form": form,
        "refusal": why_not(mail, now),
        "suspension": None if never_again(mail, now) else suspended.first(),
        "address": address_of(mail),
        "was_sent": mail.state in WAS_SENT,
        "held": SendingHold.objects.open().exists(),
    }
    return render(request, "dashboards/mail_again.html", context, status=status)


def _page(
    request: AuthenticatedHttpRequest, *, refused: Any = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    reading = _reading(request)
    seen = watch(reading.now)
    hold = SendingHold.objects.open().first() if seen.held_since else None
    held = desk.held_back(hold, reading) if hold else None
    form = MailFilterForm(request.GET, clients=desk.clients())
    before = Place.parse(request.GET.get("before", ""))
    suspended = list(desk.suspensions()[: desk.SUSPENSIONS_SHOWN + 1])
    context = {
        "standing": desk.standing(seen, reading, hold),
        "held": held,
        "release": ReleaseForm.of(held, refused) if held else None,
        "counts": desk.counts(reading),
        "form": form,
        "is_filtered": bool(form.wanted),
        "page": desk.page_of(form.wanted, before, reading),
        "is_later_page": before is not None,
        "suspensions": suspended[: desk.SUSPENSIONS_SHOWN],
        "more_suspended": len(suspended) > desk.SUSPENSIONS_SHOWN,
    }
    return render(request, "dashboards/mail_desk.html", context, status=status)


def _reading(request: AuthenticatedHttpRequest) -> desk.Reading:
    return desk.Reading(request.user, timezone.now(), timezone.get_current_timezone())
