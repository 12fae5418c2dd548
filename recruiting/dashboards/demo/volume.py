"""Fills the database in bulk, for measuring: thousands of requisitions in seconds.

It goes around the models' methods for speed and writes the rows that they would have written:
totals are the sums of the ledger, each status has its changes, each change its event.
"""

import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from recruiting.accounts.models import (
    Client,
    Membership,
    Preferences,
    Role,
    User,
    WorkingCard,
)
from recruiting.audit.models import Event, event_of
from recruiting.dashboards.demo.lives import CheckpointLived, Life, PledgeLived, live
from requisitions.models import Funnel, Requisition, StageCount, Status, StatusChange
from status_updates.models import Checkpoint, Promise

DOMAIN = "seed.example"
PASSWORD = "same-page-seed"  # noqa: S105 - of people who are there to be counted
CHECKPOINTS_MAX = 200
"""Checkpoints of one requisition; they come weekly, so this is close to four years."""

REQUISITIONS_A_MANAGER = 5
MANAGERS_A_CLIENT = 25
MANAGERS_A_RECRUITER = 5
CHUNK = 250
"""Requisitions built and written together."""

ZONES = (
    "Europe/Berlin",
    "America/Chicago",
    "Asia/Singapore",
    "Europe/London",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Asia/Kolkata",
    "UTC",
)
JOBS = (
    "Engineer",
    "Analyst",
    "Technician",
    "Planner",
    "Nurse",
    "Driver",
    "Accountant",
    "Designer",
)
PLACES = ("Berlin", "Chicago", "Singapore", "London", "")
REASONS = {
    Status.ON_HOLD: "The budget is being decided.",
    Status.CANCELLED: "The team is not growing.",
    Status.FILLED: "",
}
JOINED = timedelta(days=365 * 5)


@dataclass(frozen=True)
class Seeded:
    """What one run wrote."""

    clients: list[Client]
    recruiters: list[User]
    managers: list[User]
    requisitions: int
    checkpoints: int
    ledger_entries: int


@dataclass
class Rows:
    """Rows of one chunk, in the order in which they can be written."""

    requisitions: list[Requisition] = field(default_factory=list)
    funnels: list[Funnel] = field(default_factory=list)
    changes: list[StatusChange] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    counts: list[StageCount] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def write(self) -> None:
        Requisition.objects.bulk_create(self.requisitions)
        Funnel.objects.bulk_create(self.funnels)
        StatusChange.objects.bulk_create(self.changes)
        Checkpoint.objects.bulk_create(self.checkpoints)
        StageCount.objects.bulk_create(self.counts)
        Promise.objects.bulk_create(self.promises)
        Event.objects.bulk_create(self.events)


