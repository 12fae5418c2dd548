"""What goes out by mail of a slate: the slate, answers to questions, and word of decisions made by
its links."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Absence, Client, Delegation, Notification, Role, User
from recruiting.approvals.models import (
    AlreadyAnswered,
    Candidate,
    Decision,
    DecisionContest,
    Mark,
    Question,
    Rating,
    Slate,
    Submission,
    Why,
)
from recruiting.approvals.notices import ANSWER, DECIDED, SLATE, quarter
from recruiting.approvals.slate_asking import materialise
from recruiting.approvals.slate_mails import (
    HTML_MAX,
    render_answers,
    render_confirmations,
    render_slates,
    still_deciding,
)
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail, State
from requisitions.models import Requisition
from tests.factories import (
    NOW,
    make_brief,
    make_candidate,
    make_requisition,
    make_slate,
    make_submission,
    make_user,
)
from tests.queries import counted
from tests.reviewing import all_rows, entered, links_in, page_of, say, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CANARY = "Canary Ünique"


@pytest.fixture
def slate(requisition: Requisition, recruiter: User) -> Slate:
    """Two candidates, sent with a note."""
    make_brief(requisition)
    people = [
        make_candidate(requisition.client, by=recruiter, name=name, headline="Mends pipes",
                       works_at="Pipes and Co", expected_pay="70,000", notice_period="1 month")
        for name in ("Ada First", "Bea Second")
    ]  # fmt: skip
    made = [make_submission(requisition, one, marks={"Kafka": Mark.PARTLY}) for one in people]
    return make_slate(requisition, *made, note="Both are free soon.")


@pytest.fixture
def first(slate: Slate) -> Submission:
    return slate.submissions.all()[0]


def stand_in(manager: User, client: Client) -> User:
    deputy = make_user("dana@acme.example", clients=[client], name="Dana Deputy")
    Delegation.settle(manager, {client.pk: deputy.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), by=manager, now=NOW)
    return deputy


def why_not_sent(kind: str = SLATE) -> str:
    row = Mail.objects.kind(kind).get()
    delivery.deliver([row.pk], now=NOW)
    row.refresh_from_db()
    assert (row.state, row.text) == (State.SKIPPED, "")
    return row.reason


# --- the slate -----------------------------------------------------------------------------


def test_slate_reaches_the_manager_with_pitch_matrix_and_answers(
    slate: Slate, first: Submission
) -> None:
    mail = sent(SLATE)
    assert mail.address == "manager@acme.example"
    assert mail.subject == "2 candidates wait for your decision: Data Engineer"
    assert mail.payload == {"slate": str(slate.pk)}
    assert mail.headers["Reply-To"] == "recruiter@acme.example"
    for text in (mail.text, mail.html):
        for words in ("Ada First", "Mends pipes", "70,000", "Has done this before.",
                      "Both are free soon."):  # fmt: skip
            assert words in text, words
    assert "◐ Partly: Kafka" in mail.text
    links = links_in(mail)
    answers = [link.split("?")[1] for link in links if str(first.pk) in link]
    assert answers == [
        f"candidate={first.pk}&answer=approve", f"candidate={first.pk}&answer=decline",
        f"candidate={first.pk}",
    ]  # fmt: skip
    assert len(links) == 7


def test_twenty_fetches_of_every_link_in_the_mail_change_nothing(slate: Slate) -> None:
    """As scanners do that come before the reader, and follow what they find."""
    links = links_in(sent(SLATE))
    before = all_rows()
    for turn in range(20):
        for link in links:
            browser = Browser()
            ask = browser.head if turn % 2 else browser.get
            assert ask(link, follow=turn < 2).status_code == (200 if turn < 2 else 302)
    assert all_rows() == before


def test_blind_slate_tells_a_code_pay_notice_pitch_and_matrix(
    requisition: Requisition, recruiter: User, acme: Client
) -> None:
    type(acme).objects.filter(pk=acme.pk).update(blind_review=True)
    requisition.client.refresh_from_db()
    person = make_candidate(
        acme, by=recruiter, name=f"{CANARY} name", headline=f"{CANARY} headline",
        works_at=f"{CANARY} works", source=f"{CANARY} source", expected_pay="70,000",
    )  # fmt: skip
    make_slate(requisition, make_submission(requisition, person))
    mail = sent(SLATE)
    assert mail.subject == "1 candidate waits for your decision: Data Engineer"
    for text in (mail.text, mail.html):
        assert CANARY not in text
        assert f"Candidate {person.code}" in text
        assert "70,000" in text


def test_mail_of_one_client_has_nothing_of_another(
    slate: Slate, other_requisition: Requisition
) -> None:
    other = other_requisition
    person = make_candidate(other.client, by=other.recruiter, name=CANARY, headline=CANARY)
    made = make_submission(other, person, pitch=CANARY)
    make_slate(other, made, note=CANARY)
    Mail.objects.filter(kind=SLATE).update(state=State.PENDING)
    sent(SLATE)
    mails = {mail.client: mail.text + mail.html for mail in Mail.objects.kind(SLATE)}
    assert [CANARY in mails[client] for client in (slate.requisition.client, other.client)] == [
        False, True,
    ]  # fmt: skip


@pytest.mark.parametrize("length", [1, 110])
def test_mail_of_sixty_stays_below_ninety_kilobytes(
    length: int, requisition: Requisition, recruiter: User
) -> None:
    make_brief(requisition)
    made = []
    for number in range(60):
        name = f"{number:02d} " + "Ö" * length
        person = make_candidate(requisition.client, by=recruiter, name=name, headline=name)
        one = make_submission(requisition, person, pitch=("ä" * length * 5)[:600])
        Rating.objects.bulk_create(
            Rating(submission=one, requirement=uuid.UUID(int=n), text="ß" * 2 * length,
                   kind="nice", place=n, mark=Mark.NOT)
            for n in range(1, 16)
        )  # fmt: skip
        made.append(one)
    slate = make_slate(requisition, *made)
    mail = sent(SLATE)
    assert len(mail.html.encode()) < HTML_MAX
    links = links_in(mail)
    assert all(any(str(one.pk) in link for link in links) for one in slate.submissions.all())
    full = mail.text.count("Approve: ")
    assert full == 12 if length == 1 else 0 < full < 12


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("cancel", "The requisition is closed."),
        ("replace", "Somebody else decides now."),
        ("leave", "The person is no longer of the client."),
        ("decide", "Everything in it was decided or withdrawn."),
    ],
)
def test_slate_that_nobody_waits_for_is_not_sent(
    what: str, reason: str, slate: Slate, requisition: Requisition, recruiter: User, manager: User,
    lead: User, acme: Client,
) -> None:  # fmt: skip
    if what == "cancel":
        requisition.cancel(by=recruiter, now=NOW, reason="No budget.")
    elif what == "replace":
        other = make_user(clients=[acme])
        requisition.edit({"manager": other}, version=requisition.version, by=recruiter, now=NOW)
    elif what == "leave":
        manager.leave(acme, by=lead, now=NOW)
    else:
        for one in slate.submissions.all():
            Decision.make(one, "approve", by=manager, now=NOW)
    assert why_not_sent() == reason


def test_only_what_is_undecided_stands_in_the_mail(
    slate: Slate, first: Submission, manager: User
) -> None:
    Decision.make(first, "approve", by=manager, now=NOW)
    mail = sent(SLATE)
    assert mail.subject.startswith("1 candidate waits")
    assert ("Ada First" in mail.text, "Bea Second" in mail.text) == (False, True)


def test_erased_candidate_is_not_asked_about(slate: Slate, first: Submission) -> None:
    Candidate.objects.filter(pk=first.candidate_id).update(erased_at=NOW)
    mail = sent(SLATE)
    assert mail.subject.startswith("1 candidate waits")
    assert "Erased candidate" not in mail.text


def test_who_comes_to_decide_later_gets_what_is_undecided(
    slate: Slate, requisition: Requisition, recruiter: User, acme: Client
) -> None:
    assert materialise(NOW) == 0
    other, deputy = make_user(clients=[acme]), make_user(clients=[acme], name="Dana Deputy")
    requisition.edit({"manager": other}, version=requisition.version, by=recruiter, now=NOW)
    assert [materialise(NOW), materialise(NOW)] == [1, 0]
    Delegation.settle(other, {acme.pk: deputy.pk}, by=other, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), by=other, now=NOW)
    assert counted(lambda: materialise(NOW)) == 4
    mail = sent(SLATE, deputy)
    assert f"in place of {other.display_name}, for whom you stand in" in mail.text
    for one in slate.submissions.all():
        Decision.make(one, "approve", by=other, now=NOW)
    assert counted(lambda: materialise(NOW)) == 1


def test_mails_of_a_batch_cost_the_same_for_1_and_for_5(
    acme: Client, recruiter: User, manager: User
) -> None:
    def ask() -> Mail:
        made = make_requisition(acme, recruiter=recruiter, manager=manager)
        slate = make_slate(made, make_submission(made), make_submission(made))
        return Mail.objects.select_related("recipient", "client").get(payload__slate=str(slate.pk))

    one = [ask()]
    costs = [counted(lambda: still_deciding(one, NOW)), counted(lambda: render_slates(one, NOW))]
    many = [*one, *(ask() for _ in range(4))]
    assert [
        counted(lambda: still_deciding(many, NOW)), counted(lambda: render_slates(many, NOW))
    ] == costs  # fmt: skip
    assert costs == [3, 3]


# --- the answer to a question --------------------------------------------------------------


@pytest.fixture
def question(first: Submission, manager: User) -> Question:
    return Question.ask(first, "Why did she leave?", pk=uuid.uuid4(), by=manager, now=NOW)


def test_answer_reaches_the_asker_with_the_link_back(
    question: Question, first: Submission, recruiter: User
) -> None:
    question.give_answer("The team moved away.", by=recruiter, now=NOW)
    question.give_answer(" The team moved away. ", by=recruiter, now=NOW)
    mail = sent(ANSWER)
    assert mail.address == "manager@acme.example"
    assert mail.subject == "Rosa Recruiter answers your question: Data Engineer"
    assert mail.payload["submissions"] == [str(first.pk)]
    for text in (mail.text, mail.html):
        for words in ("Ada First", "Why did she leave?", "The team moved away."):
            assert words in text
    page = Browser().get(links_in(mail)[0], follow=True)
    assert page.context["item"].shown.called == "Ada First"
    assert "The team moved away." in page.text


def test_second_answer_gets_the_one_that_was_sent(
    question: Question, recruiter: User, lead: User, manager: User
) -> None:
    question.give_answer("The team moved away.", by=recruiter, now=NOW)
    with pytest.raises(AlreadyAnswered) as refusal:
        question.give_answer("She was bored.", by=lead, now=NOW)
    assert refusal.value.current.answer == "The team moved away."
    with pytest.raises(PermissionDenied):
        question.give_answer("Well?", by=manager, now=NOW)


def test_answer_to_who_does_not_decide_any_more_is_not_sent(
    question: Question, requisition: Requisition, recruiter: User, acme: Client
) -> None:
    question.give_answer("The team moved away.", by=recruiter, now=NOW)
    other = make_user(clients=[acme])
    requisition.edit({"manager": other}, version=requisition.version, by=recruiter, now=NOW)
    assert why_not_sent(ANSWER) == "Somebody else decides now."


def test_answers_of_a_batch_cost_the_same_for_1_and_for_5(
    slate: Slate, requisition: Requisition, manager: User, recruiter: User
) -> None:
    def answered(one: Submission) -> Mail:
        asked = Question.ask(one, "Why?", pk=uuid.uuid4(), by=manager, now=NOW)
        asked.give_answer("So.", by=recruiter, now=NOW)
        rows = Mail.objects.select_related("recipient", "client")
        return rows.get(payload__question=str(asked.pk))

    others = make_slate(requisition, *(make_submission(requisition) for _ in range(4)))
    mails = [answered(one) for one in [slate.submissions.all()[0], *others.submissions.all()]]
    cost = counted(lambda: render_answers(mails[:1], NOW))
    assert counted(lambda: render_answers(mails, NOW)) == cost == 2


# --- decisions by link are confirmed, and may be contested ---------------------------------


def test_decisions_of_a_quarter_of_an_hour_are_confirmed_in_one_mail(
    slate: Slate, first: Submission, manager: User, clock: TimeMachineFixture
) -> None:
    browser, second = entered(slate, manager), slate.submissions.all()[1]
    say(first, browser)
    clock.shift(timedelta(minutes=4))
    say(second, browser, "decline", reason="pay")
    row = Mail.objects.kind(DECIDED).get()
    assert (row.scheduled_at, row.state) == (NOW + timedelta(minutes=15), State.PENDING)
    delivery.deliver([row.pk], now=NOW + timedelta(minutes=15))
    row.refresh_from_db()
    assert row.subject == "You decided on 2 candidates: Data Engineer"
    assert "10:00 Ada First: approved\n10:04 Bea Second: declined (Pay)\n" in row.text
    assert {one.confirmed_at for one in Decision.objects.all()} == {NOW + timedelta(minutes=15)}
    clock.shift(timedelta(minutes=5))
    url = reverse("decision_undoing_by_mail", args=[slate.pk, second.pk])
    browser.post(url, {"decision": Decision.objects.get(submission=second).pk})
    say(second, browser)
    clock.shift(timedelta(minutes=10))
    assert Mail.objects.kind(DECIDED).count() == 1
    assert quarter(NOW + timedelta(minutes=14, seconds=59)) == NOW


def test_nothing_is_confirmed_that_was_taken_back_or_decided_signed_in(
    slate: Slate, first: Submission, manager: User
) -> None:
    Decision.make(first, "approve", by=manager, now=NOW)
    assert not Mail.objects.kind(DECIDED).exists()
    second = slate.submissions.all()[1]
    made = Decision.make(second, "decline", Why("pay"), by=manager, now=NOW, by_link=True)
    made.undo(by=manager, now=NOW)
    row = Mail.objects.kind(DECIDED).get()
    delivery.deliver([row.pk], now=NOW + timedelta(minutes=15))
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.SKIPPED, "Taken back in the meantime.")


def test_what_is_taken_back_after_it_was_confirmed_is_told_too(
    slate: Slate, first: Submission, manager: User, clock: TimeMachineFixture
) -> None:
    browser = entered(slate, manager)
    clock.shift(timedelta(minutes=14))
    say(first, browser)
    row = Mail.objects.kind(DECIDED).get()
    delivery.deliver([row.pk], now=NOW + timedelta(minutes=15))
    clock.shift(timedelta(minutes=2))
    url = reverse("decision_undoing_by_mail", args=[slate.pk, first.pk])
    browser.post(url, {"decision": Decision.objects.get().pk})
    row = Mail.objects.kind(DECIDED).get(state=State.PENDING)
    delivery.deliver([row.pk], now=NOW + timedelta(minutes=30))
    row.refresh_from_db()
    assert row.subject == "You took a decision back: Data Engineer"
    assert "10:14 Ada First: approved, then taken back\n" in row.text


def test_confirmations_of_a_batch_cost_the_same_for_1_and_for_5(
    acme: Client, recruiter: User, manager: User
) -> None:
    def decided() -> Mail:
        made = make_requisition(acme, recruiter=recruiter, manager=manager)
        slate = make_slate(made, make_submission(made), make_submission(made))
        for one in slate.submissions.all():
            Decision.make(one, "approve", by=manager, now=NOW, by_link=True)
        rows = Mail.objects.kind(DECIDED).select_related("recipient", "client")
        return rows.get(payload__slate=str(slate.pk))

    one = [decided()]
    cost = counted(lambda: render_confirmations(one, NOW))
    many = [*one, *(decided() for _ in range(4))]
    assert counted(lambda: render_confirmations(many, NOW)) == cost == 4


@pytest.fixture
def contest_link(slate: Slate, first: Submission, manager: User) -> str:
    say(first, entered(slate, manager))
    row = Mail.objects.kind(DECIDED).get()
    delivery.deliver([row.pk], now=NOW + timedelta(minutes=15))
    row.refresh_from_db()
    (link,) = (one for one in links_in(row) if one.startswith("/mail/decisions/"))
    return link


def test_contest_tells_recruiter_and_leads_once_and_the_decisions_stand(
    contest_link: str, slate: Slate, recruiter: User, lead: User, manager: User
) -> None:
    browser = Browser()
    page = browser.get(contest_link, follow=True)
    assert "1 decision stands in your name" in page.text
    url = reverse("decisions_contest_by_mail", args=[slate.pk])
    assert browser.post(url, {"text": " "}).status_code == 422
    for text in ("That was my assistant.", "Again"):
        page = browser.post(url, {"text": text}, follow=True)
    assert "You contested these decisions" in page.text
    assert DecisionContest.objects.get().text == "That was my assistant."
    words = "Max Manager contests decisions on candidates for Data Engineer"
    for user in (recruiter, lead):
        told = [one.sentence for one in Notification.objects.visible_to(user)]
        assert told.count(words) == 1
    assert Decision.objects.get(undone_at=None).is_approval
    page = page_of(slate, entered(slate, manager))
    assert "Max Manager contests decisions made by link." in page.text


def test_contest_is_not_said_for_who_opened_a_link_in_the_same_browser_since(
    contest_link: str, slate: Slate, manager: User
) -> None:
    browser = Browser()
    page = browser.get(contest_link, follow=True)
    assert f'name="reader" value="{manager.pk}"' in page.text
    said = {"text": "Not me", "reader": slate.by_id}
    answer = browser.post(reverse("decisions_contest_by_mail", args=[slate.pk]), said)
    assert (answer.status_code, "Nothing was said." in answer.text) == (409, True)
    assert "Not me" in answer.text
    assert not DecisionContest.objects.exists()


def test_only_who_decided_by_link_contests(slate: Slate, manager: User, recruiter: User) -> None:
    with pytest.raises(ValueError, match="no decision of this person"):
        DecisionContest.say(slate, "Not me", by=manager, now=NOW)


def test_contest_with_too_many_words_is_refused(contest_link: str, slate: Slate) -> None:
    browser = Browser()
    browser.get(contest_link)
    url = reverse("decisions_contest_by_mail", args=[slate.pk])
    assert browser.post(url, {"text": "x" * 1001}).status_code == 422
    assert not DecisionContest.objects.exists()


# --- what the recruiter hears, and what nobody writes down ---------------------------------


def test_words_of_the_manager_stand_in_no_event_and_no_notification(
    slate: Slate, first: Submission, manager: User, recruiter: User
) -> None:
    from recruiting.audit.models import Event

    Question.ask(first, CANARY, pk=uuid.uuid4(), by=manager, now=NOW).give_answer(
        CANARY, by=recruiter, now=NOW
    )
    why = Why("new", text=CANARY, words=CANARY)
    Decision.make(first, "decline", why, by=manager, now=NOW, by_link=True).propose_amendment(
        by=manager, now=NOW
    )
    written = [repr(one) for one in Event.objects.values_list("action", "particulars")]
    told = [repr(one) for one in Notification.objects.values_list("words", "place", "cause")]
    queued = [repr(one) for one in Mail.objects.values_list("key", "payload", "subject")]
    assert not [one for one in written + told + queued if CANARY in one]
    assert len(told) >= 4


@pytest.mark.parametrize("text", ["", "  ", "\u202eevil", "x" * 1001])
def test_question_that_cannot_be_read_is_refused(
    text: str, first: Submission, manager: User
) -> None:
    with pytest.raises(ValidationError):
        Question.ask(first, text, pk=uuid.uuid4(), by=manager, now=NOW)
    assert not Question.objects.exists()


@pytest.mark.one_database
def test_links_of_the_mail_hold_ids_alone(slate: Slate) -> None:
    for link in links_in(sent(SLATE)):
        assert re.fullmatch(r"[\w/.:?=&-]+", link), link
        assert not re.search("Ada|First|Bea|Second|pipes", link)


def test_replies_go_to_the_recruiter_who_answers_for_the_job_now(
    slate: Slate, requisition: Requisition, acme: Client
) -> None:
    other = make_user("other@acme.example", role=Role.RECRUITER, clients=[acme])
    requisition.edit({"recruiter": other}, version=requisition.version, by=slate.by, now=NOW)
    assert sent(SLATE).headers["Reply-To"] == "other@acme.example"
