"""The intake room: what its page shows, and what has changed in it since somebody looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from intake.agenda import Moment, Part, moment, spans
from intake.checks import Asked, Remark, warnings
from intake.content import KINDS, Content, Missing, missing
from intake.models import Action, Answer, Editing, Intake, Requirement, Section
from intake.models.pieces import Piece
from intake.questions import Question, questions_of
from intake.wording import Hint, Wording, hints
from recruiting.accounts.models import User

SHOWN_FOR = timedelta(seconds=15)
"""How long somebody counts as writing somewhere after having said so."""


@dataclass(frozen=True)
class AnswerField:
    """A question and what was said to it so far."""

    question: Question
    text: str

    @property
    def piece(self) -> str:
        return f"answer-{self.question.key}"


@dataclass(frozen=True)
class Group:
    """Questions of a part under one heading; without one at the top of the part."""

    name: str
    fields: Sequence[AnswerField]


@dataclass(frozen=True)
class PartView:
    """A part of the agenda with its minutes and its questions."""

    part: Part
    begins: int
    ends: int
    groups: Sequence[Group]


@dataclass(frozen=True)
class RequirementView:
    """A requirement with what could be said better in it."""

    requirement: Requirement
    hints: Sequence[Hint] = ()

    @property
    def piece(self) -> str:
        return f"requirement-{self.requirement.pk}"


@dataclass(frozen=True)
class Column:
    """The requirements of one kind, in their order."""

    kind: str
    name: str
    rows: Sequence[RequirementView]


@dataclass(frozen=True)
class Room:
    """All that the page of a room shows."""

    intake: Intake
    parts: Sequence[PartView]
    columns: Sequence[Column]
    sections: Sequence[Section]
    actions: Sequence[Action]
    warnings: Sequence[Remark]
    content: Content
    missing: Sequence[Missing]
    now: Moment | None = None


def room_of(intake: Intake, wordings: Sequence[Wording], *, now: datetime) -> Room:
    """Eight statements, however much was written."""
    texts = dict(intake.answers.values_list("key", "text"))
    requirements = list(intake.requirements.standing())
    content = intake.content()
    return Room(
        intake=intake,
        parts=[
            PartView(part, begins, ends, _groups(part, texts))
            for part, begins, ends in spans(intake.agenda)
        ],
        columns=columns_of([view_of(one, wordings) for one in requirements]),
        sections=list(intake.sections.standing()),
        actions=list(intake.actions.standing().select_related("holder")),
        warnings=warnings([_asked(one) for one in requirements]),
        content=content,
        missing=missing(content),
        now=_moment(intake, now),
    )


def view_of(requirement: Requirement, wordings: Sequence[Wording]) -> RequirementView:
    return RequirementView(requirement, hints(requirement.text, wordings))


def columns_of(rows: Sequence[RequirementView]) -> list[Column]:
    """Those that nobody has sorted come first, where there are any."""
    names = {"": "Not sorted yet", **KINDS}
    columns = [
        Column(kind, name, [row for row in rows if row.requirement.kind == kind])
        for kind, name in names.items()
    ]
    return [column for column in columns if column.kind or column.rows]


def _groups(part: Part, texts: Mapping[str, str]) -> list[Group]:
    groups: dict[str, list[AnswerField]] = {}
    for question in questions_of(part.key):
        groups.setdefault(question.group, []).append(
            AnswerField(question, texts.get(question.key, ""))
        )
    return [Group(name, fields) for name, fields in groups.items()]


def _asked(one: Requirement) -> Asked:
    return Asked(one.pk, one.text, one.kind, one.tested_how, one.tested_by)


def _moment(intake: Intake, now: datetime) -> Moment | None:
    if intake.begun_at is None:
        return None
    return moment(intake.agenda, (now - intake.begun_at) / timedelta(minutes=1))


# --- what has changed ----------------------------------------------------------------------


@dataclass(frozen=True)
class Changed:
    """One piece as it stands now, for a reader who has seen an earlier revision."""

    piece: str
    kind: str
    id: UUID | None
    values: Mapping[str, Any]
    by: str
    removed: bool
    position: int = 0


@dataclass(frozen=True)
class News:
    """What came after a revision, and who is writing where."""

    revision: int
    changed: Sequence[Changed] = ()
    editing: Sequence[tuple[str, str]] = field(default_factory=tuple)


def news_of(intake: Intake, since: int, reader: User, *, now: datetime) -> News:
    """One statement when nothing has changed, five when something has.

    The revision was read before the pieces: what is saved in between is told again next time,
    which does no harm.
    """
    others = Editing.objects.filter(intake=intake, at__gt=now - SHOWN_FOR).exclude(user=reader)
    editing = [
        (one.piece, one.user.display_name)
        for one in others.exclude(piece="").select_related("user").order_by("at")
    ]
    if intake.revision <= since:
        return News(intake.revision, (), editing)
    changed = [
        _changed(piece)
        for rows in (intake.answers, intake.requirements, intake.sections, intake.actions)
        for piece in rows.since(since).select_related("saved_by")
    ]
    return News(intake.revision, changed, editing)


def _changed(piece: Piece) -> Changed:
    name = type(piece).__name__.lower()
    key = piece.key if isinstance(piece, Answer) else piece.pk
    return Changed(
        piece=f"{name}-{key}",
        kind=name,
        id=piece.pk,
        values={one: getattr(piece, one) for one in piece.EDITABLE},
        by=piece.saved_by.display_name if piece.saved_by else "",
        removed=piece.removed_at is not None,
        position=getattr(piece, "position", 0),
    )
