"""The record in a real browser: it goes on as one scrolls, and knows that it was looked at."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from recruiting.accounts.models import User
from recruiting.dashboards.models import Look
from requisitions.models import Requisition
from tests.factories import NOW
from tests.fixtures.browser import PHONE, OpenPage
from tests.test_activity import add_events, path

pytestmark = pytest.mark.django_db(transaction=True)
SINCE = NOW - timedelta(minutes=30, seconds=30)
NEW = 31


@pytest.fixture
def long_story(requisition: Requisition, manager: User) -> Requisition:
    """118 events of four days, the newest 31 of them new to the manager; and two of its making."""
    add_events(requisition, 60)
    add_events(requisition, 58, at=NOW - timedelta(days=1), apart=60)
    Look.objects.create(user=manager, page=requisition.pk, at=SINCE, before=SINCE)
    return requisition


def test_record_goes_on_as_one_scrolls_and_is_looked_at(
    open_page: OpenPage, long_story: Requisition, manager: User
) -> None:
    page = open_page(path(long_story), manager, viewport=PHONE)
    expect(page.locator(".activity__line")).to_have_count(50)
    expect(page.locator(".new-mark")).to_have_count(NEW)
    with page.expect_response("**/activity/looks/") as answer:
        for lines in (100, 120):
            page.locator(".activity__more").scroll_into_view_if_needed()
            expect(page.locator(".activity__line")).to_have_count(lines)
    assert answer.value.status == 204
    assert Look.objects.get().at > NOW
    expect(page.get_by_text("This is where it began.")).to_be_visible()
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert len(headings) == len(set(headings)) == 5
    assert page.url.endswith(path(long_story))


def test_record_is_read_without_javascript(
    open_page: OpenPage, long_story: Requisition, manager: User
) -> None:
    page = open_page(path(long_story), manager, java_script_enabled=False)
    page.get_by_role("link", name="Show earlier").click()
    expect(page.locator(".activity__line")).to_have_count(50)
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    page.get_by_role("link", name="Back to the newest").click()
    expect(page.locator(".new-mark")).to_have_count(NEW)
    assert Look.objects.get().at == SINCE
    page.get_by_role("button", name="Mark as read").click()
    expect(page.locator(".new-mark")).to_have_count(0)
    page.get_by_label("What").select_option("Status")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".activity__line")).to_have_count(1)
