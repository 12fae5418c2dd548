"""Two installations on one PostgreSQL: the full data, and a tenth of it."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.servers import Servers

CHECKPOINTS = 12
WAIT_SECONDS = 60


@dataclass(frozen=True)
class Volume:
    """What is seeded: many managers with ten requisitions each, and some with fifty."""

    name: str
    managers: int
    busy_managers: int

    @property
    def requisitions(self) -> int:
        return 10 * self.managers + 50 * self.busy_managers


FULL = Volume("full", managers=500, busy_managers=10)
TENTH = Volume("tenth", managers=50, busy_managers=1)


@dataclass
class Installation:
    """A database with its data and, once started, its web server."""

    volume: Volume
    environment: dict[str, str]
    port: int
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def manage(self, *command: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *command],
            env=os.environ | self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def fill(self) -> None:
        self.manage("migrate", "--verbosity", "0")
        self.manage("createcachetable")
        for requisitions, managers in (
            (10 * self.volume.managers, self.volume.managers),
            (50 * self.volume.busy_managers, self.volume.busy_managers),
        ):
            self.manage(
                "seed",
                *("--requisitions", str(requisitions)),
                *("--checkpoints-per", str(CHECKPOINTS)),
                *("--managers", str(managers)),
            )
        self.vacuum()

    def vacuum(self) -> None:
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def start(self) -> None:
        """One process, so that nothing but the page itself is measured."""
        command = [str(Path(sys.executable).parent / "gunicorn"), "recruiting.wsgi"]
        alone = {"WEB_CONCURRENCY": "1", "GUNICORN_CMD_ARGS": "--keep-alive 60"}
        environment = os.environ | self.environment | alone
        log = (Path(self.environment["VAR_DIR"]) / "web.log").open("wb")
        self._running.append(subprocess.Popen(command, env=environment, stderr=log, stdout=log))
        wait_for(self.port)

    def cpu_seconds(self) -> float:
        """What the web server and its processes have used of the processor so far."""
        ticks, known = 0, {process.pid for process in self._running}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                # The name, in brackets, may hold anything; the figures come after it.
                pid, rest = int(path.parent.name), path.read_text().rpartition(")")[2].split()
                if pid in known or int(rest[1]) in known:
                    ticks += int(rest[11]) + int(rest[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait()


def make(
    servers: Servers,
    database: str,
    volume: Volume,
    mail_port: int,
    extra: Mapping[str, str] | None = None,
) -> Installation:
    """An installation with an empty database of its own; `extra` variables for its processes."""
    with psycopg.connect(database.replace("/same_page?", "/postgres?"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE bench_{volume.name}")
    state = servers.folder / f"var-{volume.name}"
    state.mkdir()
    port = free_port()
    environment = {
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": database.replace("/same_page?", f"/bench_{volume.name}?"),
        "DEBUG": "",
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "LOG_LEVEL": "WARNING",
        "PORT": str(port),
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "VAR_DIR": str(state),
        **(extra or {}),
    }
    made = Installation(volume, environment, port)
    made.manage("collectstatic", "--no-input", "--verbosity", "0")
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Until something listens there. Raises TimeoutError."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nothing listens on port {port}.")
