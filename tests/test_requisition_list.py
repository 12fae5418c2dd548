"""The list of requisitions: who sees what, found by what the URL says."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import html5lib
import pytest
from django.test import Client as Browser
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Client, Role, User
from recruiting.dashboards.rows import ago
from requisitions.models import Requisition, Stage, Status
from status_updates.models.checkpoint import PromiseMade
from tests.factories import NOW, make_checkpoint, make_client, make_requisition, make_user
from tests.queries import counted

SignIn = Callable[[User], Browser]
LIST = "/requisitions/"
LIMIT = 8
"""Statements, sign-in included."""


@pytest.fixture(autouse=True)
def _still(clock: TimeMachineFixture) -> None:
    """Wednesday 2026-03-11."""


@pytest.fixture
def desk(sign_in: SignIn, recruiter: User) -> Browser:
    return sign_in(recruiter)


def titles(response: Any) -> list[str]:
    return [one.title for one in response.context["rows"]]


def test_row_says_what_matters_in_finished_texts(desk: Browser, requisition: Requisition) -> None:
    Requisition.objects.filter(pk=requisition.pk).update(
        place="Lisbon", employer="Acme", opened_on=date(2026, 2, 9)
    )
    make_checkpoint(
        requisition,
        on=date(2026, 3, 9),
        counts={Stage.FOUND: 1200, Stage.SUBMITTED: 2},
        next_step="Call three of them",
        promise=PromiseMade(Stage.SUBMITTED, 2, date(2026, 3, 13)),
    )
    row = desk.get(LIST).context["rows"][0]
    assert (row.title, row.about, row.manager) == ("Data Engineer", "Acme · Lisbon", "Max Manager")
    assert [total.text for total in row.totals.values()] == [
        "1,200",
        "0",
        "0",
        "0",
        "2",
        "0",
        "0",
        "0",
        "0",
    ]
    assert (row.days, row.status_label) == ("30", "Open")
    assert (row.last, row.last_title) == ("2 days ago", "Mon 9 Mar 2026")
    assert (row.next_step, row.promise) == (
        "Call three of them", "2 resumes submitted by Fri 13 Mar",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "yesterday"),
        (2, "2 days ago"),
        (30, "30 days ago"),
        (31, "8 Feb"),
        (365, "11 Mar 2025"),
    ],
)
def test_past_days_in_words(days: int, words: str) -> None:
    assert ago(NOW.date() - timedelta(days=days), NOW.date()) == words


def test_late_promise_is_marked(desk: Browser, requisition: Requisition) -> None:
    promise = PromiseMade(Stage.MET, 1, date(2026, 3, 10))
    make_checkpoint(requisition, now=NOW - timedelta(days=5), promise=promise)
    row = desk.get(LIST).context["rows"][0]
    assert (row.promise, row.promise_is_late) == ("1 met by Tue 10 Mar, late", True)


def test_closed_requisition_promises_nothing_more(
    desk: Browser, requisition: Requisition, recruiter: User
) -> None:
    promise = PromiseMade(Stage.MET, 1, date(2026, 3, 13))
    make_checkpoint(requisition, promise=promise, next_step="Call")
    requisition.cancel(by=recruiter, now=NOW, reason="Not needed")
    row = desk.get(LIST).context["rows"][0]
    assert (row.next_step, row.promise) == ("", "")


def test_each_sees_only_what_is_theirs(
    sign_in: SignIn,
    recruiter: User,
    manager: User,
    watcher: User,
    lead: User,
    other_recruiter: User,
    requisition: Requisition,
    other_requisition: Requisition,
    acme: Client,
) -> None:
    second = make_user(clients=[acme])
    make_requisition(acme, recruiter=recruiter, manager=second, title="Colleague's")

    def seen(user: User) -> set[str]:
        return set(titles(sign_in(user).get(LIST)))

    assert seen(recruiter) == {"Data Engineer", "Colleague's"}
    assert seen(manager) == {"Data Engineer"}
    assert seen(watcher) == {"Data Engineer"}
    assert seen(other_recruiter) == {"Secret Agent"}
    assert seen(lead) == {"Data Engineer", "Colleague's", "Secret Agent"}


@pytest.fixture
def many(acme: Client, recruiter: User, manager: User, lead: User) -> None:
    """Five requisitions of two clients that differ in what can be searched."""
    other = make_client("Initech", by=recruiter)
    person = make_user(clients=[other], name="Ina")
    every: dict[str, dict[str, Any]] = {
        "Data Engineer": {"place": "Lisbon", "code": "R-17"},
        "Data Analyst": {"employer": "Hooli", "place": "Porto"},
        "Welder": {"place": "Lisbon"},
    }
    for title, fields in every.items():
        make_requisition(acme, recruiter=recruiter, manager=manager, title=title, **fields)
    make_requisition(other, recruiter=recruiter, manager=person, title="Cook", status=Status.INTAKE)
    make_requisition(acme, recruiter=lead, manager=manager, title="Baker", status=Status.ON_HOLD)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Data Analyst", "Data Engineer", "Welder", "Cook", "Baker"]),
        ("q=data", ["Data Analyst", "Data Engineer"]),
        ("q=lisbon+data", ["Data Engineer"]),
        ("q=HOOLI", ["Data Analyst"]),
        ("q=r-17", ["Data Engineer"]),
        ("q=%25", []),
        ("q=nothing", []),
        ("status=intake", ["Cook"]),
        ("status=on_hold", ["Baker"]),
        ("status=active", ["Data Analyst", "Data Engineer", "Welder", "Cook", "Baker"]),
        ("status=filled", []),
        ("status=quiet", ["Data Analyst", "Data Engineer", "Welder"]),
        ("status=unmanaged", []),
        ("mine=on&status=on_hold", []),
        ("sort=title", ["Baker", "Cook", "Data Analyst", "Data Engineer", "Welder"]),
        ("sort=-title&q=data", ["Data Engineer", "Data Analyst"]),
        ("sort=nonsense&q=data", ["Data Analyst", "Data Engineer"]),
    ],
)
def test_list_shows_what_the_url_asks_for(
    desk: Browser, many: None, query: str, found: list[str]
) -> None:
    response = desk.get(f"{LIST}?{query}")
    assert titles(response) == found
    assert response.context["page"].paginator.count == len(found)


def test_client_can_be_chosen_and_numbers_follow(desk: Browser, many: None) -> None:
    client = Client.objects.get(name="Initech")
    response = desk.get(f"{LIST}?client={client.pk}")
    assert titles(response) == ["Cook"]
    assert [name for _, name in response.context["clients"]] == ["Acme", "Initech"]
    numbers = dict(response.context["statuses"])
    assert (numbers[""], numbers["intake"], numbers["open"]) == (
        "All (1)", "Intake (1)", "Open (0)",
    )  # fmt: skip


def test_another_client_in_the_url_finds_nothing(
    desk: Browser, requisition: Requisition, other_requisition: Requisition
) -> None:
    response = desk.get(f"{LIST}?client={other_requisition.client_id}")
    assert titles(response) == []
    assert "Globex" not in response.content.decode()


@pytest.mark.parametrize(
    "query", ["q=%00", f"q={'x' * 101}", "client=7", "status=zzz", "page=zzz", "page=-1", "page=99"]
)
def test_url_that_cannot_be_read_still_shows_the_list(
    desk: Browser, requisition: Requisition, query: str
) -> None:
    response = desk.get(f"{LIST}?{query}")
    assert (response.status_code, titles(response)) == (200, ["Data Engineer"])


def test_sorting_by_numbers_begins_with_the_largest_and_turns_round(
    desk: Browser, acme: Client, recruiter: User, manager: User
) -> None:
    for number in (2, 30, 1):
        one = make_requisition(acme, recruiter=recruiter, manager=manager, title=f"Job {number}")
        make_checkpoint(one, counts={Stage.FOUND: number})
    response = desk.get(f"{LIST}?q=Job")
    heading = next(one for one in response.context["headings"] if one.label == "Found")
    assert heading.query == "q=Job&sort=-found"
    response = desk.get(f"{LIST}?{heading.query}")
    assert titles(response) == ["Job 30", "Job 2", "Job 1"]
    heading = next(one for one in response.context["headings"] if one.label == "Found")
    assert (heading.sorted, heading.query) == ("descending", "q=Job&sort=found")


def test_sorting_by_days_puts_the_longest_open_first(
    desk: Browser, acme: Client, recruiter: User, manager: User
) -> None:
    for day in (5, 1, 9):
        make_requisition(
            acme, recruiter=recruiter, manager=manager, title=f"D{day}",
            opened_on=date(2026, 3, day),
        )  # fmt: skip
    assert titles(desk.get(f"{LIST}?sort=-days")) == ["D1", "D5", "D9"]


def test_pages_of_fifty_keep_the_filter(
    desk: Browser, acme: Client, recruiter: User, manager: User
) -> None:
    for number in range(52):
        make_requisition(acme, recruiter=recruiter, manager=manager, title=f"Job {number:02}")
    response = desk.get(f"{LIST}?q=job&page=2")
    assert titles(response) == ["Job 50", "Job 51"]
    assert "q=job&amp;page=1" in response.content.decode()


def test_empty_list_teaches_the_next_step(desk: Browser) -> None:
    page = desk.get(LIST).content.decode()
    assert 'href="/requisitions/new/"' in page
    assert 'href="/requisitions/import/"' in page


def test_manager_gets_sentences_and_nothing_to_edit(
    sign_in: SignIn, manager: User, requisition: Requisition
) -> None:
    page = sign_in(manager).get(LIST).content.decode()
    assert "Open for 30 days, no candidates found yet" in page
    assert "/requisitions/new/" not in page


@pytest.mark.parametrize("who", ["recruiter", "manager", "lead"])
def test_list_costs_the_same_for_one_row_and_for_fifty(
    sign_in: SignIn,
    acme: Client,
    recruiter: User,
    manager: User,
    who: str,
    request: pytest.FixtureRequest,
) -> None:
    browser = sign_in(request.getfixturevalue(who))

    def add(number: int) -> None:
        for _ in range(number):
            one = make_requisition(acme, recruiter=recruiter, manager=manager)
            promise = PromiseMade(Stage.MET, 1, date(2026, 3, 13))
            make_checkpoint(one, promise=promise, next_step="Call")

    add(1)
    one_row = counted(lambda: browser.get(LIST))
    add(49)
    response = browser.get(LIST)
    assert len(response.context["rows"]) == 50
    assert counted(lambda: browser.get(f"{LIST}?q=job&sort=-met&status=active")) == one_row
    assert one_row <= LIMIT


@pytest.mark.parametrize("who", ["recruiter", "manager", "lead"])
def test_list_is_valid_html_whatever_it_is_called(
    sign_in: SignIn, requisition: Requisition, who: str, request: pytest.FixtureRequest
) -> None:
    Requisition.objects.filter(pk=requisition.pk).update(title="<b>&" * 50, place='"><i>')
    user = request.getfixturevalue(who)
    for path in (LIST, f"{LIST}?q=%3Cb%3E", f"{LIST}?q=zzz"):
        page = sign_in(user).get(path).content.decode()
        html5lib.HTMLParser(strict=True).parse(page)
        assert "<b>&<b>" not in page


def test_role_without_any_requisition_sees_an_empty_list(sign_in: SignIn, db: None) -> None:
    assert titles(sign_in(make_user(role=Role.LEAD)).get(LIST)) == []
