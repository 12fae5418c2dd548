"""Celery on a clock of its own: `python -m tests.faults.shifted INSTANT worker …`.

The clock goes on from INSTANT. At SIGUSR2 every process of it jumps by the seconds that the file
`$FAULTS_JUMP` holds.
"""

import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

import time_machine


def main(instant: str, arguments: list[str]) -> None:
    clock = time_machine.travel(datetime.fromisoformat(instant), tick=True).start()

    def jump(*_: object) -> None:
        seconds = float(Path(os.environ["FAULTS_JUMP"]).read_text())
        clock.shift(timedelta(seconds=seconds))

    signal.signal(signal.SIGUSR2, jump)
    sys.argv = ["celery", *arguments]
    from celery.__main__ import main as celery

    celery()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
