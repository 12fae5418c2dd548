"""How an interview was, as the link in a mail asks it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from intake.times import moment_words
from recruiting.accounts.models import User
from recruiting.approvals.access import Shown, decides, shown
from recruiting.approvals.history import SAID, feedback_of
from recruiting.approvals.models import Feedback, Interview
from recruiting.approvals.reasons import Reasons, reasons_of
from recruiting.approvals.states import OVER, State
from requisitions.models import Requisition


class NotForYou(Exception):
    """The owner of the link does not say so any more. Says who does, and nothing of the
    candidate."""


@dataclass(frozen=True)
class Asked:
    """What the page shows. `over`: why there is nothing to say any more."""

    interview: Interview
    reader: User
    shown: Shown
    when: str
    reasons: Reasons
    said: Feedback | None = None
    said_words: str = ""
    over: str = ""


def asked(interview: Interview, reader: User, *, now: datetime) -> Asked:
    """`interview` comes with its submission, requisition and people. Raises NotForYou."""
    submission = interview.submission
    requisition = submission.requisition
    seen = Requisition.objects.visible_to(reader, now).filter(pk=requisition.pk)
    if not decides(reader, requisition, now) or not seen.exists():
        manager = requisition.manager
        at_client = reader.memberships.filter(client=requisition.client_id).exists()
        is_other = manager and manager != reader and at_client
        does = f": {manager.display_name} does" if manager and is_other else ""
        raise NotForYou(f"You do not say how this interview was any more{does}.")
    said = feedback_of(interview)
    return Asked(
        interview,
        reader,
        shown(submission, reader),
        moment_words(interview.begins_at, str(timezone.get_current_timezone())),
        reasons_of(requisition.pk),
        said,
        _words(said, reader) if said else "",
        "" if said else _over(interview, requisition),
    )


def _words(said: Feedback, reader: User) -> str:
    """ "You said: go on." """
    who = "You" if said.by_id == reader.pk else said.by.display_name
    if said.by_id == reader.pk:
        return f"You said: {said.get_verdict_display().lower()}."
    return f"{who} {SAID[Feedback.Verdict(said.verdict)]}."


def _over(interview: Interview, requisition: Requisition) -> str:
    state = State(interview.submission.state)
    if interview.cancelled_at:
        return "This interview was called off."
    if requisition.is_closed:
        return f"This requisition is {requisition.get_status_display().lower()}."
    if state in OVER:
        return f"There is nothing to say any more: {state.label.lower()}."
    return ""
