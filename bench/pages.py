"""Pages against an empty page of the same stack, and against themselves at a tenth of the data."""

import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from statistics import median, quantiles

from bench.installation import Installation
from bench.visitor import Visitor

ROUNDS = 100
WARM_UP = 20


@dataclass(frozen=True)
class Timing:
    """Milliseconds a request took."""

    median: float
    p95: float


Probe = Callable[[], float]


def measure(full: Installation, tenth: Installation) -> dict[str, Timing]:
    """Timings by name. Rounds take turns, so that a busy moment of the machine meets all alike."""
    probes = {
        **{f"{name}, full": probe for name, probe in _probes(full).items()},
        **{f"{name}, tenth": probe for name, probe in _probes(tenth).items()},
    }
    taken: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(WARM_UP + ROUNDS):
        for name, probe in probes.items():
            milliseconds = probe()
            if number >= WARM_UP:
                taken[name].append(milliseconds)
    return {name: Timing(median(all_), quantiles(all_, n=20)[-1]) for name, all_ in taken.items()}


def _probes(installation: Installation) -> dict[str, Probe]:
    """The second batch that was seeded has the managers with fifty requisitions each."""
    manager = Visitor(installation.port, "manager-0@batch-2.seed.example")
    recruiter = Visitor(installation.port, "recruiter-0@batch-2.seed.example")
    pages = recruiter.requisitions("/requisitions/?status=open")
    if not pages:
        raise RuntimeError("The list shows no open requisition to log on.")
    in_turn = cycle(pages)
    return {
        "empty page": lambda: recruiter.timed_get("/empty/"),
        "empty POST": lambda: recruiter.timed_post("/empty/", {}),
        "manager's home": lambda: manager.timed_get("/"),
        "requisition list": lambda: recruiter.timed_get("/requisitions/"),
        "requisition page": lambda: recruiter.timed_get(next(in_turn)),
        "checkpoint POST": lambda: recruiter.timed_post(
            f"{next(in_turn)}checkpoints/",
            {"found": "1", "note": "Measured.", "key": str(uuid.uuid4())},
        ),
    }
