"""Deciding on a slate by the link in its mail, without signing in."""

import uuid
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from intake.models import Brief, Intake, Requirement
from recruiting.accounts.models import (
    Absence,
    Client,
    Delegation,
    Notification,
    User,
)
from recruiting.approvals.models import Candidate, Decision, Question, Slate, Submission, Withdrawal
from recruiting.approvals.models.decisions import held_submission
from recruiting.approvals.notices import SLATE
from recruiting.mailing.signed_links import link_url
from requisitions.models import Requisition
from tests.factories import (
    NOW,
    make_brief,
    make_candidate,
    make_slate,
    make_submission,
    make_user,
)
from tests.queries import counted
from tests.reviewing import entered, page_of, say
from tests.test_every_page import parse_errors
from tests.test_nasty_input import NASTY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CANARY = "Canary Ünique"


@pytest.fixture
def brief(requisition: Requisition) -> Brief:
    return make_brief(requisition)


@pytest.fixture
def pair(requisition: Requisition, brief: Brief, recruiter: User) -> list[Submission]:
    """Two candidates, not sent yet."""
    people = [
        make_candidate(requisition.client, by=recruiter, name=name, headline="Mends pipes",
                       works_at="Pipes and Co", expected_pay="70,000", notice_period="1 month")
        for name in ("Ada First", "Bea Second")
    ]  # fmt: skip
    return [make_submission(requisition, one) for one in people]


@pytest.fixture
def slate(requisition: Requisition, pair: list[Submission]) -> Slate:
    found = make_slate(requisition, *pair, note="Both are free soon.")
    for one in pair:
        one.refresh_from_db()
    return found


@pytest.fixture
def browser(slate: Slate, manager: User) -> Browser:
    return entered(slate, manager)


def withdraw(submission: Submission, by: User) -> None:
    held, current = held_submission(submission)
    Withdrawal.objects.create(submission=current, whose="candidate", by=by, at=NOW)
    current.settle(held, by=by, now=NOW)


def stand_in(manager: User, client: Client) -> User:
    deputy = make_user("dana@acme.example", clients=[client], name="Dana Deputy")
    Delegation.settle(manager, {client.pk: deputy.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), by=manager, now=NOW)
    return deputy


# --- reading and deciding ------------------------------------------------------------------


def test_page_shows_the_first_undecided_candidate_against_the_brief(
    slate: Slate, browser: Browser
) -> None:
    page = page_of(slate, browser)
    assert page.context["item"].shown.called == "Ada First"
    for words in ("Candidate 1 of 2", "Mends pipes", "70,000", "Has done this before.", "Kafka",
                  "Met", "Said so.", "Both are free soon.", "0 of 2 done"):  # fmt: skip
        assert words in page.text, words
    assert "Bea Second" in page.text.split("All 2")[1]
    assert parse_errors(page.content) == []


def test_decision_leads_to_the_next_one_and_at_the_end_to_what_was_decided(
    slate: Slate, pair: list[Submission], browser: Browser
) -> None:
    first, second = pair
    answer = say(first, browser)
    assert (answer.status_code, answer["Location"]) == (
        302, f"/mail/slate/{slate.pk}/?candidate={second.pk}",
    )  # fmt: skip
    page = browser.get(answer["Location"])
    assert "You approved Ada First today, 10:00." in page.text
    assert "until 10:10" in page.text
    answer = say(second, browser, "decline", reason="pay", words="Too much")
    assert answer["Location"] == f"/mail/slate/{slate.pk}/"
    page = browser.get(answer["Location"])
    assert "2 candidates: 1 approved, 1 declined." in page.text
    assert "Pay: Too much" in page.text
    assert parse_errors(page.content) == []
    made = Decision.objects.order_by("verdict")
    assert [(one.verdict, one.by_link, one.reason) for one in made] == [
        ("approve", True, ""), ("decline", True, "pay"),
    ]  # fmt: skip


@pytest.mark.parametrize("answer", ["approve", "decline", "question"])
def test_link_with_an_answer_chooses_it_and_decides_nothing(
    answer: str, slate: Slate, pair: list[Submission], manager: User
) -> None:
    url = link_url(manager, SLATE, slate.pk, now=NOW,
                   shows={"candidate": str(pair[1].pk), "answer": answer})  # fmt: skip
    page = Browser().get(url[url.index("/mail/") :], follow=True)
    assert page.redirect_chain == [
        (f"/mail/slate/{slate.pk}/?candidate={pair[1].pk}&answer={answer}", 302)
    ]
    assert (page.context["item"].shown.called, page.context["answer"]) == ("Bea Second", answer)
    assert ("press Approve to say yes to Bea Second" in page.text) == (answer == "approve")
    assert ("data-review-decline open>" in page.text) == (answer == "decline")
    assert not Decision.objects.exists()


