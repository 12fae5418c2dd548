"""One requisition on the desk: why it needs somebody, and the forms that do it where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from intake.models import Side
from intake.waiting import WaitingBrief
from recruiting.approvals.balls import Ball
from recruiting.dashboards import needs
from recruiting.dashboards.needs import Kind
from recruiting.dashboards.rows import about, ago, exact, promise_words
from requisitions.forms import ExtensionForm, ReasonForm, StatusForm
from requisitions.models import Requisition, Stage, Status
from requisitions.stages import counted_stages
from requisitions.words import days_words, stage_words
from status_updates.conversation_forms import AnswerForm
from status_updates.facts import Facts
from status_updates.forms import CheckpointForm, PromiseMoveForm
from status_updates.models import Note, Promise

EXCERPT = 90
"""Characters of a question that stand in its line; opened, it is read in full."""

ACTIONS = {
    Kind.PROMISE: "Log",
    Kind.CANDIDATE: "Look",
    Kind.BRIEF: "Read",
    Kind.QUIET: "Log",
    Kind.QUESTION: "Answer",
    Kind.HOLD: "Resume",
    Kind.ORPHANED: "Hand over",
    Kind.UNMANAGED: "Name the manager",
    Kind.OPENING: "Open",
}


@dataclass(frozen=True)
class Reason:
    """`late` marks a word that was not kept."""

    kind: Kind
    text: str
    late: bool = False


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Item:
    """A line of the desk. `place` opens what it takes; `link` leads there where that is a page."""

    pk: UUID
    url: str
    title: str
    about: str
    reasons: Sequence[Reason]
    recruiter: UUID

    @property
    def action(self) -> str:
        return ACTIONS[self.reasons[0].kind] if self.reasons else "Log"

    @property
    def place(self) -> str:
        return reverse("desk_item", args=[self.pk])

    @property
    def link(self) -> str:
        kinds = {reason.kind for reason in self.reasons}
        if not kinds or kinds - {Kind.CANDIDATE, Kind.BRIEF, Kind.ORPHANED, Kind.UNMANAGED}:
            return ""
        return self.links[0].url

    @property
    def links(self) -> list[Link]:
        """To the pages of candidates, and where people are named and briefs signed."""
        kinds = {reason.kind for reason in self.reasons}
        found = []
        if Kind.CANDIDATE in kinds:
            found.append(Link("See the candidates", reverse("candidates", args=[self.pk])))
        if Kind.BRIEF in kinds:
            found.append(Link("Read the brief", reverse("brief", args=[self.pk])))
        if Kind.ORPHANED in kinds:
            found.append(Link("Hand it over", reverse("handover", args=[self.recruiter])))
        if Kind.UNMANAGED in kinds:
            edit = reverse("requisition_edit", args=[self.pk])
            found.append(Link("Name the hiring manager", f"{edit}#id_manager"))
        return found


def questions_on(pks: Sequence[UUID]) -> dict[UUID, list[Note]]:
    """Managers' open questions of some requisitions, in one statement."""
    found: dict[UUID, list[Note]] = {}
    for note in needs.managers_questions().filter(requisition__in=pks).select_related("by"):
        found.setdefault(note.requisition_id, []).append(note)
    return found


