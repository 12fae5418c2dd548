"""Where the files of resumes lie: each resume has a folder under its id, and nothing else in it.

No path holds a name. A folder may stand only as long as a row says so: what a transaction that
was rolled back, or a process that died, left behind is found by `left_over`.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.core.files.storage import Storage, default_storage

log = structlog.get_logger(__name__)

ROOT = "resumes"
LEFT_FOR = timedelta(hours=1)
"""How old a file is before nobody can be at work on it any more."""


def store() -> Storage:
    """The default one of the settings."""
    return default_storage


def original(resume: UUID) -> str:
    return f"{ROOT}/{resume}/original"


def page(resume: UUID, number: int) -> str:
    return f"{ROOT}/{resume}/page-{number}.webp"


def remove(resumes: Iterable[UUID]) -> None:
    """Delete all files of these. One that cannot be deleted is logged, and found again later."""
    for resume in resumes:
        try:
            _remove(resume)
        except Exception:  # each storage has its own exceptions
            log.exception("files_not_removed", resume=str(resume))


def _remove(resume: UUID) -> None:
    folder = f"{ROOT}/{resume}"
    for name in _files(folder):
        store().delete(f"{folder}/{name}")
    if _is_local():
        store().delete(folder)


def left_over(standing: Iterable[UUID], now: datetime) -> Iterator[UUID]:
    """Folders older than an hour of resumes that are not among `standing`."""
    kept = set(standing)
    for name in _folders():
        with suppress(ValueError):
            resume = UUID(name)
            if resume not in kept and _is_old(f"{ROOT}/{name}", now):
                yield resume


def _is_old(folder: str, now: datetime) -> bool:
    files = _files(folder)
    return all(store().get_modified_time(f"{folder}/{one}") < now - LEFT_FOR for one in files)


def _folders() -> list[str]:
    with suppress(FileNotFoundError):
        return store().listdir(ROOT)[0]
    return []


def _files(folder: str) -> list[str]:
    with suppress(FileNotFoundError):
        return store().listdir(folder)[1]
    return []


def _is_local() -> bool:
    """Whether folders are things of their own there, and stay when they are empty."""
    with suppress(NotImplementedError):
        return bool(store().path(ROOT))
    return False
