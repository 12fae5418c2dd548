"""Talking on the requisition page in a real browser, with and without JavaScript."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from recruiting.accounts.models import User
from requisitions.models import Requisition
from status_updates.models import Note, Touchpoint
from tests.factories import make_note
from tests.fixtures.browser import PHONE, OpenPage

pytestmark = pytest.mark.django_db(transaction=True)
FIVE_SECONDS = 5.0


def test_touchpoint_is_logged_in_five_seconds_by_keyboard(
    open_page: OpenPage, requisition: Requisition, recruiter: User
) -> None:
    """From the page at rest to the entry in the timeline, typing as fast as a person does."""
    page = open_page(requisition.get_absolute_url(), recruiter)
    started = time.monotonic()
    page.get_by_role("link", name="Touchpoint").click()
    page.get_by_label("Minutes").focus()
    page.keyboard.type("10", delay=60)
    page.keyboard.press("Tab")
    page.get_by_label("What was said").focus()
    page.keyboard.type("Agreed on Ada", delay=60)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".timeline .entry").first).to_contain_text("Call, 10 minutes")
    assert time.monotonic() - started < FIVE_SECONDS
    assert Touchpoint.objects.get().said == "Agreed on Ada"


@pytest.mark.parametrize("javascript", [True, False])
def test_question_is_asked_and_answered_on_the_desk(
    open_page: OpenPage,
    requisition: Requisition,
    recruiter: User,
    manager: User,
    javascript: bool,
) -> None:
    options = {"java_script_enabled": javascript}
    page = open_page(requisition.get_absolute_url(), manager, viewport=PHONE, **options)
    page.get_by_label("Ask about this requisition").fill("Is Ada still in?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".entry--question")).to_contain_text("not answered yet")
    desk = open_page("/", recruiter, **options)
    desk.locator("summary.need__line").first.click()
    if not javascript:
        desk.get_by_role("link", name="open on a page of its own").first.click()
    desk.get_by_label("Your answer").fill("She is.")
    desk.get_by_role("button", name="Answer").click()
    expect(desk.get_by_text("Managers' questions")).to_have_count(0)
    page.reload()
    expect(page.locator(".timeline")).to_contain_text("answered Max Manager")


def test_recruiter_changes_form_without_javascript(
    open_page: OpenPage, requisition: Requisition, recruiter: User
) -> None:
    page = open_page(requisition.get_absolute_url(), recruiter, java_script_enabled=False)
    expect(page.get_by_label("Your note")).to_be_hidden()
    page.get_by_role("navigation", name="What to log").get_by_role("link", name="Note").click()
    page.get_by_label("Your note").fill("Careful")
    page.get_by_label("A private note").check()
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".entry--private")).to_contain_text("Only recruiters and leads see this")
    assert Note.objects.get().is_private


def test_forms_change_place_without_a_page_load_and_keep_what_was_typed(
    open_page: OpenPage,
    requisition: Requisition,
    recruiter: User,
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page(requisition.get_absolute_url(), recruiter)
    links = page.get_by_role("navigation", name="What to log")
    links.get_by_role("link", name="Note").click()
    page.get_by_label("Your note").fill("Half a")
    links.get_by_role("link", name="Touchpoint").click()
    expect(page.get_by_label("Your note")).to_be_hidden()
    assert axe(page) == []
    links.get_by_role("link", name="Note").click()
    expect(page.get_by_label("Your note")).to_have_value("Half a")
    assert axe(page) == []


def test_name_is_put_in_by_its_button(
    open_page: OpenPage, requisition: Requisition, recruiter: User, manager: User
) -> None:
    page = open_page(f"{requisition.get_absolute_url()}?log=note", recruiter)
    page.get_by_label("Your note").press_sequentially("Dear @ma")
    page.get_by_role("button", name="@Max Manager").click()
    expect(page.get_by_label("Your note")).to_have_value("Dear @Max Manager ")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".entry__note strong")).to_have_text("@Max Manager")


def test_private_note_that_was_refused_comes_back_as_private(
    open_page: OpenPage, requisition: Requisition, recruiter: User
) -> None:
    """Its words in a form for everybody would be one press away from the manager."""
    page = open_page(f"{requisition.get_absolute_url()}?log=note", recruiter)
    page.get_by_label("A private note").check()
    page.get_by_label("Your note").fill("Careful: @Max Manager hesitates")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("alert")).to_contain_text("Max Manager would not see this")
    page.get_by_label("Your note").fill("Careful: Max hesitates again")
    kept = "Object.values(localStorage).some((draft) => draft.includes('again'))"
    while not page.evaluate(kept):
        page.wait_for_timeout(50)
    page.goto(f"{requisition.get_absolute_url()}?log=note")
    expect(page.get_by_label("Your note")).to_have_value("Careful: Max hesitates again")
    expect(page.get_by_label("A private note")).to_be_checked()


def test_question_whose_answer_was_lost_is_asked_once_after_a_reload(
    open_page: OpenPage, requisition: Requisition, manager: User
) -> None:
    page = open_page(requisition.get_absolute_url(), manager, viewport=PHONE)

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort("internetdisconnected")

    page.route("**/notes/", lose_the_answer)
    page.get_by_label("Ask about this requisition").fill("Is Ada still in?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("there is no connection")).to_be_visible()
    assert Note.objects.count() == 1
    page.unroute("**/notes/", lose_the_answer)
    page.reload()
    expect(page.get_by_text("What you had typed is back")).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Question asked.")).to_be_visible()
    assert Note.objects.count() == 1


def test_stale_edit_shows_both_texts_and_loses_none(
    open_page: OpenPage,
    requisition: Requisition,
    recruiter: User,
    lead: User,
    axe: Callable[[Page], list[str]],
) -> None:
    note = make_note(requisition, "First")
    page = open_page(f"/notes/{note.pk}/edit/", recruiter)
    note.edit("Lea's", version=1, by=lead, now=note.at)
    page.get_by_label("Text").fill("Rosa's")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved now")).to_be_visible()
    expect(page.get_by_label("Yours")).to_have_value("Rosa's")
    expect(page.get_by_text("Lea's", exact=True)).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Save mine").click()
    expect(page.locator(".timeline")).to_contain_text("Rosa's")


def test_update_is_copied(open_page: OpenPage, requisition: Requisition, recruiter: User) -> None:
    page = open_page(
        requisition.get_absolute_url(), recruiter, permissions=["clipboard-read", "clipboard-write"]
    )
    page.get_by_text("Copy update as text").click()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("Data Engineer (Acme)")
