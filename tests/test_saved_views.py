"""A person's own named searches of the list."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from recruiting.accounts.models import User
from recruiting.dashboards.models import VIEWS_MAX, SavedView, ViewNameTaken
from requisitions.models import Requisition
from tests.factories import make_user

SignIn = Callable[[User], Browser]
LIST, VIEWS = "/requisitions/", "/requisitions/views/"


@pytest.fixture
def desk(sign_in: SignIn, recruiter: User) -> Browser:
    return sign_in(recruiter)


@pytest.fixture
def view(recruiter: User) -> SavedView:
    return SavedView.keep("Quiet ones", "needs=quiet&sort=-days", by=recruiter)


def test_search_is_kept_under_a_name(desk: Browser, recruiter: User) -> None:
    query = "q=data&page=3&evil=1&col=code&col=last"
    response = desk.post(VIEWS, {"name": "Data jobs", "query": query})
    kept = SavedView.objects.get()
    assert (kept.user, kept.name, kept.query) == (
        recruiter, "Data jobs", "q=data&col=code&col=last",
    )  # fmt: skip
    assert response["Location"] == f"{LIST}?q=data&col=code&col=last"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "query": "q=x"},
        {"name": "\x00", "query": "q=x"},
        {"name": "x" * 61, "query": "q=x"},
        {"name": "\u202egnp", "query": "q=x"},
        {"name": "Nothing", "query": ""},
        {"name": "Nothing", "query": "page=2"},
        {"name": "Long", "query": f"q={'x' * 2000}"},
        {"name": "Long when encoded", "query": f"q={'ü' * 1900}"},
        {"name": "QUIET ones", "query": "q=x"},
    ],
)
def test_view_that_cannot_be_kept_is_refused_and_stays_typed(
    desk: Browser, view: SavedView, fields: dict[str, str]
) -> None:
    assert desk.post(VIEWS, fields).status_code == 422
    assert SavedView.objects.count() == 1


def test_there_are_only_so_many(desk: Browser, recruiter: User) -> None:
    for number in range(VIEWS_MAX):
        SavedView.keep(f"View {number}", "q=x", by=recruiter)
    assert desk.post(VIEWS, {"name": "More", "query": "q=x"}).status_code == 422


def test_list_shows_ones_own_views_and_which_is_open(
    desk: Browser, view: SavedView, lead: User, requisition: Requisition
) -> None:
    SavedView.keep("The lead's", "q=x", by=lead)
    response = desk.get(f"{LIST}?sort=-days&needs=quiet")
    assert [one.name for one in response.context["views"]] == ["Quiet ones"]
    assert response.context["current_view"].name == "Quiet ones"


def test_list_opens_with_the_default_view(
    desk: Browser, view: SavedView, requisition: Requisition
) -> None:
    desk.post(f"{VIEWS}{view.pk}/default/")
    response = desk.get(LIST)
    assert (response.status_code, response["Location"]) == (302, f"{LIST}?{view.query}")
    assert desk.get(f"{LIST}?status=").status_code == 200
    desk.post(f"{VIEWS}{view.pk}/default/")
    assert desk.get(LIST).status_code == 200


def test_one_view_is_the_default(desk: Browser, view: SavedView, recruiter: User) -> None:
    view.open_with()
    fields = {"name": "Other", "query": "q=x", "default": "on"}
    desk.post(VIEWS, fields)
    assert [one.name for one in SavedView.objects.filter(is_default=True)] == ["Other"]


def test_view_is_renamed_and_deleted(desk: Browser, view: SavedView, recruiter: User) -> None:
    desk.post(f"{VIEWS}{view.pk}/renaming/", {"name": "Silent"})
    view.refresh_from_db()
    assert view.name == "Silent"
    desk.post(f"{VIEWS}{view.pk}/deletion/")
    assert not SavedView.objects.exists()


def test_name_of_another_view_is_refused_beside_the_field(
    desk: Browser, view: SavedView, recruiter: User
) -> None:
    SavedView.keep("Other", "q=x", by=recruiter)
    response = desk.post(f"{VIEWS}{view.pk}/renaming/", {"name": "other"})
    assert (response.status_code, "You have a view of this name" in response.text) == (422, True)
    view.refresh_from_db()
    assert view.name == "Quiet ones"


def test_two_people_may_use_one_name(view: SavedView, lead: User, recruiter: User) -> None:
    SavedView.keep("Quiet ones", "q=x", by=lead)
    with pytest.raises(ViewNameTaken):
        SavedView.keep("quiet ONES", "q=x", by=recruiter)


def test_views_are_ones_own(sign_in: SignIn, view: SavedView, lead: User) -> None:
    browser = sign_in(lead)
    for what in ("renaming", "deletion", "default"):
        assert browser.post(f"{VIEWS}{view.pk}/{what}/", {"name": "x"}).status_code == 404


def test_views_go_with_the_person(view: SavedView) -> None:
    assert view in SavedView.objects.visible_to(view.user)
    assert view not in SavedView.objects.visible_to(make_user())
