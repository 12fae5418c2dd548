"""Candidates in a real browser: written down by keys, put in order, looked over and sent."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from recruiting.accounts.models import User
from recruiting.approvals.models import Slate, Submission
from requisitions.models import Requisition
from tests.factories import make_brief, make_candidate, make_submission
from tests.fixtures.browser import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


def test_candidate_is_written_down_by_keys(
    requisition: Requisition, recruiter: User, open_page: OpenPage
) -> None:
    make_brief(requisition)
    page = open_page(f"/requisitions/{requisition.pk}/candidates/new/", recruiter)
    page.get_by_label("Name", exact=True).fill("Ada Ito")
    page.get_by_role("radio", name="Not known yet").focus()
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="Partly")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Two years of it")
    page.keyboard.press("Tab")
    page.keyboard.type("Mends pipes.")
    expect(page.get_by_text("588 characters left")).to_be_visible()
    page.keyboard.press("Control+Enter")
    page.get_by_text("Saved as a draft.").wait_for()
    made = Submission.objects.get()
    assert [(one.mark, one.evidence) for one in made.ratings.all()] == [
        ("partly", "Two years of it")
    ]
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("The draft is removed.").wait_for()
    assert not Submission.objects.drafts().exists()


def test_slate_is_put_in_order_and_sent(
    requisition: Requisition,
    recruiter: User,
    open_page: OpenPage,
    axe: Callable[[Page], list[str]],
) -> None:
    ada, bea = (
        make_submission(requisition, make_candidate(requisition.client, by=recruiter, name=name))
        for name in ("Ada", "Bea")
    )
    first, second = sorted([ada, bea], key=lambda one: str(one.pk))
    page = open_page(f"/requisitions/{requisition.pk}/slate/", recruiter)
    for box in page.get_by_role("checkbox").all():
        box.check()
    name = second.candidate.name
    page.get_by_role("button", name=f"Move {name} up").press("Enter")
    expect(page.get_by_role("button", name=f"Move {name} down")).to_be_focused()
    page.get_by_role("button", name="Look it over").click()
    page.get_by_role("heading", name="What Max Manager gets").wait_for()
    assert axe(page) == []
    page.get_by_role("button", name="Send 2 resumes").click()
    page.get_by_text("On its way to Max Manager.").wait_for()
    assert [one.pk for one in Slate.objects.get().submissions.all()] == [second.pk, first.pk]
