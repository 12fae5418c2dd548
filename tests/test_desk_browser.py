"""The desk and the keys in a real browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from recruiting.accounts.models import Client, User
from requisitions.models import Requisition, Stage, Status
from status_updates.models import Checkpoint, Note
from status_updates.models.checkpoint import PromiseMade
from tests.factories import make_checkpoint, make_note, make_requisition
from tests.fixtures.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def jobs(acme: Client, recruiter: User, manager: User) -> dict[str, Requisition]:
    """One with a promise due today, one with a question, one whose hold ends today, and a quiet
    one, by the clock of now."""
    now = timezone.now()
    before = now - timedelta(days=3)
    made = {
        title: make_requisition(acme, recruiter=recruiter, manager=manager, title=title, now=before)
        for title in ("Promised", "Asked", "Held")
    }
    promise = PromiseMade(Stage.MET, 2, now.date())
    make_checkpoint(made["Promised"], now=before, promise=promise)
    make_note(made["Asked"], "Is Ada in?", by=manager, kind=Note.Kind.QUESTION, now=before)
    made["Held"].put_on_hold(by=recruiter, now=before, reason="Budget", until=now.date())
    return made


def line(page: Page, title: str) -> Locator:
    """What opens the line of that title."""
    need = page.locator("[data-need]").filter(has=page.get_by_role("link", name=title, exact=True))
    return need.locator("[data-need-open]")


def test_promise_question_and_hold_are_done_by_keyboard_without_a_page_load(
    open_page: OpenPage,
    jobs: dict[str, Requisition],
    recruiter: User,
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page("/", recruiter)
    page.evaluate("window.sameLoad = true")
    keys = page.keyboard
    keys.press("j")
    expect(line(page, "Promised")).to_be_focused()
    keys.press("j")
    keys.press("ArrowUp")
    expect(line(page, "Promised")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_label("Found", exact=True)).to_be_focused()
    keys.press("Control+Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    assert axe(page) == []
    page.get_by_label("Met", exact=True).fill("2")
    keys.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("2 things need you")
    expect(line(page, "Asked")).to_be_focused()

    keys.press("Enter")
    expect(page.get_by_label("Your answer")).to_be_focused()
    keys.type("She is.")
    page.context.set_offline(True)
    keys.press("Control+Enter")
    expect(page.get_by_text("there is no connection")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("She is.")
    page.context.set_offline(False)
    page.get_by_label("Your answer").focus()
    keys.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("1 thing needs you")
    expect(line(page, "Held")).to_be_focused()

    keys.press("Enter")
    expect(page.get_by_role("button", name="Resume work")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("Nothing needs you today")
    assert page.evaluate("window.sameLoad")
    jobs["Held"].refresh_from_db()
    assert jobs["Held"].status == Status.OPEN
    assert Note.objects.filter(kind=Note.Kind.ANSWER, text="She is.").exists()
    assert Checkpoint.objects.filter(requisition=jobs["Promised"]).count() == 2

    shown = page.locator("#page").inner_text()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("h1")).to_have_text("1 thing needs you")
    expect(line(page, "Held")).to_be_focused()
    keys.press("Enter")
    page.get_by_role("button", name="Resume work").click()
    expect(page.locator("h1")).to_have_text("Nothing needs you today")
    page.reload()
    assert page.locator("#page").inner_text() == shown


def test_search_and_help_have_their_keys_until_they_are_switched_off(
    open_page: OpenPage,
    requisition: Requisition,
    recruiter: User,
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page("/", recruiter)
    keys = page.keyboard
    summary = page.locator("[data-need-open]").first
    summary.focus()
    keys.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("What needs you today")
    assert axe(page) == []
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    expect(summary).to_be_focused()
    page.get_by_role("button", name="Got it").click()
    expect(page.locator("#hint")).to_have_count(0)
    keys.press("/")
    search = page.get_by_label("Search")
    expect(search).to_be_focused()
    assert page.url.endswith("/requisitions/#id_q")
    keys.type("?/")
    expect(search).to_have_value("?/")
    expect(dialog).to_be_hidden()

    page.goto("/preferences/")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    page.locator("#main").focus()
    keys.press("?")
    page.goto("/")
    expect(page.locator("#hint")).to_have_count(0)
    keys.press("j")
    expect(page.locator("[data-need-open]:focus")).to_have_count(0)
    page.get_by_role("link", name="Help", exact=True).click()
    expect(dialog).to_contain_text("switched off")
    expect(dialog.get_by_text("Next line")).to_have_count(0)