@dataclass(frozen=True)
class Telling:
    """Words for what a requisition needs. A lead is told whose it is."""

    today: date
    zone: tzinfo
    names_recruiter: bool
    reader: UUID

    def item(
        self,
        known: Facts,
        questions: Sequence[Note],
        brief: WaitingBrief | None = None,
        balls: Sequence[Ball] = (),
    ) -> Item:
        requisition = known.requisition
        whose = f" · {requisition.recruiter.display_name}" if self.names_recruiter else ""
        return Item(
            pk=requisition.pk,
            url=requisition.get_absolute_url(),
            title=requisition.title,
            about=about(requisition) + whose,
            reasons=self.reasons(known, questions, brief, balls),
            recruiter=requisition.recruiter_id,
        )

    def pressing(self, balls: Sequence[Ball]) -> list[Ball]:
        """Of what waits on candidates: what the recruiter has to say, an offer once its day has
        come, and what a manager is late with."""
        return [one for one in balls if self._presses(one)]

    def _presses(self, ball: Ball) -> bool:
        if ball.side == Side.RECRUITER and ball.item.kind != "offer":
            return True
        due_today = ball.due and ball.due.astimezone(self.zone).date() <= self.today
        return ball.is_overdue or bool(ball.side == Side.RECRUITER and due_today)

    def reasons(
        self,
        known: Facts,
        questions: Sequence[Note],
        brief: WaitingBrief | None,
        balls: Sequence[Ball] = (),
    ) -> list[Reason]:
        """All of them, the most pressing first."""
        requisition = known.requisition
        found = self._promises(known)
        for ball in balls:
            words = ball.words(self.zone, self.reader)
            found.append(Reason(Kind.CANDIDATE, words[0].upper() + words[1:], ball.is_overdue))
        pressing = brief if requisition.is_active and self._is_pressing(brief) else None
        if pressing:
            found.append(Reason(Kind.BRIEF, self._unsigned(pressing, requisition)))
        if known.health == "quiet":
            found.append(Reason(Kind.QUIET, self._silence(known)))
        found += [Reason(Kind.QUESTION, self._question(note)) for note in questions]
        if known.hold_until and known.hold_until <= self.today:
            found.append(Reason(Kind.HOLD, f"On hold until {exact(known.hold_until)}"))
        if getattr(requisition, "is_orphaned", False):
            found.append(Reason(Kind.ORPHANED, self._orphan(requisition)))
        if getattr(requisition, "is_unmanaged", False):
            is_draft = requisition.status == Status.DRAFT
            why = "A draft until somebody answers for it" if is_draft else "Nobody gets its digest"
            found.append(Reason(Kind.UNMANAGED, why))
        if requisition.status == Status.INTAKE and not pressing:
            found.append(Reason(Kind.OPENING, self._intake(requisition, brief)))
        return found

    def _is_pressing(self, brief: WaitingBrief | None) -> bool:
        """The same that `needs.unsigned` asks of the database."""
        if brief is None:
            return False
        asked = brief.asked_at.astimezone(self.zone).date()
        return brief.side == Side.RECRUITER or asked < self.today - needs.REMIND_AFTER

    def _unsigned(self, brief: WaitingBrief, requisition: Requisition) -> str:
        asked = ago(brief.asked_at.astimezone(self.zone).date(), self.today)
        name = brief.name.capitalize()
        if brief.side == Side.MANAGER:
            whom = requisition.manager or "the hiring manager, whom nobody has named,"
            return f"{name} not signed yet: {brief.asker} asked {whom} {asked}"
        whose = f"{requisition.recruiter}'s" if self.names_recruiter else "your"
        return f"{name} waits for {whose} signature: {brief.asker} signed it {asked}"

    def _promises(self, known: Facts) -> list[Reason]:
        if not known.requisition.is_active:
            return []
        return [
            Reason(
                Kind.PROMISE,
                f"Promised: {promise_words(one.text, one.due_on, self.today)}{one.moved_words}",
                late=one.due_on < self.today,
            )
            for one in known.open_promises
            if one.due_on <= self.today
        ]

    def _silence(self, known: Facts) -> str:
        if last := known.requisition.latest_checkpoint:
            return f"Last logged {ago(last.on, self.today)}"
        return f"Nothing logged in {days_words(known.quiet_days or 0)} since it was opened"

    def _question(self, note: Note) -> str:
        asked = ago(note.at.astimezone(self.zone).date(), self.today)
        text = Truncator(" ".join(note.text.split())).chars(EXCERPT)
        return f"{note.by.display_name} asked {asked}: “{text}”"

    def _orphan(self, requisition: Requisition) -> str:
        recruiter = requisition.recruiter
        gone = f"no longer serves {requisition.client}" if recruiter.is_active else "has left"
        return f"{recruiter} {gone}"

    def _intake(self, requisition: Requisition, brief: WaitingBrief | None) -> str:
        if brief:
            return f"{brief.name.capitalize()} not signed yet by both"
        manager = requisition.manager.display_name if requisition.manager else "nobody"
        created = ago(timezone.localdate(requisition.created_at, self.zone), self.today)
        return f"In intake with {manager}, created {created}"


# --- what opens where it stands ------------------------------------------------------------


class LogForm(CheckpointForm):
    """A checkpoint on the desk, where several may stand open. `seen` is the checkpoint that was
    the last one when the form was shown."""

    seen = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)

    def __init__(self, *args: Any, requisition: Requisition, today: date, **kwargs: Any) -> None:
        stages = counted_stages(requisition.client.hidden)
        recorded = requisition.funnel.recorded
        super().__init__(*args, today=today, stages=stages, recorded=recorded, **kwargs)
        self.auto_id = f"log-{requisition.pk}_%s"
        self.fields["seen"].initial = str(requisition.latest_checkpoint_id or "")


class DeskAnswerForm(AnswerForm):
    """`seen` says that the answer which came meanwhile has been shown."""

    seen = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)


@dataclass(frozen=True)
class MoveLine:
    """A promise whose date can be moved."""

    id: UUID
    text: str
    form: PromiseMoveForm


@dataclass(frozen=True)
class QuestionLine:
    id: UUID
    text: SafeString
    who: str
    asked: str
    asked_title: str
    form: DeskAnswerForm


