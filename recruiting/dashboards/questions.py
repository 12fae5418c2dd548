"""Managers' questions that nobody has answered, for the desk of who answers them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from uuid import UUID

from django.db.models import Count, QuerySet, Window
from django.utils.safestring import SafeString

from recruiting.accounts.models import Role
from recruiting.dashboards.rows import about, ago, exact
from requisitions.models import Requisition
from status_updates.conversation_forms import AnswerForm
from status_updates.models import Note

SHOWN = 6
"""How many are shown; more come up as these are answered."""


@dataclass(frozen=True)
class Question:
    """An open question with the place for its answer."""

    id: UUID
    url: str
    title: str
    about: str
    text: SafeString
    who: str
    asked: str
    asked_title: str
    form: AnswerForm


@dataclass(frozen=True)
class Questions:
    """The ones that have waited longest, of `total`."""

    total: int = 0
    rows: Sequence[Question] = ()

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def questions_in(
    scope: QuerySet[Requisition], *, names_recruiter: bool, today: date, zone: tzinfo
) -> Questions:
    """One statement."""
    rows = list(
        Note.objects.open_questions()
        .filter(requisition__in=scope, by__role=Role.MANAGER)
        .select_related("by", "requisition__client", "requisition__recruiter")
        .annotate(total=Window(Count("pk")))
        .order_by("at", "pk")[:SHOWN]
    )
    total = getattr(rows[0], "total", 0) if rows else 0
    return Questions(total, [_question(note, names_recruiter, today, zone) for note in rows])


def _question(note: Note, names_recruiter: bool, today: date, zone: tzinfo) -> Question:
    requisition = note.requisition
    whose = f" · {requisition.recruiter.display_name}" if names_recruiter else ""
    on = note.at.astimezone(zone).date()
    return Question(
        id=note.pk,
        url=requisition.get_absolute_url(),
        title=requisition.title,
        about=about(requisition) + whose,
        text=note.html,
        who=note.by.display_name,
        asked=ago(on, today),
        asked_title=exact(on),
        form=AnswerForm.to(note),
    )
