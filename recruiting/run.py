"""Run what the Procfile names until Ctrl-C, in one process group: `python -m recruiting.run`.

Supervisors for Procfiles give each process a session of its own; killed, they leave them behind.
"""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

STOP_SECONDS = 12
"""How long processes may finish what they do, a little more than requests get to end."""

_SIGINT_CAUGHT = 1 << (signal.SIGINT - 1)


def commands(procfile: Path) -> dict[str, list[str]]:
    """The processes by name, as the Procfile words them."""
    lines = (line.partition(":") for line in procfile.read_text().splitlines() if line.strip())
    return {name: shlex.split(command) for name, _, command in lines}


def main() -> int:
    """Returns 0 after a stop that was asked for, 1 when a process ended by itself."""
    stop = _StopWatch()
    # Who tries it out as root need not read that a server should not be run so.
    environment = os.environ | {"PYTHONWARNINGS": "ignore:You're running the worker"}
    running = {
        name: subprocess.Popen(command, env=environment)  # noqa: S603 - the words of our own Procfile
        for name, command in commands(Path("Procfile")).items()
    }
    ended: list[str] = []
    while not stop.wanted() and not ended:
        time.sleep(0.2)
        ended = [name for name, process in running.items() if process.poll() is not None]
    for name in ended:
        print(f"{name} ended with status {running[name].returncode}; stopping.", file=sys.stderr)
    _stop(list(running.values()))
    return 1 if ended and not stop.wanted() else 0


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class _StopWatch:
    """Knows whether somebody wants us to stop: by a signal to us, or to `make` alone.

    After a SIGINT make only waits for its children, who got none when it was sent to make's own
    process id. It has then given up catching the signal, which Linux shows.
    """

    def __init__(self) -> None:
        self._signalled = False
        self._parent = os.getppid()
        self._parent_caught = self._parent_catches()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def wanted(self) -> bool:
        orphaned = os.getppid() != self._parent
        told_by_make = self._parent_caught and not self._parent_catches()
        return self._signalled or orphaned or told_by_make

    def _note(self, *_: object) -> None:
        self._signalled = True

    def _parent_catches(self) -> bool:
        try:
            status = Path(f"/proc/{self._parent}/status").read_text()
        except OSError:
            return False  # not Linux, or the parent is gone, which `orphaned` tells
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught.split()[1], 16) & _SIGINT_CAUGHT)


if __name__ == "__main__":
    sys.exit(main())
