"""The page of one submission, as each side sees and uses it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from recruiting.accounts.models import Absence, Delegation, User, WorkingCard
from recruiting.approvals.models import (
    Decision,
    Feedback,
    Interview,
    Offer,
    Parking,
    Round,
    Submission,
    Terms,
    Withdrawal,
)
from requisitions.models import Requisition
from tests.factories import NOW, make_candidate, make_slate, make_submission, make_user
from tests.queries import counted

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database,
    pytest.mark.usefixtures("clock"),
]
SignIn = Callable[[User], Browser]
KEY = str(uuid.UUID(int=9))
WHEN = {"round": "First interview", "day": "2026-03-12", "hour": "14:00", "minutes": "45"}
INVITE = {**WHEN, "key": KEY, "act": "invite", "place": "Room 4", "who": ""}


@pytest.fixture
def submission(requisition: Requisition, recruiter: User, manager: User) -> Submission:
    candidate = make_candidate(
        requisition.client, by=recruiter, name="Ada Canary", headline="Engineer",
        works_at="Nordbank", links="https://ada.example/cv", expected_pay="70,000",
    )  # fmt: skip
    made = make_submission(requisition, candidate)
    make_slate(requisition, made)
    Decision.make(made, "approve", by=manager, now=NOW)
    return Submission.objects.get(pk=made.pk)


def path(submission: Submission, *parts: str) -> str:
    return "/".join(["/submissions", str(submission.pk), *parts, ""])


def log(submission: Submission, by: User) -> Interview:
    before = Round(NOW - timedelta(days=1), 60, "", "First interview")
    return Interview.log(submission, before, pk=uuid.uuid4(), by=by, now=NOW)


def test_both_read_where_it_stands_and_how_it_came_so_far(
    submission: Submission, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    log(submission, recruiter)
    for person, names in ((recruiter, "Max Manager"), (manager, "Rosa Recruiter")):
        page = sign_in(person).get(path(submission)).text
        assert "<h1>Ada Canary</h1>" in page
        assert (
            "The first interview took place yesterday. Waiting for Max Manager to say how" in page
        )
        assert f"<b>{names}</b>" in page
        assert "https://ada.example/cv" in page


def test_manager_is_asked_first_and_recruiter_acts(
    submission: Submission, recruiter: User, manager: User, watcher: User, sign_in: SignIn
) -> None:
    log(submission, recruiter)
    asked, acts = "How was the interview with Ada Canary?", "Record an offer"
    seen = {person: sign_in(person).get(path(submission)).text
            for person in (manager, recruiter, watcher)}  # fmt: skip
    assert [asked in page for page in seen.values()] == [True, False, False]
    assert [acts in page for page in seen.values()] == [False, True, False]


def test_blind_page_tells_a_code_and_nothing_else(
    requisition: Requisition, recruiter: User, manager: User, watcher: User, sign_in: SignIn
) -> None:
    requisition.client.blind_review = True
    requisition.client.save()
    candidate = make_candidate(
        requisition.client, by=recruiter, name="Ada Canary", headline="Canary line",
        works_at="Canary Ltd", links="https://canary.example", source="Canary",
    )  # fmt: skip
    made = make_submission(requisition, candidate)
    make_slate(requisition, made)
    Parking.park(made, by=recruiter, now=NOW)
    for person in (manager, watcher):
        page = sign_in(person).get(path(made)).text
        assert f"Candidate {candidate.code}" in page
        assert "canary" not in page.lower()
    assert "Ada Canary" in sign_in(recruiter).get(path(made)).text


def test_draft_is_seen_by_recruiters_and_nothing_is_done_with_it(
    requisition: Requisition, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    draft = make_submission(requisition)
    assert sign_in(manager).get(path(draft)).status_code == 404
    browser = sign_in(recruiter)
    assert "Not sent yet." in browser.get(path(draft)).text
    for act in ("interviews", "offers", "parking", "withdrawal"):
        assert browser.post(path(draft, act), {}).status_code == 404


# --- interviews ----------------------------------------------------------------------------


def test_form_sent_ten_times_invites_once(
    submission: Submission, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    for _ in range(10):
        assert browser.post(path(submission, "interviews"), INVITE).status_code == 302
    interview = Interview.objects.get()
    assert (interview.begins_at.isoformat(), interview.place) == (
        "2026-03-12T14:00:00+00:00", "Room 4",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"day": ""}, "Choose a day."),
        ({"hour": "25:99"}, "This is not a time."),
        ({"minutes": "5"}, "at least 10 minutes"),
        ({"day": "2026-03-10"}, "This time is over."),
        ({"act": "record"}, "This is still to come."),
        ({"round": ""}, "This field is required."),
        ({"day": "2026-03-29", "hour": "02:30"}, "does not come on Sun 29 Mar in Berlin"),
        ({"day": "2026-10-25", "hour": "02:30"}, "comes twice on Sun 25 Oct in Berlin"),
    ],
)
def test_refused_interview_keeps_what_was_typed(
    said: dict[str, str], refused: str, submission: Submission, recruiter: User, sign_in: SignIn
) -> None:
    WorkingCard.objects.filter(user=recruiter).update(zone="Europe/Berlin")
    sent = {**INVITE, "place": "Kept room", **said}
    answer = sign_in(recruiter).post(path(submission, "interviews"), sent)
    assert answer.status_code == 422
    assert refused in answer.text
    assert "Kept room" in answer.text
    assert not Interview.objects.exists()


def test_time_outside_of_working_hours_is_meant_when_it_is_sent_again(
    submission: Submission, recruiter: User, sign_in: SignIn
) -> None:
    browser, late = sign_in(recruiter), {**INVITE, "hour": "22:00"}
    answer = browser.post(path(submission, "interviews"), late)
    assert (answer.status_code, "Outside of working hours" in answer.text) == (422, True)
    sure = {**late, "sure": "2026-03-12T22:00:00+00:00 45"}
    assert browser.post(path(submission, "interviews"), sure).status_code == 302


def test_stale_interview_is_shown_as_it_stands(
    submission: Submission, recruiter: User, sign_in: SignIn
) -> None:
    wanted = Round(NOW + timedelta(days=1), 60, "Room 1", "First interview")
    interview = Interview.schedule(submission, wanted, pk=uuid.uuid4(), by=recruiter, now=NOW)
    browser, moving = sign_in(recruiter), f"/interviews/{interview.pk}/moving/"
    assert browser.post(moving, {**INVITE, "sequence": "0"}).status_code == 302
    answer = browser.post(moving, {**INVITE, "place": "Mine", "sequence": "0"})
    assert (answer.status_code, "Mine" in answer.text, "Room 4" in answer.text) == (409, True, True)
    off = {"sequence": "1", "reason": "Ill"}
    assert browser.post(f"/interviews/{interview.pk}/cancellation/", off).status_code == 302
    answer = browser.post(moving, {**INVITE, "place": "Mine", "sequence": "1"})
    assert (answer.status_code, "for a new one" in answer.text, "Mine" in answer.text) == (
        409, True, True,
    )  # fmt: skip


def test_interview_that_is_over_asks_whether_it_took_place(
    submission: Submission, recruiter: User, sign_in: SignIn, clock: Any
) -> None:
    wanted = Round(NOW + timedelta(hours=1), 60, "", "First interview")
    interview = Interview.schedule(submission, wanted, pk=uuid.uuid4(), by=recruiter, now=NOW)
    browser = sign_in(recruiter)
    early = browser.post(f"/interviews/{interview.pk}/held/")
    assert (early.status_code, "still to come" in early.text) == (409, True)
    clock.shift(timedelta(hours=3))
    assert "Did the first interview take place?" in browser.get(path(submission)).text
    assert browser.post(f"/interviews/{interview.pk}/held/").status_code == 302
    assert browser.post(f"/interviews/{interview.pk}/held/undoing/").status_code == 302
    interview.refresh_from_db()
    assert interview.held_at is None


# --- feedback ------------------------------------------------------------------------------


def test_manager_says_how_it_was_and_takes_it_back(
    submission: Submission, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    interview, browser = log(submission, recruiter), sign_in(manager)
    place = f"/interviews/{interview.pk}/feedback/"
    kept = browser.post(place, {"verdict": "stop", "text": "Kept words"})
    assert (kept.status_code, "Choose one reason." in kept.text) == (422, True)
    assert "Kept words" in kept.text
    assert browser.post(place, {"verdict": "on", "text": "Clear"}).status_code == 302
    assert browser.post(place, {"verdict": "unsure"}).status_code == 409
    page = browser.get(path(submission)).text
    assert "Take back what you said" in page
    assert "<b>You</b> want to go on after the first interview" in page
    assert browser.post(f"{place}undoing/").status_code == 302
    assert not Feedback.objects.exists()


# --- offers --------------------------------------------------------------------------------


def test_offer_is_answered_and_taken_back(
    submission: Submission, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    made = {"made_on": "2026-03-11", "terms": "80,000", "answer_by": "2026-03-13", "key": KEY}
    for _ in range(3):
        assert browser.post(path(submission, "offers"), made).status_code == 302
    offer = Offer.objects.get()
    no = {"answer": "declined", "answered_on": "2026-03-11", "words": "Kept words"}
    answer = browser.post(f"/offers/{offer.pk}/answer/", no)
    assert (answer.status_code, "Choose the candidate’s reason." in answer.text) == (422, True)
    assert "Kept words" in answer.text
    yes = {"answer": "accepted", "because": "", "answered_on": "2026-03-11"}
    assert browser.post(f"/offers/{offer.pk}/answer/", yes).status_code == 302
    assert "The offer was accepted today." in browser.get(path(submission)).text
    assert browser.post(f"/offers/{offer.pk}/undoing/").status_code == 409
    assert browser.post(f"/offers/{offer.pk}/answer/undoing/").status_code == 302
    assert browser.post(f"/offers/{offer.pk}/undoing/").status_code == 302
    assert "Approved today." in browser.get(path(submission)).text


def test_acceptance_too_many_is_refused_beside_the_answer(
    submission: Submission, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    other = make_slate(submission.requisition).submissions.get()
    Decision.make(other, "approve", by=manager, now=NOW)
    browser = sign_in(recruiter)
    codes = []
    for one in (submission, other):
        browser.post(path(one, "offers"), {"made_on": "2026-03-11", "key": str(one.pk)})
    for offer in Offer.objects.order_by("at", "pk"):
        yes = {"answer": "accepted", "answered_on": "2026-03-11"}
        answer = browser.post(f"/offers/{offer.pk}/answer/", yes)
        codes.append(answer.status_code)
    assert codes == [302, 422]
    assert "Raise the openings first." in answer.text


# --- set aside -----------------------------------------------------------------------------


def test_on_hold_and_withdrawn_and_back(
    submission: Submission, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    assert browser.post(path(submission, "parking"), {"reason": "Until May"}).status_code == 302
    assert "On hold since today." in browser.get(path(submission)).text
    assert browser.post(path(submission, "parking", "ending")).status_code == 302
    gone = {"whose": "candidate", "reason": "Stays where she is"}
    assert browser.post(path(submission, "withdrawal"), gone).status_code == 302
    page = sign_in(manager).get(path(submission)).text
    assert "The candidate withdrew today." in page
    assert "Stays where she is" in page
    assert browser.post(path(submission, "parking"), {}).status_code == 409
    assert browser.post(path(submission, "withdrawal", "undoing")).status_code == 302
    assert Withdrawal.objects.get().undone_by == recruiter


def test_page_costs_the_same_with_one_step_and_with_many(
    submission: Submission, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    log(submission, recruiter)
    before = counted(lambda: browser.get(path(submission)))
    for minute in range(9):
        now = NOW + timedelta(minutes=minute)
        interview = log(submission, recruiter)
        Feedback.give(interview, "on", by=manager, now=now)
        Parking.park(submission, by=recruiter, now=now)
        Parking.end(submission, by=recruiter, now=now)
        Withdrawal.withdraw(submission, whose="recruiter", by=recruiter, now=now)
        Withdrawal.undo(submission, by=recruiter, now=now)
    after = counted(lambda: browser.get(path(submission)))
    assert (before, after) == (14, 14)


def test_stand_in_is_named_with_whom_he_stands_in_for(
    submission: Submission, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    client = submission.requisition.client
    deputy = make_user(clients=[client], name="Dana Deputy")
    Delegation.settle(manager, {client.pk: deputy.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date() + timedelta(days=3), by=manager, now=NOW)
    place = f"/interviews/{log(submission, recruiter).pk}/feedback/"
    assert sign_in(deputy).post(place, {"verdict": "on"}).status_code == 302
    page = sign_in(recruiter).get(path(submission)).text
    assert "<b>Dana Deputy for Max Manager</b> wants to go on" in page


def test_old_forms_with_something_new_in_them_are_no_double_clicks(
    submission: Submission, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    offer = {"key": KEY, "made_on": "2026-03-11", "terms": "70,000", "answer_by": ""}
    for parts, form, new in (
        ("interviews", INVITE, {"hour": "15:00"}), ("offers", offer, {"terms": "80,000"})
    ):  # fmt: skip
        for _ in range(2):
            assert browser.post(path(submission, parts), form).status_code == 302
        refused = browser.post(path(submission, parts), {**form, **new})
        assert refused.status_code == 422
        assert "said something else then" in refused.text
        assert next(iter(new.values())) in refused.text
        assert f'name="key" value="{KEY}"' not in refused.text
    assert Interview.objects.get().begins_at.hour == 14
    assert Offer.objects.get().terms == "70,000"


def test_second_question_from_an_old_form_is_not_taken_for_the_first(
    requisition: Requisition, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    one = make_slate(requisition).submissions.get()
    browser = sign_in(manager)
    for _ in range(2):
        asked = browser.post(path(one, "questions"), {"key": KEY, "text": "Any Kafka?"})
        assert asked.status_code == 302
    refused = browser.post(path(one, "questions"), {"key": KEY, "text": "And Go?"})
    assert refused.status_code == 409
    assert "You had written: “And Go?”" in refused.text
    one.questions.get().give_answer("Yes", by=recruiter, now=NOW)
    refused = browser.post(path(one, "questions"), {"key": KEY, "text": "And Go?"})
    assert refused.status_code == 422
    key = refused.context["question_form"]["key"].value()
    assert browser.post(path(one, "questions"), {"key": key, "text": "And Go?"}).status_code == 302
    assert [said.text for said in one.questions.all()] == ["Any Kafka?", "And Go?"]


def test_another_answer_to_an_offer_that_has_one_is_not_thanked_for(
    submission: Submission, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    made = Offer.make(submission, Terms(NOW.date()), pk=uuid.uuid4(), by=recruiter, now=NOW)
    url = f"/offers/{made.pk}/answer/"
    answer = {"answer": "declined", "because": "pay", "words": "", "answered_on": "2026-03-11"}
    for _ in range(2):
        assert browser.post(url, answer).status_code == 302
    assert browser.post(url, {**answer, "because": "role"}).status_code == 409
    made.refresh_from_db()
    assert made.because == "pay"


def test_edge_of_the_page_is_that_of_who_holds_the_ball(
    submission: Submission, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    browser, requisition = sign_in(recruiter), submission.requisition
    log(submission, recruiter)
    assert 'data-ball="manager"' in browser.get(path(submission)).text
    Offer.make(submission, Terms(NOW.date()), pk=uuid.uuid4(), by=recruiter, now=NOW)
    assert 'data-ball="recruiter"' in browser.get(path(submission)).text
    requisition.put_on_hold(by=recruiter, now=NOW, reason="The budget is not approved yet.")
    assert "data-ball" not in browser.get(path(submission)).text
