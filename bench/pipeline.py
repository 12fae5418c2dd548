"""What one process measures of the digests: run by `bench.digests`, prints figures as JSON.

`python -m bench.pipeline alone BATCH PORT` sends them in this process, `... worker BATCH` lets the
running workers send them, `... memory` sweeps and sends all that is due.
"""

import json
import resource
import smtplib
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from statistics import median
from typing import Any
from unittest.mock import patch

import django

ROUNDS = 5
TASK = 250
"""Mails in a task for workers: two of them at least for five hundred."""

COMMITS = "durable commits"
PARTS = {
    "bench.pipeline.deliver": "all else",
    "recruiting.mailing.delivery.claim": "claiming",
    "recruiting.mailing.delivery._drop_unwanted": "checking again",
    "status_updates.digests.mail.letters": "data",
    "recruiting.mailing.delivery._ask": "writing the mail",
    "recruiting.mailing.models.MailQuerySet.freeze": "freezing",
    "recruiting.mailing.flights.UnderWay._board": "marking and recording flights",
    "recruiting.mailing.flights.UnderWay.land": "marking and recording flights",
    "recruiting.mailing.flights.UnderWay._note": "noting each message",
    "recruiting.mailing.messages.as_bytes": "building bytes",
    "recruiting.mailing.transport._Connection.hand_over": "SMTP",
    "django.db.backends.base.base.BaseDatabaseWrapper.commit": COMMITS,
}
"""Which function's own time, without what it calls of the others, counts as what."""


