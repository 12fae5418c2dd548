"""Answering an intake in writing: some of it before the meeting, or all of it instead of one."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from intake.access import may_write
from intake.agenda import AGENDA, Part
from intake.models import AgendaTemplate, Answer, Brief, Intake, StalePiece
from intake.models.appointments import check_serves
from intake.models.pieces import Piece
from intake.questions import BY_KEY, Question, questions_of
from recruiting.accounts.models import Notification, NotificationKind, Told
from recruiting.audit.models import once, record
from recruiting.mailing import ledger
from recruiting.mailing.models import Mail
from requisitions.models import Requisition

if TYPE_CHECKING:
    from recruiting.accounts.models import User

PRE_READ_LINK = "pre-read"
WRITING_LINK = "writing"
"""What links in mail are for, and where their pages stand."""

WRITING = "intake_writing"
"""The kind of mail that asks for answers in writing."""

SIGNED = "The brief is signed, so there is nothing left to answer."

REQUIREMENTS = "requirements"
"""The part whose requirements are sorted as well."""


def closed_words(requisition: Requisition, user: "User", *, now: datetime) -> str:
    """Why nothing is to be answered any more, for the user; empty while there is."""
    if requisition.is_closed:
        status = requisition.get_status_display().lower()
        return f"This requisition is {status}, so there is nothing left to answer."
    if Brief.objects.in_force().filter(requisition=requisition).exists():
        return SIGNED
    if not may_write(user, requisition, now):
        return "Somebody else answers for this requisition now."
    return ""


# --- what is asked -------------------------------------------------------------------------


def agenda_of(requisition: Requisition) -> tuple[Part, ...]:
    """Its own, or while nothing is prepared the one of its client."""
    intake = Intake.objects.filter(pk=requisition.pk).first()
    return intake.agenda if intake else AgendaTemplate.parts_at(requisition.client)


def asked_parts(agenda: Iterable[Part]) -> list[Part]:
    """Those in which there is something to write; where all are parts of somebody's own, those of
    the usual half hour."""
    found = [part for part in agenda if questions_of(part.key) or part.key == REQUIREMENTS]
    return found or asked_parts(AGENDA)


@dataclass(frozen=True)
class Written:
    """A question with the text to be shown in its field. `seen` is what the next save has seen;
    `theirs`, by `by`, stands beside it where somebody else has saved another text."""

    question: Question
    text: str
    seen: str
    theirs: str | None = None
    by: str = ""
    errors: Sequence[str] = ()

    @property
    def is_refused(self) -> bool:
        return self.theirs is not None or bool(self.errors)


def written(
    requisition: Requisition, questions: Iterable[Question], outcome: "Outcome | None" = None
) -> list[Written]:
    """The questions with what was said to each. One statement."""
    rows = Answer.objects.filter(intake=requisition.pk)
    texts = dict(rows.values_list("key", "text"))
    return [_written(one, texts.get(one.key, ""), outcome or Outcome()) for one in questions]


def _written(question: Question, stands: str, outcome: "Outcome") -> Written:
    key = question.key
    mine = outcome.typed.get(key, stands)
    if current := outcome.stale.get(key):
        by = current.saved_by.display_name if current.saved_by else ""
        theirs = getattr(current, "text", "")
        return Written(question, mine, seen=theirs, theirs=theirs, by=by)
    return Written(question, mine, seen=stands, errors=outcome.errors.get(key, ()))


# --- saving it -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What became of several answers saved at once: what was `typed`, and by key what could not
    be saved since somebody else had saved another text, or since it is no text to be kept."""

    typed: Mapping[str, str] = field(default_factory=dict)
    stale: Mapping[str, Piece] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    revision: int = 0

    @property
    def is_saved(self) -> bool:
        return not self.stale and not self.errors


def save_answers(
    requisition: Requisition,
    typed: Mapping[str, str],
    seen: Mapping[str, str],
    *,
    by: "User",
    now: datetime,
) -> Outcome:
    """Save each answer that differs from what its writer saw. One that cannot be saved does not
    hold up the others. Raises KeyError for a question that is not asked.

    The first one prepares the intake, where nobody has.
    """
    changed = {key: text for key, text in typed.items() if text != seen.get(key, "")}
    stale: dict[str, Piece] = {}
    errors: dict[str, Sequence[str]] = {}
    if unknown := set(typed) - set(BY_KEY):
        raise KeyError(*unknown)
    if not changed:
        return Outcome(typed)
    revision = 0
    with transaction.atomic():
        intake = Intake.prepare(requisition, by=by, now=now)
        for key, text in changed.items():
            try:
                revision = Answer.write(intake, key, text, seen=seen.get(key, ""), by=by, now=now)
            except StalePiece as refusal:
                stale[key] = refusal.current
            except ValidationError as refusal:
                errors[key] = refusal.messages
        if len(changed) > len(stale) + len(errors):
            tell_of_answers(requisition, by=by, now=now)
    return Outcome(typed, stale, errors, revision)


def tell_of_answers(requisition: Requisition, *, by: "User", now: datetime) -> None:
    """The recruiter learns once a day that there is something new to read."""
    told = Told(NotificationKind.ANSWER, "answered questions of the intake of {what}")
    cause = f"written:{requisition.pk}:{now.astimezone(UTC):%Y-%m-%d}"
    Notification.tell({requisition.recruiter_id: told}, cause=cause, by=by, now=now,
                      requisition=requisition)  # fmt: skip


# --- asking for it -------------------------------------------------------------------------


def ask_in_writing(requisition: Requisition, *, key: uuid.UUID, by: "User", now: datetime) -> bool:
    """Mail the manager a link to the questions. `key` comes from the form: sent again, it is the
    same mail. Returns whether it was asked now.

    Raises ValidationError where there is nobody to ask, or nothing left to ask, and
    FormKey.DoesNotExist for somebody else's key.
    """
    manager = requisition.manager
    if manager is None:
        raise ValidationError("Name the hiring manager first.")
    check_serves(manager, requisition)
    if why := closed_words(requisition, manager, now=now):
        raise ValidationError(why)

    def ask() -> Mail:
        record("asked for answers in writing", requisition, by=by, now=now,
               client=requisition.client_id)  # fmt: skip
        return ledger.queue(
            WRITING,
            recipient=manager,
            client=requisition.client,
            period=f"{requisition.pk.hex}.{key.hex[:12]}",
            payload={"requisition": str(requisition.pk)},
            zone=manager.working_card.zone,
            now=now,
        )

    return once(key, by=by, now=now, create=ask)[1]


def asked_at(requisition: Requisition) -> datetime | None:
    """When the manager of now was last asked for answers in writing."""
    asked = Mail.objects.kind(WRITING).filter(
        recipient=requisition.manager_id, period__startswith=f"{requisition.pk.hex}."
    )
    return asked.order_by("-created_at").values_list("created_at", flat=True).first()
