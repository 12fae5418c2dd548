"""What the room shows of the description, the requirements, the agreement and the actions, besides
the rows themselves: which sentences are taken, what to think about again, whom to ask."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4, uuid5

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.safestring import SafeString

from intake.agreement_form import AgreementForm
from intake.checks import Asked, contradictions, duplicates, too_many
from intake.models import Agreement, Requirement, Section
from intake.models.pieces import LINE_MAX, begun_wording
from intake.room import Room
from intake.sentences import sentences_of
from intake.usual import WHY_AGREE, Fact
from recruiting.accounts.models import User
from recruiting.lib.text import render_markdown, without_marks
from requisitions.forms import check_day
from requisitions.models import Requisition


@dataclass(frozen=True)
class Sentence:
    """One of the job description. `key` becomes the id of the requirement that is made of it, so
    taken ten times it is one.

    `stands_as` is the requirement that says it by now; `is_own` when that was made of it.
    """

    key: UUID
    text: str
    stands_as: UUID | None = None
    is_own: bool = False

    @property
    def fits(self) -> bool:
        return len(self.text) <= LINE_MAX


@dataclass(frozen=True)
class SectionView:
    """A section under review with its sentences."""

    section: Section
    sentences: Sequence[Sentence]

    @property
    def piece(self) -> str:
        return f"section-{self.section.pk}"

    @property
    def html(self) -> SafeString:
        return render_markdown(self.section.text)

    @property
    def wording(self) -> str:
        return begun_wording(self.section.wording, self.section.text)


@dataclass(frozen=True)
class Mention:
    """A requirement that a remark is about."""

    piece: str
    text: str


@dataclass(frozen=True)
class Doubt:
    """A remark with a way to each requirement that it is about."""

    text: str
    about: Sequence[Mention]


@dataclass(frozen=True)
class Board:
    """What the parts of the room around the requirements show."""

    sections: Sequence[SectionView]
    doubts: Sequence[Doubt]
    people: Sequence[User]
    agreement: AgreementForm
    is_agreed: bool
    why_agree: Fact = WHY_AGREE

    @property
    def marked(self) -> int:
        """How many sections have been gone through."""
        return sum(bool(view.section.mark) for view in self.sections)

    @property
    def fresh_key(self) -> UUID:
        """For what is added next."""
        return uuid4()


def board_of(room: Room, requisition: Requisition) -> Board:
    """Two statements, however much was written."""
    rows = [row.requirement for column in room.columns for row in column.rows]
    agreement = Agreement.of(requisition)
    return Board(
        sections=[section_view(one, rows) for one in room.sections],
        doubts=doubts(rows),
        people=people_of(requisition),
        agreement=AgreementForm.of(agreement),
        is_agreed=bool(agreement),
    )


def section_view(section: Section, rows: Iterable[Requirement]) -> SectionView:
    ids, said = set[UUID](), dict[str, UUID]()
    for row in rows:
        ids.add(row.pk)
        said.setdefault(row.text.casefold(), row.pk)
    views = []
    for sentence in sentences_of(section.text):
        key, text = key_of(section, sentence), words_of(sentence)
        is_own = key in ids
        views.append(Sentence(key, text, key if is_own else said.get(text.casefold()), is_own))
    return SectionView(section, views)


def key_of(section: Section, sentence: str) -> UUID:
    """The same in every process and at every time, and another one in another intake."""
    return uuid5(section.intake_id, sentence)


def words_of(sentence: str) -> str:
    """Without marks of Markdown; what would be nothing but marks stays as it is."""
    return without_marks(sentence) or sentence


def sentence_of(section: Section, key: str) -> str | None:
    """The sentence of this section that has this key."""
    found = sentences_of(section.text)
    return next((text for text in found if str(key_of(section, text)) == key), None)


def take_sentence(section: Section, sentence: str, *, by: User, now: datetime) -> int:
    """Make a requirement of it, as it stands but for marks of Markdown; again after it was
    removed, the same one. Returns its revision. Raises ValidationError as `Requirement.add`."""
    key, text = key_of(section, sentence), words_of(sentence)
    with transaction.atomic():
        made = Requirement.add(section.intake, {"text": text}, by=by, now=now, pk=key)
        made.restore(by=by, now=now)
    return made.revision


def leave_sentence(section: Section, sentence: str, *, by: User, now: datetime) -> int:
    """Take that back, if it stands. Returns its revision."""
    rows = Requirement.objects.filter(intake=section.intake, pk=key_of(section, sentence))
    made = rows.select_related("intake").first()
    if made is None:
        return section.revision
    made.remove(by=by, now=now)
    return made.revision


def doubts(rows: Sequence[Requirement]) -> list[Doubt]:
    """What concerns several requirements. What one of them lacks is said at itself."""
    texts = {row.pk: row.text for row in rows}
    asked = [Asked(row.pk, row.text, row.kind) for row in rows]
    wanted = [one for one in asked if one.kind in ("dealbreaker", "nice")]
    found = [*too_many(asked), *contradictions(wanted), *duplicates(wanted)]
    return [
        Doubt(one.text, [Mention(f"requirement-{pk}", texts[pk]) for pk in one.about])
        for one in found
    ]


def people_of(requisition: Requisition) -> list[User]:
    """Who can hold an action: the two who answer for the job first, then the client's people."""
    named = [requisition.recruiter_id, requisition.manager_id]
    of_client = Q(memberships__client=requisition.client_id, is_active=True)
    people = User.objects.filter(of_client | Q(pk__in=[pk for pk in named if pk])).distinct()
    first = {pk: place for place, pk in enumerate(named)}
    return sorted(people, key=lambda one: (first.get(one.pk, 2), one.display_name.casefold()))


