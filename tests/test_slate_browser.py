"""A slate in a real browser: five decided on a phone and by key, none by a scanner that renders;
and one decision of twenty at once."""

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from recruiting.accounts.models import Notification, User
from recruiting.approvals.models import Decision, Question, Resume, Slate
from recruiting.approvals.notices import DECIDED, SLATE
from recruiting.mailing.models import Mail
from requisitions.models import Requisition, StageCount
from tests.factories import NOW, make_brief, make_candidate, make_slate, make_submission
from tests.fixtures.browser import Axe, OpenPage
from tests.reviewing import all_rows, entered, links_in, sent

pytestmark = pytest.mark.django_db(transaction=True)
PHONE_390: ViewportSize = {"width": 390, "height": 844}
NAMES = ("Ada First", "Bea Second", "Cleo Third", "Dora Fourth", "Eve Fifth")


@pytest.fixture
def slate(requisition: Requisition, recruiter: User) -> Slate:
    """Five candidates, each with a resume to be read in place."""
    return make_review(requisition, recruiter, NAMES)


def make_review(requisition: Requisition, recruiter: User, names: Sequence[str]) -> Slate:
    make_brief(requisition)
    made = []
    for name in names:
        person = make_candidate(requisition.client, by=recruiter, name=name, headline="Pipes",
                                expected_pay="70,000")  # fmt: skip
        Resume.objects.create(candidate=person, kind="txt", size=1, state="ready", by=recruiter,
                              text="Mended pipes since 2019.\n" * 40, at=NOW)  # fmt: skip
        made.append(make_submission(requisition, person))
    return make_slate(requisition, *made, note="Two are free soon.")


def judged(page: Page, axe: Axe) -> list[str]:
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found += axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    return found


def test_five_are_decided_on_a_phone_from_the_mail_in_less_than_a_minute(
    slate: Slate, open_page: OpenPage, axe: Axe
) -> None:
    """Without an account: three approved, one declined for a reason, one for something new."""
    link = links_in(sent(SLATE))[0]
    page = open_page("/healthz", viewport=PHONE_390, has_touch=True)
    found, judging = [], 0.0

    def judge() -> None:
        nonlocal judging
        at = time.monotonic()
        found.extend(judged(page, axe))
        judging += time.monotonic() - at

    def on(name: str) -> None:
        page.get_by_role("heading", level=1, name=name).wait_for()

    began = time.monotonic()
    page.goto(link)
    assert "open/" not in page.url
    on("Ada First")
    assert page.get_by_text("Mended pipes since 2019.").first.is_visible()
    judge()
    page.get_by_role("button", name="Approve").tap()
    on("Bea Second")
    page.locator("summary", has_text="Decline").tap()
    judge()
    page.get_by_role("radio", name="Kafka").check()
    page.get_by_role("button", name="Decline Bea Second").tap()
    on("Cleo Third")
    judge()
    page.locator("summary", has_text="Decline").tap()
    page.get_by_role("radio", name="Something new").check()
    page.get_by_label("What you looked for").fill("Speaks Dutch")
    page.get_by_role("button", name="Decline Cleo Third").tap()
    on("Dora Fourth")
    page.get_by_role("button", name="Add it to the brief").tap()
    page.get_by_text("It is in the draft of the brief now.").wait_for()
    for name in ("Eve Fifth", "That was all"):
        page.get_by_role("button", name="Approve").tap()
        on(name)
    took = time.monotonic() - began - judging
    judge()
    assert page.get_by_text("5 candidates: 3 approved, 2 declined.").is_visible()
    assert found == []
    verdicts = Decision.objects.order_by("submission__place").values_list("verdict", flat=True)
    assert list(verdicts) == ["approve", "decline", "decline", "approve", "approve"]
    logging.getLogger(__name__).info("five decided in %.1f seconds", took)
    assert took < 60


def test_browser_that_renders_and_follows_every_link_changes_nothing(
    requisition: Requisition, recruiter: User, manager: User, open_page: OpenPage,
    live_server: LiveServer,
) -> None:  # fmt: skip
    slate = make_review(requisition, recruiter, NAMES[:2])
    Question.ask(slate.submissions.all()[1], "Why?", pk=slate.pk, by=manager, now=NOW)
    links = links_in(sent(SLATE))
    before = all_rows()
    page = open_page("/healthz", viewport=PHONE_390)
    seen: set[str] = set()
    for address in _followed(page, [urljoin(live_server.url, one) for one in links], seen):
        page.goto(address)
    assert len([one for one in seen if "/mail/slate/" in one]) > 9
    assert all_rows() == before


def _followed(page: Page, begin: list[str], seen: set[str]) -> Iterator[str]:
    """Each page of ours that is linked from one behind a link of the mail, each once."""
    found = begin
    while found:
        address = found.pop()
        if address in seen or urlsplit(address).path.endswith("/resume/"):
            continue
        seen.add(address)
        yield address
        if "/mail/" not in page.url:
            continue
        found += page.evaluate(
            "[...document.querySelectorAll('a[href]')].map((one) => one.href.split('#')[0])"
            ".filter((one) => one.startsWith(location.origin))"
        )


def test_review_by_keys_and_side_by_side(
    slate: Slate, manager: User, requisition: Requisition, open_page: OpenPage, axe: Axe
) -> None:
    page = open_page(f"/requisitions/{requisition.pk}/review/", manager)

    def on(name: str) -> None:
        page.get_by_role("heading", level=1, name=name).wait_for()

    for key, name in (("j", "Bea Second"), ("k", "Ada First"), ("a", "Bea Second")):
        page.keyboard.press(key)
        on(name)
    page.keyboard.press("d")
    assert page.get_by_role("radio", name="Kafka").evaluate("one => one === document.activeElement")
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    page.keyboard.type("And day a week?")
    page.get_by_role("button", name="Ask Rosa").press("Enter")
    page.get_by_text("Not answered yet.").wait_for()
    page.keyboard.press("u")
    on("Ada First")
    assert Decision.objects.get().undone_at is not None
    assert Question.objects.get().text == "And day a week?"
    page.get_by_role("link", name="Side by side").click()
    on("Side by side")
    assert judged(page, axe) == []
    page.get_by_role("button", name="Approve Eve Fifth").click()
    page.get_by_text("You approved Eve Fifth").first.wait_for()
    assert "view=table" in page.url
    User.objects.filter(pk=manager.pk).update(single_keys=False)
    page.goto(f"/requisitions/{requisition.pk}/review/")
    page.keyboard.press("a")
    page.keyboard.press("j")
    on("Ada First")
    assert Decision.objects.filter(undone_at=None).count() == 1


def test_twenty_parallel_posts_make_one_decision_and_get_the_same_answer(
    slate: Slate, manager: User
) -> None:
    submission = slate.submissions.all()[0]
    url = reverse("decision_by_mail", args=[slate.pk, submission.pk])
    browsers = [entered(slate, manager) for _ in range(20)]

    def press(browser: Browser) -> tuple[int, str]:
        try:
            answer = browser.post(url, {"verdict": "decline", "reason": "pay"})
            return answer.status_code, answer.headers.get("Location", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(press, browsers))
    following = slate.submissions.all()[1].pk
    assert answers == {(302, f"/mail/slate/{slate.pk}/?candidate={following}")}
    decision = Decision.objects.get()
    assert (decision.by, decision.verdict) == (manager, "decline")
    causes = Notification.objects.filter(cause=f"decision:{decision.pk}")
    assert (causes.count(), Mail.objects.kind(DECIDED).count()) == (1, 1)
    assert StageCount.objects.filter(submission=submission).count() == 1
