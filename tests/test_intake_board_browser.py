"""The board of the intake in a real browser: by the keyboard alone, by mouse and by finger."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from intake.content import missing
from intake.models import Agreement, Intake, Requirement
from recruiting.accounts.models import Client, User
from requisitions.models import Status
from tests.factories import make_requisition
from tests.fixtures.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)

DESCRIPTION = """## What you will do
You own the nightly batch. You are on call one week in five.

## What you bring
- Kafka in production
- SQL
"""
SORTED = {
    "Kafka in production": ("1", "dealbreaker"),
    "Runs Postgres at size": ("d", "dealbreaker"),
    "Writes German (C1)": ("1", "dealbreaker"),
    "Has led a migration": ("2", "nice"),
    "Rust": ("n", "nice"),
    "A degree": ("3", "not needed"),
}
TABS_MAX = 120
TALL = {"width": 1280, "height": 1800}

ALL_SAVED = """() => [...document.querySelectorAll("[data-piece] [name^=seen-]")].every((seen) => {
    const name = seen.name.slice(5);
    const controls = [...seen.form.elements].filter((one) => one.name === name);
    const held = controls[0].type === "radio"
        ? (controls.find((one) => one.checked)?.value ?? "") : controls[0].value;
    return held.trim() === seen.value.trim();
})"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, from wherever it is."""
    element = target.element_handle()
    for _ in range(TABS_MAX):
        if element.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by Tab")


@pytest.fixture
def intake(acme: Client, recruiter: User, manager: User) -> Intake:
    job = make_requisition(
        acme, recruiter=recruiter, manager=manager, status=Status.INTAKE, description=DESCRIPTION
    )
    return Intake.prepare(job, by=recruiter, now=timezone.now())


def test_half_an_hour_is_entered_with_the_keyboard_alone(
    intake: Intake, manager: User, open_page: OpenPage, axe: Callable[[Page], list[str]]
) -> None:
    page = open_page(f"/requisitions/{intake.pk}/intake/", manager)
    keys = page.keyboard

    def handle(text: str) -> Locator:
        return page.get_by_role("button", name=f"{text}: sort or move")

    def write(label: str, text: str) -> None:
        tab_to(page, page.get_by_label(label, exact=True))
        keys.type(text)

    write("Why this job", "The team doubles in autumn.")
    write("If it stays empty", "Two releases slip.")

    # The job description: one section is agreed on, of the other the wording changes.
    first, second = page.locator(".review__form").all()
    tab_to(page, first.get_by_role("radio", name="Agree"))
    keys.press("Space")
    tab_to(page, page.get_by_role("button", name="You own the nightly batch."))
    tab_to(page, second.get_by_role("radio", name="Agree"))
    keys.press("ArrowDown")
    tab_to(page, second.get_by_label("Agreed wording"))
    keys.press("Control+End")
    keys.type(", as others read it")
    tab_to(page, page.get_by_role("button", name="Kafka in production", exact=True))
    keys.press("Enter")
    expect(handle("Kafka in production")).to_be_visible()

    # Requirements: five are typed one after the other, then all six sorted where they stand.
    tab_to(page, page.get_by_label("Add a requirement"))
    for text in list(SORTED)[1:]:
        keys.type(text)
        keys.press("Enter")
        expect(page.get_by_label("Add a requirement")).to_have_value("")
        expect(handle(text)).to_be_visible()
    tab_to(page, handle("Kafka in production"))
    for text, (key, kind) in SORTED.items():
        expect(handle(text)).to_be_focused()
        keys.press(key)
        expect(page.locator(f'[data-column="{kind}"]').get_by_role(
            "button", name=f"{text}: sort or move"
        )).to_be_visible()  # fmt: skip
    expect(page.locator("#column-none")).to_have_count(0)

    # Each dealbreaker is tested; the third becomes the first.
    dealbreakers = page.locator('[data-column="dealbreaker"] > li')
    expect(dealbreakers.locator("[name=unless]")).to_have_count(3)
    expect(handle("A degree")).to_be_focused()
    while not handle("Writes German (C1)").evaluate("one => one === document.activeElement"):
        keys.press("ArrowUp")
    for place in (1, 0):
        keys.press("Alt+ArrowUp")
        expect(dealbreakers.nth(place).locator("[name=text]")).to_have_value("Writes German (C1)")
    for row in dealbreakers.all():
        for name, text in (("tested_how", "A task"), ("tested_by", "Max"), ("unless", "Taught")):
            tab_to(page, row.locator(f"[name={name}]"))
            keys.type(text)

    write("Background", "A shop with its own servers.")
    write("After 90 days", "The batch runs in one hour.")
    tab_to(page, page.locator("#answer-pay-text"))
    keys.type("70 to 80, 85 for the right person.")
    write("Steps", "A call, a task, a day here.")

    # The agreement: what others do, but for one number; and who is away.
    tab_to(page, page.get_by_role("spinbutton", name="A resume is decided on within"))
    keys.press("Control+A")
    keys.type("2")
    write("When one is away, ask optional", "Lea")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Save the agreement")).to_be_focused()

    write("Growth", "The last one leads a team now.")
    write("Dates", "1 September; works council before.")
    write("Add a question or an action", "Send the last three offers")
    keys.press("Tab")
    keys.type("Max")
    keys.press("Tab")
    keys.type(f"0505{timezone.localdate().year + 1}")  # the same day wherever the month stands
    keys.press("Enter")
    expect(page.locator("#actions textarea")).to_have_value("Send the last three offers")

    page.wait_for_function(ALL_SAVED)
    assert axe(page) == []
    _check(Intake.objects.get(pk=intake.pk), manager)


