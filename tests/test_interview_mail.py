"""The mails of interviews, read back as calendars take them in, and the question after one."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import vobject
from django.core.mail import EmailMessage
from django.test import Client as Browser

from recruiting.accounts.models import Absence, Delegation, User
from recruiting.approvals import interview_mail
from recruiting.approvals.after_forms import FeedbackForm
from recruiting.approvals.models import Decision, Feedback, Interview, Round, Submission, Withdrawal
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail, State
from recruiting.mailing.signed_links import link_url
from requisitions.models import Requisition
from tests.calendars import invitations
from tests.factories import NOW, make_candidate, make_slate, make_submission, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

KEY = uuid.UUID("00000000-0000-4000-8000-000000000001")
LATER = Round(NOW + timedelta(days=1), 45, "Room 4", "First interview", "Tim of data")


@pytest.fixture
def submission(requisition: Requisition, recruiter: User, manager: User) -> Submission:
    candidate = make_candidate(requisition.client, by=recruiter, name="Ada Canary")
    made = make_submission(requisition, candidate)
    make_slate(requisition, made)
    Decision.make(made, "approve", by=manager, now=NOW)
    Mail.objects.all().delete()
    return Submission.objects.select_related("requisition").get(pk=made.pk)


@pytest.fixture
def interview(submission: Submission, recruiter: User) -> Interview:
    return Interview.schedule(submission, LATER, pk=KEY, by=recruiter, now=NOW)


def deliver(now: datetime = NOW) -> None:
    ids = list(Mail.objects.filter(state=State.PENDING).values_list("pk", flat=True))
    delivery.deliver(ids, now=now)


def states(kind: str) -> dict[str, tuple[str, str]]:
    rows = Mail.objects.kind(kind).select_related("recipient").order_by("created_at")
    return {mail.recipient.email: (mail.state, mail.reason) for mail in rows}


def test_invitation_names_the_job_and_the_round_and_nobody_outside_of_its_text(
    interview: Interview, submission: Submission, mailoutbox: list[EmailMessage]
) -> None:
    deliver()
    assert sorted(message.to[0] for message in mailoutbox) == [
        "manager@acme.example", "recruiter@acme.example",
    ]  # fmt: skip
    for message in mailoutbox:
        assert message.subject == "Thu 12 Mar, 10:00: First interview for Data Engineer"
        [invitation] = invitations(message)[:1]
        assert invitation.uid == f"{KEY}@127.0.0.1"
        assert invitation.text("SUMMARY") == "First interview: Data Engineer"
        assert "Ada Canary for Data Engineer, Acme" in invitation.text("DESCRIPTION")
        assert invitation.instant("DTSTART") == LATER.begins_at
        event = vobject.readOne(str(Mail.objects.get(address=message.to[0]).calendar)).vevent
        assert event.location.value == "Room 4"
        assert {one.value for one in event.attendee_list} == {
            "mailto:manager@acme.example", "mailto:recruiter@acme.example",
        }  # fmt: skip
        outside = [event.summary.value, event.url.value, message.subject]
        assert not any("Canary" in text for text in outside)
    assert {tuple(mail.payload["submissions"]) for mail in Mail.objects.all()} == {
        (str(submission.pk),)
    }


def test_move_keeps_the_uid_and_calling_off_cancels(
    interview: Interview, recruiter: User, mailoutbox: list[EmailMessage]
) -> None:
    deliver()
    moved = Round(LATER.begins_at + timedelta(hours=2), 45, "Room 4", "First interview")
    interview.move(moved, sequence=0, by=recruiter, now=NOW)
    deliver()
    interview.cancel(sequence=1, reason="She is ill.", by=recruiter, now=NOW)
    deliver()
    to_manager = [one for one in mailoutbox if one.to == ["manager@acme.example"]]
    read = [invitations(one)[0] for one in to_manager]
    assert [(one.uid, one.sequence, one.status) for one in read] == [
        (f"{KEY}@127.0.0.1", 0, "CONFIRMED"),
        (f"{KEY}@127.0.0.1", 1, "CONFIRMED"),
        (f"{KEY}@127.0.0.1", 2, "CANCELLED"),
    ]
    assert "It was to be on Thu 12 Mar, 10:00" in str(to_manager[1].body)
    assert "She is ill." in str(to_manager[2].body)


def test_nobody_hears_that_is_off_of_which_he_never_heard(
    interview: Interview, recruiter: User, mailoutbox: list[EmailMessage]
) -> None:
    interview.cancel(sequence=0, by=recruiter, now=NOW)
    deliver()  # while the invitation is on its way what comes of it is waited for
    deliver(NOW + timedelta(minutes=2))
    assert mailoutbox == []
    assert set(states("interview_cancelled").values()) == {
        ("skipped", "The invitation had not gone out.")
    }


def test_calendars_follow_another_manager(
    interview: Interview, requisition: Requisition, lead: User, mailoutbox: list[EmailMessage]
) -> None:
    deliver()
    mailoutbox.clear()
    new = make_user("new@acme.example", clients=[requisition.client], name="Nora New")
    requisition.edit({"manager": new}, version=1, by=lead, now=NOW)
    assert [interview_mail.catch_up(NOW) for _ in range(2)] == [1, 0]
    deliver()
    statuses = {one.to[0]: invitations(one)[0].status for one in mailoutbox}
    assert statuses == {
        "manager@acme.example": "CANCELLED", "new@acme.example": "CONFIRMED",
        "recruiter@acme.example": "CONFIRMED",
    }  # fmt: skip


@pytest.mark.parametrize("end", ["closed", "withdrawn"])
def test_calendars_lose_what_will_not_be(
    end: str, interview: Interview, submission: Submission, recruiter: User
) -> None:
    deliver()
    if end == "closed":
        submission.requisition.cancel(by=recruiter, now=NOW, reason="No budget.")
    else:
        Withdrawal.withdraw(submission, whose="candidate", by=recruiter, now=NOW)
    assert interview_mail.catch_up(NOW) == 1
    interview.refresh_from_db()
    assert interview.cancelled_at == NOW
    deliver()
    assert {state for state, _ in states("interview_cancelled").values()} == {"sent"}


# --- how was it ----------------------------------------------------------------------------


@pytest.fixture
def held(submission: Submission, recruiter: User) -> Interview:
    before = Round(NOW - timedelta(days=1), 45, "", "First interview")
    return Interview.log(submission, before, pk=KEY, by=recruiter, now=NOW)


def by_link(user: User, interview: Interview) -> tuple[Browser, str]:
    browser = Browser()
    browser.get(link_url(user, "feedback", interview.pk, now=NOW))
    return browser, f"/mail/feedback/{interview.pk}/"


def test_manager_and_stand_in_are_asked_until_one_has_said(
    submission: Submission, recruiter: User, manager: User, mailoutbox: list[EmailMessage]
) -> None:
    client = submission.requisition.client
    deputy = make_user("deputy@acme.example", clients=[client], name="Dana Deputy")
    Delegation.settle(manager, {client.pk: deputy.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date() + timedelta(days=3), by=manager, now=NOW)
    before = Round(NOW - timedelta(days=1), 45, "", "First interview")
    interview = Interview.log(submission, before, pk=KEY, by=recruiter, now=NOW)
    assert set(states("interview_feedback")) == {"manager@acme.example", "deputy@acme.example"}
    said = Feedback.give(interview, "on", by=deputy, now=NOW)
    assert said.in_name_of == manager
    deliver()
    assert not [one for one in mailoutbox if one.subject.startswith("How was it?")]
    assert {reason for _, reason in states("interview_feedback").values()} == {
        "It was said in the meantime."
    }


def test_mail_asks_and_its_subject_names_nobody(
    held: Interview, mailoutbox: list[EmailMessage]
) -> None:
    deliver()
    [message] = mailoutbox
    assert message.subject == "How was it? First interview for Data Engineer"
    assert "Ada Canary" in str(message.body)
    assert "/mail/feedback/" in str(message.body)


def test_link_that_is_only_opened_says_nothing(held: Interview, manager: User) -> None:
    browser, page = by_link(manager, held)
    for _ in range(20):
        answer = browser.get(page)
    assert "How was the interview with Ada Canary?" in answer.text
    assert not Feedback.objects.exists()


def test_feedback_by_link_is_said_once(held: Interview, manager: User) -> None:
    browser, page = by_link(manager, held)
    assert browser.post(page, {}).status_code == 422
    for _ in range(3):
        assert browser.post(page, {"verdict": "on", "text": "Good"}).status_code == 302
    assert Feedback.objects.get().by == manager
    assert "You said: go on." in browser.get(page).text
    assert browser.post(page, {"verdict": "unsure", "text": "Hm"}).status_code == 409


def test_feedback_by_link_is_confirmed_to_its_owner(
    held: Interview, manager: User, mailoutbox: list[EmailMessage]
) -> None:
    browser, page = by_link(manager, held)
    browser.post(page, {"verdict": "unsure", "text": "Needs a task"})
    deliver()
    [mail] = [one for one in mailoutbox if one.subject.startswith("You said")]
    assert (mail.to, mail.subject) == (
        ["manager@acme.example"], "You said how it was: First interview for Data Engineer",
    )  # fmt: skip
    assert "Not sure yet\n\nNeeds a task" in str(mail.body)
    assert mail.extra_headers["Reply-To"] == "recruiter@acme.example"


def test_stop_by_link_asks_its_reason(held: Interview, manager: User) -> None:
    browser, page = by_link(manager, held)
    refused = browser.post(page, {"verdict": "stop", "text": "Kept words"})
    assert (refused.status_code, "Choose one reason." in refused.text) == (422, True)
    assert "Kept words" in refused.text
    new = {"verdict": "stop", "reason": "new"}
    assert "Say in a few words what is missing." in browser.post(page, new).text
    assert browser.post(page, {"verdict": "stop", "reason": "pay"}).status_code == 302
    decision = Decision.objects.get(stage="interview")
    assert (decision.reason, decision.by_link) == ("pay", True)


def test_who_is_replaced_while_he_says_how_it_was_learns_who_says_so_now(
    held: Interview, requisition: Requisition, manager: User, lead: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    browser, page = by_link(manager, held)
    new = make_user(clients=[requisition.client], name="Nora New")
    give = FeedbackForm.give

    def late(*said: Any, **more: Any) -> Feedback:
        requisition.edit({"manager": new}, version=1, by=lead, now=NOW)
        return give(*said, **more)

    monkeypatch.setattr(FeedbackForm, "give", late)
    answer = browser.post(page, {"verdict": "on"})
    assert (answer.status_code, "Nora New does" in answer.text) == (403, True)
    assert "Canary" not in answer.text
    assert not Feedback.objects.exists()


def test_link_of_who_was_replaced_tells_nothing_of_the_candidate(
    held: Interview, requisition: Requisition, manager: User, lead: User
) -> None:
    browser, page = by_link(manager, held)
    new = make_user(clients=[requisition.client], name="Nora New")
    requisition.edit({"manager": new}, version=1, by=lead, now=NOW)
    for answer in (browser.get(page), browser.post(page, {"verdict": "on"})):
        assert answer.status_code == 403
        assert "Nora New does" in answer.text
        assert "Canary" not in answer.text
    assert not Feedback.objects.exists()
