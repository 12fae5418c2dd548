"""One scenario after the other, each on a fresh scene; their figures at the end."""

import time
import traceback
from collections.abc import Callable

from tests.faults import changes, crashes, crowd, letters, outages, queue, refusals
from tests.faults.stage import Broken, Stage

Scenario = Callable[[Stage], dict[str, object]]

ALL: tuple[Scenario, ...] = (
    *crashes.SCENARIOS,
    *queue.SCENARIOS,
    *refusals.SCENARIOS,
    *changes.SCENARIOS,
    *outages.SCENARIOS,
    *letters.SCENARIOS,
)


def play(stage: Stage, names: list[str]) -> int:
    """Returns 0 when every promise was kept."""
    chosen = [one for one in ALL if not names or one.__name__ in names]
    if unknown := set(names) - {one.__name__ for one in ALL}:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are:", *(o.__name__ for o in ALL))
        return 2
    results: dict[str, dict[str, object]] = {}
    broken = 0
    for scenario in chosen:
        title = (scenario.__doc__ or scenario.__name__).strip()
        print(f"\n{scenario.__name__}: {title} ...", flush=True)
        started = time.monotonic()
        crowd.fresh_scene(stage)
        stage.restart_redis()
        stage.mail.reset()
        try:
            results[title] = scenario(stage)
            print(f"    kept in {time.monotonic() - started:.0f} s", flush=True)
        except Exception as error:
            broken += 1
            results[title] = {"BROKEN": str(error)}
            if not isinstance(error, Broken):
                traceback.print_exc()
            print(f"    BROKEN in {time.monotonic() - started:.0f} s: {error}", flush=True)
            keep_logs(stage)
        finally:
            stage.clear()
        for key, value in results[title].items():
            print(f"    {key}: {value}", flush=True)
    return 1 if broken else 0


def keep_logs(stage: Stage) -> None:
    """The ends of what the processes wrote, for whoever has to find out why."""
    for process in stage.processes[-4:]:
        print(
            f"--- {process.name}\n"
            + "\n".join(line[:300] for line in process.said.splitlines()[-8:])
        )
