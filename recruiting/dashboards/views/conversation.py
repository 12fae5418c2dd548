"""Writing to one another on a requisition: notes, questions and answers, and touchpoints."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recruiting.accounts.decorators import recruiter_required
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.dashboards.composers import composers_of
from recruiting.dashboards.views.requisition import fetch, shared_page
from requisitions.models import Requisition
from status_updates.conversation_forms import AnswerForm, NoteEditForm, NoteForm, TouchpointForm
from status_updates.models import Note, Touchpoint
from status_updates.models.note import StaleNote

P = ParamSpec("P")
View = Callable[Concatenate[AuthenticatedHttpRequest, P], HttpResponseBase]


def gone_is_not_found(view: View[P]) -> View[P]:
    """Whose access ends between looking and writing gets what others get: not found."""

    @wraps(view)
    def guarded(
        request: AuthenticatedHttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (Requisition.DoesNotExist, Note.DoesNotExist):
            raise Http404 from None

    return guarded


def _note(user: User, pk: UUID, *, for_change: bool = False) -> Note:
    rows = Note.objects.visible_to(user).select_related(
        "requisition__client", "requisition__recruiter", "by", "saved_by"
    )
    found = get_object_or_404(rows, pk=pk)
    if for_change and not found.may_be_edited_by(user):
        raise PermissionDenied
    return found


# --- notes and questions -------------------------------------------------------------------


@require_POST
@gone_is_not_found
def notes(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Write a note or ask a question; everybody who sees the requisition may."""
    found = get_object_or_404(Requisition.objects.visible_to(request.user), pk=pk)
    now = timezone.now()
    form = NoteForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            note = Note.write(found, by=request.user, now=now, **form.particulars)
        except ValidationError as error:
            form.refuse(error)
        else:
            undo = reverse("note_withdrawal", args=[note.pk])
            messages.success(request, _WRITTEN[note.kind], extra_tags=f"undo:{undo}")
            return redirect(found)
    found = fetch(request.user, pk)
    composers = composers_of(request.user, found, now=now, chosen="note", note=form)
    return shared_page(request, found, composers, now=now)


_WRITTEN = {"note": "Note added.", "question": "Question asked.", "answer": "Answered."}


