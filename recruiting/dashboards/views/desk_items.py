"""What is done on the desk, where it stands: its forms, and the answers to them.

A form that is taken leads back to the desk. One that is not shows its line again, opened, with
what was typed and why: 422 what is wrong, 409 what came meanwhile.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import reselect, reswap, retarget

from intake.views.opening import OPENING
from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.audit.models import FormKey, once
from recruiting.dashboards import needs
from recruiting.dashboards.desk import item_of
from recruiting.dashboards.desk_items import LogForm, Refused, answer_form, status_form
from recruiting.dashboards.views.conversation import gone_is_not_found
from recruiting.dashboards.views.desk import reader_of
from requisitions import status_pages
from requisitions.forms import ExtensionForm, StatusForm
from requisitions.models import NotAllowed, Requisition
from requisitions.words import moved_words
from status_updates.forms import PromiseMoveForm
from status_updates.models import Checkpoint, Note, Promise, PromiseMove
from status_updates.models.promise import StalePromise


def _fetch(user: User, pk: UUID) -> Requisition:
    related = ("client", "recruiter", "manager", "funnel", "latest_checkpoint")
    rows = needs.with_people(Requisition.objects.visible_to(user)).select_related(*related)
    return get_object_or_404(rows, pk=pk)


@require_GET
@recruiter_required
def item(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """What a line takes: to be opened in it, or as a page of its own."""
    found, panel = item_of(reader_of(request), _fetch(request.user, pk))
    template = "dashboards/_panel.html" if request.htmx else "dashboards/desk_item.html"
    return render(request, template, {"item": found, "panel": panel})


@require_POST
@recruiter_required
def checkpoints(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Log a checkpoint; who has not seen that another one came meanwhile is told of it first."""
    found = _fetch(request.user, pk)
    form = LogForm(request.POST, requisition=found, today=timezone.localdate())
    if form.is_valid() and form.check_promise_is_ahead():
        if meanwhile := _logged_meanwhile(found, form):
            typed = {**request.POST.dict(), "seen": str(found.latest_checkpoint_id or "")}
            form = LogForm(typed, requisition=found, today=timezone.localdate())
            return _refused(request, pk, Refused("log", form, notice=meanwhile))
        try:
            made = Checkpoint.log(found, by=request.user, now=timezone.now(), **form.particulars)
        except ValidationError as error:
            form.refuse(error)
        else:
            undo = reverse("checkpoint_undoing", args=[made.pk])
            return _done(request, f"Logged: {found.title}.", f"{undo}?desk")
    return _refused(request, pk, Refused("log", form))


def _logged_meanwhile(found: Requisition, form: LogForm) -> str:
    """What a colleague has logged since the form was shown; nothing for a form sent again."""
    last = found.latest_checkpoint
    if "seen" not in form.data or last is None:
        return ""
    is_seen = form.cleaned_data["seen"] == str(last.pk)
    if is_seen or Checkpoint.objects.filter(key=form.particulars["key"]).exists():
        return ""
    said = moved_words(last.counts) or last.next_step or "a note"
    return (
        f"{last.by.display_name} has logged a checkpoint meanwhile: {said}. "
        "Save again if yours comes on top of it."
    )


