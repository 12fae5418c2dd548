"""The measurements as a page of the documentation."""

import os
import platform

from bench.installation import CHECKPOINTS, FULL, TENTH
from bench.pages import ROUNDS, Timing

PAGES = {
    "manager's home": "empty page",
    "requisition list": "empty page",
    "requisition page": "empty page",
    "checkpoint POST": "empty POST",
}
"""Each page and its floor."""


def written(pages: dict[str, Timing]) -> str:
    return f"""# Benchmarks

Written by `make bench`. What counts are the ratios, which were taken within one run: against an
empty page of the same stack (server, middleware, session, signed-in person, connection), against
the same page with a tenth of the data in the database, and against a loop that hands ready-made
messages to the same mail server. Milliseconds are those of the machine that ran it last:
{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL 18 from a wheel.

Data: {FULL.requisitions:,} requisitions with {CHECKPOINTS} checkpoints each, and
{TENTH.requisitions:,} of them in the small database. The manager has 50 requisitions in both, and
a page of the list shows 50. One web process; {ROUNDS} requests of each kind, taking turns.

## Pages
| | median ms | 95th percentile ms | times the empty page | times itself at a tenth of the data |
|---|---|---|---|---|
{_page_rows(pages)}

Empty page: {pages["empty page, full"].median:.1f} ms. Empty POST:
{pages["empty POST, full"].median:.1f} ms.
"""


def _page_rows(pages: dict[str, Timing]) -> str:
    rows = []
    for name, floor in PAGES.items():
        full, tenth = pages[f"{name}, full"], pages[f"{name}, tenth"]
        times = full.median / pages[f"{floor}, full"].median
        growth = full.median / tenth.median
        rows.append(f"| {name} | {full.median:.1f} | {full.p95:.1f} | {times:.1f} | {growth:.2f} |")
    return "\n".join(rows)