class Stopwatch:
    """Where the time goes, each moment counted once."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inside: list[str] = []
        self._since = 0.0

    def watch(self, function: Callable[..., Any], part: str) -> Callable[..., Any]:
        def watched(*args: Any, **options: Any) -> Any:
            self._turn()
            self._inside.append(part)
            try:
                return function(*args, **options)
            finally:
                self._turn()
                self._inside.pop()

        return watched

    def _turn(self) -> None:
        now = time.perf_counter()
        if self._inside:
            self.spent[self._inside[-1]] += now - self._since  # type: ignore[assignment]
        self._since = now


def alone(batch: str, port: int) -> dict[str, Any]:
    """Milliseconds a digest: with durable commits, without, of frozen mails, and bare SMTP."""
    from django.db import connection

    from recruiting.mailing.models import Mail

    now, ids = _due(batch)
    figures: dict[str, list[float]] = {name: [] for name in ("all", "undurable", "frozen", "raw")}
    parts: list[Counter[str]] = []
    for _ in range(ROUNDS):
        for durable in (True, False):
            with connection.cursor() as cursor:
                cursor.execute(f"SET synchronous_commit = {'on' if durable else 'off'}")
            _reset(ids, written=False)
            spent, took = _delivered(ids, now)
            figures["all" if durable else "undurable"].append(took)
            if durable:
                parts.append(spent)
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = on")
        _reset(ids, written=True)
        figures["frozen"].append(_delivered(ids, now)[1])
        figures["raw"].append(_raw(list(Mail.objects.filter(pk__in=ids)), port))
    middle = sorted(zip(figures["all"], parts, strict=True), key=lambda pair: pair[0])[ROUNDS // 2]
    return {
        **{name: median(taken) for name, taken in figures.items()},
        "parts": dict(middle[1]),
        "statements": _statements(ids, now),
        "kilobytes": max(len(mail.html.encode()) for mail in Mail.objects.filter(pk__in=ids)) / 1e3,
    }


def worker(batch: str, _port: int) -> dict[str, Any]:
    """Milliseconds a digest from the first wake-up until the last is recorded."""
    from recruiting.mailing import tasks
    from recruiting.mailing.models import Mail, State

    _, ids = _due(batch)
    taken = []
    for _ in range(ROUNDS):
        _reset(ids, written=False)
        started = time.perf_counter()
        for start in range(0, len(ids), TASK):
            tasks.wake(ids[start : start + TASK])
        while Mail.objects.filter(pk__in=ids).exclude(state=State.SENT).exists():
            time.sleep(0.02)
        taken.append(_each(started, ids))
    return {"all": median(taken)}


def memory(_batch: str, _port: int) -> dict[str, Any]:
    """Megabytes at most of a process that sweeps and sends until nothing is due."""
    from datetime import timedelta

    from django.utils import timezone

    from recruiting.mailing import delivery, sweeper
    from recruiting.mailing.models import Mail, State

    now = timezone.now()
    sweeper.materialise(now)
    Mail.objects.update(due_at=now, scheduled_at=now, next_attempt_at=now - timedelta(seconds=1))
    started, sent = time.perf_counter(), 0
    while ids := next(sweeper.sweep(now), None):
        sent += delivery.deliver(ids, now=now)[State.SENT]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {"mails": sent, "megabytes": megabytes, "seconds": time.perf_counter() - started}


def deliver(ids: Sequence[Any], now: datetime) -> None:
    from recruiting.mailing import delivery

    delivery.deliver(ids, now=now)


# --- how -----------------------------------------------------------------------------------


def _due(batch: str) -> tuple[datetime, list[Any]]:
    """A digest for each manager of that seeded batch, as the sweeper writes them."""
    from django.utils import timezone

    from recruiting.accounts.models import Membership, Role
    from recruiting.mailing import ledger
    from recruiting.mailing.models import Mail

    now = timezone.now()
    managers = Membership.objects.filter(
        user__role=Role.MANAGER, user__email__contains=f"@batch-{batch}."
    ).order_by("user__email")
    ledger.insert(
        ledger.new_row(
            "digest",
            recipient_id=manager.user_id,
            client_id=manager.client_id,
            period=f"{now:%G-W%V}",
            scheduled_at=now,
            now=now,
        )
        for manager in managers
    )
    mails = Mail.objects.filter(kind="digest", recipient__email__contains=f"@batch-{batch}.")
    return now, list(mails.order_by("key").values_list("pk", flat=True))


def _reset(ids: Sequence[Any], *, written: bool) -> None:
    """Due again, as if never sent; `written`: with the text that they have."""
    from django.db import connection

    from recruiting.mailing.models import Mail, State

    rows = Mail.objects.filter(pk__in=ids)
    rows.update(state=State.PENDING, finished_at=None, lease_until=None)
    if not written:
        rows.update(rendered_at=None, text="", html="", subject="", headers={})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM mailing_mail")
        cursor.execute("CHECKPOINT")


def _delivered(ids: Sequence[Any], now: datetime) -> tuple[Counter[str], float]:
    """Claim, check, write, freeze, send, record: where the time went, and milliseconds for each."""
    from recruiting.mailing.models import Mail, State

    watch = Stopwatch()
    patches = []
    for path, part in PARTS.items():
        *home, name = path.split(".")
        owner = _named(home)
        patches.append(patch.object(owner, name, watch.watch(getattr(owner, name), part)))
    for one in patches:
        one.start()
    try:
        started = time.perf_counter()
        globals()["deliver"](ids, now)
        took = _each(started, ids)
    finally:
        patch.stopall()
    sent = Mail.objects.filter(pk__in=ids, state=State.SENT).count()
    if sent != len(ids):
        raise RuntimeError(f"{sent} of {len(ids)} digests were sent.")
    return Counter({part: s * 1000 / len(ids) for part, s in watch.spent.items()}), took


def _named(path: list[str]) -> Any:
    owner: Any = sys.modules[__name__] if path == ["bench", "pipeline"] else None
    for depth in range(len(path), 0, -1):
        if owner is None and (module := sys.modules.get(".".join(path[:depth]))):
            owner = module
            for name in path[depth:]:
                owner = getattr(owner, name)
    return owner


def _statements(ids: Sequence[Any], now: datetime) -> dict[str, float]:
    """SQL statements for a digest: of the data alone, and of everything."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from recruiting.mailing import delivery
    from recruiting.mailing.models import Mail
    from status_updates.digests.snapshot import letters

    _reset(ids, written=False)
    mails = list(Mail.objects.filter(pk__in=ids).select_related("recipient", "client"))
    with CaptureQueriesContext(connection) as data:
        letters(mails, now)
    with CaptureQueriesContext(connection) as everything:
        delivery.deliver(ids, now=now)
    return {"data": len(data) / len(ids), "all": len(everything) / len(ids)}


def _raw(mails: Sequence[Any], port: int) -> float:
    """The same messages, ready made, over one connection: the least that sending can cost."""
    from recruiting.mailing import messages

    ready = [(mail.address, messages.as_bytes(mail)) for mail in mails]
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for address, content in ready:
            server.sendmail("same-page@localhost", [address], content)
    return _each(started, ready)


def _each(started: float, batch: Sequence[Any]) -> float:
    return (time.perf_counter() - started) * 1000 / len(batch)


if __name__ == "__main__":
    django.setup()
    what, batch, port = (*sys.argv[1:], "", "")[:3]
    print(
        json.dumps(
            {"alone": alone, "worker": worker, "memory": memory}[what](batch, int(port or 0))
        )
    )