def test_decline_names_a_requirement_of_the_brief_in_force(
    pair: list[Submission], brief: Brief, browser: Browser
) -> None:
    (line,) = brief.content.requirements
    assert say(pair[0], browser, "decline", reason=f"requirement:{line.id}").status_code == 302
    made = Decision.objects.get()
    assert (str(made.requirement), made.text, made.kind) == (line.id, "Kafka", "dealbreaker")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose one reason."),
        ({"reason": "new"}, "Say in a few words what is missing."),
        ({"reason": "requirement:1"}, "The brief has changed"),
        ({"reason": "pay", "words": "x" * 1001}, "This has 1001 characters"),
    ],
)
def test_decline_without_one_good_reason_is_refused_beside_the_form(
    fields: dict[str, str], words: str, pair: list[Submission], browser: Browser
) -> None:
    answer = say(pair[0], browser, "decline", **{"words": "Kept", **fields})
    assert answer.status_code == 422
    assert words in answer.text
    assert "data-review-decline open>" in answer.text
    assert fields.get("words", "Kept") in answer.text
    assert parse_errors(answer.content) == []
    assert not Decision.objects.exists()


def test_undo_is_offered_for_ten_minutes(
    slate: Slate, pair: list[Submission], browser: Browser, clock: TimeMachineFixture
) -> None:
    say(pair[0], browser)
    made = Decision.objects.get()
    url = reverse("decision_undoing_by_mail", args=[slate.pk, pair[0].pk])
    clock.shift(timedelta(minutes=9))
    answer = browser.post(url, {"decision": made.pk})
    assert answer["Location"] == f"/mail/slate/{slate.pk}/?candidate={pair[0].pk}"
    assert browser.get(answer["Location"]).context["item"].is_open
    say(pair[0], browser)
    clock.shift(timedelta(minutes=10))
    again = Decision.objects.get(undone_at=None)
    refused = browser.post(url, {"decision": again.pk})
    assert refused.status_code == 409
    assert "A decision can be taken back for ten minutes, which are over." in refused.text
    assert browser.post(url, {"decision": uuid.UUID(int=1)}).status_code == 404


# --- a new criterion -----------------------------------------------------------------------


def test_new_criterion_is_offered_to_the_brief_and_put_there_once(
    slate: Slate, pair: list[Submission], browser: Browser, recruiter: User,
    requisition: Requisition,
) -> None:  # fmt: skip
    say(pair[0], browser, "decline", reason="new", text="Speaks Dutch")
    page = page_of(slate, browser)
    assert "The brief that both signed on 11 March does not say this." in page.text
    made = Decision.objects.get()
    assert (made.reason, made.text) == ("new", "Speaks Dutch")
    url = reverse("decision_proposal_by_mail", args=[slate.pk, pair[0].pk])
    for _ in range(3):
        assert browser.post(url, {"decision": made.pk}).status_code == 302
    (row,) = Requirement.objects.filter(text="Speaks Dutch")
    assert (row.intake_id, row.kind) == (requisition.pk, "")
    assert "It is in the draft of the brief now." in page_of(slate, browser).text
    words = "Max Manager proposes a new requirement for the brief of Data Engineer"
    told = [one.sentence for one in Notification.objects.visible_to(recruiter)]
    assert told.count(words) == 1
    made.refresh_from_db()
    assert made.undone_at is None


def test_nothing_is_proposed_of_a_decision_that_names_nothing_new(
    slate: Slate, pair: list[Submission], browser: Browser
) -> None:
    say(pair[0], browser, "decline", reason="pay")
    url = reverse("decision_proposal_by_mail", args=[slate.pk, pair[0].pk])
    assert browser.post(url, {"decision": Decision.objects.get().pk}).status_code == 409
    assert Requirement.objects.count() == 1


