"""One scenario after the other, each on a fresh scene; their figures at the end."""

import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.faults import (
    changes,
    crashes,
    crowd,
    letters,
    local_time,
    outages,
    queue,
    refusals,
    restore,
)
from tests.faults.stage import Broken, Figures, Stage

Scenario = Callable[[Stage], Figures]

ALL: tuple[Scenario, ...] = (
    *crashes.SCENARIOS, *queue.SCENARIOS, *refusals.SCENARIOS, *changes.SCENARIOS,
    *local_time.SCENARIOS, *outages.SCENARIOS, *letters.SCENARIOS, *restore.SCENARIOS,
)  # fmt: skip

DOCUMENT = Path("docs/digest.md")
BEGIN, END = "<!-- figures of make faults -->", "<!-- end of figures -->"


def play(stage: Stage, names: list[str]) -> int:
    """Returns 0 when every promise was kept."""
    if unknown := set(names) - {one.__name__ for one in ALL}:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are:", *(o.__name__ for o in ALL))
        return 2
    chosen = [one for one in ALL if not names or one.__name__ in names]
    results: dict[str, Figures] = {}
    for scenario in chosen:
        title = title_of(scenario)
        print(f"\n{scenario.__name__}: {title} ...", flush=True)
        results[title] = _played(stage, scenario)
        for what, figure in results[title].items():
            print(f"    {what}: {figure}", flush=True)
        _write_down({title: results[title]})
    return int(any("BROKEN" in figures for figures in results.values()))


def _played(stage: Stage, scenario: Scenario) -> Figures:
    started = time.monotonic()
    crowd.fresh_scene(stage)
    stage.restart_redis()
    stage.mail.reset()
    try:
        figures = scenario(stage)
    except Exception as error:
        if not isinstance(error, Broken):
            traceback.print_exc()
        _print_logs(stage)
        return {"BROKEN": str(error)}
    finally:
        stage.clear()
        print(f"    {time.monotonic() - started:.0f} seconds", flush=True)
    return figures


def _print_logs(stage: Stage) -> None:
    """The ends of what the processes wrote, for whoever has to find out why."""
    for process in stage.processes[-4:]:
        lines = [line[:300] for line in process.said.splitlines()[-8:]]
        print(f"--- {process.name}", *lines, sep="\n")


def _write_down(results: Mapping[str, Figures]) -> None:
    """Into the page that makes the promises; what was not run keeps the figures of its last run."""
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in table.splitlines()}
    for title, figures in results.items():
        told = "; ".join(f"{what}: {_words(figure)}" for what, figure in figures.items())
        rows[title] = f"| {title} | {told} | {datetime.now(UTC):%Y-%m-%d} |".replace("<", "&lt;")
    lines = [rows[title] for one in ALL if (title := title_of(one)) in rows]
    table = "\n".join(["| Fault | Figures | Run |", "|---|---|---|", *lines])
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")
    print(f"\nWritten to {DOCUMENT}.")


def title_of(scenario: Scenario) -> str:
    return " ".join((scenario.__doc__ or "").split())


def _words(figure: object) -> str:
    if isinstance(figure, dict):
        return ", ".join(f"{count} {what}" for what, count in figure.items())
    return str(figure).replace("|", "/").replace("\n", " ")
