"""Data for tests, made the way the application makes it. Plain functions, no randomness."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from intake.content import Content
from intake.models import Answer, Brief, Intake, Requirement
from recruiting.accounts.models import Client, Membership, Role, User
from recruiting.approvals.files import folders
from recruiting.approvals.models import (
    Candidate,
    Mark,
    Rating,
    Resume,
    ResumePage,
    Slate,
    Submission,
)
from requisitions.models import Requisition, Stage, Status
from status_updates.models import Checkpoint, Note, Touchpoint
from status_updates.models.checkpoint import PromiseMade
from status_updates.models.touchpoint import Said

NOW = datetime(2026, 3, 11, 10, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in UTC: when the tests' world stands still."""

PASSWORD = "same-page-test"
_number = count(1)


def make_user(
    email: str = "",
    *,
    role: Role = Role.MANAGER,
    clients: Iterable[Client] = (),
    name: str = "",
    zone: str = "UTC",
    password: str | None = PASSWORD,
    now: datetime = NOW,
    **fields: Any,
) -> User:
    """A person who is a member of `clients`, with a working card in `zone`."""
    email = email or f"{role.value}{next(_number)}@people.example"
    user = User.objects.create_user(
        email, password, zone=zone, now=now, role=role, name=name, **fields
    )
    for client in clients:
        Membership.objects.create(client=client, user=user, created_at=now)
    return user


def make_client(name: str = "", *, by: User | None = None, now: datetime = NOW) -> Client:
    """A client; `by` becomes its first member."""
    name = name or f"Client {next(_number)}"
    return Client.create(name, by=by, now=now) if by else Client.objects.create(name=name)


def make_requisition(
    client: Client,
    *,
    recruiter: User,
    manager: User | None,
    status: Status = Status.OPEN,
    now: datetime = NOW - timedelta(days=30),
    title: str = "",
    **fields: Any,
) -> Requisition:
    """A requisition taken by its own methods to `status`, all of it at `now`.

    `status` may be any but parted. Without a manager it can only be a draft.
    """
    requisition = Requisition.create(
        by=recruiter,
        now=now,
        client=client,
        recruiter=recruiter,
        manager=manager,
        title=title or f"Job {next(_number)}",
        **fields,
    )
    if status in (Status.DRAFT, Status.INTAKE):
        assert requisition.status == status, "the manager decides between draft and intake"
        return requisition
    requisition.open_for_sourcing(by=recruiter, now=now, reason="Agreed by phone.")
    if status == Status.ON_HOLD:
        requisition.put_on_hold(by=recruiter, now=now, reason="The budget is not approved yet.")
    elif status == Status.CANCELLED:
        requisition.cancel(by=recruiter, now=now, reason="The team is not growing.")
    elif status == Status.FILLED:
        make_checkpoint(
            requisition, by=recruiter, now=now, counts={Stage.ACCEPTED: requisition.openings}
        )
    requisition.refresh_from_db()
    assert requisition.status == status
    return requisition


def make_checkpoint(
    requisition: Requisition,
    *,
    by: User | None = None,
    now: datetime = NOW,
    on: date | None = None,
    counts: Mapping[Stage, int] | None = None,
    note: str = "",
    next_step: str = "",
    promise: PromiseMade | None = None,
    key: uuid.UUID | None = None,
) -> Checkpoint:
    """A checkpoint logged by the requisition's recruiter, dated `on` (the day of `now`)."""
    return Checkpoint.log(
        requisition,
        by=by or requisition.recruiter,
        now=now,
        key=key or uuid.uuid4(),
        counts={Stage.FOUND: 3} if counts is None else counts,
        on=on or now.date(),
        note=note,
        next_step=next_step,
        promise=promise,
    )


def make_note(
    requisition: Requisition,
    text: str = "A word on this",
    *,
    by: User | None = None,
    now: datetime = NOW,
    kind: Note.Kind = Note.Kind.NOTE,
    is_private: bool = False,
    key: uuid.UUID | None = None,
) -> Note:
    """A note by the requisition's recruiter, or a question."""
    return Note.write(
        requisition,
        text,
        kind=kind,
        is_private=is_private,
        by=by or requisition.recruiter,
        now=now,
        key=key or uuid.uuid4(),
    )