def test_brief_amended_after_the_slate_gives_its_own_reasons(
    slate: Slate, pair: list[Submission], browser: Browser, brief: Brief, requisition: Requisition,
    recruiter: User,
) -> None:  # fmt: skip
    (old,) = brief.content.requirements
    draft = Intake.objects.get(pk=requisition.pk)
    values = {"text": "Go", "kind": "dealbreaker", "tested_how": "A task", "tested_by": "Max"}
    new = Requirement.add(draft, values, by=recruiter, now=NOW, pk=uuid.uuid4())
    Requirement.objects.get(pk=old.id).remove(by=recruiter, now=NOW)
    make_brief(requisition, recruiter, requisition.manager or recruiter, reason="Market")
    page = page_of(slate, browser)
    assert "The brief was amended on 11 March, after these resumes were sent." in page.text
    refused = say(pair[0], browser, "decline", reason=f"requirement:{old.id}")
    assert refused.status_code == 422
    assert "The brief has changed: choose among the reasons as they are now." in refused.text
    assert say(pair[0], browser, "decline", reason=f"requirement:{new.pk}").status_code == 302
    assert Decision.objects.get().text == "Go"


# --- a question in place of a decision -----------------------------------------------------


def test_question_goes_to_the_recruiter_once_and_waits_for_its_answer(
    slate: Slate, pair: list[Submission], browser: Browser, recruiter: User
) -> None:
    url = reverse("candidate_questions_by_mail", args=[slate.pk, pair[0].pk])
    key = uuid.uuid4()
    for _ in range(3):
        answer = browser.post(url, {"key": key, "text": "Why did she leave?"})
        assert answer["Location"] == f"/mail/slate/{slate.pk}/?candidate={pair[0].pk}"
    assert Question.objects.get().pk == key
    page = browser.get(answer["Location"])
    assert ("Why did she leave?" in page.text, "Not answered yet." in page.text) == (True, True)
    words = "Max Manager asks about a candidate for Data Engineer before deciding"
    told = [one.sentence for one in Notification.objects.visible_to(recruiter)]
    assert told.count(words) == 1
    second = browser.post(url, {"key": uuid.uuid4(), "text": "And where to?"})
    assert second.status_code == 409
    assert "Another question on this candidate waits for its answer." in second.text
    assert "And where to?" in second.text
    assert say(pair[0], browser).status_code == 302


@pytest.mark.parametrize("text", ["", " ", "a\x00b", "x" * 1001])
def test_question_without_words_is_refused_beside_its_field(
    text: str, slate: Slate, pair: list[Submission], browser: Browser
) -> None:
    url = reverse("candidate_questions_by_mail", args=[slate.pk, pair[0].pk])
    answer = browser.post(url, {"key": uuid.uuid4(), "text": text})
    assert (answer.status_code, parse_errors(answer.content)) == (422, [])
    assert "data-review-question open>" in answer.text
    assert not Question.objects.exists()


# --- blind ---------------------------------------------------------------------------------


def test_blind_slate_tells_nothing_of_a_candidate_before_approval(
    requisition: Requisition, recruiter: User, manager: User, acme: Client, brief: Brief
) -> None:
    type(acme).objects.filter(pk=acme.pk).update(blind_review=True)
    requisition.client.refresh_from_db()
    person = make_candidate(
        acme, by=recruiter, name=f"{CANARY} name", headline=f"{CANARY} headline",
        works_at=f"{CANARY} works", links=f"https://{CANARY}.example", source=f"{CANARY} source",
        expected_pay="70,000", notice_period="1 month",
    )  # fmt: skip
    slate = make_slate(
        requisition, make_submission(requisition, person), make_submission(requisition)
    )
    browser, submission = entered(slate, manager), slate.submissions.get(candidate=person)
    for query in ({"candidate": submission.pk}, {"view": "table"}, {}):
        page = page_of(slate, browser, **query)
        assert CANARY not in page.text
        assert person.code in page.text
    assert ("70,000" in page.text, "Has done this before." in page.text) == (True, True)
    say(submission, browser)
    page = page_of(slate, browser, candidate=submission.pk)
    assert (f"{CANARY} name" in page.text, f"{CANARY} works" in page.text) == (True, True)


# --- races ---------------------------------------------------------------------------------


def test_two_tabs_that_say_different_things_get_what_stands_and_a_way_back(
    slate: Slate, pair: list[Submission], browser: Browser
) -> None:
    say(pair[0], browser)
    refused = say(pair[0], browser, "decline", reason="pay", words="Too dear")
    assert refused.status_code == 409
    assert "It was decided otherwise a moment ago, and that stands." in refused.text
    assert "You approved Ada First today, 10:00." in refused.text
    assert "You had written: “Too dear”" in refused.text
    assert reverse("decision_undoing_by_mail", args=[slate.pk, pair[0].pk]) in refused.text
    assert parse_errors(refused.content) == []
    assert Decision.objects.get().verdict == "approve"


