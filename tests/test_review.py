"""The review page of who is signed in, answers to questions, and resumes behind a link."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import User
from recruiting.approvals.models import (
    Candidate,
    Decision,
    Mark,
    Question,
    Resume,
    ResumePage,
    Slate,
    Submission,
)
from recruiting.approvals.notices import ANSWER
from recruiting.mailing.models import Mail
from requisitions.models import Requisition
from tests.factories import NOW, make_brief, make_candidate, make_slate, make_submission
from tests.queries import counted
from tests.reviewing import entered, page_of, say
from tests.test_every_page import parse_errors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
CANARY = "Canary Ünique"


@pytest.fixture
def slate(requisition: Requisition, recruiter: User) -> Slate:
    make_brief(requisition)
    people = [
        make_candidate(requisition.client, by=recruiter, name=name)
        for name in ("Ada First", "Bea Second")
    ]
    return make_slate(requisition, *(make_submission(requisition, one) for one in people))


@pytest.fixture
def first(slate: Slate) -> Submission:
    return slate.submissions.all()[0]


@pytest.fixture
def page(requisition: Requisition) -> str:
    return reverse("review", args=[requisition.pk])


# --- signed in -----------------------------------------------------------------------------


def test_review_gathers_all_slates_in_which_something_is_undecided(
    slate: Slate, requisition: Requisition, manager: User, page: str, sign_in: SignIn,
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    later = make_slate(requisition)
    draft = make_submission(requisition)
    browser = sign_in(manager)

    def shown() -> list[uuid.UUID]:
        found = browser.get(page).context["review"].items
        return [one.submission.pk for one in found]

    of_first, of_later = ([one.pk for one in two.submissions.all()] for two in (slate, later))
    assert shown() == [*of_first, *of_later]
    for one in slate.submissions.all():
        Decision.make(one, "approve", by=manager, now=NOW)
    assert shown() == [*of_first, *of_later]
    clock.shift(timedelta(minutes=10))
    assert shown() == of_later
    found = browser.get(page, {"candidate": str(of_first[0])}).context["review"]
    assert found.current.submission.pk == of_first[0]
    assert draft.pk not in shown()


def test_decision_signed_in_leads_to_the_next_and_needs_no_confirmation(
    slate: Slate, first: Submission, manager: User, page: str, sign_in: SignIn
) -> None:
    browser = sign_in(manager)
    answer = browser.post(reverse("decision", args=[first.pk]), {"verdict": "approve"})
    assert answer["Location"] == f"{page}?candidate={slate.submissions.all()[1].pk}"
    made = Decision.objects.get()
    assert (made.by, made.by_link) == (manager, False)
    answer = browser.post(reverse("decision_undoing", args=[first.pk]), {"decision": made.pk})
    assert answer["Location"] == f"{page}?candidate={first.pk}"
    made.refresh_from_db()
    assert made.undone_at == NOW


def test_review_without_a_slate_says_so(
    requisition: Requisition, manager: User, page: str, sign_in: SignIn
) -> None:
    shown = sign_in(manager).get(page)
    assert "No resume waits for a decision." in shown.text
    assert parse_errors(shown.content) == []


def test_watcher_and_recruiter_read_and_find_no_button(
    slate: Slate, watcher: User, recruiter: User, page: str, sign_in: SignIn
) -> None:
    for user in (watcher, recruiter):
        shown = sign_in(user).get(page)
        assert "Ada First" in shown.text
        assert ("data-review-answers" in shown.text, "data-review-undo" in shown.text) == (
            False, False,
        )  # fmt: skip


def test_blind_review_hides_a_candidate_from_watchers_too(
    requisition: Requisition, recruiter: User, manager: User, watcher: User, page: str,
    sign_in: SignIn,
) -> None:  # fmt: skip
    type(requisition.client).objects.update(blind_review=True)
    requisition.client.refresh_from_db()
    person = make_candidate(requisition.client, by=recruiter, name=CANARY, headline=CANARY,
                            works_at=CANARY, links=f"https://x.example/{CANARY}")  # fmt: skip
    Resume.objects.create(candidate=person, kind="txt", size=1, state="ready", text=CANARY,
                          name=CANARY, by=recruiter, at=NOW)  # fmt: skip
    make_slate(requisition, make_submission(requisition, person))
    for query in ({}, {"view": "table"}):
        told = [CANARY in sign_in(user).get(page, query).text
                for user in (manager, watcher, recruiter)]  # fmt: skip
        assert told == [False, False, True]


def test_link_of_a_candidate_that_leads_nowhere_safe_is_no_link(
    requisition: Requisition, recruiter: User, manager: User, page: str, sign_in: SignIn
) -> None:
    person = make_candidate(requisition.client, by=recruiter, name="Ada",
                            links="javascript:alert(1)\nhttps://ada.example/cv")  # fmt: skip
    make_slate(requisition, make_submission(requisition, person))
    shown = sign_in(manager).get(page)
    assert ("javascript:alert" in shown.text, "https://ada.example/cv" in shown.text) == (
        False, True,
    )  # fmt: skip


def test_table_has_requirements_down_and_candidates_across(
    requisition: Requisition, manager: User, page: str, sign_in: SignIn
) -> None:
    make_brief(requisition)
    both = [make_submission(requisition, marks={"Kafka": mark}) for mark in (Mark.MET, Mark.NOT)]
    make_slate(requisition, *both, make_submission(requisition, marks={"Kafka": Mark.UNKNOWN}))
    shown = sign_in(manager).get(page, {"view": "table"})
    (line,) = shown.context["review"].lines
    assert (line.text, line.heading) == ("Kafka", "Dealbreakers")
    marks = [one.mark for one in line.ratings if one]
    assert marks == [Mark.MET, Mark.NOT, Mark.UNKNOWN]
    assert parse_errors(shown.content) == []


@pytest.mark.parametrize("query", [{}, {"view": "table"}])
def test_review_costs_the_same_for_1_and_for_50_candidates(
    query: dict[str, str], requisition: Requisition, manager: User, page: str, sign_in: SignIn
) -> None:
    browser = sign_in(manager)
    make_slate(requisition)
    browser.get(page)
    few = counted(lambda: browser.get(page, query))
    for _ in range(7):
        make_slate(requisition, *(make_submission(requisition) for _ in range(7)))
    assert counted(lambda: browser.get(page, query)) == few
    assert few <= 13


# --- answering -----------------------------------------------------------------------------


@pytest.fixture
def question(first: Submission, manager: User) -> Question:
    return Question.ask(first, "Why did she leave?", pk=uuid.uuid4(), by=manager, now=NOW)


def test_recruiter_answers_once_and_a_colleague_learns_what_was_sent(
    question: Question, recruiter: User, lead: User, sign_in: SignIn, requisition: Requisition
) -> None:
    url = reverse("question_answer", args=[question.pk])
    assert "Why did she leave?" in sign_in(recruiter).get(url).text
    empty = sign_in(recruiter).post(url, {"answer": " "})
    assert (empty.status_code, "Write your answer." in empty.text) == (422, True)
    sent = sign_in(recruiter).post(url, {"answer": "The team moved."})
    place = f"candidates/#submission-{question.submission_id}"
    assert sent["Location"] == f"{requisition.get_absolute_url()}{place}"
    late = sign_in(lead).post(url, {"answer": "She was bored."})
    assert late.status_code == 409
    for words in ("A colleague was quicker.", "The team moved.", "She was bored."):
        assert words in late.text
    assert parse_errors(late.content) == []
    assert Mail.objects.kind(ANSWER).count() == 1
    question.refresh_from_db()
    assert question.answer == "The team moved."


def test_answer_that_gives_a_blind_candidate_away_is_not_sent_unseen(
    requisition: Requisition, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    type(requisition.client).objects.update(blind_review=True)
    requisition.client.refresh_from_db()
    person = make_candidate(requisition.client, by=recruiter, name="Ada First", works_at="Acme")
    submission = make_slate(requisition, make_submission(requisition, person)).submissions.get()
    asked = Question.ask(submission, "Why?", pk=uuid.uuid4(), by=manager, now=NOW)
    browser, url = sign_in(recruiter), reverse("question_answer", args=[asked.pk])
    answer = browser.post(url, {"answer": "Because ada can."})
    assert answer.status_code == 422
    assert "The answer names ada" in answer.text
    assert "Because ada can." in answer.text
    assert not parse_errors(answer.content)
    assert not Mail.objects.kind(ANSWER).exists()
    assert browser.post(url, {"answer": "Because ada can.", "sure": "on"}).status_code == 302
    asked.refresh_from_db()
    assert asked.answer == "Because ada can."


def test_answer_stands_on_the_page_of_the_manager(
    question: Question, recruiter: User, manager: User, page: str, sign_in: SignIn
) -> None:
    question.give_answer("The team moved.", by=recruiter, now=NOW)
    assert "The team moved." in sign_in(manager).get(page).text


# --- resumes behind a link -----------------------------------------------------------------


@pytest.fixture
def resume(first: Submission, recruiter: User) -> Resume:
    made = Resume(candidate=first.candidate, kind="pdf", size=4, state="ready", page_count=1,
                  name="ada.pdf", by=recruiter, at=NOW)  # fmt: skip
    made.file.save(f"resumes/{made.pk}/original", ContentFile(b"%PDF"), save=False)
    made.save(force_insert=True)
    page = ResumePage(resume=made, number=1, width=10, height=10)
    page.file.save(f"resumes/{made.pk}/1", ContentFile(b"webp"))
    Submission.objects.filter(pk=first.pk).update(resume=made)
    return made


def _paths(slate: Slate, first: Submission) -> tuple[str, str]:
    return (
        reverse("resume_by_mail", args=[slate.pk, first.pk]),
        reverse("resume_page_by_mail", args=[slate.pk, first.pk, 1]),
    )


def test_resume_is_read_and_saved_behind_the_link_alone(
    slate: Slate, first: Submission, resume: Resume, manager: User
) -> None:
    browser, (original, image) = entered(slate, manager), _paths(slate, first)
    assert f'src="{image}"' in page_of(slate, browser).text
    answer = browser.get(original)
    assert answer["Content-Disposition"] == 'attachment; filename="ada.pdf"'
    assert answer.getvalue() == b"%PDF"
    assert browser.get(image).getvalue() == b"webp"
    assert [Browser().get(path).status_code for path in (original, image)] == [404, 404]


def test_resume_closes_with_its_link(
    slate: Slate, first: Submission, resume: Resume, manager: User, clock: TimeMachineFixture
) -> None:
    browser, paths = entered(slate, manager), _paths(slate, first)
    for one in slate.submissions.all():
        say(one, browser)
    assert [browser.get(path).getvalue() for path in paths] == [b"%PDF", b"webp"]
    clock.shift(timedelta(minutes=10))
    assert [browser.get(path).status_code for path in paths] == [404, 404]


def test_resume_of_a_veiled_or_erased_candidate_is_not_there(
    slate: Slate, first: Submission, resume: Resume, manager: User
) -> None:
    browser, paths = entered(slate, manager), _paths(slate, first)
    Slate.objects.filter(pk=slate.pk).update(is_blind=True)
    assert [browser.get(path).status_code for path in paths] == [404, 404]
    Slate.objects.filter(pk=slate.pk).update(is_blind=False)
    Candidate.objects.filter(pk=first.candidate_id).update(erased_at=NOW)
    assert [browser.get(path).status_code for path in paths] == [404, 404]
