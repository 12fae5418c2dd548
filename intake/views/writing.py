"""Answering in writing: before the meeting by the link in its invitation, or the whole intake
instead of a meeting, signed in or by the link in a mail. What is typed goes into the same draft as
what is said in the room."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake.access import may_write
from intake.agenda import Part
from intake.content import KINDS, missing
from intake.models import Intake, Meeting, Requirement, StalePiece
from intake.questions import BY_KEY, NUMBERS, PRE_READ, Question, questions_of
from intake.saving import Sent, asks_for_json, sent
from intake.writing import (
    PRE_READ_LINK,
    REQUIREMENTS,
    SIGNED,
    WRITING_LINK,
    Outcome,
    Written,
    agenda_of,
    asked_parts,
    closed_words,
    save_answers,
    tell_of_answers,
    written,
)
from recruiting.accounts.http import AuthenticatedHttpRequest
from recruiting.accounts.models import User
from recruiting.mailing.signed_links import Link, by_link
from requisitions.models import Requisition

DONE = "done"
"""What stands in the address instead of a part, after the last one."""

_RELATED = ("client", "recruiter", "manager")


@dataclass(frozen=True)
class Sheet:
    """Who writes about what, and on which page. `parts` are empty on the pre-read."""

    requisition: Requisition
    writer: User
    layout: str
    now: datetime
    parts: Sequence[Part] = ()
    meeting: Meeting | None = None

    @property
    def by_mail(self) -> bool:
        return self.layout == PUBLIC


PUBLIC = "base_public.html"


@require_http_methods(["GET", "POST"])
def signed_in(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """The whole intake, part by part."""
    now = timezone.now()
    rows = Requisition.objects.visible_to(request.user).select_related(*_RELATED)
    found = get_object_or_404(rows, pk=pk)
    if not found.is_closed and not may_write(request.user, found, now):
        raise PermissionDenied
    return _whole(request, found, request.user, "base.html", now)


@by_link(WRITING_LINK)
@require_http_methods(["GET", "POST"])
def by_mail(request: HttpRequest, pk: UUID, *, link: Link) -> HttpResponseBase:
    """The same by the link in a mail."""
    rows = Requisition.objects.visible_to(link.user).select_related(*_RELATED)
    found = rows.filter(pk=pk).first()
    if found is None:
        return _nobodys(request)
    return _whole(request, found, link.user, PUBLIC, timezone.now())


@by_link(PRE_READ_LINK)
@require_http_methods(["GET", "POST"])
def pre_read(request: HttpRequest, pk: UUID, *, link: Link) -> HttpResponseBase:
    """A few questions before the meeting, by the link in its invitation."""
    related = [f"requisition__{name}" for name in _RELATED]
    rows = Meeting.objects.visible_to(link.user).select_related(*related)
    meeting = rows.filter(pk=pk).first()
    if meeting is None:
        return _nobodys(request)
    sheet = Sheet(meeting.requisition, link.user, PUBLIC, timezone.now(), meeting=meeting)
    questions = [BY_KEY[key] for key in PRE_READ]
    if closed := _closed(request, sheet):
        return closed
    if request.method == "POST":
        return _answered(request, sheet, questions)
    return _few(request, sheet, written(sheet.requisition, questions))


def _nobodys(request: HttpRequest) -> HttpResponse:
    """For somebody who does not see the requisition any more: nothing is told of it."""
    why = "Somebody else answers for this requisition now. There is nothing left to do for you."
    return render(request, "mailing/link_over.html", {"why": why}, status=410)


# --- a few questions -----------------------------------------------------------------------


def _few(
    request: HttpRequest, sheet: Sheet, answers: Sequence[Written], status: int = 200
) -> HttpResponse:
    assert sheet.meeting is not None
    to_come = sheet.meeting.is_standing and not sheet.meeting.is_over(sheet.now)
    context = {"sheet": sheet, "requisition": sheet.requisition, "answers": answers,
               "number": NUMBERS[len(PRE_READ)],
               "meeting": sheet.meeting if to_come else None}  # fmt: skip
    return render(request, "intake/pre_read.html", context, status=status)


# --- all of them, part by part -------------------------------------------------------------


def _whole(
    request: HttpRequest, found: Requisition, writer: User, layout: str, now: datetime
) -> HttpResponse:
    sheet = Sheet(found, writer, layout, now, asked_parts(agenda_of(found)))
    if closed := _closed(request, sheet):
        return closed
    wanted = request.GET.get("part", "")
    if wanted == DONE and request.method == "GET":
        return _done(request, sheet)
    part = next((one for one in sheet.parts if one.key == wanted), sheet.parts[0])
    if request.method == "GET":
        return _part(request, sheet, part)
    piece = request.POST.get("piece", "")
    if part.key == REQUIREMENTS and piece.startswith("requirement-"):
        return _sorted(request, sheet, part, piece)
    return _answered(request, sheet, questions_of(part.key), part)


def _part(
    request: HttpRequest,
    sheet: Sheet,
    part: Part,
    *,
    answers: Sequence[Written] | None = None,
    rows: "Sequence[Row] | None" = None,
    adding: "Row | None" = None,
    status: int = 200,
) -> HttpResponse:
    place = sheet.parts.index(part)
    asks = part.key == REQUIREMENTS
    context = {
        "sheet": sheet,
        "requisition": sheet.requisition,
        "part": part,
        "number": place + 1,
        "answers": written(sheet.requisition, questions_of(part.key))
        if answers is None
        else answers,
        "asks_for_requirements": asks,
        "rows": (_rows(sheet) if rows is None else rows) if asks else [],
        "adding": adding or Row(uuid.uuid4(), dict.fromkeys(Requirement.EDITABLE, "")),
        "kinds": KINDS,
        "before": sheet.parts[place - 1] if place else None,
        "after": sheet.parts[place + 1] if place + 1 < len(sheet.parts) else None,
    }
    return render(request, "intake/writing.html", context, status=status)


def _done(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """After the last part: what a brief still lacks, and where to sign it."""
    intake = Intake.objects.filter(pk=sheet.requisition.pk).first()
    lacks = []
    if intake:
        intake.requisition = sheet.requisition
        lacks = missing(intake.content())
    context = {
        "sheet": sheet,
        "requisition": sheet.requisition,
        "is_begun": intake is not None,
        "missing": lacks,
        "last": sheet.parts[-1],
    }
    return render(request, "intake/writing_done.html", context)


# --- what was sent -------------------------------------------------------------------------


def _closed(request: HttpRequest, sheet: Sheet) -> HttpResponse | None:
    """Says kindly why nothing is asked any more; what was typed in vain is shown again."""
    why = closed_words(sheet.requisition, sheet.writer, now=sheet.now)
    if not why:
        return None
    is_late = request.method == "POST"
    if is_late and asks_for_json(request):
        told = {"piece": request.POST.get("piece", ""), "errors": {"": [why]}}
        return JsonResponse(told, status=422)
    typed = [(BY_KEY[key], request.POST[key]) for key in BY_KEY if request.POST.get(key)]
    context = {"sheet": sheet, "requisition": sheet.requisition, "why": why, "typed": typed,
               "is_signed": why == SIGNED}  # fmt: skip
    return render(request, "intake/writing_closed.html", context, status=409 if is_late else 200)


def _answered(
    request: HttpRequest, sheet: Sheet, questions: Sequence[Question], part: Part | None = None
) -> HttpResponse:
    """Save a form of answers. What could not be saved is shown beside what was typed."""
    fields = sent(request.POST, [question.key for question in questions])
    outcome = save_answers(
        sheet.requisition, fields.wanted, fields.seen, by=sheet.writer, now=sheet.now
    )
    if asks_for_json(request):
        return _told(request.POST.get("piece", ""), fields.wanted, outcome)
    if not outcome.is_saved:
        status = 409 if outcome.stale else 422
        answers = written(sheet.requisition, questions, outcome)
        if part is None:
            return _few(request, sheet, answers, status)
        return _part(request, sheet, part, answers=answers, status=status)
    if part is None:
        messages.success(request, f"Saved. {sheet.requisition.recruiter.first_name} reads it "
                                  "before you meet.")  # fmt: skip
        return redirect(request.path)
    place = sheet.parts.index(part) + 1
    after = sheet.parts[place].key if place < len(sheet.parts) else DONE
    return redirect(f"{request.path}?part={after}")


def _told(piece: str, wanted: Mapping[str, Any], outcome: Outcome) -> JsonResponse:
    """The same to a script, as `intake.saving` has it."""
    if outcome.stale:
        values = {key: getattr(one, "text", "") for key, one in outcome.stale.items()}
        by = [one.saved_by.display_name for one in outcome.stale.values() if one.saved_by]
        told = {"piece": piece, "fields": list(values), "values": {**wanted, **values},
                "by": by[0] if by else ""}  # fmt: skip
        return JsonResponse(told, status=409)
    if outcome.errors:
        return JsonResponse({"piece": piece, "errors": outcome.errors}, status=422)
    return JsonResponse({"piece": piece, "revision": outcome.revision, "values": wanted})


# --- requirements --------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A requirement in its form: what its fields hold, and what the next save has seen."""

    id: UUID
    values: Mapping[str, Any]
    seen: Mapping[str, Any] | None = None
    theirs: Mapping[str, Any] | None = None
    by: str = ""
    errors: Mapping[str, Sequence[str]] | None = None

    @property
    def piece(self) -> str:
        return f"requirement-{self.id}"

    @property
    def stood(self) -> Mapping[str, Any]:
        return self.values if self.seen is None else self.seen


