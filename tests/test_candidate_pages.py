"""The pages on which a recruiter writes candidates down, and both read where they stand."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from intake.models import Intake, Requirement
from recruiting.accounts.models import Client, User
from recruiting.approvals.candidate_list import marks_words, sentence
from recruiting.approvals.models import Decision, Question, Rating, Submission, Why
from recruiting.approvals.requirements import asked_of
from recruiting.approvals.states import State
from requisitions.models import Requisition
from tests.factories import (
    NOW,
    make_brief,
    make_candidate,
    make_requisition,
    make_slate,
    make_submission,
)
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SignIn = Callable[[User], Browser]


def page(name: str, thing: Any) -> str:
    return reverse(name, args=[thing.pk])


def typed(requisition: Requisition, **values: Any) -> dict[str, Any]:
    """The form of a new candidate as a browser sends it."""
    return {
        "key": str(uuid.uuid4()), "version": 0, "candidate_version": 0, "who": "",
        "brief": asked_of(requisition).number, "name": "Maria Kovač", "headline": "",
        "works_at": "", "links": "", "source": "", "expected_pay": "", "notice_period": "",
        "pitch": "", **values,
    }  # fmt: skip


@pytest.fixture
def kafka(requisition: Requisition) -> str:
    """The id of the one requirement of the brief in force."""
    make_brief(requisition)
    return asked_of(requisition).lines[0].id


# --- a new one -------------------------------------------------------------------------------


def test_form_saves_a_draft_and_opens_the_next(
    requisition: Requisition, kafka: str, recruiter: User, sign_in: SignIn
) -> None:
    form = typed(requisition, pitch="Good.", links="x.example/m\nhttp://y.example", then="another")
    form |= {f"mark-{kafka}": "partly", f"evidence-{kafka}": "Two years"}
    answer = sign_in(recruiter).post(page("candidate_new", requisition), form)
    assert (answer.status_code, answer["Location"]) == (302, page("candidate_new", requisition))
    made = Submission.objects.get()
    assert (str(made.pk), made.pitch, made.state) == (form["key"], "Good.", State.DRAFT)
    assert made.candidate.addresses == ["https://x.example/m", "http://y.example"]
    assert [(one.mark, one.evidence) for one in made.ratings.all()] == [("partly", "Two years")]


def test_page_without_a_brief_offers_the_intake(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    shown = sign_in(recruiter).get(page("candidate_new", requisition)).text
    assert "There is no signed brief yet" in shown
    assert f'href="{page("intake", requisition)}"' in shown


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"name": ""}, "This field is required."),
        ({"links": "javascript:alert(1)"}, "is no address of a page"),
        ({"links": "https://ok.example\nftp://x.example"}, "“ftp://x.example” is no address"),
        ({"pitch": "x" * 601}, "601 characters; at most 600"),
        ({"headline": "a\x00b"}, "control character"),
    ],
)
def test_refusal_stands_beside_the_field_and_nothing_is_lost(
    values: dict[str, str], why: str, requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    form = typed(requisition, expected_pay="A canary") | values
    answer = sign_in(recruiter).post(page("candidate_new", requisition), form)
    assert answer.status_code == 422
    assert why in answer.text
    assert "A canary" in answer.text
    assert not Submission.objects.exists()


def test_evidence_for_a_requirement_that_was_taken_out_meanwhile_is_not_lost(
    requisition: Requisition, kafka: str, recruiter: User, sign_in: SignIn
) -> None:
    form = typed(requisition) | {f"mark-{kafka}": "met", f"evidence-{kafka}": "Ran it"}
    intake = Intake.objects.get(pk=requisition.pk)
    values = {"text": "SQL", "kind": "dealbreaker", "tested_how": "A task", "tested_by": "Max"}
    Requirement.add(intake, values, by=recruiter, now=NOW, pk=uuid.uuid4())
    intake.requirements.get(text="Kafka").remove(by=recruiter, now=NOW)
    make_brief(requisition, reason="Other needs.")
    browser = sign_in(recruiter)
    answer = browser.post(page("candidate_new", requisition), form)
    assert answer.status_code == 409
    assert "No longer asked for, you wrote: Ran it" in answer.text
    assert not Submission.objects.exists()
    again = {**form, "brief": answer.context["form"]["brief"].value()}
    assert browser.post(page("candidate_new", requisition), again).status_code == 302


def test_same_person_is_refused_kindly_with_where_it_stands(
    requisition: Requisition, acme: Client, recruiter: User, sign_in: SignIn
) -> None:
    sent = make_submission(requisition, make_candidate(acme, by=recruiter, name="maria kovac"))
    make_slate(requisition, sent)
    browser = sign_in(recruiter)
    form = typed(requisition)
    answer = browser.post(page("candidate_new", requisition), form)
    assert answer.status_code == 422
    assert "waiting for a decision. Once is enough" in answer.text
    assert f"#submission-{sent.pk}" in answer.text
    answer = browser.post(page("candidate_new", requisition), {**form, "who": "another"})
    assert answer.status_code == 302


def test_details_of_another_requisition_are_offered_and_used(
    requisition: Requisition, acme: Client, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    other = make_requisition(acme, recruiter=recruiter, manager=manager, title="Analyst")
    maria = make_candidate(acme, by=recruiter, name="Maria Kovač", headline="Engineer")
    make_slate(other, make_submission(other, maria))
    browser = sign_in(recruiter)
    form = typed(requisition, pitch="Again.", headline="Lead engineer")
    answer = browser.post(page("candidate_new", requisition), form)
    assert "Sent for Analyst on 11 Mar 2026: waiting for a decision." in answer.text
    form["who"] = str(maria.pk)
    answer = browser.post(page("candidate_new", requisition), form)
    assert (answer.status_code, "Engineer" in answer.text) == (409, True)
    form |= {"candidate_version": 1, "take": "headline"}
    assert browser.post(page("candidate_new", requisition), form).status_code == 302
    made = requisition.submissions.get()
    assert (made.candidate, made.candidate.headline, made.pitch) == (maria, "Engineer", "Again.")


def test_candidate_of_another_client_is_nobody(
    requisition: Requisition,
    other_requisition: Requisition,
    recruiter: User,
    other_recruiter: User,
    sign_in: SignIn,
) -> None:
    theirs = make_candidate(
        other_requisition.client, by=other_recruiter, name="Maria Kovač", headline="Canary"
    )
    browser = sign_in(recruiter)
    form = typed(requisition, who=str(theirs.pk))
    assert browser.post(page("candidate_new", requisition), form).status_code == 404
    answer = browser.post(page("candidate_new", requisition), typed(requisition))
    assert answer.status_code == 302


# --- a draft, and who was sent ---------------------------------------------------------------


def test_stale_save_shows_both_texts_and_lets_one_choose(
    requisition: Requisition, kafka: str, recruiter: User, lead: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    form = typed(requisition, pitch="First") | {f"mark-{kafka}": "met", f"evidence-{kafka}": ""}
    browser.post(page("candidate_new", requisition), form)
    made = Submission.objects.get()
    seen = {"version": 1, "candidate_version": 1}
    theirs = {**form, **seen, "pitch": "Theirs", f"mark-{kafka}": "not", "name": "Mária Kovač"}
    assert sign_in(lead).post(page("submission_edit", made), theirs).status_code == 302
    mine = {**form, **seen, "pitch": "Mine", f"evidence-{kafka}": "Mine too"}
    answer = browser.post(page("submission_edit", made), mine)
    assert answer.status_code == 409
    shown = dict(answer.context["form"].theirs)
    assert shown == {"pitch": "Theirs", f"rating-{kafka}": "Not met", "name": "Mária Kovač"}
    versions = {name: answer.context["form"][name].value() for name in seen}
    settled = {**mine, **versions, "take": [f"rating-{kafka}", "name"]}
    assert browser.post(page("submission_edit", made), settled).status_code == 302
    made.refresh_from_db()
    assert (made.pitch, made.candidate.name) == ("Mine", "Mária Kovač")
    assert [(one.mark, one.evidence) for one in made.ratings.all()] == [("not", "")]


def test_page_of_a_draft_says_what_an_amendment_changed(
    requisition: Requisition, kafka: str, recruiter: User, sign_in: SignIn
) -> None:
    draft = make_submission(requisition)
    intake = Intake.objects.get(pk=requisition.pk)
    values = {"text": "SQL", "kind": "dealbreaker", "tested_how": "A task", "tested_by": "Max"}
    Requirement.add(intake, values, by=recruiter, now=NOW, pk=uuid.uuid4())
    make_brief(requisition, reason="More.")
    shown = sign_in(recruiter).get(page("submission_edit", draft))
    assert shown.context["changed"] == ["New, and not rated yet: SQL."]
    assert shown.context["form"].initial[f"mark-{kafka}"] == "met"


def test_of_who_was_sent_only_the_details_change(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    sent = make_submission(requisition, pitch="As it was.")
    make_slate(requisition, sent)
    form = typed(requisition, candidate_version=1, name="Maria K.", pitch="Other")
    answer = sign_in(recruiter).post(page("submission_edit", sent), form)
    assert answer.status_code == 302
    sent.refresh_from_db()
    assert (sent.candidate.name, sent.pitch) == ("Maria K.", "As it was.")


def test_removal_offers_an_undo_and_names_nobody(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    draft = make_submission(requisition, make_candidate(requisition.client, by=recruiter,
                                                        name="Canary"))  # fmt: skip
    browser = sign_in(recruiter)
    answer = browser.post(page("submission_removal", draft), follow=True)
    assert page("submission_return", draft) in answer.text
    assert "Canary" not in answer.text
    assert browser.get(page("submission_edit", draft)).status_code == 404
    browser.post(page("submission_return", draft))
    assert Submission.objects.drafts().get() == draft


# --- the list --------------------------------------------------------------------------------


def test_list_groups_candidates_by_where_they_stand(
    requisition: Requisition, kafka: str, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    draft, waiting, approved, declined = (make_submission(requisition) for _ in range(4))
    make_slate(requisition, waiting, approved, declined)
    Decision.make(approved, "approve", by=manager, now=NOW)
    why = Why("requirement", uuid.UUID(kafka), "Kafka", "dealbreaker")
    Decision.make(declined, "decline", why, by=manager, now=NOW)
    groups = [
        (State.WAITING, [waiting.pk], ["Sent on 11 Mar"]),
        (State.APPROVED, [approved.pk], ["Approved on 11 Mar"]),
        (State.DECLINED, [declined.pk], ["Declined on 11 Mar: Kafka"]),
    ]
    for reader, seen in (
        (manager, groups),
        (recruiter, [(State.DRAFT, [draft.pk], ["Begun on 11 Mar"]), *groups]),
    ):
        shown = sign_in(reader).get(page("candidates", requisition)).context["page"]
        found = [(one.state, [row.pk for row in one.rows], [row.stands for row in one.rows])
                 for one in shown.groups]  # fmt: skip
        assert found == seen


def test_decline_is_told_whenever_the_approval_was(
    requisition: Requisition, manager: User, sign_in: SignIn
) -> None:
    """Two clocks may differ, and two records have one instant: a decline that stands is the last
    word all the same."""
    sent = make_submission(requisition)
    make_slate(requisition, sent)
    Decision.make(sent, "approve", by=manager, now=NOW)
    before = NOW - timedelta(seconds=1)
    Decision.make(sent, "decline", Why("pay"), stage="interview", by=manager, now=before)
    (group,) = sign_in(manager).get(page("candidates", requisition)).context["page"].groups
    assert [row.stands for row in group.rows] == ["Declined after an interview on 11 Mar: pay"]


def test_open_question_stands_in_the_list(
    requisition: Requisition, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    asked = make_submission(requisition)
    make_slate(requisition, asked)
    Question.objects.create(submission=asked, text="Canary?", by=manager, at=NOW)
    shown = sign_in(recruiter).get(page("candidates", requisition))
    assert [row.stands for row in shown.context["page"].groups[0].rows] == [
        "A question since 11 Mar"
    ]
    assert "Canary" not in shown.text


def test_blind_candidate_is_a_code_to_the_manager_until_she_is_approved(
    requisition: Requisition, acme: Client, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    acme.blind_review = True
    acme.save()
    person = make_candidate(acme, by=recruiter, name="Canary Name", headline="Canary headline",
                            works_at="Canary employer", links="https://canary.example",
                            source="Canary source")  # fmt: skip
    sent = make_submission(requisition, person)
    make_slate(requisition, sent)
    shown = sign_in(manager).get(page("candidates", requisition)).text
    assert "canary" not in shown.lower()
    assert f"Candidate {person.code}" in shown
    assert "Canary Name" in sign_in(recruiter).get(page("candidates", requisition)).text
    Decision.make(sent, "approve", by=manager, now=NOW)
    assert "Canary Name" in sign_in(manager).get(page("candidates", requisition)).text


def test_empty_list_teaches_the_next_step(
    requisition: Requisition, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    assert "Add a candidate" in sign_in(recruiter).get(page("candidates", requisition)).text
    assert "Resumes come here" in sign_in(manager).get(page("candidates", requisition)).text


@pytest.mark.parametrize(("reader", "costs"), [("recruiter", 14), ("manager", 13)])
def test_list_costs_the_same_for_one_and_for_fifty(
    reader: str,
    costs: int,
    requisition: Requisition,
    kafka: str,
    recruiter: User,
    manager: User,
    sign_in: SignIn,
) -> None:
    browser = sign_in({"recruiter": recruiter, "manager": manager}[reader])
    make_submission(requisition)
    slate = make_slate(requisition)

    def fetched() -> int:
        return counted(lambda: browser.get(page("candidates", requisition)))

    fetched()
    few = fetched()
    for _ in range(25):
        make_submission(requisition)
    rest = [make_submission(requisition) for _ in range(24)]
    Submission.objects.filter(pk__in=[one.pk for one in rest]).update(
        slate=slate, state=State.WAITING
    )
    assert (few, fetched()) == (costs, costs)


def test_one_sentence_says_how_many_stand_where() -> None:
    counts = {State.WAITING: 3, State.INTERVIEWING: 2, State.DECLINED: 3, State.WITHDRAWN: 1}
    assert sentence(counts) == "3 waiting for a decision, 2 in interviews, 4 went no further."
    assert sentence({}) == ""


def test_marks_are_counted_in_words() -> None:
    ratings = [Rating(mark=mark) for mark in ("met", "unknown", "met", "not")]
    assert marks_words(ratings) == "2 met, 1 not met, 1 not known"
