"""What an open room asks for, what its agenda becomes, and where one without a draft is led."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from intake.agenda import AGENDA
from intake.models import AgendaTemplate, Agreement, Answer, Editing, Intake, Requirement
from intake.models.agreements import USUAL
from intake.news import TICKET_FOR, News
from recruiting.accounts.models import Client, Membership, User
from requisitions.models import Requisition, Status
from tests.factories import NOW, make_requisition
from tests.queries import counted
from tests.test_every_page import parse_errors
from tests.test_nasty_input import Form, forms_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]


def forms_with(field: str, page: Any) -> list[Form]:
    return [form for form in forms_on(page, "") if field in form.fields]


@pytest.fixture
def intake(acme: Client, recruiter: User, manager: User) -> Intake:
    job = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    return Intake.prepare(job, by=recruiter, now=NOW)


def url(name: str, intake: Intake) -> str:
    return reverse(name, args=[intake.pk])


class Reader:
    """A page that asks for news as intake.js does."""

    def __init__(self, browser: Browser, intake: Intake) -> None:
        self.browser, self.path = browser, url("intake_news", intake)
        self.known = {"since": "0", "mark": "", "ticket": ""}

    def ask(self, **other: str) -> int:
        """The status; what was answered is known from then on."""
        answer = self.browser.get(self.path, self.known | other)
        if answer.status_code == 200:
            self.news = answer.json()
            self.known["since"], self.known["mark"] = str(self.news["revision"]), self.news["mark"]
            self.known["ticket"] = self.news.get("ticket", self.known["ticket"])
        return answer.status_code


@pytest.fixture
def reader(intake: Intake, manager: User, sign_in: SignIn) -> Reader:
    return Reader(sign_in(manager), intake)


# --- news ----------------------------------------------------------------------------------


def test_no_news_is_an_empty_answer(reader: Reader, intake: Intake, recruiter: User) -> None:
    assert [reader.ask(), reader.ask()] == [200, 204]
    Answer.write(intake, "pay", "60", seen="", by=recruiter, now=NOW)
    assert reader.ask() == 200
    assert [one["values"] for one in reader.news["changed"]] == [{"text": "60"}]
    assert reader.ask() == 204


def test_all_that_can_change_is_news(reader: Reader, intake: Intake, recruiter: User) -> None:
    reader.ask()
    Agreement.settle(intake.requisition, USUAL, version=0, by=recruiter, now=NOW)
    assert (reader.ask(), reader.news["agreement"]) == (200, 1)
    before = reader.news["agenda"]
    intake.begin(by=recruiter, now=NOW)
    assert (reader.ask(), reader.news["agenda"] == before) == (200, False)
    before = reader.news["agenda"]
    intake.set_agenda(AGENDA[:3], by=recruiter, now=NOW)
    assert (reader.ask(), reader.news["agenda"] == before) == (200, False)
    Editing.say(intake, "answer-pay:text", by=recruiter, now=NOW)
    assert reader.ask() == 200
    assert reader.news["here"] == [
        {"name": "Rosa Recruiter", "side": "recruiter", "piece": "answer-pay:text"}
    ]


@pytest.mark.parametrize("since", ["-1", "x", "9" * 30, "²", ""])
def test_strange_revision_is_before_all(since: str, reader: Reader, intake: Intake,
                                        recruiter: User) -> None:  # fmt: skip
    Answer.write(intake, "pay", "60", seen="", by=recruiter, now=NOW)
    assert reader.ask(since=since) == 200
    assert len(reader.news["changed"]) == 1


def test_statements_of_news_and_page_do_not_grow(
    reader: Reader, intake: Intake, recruiter: User
) -> None:
    def costs() -> list[int]:
        reader.ask(since="0")
        page = url("intake", intake)
        return [
            counted(lambda: reader.browser.get(page)),
            counted(lambda: reader.browser.get(url("intake_draft", intake))),
            counted(lambda: reader.ask(since="0")),
            counted(reader.ask),
        ]

    def require(text: str) -> None:
        values = {"text": text, "kind": "nice"}
        Requirement.add(intake, values, by=recruiter, now=NOW, pk=uuid.uuid4())

    require("Kafka")
    few = costs()
    for number in range(50):
        require(f"Skill {number}")
    assert costs() == few
    assert few[2:] == [8, 4]  # two of them are the session and its person


def test_ticket_holds_for_a_minute_and_for_one_person(
    reader: Reader, intake: Intake, manager: User, recruiter: User, acme: Client,
    other_manager: User, sign_in: SignIn, clock: TimeMachineFixture,
) -> None:  # fmt: skip
    reader.ask()
    stranger = Reader(sign_in(other_manager), intake)
    assert stranger.ask(**reader.known) == 404
    Membership.objects.get(client=acme, user=manager).delete()
    assert reader.ask() == 204
    clock.shift(TICKET_FOR + timedelta(seconds=1))
    assert reader.ask() == 404


def test_ticket_is_renewed_while_one_sees_the_room(
    reader: Reader, clock: TimeMachineFixture
) -> None:
    reader.ask()
    first = reader.known["ticket"]
    clock.shift(TICKET_FOR + timedelta(seconds=1))
    assert [reader.ask(), reader.ask()] == [200, 204]
    assert reader.known["ticket"] != first


def test_same_state_has_the_same_mark() -> None:
    assert News(1, 0, "x").mark == News(1, 0, "x").mark
    assert News(1, 0, "x").mark != News(2, 0, "x").mark


# --- presence ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("piece", "status"),
    [
        ("answer-pay:text", 204),
        ("requirement-8b1c7a52-5c1f-4f0e-9d61-1f7f3ad0e9b1:tested_how", 204),
        ("agreement:decision_days", 204),
        ("", 204),
        ("a\x00", 422),
        ("<b>", 422),
        ("answer-" + "x" * 60, 422),
    ],
)
def test_place_in_the_room_is_kept_or_refused(
    piece: str, status: int, intake: Intake, manager: User, sign_in: SignIn
) -> None:
    answer = sign_in(manager).post(url("intake_presence", intake), {"piece": piece})
    assert answer.status_code == status
    said = Editing.objects.filter(intake=intake, piece=piece.replace("\x00", "")).exists()
    assert said == (status == 204)


def test_watcher_is_seen_in_the_room(
    intake: Intake, requisition: Requisition, watcher: User, recruiter: User, sign_in: SignIn
) -> None:
    watched = Intake.prepare(requisition, by=recruiter, now=NOW)
    sign_in(watcher).post(url("intake_presence", watched), {"piece": ""})
    page = sign_in(recruiter).get(url("intake", watched))
    assert "Wanda Watcher is here" in page.text


# --- the page ------------------------------------------------------------------------------


def test_room_without_a_draft_leads_to_its_preparation(
    requisition: Requisition, manager: User, other_manager: User, sign_in: SignIn
) -> None:
    page = reverse("intake", args=[requisition.pk])
    assert sign_in(manager).get(page)["Location"] == reverse(
        "intake_preparation", args=[requisition.pk]
    )
    assert sign_in(other_manager).get(page).status_code == 404


def test_clock_begins_once_and_stands_on_the_page(
    intake: Intake, manager: User, recruiter: User, sign_in: SignIn, clock: TimeMachineFixture
) -> None:
    sign_in(manager).post(url("intake_beginning", intake))
    clock.shift(timedelta(minutes=13))
    sign_in(recruiter).post(url("intake_beginning", intake))
    page = sign_in(manager).get(url("intake", intake)).text
    assert "17 min left" in page
    assert "3 min for What success looks like" in page
    clock.shift(timedelta(minutes=20))
    assert "Over by 3 min" in sign_in(manager).get(url("intake", intake)).text


@pytest.mark.parametrize(("asked", "shown"), [("?part=market", "market"), ("?part=x", "why")])
def test_page_begins_with_the_part_that_is_asked_for(
    asked: str, shown: str, intake: Intake, manager: User, sign_in: SignIn
) -> None:
    page = sign_in(manager).get(url("intake", intake) + asked).text
    assert [one.split('"')[0] for one in page.split('data-part="')[1:] if " data-open>" in
            one.partition("\n")[0]] == [shown]  # fmt: skip


# --- the agenda ----------------------------------------------------------------------------


def agenda_fields(browser: Browser, intake: Intake) -> dict[str, str]:
    """What its form holds, with every part that is in the meeting ticked."""
    page = browser.get(url("intake_agenda", intake))
    (form,) = forms_with("seen", page)
    there = {f"part-{part.key}-is_in" for part in intake.agenda}
    boxes = {name for name in form.fields if name.endswith("-is_in")} | {"keep"}
    kept = {name: value for name, value in form.fields.items() if name not in boxes}
    return kept | dict.fromkeys(there, "on")


def test_agenda_of_one_meeting_is_changed(
    intake: Intake, manager: User, acme: Client, sign_in: SignIn
) -> None:
    browser = sign_in(manager)
    fields = agenda_fields(browser, intake)
    fields |= {"part-market-place": "1", "part-market-name": "Money", "part-market-minutes": "9"}
    fields |= {"part-why-place": "5", "keep": "on"}
    del fields["part-steps-is_in"]
    answer = browser.post(url("intake_agenda", intake), fields)
    assert answer["Location"] == url("intake", intake)
    intake.refresh_from_db()
    assert [(part.key, part.minutes) for part in intake.agenda] == [
        ("market", 9), ("requirements", 7), ("success", 4), ("why", 5), ("reasons", 3),
        ("signing", 2),
    ]  # fmt: skip
    assert intake.agenda[0].name == "Money"
    assert AgendaTemplate.parts_at(acme) == AGENDA, "a manager keeps no template"


def test_recruiter_keeps_an_agenda_for_the_next_meetings(
    intake: Intake, recruiter: User, acme: Client, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    fields = agenda_fields(browser, intake) | {"part-why-minutes": "2", "keep": "on"}
    browser.post(url("intake_agenda", intake), fields)
    assert AgendaTemplate.parts_at(acme)[0].minutes == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"part-why-minutes": "0"}, "A part takes 1 to 60 minutes."),
        ({"part-why-name": ""}, "Give this part a name."),
        ({"part-why-name": "a\u202eb"}, "This holds an invisible mark"),
        (dict.fromkeys([f"part-{part.key}-is_in" for part in AGENDA], ""),
         "Keep at least one part."),
    ],
)  # fmt: skip
def test_agenda_that_cannot_be_is_refused_in_words(
    change: dict[str, str], words: str, intake: Intake, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    page = browser.post(url("intake_agenda", intake), agenda_fields(browser, intake) | change)
    assert page.status_code == 422
    assert words in page.text
    assert parse_errors(page.content) == []


def test_agenda_changed_meanwhile_is_shown_beside_ones_own(
    intake: Intake, recruiter: User, manager: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    fields = agenda_fields(browser, intake) | {"part-why-minutes": "2"}
    intake.set_agenda(AGENDA[:2], by=manager, now=NOW)
    page = browser.post(url("intake_agenda", intake), fields)
    assert page.status_code == 409
    assert "Saved while you were here" in page.text
    (form,) = forms_with("seen", page)
    assert form.fields["part-why-minutes"] == "2"
    again = fields | {"seen": form.fields["seen"]}
    assert browser.post(url("intake_agenda", intake), again).status_code == 302
    intake.refresh_from_db()
    assert len(intake.agenda) == len(AGENDA)
