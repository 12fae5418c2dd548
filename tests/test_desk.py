"""The home of recruiters and leads: what needs them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import html5lib
import pytest
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Client, User
from recruiting.dashboards import desk as desk_module
from recruiting.dashboards import needs
from recruiting.dashboards.desk import NAMES
from recruiting.dashboards.desk_items import Reason
from recruiting.dashboards.needs import Kind
from requisitions.models import Requisition, Stage, Status
from status_updates import facts
from status_updates.models import Note
from status_updates.models.checkpoint import PromiseMade
from tests.factories import (
    NOW,
    make_brief,
    make_checkpoint,
    make_client,
    make_note,
    make_requisition,
    make_slate,
    make_user,
)
from tests.queries import counted

SignIn = Callable[[User], Browser]
LIMIT = 15
"""Statements, sign-in included."""


@pytest.fixture(autouse=True)
def _still(clock: TimeMachineFixture) -> None:
    """Wednesday 2026-03-11."""


def desk_for(sign_in: SignIn, user: User) -> Any:
    return sign_in(user).get("/").context["desk"]


def needed(desk: Any) -> dict[str, list[str]]:
    return {group.name: [item.title for item in group.items] for group in desk.groups}


@pytest.fixture
def make(acme: Client, recruiter: User, manager: User) -> Callable[..., Requisition]:
    """Opened just now unless `now` says otherwise, so that nothing about it is quiet."""

    def made(title: str, **fields: Any) -> Requisition:
        values: dict[str, Any] = {"recruiter": recruiter, "manager": manager, "now": NOW} | fields
        return make_requisition(acme, title=title, **values)

    return made


def test_desk_groups_what_needs_the_recruiter(
    sign_in: SignIn, recruiter: User, manager: User, make: Callable[..., Requisition]
) -> None:
    make("Fresh")
    make("Silent", now=NOW - timedelta(days=8))
    make("Nobody's", manager=None, status=Status.DRAFT)
    make("Agreed", status=Status.INTAKE)
    for title, due in (("Missed", 10), ("Due", 11), ("Later", 12)):
        make_checkpoint(
            make(title),
            now=NOW - timedelta(days=2),
            promise=PromiseMade(Stage.MET, 2, date(2026, 3, due)),
        )
    make_note(make("Asked"), "Is **Ada** in?", by=manager, kind=Note.Kind.QUESTION)
    held = make("Held")
    held.put_on_hold(by=recruiter, now=NOW, reason="Budget", until=date(2026, 3, 11))
    still_held = make("Still held")
    still_held.put_on_hold(by=recruiter, now=NOW, reason="Budget", until=date(2026, 3, 12))
    desk = desk_for(sign_in, recruiter)
    assert needed(desk) == {
        "Promises": ["Missed", "Due"],
        "Gone quiet": ["Silent"],
        "Managers' questions": ["Asked"],
        "Holds that were to end": ["Held"],
        "Without a hiring manager": ["Nobody's"],
        "Waiting to be opened": ["Agreed"],
    }
    others = (Kind.ORPHANED, Kind.BRIEF, Kind.CANDIDATE)
    assert list(needed(desk)) == [NAMES[kind] for kind in Kind if kind not in others]
    assert desk.needing == 7
    assert [item.reasons[0] for group in desk.groups[:3] for item in group.items] == [
        Reason(Kind.PROMISE, "Promised: 2 met by Tue 10 Mar, late", late=True),
        Reason(Kind.PROMISE, "Promised: 2 met by Wed 11 Mar, today"),
        Reason(Kind.QUIET, "Nothing logged in 8 days since it was opened"),
        Reason(Kind.QUESTION, "Max Manager asked today: “Is **Ada** in?”"),
    ]


def test_requisition_stands_once_with_all_its_reasons(
    sign_in: SignIn, recruiter: User, manager: User, make: Callable[..., Requisition]
) -> None:
    both = make("Both", now=NOW - timedelta(days=30))
    ten_days_ago = NOW - timedelta(days=10)
    promise = PromiseMade(Stage.MET, 2, date(2026, 3, 10))
    make_checkpoint(both, now=ten_days_ago, promise=promise)
    make_note(both, "And?", by=manager, kind=Note.Kind.QUESTION)
    desk = desk_for(sign_in, recruiter)
    assert needed(desk) == {"Promises": ["Both"]}
    [item] = desk.groups[0].items
    assert [reason.kind for reason in item.reasons] == [Kind.PROMISE, Kind.QUIET, Kind.QUESTION]
    assert [(one.row.title, one.is_above) for one in desk.mine] == [("Both", True)]


def test_kept_promises_and_those_of_closed_requisitions_need_nobody(
    sign_in: SignIn, recruiter: User, make: Callable[..., Requisition]
) -> None:
    promise = PromiseMade(Stage.MET, 1, date(2026, 3, 10))
    kept, closed = make("Kept"), make("Closed")
    make_checkpoint(kept, now=NOW - timedelta(days=2), promise=promise)
    make_checkpoint(kept, counts={Stage.MET: 1})
    make_checkpoint(closed, now=NOW - timedelta(days=2), promise=promise)
    closed.cancel(by=recruiter, now=NOW, reason="Not needed")
    assert needed(desk_for(sign_in, recruiter)) == {}


def test_desk_leaves_out_what_colleagues_hold(
    sign_in: SignIn,
    recruiter: User,
    acme: Client,
    make: Callable[..., Requisition],
    other_requisition: Requisition,
) -> None:
    from recruiting.accounts.models import Role

    colleague = make_user(role=Role.RECRUITER, clients=[acme])
    make("Silent", recruiter=colleague, now=NOW - timedelta(days=30))
    desk = desk_for(sign_in, recruiter)
    assert (needed(desk), list(desk.mine), desk.clients) == ({}, [], ())


def test_own_open_requisitions_stand_in_order_of_silence(
    sign_in: SignIn, recruiter: User, make: Callable[..., Requisition]
) -> None:
    for title, back in (("Today", 0), ("Old", 5), ("Older", 6)):
        on = NOW.date() - timedelta(days=back)
        make_checkpoint(make(title, now=NOW - timedelta(days=7)), on=on)
    make("Never")
    make("Intake", status=Status.INTAKE)
    titles = [one.row.title for one in desk_for(sign_in, recruiter).mine]
    assert titles == ["Never", "Older", "Old", "Today"]


def test_own_open_requisitions_go_on_where_they_ended_whatever_is_logged_meanwhile(
    sign_in: SignIn,
    recruiter: User,
    make: Callable[..., Requisition],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk_module, "MINE_SHOWN", 2)
    rows = [make(f"Never {number}", opened_on=date(2026, 1, number)) for number in (1, 2, 3)]
    make_checkpoint(make("Logged", now=NOW - timedelta(days=7)), on=date(2026, 3, 6))
    browser = sign_in(recruiter)
    first = browser.get("/").context["desk"]
    assert [one.row.title for one in first.mine] == ["Never 1", "Never 2"]
    make_checkpoint(rows[0])
    second = browser.get(f"/?after={first.later}").context["desk"]
    assert [one.row.title for one in second.mine] == ["Never 3", "Logged"]
    third = browser.get(f"/?after={second.later}").context["desk"]
    assert ([one.row.title for one in third.mine], third.later) == (["Never 1"], "")


def test_lead_sees_the_sums_of_every_client_and_recruiter(
    sign_in: SignIn,
    lead: User,
    recruiter: User,
    make: Callable[..., Requisition],
    other_requisition: Requisition,
    other_recruiter: User,
) -> None:
    make("Fresh")
    make("Agreed", status=Status.INTAKE)
    make_checkpoint(
        make("Missed"),
        now=NOW - timedelta(days=2),
        promise=PromiseMade(Stage.MET, 2, date(2026, 3, 10)),
    )
    desk = desk_for(sign_in, lead)

    def plain(lines: Any) -> list[tuple[Any, ...]]:
        return [(one.name, one.open, one.waiting, one.quiet, one.missed) for one in lines]

    assert plain(desk.clients) == [("Acme", 2, 1, 0, 1), ("Globex", 1, 0, 1, 0)]
    assert plain(desk.recruiters) == [
        ("Rosa Recruiter", 2, 1, 0, 1),
        ("Omar Other", 1, 0, 1, 0),
    ]
    assert needed(desk)["Gone quiet"] == ["Secret Agent"]


def test_long_lists_show_some_and_lead_to_the_rest(
    sign_in: SignIn, recruiter: User, make: Callable[..., Requisition]
) -> None:
    for number in range(9):
        make(f"Draft {number}", manager=None, status=Status.DRAFT)
    browser = sign_in(recruiter)
    group = browser.get("/").context["desk"].groups[0]
    assert (group.total, len(group.items), group.more) == (9, 6, 3)
    [every] = browser.get(group.more_url).context["desk"].groups
    assert (len(every.items), every.more) == (9, 0)


@pytest.mark.parametrize("logged", [None, 7, 8])
@pytest.mark.parametrize("opened", [0, 7, 8, 40])
@pytest.mark.parametrize("resumed", [None, 7, 8])
def test_quiet_in_the_database_is_what_the_facts_call_quiet(
    recruiter: User,
    make: Callable[..., Requisition],
    opened: int,
    logged: int | None,
    resumed: int | None,
) -> None:
    requisition = make("One", now=NOW - timedelta(days=opened))
    if logged is not None:
        make_checkpoint(requisition, on=NOW.date() - timedelta(days=logged))
    if resumed is not None:
        at = NOW - timedelta(days=resumed)
        requisition.put_on_hold(by=recruiter, now=at, reason="Budget")
        requisition.resume(by=recruiter, now=at)
    row = Requisition.objects.select_related(
        "client", "recruiter", "manager", "funnel", "latest_checkpoint"
    ).get()
    material = facts.load([row], since=None, now=NOW)
    known = material.facts(row, since=None, today=NOW.date())
    found = Requisition.objects.filter(needs.quiet(NOW.date())).exists()
    assert found == (known.health == "quiet")


@pytest.mark.parametrize(("days", "is_quiet"), [(7, False), (8, True)])
def test_who_sent_resumes_has_not_gone_quiet(
    make: Callable[..., Requisition], *, days: int, is_quiet: bool
) -> None:
    requisition = make("One", now=NOW - timedelta(days=40))
    make_slate(requisition, now=NOW - timedelta(days=days))
    row = Requisition.objects.select_related(
        "client", "recruiter", "manager", "funnel", "latest_checkpoint"
    ).get()
    known = facts.load([row], since=None, now=NOW).facts(row, since=None, today=NOW.date())
    assert ("nothing logged" in known.sentence) == is_quiet
    assert (known.health == "quiet") == is_quiet
    assert Requisition.objects.filter(needs.quiet(NOW.date())).exists() == is_quiet


@pytest.mark.parametrize("who", ["recruiter", "lead"])
def test_desk_costs_the_same_for_one_of_each_and_for_many(
    sign_in: SignIn,
    recruiter: User,
    manager: User,
    make: Callable[..., Requisition],
    who: str,
    request: pytest.FixtureRequest,
) -> None:
    browser = sign_in(request.getfixturevalue(who))

    def add() -> None:
        make("Silent", now=NOW - timedelta(days=30))
        make("Nobody's", manager=None, status=Status.DRAFT)
        make("Agreed", status=Status.INTAKE)
        make_brief(make("Signed", status=Status.INTAKE), manager)
        promise = PromiseMade(Stage.MET, 2, date(2026, 3, 10))
        make_checkpoint(make("Missed"), now=NOW - timedelta(days=2), promise=promise)
        held = make("Held")
        held.put_on_hold(by=recruiter, now=NOW, reason="Budget", until=date(2026, 3, 11))
        make_note(make("Asked"), by=manager, kind=Note.Kind.QUESTION)
        make_slate(make("Undecided"), now=NOW - timedelta(days=7))

    add()
    few = counted(lambda: browser.get("/"))
    for _ in range(12):
        add()
    assert counted(lambda: browser.get("/")) == few
    assert few <= LIMIT


@pytest.mark.parametrize("who", ["recruiter", "lead"])
def test_desk_is_valid_html_empty_and_full(
    sign_in: SignIn,
    who: str,
    make: Callable[..., Requisition],
    request: pytest.FixtureRequest,
) -> None:
    browser = sign_in(request.getfixturevalue(who))
    empty = browser.get("/").content.decode()
    assert 'href="/requisitions/new/"' in empty
    make("<b>&Silent", now=NOW - timedelta(days=30))
    make("Nobody's", manager=None, status=Status.DRAFT)
    for page in (empty, browser.get("/").content.decode()):
        html5lib.HTMLParser(strict=True).parse(page)
    assert "<b>&Silent" not in page


def test_empty_client_is_no_reason_for_sums(sign_in: SignIn, lead: User) -> None:
    make_client("Empty")
    assert desk_for(sign_in, lead).has_requisitions is False


def test_briefs_wait_for_the_recruiter_at_once_and_for_the_manager_after_two_days(
    sign_in: SignIn, recruiter: User, manager: User, make: Callable[..., Requisition]
) -> None:
    earlier = NOW - timedelta(hours=1)
    make_brief(make("Asks me", status=Status.INTAKE, now=earlier), manager)
    make_brief(make("Asks him", status=Status.INTAKE), recruiter)
    make_brief(make("Asks him long", status=Status.INTAKE), recruiter, now=NOW - timedelta(days=3))
    make_brief(make("Agreed"))
    desk = desk_for(sign_in, recruiter)
    assert needed(desk) == {
        "Briefs to be signed": ["Asks me", "Asks him long"],
        "Waiting to be opened": ["Asks him"],
    }
    reasons = {
        item.title: [reason.text for reason in item.reasons]
        for group in desk.groups
        for item in group.items
    }
    assert reasons == {
        "Asks me": ["Brief 1 waits for your signature: Max Manager signed it today"],
        "Asks him long": ["Brief 1 not signed yet: Rosa Recruiter asked Max Manager 3 days ago"],
        "Asks him": ["Brief 1 not signed yet by both"],
    }
    (asked, _) = desk.groups[0].items
    assert asked.link == reverse("brief", args=[asked.pk])


def test_brief_that_waits_for_a_manager_whom_nobody_has_named(
    sign_in: SignIn, recruiter: User, make: Callable[..., Requisition]
) -> None:
    late = make("Asks nobody")
    make_brief(late, recruiter, now=NOW - timedelta(days=3))
    Requisition.objects.filter(pk=late.pk).update(manager=None)
    (group,) = [one for one in desk_for(sign_in, recruiter).groups if one.kind == "briefs"]
    text = group.items[0].reasons[0].text
    assert "asked the hiring manager, whom nobody has named, 3 days ago" in text
