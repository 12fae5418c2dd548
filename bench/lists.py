"""The list and its search with 50, 5,000 and 50,000 requisitions, as a lead who sees them all.

`python -m bench.lists` measures these alone and prints their section.
"""

import os
from collections import defaultdict
from contextlib import ExitStack
from statistics import median, quantiles

import django
import psycopg
from django.apps import apps

from bench import installation
from tests.servers import Servers

SIZES = (50, 5_000, 50_000)
CHECKPOINTS = 2
ROUNDS = 60
WARM_UP = 10
LEAD = "recruiter-0@batch-1.seed.example"

PAGES = {
    "list": "/requisitions/?status=",
    "list, by interviews held": "/requisitions/?sort=-interviewed",
    "list, gone quiet": "/requisitions/?needs=quiet",
    "list, last page": "/requisitions/?status=&page=9999",
    "search, a word in few": "/requisitions/?q=seldom7",
    "search, two words, the last begun": "/requisitions/?q=berlin+engi",
    "search, a word in every description": "/requisitions/?q=responsibility",
}
FILES = {"CSV of all": "/requisitions/export.csv", "XLSX of all": "/requisitions/export.xlsx"}

# Some 1,500 characters of different words for each, one of them in all and one in few.
DESCRIPTIONS = """
    UPDATE requisitions_requisition SET description = 'Responsibility. ' || (
        SELECT string_agg('word' || (abs(hashtext(id::text || n)) %% 4000), ' ')
        FROM generate_series(1, 160) n
    ) || ' seldom' || (abs(hashtext(id::text)) %% 500)
"""


def section(servers: Servers, database: str) -> str:
    """Seed, measure, and say it as a section of the documentation."""
    taken: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    with ExitStack() as stack:
        made = {size: _filled(servers, database, size) for size in SIZES}
        if not apps.ready:  # measured alone
            os.environ |= made[SIZES[0]].environment
            django.setup()
        for one in made.values():
            one.start()
            stack.callback(one.stop)
        _measure(made, taken)
    return _written(taken)


def _filled(servers: Servers, database: str, size: int) -> installation.Installation:
    volume = installation.Volume(f"list_{size}", managers=size // 10, busy_managers=0)
    one = installation.make(servers, database, volume, installation.free_port())
    one.manage("migrate", "--verbosity", "0")
    one.manage("createcachetable")
    seeding = ("--checkpoints-per", str(CHECKPOINTS), "--managers", str(volume.managers))
    one.manage("seed", "--requisitions", str(size), *seeding)
    with psycopg.connect(one.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("UPDATE accounts_user SET role = 'lead' WHERE email = %s", [LEAD])
        connection.execute(DESCRIPTIONS, [])
        connection.execute("VACUUM ANALYZE")
    return one


def _measure(
    made: dict[int, installation.Installation],
    taken: defaultdict[tuple[str, int], list[float]],
) -> None:
    """Sizes take turns, so that a busy moment of the machine meets all alike."""
    # Settings are known only when an installation is made.
    from bench.visitor import Visitor

    visitors = {size: Visitor(one.port, LEAD) for size, one in made.items()}
    for number in range(WARM_UP + ROUNDS):
        for name, path in PAGES.items():
            for size, visitor in visitors.items():
                milliseconds = visitor.timed_get(path)
                if number >= WARM_UP:
                    taken[name, size].append(milliseconds)
    for name, path in FILES.items():
        for size, visitor in visitors.items():
            taken[name, size].append(visitor.timed_get(path))


def _written(taken: defaultdict[tuple[str, int], list[float]]) -> str:
    small, middle, large = SIZES
    rows = []
    for name in PAGES:
        p95 = {size: quantiles(taken[name, size], n=20)[-1] for size in SIZES}
        middles = {size: median(taken[name, size]) for size in SIZES}
        cells = [f"{middles[size]:.0f} / {p95[size]:.0f}" for size in SIZES]
        grown = f"{p95[middle] / p95[small]:.2f} | {p95[large] / p95[small]:.2f}"
        rows.append(f"| {name} | {' | '.join(cells)} | {grown} |")
    for name in FILES:
        cells = [f"{taken[name, size][0]:,.0f}" for size in SIZES]
        rows.append(f"| {name} | {' | '.join(cells)} | | |")
    return f"""
## List and search
A lead who sees every requisition, {CHECKPOINTS} checkpoints and some 1,500 characters of
description each. Median and 95th percentile in milliseconds of {ROUNDS} requests, the sizes taking
turns; then the 95th percentile as a multiple of that with {small} requisitions. Of {small} a search
finds a few rows, of {middle:,} a page of fifty: that one compares with the list of {small}.

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
