"""Digests of plain values, without a database: what one says to a manager of some jobs."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from intake.models import Side
from intake.waiting import WaitingBrief
from recruiting.accounts.models import Client, Role, User
from recruiting.approvals.balls import Ball, Item, Kind
from recruiting.approvals.due import Allowed
from requisitions.models import Funnel, Requisition, Stage, Status, StatusChange
from status_updates.digests.mail import written
from status_updates.digests.schedule import Period
from status_updates.digests.snapshot import Letter
from status_updates.facts import Facts, Material
from status_updates.models import Checkpoint, Promise
from status_updates.waiting import Waiting

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
LAST = MONDAY - timedelta(days=7)
BERLIN = ZoneInfo("Europe/Berlin")

MANAGER = User(id=UUID(int=1), email="manager@acme.example", name="Max Manager")
ROSA = User(
    id=UUID(int=2), email="recruiter@acme.example", name="Rosa Recruiter", role=Role.RECRUITER
)
ACME = Client(id=UUID(int=3), name="Acme")


def job(number: int = 1, title: str = "Data Engineer", **fields: Any) -> Requisition:
    """Open for 30 days, with an empty funnel."""
    made = Requisition(
        id=UUID(int=100 + number), client=ACME, title=title, recruiter=ROSA, manager=MANAGER,
        status=fields.pop("status", Status.OPEN), opened_on=date(2026, 2, 14),
        created_at=MONDAY - timedelta(days=30), **fields,
    )  # fmt: skip
    made.funnel = Funnel(requisition=made)
    return made


def facts(
    of: Requisition,
    *,
    moved: dict[Stage, int] | None = None,
    total: dict[Stage, int] | None = None,
    promises: Sequence[Promise] = (),
    next_step: str = "",
) -> Facts:
    """What a reader in Berlin is told of it on Monday, with a letter a week before."""
    for stage, number in {**(moved or {}), **(total or {})}.items():
        setattr(of.funnel, stage.value, number)
    of.latest_checkpoint = Checkpoint(on=date(2026, 3, 13), next_step=next_step)
    hour = MONDAY - timedelta(hours=1)
    counts = [(stage.value, number, hour) for stage, number in (moved or {}).items()]
    opened = StatusChange(to_status=of.status, at=MONDAY - timedelta(days=30))
    material = Material({of.pk: counts}, {of.pk: [opened]}, {of.pk: list(promises)}, {})
    return material.facts(of, since=LAST, today=MONDAY.date(), zone=BERLIN, reader=MANAGER.pk)


def promise(stage: Stage, count: int, due_on: date, **fields: Any) -> Promise:
    return Promise(
        stage=stage, count=count, baseline=0, due_on=due_on, by=ROSA,
        made_at=LAST - timedelta(days=1), **fields,
    )  # fmt: skip


def ball(
    kind: Kind = Kind.DECISION,
    *,
    due: datetime | None = None,
    late: int = 0,
    count: int = 1,
    now: datetime = MONDAY,
    **fields: Any,
) -> Ball:
    since = MONDAY - timedelta(days=3)
    item = Item(
        UUID(int=101), kind, tuple(UUID(int=300 + n) for n in range(count)), since, since,
        Allowed(days=1), slate=UUID(int=400), number=2, **fields,
    )  # fmt: skip
    return Ball(item, MANAGER.pk, MANAGER.pk, MANAGER.name, since, due, now, days_late=late)


def waiting(of: Requisition, **fields: Any) -> Waiting:
    return Waiting(of, Side.MANAGER, MANAGER.pk, fields.pop("text", "something waits"), **fields)


def brief(of: Requisition) -> WaitingBrief:
    return WaitingBrief(of.pk, UUID(int=500), 1, "a" * 64, False, Side.MANAGER, ROSA.name, LAST)


def letter(lines: Sequence[Facts], asked: Sequence[Waiting] = (), **fields: Any) -> Letter:
    said: dict[str, Any] = {
        "now": MONDAY, "manager": MANAGER, "client": ACME, "period": Period.parse("2026-W12"),
        "today": MONDAY.date(), "zone": BERLIN, "since": LAST.date(), "is_first": False,
        "personal_line": None, "waiting": asked, "lines": lines, "recruiters": [ROSA],
        "answers_go_to": [ROSA.email], "is_one_of_several": False, "only_news": False,
    }  # fmt: skip
    return Letter(**{**said, **fields})


def busy(number: int, title: str = "Senior Something Engineer, Department") -> Letter:
    """So many jobs of which much is told, and on each something waits that has a signed link."""
    jobs = [job(n, f"{title} {n:03}", target_on=date(2026, 6, 1)) for n in range(number)]
    lines = [
        facts(
            one,
            moved=dict.fromkeys(list(Stage)[:8], 12),
            promises=[
                promise(Stage.SUBMITTED, 40, date(2026, 3, 27)),
                promise(Stage.MET, 5, date(2026, 3, 20), kept_on=date(2026, 3, 13)),
            ],
            next_step="Agree with the manager on the range for an offer and on the start date",
        )
        for one in jobs
    ]
    due = MONDAY + timedelta(hours=7)
    asked = [
        waiting(one, ball=ball(due=due, count=3)) if n % 2 else waiting(one, brief=brief(one))
        for n, one in enumerate(jobs)
    ]
    return letter(lines, asked)


def printed(one: Letter) -> str:
    """A print of all that is sent of it."""
    return sha256(repr(written(one)).encode()).hexdigest()
