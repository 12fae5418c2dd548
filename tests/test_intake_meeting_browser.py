"""The whole intake in real browsers: two people, one meeting, a brief that both have signed."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from intake.models import Brief, Meeting, Requirement
from recruiting.accounts.models import Client, User
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail
from requisitions.models import Requisition, Status
from tests.factories import make_requisition
from tests.fixtures.browser import PHONE, OpenPage

pytestmark = pytest.mark.django_db(transaction=True)
DESCRIPTION = "## What you bring\n- Kafka in production\n- A degree\n"


@pytest.fixture
def job(acme: Client, recruiter: User, manager: User) -> Requisition:
    people: dict[str, Any] = {"recruiter": recruiter, "manager": manager}
    return make_requisition(acme, **people, status=Status.INTAKE, description=DESCRIPTION)


def test_two_people_meet_and_sign(
    job: Requisition, recruiter: User, manager: User, open_page: OpenPage
) -> None:
    rosa = open_page(reverse("meeting", args=[job.pk]), recruiter)

    # She proposes a time; he is invited.
    rosa.get_by_role("button", name="Invite Max").click()
    expect(rosa.get_by_role("heading", name="Call it off")).to_be_visible()
    meeting = Meeting.objects.get(requisition=job)
    mail = Mail.objects.get(recipient=manager)
    delivery.deliver([mail.pk], now=timezone.now())
    mail.refresh_from_db()
    assert f"UID:{meeting.uid}" in mail.calendar

    # She prepares from the job description and takes a sentence of it.
    rosa.goto(reverse_url(rosa, "intake", job))
    rosa.get_by_role("button", name="Prepare the intake").click()
    rosa.get_by_role("button", name="Kafka in production", exact=True).click()
    expect(requirement(rosa)).to_be_visible()

    # He comes in by phone; the meeting begins; each sees what the other does.
    max_ = open_page(f"{reverse('intake', args=[job.pk])}?part=why", manager, viewport=PHONE)
    rosa.get_by_role("button", name="Begin the meeting").click()
    expect(rosa.locator("[data-clock-left]")).to_contain_text("min left")
    max_.get_by_label("Why this job", exact=True).fill("Two teams wait for the platform.")
    why = rosa.get_by_label("Why this job", exact=True)
    expect(why).to_have_value("Two teams wait for the platform.", timeout=5_000)
    max_.goto(f"{reverse_url(max_, 'intake', job)}?part=requirements")
    requirement(max_).focus()
    max_.keyboard.press("1")
    tested = rosa.locator('[data-column="dealbreaker"] [name=tested_how]')
    tested.fill("Reads a lagging consumer's log")
    rosa.locator('[data-column="dealbreaker"] [name=tested_by]').fill("Max")
    rosa.get_by_role("button", name="Agree on these").click()
    expect(rosa.get_by_role("button", name="Save the agreement")).to_be_visible()

    # The brief has grown with it; she signs, then he does, and the search begins.
    expect(rosa.locator("#draft")).to_contain_text("Reads a lagging", timeout=10_000)
    rosa.get_by_role("link", name="Read and sign").click()
    rosa.get_by_role("button", name="Sign brief 1").click()
    expect(rosa.get_by_text("waiting on Max Manager")).to_be_visible()
    max_.goto(reverse_url(max_, "home"))
    max_.get_by_role("link", name="Read and sign").click()
    max_.get_by_role("button", name="Sign brief 1").click()
    expect(max_.get_by_text("signed by both").first).to_be_visible()
    job.refresh_from_db()
    assert job.status == Status.OPEN
    content = Brief.objects.get(requisition=job, signed_at__isnull=False).content
    assert [(one.text, one.tested_how) for one in content.of_kind("dealbreaker")] == [
        ("Kafka in production", "Reads a lagging consumer's log")
    ]
    assert content.terms.decision_days == 1
    rosa.goto(reverse_url(rosa, "requisition", job))
    expect(rosa.get_by_text("Brief 1, signed by both")).to_be_visible()
    assert Requirement.objects.count() == 1


def reverse_url(page: Page, name: str, job: Requisition | None = None) -> str:
    host = urlsplit(page.url)._replace(path="", query="", fragment="").geturl()
    return f"{host}{reverse(name, args=[job.pk] if job else [])}"


def requirement(page: Page) -> Any:
    return page.get_by_role("button", name="Kafka in production: sort or move")