def _rows(sheet: Sheet, refused: Row | None = None) -> list[Row]:
    standing = Requirement.objects.standing().filter(intake=sheet.requisition.pk)
    rows = [Row(one.pk, {name: getattr(one, name) for name in one.EDITABLE}) for one in standing]
    return [refused if refused and row.id == refused.id else row for row in rows]


def _sorted(request: HttpRequest, sheet: Sheet, part: Part, piece: str) -> HttpResponse:
    """Save one requirement, or add one."""
    fields = sent(request.POST, Requirement.EDITABLE)
    if piece == "requirement-new":
        return _added(request, sheet, part, fields)
    rows = Requirement.objects.filter(intake=sheet.requisition.pk).select_related(
        "intake__requisition", "saved_by"
    )
    requirement = get_object_or_404(rows, pk=_uuid(piece.removeprefix("requirement-")))
    try:
        revision = requirement.change(fields.wanted, fields.seen, by=sheet.writer, now=sheet.now)
    except StalePiece as stale:
        return _stale(request, sheet, part, fields, stale)
    except ValidationError as error:
        row = Row(requirement.pk, fields.wanted, fields.seen, errors=error.message_dict)
        return _refused(request, sheet, part, row)
    tell_of_answers(sheet.requisition, by=sheet.writer, now=sheet.now)
    if asks_for_json(request):
        told = {"piece": piece, "revision": revision, "values": fields.wanted}
        return JsonResponse(told)
    return redirect(f"{request.path}?part={part.key}#{piece}")


