"""Good rows become requisitions, all in one transaction, each once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from recruiting.accounts.models import Client, User
from recruiting.audit.models import Event
from requisitions.importing import load
from requisitions.importing.mapping import Mapping
from requisitions.importing.reading import read
from requisitions.importing.sheets import Sheet
from requisitions.models import Funnel, ImportBatch, Requisition, Status, StatusChange
from tests.importing import POSTINGS, finished, start
from tests.queries import counted

STATUSES = (
    b"Title,Job ID,Status,Opened,Hiring manager email\n"
    b"Clerk,1,open,2026-03-02,\n"
    b"Cook,2,open,,manager@acme.example\n"
    b"Maid,3,draft,2026-03-02,\n"
    b"Porter,4,draft,2026-03-02,manager@acme.example\n"
    b"Driver,5,on hold,2026-03-02,manager@globex.example\n"
)


def outcomes(batch: ImportBatch) -> dict[str, int]:
    counts = batch.report["counts"]
    return {name: counts[name] for name in ("ready", "duplicates", "refused")}


def test_draft_holds_the_table_and_the_guess(acme: Client, recruiter: User, now: datetime) -> None:
    batch = start(POSTINGS, acme, recruiter, now, name="C:\\mine\\post\u202eings.csv")
    assert batch.filename == "postings.csv"
    assert Sheet.from_json(batch.sheet) == read(POSTINGS, "postings.csv")
    assert Mapping.from_json(batch.mapping)["opened_on"] == (0, 1)
    assert Requisition.objects.count() == 0


def test_batch_is_visible_to_recruiters_of_its_client_and_leads(
    acme: Client,
    recruiter: User,
    lead: User,
    manager: User,
    other_recruiter: User,
    now: datetime,
) -> None:
    batch = start(POSTINGS, acme, recruiter, now)
    people = [recruiter, lead, manager, other_recruiter]
    seen = [list(ImportBatch.objects.visible_to(person)) for person in people]
    assert seen == [[batch], [batch], [], []]


def test_good_rows_become_requisitions_with_everything_that_belongs_to_them(
    acme: Client, recruiter: User, now: datetime
) -> None:
    batch = finished(start(POSTINGS, acme, recruiter, now), now, recruiter)
    assert outcomes(batch) == {"ready": 9, "duplicates": 2, "refused": 3}
    clerk = Requisition.objects.select_related("funnel").get(title="Ward Clerk")
    assert (clerk.client, clerk.recruiter, clerk.manager) == (acme, recruiter, None)
    assert (clerk.status, clerk.opened_on) == (Status.OPEN, date(2026, 1, 22))
    assert clerk.salary_words == "USD 52,000 to 61,000 a year"
    assert clerk.description.startswith("Ward Clerk, Larkfield– Keeps the ward's records.\nSalary")
    assert set(clerk.funnel.totals.values()) == {0}
    change = clerk.status_changes.get()
    assert (change.from_status, change.to_status, change.override) == ("", "open", True)
    assert change.reason == "Imported from postings.csv."
    event = Event.objects.about(clerk).get()
    assert (event.action, event.actor, event.client) == ("imported", recruiter, acme)


def test_import_as_a_whole_leaves_an_event(acme: Client, recruiter: User, now: datetime) -> None:
    batch = finished(start(POSTINGS, acme, recruiter, now), now, recruiter)
    actions = list(Event.objects.about(batch).order_by("id").values_list("action", flat=True))
    assert actions == ["uploaded", "imported"]
    assert Event.objects.about(batch).get(action="imported").particulars["ready"] == 9


def test_finished_batch_keeps_the_report_and_drops_the_table(
    acme: Client, recruiter: User, now: datetime
) -> None:
    batch = finished(start(POSTINGS, acme, recruiter, now), now, recruiter)
    batch.refresh_from_db()
    assert (batch.state, batch.sheet, batch.created_count) == ("done", {}, 9)
    first = batch.report["lines"][0]
    assert first["requisition"] == str(Requisition.objects.get(title="Ward Clerk").pk)
    assert batch.report["lines"][8]["errors"] == ["There is no title: “job_title” is empty."]


@pytest.mark.parametrize(
    ("title", "status", "has_manager", "steps"),
    [
        ("Clerk", "open", False, [("", "open", True)]),
        ("Cook", "open", True, [("", "open", True)]),
        ("Maid", "draft", False, [("", "draft", False)]),
        ("Porter", "intake", True, [("", "intake", False)]),
        ("Driver", "on_hold", False, [("", "open", True), ("open", "on_hold", False)]),
    ],
)
def test_row_takes_the_status_of_the_file_with_its_history(
    title: str,
    status: str,
    has_manager: bool,
    steps: list[tuple[str, str, bool]],
    acme: Client,
    recruiter: User,
    manager: User,
    other_manager: User,
    now: datetime,
) -> None:
    finished(start(STATUSES, acme, recruiter, now), now, recruiter)
    requisition = Requisition.objects.get(title=title)
    assert requisition.status == status
    assert requisition.manager == (manager if has_manager else None)
    changes = requisition.status_changes.values_list("from_status", "to_status", "override")
    assert list(changes) == steps


def test_open_row_without_a_date_counts_from_the_import(
    acme: Client, recruiter: User, manager: User, now: datetime
) -> None:
    finished(start(STATUSES, acme, recruiter, now), now, recruiter)
    assert Requisition.objects.get(title="Cook").opened_on == now.date()
    # The key stays that of the row, or tomorrow's import would make it twice.
    again = finished(start(STATUSES, acme, recruiter, now), now + timedelta(days=1), recruiter)
    assert outcomes(again)["duplicates"] == 5


def test_held_requisition_can_be_resumed(acme: Client, recruiter: User, now: datetime) -> None:
    finished(start(STATUSES, acme, recruiter, now), now, recruiter)
    driver = Requisition.objects.get(title="Driver")
    driver.resume(by=recruiter, now=now)
    assert driver.status == Status.OPEN


def test_second_import_of_the_file_creates_nothing(
    acme: Client, recruiter: User, now: datetime
) -> None:
    finished(start(POSTINGS, acme, recruiter, now), now, recruiter)
    again = finished(start(POSTINGS, acme, recruiter, now, name="renamed.csv"), now, recruiter)
    assert outcomes(again) == {"ready": 0, "duplicates": 11, "refused": 3}
    assert Requisition.objects.count() == 9


def test_batch_that_is_loaded_again_creates_nothing(
    acme: Client, recruiter: User, lead: User, now: datetime
) -> None:
    batch = start(POSTINGS, acme, recruiter, now)
    finished(batch, now, recruiter)
    later = finished(batch, now + timedelta(hours=1), lead)
    assert (later.finished_at, later.finished_by) == (now, recruiter)
    assert Requisition.objects.count() == 9


def test_same_file_for_another_client_is_imported_there_as_well(
    acme: Client, globex: Client, recruiter: User, other_recruiter: User, now: datetime
) -> None:
    finished(start(POSTINGS, acme, recruiter, now), now, recruiter)
    other = finished(start(POSTINGS, globex, other_recruiter, now), now, other_recruiter)
    assert outcomes(other)["ready"] == 9
    assert Requisition.objects.filter(client=acme).count() == 9


def test_requisition_that_was_renamed_is_still_known(
    acme: Client, recruiter: User, now: datetime
) -> None:
    finished(start(POSTINGS, acme, recruiter, now), now, recruiter)
    Requisition.objects.filter(title="Ward Clerk").update(title="Clerk of the ward")
    again = finished(start(POSTINGS, acme, recruiter, now), now, recruiter)
    assert outcomes(again)["ready"] == 0


def test_nothing_is_written_when_one_row_fails(
    acme: Client, recruiter: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = start(POSTINGS, acme, recruiter, now)

    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("the last table is away")

    monkeypatch.setattr(Event.objects, "bulk_create", broken)
    with pytest.raises(RuntimeError):
        finished(batch, now, recruiter)
    batch.refresh_from_db()
    assert (batch.state, Requisition.objects.count(), Funnel.objects.count()) == ("draft", 0, 0)
    assert StatusChange.objects.count() == 0


def test_lost_race_is_judged_again(
    acme: Client, recruiter: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = start(POSTINGS, acme, recruiter, now)
    judge = load.judge

    calls: Iterator[int] = iter(range(9))

    def first_call_loses(one: ImportBatch, *, today: date) -> Any:
        if next(calls) == 0:
            raise IntegrityError("another import has just made one of them")
        return judge(one, today=today)

    monkeypatch.setattr(load, "judge", first_call_loses)
    assert outcomes(finished(batch, now, recruiter))["ready"] == 9


def test_abandoned_drafts_go_when_their_author_starts_another(
    acme: Client, recruiter: User, lead: User, now: datetime
) -> None:
    old = start(STATUSES, acme, recruiter, now - timedelta(days=8))
    recent = start(STATUSES, acme, recruiter, now - timedelta(days=6))
    others = start(STATUSES, acme, lead, now - timedelta(days=8))
    done = finished(start(STATUSES, acme, recruiter, now - timedelta(days=8)), now, recruiter)
    newest = start(STATUSES, acme, recruiter, now)
    kept = set(ImportBatch.objects.values_list("pk", flat=True))
    assert old.pk not in kept
    assert kept == {recent.pk, others.pk, done.pk, newest.pk}


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_each_opening_once(
    acme: Client, recruiter: User, lead: User, now: datetime
) -> None:
    batches = [start(POSTINGS, acme, person, now) for person in (recruiter, lead)]
    together = threading.Barrier(2)

    def import_in_a_thread(batch: ImportBatch) -> dict[str, int]:
        try:
            together.wait(timeout=10)
            return outcomes(finished(batch, now, batch.created_by))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(import_in_a_thread, batches))
    assert sorted(one["ready"] for one in both) == [0, 9]
    assert Requisition.objects.count() == 9
    assert Funnel.objects.count() == 9


@pytest.mark.django_db(transaction=True)
def test_one_batch_imported_by_two_clicks_makes_each_opening_once(
    acme: Client, recruiter: User, now: datetime
) -> None:
    batch = start(POSTINGS, acme, recruiter, now)
    together = threading.Barrier(2)

    def click(_: int) -> int:
        try:
            together.wait(timeout=10)
            return finished(batch, now, recruiter).created_count
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(click, range(2))) == [9, 9]
    assert Requisition.objects.count() == 9


def test_number_of_statements_does_not_grow_with_the_rows(
    acme: Client, recruiter: User, now: datetime
) -> None:
    # SQLite itself splits an INSERT of more rows than this.
    for count in (1, 30):
        rows = "\n".join(f"Clerk {count}-{number},Reno" for number in range(count))
        batch = start(f"Title,City\n{rows}\n".encode(), acme, recruiter, now)
        assert counted(lambda batch=batch: finished(batch, now, recruiter)) == 10  # type: ignore[misc]
