"""`python -m tests.faults [name ...]`: all scenarios, or those named, and their figures."""

import os
import sys
import time
from contextlib import ExitStack

import django

from tests.faults.stage import Stage
from tests.servers import _OURS


def main(names: list[str]) -> int:
    with ExitStack() as stack:
        for name in _OURS:
            os.environ.pop(name, None)
        stage = Stage()
        stack.callback(stage.stop)
        stage.open()
        os.environ |= stage.environment
        django.setup()
        # Models can be imported only now that the settings are known.
        from tests.faults import crowd

        print("Making the crowd ...", flush=True)
        crowd.prepare(stage)
        from tests.faults.runner import play

        return play(stage, names)


if __name__ == "__main__":
    started = time.monotonic()
    code = main(sys.argv[1:])
    print(f"\n{(time.monotonic() - started) / 60:.1f} minutes.")
    sys.exit(code)