def read_action(
    typed: Mapping[str, str], people: Collection[UUID], *, today: date
) -> dict[str, object]:
    """The fields of an action as they were typed. Raises ValidationError keyed by field."""
    values: dict[str, object] = dict(typed)
    errors: dict[str, list[str]] = {}
    if "text" in typed and not typed["text"]:
        errors["text"] = ["Say what is to be done, or remove it."]
    if "holder_id" in typed:
        chosen = {str(pk): pk for pk in people}
        values["holder_id"] = chosen.get(typed["holder_id"])
        if typed["holder_id"] and not values["holder_id"]:
            errors["holder_id"] = ["Choose from the list."]
    if "due_on" in typed:
        try:
            values["due_on"] = check_day(_day(typed["due_on"]), today)
        except ValidationError as error:
            errors["due_on"] = error.messages
    if "is_done" in typed:
        values["is_done"] = typed["is_done"] == "1"
    if errors:
        raise ValidationError(errors)
    return values


def seen_action(typed: Mapping[str, str]) -> dict[str, object]:
    """The same fields as the writer saw them; what cannot be read was not seen."""
    seen: dict[str, object] = dict(typed)
    if "holder_id" in typed:
        try:
            seen["holder_id"] = UUID(typed["holder_id"]) if typed["holder_id"] else None
        except ValueError:
            seen["holder_id"] = typed["holder_id"]
    if "due_on" in typed:
        try:
            seen["due_on"] = _day(typed["due_on"])
        except ValidationError:
            seen["due_on"] = typed["due_on"]
    if "is_done" in typed:
        seen["is_done"] = typed["is_done"] == "1"
    return seen


def _day(typed: str) -> date | None:
    field = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    field.error_messages["invalid"] = "This is no date. Write it like 2026-04-30."
    found: date | None = field.clean(typed)
    return found


def place_beside(ids: Sequence[UUID], me: UUID, step: int) -> UUID | None:
    """Behind which row of its column `me` goes to move one place up (-1) or down (1); None for
    the first place. At an end it stays where it is, behind the one before it."""
    at = ids.index(me)
    place = min(max(at + step, 0), len(ids) - 1)
    rest = [pk for pk in ids if pk != me]
    return rest[place - 1] if place else None
