"""What this machine remembers of the database: how often the sweeper had run at the least.

A database that went back in time cannot know it. So the count is kept outside of it as well: by
each process for as long as it lives, and in a file for the next one.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Mark:
    """In the history that is called `lineage` the sweeper had run so many times."""

    lineage: UUID
    sweeps: int

    def __str__(self) -> str:
        return f"{self.lineage} {self.sweeps}\n"


_of_process: dict[str, Mark] = {}
"""By database: what this process has seen."""


def remembered() -> list[Mark]:
    """What the process and the file say, without what says the same."""
    name = _name()
    return list(dict.fromkeys(mark for mark in (_of_process.get(name), _read(name)) if mark))


def remember(mark: Mark) -> None:
    """Call it for what is committed alone. Without a folder to write to the process remembers."""
    name = _name()
    if _of_process.get(name) == mark:
        return
    _of_process[name] = mark
    try:
        _write(name, str(mark))
    except OSError as error:
        _complain(repr(error))


@cache
def _complain(error: str) -> None:
    """Once a process: the sweeper comes by every minute."""
    log.warning("witness_not_kept", error=error)


def _name() -> str:
    """A file for each database that is used from here."""
    known = connection.settings_dict
    where = (connection.vendor, str(known["NAME"]), known.get("HOST"), known.get("PORT"))
    return sha256(repr(where).encode()).hexdigest()[:20]


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "sweeps"


def _read(name: str) -> Mark | None:
    try:
        lineage, sweeps = (_folder() / name).read_text().split()
        return Mark(UUID(lineage), int(sweeps))
    except (OSError, ValueError):
        return None


def _write(name: str, text: str) -> None:
    """Whole or not at all, whoever else writes."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=folder, prefix=f".{name}", delete=False) as file:
        file.write(text)
    Path(file.name).replace(folder / name)
