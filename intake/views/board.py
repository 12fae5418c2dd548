"""Requirements, sections and actions: what is added to the draft, moved in it and taken away.

Each answers a plain form with the room at its place, and a script with JSON: what was done, and
`undo`, the address that takes it back.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake.access import written_intake
from intake.adding import AddingForm, NewActionForm, NewRequirementForm
from intake.board import (
    leave_sentence,
    people_of,
    place_beside,
    read_action,
    seen_action,
    sentence_of,
    take_sentence,
)
from intake.models import Action, Intake, Requirement, Section
from intake.models.pieces import Ordered
from intake.saving import Sent, asks_for_json, room_url, saved, sent
from recruiting.accounts.http import AuthenticatedHttpRequest

KINDS: dict[str, type[Ordered]] = {
    "requirement": Requirement, "section": Section, "action": Action,
}  # fmt: skip


def _written(request: AuthenticatedHttpRequest, pk: UUID) -> Intake:
    return written_intake(request.user, pk, now=timezone.now())


def _row(intake: Intake, kind: str, pk: UUID) -> Any:
    """A row of this intake, removed or not; 404 for any other."""
    row = get_object_or_404(KINDS[kind]._base_manager.filter(intake=intake), pk=pk)
    row.intake = intake
    return row


def _done(
    request: AuthenticatedHttpRequest, intake: Intake, place: str, **told: Any
) -> HttpResponse:
    if asks_for_json(request):
        return JsonResponse({"piece": place, **told})
    return redirect(f"{room_url(intake.pk)}#{place}")


# --- what is added -------------------------------------------------------------------------


@require_POST
def requirements(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Add one. Sent ten times it is one; `key` in the answer is for the next."""
    intake = _written(request, pk)
    return _added(request, intake, NewRequirementForm(request.POST), Requirement)


