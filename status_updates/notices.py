"""Who is told what when somebody else writes or logs something."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from recruiting.accounts.models import Notification, NotificationKind, Told, User
from requisitions.notices import TIMELINE

if TYPE_CHECKING:
    from requisitions.models import Requisition
    from status_updates.models.note import Note


def causes_of(note: "Note") -> tuple[str, str]:
    """What was told of the note as it was written, and who came to be mentioned in it later."""
    return f"note:{note.pk}", f"mention:{note.pk}"


def tell_of_note(note: "Note", *, by: User, now: datetime) -> None:
    """The recruiter whose requisition it is, who is mentioned, and who had asked."""
    recruiter, question = note.requisition.recruiter_id, note.answers
    words = _PRIVATE_NOTE if note.is_private else _WORDS[note.kind]
    told = {recruiter: Told(NotificationKind.ENTRY, words)}
    told |= _mentioned(note, (UUID(pk) for pk, _ in note.mentions))
    if note.kind == "question":
        told[recruiter] = Told(NotificationKind.QUESTION, words)
    if question:
        told[question.by_id] = Told(NotificationKind.ANSWER, "answered your question on {what}")
    _tell(note, told, "note", by=by, now=now)


def tell_of_mentions(note: "Note", before: Iterable[str], *, by: User, now: datetime) -> None:
    """Who is mentioned in the note as edited and was not before."""
    new = {pk for pk, _ in note.mentions} - set(before)
    if new:
        _tell(note, _mentioned(note, map(UUID, new)), "mention", by=by, now=now)


def tell_of_entry(
    requisition: "Requisition", entry: str, pk: UUID, *, by: User, now: datetime
) -> None:
    """A checkpoint or a touchpoint was logged."""
    told = {requisition.recruiter_id: Told(NotificationKind.ENTRY, f"logged a {entry} on {{what}}")}
    Notification.tell(told, cause=f"{entry}:{pk}", by=by, now=now, requisition=requisition,
                      place=TIMELINE)  # fmt: skip


def _mentioned(note: "Note", people: Iterable[UUID]) -> dict[UUID, Told]:
    where = "in a private note on" if note.is_private else "on"
    words = f"mentioned you {where} {{what}}"
    return dict.fromkeys(people, Told(NotificationKind.MENTION, words))


def _tell(note: "Note", told: dict[UUID, Told], cause: str, *, by: User, now: datetime) -> None:
    Notification.tell(told, cause=f"{cause}:{note.pk}", by=by, now=now,
                      requisition=note.requisition, place=f"#note-{note.pk}")  # fmt: skip


_PRIVATE_NOTE = "wrote a private note on {what}"
_WORDS = {
    "note": "wrote a note on {what}",
    "question": "asked a question on {what}",
    "answer": "answered a question on {what}",
}
