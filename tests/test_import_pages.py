"""The pages of an import: file, columns, preview, report."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client as Browser

from recruiting.accounts.models import Client, User
from requisitions.importing.mapping import Mapping
from requisitions.models import ImportBatch, Requisition
from tests.factories import make_client
from tests.importing import POSTINGS, URL, finished, start, text_of, upload
from tests.queries import counted

SignIn = Callable[[User], Browser]


@pytest.fixture
def batch(acme: Client, recruiter: User, now: datetime) -> ImportBatch:
    return start(POSTINGS, acme, recruiter, now)


def choices(batch: ImportBatch) -> dict[str, str]:
    """What the form of columns posts when nothing is changed on it."""
    mapping = Mapping.from_json(batch.mapping)
    posted = {
        f"{field}_{slot}": str(index)
        for field, indexes in mapping.columns.items()
        for slot, index in enumerate(indexes, 1)
    }
    return posted | {"currency_default": mapping.currency, "date_order": mapping.date_order}


def test_file_goes_from_upload_to_report(
    sign_in: SignIn, acme: Client, recruiter: User, clock: Any
) -> None:
    browser = sign_in(recruiter)
    assert browser.get(URL).status_code == 200

    columns = upload(browser, acme, recruiter)
    batch = ImportBatch.objects.get()
    assert columns["Location"] == f"{URL}{batch.pk}/"
    page = text_of(browser.get(columns["Location"]))
    assert "postings.csv has 14 rows and 13 columns (UTF-8)." in page

    preview = browser.post(columns["Location"], choices(batch))
    assert preview["Location"] == f"{URL}{batch.pk}/preview/"
    page = text_of(browser.get(preview["Location"]))
    assert "9 of 14 rows ready to import" in page
    assert "“2025 31-Jun” in “year + date” is a day that no calendar has." in page
    assert Requisition.objects.count() == 0

    report = browser.post(preview["Location"], {"version": batch.version})
    assert report["Location"] == f"{URL}{batch.pk}/report/"
    page = text_of(browser.get(report["Location"]))
    assert "9 requisitions imported" in page
    assert "by Rosa Recruiter on 11 March 2026" in page
    assert Requisition.objects.filter(client=acme, recruiter=recruiter).count() == 9


def test_import_sent_twice_creates_nothing_twice(
    sign_in: SignIn, batch: ImportBatch, recruiter: User
) -> None:
    browser = sign_in(recruiter)
    for _ in range(2):
        response = browser.post(f"{URL}{batch.pk}/preview/", {"version": batch.version})
        assert response["Location"] == f"{URL}{batch.pk}/report/"
    assert Requisition.objects.count() == 9


# --- columns -------------------------------------------------------------------------------


def test_columns_show_the_guess_and_what_stands_there(
    sign_in: SignIn, batch: ImportBatch, recruiter: User
) -> None:
    response = sign_in(recruiter).get(f"{URL}{batch.pk}/")
    lines = {line["field"].name: line for line in response.context["lines"]}
    assert [slot.initial for slot in lines["opened_on"]["slots"]] == [0, 1]
    assert [slot.initial for slot in lines["opened_on"]["more"]] == [""]
    assert lines["opened_on"]["samples"] == ["2026 01-22", "2026 8-Jan", "2025 13-Nov"]


def test_other_columns_can_be_chosen_and_joined(
    sign_in: SignIn, batch: ImportBatch, recruiter: User
) -> None:
    posted = choices(batch) | {"place_1": "5", "place_2": "6", "duplicate_mark_1": ""}
    posted |= {"currency_default": "CAD", "date_order": "day"}
    assert sign_in(recruiter).post(f"{URL}{batch.pk}/", posted).status_code == 302
    batch.refresh_from_db()
    mapping = Mapping.from_json(batch.mapping)
    assert mapping["place"] == (5, 6)
    assert not mapping.has("duplicate_mark")
    assert (mapping.currency, mapping.date_order, batch.version) == ("CAD", "day", 2)


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"title_1": ""}, "title_1", "Choose the column that holds the title."),
        ({"title_1": "13"}, "title_1", "Choose a column of this file."),
        ({"place_1": "6", "place_2": "6"}, "place_1", "The same column was chosen twice."),
        ({"salary_1": "9"}, "salary_1", "Choose this, or “Pay from” and “Pay to”, not both."),
    ],
)
def test_columns_that_do_not_fit_are_refused_and_the_choice_stays(
    change: dict[str, str], field: str, message: str, sign_in: SignIn, batch: ImportBatch,
    recruiter: User,
) -> None:  # fmt: skip
    posted = choices(batch) | change | {"code_1": "3"}
    response = sign_in(recruiter).post(f"{URL}{batch.pk}/", posted)
    assert response.status_code == 422
    assert response.context["form"].errors[field] == [message]
    assert response.context["form"]["code_1"].value() == "3"
    before = batch.mapping
    batch.refresh_from_db()
    assert batch.mapping == before


def test_preview_without_a_title_column_leads_back_to_the_columns(
    sign_in: SignIn, acme: Client, recruiter: User, now: datetime
) -> None:
    untitled = start(b"a,b\n1,2\n", acme, recruiter, now)
    browser = sign_in(recruiter)
    response = browser.get(f"{URL}{untitled.pk}/preview/", follow=True)
    assert response.redirect_chain == [(f"{URL}{untitled.pk}/", 302)]
    assert "Choose the column that holds the title." in text_of(response)
    assert browser.post(f"{URL}{untitled.pk}/preview/", {"version": 1}).status_code == 302
    assert Requisition.objects.count() == 0


# --- preview and report --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("show", "numbers"),
    [
        ("", list(range(2, 16))),
        ("nonsense", list(range(2, 16))),
        ("ready", [2, 3, 4, 5, 6, 9, 13, 14, 15]),
        ("warnings", [3, 5, 9, 13, 14, 15]),
        ("duplicates", [7, 8]),
        ("refused", [10, 11, 12]),
    ],
)
def test_rows_are_shown_by_what_becomes_of_them(
    show: str, numbers: list[int], sign_in: SignIn, batch: ImportBatch, recruiter: User,
    now: datetime,
) -> None:  # fmt: skip
    browser = sign_in(recruiter)
    preview = browser.get(f"{URL}{batch.pk}/preview/", {"show": show})
    assert [line.number for line in preview.context["page"]] == numbers
    finished(batch, now)
    report = browser.get(f"{URL}{batch.pk}/report/", {"show": show})
    assert [line.number for line in report.context["page"]] == numbers


def test_rows_come_in_pages_of_fifty(
    sign_in: SignIn, acme: Client, recruiter: User, now: datetime
) -> None:
    rows = "\n".join(f"Clerk {number}" for number in range(51))
    batch = start(f"Title\n{rows}\n".encode(), acme, recruiter, now)
    browser = sign_in(recruiter)
    first, second = (
        browser.get(f"{URL}{batch.pk}/preview/", {"show": "ready", "page": page}) for page in (1, 2)
    )
    assert [len(page.context["page"]) for page in (first, second)] == [50, 1]
    assert 'href="?show=ready&amp;page=2"' in first.content.decode()


def test_import_after_the_columns_changed_elsewhere_asks_to_look_again(
    sign_in: SignIn, batch: ImportBatch, recruiter: User, lead: User, now: datetime
) -> None:
    browser = sign_in(recruiter)
    other = Mapping.from_json(batch.mapping).with_columns("employer")
    ImportBatch.objects.get(pk=batch.pk).map_columns(other.as_json(), by=lead, now=now)
    response = browser.post(f"{URL}{batch.pk}/preview/", {"version": 1})
    assert response.status_code == 409
    assert "The columns were changed meanwhile." in text_of(response)
    assert Requisition.objects.count() == 0


def test_preview_without_a_good_row_offers_no_import(
    sign_in: SignIn, acme: Client, recruiter: User, now: datetime
) -> None:
    batch = start(b"Title,Opened\nClerk,2026-02-30\n", acme, recruiter, now)
    page = sign_in(recruiter).get(f"{URL}{batch.pk}/preview/")
    assert "No row can be imported" in text_of(page)
    assert 'name="version"' not in page.content.decode()


def test_report_links_each_requisition(
    sign_in: SignIn, batch: ImportBatch, recruiter: User, now: datetime
) -> None:
    finished(batch, now)
    page = sign_in(recruiter).get(f"{URL}{batch.pk}/report/").content.decode()
    for requisition in Requisition.objects.all():
        assert f'href="/requisitions/{requisition.pk}/"' in page


@pytest.mark.parametrize(
    ("step", "is_done", "goes_to"),
    [("", True, "report/"), ("preview/", True, "report/"), ("report/", False, "preview/")],
)
def test_page_of_another_step_leads_to_the_right_one(
    step: str, is_done: bool, goes_to: str, sign_in: SignIn, batch: ImportBatch, recruiter: User,
    now: datetime,
) -> None:  # fmt: skip
    if is_done:
        finished(batch, now)
    response = sign_in(recruiter).get(f"{URL}{batch.pk}/{step}")
    assert response["Location"] == f"{URL}{batch.pk}/{goes_to}"


def test_columns_saved_after_the_import_change_nothing(
    sign_in: SignIn, batch: ImportBatch, recruiter: User, now: datetime
) -> None:
    posted = choices(batch)
    finished(batch, now)
    response = sign_in(recruiter).post(f"{URL}{batch.pk}/", posted | {"place_1": ""})
    assert response["Location"] == f"{URL}{batch.pk}/report/"


def test_cells_are_shown_as_text(
    sign_in: SignIn, acme: Client, recruiter: User, now: datetime
) -> None:
    data = b'Title,<b>City</b>\n<script>alert(1)</script>,"<img src=x>"\n'
    batch = start(data, acme, recruiter, now)
    browser = sign_in(recruiter)
    pages = [browser.get(f"{URL}{batch.pk}/{step}").content.decode() for step in ("", "preview/")]
    finished(batch, now)
    pages.append(browser.get(f"{URL}{batch.pk}/report/").content.decode())
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>City" not in page


# --- access and cost -----------------------------------------------------------------------


@pytest.mark.parametrize("step", ["", "preview/", "report/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_batch_of_another_client_is_not_found(
    step: str, method: str, sign_in: SignIn, batch: ImportBatch, other_recruiter: User
) -> None:
    if (step, method) == ("report/", "post"):
        step = ""
    response = getattr(sign_in(other_recruiter), method)(f"{URL}{batch.pk}/{step}")
    assert response.status_code == 404


@pytest.mark.parametrize("step", ["", "{pk}/", "{pk}/preview/", "{pk}/report/"])
def test_managers_may_not_import(
    step: str, sign_in: SignIn, batch: ImportBatch, manager: User
) -> None:
    response = sign_in(manager).get(URL + step.format(pk=batch.pk))
    assert response.status_code == 403


def test_colleague_at_the_client_sees_the_report(
    sign_in: SignIn, batch: ImportBatch, lead: User, now: datetime
) -> None:
    finished(batch, now)
    assert sign_in(lead).get(f"{URL}{batch.pk}/report/").status_code == 200


def test_pages_cost_as_many_statements_for_one_row_as_for_fifty(
    sign_in: SignIn, acme: Client, recruiter: User, now: datetime
) -> None:
    browser = sign_in(recruiter)

    def costs(count: int) -> list[int]:
        rows = "\n".join(f"Clerk {count}-{number},Reno" for number in range(count))
        batch = start(f"Title,City\n{rows}\n".encode(), acme, recruiter, now)
        address = f"{URL}{batch.pk}/"
        columns = counted(lambda: browser.get(address))
        preview = counted(lambda: browser.get(f"{address}preview/"))
        finished(batch, now)
        return [columns, preview, counted(lambda: browser.get(f"{address}report/"))]

    assert costs(1) == costs(50) == [3, 5, 3]


def test_list_of_clients_does_not_cost_statements(
    sign_in: SignIn, lead: User, acme: Client
) -> None:
    browser = sign_in(lead)
    one = counted(lambda: browser.get(URL))
    for number in range(20):
        make_client(f"Client number {number}")
    assert counted(lambda: browser.get(URL)) == one
