"""The round in a real browser: by keyboard, over a lost connection, without JavaScript."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from recruiting.accounts.models import Client, User
from requisitions.models import Requisition, Stage
from status_updates.models import Checkpoint
from tests.factories import make_checkpoint, make_requisition
from tests.fixtures.browser import PHONE, OpenPage

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS_FOR_A_ROUND = 300
KEYS_A_SECOND = 4
LETTERS_A_SECOND = 16
"""How fast hands type: slower than most people on a number pad, and words as they flow."""


def jobs(acme: Client, recruiter: User, manager: User, number: int) -> list[Requisition]:
    """Open requisitions with a checkpoint of last week, as titles sort."""
    now = timezone.now() - timedelta(days=7)
    made = []
    for count in range(number):
        one = make_requisition(
            acme, recruiter=recruiter, manager=manager, title=f"Job {count:02}", now=now
        )
        make_checkpoint(one, now=now, counts={Stage.FOUND: 40 + count, Stage.MET: 4})
        made.append(one)
    return made


@pytest.fixture
def three(acme: Client, recruiter: User, manager: User) -> list[Requisition]:
    return jobs(acme, recruiter, manager, 3)


def row(page: Page, requisition: Requisition) -> Locator:
    return page.locator(f"#row-{requisition.pk}")


def count(page: Page, requisition: Requisition, stage: Stage) -> Locator:
    return page.locator(f"[name='{requisition.pk}-{stage}']")


def totals(requisition: Requisition) -> dict[Stage, int]:
    """What was logged since last week's checkpoint."""
    funnel = Requisition.objects.select_related("funnel").get(pk=requisition.pk).funnel
    before = requisition.checkpoints.order_by("at")[0].counts
    moved = {stage: total - before.get(stage, 0) for stage, total in funnel.totals.items()}
    return {stage: delta for stage, delta in moved.items() if delta}


def cut(route: Route) -> None:
    route.abort("internetdisconnected")


def test_round_of_twenty_takes_less_than_five_minutes_by_keyboard(
    open_page: OpenPage, acme: Client, recruiter: User, manager: User
) -> None:
    """At a leisurely pace: four counts in each row, and every fourth row a note and next step.

    The hands' time is counted by their keys rather than waited for; the page's is measured."""
    twenty = jobs(acme, recruiter, manager, 20)
    page = open_page("/round/", recruiter)
    hands = 0.0

    def press(*keys: str) -> None:
        nonlocal hands
        for key in keys:
            page.keyboard.press(key)
            hands += 1 / KEYS_A_SECOND

    def write(words: str) -> None:
        nonlocal hands
        page.keyboard.type(words)
        hands += len(words) / LETTERS_A_SECOND

    began = time.monotonic()
    count(page, twenty[0], Stage.FOUND).focus()
    for number in range(20):
        press("1", "2", "Tab", "5", "Tab", "3", "Tab", "2")
        if number % 4 == 0:
            press("n")
            write("Two want to know about on-call.")
            press("Tab")
            write("Call both")
        press("Enter")
    expect(page.locator("#round-progress")).to_contain_text("20 of 20")
    seconds = time.monotonic() - began + hands
    said = {Stage.FOUND: 12, Stage.CONTACTED: 5, Stage.SCREENED: 3, Stage.MET: 2}
    assert [totals(one) for one in twenty] == [said] * 20
    assert Checkpoint.objects.filter(next_step="Call both").count() == 5
    assert seconds < SECONDS_FOR_A_ROUND


def test_arrows_move_in_a_column_and_leaving_a_row_saves_it(
    open_page: OpenPage, three: list[Requisition], recruiter: User
) -> None:
    page = open_page("/round/", recruiter)
    count(page, three[0], Stage.MET).focus()
    page.keyboard.type("2")
    page.keyboard.press("ArrowDown")
    expect(count(page, three[1], Stage.MET)).to_be_focused()
    expect(row(page, three[0])).to_contain_text("Saved")
    expect(row(page, three[0])).to_contain_text("2 met")
    page.keyboard.press("ArrowUp")
    expect(count(page, three[0], Stage.MET)).to_be_focused()
    expect(page.locator("#round-progress")).to_contain_text("1 of 3")
    assert totals(three[0]) == {Stage.MET: 2}


def test_refused_row_says_why_and_the_next_one_goes_on(
    open_page: OpenPage,
    three: list[Requisition],
    recruiter: User,
    axe: Callable[[Page], list[str]],
) -> None:
    page = open_page("/round/", recruiter)
    count(page, three[0], Stage.ACCEPTED).focus()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(row(page, three[0])).to_contain_text("Raise the openings first")
    expect(count(page, three[0], Stage.ACCEPTED)).to_have_value("2")
    assert axe(page) == []
    expect(count(page, three[1], Stage.ACCEPTED)).to_be_focused()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(row(page, three[1])).to_contain_text("Filled")
    page.reload()
    expect(count(page, three[0], Stage.ACCEPTED)).to_have_value("2")


def test_what_is_no_number_is_not_passed_over(
    open_page: OpenPage, three: list[Requisition], recruiter: User
) -> None:
    page = open_page("/round/", recruiter)
    count(page, three[0], Stage.FOUND).focus()
    page.keyboard.type("1-2")
    expect(row(page, three[0])).to_contain_text("Not saved yet")
    page.keyboard.press("Enter")
    expect(count(page, three[0], Stage.FOUND)).to_be_focused()
    count(page, three[1], Stage.FOUND).focus()
    expect(row(page, three[0])).to_contain_text("Not saved: write whole numbers from 0.")


