"""The list searched by words, and narrowed by people, needs and age."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Client, User
from recruiting.dashboards import columns
from requisitions import search
from requisitions.models import Requisition, Stage
from status_updates.models.checkpoint import PromiseMade
from tests.factories import NOW, make_checkpoint, make_requisition, make_user

SignIn = Callable[[User], Browser]
LIST = "/requisitions/"


@pytest.fixture(autouse=True)
def _still(clock: TimeMachineFixture) -> None:
    """Wednesday 2026-03-11."""


@pytest.fixture
def desk(sign_in: SignIn, recruiter: User) -> Browser:
    return sign_in(recruiter)


def titles(response: Any) -> list[str]:
    return [one.title for one in response.context["rows"]]


@pytest.fixture
def jobs(acme: Client, recruiter: User, manager: User) -> None:
    every: dict[str, dict[str, Any]] = {
        "Platform Engineer": {"code": "REQ-2024-017", "place": "Zürich"},
        "Nurse": {"description": "Works beside our engineer on call, in C++ and node.js."},
        "IT Manager": {"employer": "O'Brien & Söhne", "place": "Köln"},
    }
    for title, fields in every.items():
        make_requisition(acme, recruiter=recruiter, manager=manager, title=title, **fields)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("engineer", {"Platform Engineer", "Nurse"}),
        ("ENGIN", {"Platform Engineer", "Nurse"}),
        ("platform eng", {"Platform Engineer"}),
        ("engineer platform", {"Platform Engineer"}),
        ("REQ-2024-017", {"Platform Engineer"}),
        ("2024", {"Platform Engineer"}),
        ("017", {"Platform Engineer"}),
        ("zürich", {"Platform Engineer"}),
        ("it manager", {"IT Manager"}),
        ("o'brien", {"IT Manager"}),
        ("söhne köln", {"IT Manager"}),
        ("node.js", {"Nurse"}),
        ("nurse platform", set()),
        ("!!!", set()),
        ("' | :* & \\ (", set()),
        (" ", {"Platform Engineer", "Nurse", "IT Manager"}),
    ],
)
def test_words_are_found_wherever_they_stand(
    desk: Browser, jobs: None, words: str, found: set[str]
) -> None:
    assert set(titles(desk.get(LIST, {"q": words}))) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("c++", {"Developer"}),
        ("C#", {"Developer"}),
        ("r", {"Analyst"}),
        ("developer c", {"Developer"}),
        ("übersetzer", {"Übersetzer"}),
        ("ÜBERS", {"Übersetzer"}),
        ("हिन्दी", {"Driver"}),
        ("cafe\u0301", {"Driver"}),
    ],
)
def test_one_letter_is_a_word_and_case_is_none_of_any(
    desk: Browser, acme: Client, recruiter: User, manager: User, words: str, found: set[str]
) -> None:
    every = {
        "Developer": "C++ or C#", "Cook": "Cares for children.", "Analyst": "SQL, R",
        "Übersetzer": "", "Driver": "हिन्दी, cafe\u0301",
    }  # fmt: skip
    for title, text in every.items():
        make_requisition(acme, recruiter=recruiter, manager=manager, title=title, description=text)
    assert set(titles(desk.get(LIST, {"q": words}))) == found


def test_title_weighs_more_than_description(desk: Browser, jobs: None) -> None:
    assert titles(desk.get(LIST, {"q": "engineer"})) == ["Platform Engineer", "Nurse"]


def test_search_follows_a_change_at_once(desk: Browser, requisition: Requisition) -> None:
    assert titles(desk.get(LIST, {"q": "plumber"})) == []
    by = requisition.recruiter
    requisition.edit({"title": "Plumber"}, version=requisition.version, by=by, now=NOW)
    assert titles(desk.get(LIST, {"q": "plumber"})) == ["Plumber"]
    assert titles(desk.get(LIST, {"q": "engineer"})) == []


def test_longest_description_can_be_searched(desk: Browser, requisition: Requisition) -> None:
    text = " ".join(f"wörter{number}" for number in range(4500))
    Requisition.objects.filter(pk=requisition.pk).update(description=text)
    assert titles(desk.get(LIST, {"q": "wörter4499"})) == ["Data Engineer"]


def test_what_one_may_not_see_is_never_found(
    desk: Browser, requisition: Requisition, other_requisition: Requisition
) -> None:
    assert titles(desk.get(LIST, {"q": "secret"})) == []


def test_words_of_a_text_are_bounded() -> None:
    assert search.words_of("R-17, C++ (m/f/d)") == ["R", "17", "C", "m", "f", "d"]
    assert len(search.words_of("word " * 100)) == search.WORDS_MAX


@pytest.fixture
def various(acme: Client, recruiter: User, lead: User, manager: User) -> None:
    """Three that differ in people, age and promises."""
    second = make_user("max.second@acme.example", clients=[acme], name="Sara Second")
    old = make_requisition(
        acme, recruiter=recruiter, manager=manager, title="Old", opened_on=date(2025, 12, 1)
    )
    make_checkpoint(
        old, now=NOW - timedelta(days=3), promise=PromiseMade(Stage.MET, 1, date(2026, 3, 10))
    )
    new = make_requisition(
        acme, recruiter=lead, manager=second, title="New", opened_on=date(2026, 3, 1)
    )
    make_checkpoint(new, promise=PromiseMade(Stage.MET, 1, date(2026, 3, 18)))
    late = make_requisition(acme, recruiter=recruiter, manager=manager, title="Later")
    make_checkpoint(late, promise=PromiseMade(Stage.MET, 1, date(2026, 3, 19)))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("recruiter=me", {"Old", "Later"}),
        ("recruiter=nobody", {"Old", "New", "Later"}),
        ("manager=second", {"New"}),
        ("manager=sara+sec", {"New"}),
        ("manager=max.second@acme.example", {"New"}),
        ("manager=second@acme.example", set()),
        ("needs=missed", {"Old"}),
        ("needs=due", {"New"}),
        ("needs=zzz", {"Old", "New", "Later"}),
        ("age_min=60", {"Old"}),
        ("age_max=10", {"New"}),
        ("age_min=10&age_max=10", {"New"}),
        ("age_min=-1", {"Old", "New", "Later"}),
        ("age_min=99999999999", {"Old", "New", "Later"}),
    ],
)
def test_list_is_narrowed_by_people_needs_and_age(
    desk: Browser, various: None, query: str, found: set[str]
) -> None:
    assert set(titles(desk.get(f"{LIST}?{query}"))) == found


def test_recruiter_can_be_chosen(desk: Browser, various: None, lead: User) -> None:
    response = desk.get(LIST, {"recruiter": str(lead.pk)})
    assert titles(response) == ["New"]
    assert (str(lead.pk), "Lea Lead") in response.context["recruiters"]


def test_columns_are_chosen_in_the_address(desk: Browser, requisition: Requisition) -> None:
    response = desk.get(f"{LIST}?col=openings&col=code&col=zzz&sort=-met")
    assert [one.label for one in response.context["headings"]] == ["Requisition", *USUAL]
    response = desk.get(f"{LIST}?col=openings&col=code&sort=-openings")
    headings = response.context["headings"]
    assert [one.label for one in headings] == ["Requisition", "Code", "Openings"]
    assert headings[2].query == "col=openings&col=code&sort=openings"
    cells = response.context["lines"][0][1]
    assert [cell.text for cell in cells] == ["", "1"]


def test_usual_columns_need_not_stand_in_the_address(
    desk: Browser, requisition: Requisition
) -> None:
    query = "&".join(f"col={name}" for name in columns.USUAL)
    response = desk.get(f"{LIST}?q=data&status=&{query}&sort=title")
    assert (response.status_code, response["Location"]) == (302, f"{LIST}?q=data&sort=title")


USUAL = [
    "Manager", "Status", "Days", "Found", "Contacted", "Screened", "Met", "Resumes", "Approved",
    "Interviews", "Offers", "Accepted", "So far", "Logged", "Next step and promise",
]  # fmt: skip