@dataclass(frozen=True)
class Panel:
    """The forms of one item, and what has happened meanwhile, if anything has."""

    requisition: Requisition
    notice: str = ""
    log: LogForm | None = None
    steppers: Sequence[tuple[BoundField, str]] = ()
    moves: Sequence[MoveLine] = ()
    questions: Sequence[QuestionLine] = ()
    resumption: StatusForm | None = None
    extension: ExtensionForm | None = None
    opening: ReasonForm | None = None
    links: Sequence[Link] = ()

    @property
    def legend(self) -> str:
        return "Since the last checkpoint" if self.requisition.latest_checkpoint else "So far"

    @property
    def draft(self) -> str:
        """The same as on the requisition's page: what was typed there is here as well."""
        return f"checkpoint-{self.requisition.pk}"

    @property
    def is_empty(self) -> bool:
        return not (
            self.log or self.moves or self.questions or self.resumption or self.extension
            or self.opening or self.links
        )  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """A form that was sent and not taken, by the name of its place; with the row it is about, and
    what has happened meanwhile."""

    name: str
    form: Any
    row: Any = None
    notice: str = ""


@dataclass(frozen=True)
class Panels:
    """Makes panels. The place of a refused form is shown even if nothing asks for it any more."""

    telling: Telling
    refused: Refused | None = None
    bound: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        bound = {self.refused.name: self.refused.form} if self.refused else {}
        object.__setattr__(self, "bound", bound)

    def panel(self, known: Facts, item: Item, questions: Sequence[Note]) -> Panel:
        requisition = known.requisition
        kinds = {reason.kind for reason in item.reasons}
        log = self._log(requisition, kinds)
        held = Kind.HOLD in kinds
        return Panel(
            requisition=requisition,
            notice=self.refused.notice if self.refused else "",
            log=log,
            steppers=_steppers(log, known) if log else (),
            moves=[self._move(one) for one in self._promises(requisition, kinds)],
            questions=[self._question(one) for one in self._asked(questions)],
            resumption=self._status("resumption", StatusForm, requisition, wanted=held),
            extension=self._status("extension", ExtensionForm, requisition, wanted=held),
            opening=self._status("opening", ReasonForm, requisition, wanted=Kind.OPENING in kinds),
            links=item.links,
        )

    def _log(self, requisition: Requisition, kinds: set[Kind]) -> LogForm | None:
        if "log" in self.bound:
            form: LogForm = self.bound["log"]
            return form
        if not requisition.is_active or not (not kinds or kinds & {Kind.PROMISE, Kind.QUIET}):
            return None
        return LogForm(requisition=requisition, today=self.telling.today)

    def _promises(self, requisition: Requisition, kinds: set[Kind]) -> list[Promise]:
        due: QuerySet[Promise] = requisition.promises.due(self.telling.today)
        found = list(due) if Kind.PROMISE in kinds else []
        return _with(found, self.refused, Promise)

    def _move(self, promise: Promise) -> MoveLine:
        form = self.bound.get(f"move-{promise.pk}")
        today = self.telling.today
        return MoveLine(
            promise.pk,
            promise_words(stage_words(Stage(promise.stage), promise.count), promise.due_on, today),
            form or PromiseMoveForm(promise=promise, today=today),
        )

    def _asked(self, questions: Sequence[Note]) -> list[Note]:
        return _with(list(questions), self.refused, Note)

    def _question(self, note: Note) -> QuestionLine:
        on = note.at.astimezone(self.telling.zone).date()
        return QuestionLine(
            id=note.pk,
            text=note.html,
            who=note.by.display_name,
            asked=ago(on, self.telling.today),
            asked_title=exact(on),
            form=self.bound.get(f"answer-{note.pk}") or answer_form(note),
        )

    def _status(
        self, name: str, form: type[StatusForm], requisition: Requisition, *, wanted: bool
    ) -> Any:
        if name in self.bound:
            return self.bound[name]
        return status_form(name, form, requisition, self.telling.today) if wanted else None


def status_form(
    name: str, form: type[StatusForm], requisition: Requisition, today: date, data: Any = None
) -> StatusForm:
    return form(data, requisition=requisition, today=today, auto_id=f"{name}-{requisition.pk}_%s")


def answer_form(note: Note, data: Any = None) -> DeskAnswerForm:
    return DeskAnswerForm(data, auto_id=f"answer_{note.pk}_%s")


def _with(found: list[Any], refused: Refused | None, model: type[Any]) -> list[Any]:
    row = refused.row if refused else None
    return [*found, row] if isinstance(row, model) and row not in found else found


def _steppers(form: CheckpointForm, known: Facts) -> list[tuple[BoundField, str]]:
    """Each stage's input beside its total so far."""
    return [
        (field, f"{known.totals[stage]:,}")
        for field, stage in zip(form.stage_fields(), form.stages, strict=True)
    ]