def test_undo_in_the_row_takes_back_what_it_logged(
    open_page: OpenPage, three: list[Requisition], recruiter: User
) -> None:
    page = open_page("/round/", recruiter)
    count(page, three[0], Stage.FOUND).fill("12")
    row(page, three[0]).get_by_role("button", name="Save").click()
    count(page, three[0], Stage.MET).fill("1")
    row(page, three[0]).get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.locator("#round-progress")).to_contain_text("0 of 3")
    expect(count(page, three[0], Stage.MET)).to_have_value("1")
    expect(row(page, three[0]).locator("input:focus")).to_have_count(1)
    assert totals(three[0]) == {}


def test_rows_are_sent_again_by_themselves_when_the_connection_is_back(
    open_page: OpenPage, three: list[Requisition], recruiter: User
) -> None:
    page = open_page("/round/", recruiter)
    page.context.set_offline(True)
    count(page, three[0], Stage.FOUND).focus()
    for _ in (0, 1):
        page.keyboard.type("7")
        page.keyboard.press("Enter")
    for one in three[:2]:
        expect(row(page, one)).to_contain_text("no connection")
        expect(count(page, one, Stage.FOUND)).to_have_value("7")
    page.context.set_offline(False)
    expect(page.locator("#round-progress")).to_contain_text("2 of 3", timeout=15_000)
    assert [totals(one) for one in three] == [{Stage.FOUND: 7}, {Stage.FOUND: 7}, {}]


def test_answer_that_was_lost_and_a_reload_count_once(
    open_page: OpenPage, three: list[Requisition], recruiter: User
) -> None:
    """The server has logged the row, and nobody was told: its key stays with the draft."""
    page = open_page("/round/", recruiter)

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort("internetdisconnected")

    page.route(f"**/round/{three[0].pk}/", lose_the_answer)
    count(page, three[0], Stage.FOUND).fill("12")
    page.keyboard.press("Enter")
    expect(row(page, three[0])).to_contain_text("no connection")
    assert totals(three[0]) == {Stage.FOUND: 12}
    page.unroute(f"**/round/{three[0].pk}/", lose_the_answer)
    page.reload()
    expect(row(page, three[0])).to_contain_text("What you had typed is back")
    expect(count(page, three[0], Stage.FOUND)).to_have_value("12")
    row(page, three[0]).get_by_role("button", name="Save").click()
    expect(count(page, three[0], Stage.FOUND)).to_have_value("")
    assert totals(three[0]) == {Stage.FOUND: 12}


def test_typed_text_of_each_row_survives_a_reload(
    open_page: OpenPage, three: list[Requisition], recruiter: User
) -> None:
    page = open_page("/round/", recruiter)
    page.route("**/round/*/", cut)
    count(page, three[0], Stage.FOUND).fill("12")
    count(page, three[1], Stage.MET).focus()
    page.keyboard.press("n")
    page.keyboard.type("Typed on a train")
    page.reload()
    expect(count(page, three[0], Stage.FOUND)).to_have_value("12")
    expect(row(page, three[1]).get_by_label("Note")).to_have_value("Typed on a train")
    expect(row(page, three[1]).get_by_label("Note")).to_be_visible()
    row(page, three[1]).get_by_role("button", name="Discard it").click()
    page.reload()
    expect(row(page, three[1]).get_by_label("Note")).to_have_value("")


def test_round_works_without_javascript(
    open_page: OpenPage, three: list[Requisition], recruiter: User
) -> None:
    page = open_page("/round/", recruiter, java_script_enabled=False)
    count(page, three[1], Stage.FOUND).fill("12")
    row(page, three[1]).get_by_label("Note").fill("Without a script")
    row(page, three[1]).get_by_role("button", name="Save").click()
    expect(row(page, three[1])).to_contain_text("12 found")
    count(page, three[2], Stage.ACCEPTED).fill("9")
    row(page, three[2]).get_by_role("button", name="Save").click()
    expect(row(page, three[2])).to_contain_text("Raise the openings first")
    row(page, three[1]).get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.locator("#round-progress")).to_contain_text("0 of 3")


def test_paste_works_without_javascript(
    open_page: OpenPage, three: list[Requisition], recruiter: User
) -> None:
    page = open_page("/round/", recruiter, java_script_enabled=False)
    page.get_by_role("link", name="Paste from a spreadsheet").click()
    page.locator("[name=text]").fill("Title\tFound\tSent\nJob 00\t12\t1\nJob 02\t3\t\nBaker\t1\t\n")
    page.get_by_role("button", name="Show the preview").click()
    page.get_by_label("Sent").select_option("submitted")
    page.get_by_role("button", name="Read it again").click()
    expect(page.locator("#page")).to_contain_text("2 of 3 rows can be saved")
    page.get_by_role("button", name="Save 2 rows").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 rows saved")
    assert [totals(one) for one in three] == [
        {Stage.FOUND: 12, Stage.SUBMITTED: 1}, {}, {Stage.FOUND: 3},
    ]  # fmt: skip


def test_round_on_a_phone_is_stacked_and_saved_by_thumb(
    open_page: OpenPage, three: list[Requisition], recruiter: User
) -> None:
    page = open_page("/round/", recruiter, viewport=PHONE, has_touch=True)
    count(page, three[0], Stage.FOUND).fill("12")
    save = row(page, three[0]).get_by_role("button", name="Save")
    box = save.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    save.tap()
    expect(row(page, three[0])).to_contain_text("12 found")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