def _added(request: HttpRequest, sheet: Sheet, part: Part, fields: Sent) -> HttpResponse:
    key = _uuid(request.POST.get("key", ""))
    try:
        intake = Intake.prepare(sheet.requisition, by=sheet.writer, now=sheet.now)
        made = Requirement.add(intake, fields.wanted, by=sheet.writer, now=sheet.now, pk=key)
    except Requirement.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        errors = error.message_dict if hasattr(error, "error_dict") else {"text": error.messages}
        adding = Row(key, fields.wanted, errors=errors)
        return _part(request, sheet, part, adding=adding, status=422)
    tell_of_answers(sheet.requisition, by=sheet.writer, now=sheet.now)
    return redirect(f"{request.path}?part={part.key}#requirement-{made.pk}")


def _stale(
    request: HttpRequest, sheet: Sheet, part: Part, fields: Sent, stale: StalePiece
) -> HttpResponse:
    current = stale.current
    stands = {name: getattr(current, name) for name in fields.wanted}
    by = current.saved_by.display_name if current.saved_by else ""
    row = Row(current.pk, fields.wanted, seen=stands, theirs=stands, by=by)
    if asks_for_json(request):
        told = {"piece": row.piece, "fields": stale.fields, "values": stands, "by": by}
        return JsonResponse(told, status=409)
    return _part(request, sheet, part, rows=_rows(sheet, row), status=409)


def _refused(request: HttpRequest, sheet: Sheet, part: Part, row: Row) -> HttpResponse:
    if asks_for_json(request):
        return JsonResponse({"piece": row.piece, "errors": row.errors}, status=422)
    return _part(request, sheet, part, rows=_rows(sheet, row), status=422)


def _uuid(text: str) -> UUID:
    """404 for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
