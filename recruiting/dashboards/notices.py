"""A page of notifications as its reader sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from recruiting.accounts.models import Notification, User
from recruiting.dashboards.conversation import quoted
from recruiting.lib.places import Place
from status_updates.models import Note

PAGE = 30
"""Notifications shown at once."""

COUNTED = 99
"""The bell counts no further."""


@dataclass(frozen=True)
class Notice:
    """One row. `quote` is the beginning of what was written, as it stands now."""

    id: UUID
    kind: str
    before: str
    what: str
    after: str
    sentence: str
    client: str
    at: datetime
    quote: str
    is_unread: bool


@dataclass(frozen=True)
class Notices:
    rows: Sequence[Notice]
    newest: Place | None
    """What "mark all as read" goes up to."""
    earlier: Place | None
    """After which the page of what came earlier begins; None at the end."""


def notices_of(reader: User, *, only_unread: bool, before: Place | None) -> Notices:
    """A page, newest first. Two statements."""
    rows = Notification.objects.visible_to(reader).with_what_it_names()
    if only_unread:
        rows = rows.unread()
    if before:
        rows = rows.before(before)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    quotes = _quotes(shown, reader)
    return Notices(
        [_notice(one, quotes) for one in shown],
        newest=shown[0].mark if shown else None,
        earlier=shown[-1].mark if len(found) > PAGE else None,
    )


def unread_of(reader: User) -> int:
    """How many are unread, as far as they are counted. One statement."""
    return Notification.objects.visible_to(reader).unread().order_by()[: COUNTED + 1].count()


def in_short(number: int) -> str:
    return f"{COUNTED}+" if number > COUNTED else str(number)


def _quotes(shown: Sequence[Notification], reader: User) -> Mapping[UUID, str]:
    """The beginnings of the notes that are told of, for whom may still read them."""
    notes = [pk for one in shown if (pk := _note_of(one))]
    if not notes:
        return {}
    readable = Note.objects.visible_to(reader).standing().filter(pk__in=notes)
    return {note.pk: quoted(note) for note in readable}


def _note_of(one: Notification) -> UUID | None:
    what, _, pk = one.cause.partition(":")
    return UUID(pk) if what in ("note", "mention") else None


def _notice(one: Notification, quotes: Mapping[UUID, str]) -> Notice:
    before, after = one.around
    fields: dict[str, Any] = {"before": before, "what": one.what, "after": after}
    return Notice(
        id=one.pk,
        kind=one.kind,
        sentence=one.sentence,
        client=one.client.name if one.client else "",
        at=one.at,
        quote=quotes.get(_note_of(one) or one.pk, ""),
        is_unread=one.read_at is None,
        **fields,
    )