def seed(
    *,
    requisitions: int,
    checkpoints_per: int,
    now: datetime,
    managers: int | None = None,
) -> Seeded:
    """Write that many requisitions with that many checkpoints each.

    The same numbers give the same people, titles and counts, dated back from `now`. Each run adds
    a batch with clients and people of its own. Raises ValueError for numbers out of range.
    """
    _check(requisitions, checkpoints_per, managers)
    if managers is None:
        managers = max(requisitions // REQUISITIONS_A_MANAGER, 1)
    batch = User.objects.filter(email__startswith="recruiter-0@batch-").count() + 1
    with transaction.atomic():
        cast = _Cast(batch, managers, now)
        checkpoints = entries = 0
        for start in range(0, requisitions, CHUNK):
            rows = Rows()
            for number in range(start, min(start + CHUNK, requisitions)):
                _Writing(rows, cast, number, now).add(checkpoints_per)
            rows.write()
            checkpoints += len(rows.checkpoints)
            entries += len(rows.counts)
    return Seeded(cast.clients, cast.recruiters, cast.managers, requisitions, checkpoints, entries)


def _check(requisitions: int, checkpoints_per: int, managers: int | None) -> None:
    if requisitions < 1:
        raise ValueError("Ask for at least one requisition.")
    if not 0 <= checkpoints_per <= CHECKPOINTS_MAX:
        raise ValueError(f"Ask for 0 to {CHECKPOINTS_MAX} checkpoints a requisition.")
    if managers is not None and managers < 1:
        raise ValueError("Ask for at least one manager.")


class _Cast:
    """Clients with their recruiters and managers, written at once."""

    def __init__(self, batch: int, managers: int, now: datetime) -> None:
        self.batch = batch
        self.rng = random.Random(f"people of {batch}")  # noqa: S311 - not for secrets
        self.joined = now - JOINED
        clients = max(managers // MANAGERS_A_CLIENT, min(managers, 2))
        recruiters = max(managers // MANAGERS_A_RECRUITER, clients)
        self.clients = [
            Client(id=_id(self.rng), name=f"Seed {batch}-{n:03}", created_at=self.joined)
            for n in range(clients)
        ]
        self.recruiters = [self._user("recruiter", Role.RECRUITER, n) for n in range(recruiters)]
        self.managers = [self._user("manager", Role.MANAGER, n) for n in range(managers)]
        self._write()

    def client_of(self, manager: int) -> Client:
        return self.clients[manager % len(self.clients)]

    def recruiter_of(self, manager: int) -> User:
        """One of those who serve the manager's client, always the same."""
        serving = self.recruiters[manager % len(self.clients) :: len(self.clients)]
        return serving[manager // len(self.clients) % len(serving)]

    def _user(self, kind: str, role: Role, number: int) -> User:
        return User(
            id=_id(self.rng),
            email=f"{kind}-{number}@batch-{self.batch}.{DOMAIN}",
            name=f"{kind.title()} {number}",
            role=role,
            date_joined=self.joined,
        )

    def _write(self) -> None:
        users = [*self.recruiters, *self.managers]
        password = make_password(PASSWORD, salt="seed")
        for user in users:
            user.password = password
        User.objects.bulk_create(users)
        WorkingCard.objects.bulk_create(
            WorkingCard(user=user, zone=ZONES[n % len(ZONES)]) for n, user in enumerate(users)
        )
        Preferences.objects.bulk_create(
            Preferences(user=user, digest_since=self.joined) for user in users
        )
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
        )
        Client.objects.bulk_create(self.clients)
        Membership.objects.bulk_create(
            Membership(user=user, client=self.client_of(n), created_at=self.joined)
            for people in (self.recruiters, self.managers)
            for n, user in enumerate(people)
        )


class _Writing:
    """One life as rows."""

    def __init__(self, rows: Rows, cast: _Cast, number: int, now: datetime) -> None:
        self.rows = rows
        self.number = number
        self.today = now.date()
        self.rng = random.Random(f"requisition {number} of {cast.batch}")  # noqa: S311
        manager = number % len(cast.managers)
        self.by = cast.recruiter_of(manager)
        self.requisition = Requisition(
            id=_id(self.rng),
            client=cast.client_of(manager),
            title=f"{self.rng.choice(JOBS)} {number}",
            code=f"S{cast.batch}-{number:05}",
            place=self.rng.choice(PLACES),
            recruiter=self.by,
            manager=cast.managers[manager],
            created_by=self.by,
        )

    def add(self, checkpoints: int) -> None:
        life = live(self.number, checkpoints, rng=self.rng, today=self.today)
        requisition = self.requisition
        requisition.openings = life.openings
        requisition.created_at = life.created_at
        requisition.status = life.status
        self.rows.requisitions.append(requisition)
        self.rows.funnels.append(
            Funnel(requisition=requisition, **{s.value: n for s, n in life.totals.items()})
        )
        self._begin(life)
        for lived in life.checkpoints:
            self._add_checkpoint(lived)
        self._end(life)

    def _begin(self, life: Life) -> None:
        self._add_change("", Status.INTAKE, life.created_at)
        self._add_event("created", life.created_at)
        if life.status != Status.INTAKE:
            self.requisition.opened_on = life.opened_at.date()
            reason = "Agreed by phone."
            self._move(Status.INTAKE, Status.OPEN, life.opened_at, reason, override=True)

    def _end(self, life: Life) -> None:
        if life.status in (Status.INTAKE, Status.OPEN):
            return
        if life.status != Status.ON_HOLD:
            self.requisition.closed_on = life.ended_at.date()
        self._move(Status.OPEN, life.status, life.ended_at, REASONS[life.status])

    def _add_checkpoint(self, lived: CheckpointLived) -> None:
        checkpoint = Checkpoint(
            id=_id(self.rng),
            key=_id(self.rng),
            requisition=self.requisition,
            by=self.by,
            on=lived.on,
            at=lived.at,
            note="Search goes on as agreed.",
            next_step="Calls with those who answered",
        )
        self.rows.checkpoints.append(checkpoint)
        # Its key is checked when the transaction ends, so the requisition can name it beforehand.
        self.requisition.latest_checkpoint_id = checkpoint.pk
        self.rows.counts.extend(
            StageCount(
                requisition=self.requisition,
                stage=stage,
                delta=moved,
                on=lived.on,
                source=StageCount.Source.CHECKPOINT,
                checkpoint=checkpoint,
                by=self.by,
                created_at=lived.at,
            )
            for stage, moved in lived.counts.items()
        )
        if lived.promise:
            self._add_promise(checkpoint, lived.promise)
        counts = {stage.value: moved for stage, moved in lived.counts.items()}
        self._add_event(
            "logged a checkpoint",
            lived.at,
            checkpoint=str(checkpoint.pk),
            counts=counts,
        )

    def _add_promise(self, checkpoint: Checkpoint, promise: PledgeLived) -> None:
        self.rows.promises.append(
            Promise(
                id=_id(self.rng),
                requisition=self.requisition,
                checkpoint=checkpoint,
                by=self.by,
                made_at=checkpoint.at,
                stage=promise.stage,
                count=promise.count,
                baseline=promise.baseline,
                due_on=promise.due_on,
                kept_on=promise.kept_on,
            )
        )

    def _move(
        self,
        came_from: str,
        to: Status,
        at: datetime,
        reason: str,
        *,
        override: bool = False,
    ) -> None:
        self._add_change(came_from, to, at, reason=reason, override=override)
        self._add_event(f"became {to.value}", at, reason=reason, came_from=came_from)

    def _add_change(self, came_from: str, to: Status, at: datetime, **fields: Any) -> None:
        self.rows.changes.append(
            StatusChange(
                requisition=self.requisition,
                from_status=came_from,
                to_status=to,
                by=self.by,
                at=at,
                **fields,
            )
        )

    def _add_event(self, action: str, at: datetime, **particulars: Any) -> None:
        self.rows.events.append(
            event_of(
                action,
                self.requisition,
                by=self.by,
                now=at,
                client=self.requisition.client_id,
                **particulars,
            )
        )


def _id(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)
