"""The record of a requisition and its client with 50, 5,000 and 50,000 events.

`python -m bench.activity` measures these alone and prints their section.
"""

import os
from collections import defaultdict
from contextlib import ExitStack
from statistics import median, quantiles
from urllib.parse import urlencode

import django
import psycopg
from django.apps import apps

from bench import installation
from tests.servers import Servers

SIZES = (50, 5_000, 50_000)
ROUNDS = 60
WARM_UP = 10
RECRUITER = "recruiter-0@batch-1.seed.example"

# All on one requisition, ten minutes apart, newest now; the oldest of a kind and by a person of
# whom there is no other.
EVENTS = """
    INSERT INTO audit_event (at, actor_id, action, target_type, target_id, client_id,
                             requisition_id, is_private, particulars)
    SELECT now() - n * interval '10 minutes',
           CASE WHEN n = {size} THEN r.manager_id ELSE r.recruiter_id END,
           CASE WHEN n = {size} THEN 'added a watcher'
                ELSE (ARRAY['logged a checkpoint', 'edited', 'wrote a note'])[1 + n % 3] END,
           'requisitions.Requisition', r.id, r.client_id, r.id, n % 7 = 0, '{{}}'
    FROM generate_series(1, {size}) n,
         (SELECT * FROM requisitions_requisition ORDER BY id LIMIT 1) r
"""

PAGES = {
    "requisition": "/requisitions/{requisition}/activity/",
    "requisition, a page from the middle": "/requisitions/{requisition}/activity/?{middle}",
    "client": "/clients/{client}/activity/",
    "client, one kind in three": "/clients/{client}/activity/?kind=checkpoints",
    "client, a kind of which there is one": "/clients/{client}/activity/?kind=people",
    "client, a person of whom there is one": "/clients/{client}/activity/?person={manager}",
    "client, one week": "/clients/{client}/activity/?{week}",
}


def section(servers: Servers, database: str) -> str:
    """Seed, measure, and say it as a section of the documentation."""
    taken: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    with ExitStack() as stack:
        ports, blanks = {}, {}
        for size in SIZES:
            one, blanks[size] = _filled(servers, database, size)
            ports[size] = one.port
            one.start()
            stack.callback(one.stop)
        if not apps.ready:
            os.environ |= one.environment
            django.setup()
        from bench.visitor import Visitor  # it needs settings

        visitors = {size: Visitor(port, RECRUITER) for size, port in ports.items()}
        for number in range(WARM_UP + ROUNDS):
            for name, path in PAGES.items():
                for size, visitor in visitors.items():
                    milliseconds = visitor.timed_get(path.format_map(blanks[size]))
                    if number >= WARM_UP:
                        taken[name, size].append(milliseconds)
    return _written(taken)


def _filled(
    servers: Servers, database: str, size: int
) -> tuple[installation.Installation, dict[str, str]]:
    """An installation, and what its addresses are made of."""
    volume = installation.Volume(f"events_{size}", managers=1, busy_managers=0)
    one = installation.make(servers, database, volume, installation.free_port())
    one.manage("migrate", "--verbosity", "0")
    one.manage("createcachetable")
    one.manage("seed", "--requisitions", "10", "--checkpoints-per", "1", "--managers", "1")
    with psycopg.connect(one.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(EVENTS.format(size=size))
        connection.execute("VACUUM ANALYZE")
        ids = connection.execute(
            "SELECT id, client_id, manager_id FROM requisitions_requisition ORDER BY id LIMIT 1"
        ).fetchone()
        when = connection.execute(
            "SELECT (now() AT TIME ZONE 'UTC' - %(back)s * interval '10 minutes')::timestamp(0),"
            " (now() - interval '7 days')::date, now()::date",
            {"back": size // 2},
        ).fetchone()
    assert ids is not None
    assert when is not None
    names = dict(zip(("requisition", "client", "manager"), map(str, ids), strict=True))
    middle, first, last = when
    names["middle"] = urlencode({"before": f"{middle.isoformat()}_{ids[0]}_1"})
    names["week"] = urlencode({"since": first, "until": last})
    return one, names


def _written(taken: defaultdict[tuple[str, int], list[float]]) -> str:
    small, middle, large = SIZES
    rows = []
    for name in PAGES:
        p95 = {size: quantiles(taken[name, size], n=20)[-1] for size in SIZES}
        middles = {size: median(taken[name, size]) for size in SIZES}
        cells = [f"{middles[size]:.0f} / {p95[size]:.0f}" for size in SIZES]
        grown = f"{middles[middle] / middles[small]:.2f} | {middles[large] / middles[small]:.2f}"
        rows.append(f"| {name} | {' | '.join(cells)} | {grown} |")
    return f"""
## Activity
The record of a requisition and of its client, all events on that one requisition. Median and 95th
percentile in milliseconds of {ROUNDS} requests, the sizes taking turns; then the median as a
multiple of that with {small} events.

| | {small} | {middle:,} | {large:,} | {middle:,} to {small} | {large:,} to {small} |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def main() -> None:
    servers = Servers()
    with ExitStack() as stack:
        stack.callback(servers.stop)
        database = servers.start_postgres()
        servers.start_redis()
        print(section(servers, database))


if __name__ == "__main__":
    main()
