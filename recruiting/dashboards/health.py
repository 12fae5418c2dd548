"""Whether this process lives, and whether it can do its work. For machines, so without sign-in."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from recruiting.mailing.models import Suspension
from recruiting.mailing.watch import watch

BROKER_TIMEOUT = 1
"""Seconds to wait for the queue before it counts as away."""


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 without the database alone: without the queue people can still work.

    `alerts` names what somebody should look at.
    """
    try:
        connection.ensure_connection()
        report = _report(timezone.now())
    except DatabaseError:
        return JsonResponse({"database": "away"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return JsonResponse(report)


def _report(now: datetime) -> dict[str, Any]:
    seen = watch(now)
    suspended = Suspension.objects.count()
    broker = _broker_answers()
    alerts = {
        "broker away": not broker,
        "sweeper silent": seen.is_silent,
        "mail overdue": bool(seen.late),
        "sending held": bool(seen.held_since),
    }
    return {
        "database": "ok",
        "broker": "ok" if broker else "away",
        "sweeper": {"last": _text(seen.swept_at), "silent": seen.is_silent},
        "mail": {
            "overdue": seen.late,
            "held_since": _text(seen.held_since),
            "suspended_addresses": suspended,
        },
        "alerts": [name for name, rings in alerts.items() if rings],
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _broker_answers() -> bool:
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT) as broker:
            broker.ensure_connection(max_retries=0, timeout=BROKER_TIMEOUT)
    except Exception:
        return False
    return True