def test_same_decision_again_is_the_one_that_stands(
    pair: list[Submission], browser: Browser, manager: User, acme: Client, slate: Slate
) -> None:
    first = [say(pair[0], browser, "decline", reason="pay")["Location"] for _ in range(2)]
    deputy = entered(slate, stand_in(manager, acme))
    again = say(pair[0], deputy, "decline", reason="requirement:gone")
    assert len({*first, again["Location"]}) == 1
    assert Decision.objects.get().by == manager


def test_withdrawn_candidate_is_decided_by_nobody(
    slate: Slate, pair: list[Submission], browser: Browser, recruiter: User
) -> None:
    withdraw(pair[0], recruiter)
    refused = say(pair[0], browser)
    assert refused.status_code == 409
    assert "There is nothing to decide here: withdrawn." in refused.text
    assert page_of(slate, browser).context["item"].shown.called == "Bea Second"
    assert not Decision.objects.exists()


@pytest.mark.parametrize("is_filled", [True, False])
def test_closed_requisition_ends_the_link_in_words(
    is_filled: bool, slate: Slate, pair: list[Submission], browser: Browser, recruiter: User,
    requisition: Requisition,
) -> None:  # fmt: skip
    page_of(slate, browser)
    status = "filled" if is_filled else "cancelled"
    if is_filled:
        Requisition.objects.filter(pk=requisition.pk).update(status="filled")
    else:
        requisition.cancel(by=recruiter, now=NOW, reason="No budget.")
    refused = say(pair[0], browser)
    assert refused.status_code == 409
    assert f"This requisition is {status}" in refused.text
    page = page_of(slate, browser, candidate=pair[0].pk)
    assert f"<h1>This requisition is {status}</h1>" in page.text
    assert ("Mends pipes" in page.text, "<form" in page.text) == (False, False)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("still_watches", [False, True])
def test_replaced_manager_learns_who_decides_and_nothing_of_the_candidates(
    still_watches: bool, slate: Slate, pair: list[Submission], browser: Browser,
    requisition: Requisition, recruiter: User, manager: User, acme: Client,
) -> None:  # fmt: skip
    other = make_user(clients=[acme], name="Nora New")
    requisition.edit({"manager": other}, version=requisition.version, by=recruiter, now=NOW)
    if still_watches:
        requisition.watch(manager, by=recruiter, now=NOW)
    for answer in (page_of(slate, browser), say(pair[0], browser)):
        assert answer.status_code == 403
        assert "You do not decide on these candidates any more: Nora New does." in answer.text
        assert ("Ada" in answer.text, "Mends" in answer.text) == (False, False)
        assert parse_errors(answer.content) == []
    assert not Decision.objects.exists()


def test_manager_who_left_the_client_is_told_nothing(
    slate: Slate, pair: list[Submission], browser: Browser, manager: User, acme: Client, lead: User
) -> None:
    manager.leave(acme, by=lead, now=NOW)
    answer = page_of(slate, browser)
    assert answer.status_code == 403
    assert "You do not decide on these candidates any more." in answer.text
    assert say(pair[0], browser).status_code == 403


def test_stand_in_decides_while_the_manager_is_away_and_no_longer(
    slate: Slate, pair: list[Submission], manager: User, acme: Client, clock: TimeMachineFixture
) -> None:
    deputy = stand_in(manager, acme)
    browser = entered(slate, deputy)
    say(pair[0], browser)
    made = Decision.objects.get()
    assert (made.by, made.in_name_of) == (deputy, manager)
    page = page_of(slate, entered(slate, manager), candidate=pair[0].pk)
    assert "Dana Deputy approved Ada First in place of Max Manager today, 10:00." in page.text
    clock.shift(timedelta(days=1))
    refused = say(pair[1], browser)
    assert refused.status_code == 403
    assert "any more: Max Manager does." in refused.text


def test_erased_candidate_is_nobody_to_decide_on(
    slate: Slate, pair: list[Submission], browser: Browser
) -> None:
    Candidate.objects.filter(pk=pair[0].candidate_id).update(
        name="", headline="", works_at="", links="", erased_at=NOW
    )
    Submission.objects.filter(pk=pair[0].pk).update(pitch="")
    page = page_of(slate, browser, candidate=pair[0].pk)
    code = Candidate.objects.get(pk=pair[0].candidate_id).code
    assert f"Erased candidate {code}" in page.text
    assert "Said so." not in page.text
    refused = say(pair[0], browser)
    assert refused.status_code == 409
    assert "The data of this candidate was erased" in refused.text
    assert not Decision.objects.exists()


