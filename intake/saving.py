"""How a piece of a draft is saved over the wire, by script or by a plain form.

A form sends the fields of one piece, and beside each the text that its writer saw:
`text=…&seen-text=…`. A script asks for JSON and gets
200 `{"piece", "revision", "values"}` for what is saved,
409 `{"piece", "fields", "values", "by"}` for what somebody else saved since: nothing was written;
    `"removed": true` with it says that the piece is gone; `restore=1` saves it and brings it back,
422 `{"piece", "errors": {field: [words]}}` for what cannot be saved.
A plain form gets the room again, at its piece, or the page with both texts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from intake.models import Intake, StalePiece
from intake.models.pieces import Piece
from intake.questions import BY_KEY

LABELS = {
    "text": "Text", "kind": "Sorted as", "tested_how": "How it is tested", "tested_by": "By whom",
    "unless": "Unless", "mark": "Mark", "wording": "Agreed wording", "note": "Note",
    "holder_id": "Who", "due_on": "By when", "is_done": "Done",
}  # fmt: skip
"""What the fields of pieces are called where they are shown by themselves."""

PROSE = {"wording", "note"}
LINES = {"text", "tested_how", "tested_by", "unless", "due_on"}
"""Fields that are typed; of the others one is chosen."""


@dataclass(frozen=True)
class Sent:
    """What a form says of one piece: what is wanted, and what the writer saw of it."""

    wanted: Mapping[str, Any]
    seen: Mapping[str, Any]


@dataclass(frozen=True)
class Typed:
    """A field as somebody wants it, beside what stands: `theirs` is what a new try has seen."""

    piece: str
    name: str
    mine: str
    theirs: str
    is_stale: bool = False
    errors: Sequence[str] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def mine_read(self) -> str:
        """What somebody reads of it: the words of a choice, not its code."""
        return self.words.get(self.mine, self.mine)

    @property
    def theirs_read(self) -> str:
        return self.words.get(self.theirs, self.theirs)

    @property
    def label(self) -> str:
        if self.piece.startswith("answer-"):
            return BY_KEY[self.piece.removeprefix("answer-")].name
        return LABELS.get(self.name, self.name.replace("_", " ").capitalize())

    @property
    def control(self) -> str:
        """As what it is shown: "prose", "line", or "choice" for what is not typed."""
        if self.name in PROSE or self.piece.startswith("answer-"):
            return "prose"
        return "line" if self.name in LINES else "choice"


def sent(post: QueryDict, fields: Iterable[str]) -> Sent:
    """Of the fields that were sent. Line ends are those of the database, not of the wire."""
    there = [name for name in fields if name in post]
    return Sent(
        wanted={name: _plain(post[name]) for name in there},
        seen={name: _plain(post.get(f"seen-{name}", "")) for name in there},
    )


NOTHING = "Nothing arrived to be saved. Go back to the room and try again."


def _plain(text: Any) -> str:
    return str(text).replace("\r\n", "\n").strip()


def as_sent(value: Any) -> str:
    """A value of the database as a form sends it."""
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


def saved(
    request: HttpRequest,
    intake: Intake,
    piece: str,
    fields: Sent,
    save: Callable[[], int],
    *,
    words: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Save, and answer in the way that was asked for. `save` returns the piece's revision.
    `words` are what people read of the codes that its choices send."""
    if not fields.wanted:
        return _refused(request, intake, piece, fields, ValidationError(NOTHING), words or {})
    try:
        revision = save()
    except StalePiece as stale:
        return _refused_as_stale(request, intake, piece, fields, stale, words or {})
    except ValidationError as error:
        return _refused(request, intake, piece, fields, error, words or {})
    if not asks_for_json(request):
        return redirect(f"{room_url(intake.pk)}#{piece}")
    return JsonResponse({"piece": piece, "revision": revision, "values": fields.wanted})


def _refused_as_stale(
    request: HttpRequest,
    intake: Intake,
    piece: str,
    fields: Sent,
    stale: StalePiece,
    words: Mapping[str, str],
) -> HttpResponse:
    current = stale.current
    now = {name: getattr(current, name) for name in fields.wanted}
    by = current.saved_by.display_name if current.saved_by else ""
    is_removed = current.removed_at is not None
    if asks_for_json(request):
        told: dict[str, Any] = {"piece": piece, "fields": stale.fields, "values": now, "by": by}
        if is_removed:
            told["removed"] = True
        return JsonResponse(told, status=409)
    rows = [
        Typed(piece, name, as_sent(mine), as_sent(now[name]), name in stale.fields, words=words)
        for name, mine in fields.wanted.items()
    ]
    context = {"intake": intake, "requisition": intake.requisition, "piece": piece, "rows": rows,
               "by": by, "at": current.saved_at, "is_removed": is_removed}  # fmt: skip
    return render(request, "intake/conflict.html", context, status=409)


def _refused(
    request: HttpRequest,
    intake: Intake,
    piece: str,
    fields: Sent,
    error: ValidationError,
    words: Mapping[str, str],
) -> HttpResponse:
    errors = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    if asks_for_json(request):
        return JsonResponse({"piece": piece, "errors": errors}, status=422)
    rows = [
        Typed(
            piece,
            name,
            as_sent(mine),
            fields.seen.get(name, ""),
            errors=errors.get(name, ()),
            words=words,
        )
        for name, mine in fields.wanted.items()
    ]
    others = [one for name in errors if name not in fields.wanted for one in errors[name]]
    context = {"intake": intake, "requisition": intake.requisition, "piece": piece, "rows": rows,
               "others": others}  # fmt: skip
    return render(request, "intake/refused.html", context, status=422)


def asks_for_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def room_url(pk: UUID) -> str:
    return reverse("intake", args=[pk])


def values_of(piece: Piece) -> dict[str, Any]:
    """Its fields as JSON can carry them."""
    return {name: getattr(piece, name) for name in piece.EDITABLE}
