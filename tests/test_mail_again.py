"""Sending one mail once more by hand: what goes, what does not, and what is kept of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.models import Client, User
from recruiting.audit.models import Event
from recruiting.mailing import delivery, kinds
from recruiting.mailing.kinds import Kind, Postpone, Skip
from recruiting.mailing.models import Mail, State, Suspension, Unsubscription
from recruiting.mailing.resending import NotAgain, send_again, why_not
from requisitions.models import Requisition
from status_updates.digests import rows
from status_updates.digests.snapshot import KIND
from tests.fixtures.mails import QueueNote, RegisterKind, write_notes

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database,
    pytest.mark.usefixtures("clock"),
]

MINUTE = timedelta(minutes=1)
SignIn = Callable[[User], Browser]


@pytest.fixture
def sent(queue_note: QueueNote, now: datetime) -> Mail:
    mail = queue_note("a")
    delivery.deliver([mail.pk], now=now)
    mail.refresh_from_db()
    return mail


def again(mail: Mail, lead: User, now: datetime) -> Mail:
    return send_again(mail, reason="She says it never came", by=lead, now=now)


def end(mail: Mail, state: State, **fields: Any) -> Mail:
    Mail.objects.filter(pk=mail.pk).update(state=state, finished_at=mail.created_at, **fields)
    mail.refresh_from_db()
    return mail


def test_what_was_sent_goes_again_as_it_was_written_under_another_message_id(
    sent: Mail, lead: User, now: datetime, mailoutbox: list[EmailMessage]
) -> None:
    later = now + timedelta(days=1)
    row = again(sent, lead, later)
    assert delivery.deliver([row.pk], now=later) == {State.SENT: 1}
    first, second = (message.message() for message in mailoutbox)
    assert [part.get_payload() for part in second.walk() if not part.is_multipart()] == [
        part.get_payload() for part in first.walk() if not part.is_multipart()
    ]
    assert second["Message-ID"] != first["Message-ID"]
    assert second["Date"] == "Thu, 12 Mar 2026 10:00:00 +0000"
    assert {first[name] == second[name] for name in ("Subject", "To", "From")} == {True}


def test_first_row_says_for_good_what_became_of_it(sent: Mail, lead: User, now: datetime) -> None:
    row = again(sent, lead, now + MINUTE)
    assert (row.again_of, row.period, row.scheduled_at) == (sent, sent.period, sent.scheduled_at)
    assert row.due_at == now + MINUTE
    before = sent.state, sent.finished_at, sent.message_id
    sent.refresh_from_db()
    assert (sent.state, sent.finished_at, sent.message_id) == before
    event = Event.objects.get(action="sent a mail again")
    assert (event.actor, event.target_id) == (lead, sent.recipient_id)
    assert event.particulars == {
        "kind": "note", "mail": str(sent.pk), "again": str(row.pk),
        "reason": "She says it never came",
    }  # fmt: skip


@pytest.mark.parametrize("state", [State.FAILED, State.SKIPPED])
def test_what_was_never_written_is_written_now(
    state: State, queue_note: QueueNote, lead: User, now: datetime, mailoutbox: list[EmailMessage]
) -> None:
    mail = end(queue_note("a"), state, attempts=4, reason="Put off too often.")
    row = again(mail, lead, now + MINUTE)
    assert (row.attempts, row.rendered_at) == (0, None)
    delivery.deliver([row.pk], now=now + MINUTE)
    assert "written 10:01" in str(mailoutbox[0].body)


def test_each_time_is_a_row_of_its_own(sent: Mail, lead: User, now: datetime) -> None:
    row = again(sent, lead, now)
    with pytest.raises(NotAgain, match="on its way again"):
        again(sent, lead, now)
    with pytest.raises(NotAgain, match="still goes by itself"):
        again(row, lead, now)
    delivery.deliver([row.pk], now=now)
    third = again(Mail.objects.get(pk=row.pk), lead, now)
    assert [row.key, third.key] == [f"{sent.key}:again:1", f"{sent.key}:again:2"]


@pytest.mark.parametrize(
    ("objection", "ends"),
    [
        (Skip("Too late.", too_late=True), State.SENT),
        (Postpone(datetime.fromisoformat("2026-03-12T08:00Z")), State.SENT),
        (Skip("No longer at the client."), State.SKIPPED),
    ],
)
def test_lateness_does_not_keep_it_back_but_other_reasons_do(
    objection: Skip | Postpone, ends: State, register_kind: RegisterKind, sent: Mail, lead: User,
    now: datetime,
) -> None:  # fmt: skip
    register_kind(
        Kind("note", title="Note", render=write_notes,
             still_wanted=lambda batch, now: {mail.pk: objection for mail in batch})
    )  # fmt: skip
    assert delivery.deliver([again(sent, lead, now).pk], now=now) == {ends: 1}


def test_what_cannot_go_again_says_why(
    register_kind: RegisterKind, sent: Mail, manager: User, monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:  # fmt: skip
    assert why_not(sent, now) == ""
    sent.expires_at = now
    assert why_not(sent, now) == "It would come too late to be of use."
    sent.redacted_at = now
    assert why_not(sent, now) == "What it said has been erased."
    register_kind(Kind("note", title="Note", render=write_notes, redact=True))
    assert why_not(sent, now).startswith("It held a code or a link for one person")
    monkeypatch.delitem(kinds._kinds, "note")
    assert why_not(sent, now).startswith("This version of Same Page does not know")


def test_who_cannot_be_reached_is_said_first(sent: Mail, manager: User, now: datetime) -> None:
    Suspension.objects.create(address=manager.email, at=now, server_said="550 no")
    assert why_not(sent, now) == (
        "Its server refuses mail to manager@acme.example. Lift that first."
    )
    Unsubscription.objects.create(user=manager, kind="note", at=now)
    assert why_not(sent, now) == "Max Manager has unsubscribed from this kind of mail."
    sent.recipient.is_active = False
    assert why_not(sent, now) == "The account of Max Manager has been deactivated."


# --- the page ------------------------------------------------------------------------------


def test_form_sent_ten_times_is_one_mail(
    sent: Mail, lead: User, sign_in: SignIn, now: datetime
) -> None:
    browser, url = sign_in(lead), reverse("mail_resending", args=[sent.pk])
    form = {"key": str(uuid4()), "reason": "Never came"}
    answers = {browser.post(url, form).headers["Location"] for _ in range(10)}
    assert answers == {reverse("mail_desk")}
    row = Mail.objects.exclude(pk=sent.pk).get()
    delivery.deliver([row.pk], now=now)
    changed = browser.post(url, form | {"reason": "Another reason"})
    assert changed.status_code == 422
    assert "said something else then" in changed.text
    assert 'value="Another reason"' in changed.text


def test_reason_is_asked_for(sent: Mail, lead: User, sign_in: SignIn) -> None:
    url = reverse("mail_resending", args=[sent.pk])
    answer = sign_in(lead).post(url, {"key": str(uuid4()), "reason": "  "})
    assert answer.status_code == 422
    assert "Say why: it is kept with the mail." in answer.text
    assert Mail.objects.count() == 1


def test_what_became_impossible_meanwhile_is_said_in_place_of_the_form(
    sent: Mail, lead: User, manager: User, sign_in: SignIn, now: datetime
) -> None:
    Suspension.objects.create(address=manager.email, at=now, server_said="550 no such user")
    url = reverse("mail_resending", args=[sent.pk])
    answer = sign_in(lead).post(url, {"key": str(uuid4()), "reason": "Never came"})
    assert answer.status_code == 409
    assert "This mail is not sent again" in answer.text
    assert "550 no such user" in answer.text
    lifting = reverse("mail_suspension_lifting", args=[Suspension.objects.get().pk])
    lifted = sign_in(lead).post(lifting, {"mail": str(sent.pk)}, follow=True)
    assert "Send it to Max Manager again" in lifted.text


def test_recruiters_read_why_in_the_activity(
    sent: Mail, lead: User, recruiter: User, acme: Client, sign_in: SignIn, now: datetime
) -> None:
    again(sent, lead, now)
    page = sign_in(recruiter).get(reverse("client_activity", args=[acme.pk])).text
    assert "had a mail sent again to Max Manager" in page
    assert "She says it never came" in page


def test_digest_that_was_sent_goes_again_days_later(
    requisition: Requisition, lead: User, now: datetime, mailoutbox: list[EmailMessage]
) -> None:
    """Neither is it too late, nor does the first one count as another that has told it."""
    monday = now + timedelta(days=4, hours=22)
    rows.materialise(monday)
    digest = Mail.objects.get(kind=KIND)
    delivery.deliver([digest.pk], now=monday)
    later = monday + timedelta(days=5)
    row = again(Mail.objects.get(pk=digest.pk), lead, later)
    assert delivery.deliver([row.pk], now=later) == {State.SENT: 1}
    assert mailoutbox[0].subject == mailoutbox[1].subject
