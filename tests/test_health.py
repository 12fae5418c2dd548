"""What machines ask: whether the process lives, and whether it can do its work."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import DatabaseError, connection
from django.test import Client as Browser

from recruiting.accounts.models import User
from recruiting.mailing.models import Mail, Suspension, SweepBeat

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


def ready(client: Browser) -> dict[str, Any]:
    response = client.get("/readyz")
    assert response.status_code == 200
    report: dict[str, Any] = response.json()
    return report


def test_process_says_that_it_lives_without_asking_anything(client: Browser) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_all_is_well(client: Browser, now: datetime) -> None:
    SweepBeat.mark(now)
    assert ready(client) == {
        "database": "ok",
        "broker": "ok",
        "sweeper": {"last": "2026-03-11T10:00:00+00:00", "silent": False},
        "mail": {"overdue": 0, "held_since": None, "suspended_addresses": 0},
        "alerts": [],
    }


def test_database_away_is_the_one_thing_that_makes_it_unready(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "ensure_connection", away)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"database": "away"})


def test_queue_away_is_an_alert_but_no_reason_to_stop(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = "redis+socket:///nowhere/redis.sock"
    monkeypatch.setattr(
        current_app, "connection_for_write", lambda **how: current_app.connection(broker, **how)
    )
    report = ready(client)
    assert report["broker"] == "away"
    assert "broker away" in report["alerts"]


def test_sweeper_that_never_ran_or_is_silent_for_five_minutes_is_an_alert(
    client: Browser, now: datetime
) -> None:
    assert "sweeper silent" in ready(client)["alerts"]
    SweepBeat.mark(now - timedelta(minutes=5))
    assert "sweeper silent" not in ready(client)["alerts"]
    SweepBeat.mark(now - timedelta(minutes=5, seconds=1))
    assert "sweeper silent" in ready(client)["alerts"]


def test_mail_due_for_half_an_hour_is_an_alert(
    client: Browser, queue_note: Callable[..., Mail], now: datetime
) -> None:
    queue_note("a")
    Mail.objects.update(due_at=now - timedelta(minutes=31))
    report = ready(client)
    assert report["mail"]["overdue"] == 1
    assert "mail overdue" in report["alerts"]


def test_suspended_addresses_are_counted(client: Browser, manager: User, now: datetime) -> None:
    Suspension.objects.create(address=manager.email, at=now, server_said="550 no")
    assert ready(client)["mail"]["suspended_addresses"] == 1