@require_http_methods(["GET", "POST"])
@gone_is_not_found
def answers(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Answer a question: from the timeline, from the desk, or on a page of its own."""
    question = _note(request.user, pk)
    if question.kind != Note.Kind.QUESTION:
        raise Http404
    if question.withdrawn_at and request.method == "GET":
        raise Http404  # a POST brings words with it, which the form keeps
    if not question.may_be_answered_by(request.user):
        raise PermissionDenied
    form = AnswerForm.to(question, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer = question.answer(
                form.cleaned_data["text"],
                by=request.user,
                now=timezone.now(),
                key=form.sent_key,
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            undo = reverse("note_withdrawal", args=[answer.pk])
            messages.success(request, "Answered.", extra_tags=f"undo:{undo}")
            return redirect(question.requisition)
    return _note_page(request, "dashboards/answer.html", question, form)


@require_http_methods(["GET", "POST"])
@gone_is_not_found
def note_edit(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Say it otherwise. Who saved after the form was shown is not overwritten unseen: 409."""
    note = _note(request.user, pk, for_change=True)
    if request.method == "GET":
        if note.withdrawn_at:
            raise Http404
        first = {"text": note.text, "version": note.version}
        return _note_page(request, "dashboards/note_edit.html", note, NoteEditForm(initial=first))
    form = NoteEditForm(request.POST)
    if form.is_valid():
        try:
            note.edit(**form.cleaned_data, by=request.user, now=timezone.now())
        except StaleNote as stale:
            return _conflict_page(request, _note(request.user, stale.current.pk), form)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Saved. What stood before is kept in its history.")
            return redirect(note.requisition)
    return _note_page(request, "dashboards/note_edit.html", note, form)


def _conflict_page(
    request: AuthenticatedHttpRequest, saved: Note, typed: NoteEditForm
) -> HttpResponse:
    mine = NoteEditForm({"text": typed.cleaned_data["text"], "version": saved.version})
    context = {"requisition": saved.requisition, "note": saved, "form": mine}
    return render(request, "dashboards/note_conflict.html", context, status=409)


@require_GET
def note_history(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Every text that a note has had, for all who may read the note."""
    note = _note(request.user, pk)
    if note.withdrawn_at:
        raise Http404
    versions = note.versions.select_related("by")
    context = {"requisition": note.requisition, "note": note, "versions": versions}
    return render(request, "dashboards/note_history.html", context)


@require_POST
@gone_is_not_found
def note_withdrawal(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    note = _note(request.user, pk, for_change=True)
    note.withdraw(by=request.user, now=timezone.now())
    undo = reverse("note_restoration", args=[note.pk])
    if "desk" in request.GET:
        messages.success(request, f"{note.get_kind_display()} withdrawn.")
        return redirect("home")
    messages.success(request, f"{note.get_kind_display()} withdrawn.", extra_tags=f"undo:{undo}")
    return redirect(note.requisition)


@require_POST
@gone_is_not_found
def note_restoration(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    note = _note(request.user, pk, for_change=True)
    note.restore(by=request.user, now=timezone.now())
    messages.success(request, f"{note.get_kind_display()} is back.")
    return redirect(note.requisition)


def _note_page(
    request: AuthenticatedHttpRequest, template: str, note: Note, form: Any
) -> HttpResponse:
    context = {"requisition": note.requisition, "note": note, "form": form}
    return render(request, template, context, status=422 if form.errors else 200)


# --- touchpoints ---------------------------------------------------------------------------


@require_POST
@recruiter_required
@gone_is_not_found
def touchpoints(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Log that one has spoken with the manager."""
    found = get_object_or_404(Requisition.objects.visible_to(request.user), pk=pk)
    now = timezone.now()
    form = TouchpointForm(request.POST, now=now)
    if form.is_valid():
        try:
            touchpoint = Touchpoint.log(
                found, form.said_so, by=request.user, now=now, key=form.sent_key
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            undo = reverse("touchpoint_undoing", args=[touchpoint.pk])
            messages.success(request, "Touchpoint logged.", extra_tags=f"undo:{undo}")
            return redirect(found)
    found = fetch(request.user, pk)
    composers = composers_of(request.user, found, now=now, chosen="touchpoint", touchpoint=form)
    return shared_page(request, found, composers, now=now)


def _touchpoint(user: User, pk: UUID) -> Touchpoint:
    rows = Touchpoint.objects.visible_to(user).select_related("requisition__client", "by")
    return get_object_or_404(rows, pk=pk)


@require_POST
@recruiter_required
@gone_is_not_found
def touchpoint_undoing(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Take a touchpoint back."""
    touchpoint = _touchpoint(request.user, pk)
    touchpoint.undo(by=request.user, now=timezone.now())
    messages.success(request, "Touchpoint undone.")
    return redirect(touchpoint.requisition)


@require_http_methods(["GET", "POST"])
@recruiter_required
@gone_is_not_found
def touchpoint_correction(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Say a touchpoint again, as it should have been said."""
    touchpoint, now = _touchpoint(request.user, pk), timezone.now()
    form = TouchpointForm.for_correction(touchpoint, now=now)
    if request.method == "POST":
        form = TouchpointForm(request.POST, now=now)
        if form.is_valid():
            try:
                touchpoint.correct(form.said_so, by=request.user, now=now, key=form.sent_key)
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, "Corrected. What stood before is kept in the timeline.")
                return redirect(touchpoint.requisition)
    return render(
        request,
        "dashboards/touchpoint_correction.html",
        {"requisition": touchpoint.requisition, "touchpoint": touchpoint, "form": form},
        status=422 if form.errors else 200,
    )
