"""Digests from due rows to recorded mails, beside a loop that hands over the same bytes.

`python -m bench.digests` measures these alone and prints their section. PostgreSQL keeps what it
commits here (fsync and synchronous_commit on), and the mail server is Debian's smtp-sink, which
takes everything and keeps nothing.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import installation
from recruiting.run import commands
from tests.servers import Servers

MANAGERS = 500
SIZES = (1, 3, 10)
"""Requisitions of each manager."""

CHECKPOINTS = 12
MEMORY = (500, 10_000)
"""Managers, for the memory that sending takes. Each has one requisition. With the fifty thousand of
a very large installation the measurement alone would take a quarter of an hour; a sweep hands out
ten thousand at a time in any case."""

UNCAPPED = {"MAIL_PER_SECOND": "1000000"}
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")


@dataclass(frozen=True)
class Measured:
    alone: dict[int, dict[str, Any]]
    workers: dict[int, dict[str, Any]]
    memory: dict[int, dict[str, Any]]


def section() -> str:
    """Seed, measure, and say it as a section of the documentation."""
    with ExitStack() as stack:
        servers = Servers()
        stack.callback(servers.stop)
        database = servers.start_postgres(*DURABLE)
        servers.start_redis()
        port = installation.free_port()
        _sink(stack, port)
        one = installation.make(
            servers, database, installation.Volume("mail", 0, 0), port, extra=UNCAPPED
        )
        one.manage("migrate", "--verbosity", "0")
        for size in SIZES:
            _seed(one, requisitions=size * MANAGERS, managers=MANAGERS)
        alone = {
            size: _child(one, "alone", str(batch), str(port))
            for batch, size in enumerate(SIZES, start=1)
        }
        _workers(stack, one)
        workers = {
            size: _child(one, "worker", str(batch)) for batch, size in enumerate(SIZES, start=1)
        }
    return written(Measured(alone, workers, _memory()))


def _memory() -> dict[int, dict[str, Any]]:
    """In a database each, which may forget: only the memory counts."""
    measured = {}
    for managers in MEMORY:
        with ExitStack() as stack:
            servers = Servers()
            stack.callback(servers.stop)
            port = installation.free_port()
            _sink(stack, port)
            one = installation.make(
                servers,
                servers.start_postgres(),
                installation.Volume("memory", 0, 0),
                port,
                extra=UNCAPPED,
            )
            one.manage("migrate", "--verbosity", "0")
            _seed(one, requisitions=managers, managers=managers, checkpoints=1)
            measured[managers] = _child(one, "memory")
    return measured


def _seed(
    one: installation.Installation,
    *,
    requisitions: int,
    managers: int,
    checkpoints: int = CHECKPOINTS,
) -> None:
    one.manage(
        "seed",
        *("--requisitions", str(requisitions)),
        *("--checkpoints-per", str(checkpoints)),
        *("--managers", str(managers)),
    )
    one.vacuum()


def _child(one: installation.Installation, *arguments: str) -> dict[str, Any]:
    print(f"Measuring {' '.join(arguments[:2])} ...", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "bench.pipeline", *arguments],
        env=os.environ | one.environment,
        check=True,
        stdout=subprocess.PIPE,
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _workers(stack: ExitStack, one: installation.Installation) -> None:
    """The installation's own workers, as the Procfile words them."""
    command = commands(Path("Procfile"))["worker"]
    log = (Path(one.environment["VAR_DIR"]) / "worker.log").open("wb")
    worker = subprocess.Popen(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        env=os.environ | one.environment | {"LOG_LEVEL": "INFO"},
        stdout=log,
        stderr=log,
    )
    stack.callback(worker.wait)
    stack.callback(worker.terminate)
    deadline = time.monotonic() + installation.WAIT_SECONDS
    while b"ready." not in Path(log.name).read_bytes():
        if time.monotonic() > deadline:
            raise TimeoutError(f"No worker: {Path(log.name).read_text()}")
        time.sleep(0.1)


