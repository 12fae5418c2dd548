"""The mail that asks for a signature, the page behind its link, and what follows."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from intake.asking import materialise
from intake.content import Content
from intake.mails import BRIEF, CONTEST
from intake.models import Answer, Brief, BriefChanged, Contest, Intake, NotYours, Requirement
from recruiting.accounts.models import (
    Absence,
    Client,
    Delegation,
    Notification,
    User,
    WorkingCard,
)
from recruiting.audit.models import Event
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail, State
from recruiting.mailing.signed_links import link_url
from requisitions.models import Requisition, Status
from tests.factories import NOW, make_brief, make_draft, make_requisition, make_user
from tests.queries import counted
from tests.test_every_page import parse_errors
from tests.test_nasty_input import NASTY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LINK = re.compile(r"https?://[^/\s]+(/mail/(?:brief|contest)/\S+)")
ASKED, SIGNED = "brief to sign", "brief signed"


@pytest.fixture
def job(acme: Client, recruiter: User, manager: User) -> Requisition:
    return make_requisition(
        acme, recruiter=recruiter, manager=manager, status=Status.INTAKE, title="Data Engineer"
    )


@pytest.fixture
def draft(job: Requisition) -> Intake:
    return make_draft(job)


@pytest.fixture
def brief(draft: Intake, recruiter: User) -> Brief:
    """Signed by the recruiter; the manager is asked."""
    return make_brief(draft.requisition, recruiter)


@pytest.fixture
def deliver(mailoutbox: list[EmailMultiAlternatives]) -> Callable[[str], Any]:
    """`deliver(kind)`: send what is due of it; the last message that went out."""

    def delivered(kind: str) -> EmailMultiAlternatives:
        due = Mail.objects.kind(kind).filter(state=State.PENDING)
        delivery.deliver(list(due.values_list("pk", flat=True)), now=NOW)
        return mailoutbox[-1]

    return delivered


def link_in(message: EmailMultiAlternatives) -> str:
    found = LINK.search(str(message.body))
    assert found, message.body
    return found[1]


def open_link(message: EmailMultiAlternatives, browser: Browser | None = None) -> Any:
    """The page behind the link, and the browser that opened it."""
    browser = browser or Browser()
    return browser.get(link_in(message), follow=True), browser


def press(page: Any, browser: Browser) -> Any:
    """Press the button on the page."""
    url = reverse("brief_by_mail", args=[page.context["page"].brief.pk])
    asked = page.context["page"].asked
    return browser.post(url, {"digest": asked.digest, "shown": asked.shown}, follow=True)


def say(draft: Intake, text: str, seen: str = "") -> None:
    by = draft.requisition.recruiter
    Answer.write(draft, "pay", text, seen=seen, by=by, now=NOW)


# --- the mail ------------------------------------------------------------------------------


def test_manager_is_asked_by_mail_when_the_recruiter_has_signed(brief: Brief, deliver: Any) -> None:
    sent = deliver(ASKED)
    assert sent.to == ["manager@acme.example"]
    assert sent.subject == "Rosa Recruiter asks you to sign the brief: Data Engineer"
    assert "Why: Ada leaves in May.\nDealbreakers: Kafka\n" in sent.body
    assert sent.extra_headers["Reply-To"] == "recruiter@acme.example"
    assert link_in(sent) in str(sent.alternatives[0][0])


def test_amendment_is_asked_for_with_its_reason(
    job: Requisition, brief: Brief, draft: Intake, manager: User, deliver: Any
) -> None:
    make_brief(job, manager)
    say(draft, "60,000")
    make_brief(job, manager, reason="Three declined over pay.")
    sent = deliver(ASKED)
    assert sent.to == ["recruiter@acme.example"]
    assert sent.subject == "Max Manager asks you to sign an amendment: Data Engineer"
    assert "Why it changes: Three declined over pay." in sent.body


def test_request_signed_or_taken_back_meanwhile_is_not_sent(
    job: Requisition, brief: Brief, draft: Intake, manager: User, recruiter: User
) -> None:
    say(draft, "60,000")
    second = make_brief(job, recruiter)
    second.sign(digest=second.digest, by=manager, now=NOW)
    rows = Mail.objects.kind(ASKED)
    delivery.deliver(list(rows.values_list("pk", flat=True)), now=NOW)
    reasons = dict(rows.values_list("payload__brief", "reason"))
    assert reasons == {
        str(brief.pk): "Another version has taken its place.",
        str(second.pk): "Signed in the meantime.",
    }


def test_new_manager_is_not_asked_in_the_name_of_the_old_one(
    job: Requisition, brief: Brief, acme: Client, recruiter: User
) -> None:
    other = make_user(clients=[acme], name="Nora New")
    job.edit({"manager": other}, version=job.version, by=recruiter, now=NOW)
    row = Mail.objects.kind(ASKED).get()
    delivery.deliver([row.pk], now=NOW)
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.SKIPPED, "Somebody else signs for this side now.")


@pytest.mark.parametrize("is_closed", [True, False])
def test_nobody_is_asked_of_what_is_closed_or_of_a_client_that_he_left(
    job: Requisition, brief: Brief, acme: Client, recruiter: User, manager: User, lead: User,
    is_closed: bool,
) -> None:  # fmt: skip
    if is_closed:
        job.cancel(by=recruiter, now=NOW, reason="No budget.")
    else:
        manager.leave(acme, by=lead, now=NOW)
    row = Mail.objects.kind(ASKED).get()
    delivery.deliver([row.pk], now=NOW)
    row.refresh_from_db()
    why = "The requisition is closed." if is_closed else "The person is no longer of the client."
    assert (row.state, row.reason, row.text) == (State.SKIPPED, why, "")


def test_who_comes_to_sign_later_is_asked_by_the_next_sweep(
    job: Requisition, brief: Brief, acme: Client, recruiter: User
) -> None:
    assert materialise(NOW) == 0
    other, deputy = make_user(clients=[acme]), make_user(clients=[acme])
    job.edit({"manager": other}, version=job.version, by=recruiter, now=NOW)
    assert [materialise(NOW), materialise(NOW)] == [1, 0]
    Delegation.settle(other, {acme.pk: deputy.pk}, by=other, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), by=other, now=NOW)
    assert counted(lambda: materialise(NOW)) == 4
    rows = Mail.objects.kind(ASKED).exclude(recipient=brief.requisition.manager)
    assert {row.recipient for row in rows} == {other, deputy}
    assert {row.payload["side"] for row in rows} == {"manager"}
    delivery.deliver(list(rows.values_list("pk", flat=True)), now=NOW)
    assert set(rows.values_list("state", flat=True)) == {State.SENT}


def test_nobody_is_asked_for_what_is_signed_closed_or_old(
    job: Requisition, brief: Brief, manager: User, recruiter: User
) -> None:
    Mail.objects.kind(ASKED).delete()
    assert materialise(NOW + timedelta(days=14)) == 0
    job.cancel(by=recruiter, now=NOW, reason="No budget.")
    assert materialise(NOW) == 0
    job.reopen(by=recruiter, now=NOW, reason="Budget after all.")
    make_brief(job, manager)
    assert counted(lambda: materialise(NOW)) == 1


def test_stand_in_of_the_absent_manager_is_asked_too(
    job: Requisition, draft: Intake, acme: Client, recruiter: User, manager: User, deliver: Any
) -> None:
    delegate = make_user("dana@acme.example", clients=[acme], name="Dana Deputy")
    Delegation.settle(manager, {acme.pk: delegate.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), by=manager, now=NOW)
    make_brief(job, recruiter)
    deliver(ASKED)
    mail = Mail.objects.kind(ASKED).get(recipient=delegate)
    assert "in place of Max Manager, for whom you stand in" in mail.text
    page = Browser().get(LINK.search(mail.text)[1], follow=True)  # type: ignore[index]
    assert "You sign brief 1 as Dana Deputy, in place of Max Manager." in page.text


def test_mails_of_a_batch_cost_the_same_for_1_and_for_20(
    acme: Client, recruiter: User, manager: User
) -> None:
    def ask() -> Mail:
        made = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
        brief = make_brief(made, recruiter)
        return Mail.objects.select_related("recipient", "client").get(payload__brief=str(brief.pk))

    from intake.mails import render_requests, still_asked

    one = [ask()]
    costs = [counted(lambda: still_asked(one, NOW)), counted(lambda: render_requests(one, NOW))]
    many = [*one, *(ask() for _ in range(19))]
    assert [
        counted(lambda: still_asked(many, NOW)), counted(lambda: render_requests(many, NOW))
    ] == costs  # fmt: skip
    assert costs == [6, 4]


# --- signing by link -----------------------------------------------------------------------


def test_link_shows_the_whole_brief_and_signs_it_without_signing_in(
    job: Requisition, brief: Brief, deliver: Any
) -> None:
    page, browser = open_link(deliver(ASKED))
    assert ("Kafka" in page.text, "Ada leaves in May." in page.text) == (True, True)
    assert "You sign brief 1 as Max Manager for the hiring manager." in page.text
    page = press(page, browser)
    assert "You signed this today, 10:00." in page.text
    job.refresh_from_db()
    assert job.status == Status.OPEN
    assert brief.signatures.get(side="manager").name == "Max Manager"


def test_looking_changes_nothing(brief: Brief, deliver: Any) -> None:
    sent = deliver(ASKED)
    events = Event.objects.count()
    for _ in range(3):
        open_link(sent)
    assert (brief.signatures.count(), Event.objects.count()) == (1, events)


def test_link_used_twice_says_when_it_was_signed(
    job: Requisition, brief: Brief, deliver: Any, clock: TimeMachineFixture
) -> None:
    sent = deliver(ASKED)
    first, browser = open_link(sent)
    press(first, browser)
    clock.shift(timedelta(days=2))
    page, browser = open_link(sent)
    assert "You signed this on Wednesday, 10:00." in page.text
    assert page.context["page"].asked is None
    again = press(first, browser)
    assert "You signed this on Wednesday, 10:00." in again.text
    assert brief.signatures.count() == 2


def test_link_that_is_over_offers_to_sign_in(
    brief: Brief, deliver: Any, clock: TimeMachineFixture
) -> None:
    sent = deliver(ASKED)
    clock.shift(timedelta(days=14))
    page, _ = open_link(sent)
    assert (page.status_code, "Sign in to see how things stand" in page.text) == (410, True)


def test_link_of_an_older_version_offers_the_newer_after_what_changed(
    job: Requisition, brief: Brief, draft: Intake, recruiter: User, deliver: Any
) -> None:
    sent = deliver(ASKED)
    old, browser = open_link(sent)
    say(draft, "60,000")
    newer = make_brief(job, recruiter)
    refused = press(old, browser)
    assert refused.status_code == 409
    (change,) = refused.context["page"].changes
    assert (change.name, change.after) == ("Pay", "60,000")
    assert "The mail was about brief 1, which brief 2 has replaced." in refused.text
    assert not newer.signatures.filter(side="manager").exists()
    assert refused.text.index("60,000") < refused.text.index("Sign brief 2</button>")
    press(refused, browser)
    newer.refresh_from_db()
    assert newer.is_in_force
    page, _ = open_link(sent)
    assert "Your side has signed that one." in page.text


def test_link_of_an_amendment_whose_words_were_taken_back_says_that_it_is_void(
    job: Requisition, brief: Brief, draft: Intake, manager: User, recruiter: User, deliver: Any
) -> None:
    make_brief(job, manager)
    say(draft, "60,000")
    make_brief(job, recruiter, reason="Market")
    message = deliver(ASKED)
    say(draft, "", seen="60,000")
    page, _ = open_link(message)
    assert page.context["page"].sentence == (
        "The draft says again what brief 1 says: brief 2 is void. Your side has signed that one."
    )
    assert page.context["page"].asked is None


def test_link_signs_no_draft_that_the_other_side_has_not_signed(
    job: Requisition, brief: Brief, draft: Intake, deliver: Any
) -> None:
    page, browser = open_link(deliver(ASKED))
    say(draft, "60,000")
    refused = press(page, browser)
    assert refused.status_code == 409
    assert "The draft has changed since brief 1 was sent to you." in refused.text
    assert refused.context["page"].asked is None
    url = reverse("brief_by_mail", args=[brief.pk])
    forged = browser.post(url, {"digest": draft.content().digest})
    assert forged.status_code == 409
    assert brief.signatures.count() == 1


def test_two_links_opened_in_one_browser_sign_in_the_name_that_was_read(
    job: Requisition, draft: Intake, acme: Client, recruiter: User, manager: User
) -> None:
    deputy = make_user("dana@acme.example", clients=[acme], name="Dana Deputy")
    Delegation.settle(manager, {acme.pk: deputy.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), by=manager, now=NOW)
    brief, browser = make_brief(job, recruiter), Browser()
    pages = [
        browser.get(link_url(one, BRIEF, brief.pk, version=brief.digest, now=NOW), follow=True)
        for one in (deputy, manager)
    ]
    field = f'<input type="hidden" name="reader" value="{deputy.pk}">'
    assert field in pages[0].text
    url = reverse("brief_by_mail", args=[brief.pk])
    answer = browser.post(url, {"digest": brief.digest, "reader": deputy.pk})
    assert (answer.status_code, brief.signatures.count()) == (409, 1)
    assert "You sign brief 1 as Max Manager for the hiring manager." in answer.text
    assert browser.post(url, {"digest": brief.digest, "reader": manager.pk}).status_code == 302
    assert brief.signatures.get(side="manager").user == manager


def test_forwarded_link_is_refused_to_another_manager_who_is_signed_in(
    brief: Brief, acme: Client, deliver: Any
) -> None:
    sent, browser = deliver(ASKED), Browser()
    browser.force_login(make_user(clients=[acme]))
    assert open_link(sent, browser)[0].status_code == 403
    url = reverse("brief_by_mail", args=[brief.pk])
    assert browser.post(url, {"digest": brief.digest}).status_code == 404
    assert brief.signatures.count() == 1


def test_manager_who_was_replaced_is_refused_in_words(
    job: Requisition, brief: Brief, acme: Client, recruiter: User, deliver: Any
) -> None:
    page, browser = open_link(deliver(ASKED))
    other = make_user(clients=[acme], name="Nora New")
    job.edit({"manager": other}, version=job.version, by=recruiter, now=NOW)
    refused = press(page, browser)
    assert refused.status_code == 403
    assert "You do not sign for this requisition any more: Nora New does." in refused.text
    assert "Kafka" not in refused.text
    assert brief.signatures.count() == 1


def test_manager_who_left_the_client_is_refused(
    job: Requisition, brief: Brief, manager: User, deliver: Any
) -> None:
    page, browser = open_link(deliver(ASKED))
    manager.memberships.all().delete()
    refused = press(page, browser)
    assert refused.status_code == 403
    assert "You do not sign for this requisition any more." in refused.text, "nobody is named"


def test_deactivated_manager_is_refused(
    brief: Brief, manager: User, lead: User, deliver: Any
) -> None:
    page, browser = open_link(deliver(ASKED))
    manager.deactivate(by=lead, now=NOW)
    assert press(page, browser).status_code == 410
    assert brief.signatures.count() == 1


def test_closed_requisition_is_not_signed_by_link(
    job: Requisition, brief: Brief, recruiter: User, deliver: Any
) -> None:
    page, browser = open_link(deliver(ASKED))
    job.cancel(by=recruiter, now=NOW, reason="No budget.")
    refused = press(page, browser)
    assert (refused.status_code, brief.signatures.count()) == (409, 1)
    assert "This requisition is closed: there is nothing to sign." in refused.text


def test_nonsense_sent_by_link_is_refused_on_a_valid_page(brief: Brief, manager: User) -> None:
    """It needs a link, so the test that sends nonsense everywhere does not come here."""
    browser, url = Browser(), reverse("brief_by_mail", args=[brief.pk])
    link = link_url(manager, BRIEF, brief.pk, version=brief.digest, now=NOW)
    assert parse_errors(browser.get(link, follow=True).content) == []
    for value in NASTY:
        form = urlencode({"digest": value, "shown": value}, errors="surrogatepass")
        answer = browser.generic("POST", url, form, "application/x-www-form-urlencoded")
        assert answer.status_code == 422, value
        assert parse_errors(answer.content) == [], value
    assert brief.signatures.count() == 1


@pytest.mark.parametrize("text", ["", " \n", "a\x00b", "\u202eevil", "x" * 2001])
def test_contest_without_words_is_refused_on_a_valid_page(
    text: str, job: Requisition, brief: Brief, manager: User
) -> None:
    make_brief(job, manager)
    browser = Browser()
    link = link_url(manager, CONTEST, brief.pk, now=NOW)
    assert parse_errors(browser.get(link, follow=True).content) == []
    answer = browser.post(reverse("contest_by_mail", args=[brief.pk]), {"text": text})
    assert (answer.status_code, parse_errors(answer.content)) == (422, [])
    assert not Contest.objects.exists()


@pytest.mark.parametrize(
    "refusal", [NotYours(), ValidationError("Closed."), BriefChanged(None, Content("Job", "Acme"))]
)
def test_what_happens_in_the_moment_before_a_signature_by_link_refuses_it(
    refusal: Exception, brief: Brief, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, browser = open_link(deliver(ASKED))

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise refusal

    monkeypatch.setattr(Brief, "sign", refuse)
    assert press(page, browser).status_code == 409
    assert not Mail.objects.kind(SIGNED).exists()


@pytest.mark.django_db(transaction=True)
def test_link_pressed_twice_at_once_signs_once(brief: Brief, manager: User) -> None:
    link, url = (
        link_url(manager, BRIEF, brief.pk, version=brief.digest, now=NOW),
        reverse("brief_by_mail", args=[brief.pk]),
    )

    def press_it(_: int) -> int:
        try:
            browser = Browser()
            browser.get(link)
            return int(browser.post(url, {"digest": brief.digest}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        codes = set(pool.map(press_it, range(2)))
    assert codes <= {200, 302}
    assert (brief.signatures.count(), Mail.objects.kind(SIGNED).count()) == (2, 1)


# --- confirmed and contested ---------------------------------------------------------------


@pytest.fixture
def confirmed(brief: Brief, deliver: Any) -> EmailMultiAlternatives:
    """The mail that confirms the manager's signature by link."""
    page, browser = open_link(deliver(ASKED))
    press(page, browser)
    sent: EmailMultiAlternatives = deliver(SIGNED)
    return sent