@require_POST
@recruiter_required
@gone_is_not_found
def answers(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Answer a question; who has not seen that it was answered meanwhile reads that first."""
    rows = Note.objects.visible_to(request.user).standing().select_related("requisition", "by")
    question = get_object_or_404(rows, pk=pk, kind=Note.Kind.QUESTION)
    form = answer_form(question, request.POST)
    name, notice = f"answer-{pk}", ""
    if form.is_valid():
        if other := _answered_meanwhile(question, form):
            form = answer_form(question, {**request.POST.dict(), "seen": str(other.pk)})
            notice = (
                f"{other.by.display_name} has answered meanwhile: “{other.text}” "
                "Send again if yours adds to it."
            )
            refused = Refused(name, form, question, notice)
            return _refused(request, question.requisition_id, refused)
        try:
            made = question.answer(
                form.cleaned_data["text"], by=request.user, now=timezone.now(), key=form.sent_key
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            undo = reverse("note_withdrawal", args=[made.pk])
            return _done(request, f"Answered {question.by.display_name}.", f"{undo}?desk")
    return _refused(request, question.requisition_id, Refused(name, form, question))


def _answered_meanwhile(question: Note, form: Any) -> Note | None:
    other = question.answered_by.standing().select_related("by").first()
    if other is None or form.cleaned_data["seen"] == str(other.pk):
        return None
    return None if other.key == form.cleaned_data["key"] else other


@require_POST
@recruiter_required
def promise_moving(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Promise the same for a later day."""
    rows = Promise.objects.visible_to(request.user).select_related("requisition")
    promise, now = get_object_or_404(rows, pk=pk), timezone.now()
    form = PromiseMoveForm(request.POST, promise=promise, today=timezone.localdate(now))
    notice = ""
    if form.is_valid():
        try:
            moved, _ = once(
                form.sent_key, by=request.user, now=now,
                create=lambda: promise.move(by=request.user, now=now, **form.particulars),
            )  # fmt: skip
        except FormKey.DoesNotExist:
            raise Http404 from None
        except StalePromise as stale:
            notice = str(stale)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            undo = reverse("promise_move_undoing", args=[moved])
            return _done(request, "The promise has another date.", undo)
    refused = Refused(f"move-{pk}", form, get_object_or_404(rows, pk=pk), notice)
    return _refused(request, promise.requisition_id, refused)


@require_POST
@recruiter_required
def promise_move_undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    promises = Promise.objects.visible_to(request.user)
    rows = PromiseMove.objects.filter(promise__in=promises).select_related("promise")
    move = get_object_or_404(rows, pk=pk)
    try:
        move.undo(by=request.user, now=timezone.now())
    except StalePromise as stale:
        messages.error(request, str(stale))
    else:
        messages.success(request, "The promise has its date back.")
    return redirect("home")


# --- status --------------------------------------------------------------------------------

RESUMPTION = status_pages.StatusPage(
    title="Resume work",
    lead="",
    button="Resume work",
    done="Work goes on.",
    act=Requisition.resume,
    form=StatusForm,
    undo="hold_restoration",
)
EXTENSION = status_pages.StatusPage(
    title="Extend the hold",
    lead="",
    button="Extend the hold",
    done="The hold goes on.",
    act=Requisition.extend_hold,
    form=ExtensionForm,
    undo="hold_restoration",
)


@require_POST
@recruiter_required
def resumption(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return _change_status(request, pk, "resumption", RESUMPTION)


@require_POST
@recruiter_required
def extension(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return _change_status(request, pk, "extension", EXTENSION)


@require_POST
@recruiter_required
def opening(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    return _change_status(request, pk, "opening", OPENING)


@require_POST
@recruiter_required
def hold_restoration(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Take back that work goes on, or that a hold was extended."""
    found = get_object_or_404(Requisition.objects.visible_to(request.user), pk=pk)
    try:
        found.restore_hold(by=request.user, now=timezone.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The hold is as it was.")
    return redirect("home")


def _change_status(
    request: AuthenticatedHttpRequest, pk: UUID, name: str, page: status_pages.StatusPage
) -> HttpResponse:
    found, notice = _fetch(request.user, pk), ""
    form = status_form(name, page.form, found, timezone.localdate(), request.POST)
    if form.is_valid():
        try:
            status_pages.act_once(request, found, page, form)
        except NotAllowed as refusal:
            notice = str(refusal)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            undo = reverse(page.undo, args=[pk]) if page.undo else ""
            return _done(request, f"{page.done.removesuffix('.')}: {found.title}.", undo)
    return _refused(request, pk, Refused(name, form, notice=notice))


# --- answering -----------------------------------------------------------------------------


def _done(request: AuthenticatedHttpRequest, text: str, undo: str = "") -> HttpResponse:
    """Back to the desk as it was looked at."""
    messages.success(request, text, extra_tags=f"undo:{undo}" if undo else "")
    home = reverse("home")
    shown = request.htmx.current_url_abs_path or ""
    return redirect(shown if shown.startswith(f"{home}?") else home)


def _refused(request: AuthenticatedHttpRequest, pk: UUID, refused: Refused) -> HttpResponse:
    """The line as things stand now, opened, with what was typed."""
    found, panel = item_of(reader_of(request), _fetch(request.user, pk), refused)
    context = {"item": found, "panel": panel, "is_open": True}
    status = 409 if refused.notice else 422
    if not request.htmx:
        return render(request, "dashboards/desk_item.html", context, status=status)
    line = f"#need-{pk}"
    answer = render(request, "dashboards/_need.html", context, status=status)
    return reselect(reswap(retarget(answer, line), "outerHTML"), line)
