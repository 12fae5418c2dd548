"""What happened on a requisition, newest first: checkpoints and changes of status together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from recruiting.lib.text import render_markdown
from requisitions.models import Requisition, Stage, StatusChange
from requisitions.words import change_words, counted_word, stage_words
from status_updates.models import Checkpoint

PAGE = 20
"""Checkpoints shown at once."""


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
    counts: Sequence[tuple[str, str]] = ()
    id: UUID | None = None
    note: SafeString | str = ""
    next_step: str = ""
    promises: Sequence[PromiseLine] = ()
    undone: str = ""
    before: "Item | None" = None
    stands: bool = False


@dataclass(frozen=True)
class Timeline:
    items: Sequence[Item]
    earlier: int | None
    """How many checkpoints to skip for what came earlier; None at the end."""


def checkpoints_of(requisition: Requisition, *, skip: int) -> QuerySet[Checkpoint]:
    """One more than a page, so that the reader learns whether there is an earlier one."""
    return (
        requisition.checkpoints.select_related("by", "undone_by")
        .prefetch_related("stage_counts", "promises")
        .order_by("-on", "-at")[skip : skip + PAGE + 1]
    )


def timeline(
    checkpoints: Sequence[Checkpoint],
    changes: Iterable[StatusChange],
    *,
    skip: int,
    today: date,
    zone: tzinfo,
) -> Timeline:
    """A page of the timeline. Changes of status stand between the checkpoints of their days."""
    shown = list(checkpoints[:PAGE])
    earlier = skip + PAGE if len(checkpoints) > PAGE else None
    replaced = {checkpoint.corrects_id for checkpoint in checkpoints}
    by_id = {checkpoint.pk: checkpoint for checkpoint in checkpoints}
    items = [
        _checkpoint_item(
            checkpoint, by_id.get(checkpoint.corrects_id) if checkpoint.corrects_id else None, today
        )
        for checkpoint in shown
        if checkpoint.pk not in replaced
    ]
    newest = None if skip == 0 or not shown else shown[0].on
    oldest = shown[-1].on if earlier and shown else None
    for change in changes:
        on = change.at.astimezone(zone).date()
        if (newest is None or on < newest) and (oldest is None or on >= oldest):
            items.append(_change_item(change, on))
    return Timeline(sorted(items, key=lambda item: (item.on, item.at), reverse=True), earlier)


def _checkpoint_item(checkpoint: Checkpoint, before: Checkpoint | None, today: date) -> Item:
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
        before=_checkpoint_item(before, None, today) if before else None,
        stands=checkpoint.undone_at is None,
    )


def _change_item(change: StatusChange, on: date) -> Item:
    return Item(
        kind="status",
        on=on,
        at=change.at,
        who=change.by.display_name if change.by else "",
        initials=change.by.initials if change.by else "",
        title=change_words(change),
        note=change.reason,
    )
