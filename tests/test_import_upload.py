"""Choosing a file to import, and what is said when it cannot be."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client as Browser

from recruiting.accounts.models import Client, Role, User
from requisitions.models import ImportBatch
from tests.factories import make_user
from tests.importing import POSTINGS, URL, finished, start, text_of, upload

SignIn = Callable[[User], Browser]


def test_upload_sent_twice_makes_one_draft(sign_in: SignIn, acme: Client, recruiter: User) -> None:
    browser, key = sign_in(recruiter), uuid.uuid4()
    first, second = (upload(browser, acme, recruiter, key=key) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert ImportBatch.objects.count() == 1


def test_key_of_another_persons_form_is_not_found(
    sign_in: SignIn, acme: Client, recruiter: User, lead: User
) -> None:
    key = uuid.uuid4()
    upload(sign_in(recruiter), acme, recruiter, key=key)
    assert upload(sign_in(lead), acme, recruiter, key=key).status_code == 404


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "This file is empty. Choose the one that holds the rows."),
        (b"%PDF-1.7", "This is a PDF, not a spreadsheet. Choose a CSV or XLSX file."),
        (b"<html><table>", "This is a web page or XML, not a spreadsheet."),
        (b"Title\nCle\0rk\n", "This file holds NUL characters, which no table has."),
        (b"Title\n" + b"x\n" * 5001, "This file has 5,001 rows; at most 5,000 can be imported"),
        (b"Title\n" + b"x" * 10 * 2**20, "This file has 10.0 MB; at most 10 MB can be imported."),
    ],
)
def test_bad_file_is_refused_beside_its_field_and_the_rest_stays(
    data: bytes, message: str, sign_in: SignIn, acme: Client, recruiter: User
) -> None:
    response = upload(sign_in(recruiter), acme, recruiter, data, source="Zoho Recruit")
    assert response.status_code == 422
    assert response.context["form"].errors["file"][0].startswith(message)
    assert message in text_of(response)
    assert f'<option value="{acme.pk}" selected>Acme</option>' in response.content.decode()
    assert 'value="Zoho Recruit"' in response.content.decode()
    assert ImportBatch.objects.count() == 0


def test_upload_without_a_file_says_so(sign_in: SignIn, acme: Client, recruiter: User) -> None:
    response = upload(sign_in(recruiter), acme, recruiter, file="")
    assert response.context["form"].errors == {"file": ["Choose a file."]}


def test_client_of_others_cannot_be_chosen(
    sign_in: SignIn, globex: Client, recruiter: User
) -> None:
    response = upload(sign_in(recruiter), globex, recruiter)
    assert response.status_code == 422
    assert response.context["form"].errors["client"] == ["Choose one of your clients."]
    assert "Globex" not in text_of(response)


def test_recruiter_who_does_not_serve_the_client_cannot_be_chosen(
    sign_in: SignIn, acme: Client, lead: User, other_recruiter: User
) -> None:
    response = upload(sign_in(lead), acme, other_recruiter)
    assert response.context["form"].errors == {
        "recruiter": ["Choose a recruiter who serves this client."]
    }


def test_lead_imports_for_a_recruiter(
    sign_in: SignIn, acme: Client, lead: User, recruiter: User
) -> None:
    assert upload(sign_in(lead), acme, recruiter).status_code == 302
    batch = ImportBatch.objects.get()
    assert (batch.created_by, batch.recruiter) == (lead, recruiter)


@pytest.mark.parametrize("source", ["", "x" * 61, "Zo\0ho", "Zo\u202eho"])
def test_bad_source_is_refused(source: str, sign_in: SignIn, acme: Client, recruiter: User) -> None:
    response = upload(sign_in(recruiter), acme, recruiter, source=source)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["source"])


def test_person_without_clients_is_led_to_making_one(sign_in: SignIn, db: None) -> None:
    newcomer = make_user(role=Role.RECRUITER)
    assert 'href="/clients/new/"' in sign_in(newcomer).get(URL).content.decode()


def test_earlier_imports_of_own_clients_are_listed(
    sign_in: SignIn, acme: Client, recruiter: User, globex: Client, other_recruiter: User,
    now: datetime,
) -> None:  # fmt: skip
    finished(start(POSTINGS, globex, other_recruiter, now), now)
    batch = start(POSTINGS, acme, recruiter, now)
    assert list(sign_in(recruiter).get(URL).context["earlier"]) == [batch]
