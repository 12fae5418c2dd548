"""Two people in one intake room, in real browsers: what one types the other sees, and nothing that
is typed gets lost."""

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, Route, expect

from intake.models import Answer, Intake
from recruiting.accounts.models import Client, User
from requisitions.models import Status
from tests.factories import NOW, make_requisition
from tests.fixtures.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)
SEEN_WITHIN_MS = 2000
"""What is typed by one, the other sees by then."""


@pytest.fixture
def intake(acme: Client, recruiter: User, manager: User) -> Intake:
    job = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    return Intake.prepare(job, by=recruiter, now=NOW)


@pytest.fixture
def rosa(intake: Intake, recruiter: User, open_page: OpenPage) -> Page:
    return open_page(reverse("intake", args=[intake.pk]), recruiter)


@pytest.fixture
def max_(intake: Intake, manager: User, open_page: OpenPage) -> Iterator[Page]:
    page = open_page(reverse("intake", args=[intake.pk]), manager)
    yield page
    page.unroute_all()


def field(page: Page, key: str) -> Locator:
    return page.locator(f"#answer-{key}-text")


def state(page: Page, key: str) -> Locator:
    return page.locator(f"#answer-{key} [data-form-state]")


def text_of(intake: Intake, key: str) -> str:
    return Answer.objects.get(intake=intake, key=key).text


def cut(route: Route) -> None:
    route.abort("internetdisconnected")


def test_two_people_write_in_one_room(intake: Intake, rosa: Page, max_: Page) -> None:
    # What one types the other sees, and who is in the field.
    field(rosa, "why-job").press_sequentially("Two teams wait", delay=20)
    expect(field(max_, "why-job")).to_have_value("Two teams wait", timeout=SEEN_WITHIN_MS)
    expect(max_.locator("#answer-why-job .writer.is-recruiter")).to_have_text("Rosa Recruiter")
    expect(rosa.locator("[data-here]")).to_have_text("Max Manager is here")
    expect(max_.locator("#draft")).to_contain_text("Two teams wait", timeout=10_000)
    # Both write in one field at once: he has not seen what she has saved.
    max_.route(re.compile("/news/"), cut)
    field(rosa, "why-job").fill("Three teams wait")
    expect(state(rosa, "why-job")).to_have_text("Saved")
    field(max_, "why-job").fill("Nobody waits")
    both = max_.locator("#answer-why-job .both")
    expect(both).to_contain_text("Rosa Recruiter saved another text while you wrote yours.")
    expect(both.locator(".both__text")).to_have_text("Three teams wait")
    expect(field(max_, "why-job")).to_have_value("Nobody waits")
    assert text_of(intake, "why-job") == "Three teams wait"
    max_.unroute_all()
    # He goes on with his own, then says that it stands; she sees it.
    field(max_, "why-job").press("End")
    field(max_, "why-job").press_sequentially(" today")
    both.get_by_role("button", name="Keep mine").click()
    expect(both).to_have_count(0)
    expect(field(rosa, "why-job")).to_have_value("Nobody waits today", timeout=2 * SEEN_WITHIN_MS)
    # Without a connection, and over a reload, what was typed is there.
    max_.route(re.compile("/answers/"), cut)
    field(max_, "pay").fill("60 to 70")
    expect(state(max_, "pay")).to_contain_text("Not saved yet: no connection.")
    max_.reload()
    expect(field(max_, "pay")).to_have_value("60 to 70")
    max_.unroute_all()
    expect(field(rosa, "pay")).to_have_value("60 to 70", timeout=10_000)
    assert text_of(intake, "pay") == "60 to 70"


def test_ended_session_keeps_what_is_typed_and_sends_it_afterwards(
    intake: Intake, max_: Page
) -> None:
    cookies = max_.context.cookies()
    max_.context.clear_cookies()
    field(max_, "place").fill("Two days in Lisbon")
    expect(state(max_, "place")).to_contain_text("Not saved: you are signed out.")
    link = max_.locator("#answer-place [data-form-state] a")
    expect(link).to_have_text("Sign in in a new tab")
    # Signed in again elsewhere: the old token of the page is worth nothing any more.
    (session,) = (one["value"] for one in cookies if one["name"] == "sessionid")
    max_.context.add_cookies([{"name": "sessionid", "value": session, "url": max_.url}])
    expect(state(max_, "place")).to_have_text("Saved", timeout=10_000)
    assert text_of(intake, "place") == "Two days in Lisbon"


def test_keys_go_from_part_to_part(intake: Intake, max_: Page) -> None:
    max_.keyboard.press("j")
    expect(max_.locator("#part-requirements-title")).to_be_focused()
    max_.keyboard.press("Alt+PageDown")
    max_.keyboard.type("jk")
    expect(field(max_, "success-90")).to_have_value("jk")
    max_.keyboard.press("Alt+PageUp")
    max_.keyboard.press("Alt+PageUp")
    expect(field(max_, "why-job")).to_be_focused()


def test_hidden_page_asks_for_nothing(intake: Intake, manager: User, open_page: OpenPage) -> None:
    asked: list[str] = []
    page = open_page("/healthz", manager)
    page.clock.install(time=NOW)
    page.on("request", lambda one: asked.append(one.url) if "/news/" in one.url else None)
    page.goto(reverse("intake", args=[intake.pk]))
    with page.expect_response(re.compile("/news/")):
        page.clock.run_for(2_000)
    page.evaluate(
        """Object.defineProperty(document, "hidden", {get: () => window.isAway});
        window.isAway = true; document.dispatchEvent(new Event("visibilitychange"));"""
    )
    asked.clear()
    page.clock.run_for(60_000)
    assert asked == []
    with page.expect_response(re.compile("/news/")):
        page.evaluate(
            "window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))"
        )
