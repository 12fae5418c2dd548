"""The people of the scenarios, and their ledger: 200 hiring managers, each with a requisition.

They are made once, in a database of their own of which every scenario gets a copy.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import psycopg
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from recruiting.accounts.models import Preferences, Role, User, WorkingCard
from tests.factories import make_checkpoint, make_client, make_requisition, make_user
from tests.faults.stage import Stage

MANAGERS = 200
CLIENTS = 10
TEMPLATE = "crowd"
SCENE = "same_page"
PASSWORD = "same-page-faults"


def populate(now: datetime) -> None:
    """Ten clients with a recruiter and twenty managers each, who all joined ten weeks ago."""
    joined = now - timedelta(weeks=10)
    with transaction.atomic():
        make_user("lead@same-page.example", role=Role.LEAD, now=joined, password=PASSWORD)
        for number in range(CLIENTS):
            client = make_client(f"Client {number}", now=joined)
            recruiter = make_user(
                f"recruiter{number}@same-page.example",
                role=Role.RECRUITER, clients=[client], now=joined, password=PASSWORD,
            )  # fmt: skip
            for place in range(MANAGERS // CLIENTS):
                name = f"m{number * MANAGERS // CLIENTS + place:03}"
                manager = make_user(
                    f"{name}@people.example", clients=[client], name=f"Manager {name}",
                    now=joined, password=None,
                )  # fmt: skip
                requisition = make_requisition(
                    client, recruiter=recruiter, manager=manager, now=joined, title=f"Job of {name}"
                )
                make_checkpoint(requisition, now=now - timedelta(days=2))
    WorkingCard.objects.update(days=[1, 2, 3, 4, 5, 6, 7], starts=time(0), ends=time(23, 59))


def managers(number: int = MANAGERS) -> Sequence[User]:
    return list(User.objects.managers().order_by("email")[:number])


def wish_for_now(people: Sequence[User], now: datetime, *, others: bool = True) -> None:
    """Let the digest of these be due at the beginning of this hour, and nobody else's this week;
    without `others` those are left as they are."""
    hour = now.astimezone(UTC)
    if others:
        Preferences.objects.exclude(user__in=people).update(digest_since=now + timedelta(weeks=8))
    Preferences.objects.filter(user__in=people).update(
        digest_weekday=hour.isoweekday(),
        digest_hour=hour.hour,
        digest_since=now - timedelta(weeks=9),
    )


def wish_for_an_hour_ago(people: Sequence[User], now: datetime) -> None:
    """As `wish_for_now`, an hour earlier, unless that was last week."""
    week = timezone.now().astimezone(UTC).isocalendar().week
    earlier = now - timedelta(hours=1)
    wish_for_now(people, earlier if earlier.astimezone(UTC).isocalendar().week == week else now)


# --- databases -----------------------------------------------------------------------------


def administer(stage: Stage, *statements: str) -> None:
    """On the server, beside the scene, which is left by this process."""
    connections.close_all()
    with psycopg.connect(stage.url.replace(f"/{SCENE}?", "/postgres?"), autocommit=True) as server:
        for statement in statements:
            server.execute(statement.encode())


def fresh_scene(stage: Stage) -> None:
    """The crowd as it was, and nothing else."""
    stage.forget_state()
    administer(
        stage,
        f"DROP DATABASE IF EXISTS {SCENE} WITH (FORCE)",
        f"CREATE DATABASE {SCENE} TEMPLATE {TEMPLATE}",
    )


def prepare(stage: Stage) -> None:
    """The database of which every scene is a copy."""
    administer(stage, f"CREATE DATABASE {SCENE}")
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    populate(timezone.now())
    administer(stage, f"ALTER DATABASE {SCENE} RENAME TO {TEMPLATE}")