def test_signature_by_link_is_confirmed_to_its_owner(confirmed: EmailMultiAlternatives) -> None:
    assert confirmed.to == ["manager@acme.example"]
    assert confirmed.subject == "You signed brief 1: Data Engineer"
    assert "On 11 March 2026, 10:00 (UTC) you signed brief 1" in confirmed.body


def test_confirmation_tells_the_time_by_the_readers_clocks(
    brief: Brief, manager: User, deliver: Any
) -> None:
    WorkingCard.objects.filter(user=manager).update(zone="Asia/Kolkata")
    brief.sign_by_link(digest=brief.digest, by=manager, now=NOW)
    sent = deliver(SIGNED)
    words = "On 11 March 2026, 15:30 (Asia/Kolkata) you signed brief 1"
    assert words in sent.body
    assert words in str(sent.alternatives[0][0])


def test_signature_by_somebody_signed_in_needs_no_confirmation(
    job: Requisition, brief: Brief, manager: User
) -> None:
    brief.sign(digest=brief.digest, by=manager, now=NOW)
    assert not Mail.objects.kind(SIGNED).exists()


def test_contested_signature_stays_and_says_so(
    job: Requisition, brief: Brief, confirmed: EmailMultiAlternatives, recruiter: User, lead: User,
    sign_in: Callable[[User], Browser],
) -> None:  # fmt: skip
    page, browser = open_link(confirmed)
    url = reverse("contest_by_mail", args=[brief.pk])
    refused = browser.post(url, {"text": " "})
    assert refused.status_code == 422
    assert refused.context["form"].errors == {"text": ["Say what is wrong, in a few words."]}
    for text in ("That was my assistant.", "Again"):
        page = browser.post(url, {"text": text}, follow=True)
    assert "You contested this signature" in page.text
    contest = Contest.objects.get()
    assert (contest.text, contest.signature.side) == ("That was my assistant.", "manager")
    words = "Max Manager contests the signature under brief 1 of Data Engineer"
    for user in (recruiter, lead):
        sentences = [one.sentence for one in Notification.objects.visible_to(user)]
        assert words in sentences
    shown = sign_in(recruiter).get(reverse("brief", args=[job.pk])).text
    assert "That was my assistant." in shown
    brief.refresh_from_db()
    assert brief.is_in_force


def test_signature_is_contested_by_its_owner_alone(
    brief: Brief, manager: User, recruiter: User
) -> None:
    with pytest.raises(ValueError, match="not the owner"):
        Contest.say(brief.signatures.get(), "No", by=manager, now=NOW)
    assert not Contest.objects.exists()


def test_who_signs_for_neither_side_takes_nothing_back(brief: Brief, watcher: User) -> None:
    with pytest.raises(NotYours):
        brief.withdraw(by=watcher, now=NOW)


def test_page_behind_the_link_costs_the_same_for_any_brief(
    brief: Brief, draft: Intake, recruiter: User, deliver: Any
) -> None:
    _, browser = open_link(deliver(ASKED))
    url = reverse("brief_by_mail", args=[brief.pk])
    few = counted(lambda: browser.get(url))
    Requirement.objects.bulk_create(
        Requirement(intake=draft, text=f"{n}", kind="nice", position=n, saved_at=NOW)
        for n in range(100)
    )
    make_brief(draft.requisition, recruiter)
    assert counted(lambda: browser.get(url)) == few
    assert few <= 11
