"""The filtered list as a file, whole, of one moment, and harmless to who opens it."""

import csv
import io
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from recruiting.accounts.models import Client, User
from recruiting.dashboards import export
from recruiting.lib.spreadsheets import harmless
from requisitions.models import Requisition, Stage
from status_updates.models.checkpoint import PromiseMade
from tests.factories import make_checkpoint, make_requisition
from tests.queries import counted

SignIn = Callable[[User], Browser]
CSV, XLSX = "/requisitions/export.csv", "/requisitions/export.xlsx"


def content(response: Any) -> bytes:
    data: bytes = response.getvalue()
    return data


def lines(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(response).decode("utf-8-sig"))))


@pytest.mark.usefixtures("clock")
def test_row_holds_what_the_list_shows(
    sign_in: SignIn, recruiter: User, requisition: Requisition
) -> None:
    Requisition.objects.filter(pk=requisition.pk).update(
        place="Łódź", code="R-1", opened_on=date(2026, 2, 9)
    )
    promise = PromiseMade(Stage.SUBMITTED, 2, date(2026, 3, 13))
    make_checkpoint(requisition, counts={Stage.FOUND: 1200}, next_step="Call", promise=promise)
    (row,) = lines(sign_in(recruiter).get(CSV))
    assert {name: row[name] for name in ("Title", "Code", "Place", "Status", "Manager")} == {
        "Title": "Data Engineer",
        "Code": "R-1",
        "Place": "Łódź",
        "Status": "Open",
        "Manager": "Max Manager",
    }
    assert (row["Opened on"], row["Days open"], row["Found"]) == ("2026-02-09", "30", "1200")
    assert (row["Promised"], row["Promised by"]) == ("2 resumes submitted", "2026-03-13")
    assert row["Link"].endswith(f"/requisitions/{requisition.pk}/")


@pytest.mark.usefixtures("clock")
def test_file_says_what_it_is(sign_in: SignIn, recruiter: User, requisition: Requisition) -> None:
    response = sign_in(recruiter).get(CSV)
    assert response["Content-Disposition"] == 'attachment; filename="requisitions-2026-03-11.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert content(response).startswith(b"\xef\xbb\xbfTitle,Code,")


@pytest.mark.usefixtures("clock")
def test_filter_and_sight_hold_for_the_file(
    sign_in: SignIn,
    acme: Client,
    recruiter: User,
    manager: User,
    requisition: Requisition,
    other_requisition: Requisition,
) -> None:
    for title in ("Welder", "Cook"):
        make_requisition(acme, recruiter=recruiter, manager=manager, title=title)
    browser = sign_in(recruiter)
    assert [row["Title"] for row in lines(browser.get(CSV))] == ["Cook", "Data Engineer", "Welder"]
    assert [row["Title"] for row in lines(browser.get(f"{CSV}?q=weld"))] == ["Welder"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\n=1", "'\n=1"),
        ("＝1+1", "'＝1+1"),
        ("＠x", "'＠x"),
        ("R-1", "R-1"),
        ("", ""),
    ],
)
def test_formula_is_marked_as_text(text: str, written: str) -> None:
    assert harmless(text) == written


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("title", ['=HYPERLINK("//evil")', "@cmd", "-2+3"])
def test_formula_in_a_title_stays_a_text_in_both_files(
    sign_in: SignIn, recruiter: User, requisition: Requisition, title: str
) -> None:
    Requisition.objects.filter(pk=requisition.pk).update(title=title)
    browser = sign_in(recruiter)
    (row,) = lines(browser.get(CSV))
    book = openpyxl.load_workbook(io.BytesIO(content(browser.get(XLSX))))
    cell = book.worksheets[0]["A2"]
    assert (row["Title"], cell.value, cell.data_type) == (f"'{title}", f"'{title}", "s")


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("title", ["a\uffffb", "a\ufffeb"])
def test_workbook_opens_whatever_a_title_holds(
    sign_in: SignIn, recruiter: User, requisition: Requisition, title: str
) -> None:
    Requisition.objects.filter(pk=requisition.pk).update(title=title)
    book = openpyxl.load_workbook(io.BytesIO(content(sign_in(recruiter).get(XLSX))))
    assert book.worksheets[0]["A2"].value == "ab"


@pytest.mark.usefixtures("clock")
def test_workbook_holds_numbers_and_dates_as_such(
    sign_in: SignIn, recruiter: User, requisition: Requisition
) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 12})
    book = openpyxl.load_workbook(io.BytesIO(content(sign_in(recruiter).get(XLSX))))
    heading, row = book.worksheets[0].iter_rows(values_only=True)
    values = dict(zip(heading, row, strict=True))
    assert (values["Found"], values["Days open"]) == (12, 30)
    assert str(values["Last checkpoint"]) == "2026-03-11 00:00:00"


@pytest.mark.usefixtures("clock")
def test_export_costs_the_same_for_one_row_and_for_fifty(
    sign_in: SignIn, acme: Client, recruiter: User, manager: User
) -> None:
    browser = sign_in(recruiter)
    make_requisition(acme, recruiter=recruiter, manager=manager)
    one = counted(lambda: browser.get(CSV).getvalue())
    for _ in range(49):
        make_requisition(acme, recruiter=recruiter, manager=manager)
    assert counted(lambda: browser.get(CSV).getvalue()) == one


@pytest.mark.django_db(transaction=True)
def test_file_is_of_one_moment_while_data_change(
    acme: Client, recruiter: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two chunks somebody else renames every requisition and logs on it."""
    rows = [
        make_requisition(acme, recruiter=recruiter, manager=manager, title=f"Job {number}")
        for number in range(4)
    ]
    monkeypatch.setattr(export, "CHUNK", 2)
    now, today = timezone.now(), timezone.localdate()
    with export.one_moment():
        table = export.table(
            Requisition.objects.order_by("title"),
            now=now, today=today, zone=timezone.get_current_timezone(), site="",
        )  # fmt: skip
        read = [next(table), next(table)]
        writer = threading.Thread(target=_change_all, args=([row.pk for row in rows],))
        writer.start()
        if connection.vendor == "postgresql":
            writer.join(timeout=30)
        read += list(table)
    writer.join(timeout=30)
    assert [row[0] for row in read[1:]] == ["Job 0", "Job 1", "Job 2", "Job 3"]
    assert {row[16] for row in read[1:]} == {0}
    assert set(Requisition.objects.values_list("title", flat=True)) == {"Changed"}


def _change_all(keys: list[Any]) -> None:
    try:
        for one in Requisition.objects.filter(pk__in=keys).select_related("recruiter"):
            one.edit({"title": "Changed"}, version=1, by=one.recruiter, now=timezone.now())
            make_checkpoint(one, now=timezone.now(), counts={Stage.SCREENED: 5})
    finally:
        connection.close()


def test_chunks_make_one_table(
    acme: Client, recruiter: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        make_requisition(acme, recruiter=recruiter, manager=manager, title=f"Job {number}")
    monkeypatch.setattr(export, "CHUNK", 2)
    rows: Iterator[Any] = export.table(
        Requisition.objects.order_by("title"),
        now=timezone.now(), today=timezone.localdate(),
        zone=timezone.get_current_timezone(), site="",
    )  # fmt: skip
    assert [row[0] for row in rows] == ["Title", *(f"Job {number}" for number in range(5))]
