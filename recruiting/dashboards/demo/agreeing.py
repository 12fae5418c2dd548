"""Intakes of the demo on their way into the database, through the methods that pages go through."""

import uuid
from datetime import datetime, timedelta
from functools import partial

from intake.models import (
    Action,
    Agreement,
    Answer,
    Brief,
    Intake,
    Meeting,
    Requirement,
    Section,
    Wanted,
)
from recruiting.accounts.models import User
from recruiting.dashboards.demo.intakes import TERMS, Change, Draft
from requisitions.models import Requisition

AHEAD = timedelta(hours=1)
"""The meeting of today begins in an hour or a little more, whenever the demo is loaded."""

ROOM = "https://meet.example/havelmark-intake"


def prepare(draft: Draft, requisition: Requisition, *, by: User, now: datetime) -> None:
    """Write the draft; what the manager wrote in it is his."""
    manager = requisition.manager
    assert manager is not None, "an intake is with somebody"
    login = manager.email.partition("@")[0]
    Agreement.settle(requisition, TERMS[login], version=0, by=by, now=now)
    intake = Intake.prepare(requisition, by=by, now=now)
    for texts, writer in ((draft.answers, by), (draft.theirs, manager)):
        for key, text in texts.items():
            Answer.write(intake, key, text, seen="", by=writer, now=now)
    for one in draft.requirements:
        values = {name: getattr(one, name) for name in Requirement.EDITABLE}
        Requirement.add(intake, values, by=by, now=now, pk=uuid.uuid4())
    for section in intake.sections.all():
        mark, words = draft.marks.get(section.heading, ("", ""))
        wanted = {"mark": mark, "wording" if mark == "change" else "note": words}
        Section.change(section, wanted, dict.fromkeys(wanted, ""), by=manager, now=now)
    for text in draft.actions:
        values = {"text": text, "holder_id": by.pk, "due_on": now.date() + timedelta(days=7)}
        Action.add(intake, values, by=by, now=now, pk=uuid.uuid4())


def propose(requisition: Requisition, *, by: User, now: datetime, reason: str = "") -> None:
    intake = Intake.objects.get(pk=requisition.pk)
    Brief.propose(intake, digest=intake.content().digest, reason=reason, by=by, now=now)


def amend(change: Change, requisition: Requisition, *, by: User, now: datetime) -> None:
    intake = Intake.objects.get(pk=requisition.pk)
    for text, wanted in change.requirements.items():
        row = intake.requirements.get(text=text)
        row.change(wanted, {name: getattr(row, name) for name in wanted}, by=by, now=now)
    write = partial(Answer.write, intake, by=by, now=now)
    for key, text in change.answers.items():
        write(key, text, seen=intake.answers.get(key=key).text)
    propose(requisition, by=by, now=now, reason=change.reason)


def sign(requisition: Requisition, *, now: datetime) -> None:
    """The manager signs what waits for him, when what was open has been settled."""
    waiting = Brief.objects.pending().select_related("requisition__intake")
    brief = waiting.get(requisition=requisition)
    assert requisition.manager is not None, "somebody signs"
    for action in brief.requisition.intake.actions.filter(is_done=False):
        action.change({"is_done": True}, {"is_done": False}, by=requisition.recruiter, now=now)
    brief.sign(digest=brief.digest, by=requisition.manager, now=now)


def meet_today(requisition: Requisition, *, today: datetime, by: User, now: datetime) -> None:
    """`today` is when the demo is loaded, `now` when the meeting was agreed on."""
    begins = (today + AHEAD).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    Meeting.schedule(requisition, Wanted(begins, 30, ROOM), pk=uuid.uuid4(), by=by, now=now)
