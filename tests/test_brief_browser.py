"""A brief in a real browser: signed from a phone by the link in a mail, and on paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from intake.mails import BRIEF, CONTEST
from intake.models import Answer, Brief, Requirement
from intake.questions import QUESTIONS
from recruiting.accounts.models import User
from recruiting.mailing.signed_links import link_url
from requisitions.models import Requisition
from tests.factories import NOW, make_brief, make_draft
from tests.fixtures.browser import PHONE, OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


def path_of(user: User, purpose: str, brief: Brief) -> str:
    version = brief.digest if purpose == BRIEF else ""
    url = link_url(user, purpose, brief.pk, version=version, now=NOW)
    return re.sub(r"^https?://[^/]+", "", url)


def test_manager_signs_on_a_phone_without_signing_in(
    requisition: Requisition, recruiter: User, manager: User, open_page: OpenPage,
    axe: Callable[[Page], list[str]],
) -> None:  # fmt: skip
    brief = make_brief(requisition, recruiter)
    page = open_page(path_of(manager, BRIEF, brief), viewport=PHONE)
    assert "open/" not in page.url

    def violations() -> list[str]:
        found = []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.reload()  # a colour on its way is no colour to judge
            found += axe(page)
        return found

    assert violations() == []
    page.get_by_role("button", name="Sign brief 1").press("Enter")
    page.get_by_text("Both have signed: brief 1 is in force.").wait_for()
    assert violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.goto(path_of(manager, CONTEST, brief))
    assert violations() == []


def test_ordinary_brief_fits_on_one_page_of_paper(
    requisition: Requisition, recruiter: User, open_page: OpenPage
) -> None:
    """Every question answered in two lines, twelve requirements, a description of 120 words."""
    Requisition.objects.filter(pk=requisition.pk).update(description="## Tasks\n" + "word " * 120)
    requisition.refresh_from_db()
    draft = make_draft(requisition)
    for question in QUESTIONS[1:]:
        said = "It takes about this many words to say something that is of use to both of them."
        Answer.write(draft, question.key, said, seen="", by=recruiter, now=NOW)
    Requirement.objects.bulk_create(
        Requirement(intake=draft, text=f"Can do what we need, number {n}", tested_how="A task",
                    tested_by="Max", kind="dealbreaker" if n < 4 else "nice", position=n + 1,
                    saved_at=NOW)
        for n in range(11)
    )  # fmt: skip
    page = open_page(f"/requisitions/{requisition.pk}/brief/", recruiter)
    assert re.findall(rb"/Type /Pages.*?/Count (\d+)", page.pdf(format="A4"), re.DOTALL) == [b"1"]
