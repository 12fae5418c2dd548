"""Loading the demo: once, whole, and never into somebody's real data."""

from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Model
from django.test import Client as Browser

from recruiting.accounts.models import Client, User
from recruiting.approvals.models import (
    Candidate,
    Decision,
    Interview,
    Offer,
    Resume,
    ResumePage,
    ScreenOut,
    Slate,
    Submission,
)
from recruiting.audit.models import Event
from recruiting.dashboards.demo import builder, people
from recruiting.mailing.models import Mail
from requisitions.models import Requisition, StageCount
from status_updates.models import Checkpoint, Promise
from tests.demo import user
from tests.factories import make_client, make_user

pytestmark = pytest.mark.django_db
MODELS: list[type[Model]] = [
    User, Client, Requisition, Checkpoint, StageCount, Promise, Event, Mail, Candidate, Submission,
    Slate, Decision, Interview, Offer, ScreenOut, Resume, ResumePage,
]  # fmt: skip


def row_counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in MODELS}


def load() -> str:
    said = StringIO()
    call_command("demo", stdout=said)
    return said.getvalue()


def test_demo_loaded_twice_is_loaded_once_with_resumes_to_look_at() -> None:
    load()
    before = row_counts()
    assert 0 not in before.values()
    assert "manager@demo.example" in load()
    assert row_counts() == before

    waiting = Submission.objects.awaiting_decision().select_related("resume")
    resumes = [one.resume for one in waiting]
    assert [one.state for one in resumes if one] == ["ready"] * 9
    assert all(one.page_count == one.pages.count() > 0 and one.text for one in resumes if one)


def test_demo_leaves_a_database_with_other_people_alone() -> None:
    make_user("somebody@people.example", clients=[make_client("Acme")])
    before = row_counts()
    assert people.PASSWORD not in load()
    assert row_counts() == before


@pytest.mark.one_database
def test_demo_that_fails_leaves_nothing_behind(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(builder, "give_password", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        builder.build(now)
    assert set(row_counts().values()) == {0}


@pytest.mark.one_database
def test_demo_tells_how_to_sign_in_and_lets_in() -> None:
    said = load()
    for line in ("/accounts/login/", "same-page-demo", "manager@demo.example"):
        assert line in said
    for login, _ in people.SIGN_INS:
        browser = Browser()
        form = {"login": people.address(login), "password": "same-page-demo"}
        assert browser.post("/accounts/login/", form).status_code == 302
        assert browser.session["_auth_user_id"] == str(user(login).pk)
