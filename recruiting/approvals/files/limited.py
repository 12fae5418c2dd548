"""Starting the process in which files from outside are opened, and reading its answer."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog

from recruiting.approvals.files import child
from recruiting.approvals.files.child import WRITTEN_MAX
from recruiting.approvals.files.reasons import Reason, Refused

log = structlog.get_logger(__name__)

SECONDS = {"check": 20, "show": 90}
"""How long a child may take by the clock on the wall."""

AT_ONCE = 2
"""Children of one process at a time, so that many uploads at once cannot fill the machine."""

WAIT = 15
"""Seconds until somebody is told that too many are being checked."""

_places = threading.BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """Too many files at once."""


def ask(task: str, chunks: Iterable[bytes], *folder: Path) -> dict[str, Any]:
    """The child's answer about a file. Raises Refused with its reason, and Busy.

    A child that the kernel ended, or that took too long, refuses a bomb; whatever else breaks in
    it, the file is damaged. What it says of that is not logged: the file's words may stand in it.
    """
    if not _places.acquire(timeout=WAIT):
        raise Busy
    try:
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answered:
            for chunk in chunks:
                given.write(chunk)
            given.seek(0)
            status = _run([task, *map(str, folder)], given.fileno(), answered.fileno())
            answered.seek(0)
            answer = answered.read(WRITTEN_MAX)
    finally:
        _places.release()
    if status:
        log.warning("file_refused_by_limits", task=task, status=status)
        raise Refused(Reason.BOMB if status < 0 else Reason.BROKEN)
    found: dict[str, Any] = json.loads(answer)
    if "refused" in found:
        raise Refused(Reason(found["refused"]))
    return found


def _run(arguments: list[str], given: int, answered: int) -> int:
    """Its status; negative where a signal or the clock ended it. It inherits no secret."""
    kept = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    try:
        return subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-P", child.__file__, *arguments],
            stdin=given,
            stdout=answered,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment | {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=SECONDS[arguments[0]],
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -1
