"""The filtered list as a file: every requisition as it stood at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from recruiting.dashboards.listing import RELATED
from recruiting.lib.spreadsheets import Value
from requisitions.models import Requisition, Stage, Status
from status_updates import facts
from status_updates.facts import Facts

CHUNK = 500
"""Requisitions whose facts are fetched and written together, so that memory stays small."""

HEADINGS: list[Value] = [
    "Title", "Code", "Client", "Employer", "Place", "Status", "Recruiter", "Manager", "Openings",
    "Opened on", "To start on", "Closed on", "Days open", "Days on hold",
    *(stage.label for stage in Stage),
    "Last checkpoint", "Next step", "Promised", "Promised by", "Link",
]  # fmt: skip


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read inside is as it was when the first of it was read, whatever is saved meanwhile.

    SQLite's transactions are such by themselves. Inside another transaction that one decides.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def table(
    requisitions: QuerySet[Requisition], *, now: datetime, today: date, zone: tzinfo, site: str
) -> Iterator[list[Value]]:
    """The headings, then a row for each; to be read within `one_moment`."""
    yield HEADINGS
    found = requisitions.select_related(*RELATED).iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        material = facts.load(chunk, since=None, now=now)
        for requisition in chunk:
            known = material.facts(requisition, since=None, today=today, zone=zone)
            yield _row(known, site)


def _row(known: Facts, site: str) -> list[Value]:
    one = known.requisition
    checkpoint = one.latest_checkpoint
    promise = None if one.is_closed else next(iter(known.open_promises), None)
    held: Any = known.days_on_hold if known.days_open is not None else None
    return [
        one.title, one.code, one.client.name, one.employer, one.place, Status(one.status).label,
        one.recruiter.display_name, one.manager.display_name if one.manager else "", one.openings,
        one.opened_on, one.target_on, one.closed_on, known.days_open, held,
        *known.totals.values(),
        checkpoint.on if checkpoint else None, "" if one.is_closed else known.next_step,
        promise.text if promise else "", promise.due_on if promise else None,
        f"{site}{one.get_absolute_url()}",
    ]  # fmt: skip
