"""Creating and editing by hand: what is refused, what stays typed, and who wins."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Client, User
from recruiting.audit.models import Event
from requisitions.models import Requisition, Status
from tests.factories import make_client, make_requisition, make_user

SignIn = Callable[[User], Browser]
NEW = "/requisitions/new/"


@pytest.fixture(autouse=True)
def _still(clock: TimeMachineFixture) -> None:
    """Wednesday 2026-03-11."""


@pytest.fixture
def desk(sign_in: SignIn, recruiter: User) -> Browser:
    return sign_in(recruiter)


@pytest.fixture
def typed(acme: Client, manager: User) -> dict[str, Any]:
    """A form filled in as a person would."""
    return {
        "key": str(uuid.uuid4()),
        "client": str(acme.pk),
        "title": "Data Engineer",
        "manager": str(manager.pk),
        "code": "R-17",
        "employer": "",
        "place": "Lisbon",
        "openings": "2",
        "opened_on": "2026-03-02",
        "target_on": "2026-05-01",
        "salary_low": "70,000",
        "salary_high": "90k",
        "currency": "EUR",
        "basis": "year",
        "description": "You **build** pipelines.\r\n\r\n- SQL",
        "open_reason": "",
    }


def test_new_requisition_holds_what_was_typed(
    desk: Browser, typed: dict[str, Any], acme: Client, recruiter: User, manager: User
) -> None:
    response = desk.post(NEW, typed)
    made = Requisition.objects.get()
    assert response.url == made.get_absolute_url()  # type: ignore[attr-defined]
    assert (made.client, made.recruiter, made.manager) == (acme, recruiter, manager)
    assert (made.title, made.code, made.place, made.openings) == (
        "Data Engineer", "R-17", "Lisbon", 2,
    )  # fmt: skip
    assert made.salary_words == "EUR 70,000 to 90,000 a year"
    assert made.description == "You **build** pipelines.\n\n- SQL"
    assert made.status == Status.INTAKE
    assert made.created_by == recruiter


def test_without_a_manager_it_is_a_draft(desk: Browser, typed: dict[str, Any]) -> None:
    desk.post(NEW, typed | {"manager": ""})
    assert Requisition.objects.get().status == Status.DRAFT


def test_opened_at_once_records_the_reason_as_an_override(
    desk: Browser, typed: dict[str, Any]
) -> None:
    desk.post(NEW, typed | {"open_now": "on", "open_reason": "Agreed\nby phone"})
    made = Requisition.objects.get()
    change = made.status_changes.last()
    assert change is not None
    assert (made.status, change.override, change.reason) == (
        Status.OPEN, True, "Agreed by phone",
    )  # fmt: skip


def test_ten_replayed_posts_make_one_and_give_the_same_answer(
    desk: Browser, typed: dict[str, Any]
) -> None:
    answers = {desk.post(NEW, typed).url for _ in range(10)}  # type: ignore[attr-defined]
    made = Requisition.objects.get()
    assert answers == {made.get_absolute_url()}
    assert Event.objects.about(made).count() == 1


def test_key_of_another_persons_form_is_404(
    desk: Browser, typed: dict[str, Any], sign_in: SignIn, lead: User
) -> None:
    desk.post(NEW, typed)
    assert sign_in(lead).post(NEW, typed | {"recruiter": str(lead.pk)}).status_code == 404


BAD = [
    ("client", "", "This field is required."),
    ("client", "not-an-id", "Choose from the list."),
    ("title", "", "This field is required."),
    ("title", "   ", "This field is required."),
    ("title", "\u200b", "Write something that can be read."),
    ("title", "a\x00b", "control character"),
    ("title", "a\x07b", "control character"),
    ("title", "a\u202eb", "reverses the text"),
    ("title", "x" * 201, "201 characters; at most 200"),
    ("code", "x" * 61, "61 characters; at most 60"),
    ("place", "a\u2066b", "reverses the text"),
    ("openings", "0", "at least one opening"),
    ("openings", "-3", "at least one opening"),
    ("openings", "1000", "At most 999"),
    ("openings", "many", "Write a whole number."),
    ("openings", "", "This field is required."),
    ("opened_on", "1999-12-31", "before 2000"),
    ("opened_on", "2029-04-01", "more than three years ahead"),
    ("opened_on", "soon", "Write it like 2026-03-11"),
    ("target_on", "2029-04-01", "more than three years ahead"),
    ("target_on", "2026-03-01", "before the day it was opened"),
    ("salary_low", "-1", "below zero"),
    ("salary_low", "lots", "is not an amount"),
    ("salary_low", "NaN", "This is not an amount"),
    ("salary_low", "12345678901", "too large to be pay"),
    ("salary_low", "70000.123", "at most two digits"),
    ("salary_low", "70-80k", "Write it like 70,000"),
    ("salary_low", "12", "12 a year is hardly a salary"),
    ("salary_high", "60,000", "less than where the range begins"),
    ("salary_high", "9,000,000", "9,000,000 a year is hardly a salary"),
    ("currency", "", "Choose a currency."),
    ("currency", "XXX", "not one of the available choices"),
    ("basis", "", "Choose what it is for."),
    ("basis", "century", "not one of the available choices"),
    ("description", "a\x00b", "control character"),
    ("description", "a\u202eb", "reverses the text"),
    ("description", "x" * 1_000_000, "1000000 characters; at most 50000"),
    ("manager", "5f0f3d1e-8a3b-4c55-9d1a-2f6f1c1e7a90", "Choose from the list."),
]


@pytest.mark.parametrize(
    ("field", "value", "message"), BAD, ids=[f"{field}-{value[:12]!r}" for field, value, _ in BAD]
)
def test_bad_input_is_named_beside_its_field_and_stays_typed(
    desk: Browser, typed: dict[str, Any], field: str, value: str, message: str
) -> None:
    response = desk.post(NEW, typed | {field: value})
    form = response.context["form"]
    assert response.status_code == 422
    assert list(form.errors) == [field]
    assert message in " ".join(form.errors[field])
    assert form[field].value() == value
    assert form["basis"].value() == (value if field == "basis" else "year")
    assert Requisition.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"manager": "", "open_now": "on", "open_reason": "Agreed"}, "manager"),
        ({"open_now": "on", "open_reason": " "}, "open_reason"),
        ({"open_now": "on", "open_reason": "x" * 501}, "open_reason"),
        ({"open_now": "on", "open_reason": "a\x00b"}, "open_reason"),
    ],
)
def test_opening_at_once_needs_its_manager_and_its_reason(
    desk: Browser, typed: dict[str, Any], changed: dict[str, str], field: str
) -> None:
    response = desk.post(NEW, typed | changed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Requisition.objects.count() == 0


def test_manager_of_another_of_ones_clients_is_named_as_such(
    desk: Browser, typed: dict[str, Any], recruiter: User
) -> None:
    second = make_client("Initech", by=recruiter)
    stranger = make_user(clients=[second], name="Ina Initech")
    response = desk.post(NEW, typed | {"manager": str(stranger.pk)})
    assert response.context["form"].errors == {
        "manager": ["Ina Initech is not with Acme. Choose somebody who is."]
    }


def test_only_ones_own_clients_and_their_managers_are_offered(
    desk: Browser, manager: User, other_manager: User, globex: Client
) -> None:
    page = desk.get(NEW).content.decode()
    assert '<optgroup label="Acme">' in page
    assert manager.display_name in page
    assert other_manager.display_name not in page
    assert "Globex" not in page


def test_another_client_in_the_form_is_refused(
    desk: Browser, typed: dict[str, Any], globex: Client, other_manager: User
) -> None:
    response = desk.post(NEW, typed | {"client": str(globex.pk), "manager": str(other_manager.pk)})
    assert set(response.context["form"].errors) == {"client", "manager"}
    assert Requisition.objects.count() == 0


def test_a_deactivated_manager_is_not_offered(
    desk: Browser, manager: User, lead: User, now: Any
) -> None:
    manager.deactivate(by=lead, now=now)
    assert manager.display_name not in desk.get(NEW).content.decode()


def test_lead_chooses_the_recruiter_and_a_recruiter_cannot(
    desk: Browser, sign_in: SignIn, typed: dict[str, Any], recruiter: User, lead: User
) -> None:
    sign_in(lead).post(NEW, typed | {"recruiter": str(recruiter.pk)})
    assert Requisition.objects.get().recruiter == recruiter
    desk.post(NEW, typed | {"recruiter": str(lead.pk), "key": str(uuid.uuid4())})
    assert Requisition.objects.filter(recruiter=lead).count() == 0


def test_recruiter_who_does_not_serve_the_client_is_refused(
    sign_in: SignIn, typed: dict[str, Any], lead: User, other_recruiter: User
) -> None:
    response = sign_in(lead).post(NEW, typed | {"recruiter": str(other_recruiter.pk)})
    assert response.context["form"].errors == {
        "recruiter": ["Choose a recruiter who serves this client."]
    }


def test_without_a_client_the_page_leads_to_making_one(sign_in: SignIn, db: None) -> None:
    from recruiting.accounts.models import Role

    page = sign_in(make_user(role=Role.RECRUITER)).get(NEW).content.decode()
    assert reverse("client_new") in page
    assert 'name="title"' not in page


# --- editing -------------------------------------------------------------------------------


def edit_url(requisition: Requisition) -> str:
    return reverse("requisition_edit", args=[requisition.pk])


def shown_values(desk: Browser, requisition: Requisition) -> dict[str, Any]:
    """What the edit form would send if nothing were typed."""
    form = desk.get(edit_url(requisition)).context["form"]
    return {field.name: "" if field.value() is None else str(field.value()) for field in form}


def test_edit_form_sent_as_it_is_changes_nothing(desk: Browser, requisition: Requisition) -> None:
    response = desk.post(edit_url(requisition), shown_values(desk, requisition))
    assert response.status_code == 302
    requisition.refresh_from_db()
    assert requisition.version == 1


def test_edit_changes_what_was_typed_and_records_who(
    desk: Browser, requisition: Requisition, recruiter: User
) -> None:
    sent = shown_values(desk, requisition) | {"title": "Data Architect", "place": "Porto"}
    desk.post(edit_url(requisition), sent)
    requisition.refresh_from_db()
    assert (requisition.title, requisition.place, requisition.version) == (
        "Data Architect", "Porto", 2,
    )  # fmt: skip
    event = Event.objects.about(requisition).first()
    assert event is not None
    assert (event.action, event.actor, event.particulars) == (
        "edited", recruiter, {"fields": ["place", "title"]},
    )  # fmt: skip


def test_bad_edit_keeps_the_heading_and_what_was_typed(
    desk: Browser, requisition: Requisition
) -> None:
    sent = shown_values(desk, requisition) | {"title": "Typed title", "openings": "0"}
    response = desk.post(edit_url(requisition), sent)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["openings"]
    assert response.context["form"]["title"].value() == "Typed title"
    assert response.context["requisition"].title == "Data Engineer"


def test_odd_values_from_an_import_do_not_stop_another_change(
    desk: Browser, requisition: Requisition
) -> None:
    Requisition.objects.filter(pk=requisition.pk).update(
        salary_low=12, salary_high=12, basis="year", currency="RUB", opened_on="2026-03-01",
        target_on="2026-02-01",
    )  # fmt: skip
    sent = shown_values(desk, requisition) | {"title": "Data Architect"}
    assert desk.post(edit_url(requisition), sent).status_code == 302
    requisition.refresh_from_db()
    assert (requisition.title, requisition.currency) == ("Data Architect", "RUB")


def test_naming_the_manager_of_a_draft_begins_the_intake(
    desk: Browser, acme: Client, recruiter: User, manager: User
) -> None:
    draft = make_requisition(acme, recruiter=recruiter, manager=None, status=Status.DRAFT)
    desk.post(edit_url(draft), shown_values(desk, draft) | {"manager": str(manager.pk)})
    draft.refresh_from_db()
    assert draft.status == Status.INTAKE


@pytest.fixture
def overtaken(
    desk: Browser, sign_in: SignIn, lead: User, requisition: Requisition
) -> dict[str, Any]:
    """What the recruiter sends after the lead has changed title and place."""
    mine = shown_values(desk, requisition)
    theirs = sign_in(lead)
    values = shown_values(theirs, requisition)
    theirs.post(edit_url(requisition), values | {"title": "Their title", "place": "Porto"})
    return mine | {"title": "My title", "code": "R-99"}


def test_stale_edit_shows_both_texts_and_saves_nothing(
    desk: Browser, requisition: Requisition, overtaken: dict[str, Any]
) -> None:
    response = desk.post(edit_url(requisition), overtaken)
    assert response.status_code == 409
    shown = {
        one.mine.name: (one.mine.value(), one.theirs, one.takes_theirs)
        for one in response.context["differences"]
    }
    assert shown == {
        "title": ("My title", "Their title", False),
        "code": ("R-99", "", False),
        "place": ("", "Porto", True),
    }
    assert "Lea Lead saved" in response.content.decode()
    requisition.refresh_from_db()
    assert (requisition.title, requisition.code) == ("Their title", "")


def conflict_values(response: Any) -> dict[str, Any]:
    """What the page with both texts would send as it stands."""
    form = response.context["form"]
    values = {field.name: str(field.value() or "") for field in form}
    taken = [one.mine.name for one in response.context["differences"] if one.takes_theirs]
    return values | {"take": taken}


def test_after_a_conflict_mine_is_saved_over_and_what_i_left_alone_stays_theirs(
    desk: Browser, requisition: Requisition, overtaken: dict[str, Any]
) -> None:
    conflict = desk.post(edit_url(requisition), overtaken)
    assert desk.post(edit_url(requisition), conflict_values(conflict)).status_code == 302
    requisition.refresh_from_db()
    assert (requisition.title, requisition.code, requisition.place) == (
        "My title", "R-99", "Porto",
    )  # fmt: skip


def test_after_a_conflict_theirs_can_be_taken_field_by_field(
    desk: Browser, requisition: Requisition, overtaken: dict[str, Any]
) -> None:
    conflict = desk.post(edit_url(requisition), overtaken)
    sent = conflict_values(conflict) | {"take": ["title", "place"]}
    desk.post(edit_url(requisition), sent)
    requisition.refresh_from_db()
    assert (requisition.title, requisition.code, requisition.place) == (
        "Their title", "R-99", "Porto",
    )  # fmt: skip


def test_a_second_change_during_the_conflict_is_a_conflict_again(
    desk: Browser, requisition: Requisition, overtaken: dict[str, Any], lead: User, now: Any
) -> None:
    conflict = desk.post(edit_url(requisition), overtaken)
    requisition.refresh_from_db()
    requisition.edit({"title": "Third title"}, version=2, by=lead, now=now)
    again = desk.post(edit_url(requisition), conflict_values(conflict))
    assert again.status_code == 409
    assert again.context["differences"][0].theirs == "Third title"


@pytest.mark.parametrize("version", ["", "0", "x", str(2**40)])
def test_edit_without_a_version_is_refused(
    desk: Browser, requisition: Requisition, version: str
) -> None:
    sent = shown_values(desk, requisition) | {"version": version, "title": "Other"}
    assert desk.post(edit_url(requisition), sent).status_code == 422
    requisition.refresh_from_db()
    assert requisition.title == "Data Engineer"
