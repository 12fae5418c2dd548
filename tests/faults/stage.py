"""What scenarios play on: PostgreSQL that keeps what it commits, Redis, a mail server, processes.

The processes are those of the Procfile, started as it words them, each in a session of its own so
that it can be killed with its children.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from recruiting.run import commands
from tests.faults.smtp import MisbehavingServer
from tests.servers import Servers, _dies_with_parent

WAIT_SECONDS = 120

DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")


Figures = dict[str, object]
"""What a scenario has found, by what it is."""


class Broken(AssertionError):
    """A promise was broken."""


def promise(holds: object, words: str) -> None:
    """Raises Broken when it does not hold."""
    if not holds:
        raise Broken(words)


def wait_until(is_so: Callable[[], Any], what: str, seconds: float = WAIT_SECONDS) -> float:
    """Seconds until it was so. Raises Broken when it never was."""
    started = time.monotonic()
    while not is_so():
        if time.monotonic() - started > seconds:
            raise Broken(f"Waited {seconds:.0f} seconds in vain: {what}")
        time.sleep(0.05)
    return time.monotonic() - started


class Process:
    """One process of the application with its children, and what it writes."""

    def __init__(
        self, name: str, command: list[str], environment: dict[str, str], log: Path
    ) -> None:
        self.name, self.log = name, log
        with log.open("wb") as output:
            self._popen = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it calls C alone
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """To it and to its children at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def children(self) -> list[int]:
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self._popen.wait()

    def wait(self, seconds: float = WAIT_SECONDS) -> int:
        return self._popen.wait(seconds)


class Stage(Servers):
    """The servers and all processes; `url` is the database in which scenarios play."""

    def __init__(self) -> None:
        super().__init__()
        self.mail = MisbehavingServer()
        self.processes: list[Process] = []
        self.environment: dict[str, str] = {}
        self._starts: dict[str, tuple[list[str], signal.Signals, Path, Path]] = {}
        self._started = 0

    def open(self) -> None:
        """Start the servers and describe them in the environment, nothing else in it."""
        self.url = self.start_postgres(*DURABLE)
        self.start_redis()
        self.mail.start()
        state = self.folder / "var"
        state.mkdir()
        port = _free_port()
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONWARNINGS": "ignore:You're running the worker",
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "recruiting.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "LOG_LEVEL": "INFO",
            "PORT": str(port),
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SITE_URL": f"http://127.0.0.1:{port}",
            "VAR_DIR": str(state),
        }

    def started(self, name: str) -> list[str]:
        """The command by which a server was started."""
        return self._starts[name][0]

    def forget_state(self) -> None:
        """A new folder for what the application keeps outside of the database."""
        state = self.folder / f"var-{self._started}"
        state.mkdir(exist_ok=True)
        self.environment["VAR_DIR"] = str(state)

    # --- processes ---------------------------------------------------------------------

    def run(self, name: str, command: list[str], **environment: str) -> Process:
        """Start a process. It is known to the database by its name."""
        self._started += 1
        log = self.folder / f"{self._started:03}-{name}.log"
        known = {"DATABASE_URL": f"{self.url}&application_name={name}"}
        process = Process(name, command, self.environment | known | environment, log)
        self.processes.append(process)
        return process

    def of_procfile(self, kind: str, name: str = "", **environment: str) -> Process:
        """A process as the Procfile words it."""
        return self.run(name or kind, commands(Path("Procfile"))[kind], **environment)

    def worker(self, name: str = "worker", **environment: str) -> Process:
        """A worker that is ready to work."""
        process = self.of_procfile("worker", name, **environment)
        self.wait_for_worker(process)
        return process

    def wait_for_worker(self, process: Process) -> None:
        wait_until(lambda: " ready." in process.said, f"{process.name} starts")

    def beat(self, name: str = "beat", **environment: str) -> Process:
        """A beat with a schedule of its own, as on a machine of its own."""
        state = self.folder / f"var-{name}-{self._started}"
        state.mkdir()
        return self.of_procfile("beat", name, **({"VAR_DIR": str(state)} | environment))

    def manage(self, *words: str, name: str = "manage", **environment: str) -> Process:
        return self.run(name, [sys.executable, "manage.py", *words], **environment)

    def collect_static(self) -> None:
        """What the web server needs before it can draw a page."""
        self.manage("collectstatic", "--no-input", "--verbosity", "0").wait()

    def clear(self) -> None:
        """No process is left."""
        for process in self.processes:
            process.signal(signal.SIGCONT)
            process.kill()
        self.processes.clear()

    def stop(self) -> None:
        self.clear()
        super().stop()

    # --- faults of the servers ---------------------------------------------------------

    def restart_postgres_at_once(self) -> None:
        """As `pg_ctl restart -m immediate`: every session is cut, then the log is replayed."""
        self.halt("postgres")
        self.resume("postgres")

    def restart_redis(self) -> None:
        """It has forgotten everything."""
        self.halt("redis-server")
        self.resume("redis-server")

    def halt(self, name: str) -> None:
        """As a crash has it: PostgreSQL with SIGQUIT, Redis with SIGKILL."""
        server, how = self._running.pop(self._place(name))
        server.send_signal(how)
        server.wait()
        self._starts[name][-1].unlink(missing_ok=True)

    def resume(self, name: str) -> None:
        super()._start(*self._starts[name])

    def _start(self, command: list[str], how: signal.Signals, log: Path, sign: Path) -> None:
        self._starts[Path(command[0]).name] = (command, how, log, sign)
        super()._start(command, how, log, sign)

    def _place(self, name: str) -> int:
        names = [Path(server.args[0]).name for server, _ in self._running]  # type: ignore[index, arg-type]
        return names.index(name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
