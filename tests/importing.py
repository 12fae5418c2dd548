"""What tests of the importer share: sheets, judged rows, drafts, uploads."""

import html
import re
import uuid
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from recruiting.accounts.models import Client, User
from requisitions.importing import load
from requisitions.importing.guessing import guess
from requisitions.importing.mapping import Mapping
from requisitions.importing.reading import read
from requisitions.importing.rows import Judged, ParsedRow, parse
from requisitions.importing.sheets import Row, Sheet
from requisitions.models import ImportBatch

DATA = Path(__file__).parent / "data"
POSTINGS = (DATA / "postings.csv").read_bytes()
TODAY = date(2026, 3, 11)
CLIENT = UUID(int=1)
URL = "/requisitions/import/"


def judge(
    headings: str,
    *rows: list[str],
    mapping: Mapping | None = None,
    known: frozenset[str] = frozenset(),
    managers: frozenset[str] = frozenset(),
    source: str = "Spreadsheet",
) -> Judged:
    names = tuple(headings.split(","))
    sheet = Sheet(
        names,
        tuple(Row(number, tuple(cells)) for number, cells in enumerate(rows, 2)),
        "UTF-8",
        ",",
        len(names),
    )
    return parse(
        sheet,
        mapping or guess(names, rows),
        client_id=CLIENT,
        source=source,
        today=TODAY,
        known=known,
        managers=managers,
    )


def one(headings: str, cells: list[str], **options: object) -> ParsedRow:
    return judge(headings, cells, **options).rows[0]  # type: ignore[arg-type]


def file_judged(name: str, known: frozenset[str] = frozenset()) -> Judged:
    sheet = read((DATA / name).read_bytes(), name)
    mapping = guess(sheet.headings, [row.cells for row in sheet.rows])
    return parse(sheet, mapping, client_id=CLIENT, source="Spreadsheet", today=TODAY, known=known)


def start(
    data: bytes, client: Client, by: User, now: datetime, name: str = "postings.csv"
) -> ImportBatch:
    """A draft out of the file, for its author to work on."""
    return load.start(
        read(data, name), name, client=client, recruiter=by, source="Spreadsheet", by=by, now=now
    )


def finished(batch: ImportBatch, now: datetime, by: User | None = None) -> ImportBatch:
    return load.load(batch, by=by or batch.created_by, now=now, today=now.date())


def text_of(response: Any) -> str:
    """The words of a page, without markup, in one line."""
    body = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(body).split())


def upload(
    browser: Browser,
    client: Client,
    recruiter: User,
    data: bytes = POSTINGS,
    name: str = "postings.csv",
    **fields: Any,
) -> Any:
    form = {
        "key": uuid.uuid4(),
        "client": client.pk,
        "recruiter": recruiter.pk,
        "source": "Spreadsheet",
        "file": SimpleUploadedFile(name, data),
        **fields,
    }
    return browser.post(URL, form)