def _sink(stack: ExitStack, port: int) -> None:
    """A mail server that takes everything and keeps nothing, told to be quick about it."""
    command = [_smtp_sink(), f"127.0.0.1:{port}", "100"]
    if os.getuid() == 0:
        command[1:1] = ["-u", "nobody"]
    server = subprocess.Popen(command)
    stack.callback(server.wait)
    stack.callback(server.terminate)
    installation.wait_for(port)


def _smtp_sink() -> str:
    """Where it is. Raises SystemExit with the package that is missing."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which("smtp-sink", path=path)
    apt = shutil.which("apt-get")
    if not found and apt and os.getuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([apt, "update", "--quiet", "--quiet"], check=True)
        options = ["--quiet", "--quiet", "--yes", "--no-install-recommends"]
        subprocess.run([apt, "install", *options, "postfix"], check=True, env=quiet)
        found = shutil.which("smtp-sink", path=path)
    if not found:
        raise SystemExit(
            "Measuring mail needs smtp-sink, which comes with postfix. "
            "On Debian and Ubuntu: sudo apt-get install postfix"
        )
    return found


# --- as a page -----------------------------------------------------------------------------


def written(measured: Measured) -> str:
    from bench.pipeline import ROUNDS, TASK

    parts = sorted(
        {part for figures in measured.alone.values() for part in figures["parts"]},
        key=lambda part: -measured.alone[SIZES[-1]]["parts"].get(part, 0),
    )
    small, large = (measured.memory[managers] for managers in MEMORY)

    def row(name: str, values: list[str]) -> str:
        return f"| {name} | {' | '.join(values)} |"

    def ratios(name: str, where: dict[int, dict[str, Any]], what: str) -> str:
        cells = [
            f"{where[size][what]:.2f} | {measured.alone[size]['raw'] / where[size][what]:.2f}"
            for size in SIZES
        ]
        return row(name, cells)

    split = "\n".join(
        row(part, [f"{measured.alone[size]['parts'].get(part, 0):.3f}" for size in SIZES])
        for part in parts
    )
    statements = "\n".join(
        row(name, [f"{measured.alone[size]['statements'][what]:.3f}" for size in SIZES])
        for name, what in (("for the data", "data"), ("from claim to record", "all"))
    )
    heads = " | ".join(f"{size} ms | ratio" for size in SIZES)
    return f"""
## Digests
{MANAGERS} digests for managers with {", ".join(map(str, SIZES[:-1]))} and {SIZES[-1]} requisitions
each, from due rows in the ledger through claim, check, data, writing, freezing and sending to the
record, without a cap on messages a second. PostgreSQL waits for the disk at each commit (fsync and
synchronous_commit on). The floor is a loop of smtplib that hands the same ready-made bytes over one
connection to the same smtp-sink. Milliseconds for one digest, and the floor's share in them (1
would be as fast as the bare loop); medians of {ROUNDS} rounds taking turns.

| requisitions | {heads} |
|---|{"---|" * 2 * len(SIZES)}
{row("bare SMTP loop", [f"{measured.alone[size]['raw']:.2f} | 1" for size in SIZES])}
{ratios("everything, one process", measured.alone, "all")}
{ratios("the same, synchronous_commit off", measured.alone, "undurable")}
{ratios(f"everything, two worker processes, tasks of {TASK}", measured.workers, "all")}
{ratios("claim to record of mails written before (a retry)", measured.alone, "frozen")}

Where the milliseconds of one process go:

| requisitions | {" | ".join(map(str, SIZES))} |
|---|{"---|" * len(SIZES)}
{split}

SQL statements for one digest:

| requisitions | {" | ".join(map(str, SIZES))} |
|---|{"---|" * len(SIZES)}
{statements}

The largest of these digests has {measured.alone[SIZES[-1]]["kilobytes"]:.0f} kB of HTML. A process
that sweeps and sends for {MEMORY[0]:,} managers takes {small["megabytes"]:.0f} MB at most, for
{MEMORY[1]:,} managers {large["megabytes"]:.0f} MB: {large["megabytes"] / small["megabytes"]:.2f}
times as much ({large["mails"]:,} mails in {large["seconds"]:.0f} seconds).
"""


if __name__ == "__main__":
    print(section())