@require_POST
def actions(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponseBase:
    """Add one, in the same way."""
    intake = _written(request, pk)
    people = people_of(intake.requisition)
    form = NewActionForm(request.POST, people=people, today=timezone.localdate())
    return _added(request, intake, form, Action)


def _added(
    request: AuthenticatedHttpRequest, intake: Intake, form: AddingForm, model: type[Ordered]
) -> HttpResponse:
    if form.is_valid():
        now = timezone.now()
        try:
            row = model.add(intake, form.values, by=request.user, now=now, pk=form.key_of_row)
            if str(row) != form.values["text"]:
                # Sent before with other words: the answer was lost, or somebody went back.
                key = uuid5(form.key_of_row, form.values["text"])
                row = model.add(intake, form.values, by=request.user, now=now, pk=key)
        except model.DoesNotExist:
            raise Http404 from None
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            kind = model.__name__.lower()
            told = {"added": f"{kind}-{row.pk}", "key": str(uuid4()), "revision": row.revision}
            return _done(request, intake, f"{kind}-new", **told)
    if asks_for_json(request):
        return JsonResponse({"errors": form.errors}, status=422)
    context = {"intake": intake, "requisition": intake.requisition, "form": form}
    return render(request, "intake/adding.html", context, status=422)


@require_POST
def sentences(request: AuthenticatedHttpRequest, pk: UUID, row: UUID) -> HttpResponseBase:
    """`take=KEY` makes a requirement of a sentence of this section, `leave=KEY` takes it back."""
    intake = _written(request, pk)
    section: Section = _row(intake, "section", row)
    taken, left = request.POST.get("take", ""), request.POST.get("leave", "")
    text = sentence_of(section, taken or left)
    fields = Sent({"text": text or "?"}, {"text": ""})

    def save() -> int:
        if text is None:
            raise ValidationError("The job description has no such sentence. Reload the page.")
        move = take_sentence if taken else leave_sentence
        return move(section, text, by=request.user, now=timezone.now())

    return saved(request, intake, f"sentences-{section.pk}", fields, save)


# --- what is changed -----------------------------------------------------------------------


@require_POST
def requirement(request: AuthenticatedHttpRequest, pk: UUID, row: UUID) -> HttpResponseBase:
    """Save fields of it. Whoever sorts it by a button sends what is typed in the row as well."""
    found: Requirement = _row(_written(request, pk), "requirement", row)
    fields = _on_one_line(_pressed(request.POST, "sort", "kind", Requirement.EDITABLE))

    def save() -> int:
        if fields.wanted.get("text") == "":
            raise ValidationError({"text": ["Write what is required, or remove it."]})
        return _change(request, found, fields.wanted, fields.seen)

    return saved(request, found.intake, f"requirement-{row}", fields, save,
                 words=dict(Requirement.Kind.choices))  # fmt: skip


def _change(
    request: AuthenticatedHttpRequest, row: Ordered, wanted: Mapping[str, Any],
    seen: Mapping[str, Any],
) -> int:  # fmt: skip
    """`restore=1` says that its writer knows that it was removed, and wants it all the same."""
    now = timezone.now()
    with transaction.atomic():
        if "restore" in request.POST:
            row.restore(by=request.user, now=now)
        return row.change(wanted, seen, by=request.user, now=now)


def _pressed(post: QueryDict, button: str, field: str, editable: Iterable[str]) -> Sent:
    """The fields of a row, and the one that a button of it sets: the button has a name of its own,
    since what is typed saves itself and a button does not. `was` is what its presser saw."""
    fields = sent(post, editable)
    if button not in post:
        return fields
    return Sent({**fields.wanted, field: post[button]},
                {**fields.seen, field: post.get("was", "")})  # fmt: skip


def _on_one_line(fields: Sent) -> Sent:
    """The fields grow as one types, so a line break can get into them."""
    return Sent({name: " ".join(text.split()) for name, text in fields.wanted.items()}, fields.seen)


@require_POST
def section(request: AuthenticatedHttpRequest, pk: UUID, row: UUID) -> HttpResponseBase:
    """Save the mark, the agreed wording or the note. The field for the wording begins with the
    section's own text, which is no other wording until somebody changes it."""
    found: Section = _row(_written(request, pk), "section", row)
    fields = sent(request.POST, Section.EDITABLE)
    wanted, seen = dict(fields.wanted), dict(fields.seen)
    own = found.text.replace("\r\n", "\n").strip()
    if not found.wording and seen.get("wording") == own:
        seen["wording"] = ""
        if wanted["wording"] == own:
            wanted["wording"] = ""
    shown = Sent(wanted, seen)
    return saved(
        request, found.intake, f"section-{row}", fields,
        lambda: found.change(shown.wanted, shown.seen, by=request.user, now=timezone.now()),
        words=dict(Section.Mark.choices),
    )  # fmt: skip


@require_POST
def action(request: AuthenticatedHttpRequest, pk: UUID, row: UUID) -> HttpResponseBase:
    """Save its words, who has it, until when, or that it is done."""
    found: Action = _row(_written(request, pk), "action", row)
    fields = _pressed(request.POST, "done", "is_done", Action.EDITABLE)
    people = {one.pk: one.display_name for one in people_of(found.intake.requisition)}
    if found.holder:
        people[found.holder.pk] = found.holder.display_name
    words = {str(pk): name for pk, name in people.items()} | {"1": "Yes"}

    def save() -> int:
        wanted = read_action(fields.wanted, people, today=timezone.localdate())
        return _change(request, found, wanted, seen_action(fields.seen))

    return saved(request, found.intake, f"action-{row}", fields, save, words=words)


# --- what is moved -------------------------------------------------------------------------


@require_POST
def placing(request: AuthenticatedHttpRequest, pk: UUID, row: UUID) -> HttpResponseBase:
    """`move=up` or `move=down` within its column, or `after=ID` (empty for the first place),
    with `kind` and `seen-kind` for a place in another column."""
    intake = _written(request, pk)
    found: Requirement = _row(intake, "requirement", row)
    sorted_as = sent(request.POST, ["kind"])
    fields = Sent({**sorted_as.wanted, "position": found.position}, sorted_as.seen)

    def save() -> int:
        with transaction.atomic():
            intake.held()
            if sorted_as.wanted:
                found.change(sorted_as.wanted, sorted_as.seen, by=request.user, now=timezone.now())
            if not sorted_as.wanted or {"move", "after"} & set(request.POST):
                found.place(_after(found, request.POST), by=request.user, now=timezone.now())
        return found.revision

    return saved(request, intake, f"requirement-{row}", fields, save)


def _after(found: Requirement, post: QueryDict) -> UUID | None:
    """Raises ValidationError for what names no place."""
    step = {"up": -1, "down": 1}.get(post.get("move", ""))
    if step:
        rows = Requirement.objects.standing().filter(intake=found.intake, kind=found.kind)
        ids = list(rows.values_list("pk", flat=True))
        if found.pk in ids:
            return place_beside(ids, found.pk, step)
    elif "after" in post:
        try:
            return UUID(str(post["after"])) if post["after"] else None
        except ValueError:
            pass
    raise ValidationError("Say where it goes: up, down, or after which.")


# --- what is taken away --------------------------------------------------------------------


@require_POST
def removal(request: AuthenticatedHttpRequest, pk: UUID, row: UUID, kind: str) -> HttpResponseBase:
    intake = _written(request, pk)
    found: Ordered = _row(intake, kind, row)
    found.remove(by=request.user, now=timezone.now())
    undo = reverse(f"intake_{kind}_restoration", args=[pk, row])
    if not asks_for_json(request):
        messages.success(request, f"Removed “{found}”.", extra_tags=f"undo:{undo}")
    told = {"undo": undo, "text": str(found), "revision": found.revision}
    return _done(request, intake, f"{kind}s", **told)


@require_POST
def restoration(
    request: AuthenticatedHttpRequest, pk: UUID, row: UUID, kind: str
) -> HttpResponseBase:
    intake = _written(request, pk)
    found: Ordered = _row(intake, kind, row)
    try:
        found.restore(by=request.user, now=timezone.now())
    except ValidationError as error:
        if asks_for_json(request):
            return JsonResponse({"errors": {"": error.messages}}, status=422)
        messages.error(request, error.messages[0])
    return _done(request, intake, f"{kind}-{row}", revision=found.revision)