def _check(intake: Intake, manager: User) -> None:
    """All that was typed stands, and nothing keeps the two from signing."""
    content = intake.content()
    assert {one.text: one.kind for one in content.requirements} == {
        text: kind for text, (_, kind) in SORTED.items()
    }
    assert [
        (one.text, one.tested_how, one.tested_by, one.unless)
        for one in content.of_kind("dealbreaker")
    ] == [
        (text, "A task", "Max", "Taught")
        for text in ("Writes German (C1)", "Kafka in production", "Runs Postgres at size")
    ]
    assert set(content.texts) == {
        "why-job", "why-empty", "profile-background", "success-90", "pay", "steps",
        "reason-growth", "dates",
    }  # fmt: skip
    assert [(one.mark, one.agreed) for one in intake.sections.all()] == [
        ("agree", "You own the nightly batch. You are on call one week in five."),
        ("change", "- Kafka in production\n- SQL, as others read it"),
    ]
    agreement = Agreement.of(intake.requisition)
    assert agreement is not None
    assert (agreement.terms.decision_days, agreement.terms.stand_in) == (2, "Lea")
    action = intake.actions.get()
    assert (action.holder, action.due_on) == (manager, date(timezone.localdate().year + 1, 5, 5))
    assert missing(content) == []


def centre(target: Locator) -> tuple[float, float]:
    box = target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def column(page: Page, kind: str) -> Locator:
    return page.locator(f'[data-column="{kind}"] [name="text"]')


TOUCH = """(row, [type, x, y]) => row.dispatchEvent(new PointerEvent(type, {
    bubbles: true, pointerId: 7, pointerType: "touch", clientX: x, clientY: y, isPrimary: true,
}))"""


def test_requirement_is_dragged_by_mouse_and_by_finger_and_brought_back_after_removal(
    intake: Intake, recruiter: User, open_page: OpenPage
) -> None:
    for text, kind in (("Kafka", ""), ("Rust", "nice"), ("SQL", "nice"), ("Go", "not needed")):
        values = {"text": text, "kind": kind}
        Requirement.add(intake, values, by=recruiter, now=timezone.now(), pk=uuid4())
    page = open_page(f"/requisitions/{intake.pk}/intake/", recruiter, viewport=TALL)
    mouse = page.mouse

    # Between the two that are nice to have; Esc on the way leaves it where it was.
    for drops in (False, True):
        row = page.locator('[data-column=""] > li')
        mouse.move(*centre(row.locator("[data-handle]")))
        mouse.down()
        below = page.locator('[data-column="nice"] > li').nth(1)
        x, y = centre(below)
        mouse.move(x, y - 12, steps=3)
        expect(below).to_have_attribute("data-drop", "before")
        if not drops:
            page.keyboard.press("Escape")
        mouse.up()
        expect(below).not_to_have_attribute("data-drop", "before")
    expect(column(page, "nice").nth(1)).to_have_value("Kafka")
    expect(page.locator("#column-none")).to_have_count(0)

    # A finger rests on the words for a moment, then carries the row among the dealbreakers.
    page.clock.install()
    words = column(page, "nice").nth(1)
    words.evaluate(TOUCH, ["pointerdown", *centre(words)])
    page.clock.run_for(500)
    goal = centre(page.locator("#column-dealbreaker h4"))
    words.evaluate(TOUCH, ["pointermove", *goal])
    words.evaluate(TOUCH, ["pointerup", *goal])
    page.clock.resume()
    expect(column(page, "dealbreaker")).to_have_value("Kafka")
    expect(page.get_by_label("Unless")).to_be_visible()
    kinds = intake.requirements.values_list("text", "kind")
    assert list(kinds) == [
        ("Kafka", "dealbreaker"), ("Rust", "nice"), ("SQL", "nice"), ("Go", "not needed"),
    ]  # fmt: skip

    # What is removed is brought back by one key.
    page.get_by_role("button", name="Go: sort or move").focus()
    page.keyboard.press("Delete")
    expect(page.locator("[data-said=requirement]")).to_contain_text("Removed “Go”.")
    page.get_by_role("button", name="SQL: sort or move").focus()
    page.keyboard.press("u")
    expect(column(page, "not needed")).to_have_value("Go")

    # What is said about words stands beside them while they are still being typed.
    column(page, "not needed").press("End")
    page.keyboard.type(" ninja")
    expect(page.locator(".line__hint")).to_contain_text("puts many people off")
    expect(column(page, "not needed")).to_be_focused()
