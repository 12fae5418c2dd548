"""The candidates of the demo: what the stories are to show of approvals is all there."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
import pytest_django
from django.db.models import CharField, TextField
from django.test import Client as Browser

from recruiting.accounts.models import Client
from recruiting.approvals.access import shown
from recruiting.approvals.blind import given_away
from recruiting.approvals.models import (
    Candidate,
    Decision,
    Feedback,
    Interview,
    Mark,
    Offer,
    Question,
    Rating,
    Resume,
    ScreenOutLine,
    Slate,
    Submission,
    Withdrawal,
)
from recruiting.approvals.models.decisions import Reason
from recruiting.approvals.states import State
from recruiting.dashboards.demo import resumes
from recruiting.dashboards.demo.approving import code_of
from recruiting.dashboards.demo.candidates import database, integration, planner, service_desk
from recruiting.dashboards.demo.candidates.applicant import Applicant
from recruiting.dashboards.demo.story import Send
from requisitions.models import Stage
from tests.demo import requisition, standing, user
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
JOBS = {
    "integration engineer": integration,
    "service desk": service_desk,
    "database administrator": database,
    "transport planner": planner,
}
APPLICANTS: list[Applicant] = [
    one
    for job in JOBS.values()
    for step in job.STEPS
    if isinstance(step, Send)
    for one in step.people
]


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    with standing(NOW, django_db_blocker):
        yield


def states_of(key: str) -> Counter[str]:
    return Counter(requisition(key).submissions.values_list("state", flat=True))


def test_counts_from_submitted_on_are_those_of_the_records() -> None:
    counted = {
        key: [requisition(key).funnel.totals[stage] for stage in list(Stage)[4:]] for key in JOBS
    }
    assert counted == {
        "integration engineer": [12, 5, 5, 0, 0],
        "service desk": [9, 6, 5, 2, 1],
        "database administrator": [5, 3, 3, 2, 1],
        "transport planner": [7, 3, 2, 0, 0],
    }
    for key in JOBS:
        entries = requisition(key).stage_counts.filter(stage__in=list(Stage)[4:])
        assert {one.source for one in entries} == {"record"}


def test_states_show_all_that_can_become_of_a_candidate() -> None:
    assert states_of("integration engineer") == {
        State.WAITING: 5, State.DECLINED: 3, State.INTERVIEWING: 3, State.WITHDRAWN: 1,
    }  # fmt: skip
    assert states_of("service desk") == {
        State.WAITING: 1, State.DECLINED: 3, State.INTERVIEWING: 1, State.OFFERED: 1,
        State.ACCEPTED: 1, State.WITHDRAWN: 2,
    }  # fmt: skip
    assert states_of("database administrator") == {
        State.DECLINED: 3, State.REFUSED: 1, State.ACCEPTED: 1,
    }  # fmt: skip
    assert not Submission.objects.drafts().exists()


def test_manager_has_a_slate_of_five_in_which_nothing_is_decided() -> None:
    slate = Slate.objects.filter(requisition__manager=user("manager")).latest("at")
    rows = list(slate.submissions.all())
    assert (len(rows), slate.is_blind, bool(slate.note)) == (5, False, True)
    assert {row.state for row in rows} == {State.WAITING}
    assert not Question.objects.filter(submission__in=rows).exists()
    assert all(row.resume for row in rows)


def test_one_question_is_open_and_another_was_answered() -> None:
    assert Question.objects.get(answered_at=None).by == user("manager")
    answered = Question.objects.exclude(answered_at=None).get()
    assert (answered.answered_by, bool(answered.answer)) == (user("recruiter"), True)


def test_declines_go_back_to_requirements_and_once_to_something_new() -> None:
    declines = Decision.objects.filter(verdict="decline", undone_at=None)
    reasons = Counter(declines.values_list("reason", flat=True))
    assert reasons == {Reason.REQUIREMENT: 7, Reason.PLACE: 1, Reason.PAY: 1, Reason.NEW: 1}
    for one in declines.filter(reason=Reason.REQUIREMENT):
        rated = one.submission.ratings.get(requirement=str(one.requirement))
        assert rated.text == one.text
        assert rated.mark != Mark.MET


def test_one_feedback_is_missing_and_one_offer_is_open() -> None:
    held = Interview.objects.exclude(held_at=None).filter(feedback=None)
    [missing] = [one for one in held if one.submission.state == State.INTERVIEWING]
    assert missing.submission.requisition == requisition("integration engineer")
    assert Feedback.objects.filter(verdict="stop").count() == 3
    offer = Offer.objects.get(answer="")
    assert offer.submission.requisition == requisition("service desk")
    assert offer.answer_by is not None
    assert offer.answer_by > NOW.date()


def test_candidates_give_their_own_reasons() -> None:
    assert Offer.objects.get(answer="declined").because == Offer.Because.COUNTER
    assert Withdrawal.objects.count() == 3


def test_screen_outs_name_a_requirement_or_another_reason() -> None:
    counts: Counter[str] = Counter()
    for line in ScreenOutLine.objects.filter(
        screen_out__requisition=requisition("integration engineer")
    ):
        counts[line.text or line.reason] += line.count
    assert counts["Takes an on-call week, one in six"] == 12
    assert counts.total() == 26
    for key in JOBS:
        one = requisition(key)
        lines = ScreenOutLine.objects.filter(screen_out__requisition=one)
        total = sum(lines.values_list("count", flat=True))
        assert total <= one.funnel.totals[Stage.CONTACTED] - one.funnel.totals[Stage.MET]


def test_every_candidate_is_rated_by_each_requirement_with_evidence() -> None:
    for submission in Submission.objects.prefetch_related("ratings"):
        assert submission.slate is not None
        assert submission.slate.brief is not None
        lines = submission.slate.brief.content.requirements
        wanted = {one.text for one in lines if one.kind in ("dealbreaker", "nice")}
        assert {rating.text for rating in submission.ratings.all()} == wanted
        assert all(rating.evidence for rating in submission.ratings.all())


def test_other_client_reviews_blind_and_its_manager_is_told_no_name() -> None:
    assert dict(Client.objects.values_list("name", "blind_review")) == {
        "Havelmark Hospitals IT": False, "Brackwater Logistics": True,
    }  # fmt: skip
    job, manager = requisition("transport planner"), user("other.manager")
    waiting = job.submissions.awaiting_decision().select_related("candidate", "slate")
    called = [shown(one, manager).called for one in waiting]
    assert len(called) == 3
    assert all(re.fullmatch(r"Candidate [A-Z]{2}-\d{3}", one) for one in called)
    browser = Browser()
    browser.force_login(manager)
    page = browser.get(job.get_absolute_url()).content.decode()
    for one in waiting:
        assert one.candidate.name not in page


@pytest.mark.parametrize("applicant", APPLICANTS, ids=lambda one: one.key)
def test_pitch_and_evidence_give_nobody_away(applicant: Applicant) -> None:
    texts = [("The pitch", applicant.pitch)]
    texts += [(word, evidence) for word, (_, evidence) in applicant.marks.items()]
    if applicant.key in {one.key for one in planner_people()}:
        assert given_away(applicant.name, applicant.works_at, texts) == []


def planner_people() -> list[Applicant]:
    return [one for step in planner.STEPS if isinstance(step, Send) for one in step.people]


def test_people_are_told_apart_and_their_addresses_lead_nowhere() -> None:
    assert len({one.name for one in APPLICANTS}) == len(APPLICANTS) == Candidate.objects.count()
    assert len({code_of(one) for one in APPLICANTS}) == len(APPLICANTS)
    for candidate in Candidate.objects.all():
        assert all(address.startswith("https://profiles.example/") and address.isascii()
                   for address in candidate.addresses)  # fmt: skip
    codes = set(Candidate.objects.values_list("code", flat=True))
    assert codes == {code_of(one) for one in APPLICANTS}


def test_texts_about_candidates_pass_the_checks_of_the_forms() -> None:
    models = (Candidate, Submission, Rating, Slate, Decision, Question, Interview, Feedback, Offer)
    for model in (*models, Withdrawal):
        for row in model._default_manager.all():
            texts = {f.name for f in row._meta.fields if isinstance(f, CharField | TextField)}
            row.clean_fields(exclude={f.name for f in row._meta.fields} - texts)


def test_resume_is_text_on_two_pages_at_most_and_the_same_each_time() -> None:
    import pypdfium2

    for one in APPLICANTS:
        upload = resumes.upload_of(one)
        assert (upload is None) == (not one.career)
        if upload is None:
            continue
        content = upload.read()
        pages = upload.checked.pages  # type: ignore[attr-defined]
        assert (content, pages) == resumes.pdf_of(one)
        document = pypdfium2.PdfDocument(content)
        assert len(document) <= 2
        text = document[0].get_textpage().get_text_range()
        assert one.name.translate(resumes._LOOKALIKES) in text
        assert one.career[0].title in text
        document.close()
    assert Resume.objects.count() == sum(bool(one.career) for one in APPLICANTS)
