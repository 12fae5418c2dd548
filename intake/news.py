"""What is new in an intake room for somebody who has it open, in as few statements as it takes.

Fifty rooms of two ask for it about every second, so it is the one answer here that has to be cheap:
two statements while nothing has changed, six when something has. Who may see the room is found out
once a minute: the page carries a ticket that says so, signed, for one person and one room.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404

from intake.models import Action, Agreement, Answer, Editing, Intake, Requirement, Section
from intake.models.pieces import Piece, begun_wording
from recruiting.accounts.models import User

SHOWN_FOR = timedelta(seconds=15)
"""How long somebody counts as writing somewhere after having said so."""

HERE_FOR = timedelta(seconds=45)
"""How long somebody counts as having the room open. Pages say so every half minute."""

TICKET_FOR = timedelta(seconds=60)
"""Who has lost sight of a room gets no more news of it after that."""

KINDS = (Answer, Requirement, Section, Action)


@dataclass(frozen=True)
class State:
    """How far a room is: what of it can change, as numbers."""

    pk: UUID
    revision: int
    agreement: int
    begun_at: datetime | None
    parts: Sequence[Mapping[str, Any]]

    @classmethod
    def seen_by(cls, user: User, pk: UUID) -> "State":
        """Raises Http404 for a room that `user` does not see."""
        return cls._of(Intake.objects.visible_to(user).filter(pk=pk))

    @classmethod
    def of_ticket_holder(cls, pk: UUID) -> "State":
        """For one who saw it a moment ago, see `admits`."""
        return cls._of(Intake.objects.filter(pk=pk))

    @classmethod
    def _of(cls, rows: QuerySet[Intake]) -> "State":
        of_pair = Agreement.objects.filter(
            client=OuterRef("requisition__client_id"),
            recruiter=OuterRef("requisition__recruiter_id"),
            manager=OuterRef("requisition__manager_id"),
        )
        found = rows.values_list(
            "pk", "revision", Subquery(of_pair.values("version")[:1]), "begun_at", "parts"
        ).first()
        if found is None:
            raise Http404
        pk, revision, agreement, begun_at, parts = found
        return cls(pk, revision, agreement or 0, begun_at, parts)

    @property
    def agenda(self) -> str:
        """Another one when the meeting has begun, or is to talk about other things."""
        return _short((self.begun_at, agenda_mark(self.parts)))


@dataclass(frozen=True)
class Presence:
    """Somebody who has the room open, and the field that he is in; none when it is empty.

    `side` is "recruiter" or "manager", the sides that pages have a colour for.
    """

    name: str
    side: str
    piece: str = ""


@dataclass(frozen=True)
class Changed:
    """One piece as it stands now, for a reader who has seen an earlier revision."""

    piece: str
    kind: str
    id: UUID | None
    values: Mapping[str, Any]
    removed: bool
    revision: int
    position: int = 0


@dataclass(frozen=True)
class News:
    """What came after a revision, and who is where. Two with the same `mark` and nothing changed
    since are the same news."""

    revision: int
    agreement: int
    agenda: str
    here: Sequence[Presence] = ()
    changed: Sequence[Changed] = ()

    @property
    def mark(self) -> str:
        return _short((self.revision, self.agreement, self.agenda, self.here))

    @property
    def editing(self) -> list[Presence]:
        return [one for one in self.here if one.piece]

    def as_json(self) -> dict[str, Any]:
        return {
            "mark": self.mark,
            "revision": self.revision,
            "agreement": self.agreement,
            "agenda": self.agenda,
            "here": [vars(one) for one in self.here],
            "changed": [vars(one) for one in self.changed],
        }


_signer = TimestampSigner(salt="intake.news")


def ticket_for(user: User, pk: UUID) -> str:
    """Says for a minute that `user` sees the room; give it to nobody else."""
    return _signer.sign(f"{user.pk}/{pk}")


def admits(ticket: str, user: User, pk: UUID) -> bool:
    try:
        return _signer.unsign(ticket, max_age=TICKET_FOR) == f"{user.pk}/{pk}"
    except BadSignature:
        return False


def news_of(state: State, since: int, reader: User, *, now: datetime) -> News:
    """One statement when nothing has changed, five when something has.

    The revision was read before the pieces: what is saved in between is told again next time,
    which does no harm.
    """
    changed = changed_since(state.pk, since) if state.revision > since else []
    here = here_besides(reader, state.pk, now=now)
    return News(state.revision, state.agreement, state.agenda, here, changed)


_NAMED = ("piece", "at", "user__name", "user__email", "user__role")


def here_besides(reader: User, pk: UUID, *, now: datetime) -> list[Presence]:
    """Who else has the room open."""
    others = Editing.objects.filter(intake=pk, at__gt=now - HERE_FOR).exclude(user=reader)
    return [
        Presence(
            one.user.display_name,
            "recruiter" if one.user.is_recruiter else "manager",
            one.piece if one.at > now - SHOWN_FOR else "",
        )
        for one in others.select_related("user").only(*_NAMED).order_by("user_id")
    ]


def changed_since(pk: UUID, revision: int) -> list[Changed]:
    """Four statements, however much it is. Removed ones too, so that they go. Plain values: rows
    of models would cost twice as much."""
    return [
        _changed(kind, row)
        for kind in KINDS
        for row in kind._base_manager.filter(intake=pk, revision__gt=revision)
        .order_by("revision")
        .values(*_COLUMNS[kind])
    ]


_COLUMNS = {
    kind: (
        "pk", "revision", "removed_at", *kind.EDITABLE, "key" if kind is Answer else "position",
        *(["text"] if kind is Section else []),
    )
    for kind in KINDS
}  # fmt: skip


def _changed(kind: type[Piece], row: Mapping[str, Any]) -> Changed:
    name = kind.__name__.lower()
    values = {one: row[one] for one in kind.EDITABLE}
    if kind is Section:
        # As the page shows it: where no other wording is agreed, the field begins with the text.
        values["wording"] = begun_wording(row["wording"], row["text"])
    return Changed(
        piece=f"{name}-{row.get('key') or row['pk']}",
        kind=name,
        id=row["pk"],
        values=values,
        removed=row["removed_at"] is not None,
        revision=row["revision"],
        position=row.get("position", 0),
    )


def agenda_mark(parts: Sequence[Mapping[str, Any]]) -> str:
    """Tells one agenda from another."""
    return _short([(one.get("key"), one.get("name"), one.get("minutes")) for one in parts])


def _short(value: object) -> str:
    return f"{zlib.crc32(repr(value).encode()):08x}"
