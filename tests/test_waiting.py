"""Who holds the ball, on the pages and in the digest: the same words for everybody."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Absence, Client, Delegation, User, WorkingCard
from recruiting.approvals.models import Decision, Why
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail
from requisitions.models import Requisition, Status
from status_updates.digests import rows, stand_ins
from status_updates.digests.snapshot import KIND
from tests.factories import (
    NOW,
    make_brief,
    make_candidate,
    make_requisition,
    make_slate,
    make_submission,
    make_user,
)
from tests.test_open_items import approved, ask, at, interview

SignIn = Callable[[User], Browser]
LATE = at("13 09:00")
MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _still(clock: TimeMachineFixture) -> None:
    """Wednesday 2026-03-11, 10:00."""


def two_resumes(requisition: Requisition, now: datetime = NOW) -> Any:
    submissions = [make_submission(requisition, now=now) for _ in range(2)]
    return make_slate(requisition, *submissions, now=now)


# --- the page of the requisition -----------------------------------------------------------


def test_page_says_the_same_of_the_ball_to_everybody(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, watcher: User,
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    two_resumes(requisition)
    clock.move_to(LATE)
    for user in (recruiter, manager, watcher):
        page = sign_in(user).get(requisition.get_absolute_url())
        (ball,) = page.context["balls"]
        assert (ball.side, ball.text, ball.due, ball.terms, ball.is_late) == (
            "manager",
            "2 resumes of slate 1, waiting on Max Manager since Wednesday",
            "was due yesterday 10:00",
            "1 business day, which is usual: nothing is agreed yet",
            True,
        )
        assert 'data-ball="manager"' in page.text
        assert ball.text in page.text
        assert "Was due yesterday 10:00" in page.text


def test_page_counts_who_stands_where(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    page = sign_in(manager).get(requisition.get_absolute_url())
    assert (page.context["stands"], page.context["balls"]) == ([], [])
    assert "No resume was sent for approval yet." in page.text
    first, _ = two_resumes(requisition).submissions.all()
    Decision.make(first, "decline", Why("pay"), by=manager, now=NOW)
    approved(requisition, manager)
    make_submission(requisition)
    page = sign_in(manager).get(requisition.get_absolute_url())
    assert page.context["stands"] == [
        ("1", "waiting for a decision"), ("1", "approved"), ("1", "declined"),
    ]  # fmt: skip
    assert reverse("impact", args=[requisition.pk]) in page.text


def test_closed_job_without_candidates_says_nothing_of_them(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    requisition.cancel(by=recruiter, now=NOW, reason="No budget.")
    assert "No resume was sent" not in sign_in(recruiter).get(requisition.get_absolute_url()).text


def test_page_of_a_candidate_says_what_waits_on_her_alone(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    interview(older := approved(requisition, manager), manager, held_at=at("10 11:00"))
    interview(newer := approved(requisition, manager), manager, held_at=at("11 09:00"))
    first, second = two_resumes(requisition).submissions.all()
    ask(first, manager, NOW)
    told = {}
    for one in (older, newer, first, second):
        page = sign_in(recruiter).get(reverse("submission", args=[one.pk]))
        told[one] = [(ball.text, ball.due) for ball in page.context["page"].balls]
        assert all(text in page.text for text, _ in told[one])
    waits = "waiting on Max Manager since"
    assert told == {
        older: [(f"Feedback on an interview, {waits} yesterday", "due today 11:00")],
        newer: [(f"Feedback on an interview, {waits} today", "due tomorrow 09:00")],
        first: [
            (
                "Question on 1 resume of slate 3, waiting on Rosa Recruiter since today",
                "due tomorrow 10:00",
            )
        ],
        second: [(f"1 resume of slate 3, {waits} today", "due tomorrow 10:00")],
    }


# --- the manager's home --------------------------------------------------------------------


def test_home_leads_to_what_waits_decisions_first(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, acme: Client
) -> None:
    make_brief(requisition, recruiter, now=NOW - timedelta(days=3))
    interview(held := approved(requisition, manager), manager, held_at=NOW - timedelta(days=1))
    newer = make_requisition(acme, recruiter=recruiter, manager=manager, title="Analyst")
    two_resumes(newer)
    two_resumes(requisition, now=NOW - timedelta(hours=2))
    page = sign_in(manager).get("/")
    assert "4 things wait on you" in page.text
    waiting = page.context["waiting"]
    assert [(one.waiting.requisition.title, one.url) for one in waiting] == [
        ("Data Engineer", reverse("review", args=[requisition.pk])),
        ("Analyst", reverse("review", args=[newer.pk])),
        ("Data Engineer", ""),
        ("Data Engineer", reverse("submission", args=[held.pk])),
    ]
    assert "Decide on 2 resumes for" in page.text
    assert "2 resumes of slate 2, waiting on you since today, due tomorrow 09:00." in page.text
    assert "Feedback on an interview, waiting on you since yesterday, due today 10:00." in page.text
    assert page.text.count("btn--primary") == 1


def test_home_of_a_watcher_and_of_the_recruiter_lets_them_decide_nothing(
    sign_in: SignIn, requisition: Requisition, watcher: User
) -> None:
    two_resumes(requisition)
    assert sign_in(watcher).get("/").context["waiting"] == []


def test_question_takes_the_candidate_off_the_managers_home(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    for submission in two_resumes(requisition).submissions.all():
        ask(submission, manager, NOW)
    assert "Nothing waits on you" in sign_in(manager).get("/").text


def test_stand_in_is_asked_in_place_of_the_manager(
    sign_in: SignIn, requisition: Requisition, manager: User, acme: Client,
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    petra = make_user("petra@acme.example", clients=[acme], name="Petra Proxy")
    Delegation.settle(manager, {acme.pk: petra.pk}, by=manager, now=NOW)
    Absence.plan(date(2026, 3, 12), date(2026, 3, 17), by=manager, now=NOW)
    two_resumes(requisition)
    clock.move_to(LATE)
    line = "2 resumes of slate 1, waiting on {} since yesterday, due today 09:00"
    assert line.format("you") + ". You stand in for Max" in sign_in(petra).get("/").text
    away = "Petra Proxy, who stands in for you,"
    assert line.format(away) in sign_in(manager).get("/").text


def test_news_tell_of_declines_to_whom_they_are_news(
    sign_in: SignIn, requisition: Requisition, manager: User, watcher: User,
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    browsers = {user: sign_in(user) for user in (manager, watcher)}
    for browser in browsers.values():
        browser.post(reverse("visits"))
    first, second = two_resumes(requisition).submissions.all()
    Decision.make(first, "decline", Why("pay"), by=manager, now=NOW + timedelta(minutes=1))
    Decision.make(second, "approve", by=manager, now=NOW + timedelta(minutes=2))
    clock.shift(timedelta(hours=1))
    news = {user: browser.get("/").context["active"][0].news for user, browser in browsers.items()}
    moved = "1 resume approved"
    assert news == {manager: [moved], watcher: [moved, "1 candidate declined"]}


# --- the desk ------------------------------------------------------------------------------


def candidates(sign_in: SignIn, user: User) -> list[str]:
    desk = sign_in(user).get("/").context["desk"]
    (group,) = [one for one in desk.groups if one.name == "Candidates"] or [None]
    return [reason.text for item in group.items for reason in item.reasons] if group else []


def test_desk_tells_of_managers_once_they_are_late(
    sign_in: SignIn, requisition: Requisition, recruiter: User, clock: TimeMachineFixture
) -> None:
    two_resumes(requisition, now=at("13 16:00"))
    Requisition.objects.update(latest_checkpoint=None)
    clock.move_to(at("16 15:59"))  # a weekend later, and one minute early
    assert candidates(sign_in, recruiter) == []
    clock.move_to(at("16 16:01"))
    browser = sign_in(recruiter)
    desk = browser.get("/").context["desk"]
    (group,) = [one for one in desk.groups if one.name == "Candidates"]
    (item,) = group.items
    assert item.reasons[0].text == (
        "2 resumes of slate 1, waiting on Max Manager since Friday, was due today 16:00"
    )
    assert item.reasons[0].late
    assert item.links[0].url == reverse("candidates", args=[requisition.pk])


def test_desk_tells_at_once_of_what_the_recruiter_has_to_say(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    first, _ = two_resumes(requisition).submissions.all()
    ask(first, manager, NOW)
    interview(approved(requisition, manager), manager, begins_at=at("11 08:00"))
    assert candidates(sign_in, recruiter)[:2] == [
        "Question on 1 resume of slate 1, waiting on you since today, due tomorrow 10:00",
        "Word on whether an interview took place, waiting on you since today, due tomorrow 09:00",
    ]


def test_job_that_is_quiet_as_well_stands_on_the_desk_once(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    # Nothing was logged for a month.
    ask(two_resumes(requisition).submissions.all()[0], manager, NOW)
    desk = sign_in(recruiter).get("/").context["desk"]
    assert [(one.name, one.total) for one in desk.groups] == [("Candidates", 1)]
    assert desk.needing == 1


def test_line_of_the_desk_opens_with_its_link(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    ask(two_resumes(requisition).submissions.all()[0], manager, NOW)
    page = sign_in(recruiter).get(reverse("desk_item", args=[requisition.pk]))
    assert "Question on 1 resume of slate 1, waiting on you" in page.text
    assert f'href="{reverse("candidates", args=[requisition.pk])}"' in page.text


# --- the digest ----------------------------------------------------------------------------


@pytest.fixture
def letters(
    db: None, mailoutbox: list[EmailMultiAlternatives]
) -> Callable[[], dict[str, EmailMultiAlternatives]]:
    """What goes out on Monday, by address."""

    def sent() -> dict[str, EmailMultiAlternatives]:
        rows.materialise(MONDAY)
        stand_ins.materialise(MONDAY)
        due = Mail.objects.filter(kind__startswith=KIND).due(MONDAY)
        delivery.deliver(list(due.values_list("pk", flat=True)), now=MONDAY)
        return {mail.to[0]: mail for mail in mailoutbox}

    return sent


def test_digest_asks_for_decisions_with_a_link_to_the_slate(
    letters: Any, requisition: Requisition, manager: User, recruiter: User
) -> None:
    ada = make_candidate(requisition.client, by=recruiter, name="Ada Canary", headline="Canary 2")
    slate = make_slate(requisition, make_submission(requisition, ada))
    text = str(letters()["manager@acme.example"].body)
    line = (
        "* Data Engineer: 1 resume of slate 1, waiting since Wednesday, "
        "overdue by 1 working day.\n  Decide on the resume: "
    )
    assert line in text.partition("WAITING ON YOU\n")[2]
    link = text.partition("Decide on the resume: ")[2].partition("\n")[0]
    assert reverse("mail_link", args=["slate", slate.pk, "x"]).removesuffix("x/") in link
    assert "Canary" not in text + str(letters()["manager@acme.example"].alternatives[0][0])


def test_digest_says_when_in_the_managers_clocks(
    letters: Any, requisition: Requisition, manager: User
) -> None:
    WorkingCard.objects.filter(user=manager).update(zone="Asia/Kolkata")
    two_resumes(requisition, now=at("13 10:00"))
    assert "since Friday, due today by 15:30" in str(letters()["manager@acme.example"].body)


def test_copy_for_the_stand_in_asks_her(
    letters: Any, requisition: Requisition, manager: User, acme: Client
) -> None:
    petra = make_user("petra@acme.example", clients=[acme], name="Petra Proxy")
    Delegation.settle(manager, {acme.pk: petra.pk}, by=manager, now=NOW)
    Absence.plan(date(2026, 3, 12), date(2026, 3, 17), by=manager, now=NOW)
    two_resumes(requisition)
    text = str(letters()["petra@acme.example"].body)
    assert "2 resumes of slate 1, waiting since Thursday, overdue since Friday." in text
    assert "Decide on 2 resumes: " in text


def test_nothing_waits_in_a_job_that_is_on_hold(
    letters: Any, sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    two_resumes(requisition)
    requisition.put_on_hold(by=recruiter, now=NOW, reason="Budget.")
    assert requisition.status == Status.ON_HOLD
    assert "Nothing waits on you" in sign_in(manager).get("/").text
    assert "Nothing waits on you." in str(letters()["manager@acme.example"].body)
