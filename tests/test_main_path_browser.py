"""The main job in a real browser: log, follow, come back, lose nothing."""

import re
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from recruiting.accounts.models import User
from recruiting.dashboards.models import Visit
from requisitions.models import Requisition, Stage
from status_updates.models import Checkpoint
from tests.factories import PASSWORD, make_checkpoint, make_requisition
from tests.fixtures.browser import PHONE, OpenPage
from tests.importing import POSTINGS

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS_TO_LOG = 10


@pytest.fixture
def job(requisition: Requisition) -> Requisition:
    """An open requisition of today, since the browser's clock cannot be stopped."""
    now = timezone.now()
    return make_requisition(
        requisition.client,
        recruiter=requisition.recruiter,
        manager=requisition.manager,
        title="Platform Engineer",
        now=now - timedelta(days=20),
    )


def sign_in_by_form(page: Page, user: User) -> None:
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("^sign in", re.IGNORECASE)).first.click()


def test_checkpoint_is_logged_by_keyboard_in_seconds_without_a_page_load(
    open_page: OpenPage, job: Requisition, recruiter: User
) -> None:
    make_checkpoint(job, now=timezone.now() - timedelta(days=3), counts={Stage.FOUND: 40})
    page = open_page(job.get_absolute_url(), recruiter)
    page.evaluate("window.notReloaded = true")
    due = (timezone.localdate() + timedelta(days=3)).isoformat()
    began = time.monotonic()
    page.get_by_label("Found", exact=True).focus()
    page.keyboard.type("12")
    for text in ("5", "3", "2"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.locator("#id_note").focus()
    page.keyboard.type("Two want to know about on-call.")
    page.keyboard.press("Tab")
    page.keyboard.type("Call both on Thursday")
    page.get_by_label("How many").focus()
    page.keyboard.type("2")
    page.get_by_label("Of what").select_option("submitted")
    page.get_by_label("By when").fill(due)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Checkpoint logged.")).to_be_visible()
    seconds = time.monotonic() - began
    expect(page.locator(".funnel__total").first).to_have_text("52")
    expect(page.locator(".timeline .entry").first).to_contain_text("on-call")
    expect(page.get_by_label("Found", exact=True)).to_have_value("")
    assert page.evaluate("window.notReloaded") is True
    assert seconds < SECONDS_TO_LOG


def test_swap_after_logging_equals_a_fresh_page(
    open_page: OpenPage, job: Requisition, recruiter: User
) -> None:
    page = open_page(job.get_absolute_url(), recruiter)
    page.get_by_label("Found", exact=True).fill("4")
    page.get_by_role("button", name="Log checkpoint").click()
    expect(page.get_by_text("Checkpoint logged.")).to_be_visible()
    swapped = settled(page)
    page.reload()
    assert settled(page) == swapped


def settled(page: Page) -> str:
    """The page's content without what differs in every answer: tokens, keys, the instant, and the
    minute that clocks on it show."""
    text = page.locator("#page").evaluate(
        """element => { const copy = element.cloneNode(true);
        copy.querySelectorAll(
          '[name=csrfmiddlewaretoken], [name=key], [name=shown]').forEach(e => e.remove());
        copy.querySelectorAll('[data-form-state]').forEach(e => e.remove());
        copy.querySelectorAll('*').forEach(e => {
          if (/htmx/.test(e.className.baseVal ?? e.className)) e.removeAttribute('class'); });
        return copy.innerHTML; }"""
    )
    return re.sub(r"\b\d\d:\d\d\b", "hh:mm", re.sub(r"\s+", " ", text))


def test_undo_in_the_toast_takes_the_checkpoint_back(
    open_page: OpenPage, job: Requisition, recruiter: User
) -> None:
    page = open_page(job.get_absolute_url(), recruiter)
    page.get_by_label("Found", exact=True).fill("4")
    page.get_by_role("button", name="Log checkpoint").click()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(".funnel__total").first).to_have_text("0")
    expect(page.locator(".entry--undone")).to_have_count(1)


def test_double_click_logs_once(open_page: OpenPage, job: Requisition, recruiter: User) -> None:
    page = open_page(job.get_absolute_url(), recruiter)
    page.get_by_label("Found", exact=True).fill("4")
    page.get_by_role("button", name="Log checkpoint").dblclick()
    expect(page.locator(".funnel__total").first).to_have_text("4")
    assert Checkpoint.objects.filter(requisition=job).count() == 1


def test_refused_input_is_named_and_stays(
    open_page: OpenPage, job: Requisition, recruiter: User
) -> None:
    page = open_page(job.get_absolute_url(), recruiter)
    page.locator("#id_note").fill("Do not lose me")
    page.get_by_label("Offers accepted", exact=True).fill("2")
    page.get_by_role("button", name="Log checkpoint").click()
    expect(page.locator(".composer .field__error")).to_contain_text("Raise the openings first")
    expect(page.locator("#id_note")).to_have_value("Do not lose me")
    expect(page.get_by_label("Offers accepted", exact=True)).to_have_value("2")


