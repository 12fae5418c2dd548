"""An upload that was cut off on its way is refused, whatever the form."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.test import Client as Browser
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from recruiting.accounts.models import User
from recruiting.approvals.models import Candidate, Resume
from requisitions.models import Requisition
from tests import resumes

pytestmark = pytest.mark.one_database


@pytest.fixture
def form() -> bytes:
    """As a browser sends it: the file stands last."""
    fields = {"name": "Ada Lovelace", "resume": resumes.upload(b"Ada, seven years " * 9_000)}
    return encode_multipart(BOUNDARY, fields)


@pytest.mark.parametrize("lost", [2, 5, 60, 70_000])
def test_half_an_upload_stores_nothing_and_says_so(
    lost: int,
    form: bytes,
    requisition: Requisition,
    recruiter: User,
    sign_in: Callable[[User], Browser],
) -> None:
    path = reverse("candidate_new", args=[requisition.pk])
    answer = sign_in(recruiter).generic("POST", path, form[: -2 - lost], MULTIPART_CONTENT)
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.content.decode()
    assert (Candidate.objects.count(), Resume.objects.count()) == (0, 0)


def test_connection_that_breaks_stores_nothing(
    form: bytes,
    requisition: Requisition,
    recruiter: User,
    sign_in: Callable[[User], Browser],
) -> None:
    """The length that was announced does not come."""
    path = reverse("candidate_new", args=[requisition.pk])
    broken: dict[str, Any] = {"wsgi.input": BytesIO(form[:-70_000])}
    answer = sign_in(recruiter).generic("POST", path, form, MULTIPART_CONTENT, **broken)
    assert answer.status_code == 400
    assert Candidate.objects.count() == 0


@pytest.mark.django_db
def test_flood_is_refused_before_any_of_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """By anybody at all: the form of the sign-in page is read as well."""
    kept: list[int] = []

    def take(_: object, data: bytes, start: int) -> None:
        kept.append(len(data))

    monkeypatch.setattr(MemoryFileUploadHandler, "receive_data_chunk", take)
    flood = encode_multipart(BOUNDARY, {"file": resumes.upload(b"x" * (32 * 1024 * 1024))})
    answer = Browser().generic("POST", reverse("account_login"), flood, MULTIPART_CONTENT)
    assert (answer.status_code, kept) == (400, [])


def test_whole_upload_reaches_the_form(
    form: bytes,
    requisition: Requisition,
    recruiter: User,
    sign_in: Callable[[User], Browser],
) -> None:
    path = reverse("candidate_new", args=[requisition.pk])
    answer = sign_in(recruiter).generic("POST", path, form, MULTIPART_CONTENT)
    assert answer.status_code == 422, "it lacks its key, which the form says"
    assert 'value="Ada Lovelace"' in answer.content.decode()
