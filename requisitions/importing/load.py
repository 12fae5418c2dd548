"""The only part of the importer that touches the database: drafts, judging, loading."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from recruiting.accounts.models import Client, User
from recruiting.audit.models import Event, event_of
from requisitions import notices
from requisitions.importing.guessing import guess
from requisitions.importing.mapping import Mapping
from requisitions.importing.prose import one_line
from requisitions.importing.report import Report
from requisitions.importing.rows import Judged, Outcome, ParsedRow, parse
from requisitions.importing.sheets import Sheet
from requisitions.models import Funnel, ImportBatch, Requisition, Status, StatusChange
from requisitions.models.imports import FILENAME_MAX

BATCH_SIZE = 500
"""Rows an INSERT."""

DRAFT_KEPT = timedelta(days=7)
"""How long a draft waits for its author to come back."""

ATTEMPTS = 4
"""How often loading starts over when others write the same openings at the same time."""


def start(
    sheet: Sheet,
    filename: str,
    *,
    client: Client,
    recruiter: User,
    source: str,
    by: User,
    now: datetime,
) -> ImportBatch:
    """Keep what was read from a file as a draft with guessed columns.

    Drafts that the same person left lying are dropped.
    """
    ImportBatch.objects.abandoned(by, now - DRAFT_KEPT).delete()
    return ImportBatch.start(
        client=client,
        recruiter=recruiter,
        filename=shown_filename(filename),
        source=source,
        sheet=sheet.as_json(),
        mapping=guess(sheet.headings, [row.cells for row in sheet.rows]).as_json(),
        by=by,
        now=now,
    )


def shown_filename(filename: str) -> str:
    """The name without folders and without what cannot be seen."""
    name = one_line(filename.replace("\\", "/").rpartition("/")[2])
    name = "".join(char for char in name if char.isprintable())
    return name[-FILENAME_MAX:] or "spreadsheet"


def judge(batch: ImportBatch, *, today: date) -> Judged:
    """What would become of each row if the draft were imported now."""
    sheet = Sheet.from_json(batch.sheet)
    return judge_sheet(
        sheet, Mapping.from_json(batch.mapping), client=batch.client, source=batch.source,
        today=today,
    )  # fmt: skip


def judge_sheet(
    sheet: Sheet, mapping: Mapping, *, client: Client, source: str, today: date
) -> Judged:
    """The same for a sheet that is not kept."""
    keys = Requisition.objects.filter(client=client).values_list("import_key", flat=True)
    return parse(
        sheet,
        mapping,
        client_id=client.pk,
        source=source,
        today=today,
        known={key for key in keys if key},
        managers=_managers(client).keys(),
    )


def load(batch: ImportBatch, *, by: User, now: datetime, today: date) -> ImportBatch:
    """Import all good rows in one transaction and keep the report. Done twice it is done once.

    Where another import makes one of the openings at the same moment, this one takes back what it
    wrote and judges its rows again, so that they end as duplicates and not as an error.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                batches = ImportBatch.objects.select_related("client", "recruiter")
                current = batches.select_for_update(of=("self",)).get(pk=batch.pk)
                if not current.is_done:
                    _load(current, by=by, now=now, today=today)
                return current
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


def _load(batch: ImportBatch, *, by: User, now: datetime, today: date) -> None:
    judged = judge(batch, today=today)
    managers = _managers(batch.client)
    # In the order of their keys, so that two imports at once wait for each other, not in a circle.
    good = sorted(judged.of(Outcome.GOOD), key=lambda row: row.key)
    made = [(row, _requisition(row, batch, managers, by, now, today)) for row in good]
    requisitions = [requisition for _, requisition in made]
    Requisition.objects.bulk_create(requisitions, BATCH_SIZE)
    Funnel.objects.bulk_create(
        (Funnel(requisition=requisition) for requisition in requisitions), BATCH_SIZE
    )
    changes = (change for one in requisitions for change in _history(one, batch, by, now))
    StatusChange.objects.bulk_create(changes, BATCH_SIZE)
    events = (
        event_of("imported", one, by=by, now=now, client=batch.client_id, batch=str(batch.pk))
        for one in requisitions
    )
    Event.objects.bulk_create(events, BATCH_SIZE)
    report = Report.of(judged, {row.number: requisition.pk for row, requisition in made})
    batch.finish(report.as_json(), created=len(made), by=by, now=now)
    notices.tell_of_import(batch, len(made), by=by, now=now)


def _managers(client: Client) -> dict[str, User]:
    """The client's hiring managers by address."""
    people = User.objects.active().managers().serving(client)
    return {person.email.lower(): person for person in people}


def _requisition(
    row: ParsedRow,
    batch: ImportBatch,
    managers: dict[str, User],
    by: User,
    now: datetime,
    today: date,
) -> Requisition:
    values = row.values
    manager = managers.get(values.manager_email)
    status = values.status
    if status == Status.DRAFT and manager:
        status = Status.INTAKE
    began = status in (Status.OPEN, Status.ON_HOLD)
    return Requisition(
        id=uuid.uuid4(),
        client=batch.client,
        recruiter=batch.recruiter,
        manager=manager,
        created_by=by,
        created_at=now,
        title=values.title,
        code=values.code,
        employer=values.employer,
        place=values.place,
        description=values.description,
        status=status,
        openings=values.openings,
        salary_low=values.salary_low,
        salary_high=values.salary_high,
        currency=values.currency,
        basis=values.basis,
        opened_on=values.opened_on or (today if began else None),
        target_on=values.target_on,
        source=batch.source,
        external_id=values.external_id,
        link=values.link,
        import_key=row.key,
    )


def _history(
    requisition: Requisition, batch: ImportBatch, by: User, now: datetime
) -> Iterable[StatusChange]:
    """How it came to its status: an open one was opened by the import, without a signed brief."""

    def change(came_from: str, to: Status, reason: str, override: bool = False) -> StatusChange:
        return StatusChange(
            requisition=requisition, from_status=came_from, to_status=to, reason=reason,
            override=override, by=by, at=now,
        )  # fmt: skip

    reason = f"Imported from {batch.filename}."
    if requisition.status in (Status.OPEN, Status.ON_HOLD):
        yield change("", Status.OPEN, reason, override=True)
        if requisition.status == Status.ON_HOLD:
            yield change(Status.OPEN, Status.ON_HOLD, "It stood on hold in the imported file.")
    else:
        yield change("", Status(requisition.status), reason)