def test_two_links_in_one_browser_decide_in_the_name_that_was_read(
    slate: Slate, pair: list[Submission], manager: User, acme: Client
) -> None:
    deputy = stand_in(manager, acme)
    browser = entered(slate, deputy)
    field = f'<input type="hidden" name="reader" value="{deputy.pk}">'
    assert field in page_of(slate, browser).text
    entered(slate, manager, browser)
    refused = say(pair[0], browser, reader=deputy.pk)
    assert (refused.status_code, Decision.objects.count()) == (409, 0)
    assert "Another link was opened in this browser since." in refused.text
    for name in ("decision_undoing", "decision_proposal", "candidate_questions"):
        url = reverse(f"{name}_by_mail", args=[slate.pk, pair[0].pk])
        assert browser.post(url, {"reader": deputy.pk}).status_code == 409, name
    assert say(pair[0], browser, reader=manager.pk).status_code == 302
    assert Decision.objects.get().by == manager


def test_link_closes_when_all_is_decided_and_nothing_can_be_taken_back(
    slate: Slate, pair: list[Submission], browser: Browser, clock: TimeMachineFixture
) -> None:
    for one in pair:
        say(one, browser)
    assert "Look at it again" in page_of(slate, browser).text
    page = page_of(slate, browser, candidate=pair[0].pk)
    assert "Mends pipes" in page.text
    clock.shift(timedelta(minutes=10))
    page = page_of(slate, browser, candidate=pair[0].pk)
    assert "Look at it again" not in page.text
    assert "2 candidates: 2 approved." in page.text
    assert ("Mends pipes" in page.text, "<form" in page.text) == (False, False)
    assert say(pair[0], browser, "decline", reason="pay").status_code == 409
    assert "You approved Ada First today, 10:00." in page.text


def test_link_of_one_slate_opens_no_other(
    slate: Slate, browser: Browser, requisition: Requisition
) -> None:
    other = make_slate(requisition)
    (submission,) = other.submissions.all()
    assert page_of(other, browser).status_code == 404
    assert say(submission, browser).status_code == 404
    mixed = reverse("decision_by_mail", args=[slate.pk, submission.pk])
    assert browser.post(mixed, {"verdict": "approve"}).status_code == 404
    page = page_of(slate, browser, candidate=submission.pk)
    assert page.context["item"].shown.called == "Ada First"


def test_nothing_of_another_client_is_on_the_page(
    slate: Slate, browser: Browser, other_requisition: Requisition
) -> None:
    person = make_candidate(
        other_requisition.client, by=other_requisition.recruiter, name=CANARY, headline=CANARY
    )
    make_slate(other_requisition, make_submission(other_requisition, person, pitch=CANARY))
    for query in ({}, {"view": "table"}):
        assert CANARY not in page_of(slate, browser, **query).text


# --- the same for many ---------------------------------------------------------------------


@pytest.mark.parametrize("query", [{}, {"view": "table"}])
def test_page_costs_the_same_for_1_and_for_60_candidates(
    query: dict[str, str], requisition: Requisition, brief: Brief, manager: User
) -> None:
    def cost(count: int) -> int:
        slate = make_slate(requisition, *(make_submission(requisition) for _ in range(count)))
        browser = entered(slate, manager)
        for one in list(slate.submissions.all())[1:3]:
            one.slate = slate
            say(one, browser)
        return counted(lambda: page_of(slate, browser, **query))

    few = cost(1)
    assert cost(60) == few
    assert few <= 13


@pytest.mark.one_database
def test_nonsense_sent_by_link_is_refused_on_a_valid_page(
    slate: Slate, pair: list[Submission], browser: Browser
) -> None:
    """It needs a link, so the test that sends nonsense everywhere does not come here."""
    names = ("decision", "decision_undoing", "decision_proposal", "candidate_questions")
    for place, value in enumerate(NASTY):
        fields = dict.fromkeys(("verdict", "reason", "text", "words", "key", "decision"), value)
        url = reverse(f"{names[place % 4]}_by_mail", args=[slate.pk, pair[0].pk])
        form = urlencode(fields, errors="surrogatepass")
        answer = browser.generic("POST", url, form, "application/x-www-form-urlencoded")
        assert answer.status_code in (302, 404, 422), (url, value)
        query = urlencode(dict.fromkeys(("candidate", "answer"), value), errors="surrogatepass")
        page = browser.get(f"{reverse('slate_by_mail', args=[slate.pk])}?{query}")
        assert page.status_code == 200, value
    assert not Decision.objects.exists()
