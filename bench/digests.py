"""Five hundred digests: what their data costs, and what all of it costs beside bare SMTP."""

import smtplib
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.installation import wait_for
from recruiting.accounts.models import Membership, Role
from recruiting.mailing import delivery, ledger, messages
from recruiting.mailing.models import Mail, State
from status_updates.digests.mail import render
from status_updates.digests.snapshot import KIND, letters

BATCH = 500
ROUNDS = 5


@dataclass(frozen=True)
class Digests:
    """Statements and milliseconds, each for one digest in a batch of `BATCH`."""

    statements: float
    data: float
    data_small_batch: float
    rendering: float
    delivery: float
    raw_smtp: float
    largest_kilobytes: float


def measure(mail_port: int) -> Digests:
    """Runs on the database of this process, in which no digest has been sent."""
    now = timezone.now()
    batch = _batch(now)
    with CaptureQueriesContext(connection) as captured:
        letters(batch, now)
    data = [_timed(batch, now) for _ in range(ROUNDS)]
    small = [_timed(batch[: BATCH // 10], now) for _ in range(ROUNDS)]
    rendering = [_rendered(batch, now) for _ in range(ROUNDS)]
    delivered = _delivered(batch, now)
    sent = list(Mail.objects.filter(pk__in=[mail.pk for mail in batch], state=State.SENT))
    if len(sent) != len(batch):
        raise RuntimeError(f"{len(sent)} of {len(batch)} digests were sent.")
    raw = [_raw_smtp(sent, mail_port) for _ in range(ROUNDS)]
    return Digests(
        statements=len(captured) / len(batch),
        data=median(data),
        data_small_batch=median(small),
        rendering=median(rendering) - median(data),
        delivery=delivered,
        raw_smtp=median(raw),
        largest_kilobytes=max(len(mail.html.encode()) for mail in sent) / 1000,
    )


def sink(port: int) -> subprocess.Popen[bytes]:
    """A mail server, in a process of its own, that takes everything and keeps nothing."""
    command = [sys.executable, "-m", "aiosmtpd", "--nosetuid", "--listen", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "--class", "aiosmtpd.handlers.Sink"])
    wait_for(port)
    return server


def _batch(now: datetime) -> list[Mail]:
    """A digest for each of the first managers, as the sweeper writes them."""
    managers = Membership.objects.filter(
        user__role=Role.MANAGER, user__email__contains="@batch-1."
    ).order_by("user__email")[:BATCH]
    rows = [
        ledger.new_row(
            KIND,
            recipient_id=manager.user_id,
            client_id=manager.client_id,
            period=f"{now:%G-W%V}",
            scheduled_at=now,
            now=now,
        )
        for manager in managers
    ]
    ledger.insert(rows)
    kept = Mail.objects.filter(kind=KIND).select_related("recipient", "client")
    return list(kept.order_by("recipient__email"))


def _timed(batch: Sequence[Mail], now: datetime) -> float:
    started = time.perf_counter()
    letters(batch, now)
    return _each(started, batch)


def _rendered(batch: Sequence[Mail], now: datetime) -> float:
    started = time.perf_counter()
    render(batch, now)
    return _each(started, batch)


def _delivered(batch: Sequence[Mail], now: datetime) -> float:
    """Claim, check, write, freeze, send, record, without the cap on messages a second."""
    cap, delivery.PER_SECOND = delivery.PER_SECOND, 1_000_000
    try:
        started = time.perf_counter()
        delivery.deliver([mail.pk for mail in batch], now=now)
        return _each(started, batch)
    finally:
        delivery.PER_SECOND = cap


def _raw_smtp(batch: Sequence[Mail], port: int) -> float:
    """The same messages, ready made, over one connection: the least that sending can cost."""
    ready = [
        (mail.address, messages.build(mail).message().as_bytes(linesep="\r\n")) for mail in batch
    ]
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for address, content in ready:
            server.sendmail("same-page@localhost", [address], content)
    return _each(started, batch)


def _each(started: float, batch: Sequence[Mail]) -> float:
    return (time.perf_counter() - started) * 1000 / len(batch)
