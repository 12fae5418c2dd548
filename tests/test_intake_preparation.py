"""What an intake begins with, and what a pair agrees on in it."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.urls import reverse

from intake.agreement_form import AgreementForm
from intake.content import Terms
from intake.models import Agreement, Answer, Brief, Intake, Requirement
from intake.models.agreements import LIMITS, USUAL
from intake.preparation import earlier_briefs
from intake.usual import USUAL_TERMS, WHY_AGREE
from recruiting.accounts.models import Client, User
from recruiting.audit.models import Event
from requisitions.models import Requisition, Status
from tests.factories import NOW, make_requisition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

JSON = {"Accept": "application/json"}


@pytest.fixture
def job(acme: Client, recruiter: User, manager: User) -> Requisition:
    return make_requisition(
        acme, recruiter=recruiter, manager=manager, status=Status.INTAKE, title="Data Engineer",
        description="## Tasks\n- SQL\n- Kafka",
    )  # fmt: skip


def signed_brief(client: Client, recruiter: User, manager: User, title: str, days: int) -> Brief:
    """In force since so many days before `NOW`, with a requirement and a text."""
    at = NOW - timedelta(days=days)
    made = make_requisition(
        client, recruiter=recruiter, manager=manager, status=Status.INTAKE, title=title
    )
    intake = Intake.prepare(made, by=recruiter, now=at)
    asked = {"text": f"Skill of {title}", "kind": "dealbreaker", "tested_how": "A task",
             "tested_by": "Max", "unless": "Has taught it"}  # fmt: skip
    Requirement.add(intake, asked, by=recruiter, now=at, pk=uuid.uuid4())
    Answer.write(intake, "why-job", f"Why {title}", seen="", by=recruiter, now=at)
    digest = intake.content().digest
    brief = Brief.propose(intake, digest=digest, by=recruiter, now=at)
    brief.sign(digest=digest, by=manager, now=at)
    return brief


def preparation(job: Requisition) -> str:
    return reverse("intake_preparation", args=[job.pk])


def fields(job: Requisition, start: str, **more: str) -> dict[str, str]:
    return {"start": start, "description": job.description, "version": str(job.version), **more}


def texts(job: Requisition) -> list[tuple[str, str]]:
    return list(job.intake.requirements.values_list("text", "unless"))


# --- preparing -----------------------------------------------------------------------------


def test_description_brings_its_sections_and_no_requirement(
    job: Requisition, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    browser = sign_in(manager)
    assert browser.get(preparation(job)).context["form"]["start"].value() == "description"
    answer = browser.post(preparation(job), fields(job, "description"))
    assert answer["Location"] == reverse("intake", args=[job.pk])
    assert [one.heading for one in job.intake.sections.all()] == ["Tasks"]
    assert texts(job) == []
    assert job.intake.created_by == manager
    assert browser.get(preparation(job))["Location"] == reverse("intake", args=[job.pk])
    assert browser.post(preparation(job))["Location"] == reverse("intake", args=[job.pk])


def test_nothing_brings_nothing(
    job: Requisition, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    sign_in(recruiter).post(preparation(job), fields(job, "empty"))
    assert job.intake.sections.count() == 0


def test_description_pasted_here_is_saved_on_the_requisition(
    acme: Client, recruiter: User, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    job = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    browser = sign_in(manager)
    empty = browser.post(preparation(job), fields(job, "description"))
    assert empty.status_code == 422
    assert "Paste the job description, or choose another start." in empty.text
    sent = fields(job, "description", description="## Tasks\r\n- SQL")
    assert browser.post(preparation(job), sent).status_code == 302
    job.refresh_from_db()
    assert (job.description, job.version) == ("## Tasks\n- SQL", 2)
    assert [one.text for one in job.intake.sections.all()] == ["- SQL"]
    assert Event.objects.about(job).filter(action="edited", actor=manager).exists()


def test_description_that_somebody_else_changed_is_shown_beside_mine(
    job: Requisition, recruiter: User, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    browser = sign_in(manager)
    sent = fields(job, "description", description="## Tasks\n- SQL\n- Go")
    job.edit({"description": "## Duties\n- Rust"}, version=1, by=recruiter, now=NOW)
    page = browser.post(preparation(job), sent)
    assert page.status_code == 409
    assert "- Go" in page.text
    assert "- Rust" in page.text
    assert not Intake.objects.filter(pk=job.pk).exists()
    again = {**sent, "version": str(page.context["form"]["version"].value())}
    assert browser.post(preparation(job), again).status_code == 302
    job.refresh_from_db()
    assert job.description.endswith("- Go")


def test_earlier_briefs_of_the_client_are_offered_with_the_same_title_first(
    job: Requisition,
    acme: Client,
    globex: Client,
    recruiter: User,
    manager: User,
    other_recruiter: User,
    other_manager: User,
) -> None:
    same = signed_brief(acme, recruiter, manager, "DATA engineer", 90)
    newest = signed_brief(acme, recruiter, manager, "Plumber", 1)
    signed_brief(globex, other_recruiter, other_manager, "Data Engineer", 1)
    unsigned = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    Intake.prepare(unsigned, by=recruiter, now=NOW)
    assert list(earlier_briefs(recruiter, job)) == [same, newest]
    other_job = make_requisition(
        globex, recruiter=other_recruiter, manager=other_manager, status=Status.INTAKE
    )
    assert [one.requisition.client for one in earlier_briefs(other_recruiter, other_job)] == [
        globex
    ]


def test_brief_brings_its_requirements_and_texts_beside_the_sections(
    job: Requisition,
    acme: Client,
    recruiter: User,
    manager: User,
    sign_in: Callable[[User], Browser],
) -> None:
    brief = signed_brief(acme, recruiter, manager, "Plumber", 3)
    browser = sign_in(recruiter)
    assert "1 dealbreaker, 0 nice to have, 1 text" in browser.get(preparation(job)).text
    assert browser.post(preparation(job), fields(job, str(brief.pk))).status_code == 302
    assert texts(job) == [("Skill of Plumber", "Has taught it")]
    assert job.intake.answers.get().text == "Why Plumber"
    assert job.intake.sections.count() == 1


def test_brief_of_another_client_is_refused(
    job: Requisition,
    globex: Client,
    other_recruiter: User,
    other_manager: User,
    lead: User,
    sign_in: Callable[[User], Browser],
) -> None:
    brief = signed_brief(globex, other_recruiter, other_manager, "Data Engineer", 3)
    page = sign_in(lead).post(preparation(job), fields(job, str(brief.pk)))
    assert page.status_code == 422
    assert "Choose from the list." in page.text
    with pytest.raises(ValidationError, match="belongs to another client"):
        Intake.prepare(job, by=lead, now=NOW, brief=brief)
    assert not Intake.objects.filter(pk=job.pk).exists()


# --- the agreement -------------------------------------------------------------------------

AGREED = {"decision_days": "2", "feedback_hours": "24", "slate_days": "10", "update_days": "7",
          "channel": "Chat", "stand_in": ""}  # fmt: skip


@pytest.fixture
def intake(job: Requisition, recruiter: User) -> Intake:
    return Intake.prepare(job, by=recruiter, now=NOW)


def test_usual_terms_are_shown_with_their_sources_and_agreed_on_by_nobody(
    intake: Intake, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    page = sign_in(recruiter).get(reverse("intake", args=[intake.pk])).text
    assert 'name="decision_days" value="1"' in page
    for words in ("Engage Talent, undated", "Lever, undated", "Scribd, undated",
                  "Phenom and Talent Board, 2021"):  # fmt: skip
        assert words in page
    assert "Not agreed yet" in page
    assert Agreement.of(intake.requisition) is None


def test_each_proposed_number_has_its_source() -> None:
    assert set(USUAL_TERMS) == set(LIMITS)
    assert (USUAL.decision_days, USUAL.feedback_hours, USUAL.slate_days, USUAL.update_days) == (
        1, 24, 10, 7,
    )  # fmt: skip
    assert [fact.text.split()[0] for fact in USUAL_TERMS["feedback_hours"]] == ["24", "48"]
    assert WHY_AGREE.cited == "Phenom and Talent Board, 2021"


def test_pair_agrees_once_for_ten_sends(
    intake: Intake, recruiter: User, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    browser, address = sign_in(manager), reverse("intake_agreement", args=[intake.pk])
    for _ in range(10):
        told = browser.post(address, {**AGREED, "version": "0"}, headers=JSON)
        assert told.json() == {"piece": "agreement", "version": 1}
    agreement = Agreement.of(intake.requisition)
    assert agreement is not None
    assert agreement.terms == Terms(2, 24, 10, 7, "Chat", "")
    answer = browser.post(address, {**AGREED, "version": "1", "update_days": "14"})
    assert answer["Location"].endswith("/intake/#agreement")


def test_stale_agreement_gets_both_and_changes_nothing(
    intake: Intake, recruiter: User, sign_in: Callable[[User], Browser]
) -> None:
    terms = Terms(decision_days=5, channel="Mail")
    Agreement.settle(intake.requisition, terms, version=0, by=recruiter, now=NOW)
    browser, address = sign_in(recruiter), reverse("intake_agreement", args=[intake.pk])
    page = browser.post(address, {**AGREED, "version": "0"})
    assert page.status_code == 409
    assert "5 business days" in page.text
    assert page.context["form"]["decision_days"].value() == "2"
    told = browser.post(address, {**AGREED, "version": "0"}, headers=JSON)
    assert (told.status_code, told.json()["values"]["channel"]) == (409, "Mail")
    agreement = Agreement.of(intake.requisition)
    assert agreement is not None
    assert agreement.terms == terms
    again = {**AGREED, "version": page.context["form"]["version"].value()}
    assert browser.post(address, again).status_code == 302


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("decision_days", "21", "At most 20 business days can be agreed on."),
        ("feedback_hours", "0", "Write 1 or more, or leave it empty."),
        ("slate_days", "soon", "Write a whole number, or leave it empty."),
        ("channel", "a\x00b", "This holds a control character. Type it again by hand."),
    ],
)
def test_agreement_that_cannot_be_kept_is_refused_beside_its_field(
    name: str,
    value: str,
    words: str,
    intake: Intake,
    recruiter: User,
    sign_in: Callable[[User], Browser],
) -> None:
    address = reverse("intake_agreement", args=[intake.pk])
    page = sign_in(recruiter).post(address, {**AGREED, "version": "0", name: value})
    assert page.status_code == 422
    assert page.context["form"].errors == {name: [words]}
    assert Agreement.of(intake.requisition) is None


def test_form_shows_what_stands_with_its_version(intake: Intake, recruiter: User) -> None:
    row = Agreement.settle(
        intake.requisition, Terms(decision_days=4), version=0, by=recruiter, now=NOW
    )
    form = AgreementForm.of(row)
    assert (form["version"].value(), form["decision_days"].value()) == (1, 4)
    assert form["update_days"].value() is None