def make_touchpoint(
    requisition: Requisition,
    *,
    by: User | None = None,
    now: datetime = NOW,
    kind: str = "call",
    happened_at: datetime | None = None,
    minutes: int | None = None,
    said: str = "",
    next_step: str = "",
) -> Touchpoint:
    """A touchpoint logged by the requisition's recruiter, an hour after it happened."""
    return Touchpoint.log(
        requisition,
        Said(kind, happened_at or now - timedelta(hours=1), minutes, said, next_step),
        by=by or requisition.recruiter,
        now=now,
        key=uuid.uuid4(),
    )


def make_draft(requisition: Requisition, *, now: datetime = NOW) -> Intake:
    """The draft of a brief that lacks nothing."""
    by = requisition.recruiter
    intake = Intake.prepare(requisition, by=by, now=now)
    Answer.write(intake, "why-job", "Ada leaves in May.", seen="", by=by, now=now)
    values = {"text": "Kafka", "kind": "dealbreaker", "tested_how": "A task", "tested_by": "Max"}
    Requirement.add(intake, values, by=by, now=now, pk=uuid.uuid4())
    return intake


def make_brief(requisition: Requisition, *by: User, reason: str = "", now: datetime = NOW) -> Brief:
    """The draft as it stands, signed by each of these in their order; without any, by the
    recruiter and the manager."""
    intake = Intake.objects.filter(pk=requisition.pk).first() or make_draft(requisition, now=now)
    assert requisition.manager is not None, "a brief has two sides"
    briefs = [
        Brief.propose(intake, digest=intake.content().digest, reason=reason, by=user, now=now)
        for user in by or (requisition.recruiter, requisition.manager)
    ]
    return briefs[-1]


def make_candidate(
    client: Client, *, by: User, name: str = "", now: datetime = NOW, **fields: Any
) -> Candidate:
    """A person of the client, without a resume. Her code is drawn by no lot: two of the same
    would fail a test now and then."""
    number = next(_number)
    values = {"name": name or f"Candidate Number{number}", "code": f"TC-{number:03}", **fields}
    return Candidate.objects.create(client=client, by=by, at=now, **values)


def make_resume(
    candidate: Candidate, *, by: User, pages: int = 1, text: str = "Seven years of Kafka",
    name: str = "CV.pdf", now: datetime = NOW,
) -> Resume:  # fmt: skip
    """As a worker leaves it, without one: a PDF of so many small pages."""
    made = Resume(
        candidate=candidate, name=name, kind="pdf", size=len(text), page_count=pages, text=text,
        state=Resume.State.READY, by=by, at=now, sha256=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip
    made.file.save(folders.original(made.pk), ContentFile(text.encode()), save=False)
    made.save(force_insert=True)
    for number in range(1, pages + 1):
        image = BytesIO()
        Image.new("RGB", (62, 88), "white").save(image, "WEBP")
        page = ResumePage(resume=made, number=number, width=62, height=88)
        page.file.save(folders.page(made.pk, number), ContentFile(image.getvalue()), save=False)
        page.save()
    return made


def make_submission(
    requisition: Requisition,
    candidate: Candidate | None = None,
    *,
    marks: Mapping[str, str] | None = None,
    pitch: str = "Has done this before. Wants to do it again.",
    now: datetime = NOW,
) -> Submission:
    """A draft, rated by the brief in force: each requirement met, or as `marks` says by text."""
    by = requisition.recruiter
    candidate = candidate or make_candidate(requisition.client, by=by, now=now)
    made = Submission.objects.create(
        requisition=requisition, candidate=candidate, pitch=pitch, by=by, at=now
    )
    brief = requisition.briefs.in_force().order_by("-number").first()
    lines = Content.from_json(brief.document).requirements if brief else ()
    Rating.objects.bulk_create(
        Rating(
            submission=made, requirement=uuid.UUID(one.id), text=one.text, kind=one.kind,
            place=place, mark=(marks or {}).get(one.text, Mark.MET), evidence="Said so.",
        )
        for place, one in enumerate(lines)
    )  # fmt: skip
    return made


def make_slate(
    requisition: Requisition,
    *submissions: Submission,
    note: str = "",
    now: datetime = NOW,
) -> Slate:
    """Sent to the manager; without any, with one submission made for it."""
    chosen = submissions or (make_submission(requisition, now=now),)
    return Slate.send(
        requisition, chosen, pk=uuid.uuid4(), note=note, by=requisition.recruiter, now=now
    )
