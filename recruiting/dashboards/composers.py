"""What somebody may write at the top of a requisition's timeline."""

from dataclasses import dataclass
from datetime import datetime

from django.forms import Form
from django.utils import timezone

from recruiting.accounts.models import User
from requisitions.models import Requisition
from requisitions.stages import counted_stages
from status_updates.conversation_forms import NoteForm, TouchpointForm
from status_updates.forms import CheckpointForm

LABELS = {"checkpoint": "Checkpoint", "touchpoint": "Touchpoint", "note": "Note"}


@dataclass(frozen=True)
class Segment:
    """One of several forms that share a place; the chosen one is shown."""

    name: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Composers:
    """The forms that a person gets; None for what she may not log here and now."""

    note: NoteForm
    checkpoint: CheckpointForm | None
    touchpoint: TouchpointForm | None
    chosen: str

    @property
    def segments(self) -> list[Segment]:
        """In the order in which a recruiter needs them; a manager has the one form."""
        forms: dict[str, Form | None] = {
            "checkpoint": self.checkpoint,
            "touchpoint": self.touchpoint,
            "note": self.note,
        }
        offered = [name for name, form in forms.items() if form is not None]
        chosen = self.chosen if self.chosen in offered else offered[0]
        return [Segment(name, LABELS[name], name == chosen) for name in offered]

    @property
    def were_refused(self) -> bool:
        forms = (self.note, self.checkpoint, self.touchpoint)
        return any(form is not None and form.errors for form in forms)


def composers_of(
    user: User,
    requisition: Requisition,
    *,
    now: datetime,
    chosen: str = "",
    note: NoteForm | None = None,
    checkpoint: CheckpointForm | None = None,
    touchpoint: TouchpointForm | None = None,
) -> Composers:
    """Fresh forms, and among them the one that has just been sent in."""
    if user.is_recruiter:
        touchpoint = touchpoint or TouchpointForm(now=now)
        if requisition.is_active:
            checkpoint = checkpoint or CheckpointForm(
                today=timezone.localdate(now),
                stages=counted_stages(requisition.client.hidden),
                recorded=requisition.funnel.recorded,
            )
    return Composers(note or NoteForm(user=user), checkpoint, touchpoint, chosen)
