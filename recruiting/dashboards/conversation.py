"""Notes, questions, answers and touchpoints as their readers see them."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Self
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.text import Truncator

from recruiting.accounts.models import User
from recruiting.dashboards.news import News
from recruiting.lib.text import render_markdown, without_marks
from status_updates.conversation_forms import AnswerForm
from status_updates.models import Note, Touchpoint

QUOTED = 140
"""Characters of a question that stand above its answer."""


@dataclass(frozen=True)
class NoteItem:
    """A note, question or answer. `note` is empty for a withdrawn one."""

    kind: str
    id: UUID
    on: date
    at: datetime
    who: str
    initials: str
    party: str
    note: SafeString | str
    is_private: bool
    is_open: bool
    """A question that nobody has answered yet."""
    to_whom: str
    quoted: str
    edited: str
    edited_at: datetime
    withdrawn: str
    may_edit: bool
    answer_form: AnswerForm | None
    is_new: bool = False


@dataclass(frozen=True)
class TouchpointItem:
    kind: str
    id: UUID
    on: date
    at: datetime
    who: str
    initials: str
    title: str
    note: SafeString | str
    next_step: str
    undone: str
    stands: bool
    before: Self | None
    is_new: bool = False


def note_item(note: Note, reader: User, zone: tzinfo, news: News) -> NoteItem:
    """One note; fetch it `with_answers` and its people."""
    stands = note.withdrawn_at is None
    is_question = note.kind == Note.Kind.QUESTION
    is_open = stands and is_question and not getattr(note, "is_answered", False)
    question = note.answers
    return NoteItem(
        kind=note.kind,
        id=note.pk,
        on=note.at.astimezone(zone).date(),
        at=note.at,
        who=note.by.display_name,
        initials=note.by.initials,
        party="manager" if note.by.is_manager else "recruiter",
        note=note.html if stands else "",
        is_private=note.is_private,
        is_open=is_open,
        to_whom=question.by.display_name if question else "",
        quoted=quoted(question) if question else "",
        edited=note.saved_by.display_name if note.version > 1 else "",
        edited_at=note.saved_at,
        withdrawn=note.withdrawn_by.display_name if note.withdrawn_by else "",
        may_edit=note.may_be_edited_by(reader),
        answer_form=AnswerForm.to(note) if is_open and note.may_be_answered_by(reader) else None,
        is_new=news.has(note.at, note.by_id),
    )


def quoted(question: Note) -> str:
    """The beginning of a question in plain words; nothing of one that was withdrawn."""
    if question.withdrawn_at:
        return "A question that was withdrawn"
    return Truncator(without_marks(question.text)).chars(QUOTED)


def touchpoint_item(touchpoint: Touchpoint, zone: tzinfo, news: News) -> TouchpointItem:
    undone = ""
    if touchpoint.undone_by:
        undone = f"Undone by {touchpoint.undone_by.display_name}"
    before = touchpoint.corrects
    return TouchpointItem(
        kind="touchpoint",
        id=touchpoint.pk,
        on=touchpoint.happened_at.astimezone(zone).date(),
        at=touchpoint.happened_at,
        who=touchpoint.by.display_name,
        initials=touchpoint.by.initials,
        title=_title(touchpoint),
        note=render_markdown(touchpoint.said) if touchpoint.said else "",
        next_step=touchpoint.next_step,
        undone=undone,
        stands=touchpoint.undone_at is None,
        before=_replaced(before, zone) if before else None,
        is_new=news.has(touchpoint.at, touchpoint.by_id),
    )


def _replaced(touchpoint: Touchpoint, zone: tzinfo) -> TouchpointItem:
    """What stood before a correction; what it had corrected itself is not told again."""
    return TouchpointItem(
        kind="touchpoint",
        id=touchpoint.pk,
        on=touchpoint.happened_at.astimezone(zone).date(),
        at=touchpoint.happened_at,
        who=touchpoint.by.display_name,
        initials=touchpoint.by.initials,
        title=_title(touchpoint),
        note=render_markdown(touchpoint.said) if touchpoint.said else "",
        next_step=touchpoint.next_step,
        undone="",
        stands=False,
        before=None,
    )


def _title(touchpoint: Touchpoint) -> str:
    kind = touchpoint.get_kind_display()
    if touchpoint.minutes is None:
        return kind
    return f"{kind}, {touchpoint.minutes} {'minute' if touchpoint.minutes == 1 else 'minutes'}"
