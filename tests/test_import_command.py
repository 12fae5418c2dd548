"""`manage.py import_requisitions` says and does what the pages do."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from recruiting.accounts.models import Client, Role, User
from requisitions.models import ImportBatch, Requisition
from tests.factories import make_user

POSTINGS = Path(__file__).parent / "data" / "postings.csv"


def run(file: Path = POSTINGS, client: str = "Acme", **options: Any) -> list[str]:
    out = io.StringIO()
    call_command("import_requisitions", file, client=client, stdout=out, **options)
    return out.getvalue().splitlines()


def refusal(*args: Any, **options: Any) -> str:
    with pytest.raises(CommandError) as refused:
        run(*args, **options)
    assert refused.value.returncode == 1
    return str(refused.value)


def test_command_imports_and_reports(clock: Any, acme: Client, recruiter: User) -> None:
    lines = run()
    assert lines[0] == "14 rows: 9 imported (6 to look at), 2 duplicates, 3 refused."
    assert "Row 10, refused: (no title): There is no title: “job_title” is empty." in lines
    assert Requisition.objects.filter(client=acme, recruiter=recruiter).count() == 9


def test_dry_run_reports_the_same_and_writes_nothing(
    clock: Any, acme: Client, recruiter: User
) -> None:
    dry = run(dry_run=True)
    assert dry[0] == "14 rows: 9 ready to import (6 to look at), 2 duplicates, 3 refused."
    assert (Requisition.objects.count(), ImportBatch.objects.count()) == (0, 0)
    assert run()[1:] == dry[1:]


def test_second_run_creates_nothing(clock: Any, acme: Client, recruiter: User) -> None:
    run()
    assert run()[0] == "14 rows: 0 imported (0 to look at), 11 duplicates, 3 refused."
    assert Requisition.objects.count() == 9


def test_client_is_found_whatever_the_case(clock: Any, acme: Client, recruiter: User) -> None:
    assert run(client=" acme ", dry_run=True)[0].startswith("14 rows: 9 ready")


def test_named_recruiter_gets_them(clock: Any, acme: Client, recruiter: User) -> None:
    second = make_user(role=Role.RECRUITER, clients=[acme])
    run(recruiter=second.email)
    assert set(Requisition.objects.values_list("recruiter", flat=True)) == {second.pk}


def test_client_that_no_recruiter_serves_falls_to_a_lead(clock: Any, acme: Client) -> None:
    boss = make_user(role=Role.LEAD)
    run()
    assert set(Requisition.objects.values_list("recruiter", flat=True)) == {boss.pk}


def test_unknown_client_is_refused_with_those_there_are(acme: Client, globex: Client) -> None:
    assert refusal(client="Akme") == "There is no client “Akme”. Clients: Acme, Globex."


def test_recruiter_of_another_client_is_refused(acme: Client, other_recruiter: User) -> None:
    message = refusal(recruiter=other_recruiter.email)
    assert message == "recruiter@globex.example is no recruiter who serves Acme."


def test_client_that_nobody_serves_is_refused(acme: Client) -> None:
    assert refusal() == "Nobody serves Acme yet: name one with --recruiter."


def test_missing_file_is_refused(acme: Client, tmp_path: Path) -> None:
    message = refusal(tmp_path / "nothing.csv")
    assert message.endswith("nothing.csv cannot be opened: No such file or directory.")


def test_file_that_is_no_spreadsheet_is_refused(acme: Client, tmp_path: Path) -> None:
    (tmp_path / "offer.csv").write_bytes(b"%PDF-1.7")
    assert refusal(tmp_path / "offer.csv") == (
        "offer.csv: This is a PDF, not a spreadsheet. Choose a CSV or XLSX file."
    )


def test_file_without_a_title_heading_is_refused(
    acme: Client, recruiter: User, tmp_path: Path
) -> None:
    (tmp_path / "x.csv").write_text("Whatever,Where\nNight clerk,Reno\n")
    assert refusal(tmp_path / "x.csv") == (
        "Choose the column that holds the title. Name it “Title” in the file."
    )
    assert Requisition.objects.count() == 0
