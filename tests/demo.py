"""The demo as tests look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from unittest.mock import patch

import pytest_django

from recruiting.accounts.models import User
from recruiting.approvals import tasks as files
from recruiting.dashboards.demo import builder, people
from recruiting.dashboards.demo.stories import STORIES
from recruiting.mailing import tasks
from requisitions.models import Requisition
from status_updates import facts
from tests.emptying import empty_database


@contextmanager
def standing(now: datetime, blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """The demo built once for many tests, each of which undoes what it does itself."""
    with (
        blocker.unblock(),
        patch.object(tasks, "wake", return_value=True),
        patch.object(files, "wake"),
    ):
        builder.build(now)
    yield
    with blocker.unblock():
        empty_database()


def user(login: str) -> User:
    found: User = User.objects.get(email=people.address(login))
    return found


def requisition(key: str) -> Requisition:
    """The requisition of a story."""
    story = next(story for story in STORIES if story.key == key)
    return Requisition.objects.get(title=story.title)


def told(key: str, now: datetime, since: datetime | None = None) -> facts.Facts:
    """What every reader is told of a story's requisition."""
    found = Requisition.objects.select_related(
        "client", "recruiter", "manager", "funnel", "latest_checkpoint"
    ).get(pk=requisition(key).pk)
    material = facts.load([found], since=since, now=now)
    return material.facts(found, since=since, today=now.date())


def promise_states(key: str, today: date) -> list[str]:
    return [promise.state(today) for promise in requisition(key).promises.all()]
