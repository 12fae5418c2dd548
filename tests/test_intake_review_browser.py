"""An intake room where things go wrong at once, in real browsers: what is typed stays."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.urls import reverse
from playwright.sync_api import APIResponse, Locator, Page, Route, expect

from intake.models import Agreement, Answer, Intake, Requirement, Section
from intake.models.agreements import USUAL
from recruiting.accounts.models import Client, User
from requisitions.models import Status
from tests.factories import NOW, make_requisition
from tests.fixtures.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def intake(acme: Client, recruiter: User, manager: User) -> Intake:
    job = make_requisition(
        acme, recruiter=recruiter, manager=manager, status=Status.INTAKE,
        description="## What you bring\n\n- Kafka\n",
    )  # fmt: skip
    return Intake.prepare(job, by=recruiter, now=NOW)


@pytest.fixture
def rosa(intake: Intake, recruiter: User, open_page: OpenPage) -> Iterator[Page]:
    page = open_page(reverse("intake", args=[intake.pk]), recruiter)
    yield page
    page.context.unroute_all()


def field(page: Page, key: str) -> Locator:
    return page.locator(f"#answer-{key}-text")


def cut(route: Route) -> None:
    route.abort("internetdisconnected")


def write(intake: Intake, key: str, text: str, by: User) -> None:
    seen = Answer.objects.filter(intake=intake, key=key).first()
    Answer.write(intake, key, text, seen=seen.text if seen else "", by=by, now=NOW)


def test_requirement_removed_while_somebody_writes_in_it_can_be_kept(
    intake: Intake, manager: User, rosa: Page
) -> None:
    row = Requirement.add(intake, {"text": "Kafka"}, by=manager, now=NOW, pk=uuid.uuid4())
    line = rosa.locator(f"#requirement-{row.pk}-text")
    line.focus()
    row.remove(by=manager, now=NOW)
    line.press("End")
    line.press_sequentially(" in production")
    both = rosa.locator(f"#requirement-{row.pk} .both")
    expect(both).to_contain_text("Max Manager removed this while you wrote.")
    both.get_by_role("button", name="Keep mine").click()
    expect(both).to_have_count(0)
    expect(rosa.locator(f"#requirement-{row.pk} [data-form-state]")).to_have_text("Saved")
    row.refresh_from_db()
    assert (row.text, row.removed_at) == ("Kafka in production", None)


def test_row_that_was_left_alone_follows_once_the_focus_goes(
    intake: Intake, manager: User, rosa: Page
) -> None:
    row = Requirement.add(intake, {"text": "Kafka"}, by=manager, now=NOW, pk=uuid.uuid4())
    line = rosa.locator(f"#requirement-{row.pk}-text")
    line.focus()
    with rosa.expect_response(re.compile("/intake/$")):
        row.remove(by=manager, now=NOW)
    field(rosa, "pay").focus()
    expect(line).to_have_count(0)


def test_list_that_could_not_be_fetched_is_fetched_again(
    intake: Intake, manager: User, rosa: Page
) -> None:
    rosa.route(re.compile("/intake/$"), cut)
    with rosa.expect_event("requestfailed"):
        row = Requirement.add(intake, {"text": "Kafka"}, by=manager, now=NOW, pk=uuid.uuid4())
    rosa.unroute_all()
    expect(rosa.locator(f"#requirement-{row.pk}-text")).to_have_value("Kafka")


def test_wording_of_a_section_outlives_news_of_its_note(
    intake: Intake, manager: User, rosa: Page
) -> None:
    section = Section.objects.get(intake=intake)
    fields = {"mark": "change", "note": "Which?"}
    with rosa.expect_response(re.compile("/news/")):
        section.change(fields, {"mark": "", "note": ""}, by=manager, now=NOW)
    rosa.route(re.compile("/intake/$"), cut)
    expect(rosa.locator(f"#section-{section.pk}-note")).to_have_value("Which?")
    expect(rosa.locator(f"#section-{section.pk}-wording")).to_have_value("- Kafka")


def test_second_tab_leaves_the_draft_of_the_first_alone(
    intake: Intake, manager: User, rosa: Page
) -> None:
    second = rosa.context.new_page()
    second.goto(rosa.url)
    rosa.route(re.compile("/(answers|news)/"), cut)
    field(rosa, "pay").fill("60 to 70")
    expect(rosa.locator("#answer-pay [data-form-state]")).to_contain_text("no connection")
    write(intake, "pay", "50", manager)
    expect(field(second, "pay")).to_have_value("50")
    rosa.unroute_all()
    rosa.reload()
    expect(rosa.locator("#answer-pay .both__text")).to_have_text("50")
    expect(field(rosa, "pay")).to_have_value("60 to 70")


def test_newer_text_that_comes_before_ones_own_answer_is_shown(
    intake: Intake, manager: User, rosa: Page
) -> None:
    held: list[tuple[Route, APIResponse]] = []
    rosa.route(re.compile("/answers/"), lambda route: held.append((route, route.fetch())))
    field(rosa, "pay").fill("60")
    expect(rosa.locator("#answer-pay [data-form-state]")).to_have_text("Saving…")
    with rosa.expect_response(lambda one: "/news/" in one.url and one.status == 200):
        write(intake, "pay", "60 to 70", manager)
    for route, answer in held:
        route.fulfill(response=answer)
    expect(field(rosa, "pay")).to_have_value("60 to 70")


def test_adding_after_signing_in_again_needs_one_press(intake: Intake, rosa: Page) -> None:
    cookies = rosa.context.cookies()
    rosa.context.clear_cookies()
    (session,) = (one["value"] for one in cookies if one["name"] == "sessionid")
    rosa.context.add_cookies([{"name": "sessionid", "value": session, "url": rosa.url}])
    rosa.locator("#requirement-new-text").fill("Kafka")
    rosa.locator("#requirement-new-text").press("Enter")
    expect(rosa.locator("#requirement-new [data-form-state]")).to_have_text("Added: Kafka")


def test_agreement_of_the_other_is_shown_in_the_form(
    intake: Intake, manager: User, rosa: Page
) -> None:
    terms = replace(USUAL, decision_days=3)
    Agreement.settle(intake.requisition, terms, version=0, by=manager, now=NOW)
    expect(rosa.locator("#agreement-decision_days")).to_have_value("3")


def test_agreement_keeps_what_is_typed_while_it_is_on_its_way(intake: Intake, rosa: Page) -> None:
    channel = rosa.locator("#agreement-channel")

    def slow(route: Route) -> None:
        answer = route.fetch()
        channel.fill("Chat, then phone")
        route.fulfill(response=answer)

    rosa.route(re.compile("/agreement/"), slow)
    channel.fill("Chat")
    with rosa.expect_response(re.compile("/intake/$")):
        channel.press("Enter")
    expect(rosa.locator(".agreement__form [data-form-state]")).to_have_text("Agreed.")
    field(rosa, "pay").focus()
    with rosa.expect_response(re.compile("/intake/$")):
        pass
    expect(channel).to_have_value("Chat, then phone")
