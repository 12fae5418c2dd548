"""Digests and the outbox in a real browser: framed, readable, complete, without a complaint."""

from datetime import UTC, datetime
from pathlib import Path

import html5lib
import pytest
from django.urls import reverse
from pytest_django import Settings

from recruiting.accounts.models import User
from recruiting.lib.mailview import viewable
from recruiting.mailing import delivery, outbox
from recruiting.mailing.links import unsubscribe_url
from recruiting.mailing.models import Mail, Suspension
from requisitions.models import Requisition, Stage
from status_updates.digests import rows
from status_updates.digests.snapshot import KIND
from tests.factories import make_checkpoint
from tests.fixtures.browser import DESKTOP, PHONE, Axe, OpenPage
from tests.test_every_page import in_both_themes

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
SHEET_COLOUR = """() => {
    const mail = document.querySelector("iframe").contentDocument;
    return getComputedStyle(mail.querySelector(".sheet")).backgroundColor;
}"""


@pytest.fixture
def sent(requisition: Requisition, now: datetime, settings: Settings, tmp_path: Path) -> Mail:
    settings.EMAIL_BACKEND = outbox.BACKEND
    settings.OUTBOX_DIR = tmp_path / "outbox"
    make_checkpoint(requisition, now=now, counts={Stage.FOUND: 12}, next_step="Call them")
    rows.materialise(MONDAY)
    [mail] = Mail.objects.kind(KIND)
    delivery.deliver([mail.pk], now=MONDAY)
    mail.refresh_from_db()
    return mail


def test_digest_and_its_copy_are_valid_html(sent: Mail) -> None:
    for page in (sent.html, viewable(sent.html, inert=True).html):
        html5lib.HTMLParser(strict=True).parse(page)


def test_pages_of_the_outbox_are_accessible(
    sent: Mail, recruiter: User, open_page: OpenPage, axe: Axe
) -> None:
    """The other pages about digests are among those of `test_every_page`."""
    page = open_page("/healthz", recruiter, color_scheme="light", viewport=PHONE)
    for path in (reverse("outbox"), reverse("outbox_mail", args=[outbox.newest()[0].key])):
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            page.goto(path)
            assert in_both_themes(page, axe) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        html5lib.HTMLParser(strict=True).parse(page.content())


def test_mail_for_an_address_that_bounced_is_told_accessibly(
    manager: User, recruiter: User, now: datetime, open_page: OpenPage, axe: Axe
) -> None:
    Suspension.objects.create(address=manager.email, at=now, server_said="550 no such user")
    page = open_page(reverse("digests"), recruiter, color_scheme="light")
    assert in_both_themes(page, axe) == []


def test_unsubscribe_page_works_without_javascript(
    sent: Mail, manager: User, open_page: OpenPage, axe: Axe
) -> None:
    path = unsubscribe_url(manager.pk, KIND).partition("127.0.0.1:8000")[2]
    page = open_page(path, java_script_enabled=False, viewport=PHONE)
    page.get_by_role("button", name="Stop it: Digest").click()
    assert page.get_by_role("heading", name="This mail is stopped").is_visible()
    page.get_by_role("button", name="Send it again: Digest").click()
    assert page.get_by_role("heading", name="Stop this mail?").is_visible()


def test_framed_digest_is_shown_whole_and_follows_the_theme(
    sent: Mail, recruiter: User, open_page: OpenPage
) -> None:
    path = reverse("digest", args=[sent.pk])
    for scheme, paper in (("light", "rgb(253, 252, 249)"), ("dark", "rgb(30, 27, 24)")):
        page = open_page(path, recruiter, color_scheme=scheme)
        page.wait_for_load_state("networkidle")
        words = page.frame_locator("iframe").get_by_text("12 found", exact=False)
        assert words.last.is_visible()
        # The frame itself runs no script, so its page is asked from outside.
        assert page.evaluate(SHEET_COLOUR) == paper
        page.wait_for_function(
            "() => { const f = document.querySelector('iframe');"
            " return f.clientHeight >= f.contentDocument.documentElement.scrollHeight; }"
        )


def test_link_in_the_outbox_opens_the_page_in_the_whole_window(
    sent: Mail, manager: User, open_page: OpenPage, settings: Settings
) -> None:
    page = open_page(reverse("outbox"), manager)
    page.get_by_role("link", name="1 requisition").click()
    link = page.frame_locator("iframe").get_by_role("link", name="Data Engineer").first
    assert link.get_attribute("target") == "_top"
    assert link.get_attribute("href") == (
        f"{settings.SITE_URL}{reverse('requisition', args=[Requisition.objects.get().pk])}"
    )
