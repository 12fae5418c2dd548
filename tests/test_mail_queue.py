"""The queue carries wake-ups, and nothing is lost with it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import Client as Browser
from kombu import Connection
from kombu.pools import ProducerPool
from pytest_django import DjangoCaptureOnCommitCallbacks

from recruiting.accounts.models import User
from recruiting.mailing import tasks
from recruiting.mailing.kinds import Kind
from recruiting.mailing.models import Mail, State, SweepBeat
from tests.fixtures.mails import QueueNote, RegisterKind, write_notes


@pytest.fixture
def queue() -> Iterator[Any]:
    """The real queue, empty before and after."""
    with current_app.connection_for_read() as connection:
        waiting = connection.SimpleQueue(current_app.conf.task_default_queue)
        waiting.clear()
        yield waiting
        waiting.clear()
        waiting.close()


@pytest.fixture
def queue_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue at an address where nobody listens, reached with the settings of the real one."""
    nowhere = Connection(
        "redis+socket:///nowhere/redis.sock",
        transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
    )
    pool = ProducerPool(nowhere.Pool(1), limit=1)
    monkeypatch.setattr(type(current_app.amqp), "producer_pool", property(lambda amqp: pool))


def test_wake_up_names_the_mails_and_does_not_wait_for_ever(queue: Any) -> None:
    ids = [uuid4(), uuid4()]
    assert tasks.wake(ids)
    message = queue.get(timeout=5)
    message.ack()
    [[named], _, _] = message.payload
    assert message.headers["task"] == "recruiting.mailing.tasks.deliver"
    assert named == [str(pk) for pk in ids]
    assert message.headers["expires"] is not None


def test_queue_keeps_nothing_that_a_worker_has_taken(queue: Any) -> None:
    """Else a worker that is at work while Redis restarts ends with an error, see the settings."""
    assert tasks.wake([uuid4()])
    queue.get(timeout=5)
    assert queue.channel.client.keys("unacked*") == []


@pytest.mark.usefixtures("queue_is_down", "clock")
def test_with_the_queue_down_saves_work_and_urgent_mail_goes(
    register_kind: RegisterKind,
    queue_note: QueueNote,
    manager: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    register_kind(Kind("urgent", title="Note", render=write_notes, urgent=True))
    failures = tasks.wakes["failed"]
    with django_capture_on_commit_callbacks(execute=True):
        plain = queue_note("a")
        urgent = queue_note("a", kind="urgent")
    states = {mail.pk: mail.state for mail in Mail.objects.all()}
    assert states == {plain.pk: State.PENDING, urgent.pk: State.SENT}
    assert tasks.wakes["failed"] == failures + 2


@pytest.mark.usefixtures("queue_is_down")
@pytest.mark.django_db(transaction=True)
def test_with_the_queue_down_a_sign_in_code_arrives(
    manager: User, mailoutbox: list[EmailMessage], client: Browser
) -> None:
    client.post("/accounts/login/code/", {"email": manager.email})
    [mail] = mailoutbox
    assert mail.to == [manager.email]


@pytest.mark.usefixtures("clock")
def test_sweep_task_wakes_workers_for_all_that_is_due(
    queue_note: QueueNote, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(tasks, "wake", woken.append)
    mail = queue_note("a")
    tasks.sweep()
    assert woken == [[mail.pk]]
    assert SweepBeat.last() == now


@pytest.mark.usefixtures("clock")
def test_deliver_task_takes_ids_as_text(queue_note: QueueNote) -> None:
    mail = queue_note("a")
    tasks.deliver([str(mail.pk)])
    mail.refresh_from_db()
    assert mail.state == State.SENT


def test_every_scheduled_task_exists() -> None:
    current_app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in current_app.tasks