def test_session_that_ended_brings_the_person_back_with_the_text(
    open_page: OpenPage, job: Requisition, recruiter: User
) -> None:
    page = open_page(job.get_absolute_url(), recruiter)
    page.get_by_label("Found", exact=True).fill("4")
    page.locator("#id_note").fill("Typed before the session ended")
    Session.objects.all().delete()
    page.get_by_role("button", name="Log checkpoint").click()
    page.wait_for_url("**/accounts/login/**")
    sign_in_by_form(page, recruiter)
    page.wait_for_url(f"**{job.get_absolute_url()}")
    expect(page.locator("#id_note")).to_have_value("Typed before the session ended")
    expect(page.get_by_label("Found", exact=True)).to_have_value("4")
    page.get_by_role("button", name="Log checkpoint").click()
    expect(page.get_by_text("Checkpoint logged.")).to_be_visible()
    expect(page.locator("#id_note")).to_have_value("")


def test_lost_connection_is_said_and_loses_nothing(
    open_page: OpenPage, job: Requisition, recruiter: User
) -> None:
    page = open_page(job.get_absolute_url(), recruiter)

    def cut(route: Route) -> None:
        route.abort("internetdisconnected")

    page.route("**/checkpoints/", cut)
    page.locator("#id_note").fill("Typed on a train")
    page.get_by_role("button", name="Log checkpoint").click()
    expect(page.locator("form:has(#id_found) [data-form-state]")).to_have_attribute(
        "data-state", "refused"
    )
    expect(page.locator("#id_note")).to_have_value("Typed on a train")
    page.unroute("**/checkpoints/", cut)
    page.get_by_role("button", name="Log checkpoint").click()
    expect(page.get_by_text("Checkpoint logged.")).to_be_visible()
    assert Checkpoint.objects.filter(requisition=job).count() == 1


def test_manager_on_a_phone_sees_what_changed_and_the_same_page(
    open_page: OpenPage, job: Requisition, manager: User
) -> None:
    now = timezone.now()
    Visit.objects.create(user=manager, at=now - timedelta(days=2))
    make_checkpoint(job, now=now - timedelta(hours=3), counts={Stage.MET: 3}, next_step="Call Ada")
    page = open_page("/", manager, viewport=PHONE)
    line = page.locator(".req", has_text="Platform Engineer")
    expect(line).to_contain_text("3 met")
    expect(line).to_contain_text("Next: Call Ada")
    with page.expect_response("**/visits/") as told:
        page.reload()
    assert told.value.status == 204
    line.get_by_role("link").click()
    expect(page.locator(".funnel")).to_contain_text("3")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def test_whole_path_works_without_javascript(
    open_page: OpenPage, job: Requisition, recruiter: User, manager: User
) -> None:
    page = open_page("/accounts/login/", java_script_enabled=False)
    sign_in_by_form(page, recruiter)
    page.goto(reverse("client_new"))
    page.get_by_label("Name").fill("Initech")
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Initech")
    page.goto(job.get_absolute_url())
    page.get_by_label("Found", exact=True).fill("7")
    page.locator("#id_next_step").fill("Send three resumes")
    page.get_by_role("button", name="Log checkpoint").click()
    expect(page.locator(".funnel__total").first).to_have_text("7")
    page.locator(".entry__tools summary").click()
    page.locator(".entry__tools").get_by_role("link", name="Correct").click()
    page.get_by_label("Found", exact=True).fill("8")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.locator(".funnel__total").first).to_have_text("8")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    sign_in_by_form(page, manager)
    expect(page.locator(".req", has_text="Platform Engineer")).to_contain_text(
        "Next: Send three resumes"
    )


def test_requisition_import_and_digest_work_without_javascript(
    open_page: OpenPage, job: Requisition, recruiter: User, manager: User
) -> None:
    page = open_page("/requisitions/new/", recruiter, java_script_enabled=False)
    page.locator("[name=client]").select_option(label="Acme")
    page.locator("[name=manager]").select_option(label="Max Manager")
    page.get_by_label("Title").fill("Night Porter")
    page.get_by_role("button", name="Create requisition").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Night Porter")

    page.goto("/requisitions/import/")
    page.locator("[name=client]").select_option(label="Acme")
    page.locator("[name=file]").set_input_files(
        {"name": "postings.csv", "mimeType": "text/csv", "buffer": POSTINGS}
    )
    page.locator("#page form button[type=submit]").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        re.compile("column", re.IGNORECASE)
    )
    page.locator("#page form button[type=submit]").last.click()
    expect(page.locator("#page")).to_contain_text("9 of 14 rows ready to import")
    page.get_by_role("button", name=re.compile("^Import 9")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("9 requisitions imported")

    page.goto(f"/digests/preview/?manager={manager.pk}&client={job.client_id}")
    page.locator("[name=text]").fill("Thank you for the quick answers.")
    page.locator("#page form button[type=submit]").first.click()
    expect(page.locator("#page")).to_contain_text("Thank you for the quick answers.")


def test_manager_changes_the_digest_on_a_phone_without_javascript(
    open_page: OpenPage, job: Requisition, manager: User
) -> None:
    page = open_page("/preferences/", manager, java_script_enabled=False, viewport=PHONE)
    page.get_by_label("Day", exact=True).select_option(label="Friday")
    page.get_by_label("Hour", exact=True).select_option(label="07:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".page-header__lead")).to_contain_text("Friday")
    manager.preferences.refresh_from_db()
    assert (manager.preferences.digest_weekday, manager.preferences.digest_hour) == (5, 7)
