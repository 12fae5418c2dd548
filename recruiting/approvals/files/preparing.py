"""Making a resume readable in place: images of its pages, or its words.

A worker is woken when a file is stored. Where the wake-up was lost, or the worker died, the
sweeper finds the row; after three attempts the resume counts as one that cannot be shown.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q

from recruiting.approvals.files import folders, limited
from recruiting.approvals.files.reasons import Refused
from recruiting.approvals.models import Resume, ResumePage

log = structlog.get_logger(__name__)

TRIES_MAX = 3
Ask = Callable[[str, Iterable[bytes], Path], dict[str, Any]]
LEASE = timedelta(minutes=3)
"""Longer than one attempt can last."""

SWEEP_MAX = 200
"""Resumes handed out in one sweep; the next one goes on."""


def due(now: datetime) -> Iterator[tuple[UUID, int]]:
    """Those that no worker is at, each with the attempts made. What was tried too often fails."""
    waiting = Resume.objects.filter(state=Resume.State.WAITING).exclude(file="")
    given_up = waiting.filter(tries__gte=TRIES_MAX, at__lt=now - TRIES_MAX * LEASE)
    if failed := given_up.update(state=Resume.State.FAILED):
        log.error("resumes_not_prepared", resumes=failed)
    late = Q()
    for tries in range(TRIES_MAX):
        late |= Q(tries=tries, at__lte=now - tries * LEASE)
    yield from waiting.filter(late).order_by("at").values_list("pk", "tries")[:SWEEP_MAX]


def prepare(pk: UUID, *, tries: int, ask: Ask | None = None) -> None:
    """Attempt number `tries` + 1. Called twice with the same number, the second does nothing.

    `ask` is another than the process with limits for files that are our own.
    """
    waiting = Resume.objects.filter(pk=pk, state=Resume.State.WAITING).exclude(file="")
    if not waiting.filter(tries=tries).update(tries=tries + 1):
        return
    resume = Resume.objects.get(pk=pk)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with closing(resume.file.open("rb")) as file:
                found = (ask or limited.ask)("show", file.chunks(), Path(folder))
        except (Refused, FileNotFoundError):
            waiting.update(state=Resume.State.FAILED)
            return
        pages = [
            _stored(resume, number, size, Path(folder) / f"{number}.webp")
            for number, size in enumerate(found.get("sizes", ()), 1)
        ]
    if not _finish(resume, pages, found):
        for page in pages:
            folders.store().delete(str(page.file.name))


def _stored(resume: Resume, number: int, size: list[int], path: Path) -> ResumePage:
    with path.open("rb") as image:
        name = folders.store().save(folders.page(resume.pk, number), File(image))
    return ResumePage(resume=resume, number=number, file=name, width=size[0], height=size[1])


def _finish(resume: Resume, pages: list[ResumePage], found: dict[str, Any]) -> bool:
    """False when it was erased, or prepared by another, meanwhile."""
    with transaction.atomic():
        rows = Resume.objects.select_for_update(of=("self",)).filter(pk=resume.pk)
        current = rows.filter(state=Resume.State.WAITING).exclude(file="").first()
        if current is None:
            return False
        ResumePage.objects.bulk_create(pages)
        current.state, current.text = Resume.State.READY, found["text"]
        current.page_count = found.get("count", 0)
        current.save(update_fields=["state", "text", "page_count"])
    return True
