"""The intake answered in writing: before the meeting by the link in its invitation, or all of it
part by part. What is typed is never lost, and stands in the draft that the room shows."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import html5lib
import pytest
from django.core.mail import EmailMessage
from django.test import Client as Browser
from django.urls import reverse
from playwright.sync_api import Page

from intake.agenda import Part
from intake.models import Answer, Brief, Intake, Meeting, Requirement, Wanted
from intake.questions import BY_KEY, PRE_READ
from intake.writing import WRITING, ask_in_writing
from recruiting.accounts.models import Absence, Client, Delegation, Notification, User
from recruiting.audit.models import Event
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail, State
from recruiting.mailing.signed_links import link_url
from requisitions.models import Requisition, Status
from tests.factories import NOW, make_requisition, make_user
from tests.fixtures.browser import PHONE, OpenPage
from tests.queries import counted

SignIn = Callable[[User], Browser]
KEY = UUID("00000000-0000-4000-8000-000000000001")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def meeting(requisition: Requisition, recruiter: User) -> Meeting:
    wanted = Wanted(NOW + timedelta(days=1), 30)
    return Meeting.schedule(requisition, wanted, pk=KEY, by=recruiter, now=NOW)


def by_mail(user: User, purpose: str, pk: UUID, browser: Browser | None = None) -> Browser:
    """A browser that has opened the link."""
    browser = browser or Browser()
    link = urlsplit(link_url(user, purpose, pk, now=NOW)).path
    assert browser.get(link).status_code == 302
    return browser


@pytest.fixture
def reader(meeting: Meeting, manager: User) -> Browser:
    return by_mail(manager, "pre-read", meeting.pk)


PRE = f"/mail/pre-read/{KEY}/"
JSON = {"Accept": "application/json"}


def texts(requisition: Requisition) -> dict[str, str]:
    return dict(Answer.objects.filter(intake=requisition.pk).values_list("key", "text"))


# --- the pre-read --------------------------------------------------------------------------


def test_pre_read_asks_three_to_five_questions(reader: Browser) -> None:
    page = reader.get(PRE)
    assert 3 <= len(PRE_READ) <= 5
    assert [one.question.key for one in page.context["answers"]] == list(PRE_READ)
    assert all(BY_KEY[key].ask in page.text for key in PRE_READ)
    assert "Thu 12 Mar, 10:00" in page.text


def test_looking_at_the_pre_read_writes_nothing(
    reader: Browser, requisition: Requisition, manager: User
) -> None:
    events = Event.objects.count()
    reader.get(PRE)
    by_mail(manager, "pre-read", KEY).get(PRE)
    assert (Intake.objects.count(), Event.objects.count()) == (0, events)


def test_answers_stand_in_the_draft_in_the_name_of_the_links_owner(
    reader: Browser, requisition: Requisition, manager: User, recruiter: User
) -> None:
    answer = reader.post(PRE, {"pay": "60 to 70", "dates": "\r\nMay\r\n", "why-job": ""})
    assert (answer.status_code, answer["Location"]) == (302, PRE)
    assert texts(requisition) == {"pay": "60 to 70", "dates": "May"}
    assert Answer.objects.get(key="pay").saved_by == manager
    told = Notification.objects.filter(recipient=recruiter, kind="answer")
    assert [one.sentence for one in told] == [
        "Max Manager answered questions of the intake of Data Engineer"
    ]


def test_answers_are_saved_as_they_are_typed(reader: Browser, requisition: Requisition) -> None:
    said = {"piece": "answers-pre-read", "pay": "60", "seen-pay": ""}
    for _ in range(10):
        answer = reader.post(PRE, said, headers=JSON)
        assert answer.status_code == 200
    assert answer.json()["values"] == {"pay": "60"}
    assert (Answer.objects.count(), Notification.objects.filter(kind="answer").count()) == (1, 1)


def test_text_that_somebody_saved_meanwhile_is_shown_beside_ones_own(
    reader: Browser, requisition: Requisition, recruiter: User
) -> None:
    intake = Intake.prepare(requisition, by=recruiter, now=NOW)
    Answer.write(intake, "pay", "55", seen="", by=recruiter, now=NOW)
    said = {"piece": "answers-pre-read", "pay": "60", "seen-pay": "", "dates": "May"}
    answer = reader.post(PRE, said, headers=JSON)
    assert (answer.status_code, answer.json()["fields"]) == (409, ["pay"])
    assert answer.json()["values"] == {"pay": "55", "dates": "May"}
    assert answer.json()["by"] == "Rosa Recruiter"
    page = reader.post(PRE, said)
    assert page.status_code == 409
    assert ">\n60</textarea>" in page.text
    assert "Rosa Recruiter has saved another text meanwhile" in page.text
    assert texts(requisition) == {"pay": "55", "dates": "May"}, "what can be saved is"
    assert 'name="seen-pay" value="55"' in page.text
    assert reader.post(PRE, {"pay": "60", "seen-pay": "55"}).status_code == 302
    assert texts(requisition)["pay"] == "60"


def test_text_that_cannot_be_kept_stays_in_its_field(
    reader: Browser, requisition: Requisition
) -> None:
    page = reader.post(PRE, {"pay": "six\u202ety", "dates": "May"})
    assert page.status_code == 422
    assert ">\nsix\u202ety</textarea>" in page.text
    assert "reverses the text" in page.text
    assert texts(requisition) == {"dates": "May"}
    answer = reader.post(PRE, {"pay": "six\u202ety"}, headers=JSON)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["pay"])


def test_only_what_is_asked_is_saved(reader: Browser, requisition: Requisition) -> None:
    reader.post(PRE, {"panel": "Everybody", "text": "x", "pay": "60"})
    assert texts(requisition) == {"pay": "60"}


def test_link_of_another_signed_in_person_is_refused(
    meeting: Meeting, manager: User, watcher: User
) -> None:
    browser = by_mail(manager, "pre-read", meeting.pk)
    browser.force_login(watcher)
    assert [browser.get(PRE).status_code, browser.post(PRE, {"pay": "1"}).status_code] == [403] * 2
    assert not Answer.objects.exists()


def test_link_for_one_page_opens_no_other(
    meeting: Meeting, requisition: Requisition, manager: User
) -> None:
    browser = by_mail(manager, "pre-read", meeting.pk)
    assert browser.get(f"/mail/writing/{requisition.pk}/").status_code == 404


def closed_by(what: str, requisition: Requisition, recruiter: User) -> None:
    if what == "signed":
        Brief.objects.create(requisition=requisition, number=1, document={}, digest="x",
                             by=recruiter, at=NOW, signed_at=NOW)  # fmt: skip
    else:
        requisition.cancel(by=recruiter, now=NOW, reason="No budget.")


@pytest.mark.parametrize(
    ("what", "words"), [("signed", "The brief is signed"), ("closed", "is cancelled")]
)
@pytest.mark.parametrize("purpose", ["pre-read", "writing"])
def test_closed_says_so_kindly_and_shows_what_came_too_late(
    what: str, words: str, purpose: str, requisition: Requisition, meeting: Meeting,
    manager: User, recruiter: User,
) -> None:  # fmt: skip
    pk = meeting.pk if purpose == "pre-read" else requisition.pk
    browser, path = by_mail(manager, purpose, pk), f"/mail/{purpose}/{pk}/"
    closed_by(what, requisition, recruiter)
    page = browser.get(path)
    assert (page.status_code, words in page.text) == (200, True)
    page = browser.post(path, {"pay": "sixty <b>"})
    assert (page.status_code, "sixty &lt;b&gt;" in page.text) == (409, True)
    answer = browser.post(path, {"pay": "60", "piece": "p"}, headers=JSON)
    assert (answer.status_code, answer.json()["piece"]) == (422, "p")
    assert not Answer.objects.exists()


def test_former_manager_learns_only_that_it_is_over(
    requisition: Requisition, meeting: Meeting, recruiter: User, acme: Client, reader: Browser
) -> None:
    nora = make_user("nora@acme.example", clients=[acme], name="Nora New")
    requisition.edit({"manager": nora}, version=1, by=recruiter, now=NOW)
    page = reader.get(PRE)
    assert page.status_code == 410
    assert "Somebody else answers" in page.text
    assert requisition.title not in page.text


def test_pre_read_stays_open_when_the_meeting_is_called_off(
    reader: Browser, meeting: Meeting, recruiter: User
) -> None:
    """What is answered is of use, meeting or not."""
    meeting.cancel(sequence=0, by=recruiter, now=NOW)
    page = reader.get(PRE)
    assert (page.status_code, "Thu 12 Mar" in page.text) == (200, False)
    assert reader.post(PRE, {"pay": "60"}).status_code == 302


# --- part by part --------------------------------------------------------------------------


def writing(requisition: Requisition, part: str = "") -> str:
    return reverse("intake_writing", args=[requisition.pk]) + (f"?part={part}" if part else "")


def test_parts_follow_each_other_to_the_end(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    browser, path, seen = sign_in(manager), writing(requisition), []
    for _ in range(7):
        page = browser.get(path)
        seen.append((page.context["part"].key, page.context["number"]))
        path = browser.post(path, {})["Location"]
    assert seen == [("why", 1), ("requirements", 2), ("success", 3), ("market", 4), ("steps", 5),
                    ("reasons", 6), ("signing", 7)]  # fmt: skip
    assert path == writing(requisition, "done")
    assert "Nothing is written yet" in browser.get(path).text


def test_every_question_is_asked_once(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    browser, asked = sign_in(manager), []
    for part in browser.get(writing(requisition)).context["sheet"].parts:
        page = browser.get(writing(requisition, part.key))
        asked += [one.question.key for one in page.context["answers"]]
    assert asked == list(BY_KEY)


def test_agenda_of_its_own_leaves_parts_out(
    sign_in: SignIn, requisition: Requisition, manager: User, recruiter: User
) -> None:
    """A part that somebody made up has no questions, so nothing is to be written in it."""
    intake = Intake.prepare(requisition, by=recruiter, now=NOW)
    parts = [Part("market", "Money", 5), Part("coffee", "Coffee", 5), Part("why", "Why", 5)]
    intake.set_agenda(parts, by=recruiter, now=NOW)
    page = sign_in(manager).get(writing(requisition, "reasons"))
    assert [part.key for part in page.context["sheet"].parts] == ["market", "why"]
    assert page.context["part"].name == "Money"


@pytest.mark.parametrize("part", ["", "why", "done"])
def test_agenda_of_made_up_parts_alone_asks_what_is_usual(
    sign_in: SignIn, requisition: Requisition, manager: User, recruiter: User, part: str
) -> None:
    intake = Intake.prepare(requisition, by=recruiter, now=NOW)
    intake.set_agenda([Part("own-1", "Coffee", 5)], by=recruiter, now=NOW)
    page = sign_in(manager).get(writing(requisition, part))
    assert (page.status_code, len(page.context["sheet"].parts)) == (200, 7)


def test_answers_of_a_part_are_saved_and_the_next_one_comes(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    answer = sign_in(manager).post(writing(requisition, "market"), {"pay": "60", "place": "Kiel"})
    assert (answer.status_code, answer["Location"]) == (302, writing(requisition, "steps"))
    assert texts(requisition) == {"pay": "60", "place": "Kiel"}


def test_requirements_are_added_once_and_sorted_with_their_test(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    browser, path = sign_in(manager), writing(requisition, "requirements")
    added = {"piece": "requirement-new", "key": str(KEY), "text": "Kafka", "kind": ""}
    for _ in range(3):
        assert browser.post(path, added)["Location"] == f"{path}#requirement-{KEY}"
    piece = f"requirement-{KEY}"
    said = {"piece": piece, "kind": "dealbreaker", "seen-kind": "", "tested_how": "A talk",
            "seen-tested_how": "", "tested_by": "Ada", "seen-tested_by": ""}  # fmt: skip
    assert browser.post(path, said).status_code == 302
    row = Requirement.objects.get()
    assert (row.text, row.kind, row.tested_how, row.tested_by) == (
        "Kafka", "dealbreaker", "A talk", "Ada",
    )  # fmt: skip
    page = browser.post(path, {"piece": piece, "kind": "nice", "seen-kind": ""})
    assert page.status_code == 409
    assert "Max Manager has saved it otherwise meanwhile" in page.text
    again = browser.post(path, {**said, "kind": "nice", "seen-kind": "dealbreaker"}, headers=JSON)
    assert again.json()["values"]["kind"] == "nice"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"piece": "requirement-new", "key": str(KEY), "text": ""}, 422),
        ({"piece": "requirement-new", "key": str(KEY), "text": "x" * 301}, 422),
        ({"piece": "requirement-new", "key": "x", "text": "Kafka"}, 404),
        ({"piece": "requirement-new", "key": str(KEY), "text": "Kafka", "kind": "must"}, 422),
        ({"piece": f"requirement-{KEY}", "text": "Kafka"}, 404),
        ({"piece": "requirement-", "text": "Kafka"}, 404),
    ],
)
def test_requirement_that_cannot_be_kept_is_refused(
    data: dict[str, str], code: int, sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    page = sign_in(manager).post(writing(requisition, "requirements"), data)
    assert page.status_code == code
    assert not Requirement.objects.exists()


def test_requirement_of_another_intake_is_not_found(
    sign_in: SignIn, requisition: Requisition, other_requisition: Requisition, manager: User,
    other_recruiter: User,
) -> None:  # fmt: skip
    theirs = Intake.prepare(other_requisition, by=other_recruiter, now=NOW)
    row = Requirement.add(theirs, {"text": "Secret"}, by=other_recruiter, now=NOW, pk=KEY)
    browser, path = sign_in(manager), writing(requisition, "requirements")
    change = {"piece": f"requirement-{row.pk}", "text": "Mine", "seen-text": "Secret"}
    add = {"piece": "requirement-new", "key": str(KEY), "text": "Mine"}
    assert [browser.post(path, one).status_code for one in (change, add)] == [404, 404]
    assert Requirement.objects.get().text == "Secret"


def test_end_says_what_is_missing_and_then_leads_on(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    browser, end = sign_in(manager), writing(requisition, "done")
    browser.post(writing(requisition, "why"), {"why-job": "Two teams"})
    page = browser.get(end)
    assert [one.text for one in page.context["missing"]] == ["Agree on at least one dealbreaker."]
    intake = Intake.objects.get()
    Requirement.add(intake, {"text": "Kafka", "kind": "dealbreaker", "tested_how": "A talk",
                             "tested_by": "Ada"}, by=manager, now=NOW, pk=KEY)  # fmt: skip
    assert "That was all" in browser.get(end).text


def test_watcher_may_not_write_and_stand_in_may(
    sign_in: SignIn, requisition: Requisition, manager: User, watcher: User, acme: Client
) -> None:
    assert sign_in(watcher).get(writing(requisition)).status_code == 403
    dora = make_user("dora@acme.example", clients=[acme], name="Dora Delegate")
    Delegation.settle(manager, {acme.pk: dora.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), by=manager, now=NOW)
    answer = sign_in(dora).post(writing(requisition, "market"), {"pay": "60"})
    assert answer.status_code == 302
    assert Answer.objects.get().saved_by == dora


def test_statements_do_not_grow_with_what_was_written(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    browser, path = sign_in(manager), writing(requisition, "requirements")
    intake = Intake.prepare(requisition, by=manager, now=NOW)
    few = counted(lambda: browser.get(path))
    for number in range(50):
        Requirement.add(intake, {"text": f"Skill {number}"}, by=manager, now=NOW,
                        pk=uuid.UUID(int=number))  # fmt: skip
        if number < 9:
            key = [one for one in BY_KEY if BY_KEY[one].part == "requirements"][number]
            Answer.write(intake, key, "x", seen="", by=manager, now=NOW)
    assert counted(lambda: browser.get(path)) == few == 7


def test_managers_home_leads_to_it_while_the_job_is_not_agreed(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, acme: Client
) -> None:
    job = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    home = sign_in(manager).get("/").text
    assert [f'href="{writing(one)}"' in home for one in (job, requisition)] == [True, False]


# --- asking for it -------------------------------------------------------------------------


def ask(browser: Browser, requisition: Requisition, key: UUID = KEY) -> Any:
    return browser.post(reverse("meeting_writing", args=[requisition.pk]), {"key": key})


def test_manager_is_asked_once_by_a_form_and_answers_by_the_link(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User,
    mailoutbox: list[EmailMessage],
) -> None:  # fmt: skip
    desk = sign_in(recruiter)
    assert {ask(desk, requisition).status_code for _ in range(10)} == {302}
    mail = Mail.objects.kind(WRITING).get()
    delivery.deliver([mail.pk], now=NOW)
    [message] = mailoutbox
    assert (message.to, message.subject) == (
        ["manager@acme.example"], "Rosa Recruiter asks you about Data Engineer",
    )  # fmt: skip
    assert message.extra_headers["Reply-To"] == "recruiter@acme.example"
    link = next(line for line in str(message.body).splitlines() if "/mail/writing/" in line)
    browser = Browser()
    page = browser.get(urlsplit(link).path, follow=True)
    assert page.context["part"].key == "why"
    path = f"/mail/writing/{requisition.pk}/"
    assert browser.post(f"{path}?part=why", {"why-job": "Two teams"})["Location"] == (
        f"{path}?part=requirements"
    )
    assert Answer.objects.get().saved_by == manager
    assert "Asked <time" in desk.get(reverse("meeting", args=[requisition.pk])).text


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("signed", "The brief was signed."),
        ("closed", "The requisition is closed."),
        ("handed over", "Somebody else is the hiring manager now."),
    ],
)
def test_request_that_came_too_late_is_not_sent(
    what: str, reason: str, requisition: Requisition, recruiter: User, acme: Client
) -> None:
    ask_in_writing(requisition, key=KEY, by=recruiter, now=NOW)
    if what == "handed over":
        nora = make_user("nora@acme.example", clients=[acme], name="Nora New")
        requisition.edit({"manager": nora}, version=1, by=recruiter, now=NOW)
    else:
        closed_by(what, requisition, recruiter)
    mail = Mail.objects.kind(WRITING).get()
    delivery.deliver([mail.pk], now=NOW)
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.SKIPPED, reason)


def test_nothing_is_asked_about_a_signed_brief_or_without_a_key(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    desk = sign_in(recruiter)
    page = desk.post(reverse("meeting_writing", args=[requisition.pk]), {"key": "x"})
    assert page.status_code == 422
    closed_by("signed", requisition, recruiter)
    page = ask(desk, requisition)
    assert (page.status_code, "The brief is signed" in page.text) == (422, True)
    assert not Mail.objects.kind(WRITING).exists()


# --- the pages behind the links ------------------------------------------------------------


def pages(requisition: Requisition, meeting: Meeting) -> list[tuple[str, UUID, str]]:
    parts = ["", "?part=requirements", "?part=done"]
    return [("pre-read", meeting.pk, ""), *(("writing", requisition.pk, one) for one in parts)]


def test_pages_behind_links_parse_without_an_error(
    requisition: Requisition, meeting: Meeting, manager: User
) -> None:
    intake = Intake.prepare(requisition, by=manager, now=NOW)
    Requirement.add(intake, {"text": '"><b>'}, by=manager, now=NOW, pk=KEY)
    for purpose, pk, query in pages(requisition, meeting):
        page = by_mail(manager, purpose, pk).get(f"/mail/{purpose}/{pk}/{query}")
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(page.content)
        ids = [part.split('"')[0] for part in page.text.split(' id="')[1:]]
        assert (page.status_code, parser.errors, len(ids)) == (200, [], len(set(ids)))


@pytest.mark.django_db(transaction=True)
def test_pages_behind_links_on_a_phone(
    requisition: Requisition, meeting: Meeting, manager: User, open_page: OpenPage,
    axe: Callable[[Page], list[str]],
) -> None:  # fmt: skip
    """Reachable for all, in both themes, nothing wider than the phone, saved as it is typed."""
    intake = Intake.prepare(requisition, by=manager, now=NOW)
    Requirement.add(intake, {"text": "x" * 300}, by=manager, now=NOW, pk=KEY)
    page = open_page("/healthz", color_scheme="dark", viewport=PHONE)
    for purpose, pk, query in pages(requisition, meeting):
        page.goto(urlsplit(link_url(manager, purpose, pk, now=NOW)).path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.goto(f"/mail/{purpose}/{pk}/{query}")
            assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(PRE)
    page.get_by_label(BY_KEY["pay"].ask).fill("60 to 70")
    page.get_by_text("Saved", exact=True).wait_for()
    assert texts(requisition) == {"pay": "60 to 70"}
    page.goto(f"/mail/writing/{requisition.pk}/?part=requirements")
    page.get_by_role("radio", name="Dealbreaker").first.check()
    page.get_by_label("How is it tested?").first.fill("A talk")
    page.get_by_text("Saved", exact=True).first.wait_for()
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**part=success")
    row = Requirement.objects.get()
    assert (row.kind, row.tested_how) == ("dealbreaker", "A talk")
