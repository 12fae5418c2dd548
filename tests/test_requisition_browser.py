"""The requisitions' pages in a real browser: with and without JavaScript, for everybody."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from recruiting.accounts.models import Client, User
from requisitions.models import Requisition, Status
from tests.factories import NOW, make_checkpoint, make_requisition
from tests.fixtures.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "Oberwesterwälderlandschaftspflegeverband" * 4


@pytest.fixture
def crowd(acme: Client, recruiter: User, manager: User, requisition: Requisition) -> None:
    """Enough of everything for the desk and the list, one title that fits nowhere."""
    make_checkpoint(requisition, next_step="Call three of them")
    make_requisition(acme, recruiter=recruiter, manager=None, status=Status.DRAFT, title=LONG)
    make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    make_requisition(
        acme, recruiter=recruiter, manager=manager, now=NOW - timedelta(days=60), place=LONG
    )


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("recruiter", "/"),
        ("recruiter", "/requisitions/"),
        ("recruiter", "/requisitions/?q=nothing"),
        ("manager", "/requisitions/"),
    ],
)
def test_crowded_page_suits_everybody_and_fits_a_phone(
    open_page: OpenPage,
    axe: Callable[[Page], list[str]],
    crowd: None,
    who: str,
    path: str,
    request: pytest.FixtureRequest,
) -> None:
    page = open_page(path, request.getfixturevalue(who))
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 740})
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_refused_form_comes_back_with_what_was_typed(
    open_page: OpenPage, axe: Callable[[Page], list[str]], recruiter: User, manager: User
) -> None:
    page = open_page("/requisitions/new/", recruiter)
    page.get_by_label("Title").fill("Data Engineer")
    page.get_by_label("From").fill("lots")
    page.get_by_role("button", name="Create requisition").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not an amount")
    expect(page.get_by_label("Title")).to_have_value("Data Engineer")
    assert axe(page) == []
    page.get_by_label("From").fill("")
    page.get_by_role("button", name="Create requisition").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data Engineer")
    expect(page.locator("#toasts")).to_contain_text("Saved as a draft")
    assert page.url.endswith(Requisition.objects.get().get_absolute_url())
    page.goto(page.url.partition("/requisitions/")[0] + "/requisitions/new/")
    expect(page.get_by_label("Title")).to_have_value("")


def test_hold_and_its_undo_from_the_toast(
    open_page: OpenPage, recruiter: User, requisition: Requisition
) -> None:
    page = open_page(f"/requisitions/{requisition.pk}/hold/", recruiter)
    page.get_by_label("Reason").fill("The budget is late")
    page.get_by_role("button", name="Put on hold").click()
    expect(page.locator("#page")).to_contain_text("The budget is late")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Work goes on")
    requisition.refresh_from_db()
    assert requisition.status == Status.OPEN


def test_who_comes_late_is_told_and_keeps_the_reason(
    open_page: OpenPage, recruiter: User, lead: User, requisition: Requisition
) -> None:
    page = open_page(f"/requisitions/{requisition.pk}/hold/", recruiter)
    requisition.cancel(by=lead, now=NOW, reason="Not needed")
    page.get_by_label("Reason").fill("The budget is late")
    page.get_by_role("button", name="Put on hold").click()
    expect(page.get_by_role("alert")).to_contain_text("This requisition is cancelled")
    expect(page.get_by_label("Reason")).to_have_value("The budget is late")


@pytest.mark.parametrize("script", [True, False])
def test_both_texts_of_a_conflict_and_the_choice_between_them(
    open_page: OpenPage,
    axe: Callable[[Page], list[str]],
    recruiter: User,
    lead: User,
    requisition: Requisition,
    script: bool,
) -> None:
    path = f"/requisitions/{requisition.pk}/edit/"
    page = open_page(path, recruiter, java_script_enabled=script)
    requisition.edit({"title": "Their title", "place": "Porto"}, version=1, by=lead, now=NOW)
    page.get_by_label("Title").fill("My title")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two versions")
    expect(page.locator("#page")).to_contain_text("Their title")
    if script:
        assert axe(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My title")
    requisition.refresh_from_db()
    assert (requisition.title, requisition.place) == ("My title", "Porto")


def test_list_is_filtered_and_sorted_without_javascript(
    open_page: OpenPage, crowd: None, recruiter: User
) -> None:
    page = open_page(
        "/requisitions/",
        recruiter,
        java_script_enabled=False,
        viewport={"width": 1440, "height": 900},
    )
    page.get_by_label("Search").fill("data")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Found").click()
    assert "q=data" in page.url
    assert page.url.endswith("sort=-found")
    expect(page.locator("tbody tr")).to_have_count(1)
