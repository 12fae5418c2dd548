"""What happened on a requisition, newest first: what was logged and said, and its status."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from django.utils.safestring import SafeString

from intake.versions import Version
from recruiting.accounts.models import User
from recruiting.dashboards.conversation import (
    NoteItem,
    TouchpointItem,
    note_item,
    touchpoint_item,
)
from recruiting.dashboards.moments import Moment, dressed, moments_of
from recruiting.dashboards.news import News
from recruiting.dashboards.positions import Position
from recruiting.lib.text import render_markdown
from requisitions.models import Requisition, Stage, StatusChange
from requisitions.words import change_words, counted_word, stage_words
from status_updates.models import Checkpoint, Note, Touchpoint

PAGE = 20
"""Entries shown at once."""


@dataclass(frozen=True)
class PromiseLine:
    text: str
    due_on: date
    state: str


@dataclass(frozen=True)
class Item:
    """One entry as a reader sees it. `before` is what a correction replaced."""

    kind: str
    on: date
    at: datetime
    who: str
    initials: str
    title: str
    id: UUID
    counts: Sequence[tuple[str, str]] = ()
    note: SafeString | str = ""
    next_step: str = ""
    promises: Sequence[PromiseLine] = ()
    undone: str = ""
    before: "Item | None" = None
    stands: bool = False
    is_new: bool = False


Entry = Item | NoteItem | TouchpointItem | Moment


@dataclass(frozen=True)
class Timeline:
    items: Sequence[Entry]
    earlier: str | None
    """Where the page of what came earlier begins; None at the end."""

    @property
    def new(self) -> int:
        """How many of the entries shown are new to the reader."""
        return sum(item.is_new for item in self.items)


@dataclass(frozen=True)
class Rows:
    """A page of each kind and one more, which tells whether there are earlier ones."""

    checkpoints: Sequence[Checkpoint]
    notes: Sequence[Note]
    touchpoints: Sequence[Touchpoint]


def rows_of(
    requisition: Requisition, reader: User, *, before: Position | None, zone: tzinfo
) -> Rows:
    """What stands after `before`; five statements, however long the story is."""
    checkpoints = (
        requisition.checkpoints.select_related("by", "undone_by")
        .prefetch_related("stage_counts", "promises")
        .order_by("-on", "-at", "-pk")
    )
    notes = (
        requisition.notes.visible_to(reader)
        .with_answers()
        .select_related("by", "saved_by", "withdrawn_by", "answers__by")
        .order_by("-at", "-pk")
    )
    touchpoints = requisition.touchpoints.select_related("by", "undone_by", "corrects__by").filter(
        corrected_by=None
    )
    touchpoints = touchpoints.order_by("-happened_at", "-pk")
    if before:
        checkpoints = checkpoints.filter(before.before_by_day())
        notes = notes.filter(before.before_by_instant("at", zone))
        touchpoints = touchpoints.filter(before.before_by_instant("happened_at", zone))
    return Rows(
        list(checkpoints[: PAGE + 1]), list(notes[: PAGE + 1]), list(touchpoints[: PAGE + 1])
    )


def timeline(
    requisition: Requisition,
    rows: Rows,
    changes: Iterable[StatusChange | Version],
    reader: User,
    *,
    news: News,
    before: Position | None,
    today: date,
    zone: tzinfo,
) -> Timeline:
    """A page of the timeline, all kinds in one order; `changes` of the status and of the brief.
    At most three statements more, for what happened with candidates."""
    replaced = {checkpoint.corrects_id for checkpoint in rows.checkpoints}
    by_id = {checkpoint.pk: checkpoint for checkpoint in rows.checkpoints}
    checkpoints: list[Entry] = [
        _checkpoint_item(
            checkpoint,
            by_id.get(checkpoint.corrects_id) if checkpoint.corrects_id else None,
            today,
            news,
        )
        for checkpoint in rows.checkpoints
    ]
    notes: list[Entry] = [note_item(note, reader, zone, news) for note in rows.notes]
    touchpoints: list[Entry] = [touchpoint_item(one, zone, news) for one in rows.touchpoints]
    moments: list[Entry] = [*moments_of(requisition, zone, news)]
    moves: list[Entry] = [
        _brief_item(change, zone, news)
        if isinstance(change, Version)
        else _change_item(change, zone, news)
        for change in changes
    ]
    # Beyond the last row of a kind that has more, others of that kind are still unknown.
    ends = [_position(kind[-1]) for kind in (checkpoints, notes, touchpoints) if len(kind) > PAGE]
    end = max(ends, default=None)
    every = [*checkpoints, *notes, *touchpoints, *moments, *moves]
    every.sort(key=_position, reverse=True)
    known = [
        item
        for item in every
        if (before is None or _position(item) < before)
        and (end is None or _position(item) >= end)
        and item.id not in replaced
    ]
    shown = known[:PAGE]
    if len(known) > PAGE:
        end = _position(shown[-1])
    return Timeline(dressed(shown, reader), str(end) if end else None)


def _position(item: Entry) -> Position:
    return Position(item.on, item.at, item.id)


def _checkpoint_item(
    checkpoint: Checkpoint, before: Checkpoint | None, today: date, news: News
) -> Item:
    undone = ""
    if checkpoint.undone_at and checkpoint.undone_by:
        undone = f"Undone by {checkpoint.undone_by.display_name}"
    return Item(
        kind="checkpoint",
        id=checkpoint.pk,
        on=checkpoint.on,
        at=checkpoint.at,
        who=checkpoint.by.display_name,
        initials=checkpoint.by.initials,
        title="Checkpoint",
        counts=[
            (f"{count:+,}", counted_word(stage, count))
            for stage, count in checkpoint.counts.items()
        ],
        note=render_markdown(checkpoint.note) if checkpoint.note else "",
        next_step=checkpoint.next_step,
        promises=[
            PromiseLine(
                stage_words(Stage(promise.stage), promise.count),
                promise.due_on,
                promise.state(today),
            )
            for promise in checkpoint.promises.all()
        ],
        undone=undone,
        before=_checkpoint_item(before, None, today, News()) if before else None,
        stands=checkpoint.undone_at is None,
        is_new=news.has(checkpoint.at, checkpoint.by_id),
    )


def _change_item(change: StatusChange, zone: tzinfo, news: News) -> Item:
    return Item(
        kind="status",
        id=UUID(int=change.pk),
        on=change.at.astimezone(zone).date(),
        at=change.at,
        who=change.by.display_name if change.by else "",
        initials=change.by.initials if change.by else "",
        title=change_words(change),
        note=change.reason,
        is_new=news.has(change.at, change.by_id),
    )


def _brief_item(version: Version, zone: tzinfo, news: News) -> Item:
    """A brief when both had signed it, and before that when the first of them did."""
    brief = version.brief
    last = max(version.signatures.values(), key=lambda one: one.at)
    name = f"Amendment: brief {brief.number}" if brief.reason else f"Brief {brief.number}"
    if brief.signed_at:
        title = f"{name} signed by both"
    else:
        title = f"{name} {'taken back' if brief.withdrawn_at else 'asks for a signature'}"
    return Item(
        kind="status",
        id=brief.pk,
        on=last.at.astimezone(zone).date(),
        at=last.at,
        who=last.name,
        initials=last.user.initials,
        title=title,
        note=brief.reason,
        is_new=news.has(last.at, last.user_id),
    )
