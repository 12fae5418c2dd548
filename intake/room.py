"""The intake room: what its page shows. What is new in it since is told by `news`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.agenda import Moment, Part, moment, spans
from intake.checks import Asked, Remark, warnings
from intake.content import KINDS, Content, Missing, missing
from intake.document import Document, document_of
from intake.models import Action, Intake, Requirement, Section
from intake.questions import Question, questions_of
from intake.wording import Hint, Wording, hints


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
    """A part of the agenda with its minutes and its questions.

    `passed` are the minutes of it that the clock has seen; `is_open` says that the page begins
    with this one where it shows one at a time.
    """

    part: Part
    begins: int
    ends: int
    groups: Sequence[Group]
    passed: int = 0
    is_open: bool = False
    before: Part | None = None
    after: Part | None = None


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

    @property
    def draft(self) -> "Draft":
        return draft_of(self.intake, self.content)

    @property
    def minutes(self) -> int:
        return sum(view.part.minutes for view in self.parts)


@dataclass(frozen=True)
class Draft:
    """The brief as it grows beside the talk, and what it lacks to be signed.

    Each `missing` comes with whether its part stands in the agenda of this meeting.
    """

    document: Document
    missing: Sequence[tuple[Missing, bool]]


def draft_of(intake: Intake, content: Content) -> Draft:
    there = {part.key for part in intake.agenda}
    return Draft(
        document=document_of(content),
        missing=[(one, one.part in there) for one in missing(content)],
    )


def room_of(intake: Intake, wordings: Sequence[Wording], *, now: datetime, shown: str = "") -> Room:
    """Eight statements, however much was written. `shown` is the key of the part that is asked
    for where a page shows one at a time; without it the clock decides."""
    texts = dict(intake.answers.values_list("key", "text"))
    requirements = list(intake.requirements.standing())
    content = intake.content()
    at = _moment(intake, now)
    return Room(
        intake=intake,
        parts=_parts(intake, texts, at, shown),
        columns=columns_of([view_of(one, wordings) for one in requirements]),
        sections=list(intake.sections.standing()),
        actions=list(intake.actions.standing().select_related("holder")),
        warnings=warnings([_asked(one) for one in requirements]),
        content=content,
        missing=missing(content),
        now=at,
    )


def _parts(
    intake: Intake, texts: Mapping[str, str], at: Moment | None, shown: str
) -> list[PartView]:
    agenda = intake.agenda
    if shown not in {part.key for part in agenda}:
        shown = at.part.key if at else agenda[0].key
    neighbours = zip((None, *agenda), (*agenda[1:], None), strict=False)
    return [
        PartView(
            part, begins, ends, _groups(part, texts),
            passed=at.passed_of(begins, ends) if at else 0,
            is_open=part.key == shown,
            before=before,
            after=after,
        )
        for (part, begins, ends), (before, after) in zip(spans(agenda), neighbours, strict=True)
    ]  # fmt: skip


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
