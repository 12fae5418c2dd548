"""The shared page of a requisition, and logging, undoing and correcting on it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from intake.models import Answer, Intake
from recruiting.accounts.models import Client, User
from requisitions.models import Requisition, Stage, Status
from status_updates.models import Checkpoint, Promise
from tests.factories import (
    NOW,
    make_brief,
    make_checkpoint,
    make_draft,
    make_requisition,
    make_slate,
)
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
HTMX = {"HX-Request": "true"}


def post(browser: Browser, requisition: Requisition, **data: Any) -> Any:
    return browser.post(reverse("checkpoints", args=[requisition.pk]), data)


def test_page_tells_manager_and_recruiter_the_same(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 41, Stage.MET: 7}, next_step="Call Ada")
    pages = [sign_in(user).get(requisition.get_absolute_url()) for user in (recruiter, manager)]
    for page in pages:
        assert page.status_code == 200
        assert page.context["facts"] == pages[0].context["facts"]
        assert page.context["timeline"].items == pages[0].context["timeline"].items


def test_page_offers_the_composer_to_those_who_may_log(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    assert "Log checkpoint" in sign_in(recruiter).get(requisition.get_absolute_url()).text
    assert "Log checkpoint" not in sign_in(manager).get(requisition.get_absolute_url()).text


def test_log_is_seen_on_the_page_at_once(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    browser = sign_in(recruiter)
    answer = post(
        browser,
        requisition,
        found=12,
        met=2,
        note="Strong **data** people",
        next_step="Call Ada",
        promise_count=3,
        promise_stage="submitted",
        promise_due="2026-03-13",
        key=uuid.uuid4(),
    )
    assert (answer.status_code, answer["Location"]) == (302, requisition.get_absolute_url())
    page = browser.get(answer["Location"])
    assert page.context["facts"].totals[Stage.FOUND] == 12
    (entry,) = (item for item in page.context["timeline"].items if item.kind == "checkpoint")
    assert entry.counts == [("+12", "found"), ("+2", "met")]
    assert "<strong>data</strong>" in page.text
    assert "Promised: 3 resumes submitted by" in page.text


def test_log_replayed_ten_times_makes_one(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    browser, key = sign_in(recruiter), uuid.uuid4()
    answers = [post(browser, requisition, found=12, key=key) for _ in range(10)]
    assert {answer["Location"] for answer in answers} == {requisition.get_absolute_url()}
    requisition.funnel.refresh_from_db()
    assert (Checkpoint.objects.count(), requisition.funnel.found) == (1, 12)


def test_form_sent_again_with_other_numbers_is_asked_about_and_then_logged(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    """As happens to who goes back in the browser and types what is new into the old form."""
    browser, key = sign_in(recruiter), uuid.uuid4()
    post(browser, requisition, found=12, key=key)
    answer = post(browser, requisition, found=5, key=key)
    assert (answer.status_code, answer.context["form"]["found"].value()) == (422, "5")
    assert "sent before" in answer.context["form"].non_field_errors()[0]
    post(browser, requisition, found=5, key=answer.context["form"]["key"].value())
    requisition.funnel.refresh_from_db()
    assert requisition.funnel.found == 17


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({}, "__all__", "Enter a count"),
        ({"found": "-3"}, "found", "Counts start at 0"),
        ({"found": "10001"}, "found", "10,000 at most"),
        ({"found": "1e9"}, "found", "whole number"),
        ({"found": "9" * 5000}, "found", ""),
        ({"found": "three"}, "found", "whole number"),
        ({"found": 1, "on": "2026-03-12"}, "on", "today or earlier"),
        ({"found": 1, "on": "1026-03-12"}, "on", "more than a year ago"),
        ({"found": 1, "on": "soon"}, "on", "valid date"),
        ({"note": "x" * 1_000_000}, "note", "at most 10000 fit"),
        ({"note": "nul \x00 inside"}, "note", "control character"),
        ({"note": "bell \x07 inside"}, "note", "control character"),
        ({"note": "trick \u202e inside"}, "note", "reverses the text"),
        ({"next_step": "call\x1b[31m Ada"}, "next_step", "control character"),
        ({"next_step": "x" * 301}, "next_step", "at most 300 fit"),
        ({"promise_count": 3, "promise_due": "2026-03-13"}, "promise_stage", "Say of what"),
        ({"promise_count": 3, "promise_stage": "met"}, "promise_due", "Say by when"),
        ({"promise_stage": "met", "promise_due": "2026-03-13"}, "promise_count", "how many"),
        (
            {"promise_count": 0, "promise_stage": "met", "promise_due": "2026-03-13"},
            "promise_count",
            "greater than or equal to 1",
        ),
        (
            {"promise_count": 1, "promise_stage": "met", "promise_due": "2026-03-10"},
            "promise_due",
            "lies ahead",
        ),
        (
            {"promise_count": 1, "promise_stage": "met", "promise_due": "2036-03-10"},
            "promise_due",
            "more than a year away",
        ),
        (
            {"promise_count": 1, "promise_stage": "hired", "promise_due": "2026-03-13"},
            "promise_stage",
            "valid choice",
        ),
        ({"accepted": 2}, "accepted", "Raise the openings"),
    ],
)
def test_bad_input_names_the_field_and_keeps_the_rest(
    sign_in: SignIn,
    requisition: Requisition,
    recruiter: User,
    data: dict[str, Any],
    field: str,
    message: str,
) -> None:
    typed = {"contacted": 7, "key": uuid.uuid4()} if data else {"key": uuid.uuid4()}
    answer = post(sign_in(recruiter), requisition, **typed, **data)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert message in errors[field][0]
    if data:
        assert 'value="7"' in answer.text
    assert not Checkpoint.objects.exists()
    requisition.funnel.refresh_from_db()
    assert not any(requisition.funnel.totals.values())


def test_log_of_somebody_who_may_only_look_is_forbidden(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    assert post(sign_in(manager), requisition, found=1).status_code == 403
    assert not Checkpoint.objects.exists()


def test_session_that_ended_during_an_htmx_call_takes_the_page_to_sign_in_and_back(
    client: Browser, requisition: Requisition
) -> None:
    page = requisition.get_absolute_url()
    answer = client.post(
        reverse("checkpoints", args=[requisition.pk]),
        {"found": 1},
        headers={**HTMX, "HX-Current-URL": f"https://testserver{page}?earlier=20"},
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"/accounts/login/?next={page}%3Fearlier%3D20"


def test_undo_takes_back_what_was_logged(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    checkpoint = make_checkpoint(requisition, counts={Stage.FOUND: 12})
    browser = sign_in(recruiter)
    page = browser.post(reverse("checkpoint_undoing", args=[checkpoint.pk]), follow=True)
    assert page.context["facts"].totals[Stage.FOUND] == 0
    (entry,) = (item for item in page.context["timeline"].items if item.kind == "checkpoint")
    assert (entry.undone, entry.counts) == ("Undone by Rosa Recruiter", [("+12", "found")])


def test_correction_begins_with_what_was_logged_and_keeps_it_in_the_timeline(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    checkpoint = make_checkpoint(requisition, counts={Stage.FOUND: 21}, note="Backwards")
    browser, url = sign_in(recruiter), reverse("checkpoint_correction", args=[checkpoint.pk])
    form = browser.get(url).context["form"]
    assert (form["found"].value(), form["note"].value()) == (21, "Backwards")
    page = browser.post(url, {"found": 12, "note": "Forwards", "on": "2026-03-11"}, follow=True)
    assert page.context["facts"].totals[Stage.FOUND] == 12
    (entry,) = (item for item in page.context["timeline"].items if item.kind == "checkpoint")
    assert entry.counts == [("+12", "found")]
    assert entry.before.counts == [("+21", "found")]


def test_correction_of_what_somebody_else_has_just_corrected_keeps_what_was_typed(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    checkpoint = make_checkpoint(requisition, counts={Stage.FOUND: 21})
    checkpoint.undo(by=recruiter, now=NOW)
    answer = sign_in(recruiter).post(
        reverse("checkpoint_correction", args=[checkpoint.pk]), {"found": 12, "note": "mine"}
    )
    assert answer.status_code == 422
    assert "already" in answer.context["form"].non_field_errors()[0]
    assert "mine" in answer.text


def test_correction_to_a_promise_of_another_century_is_refused(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    checkpoint = make_checkpoint(requisition)
    promise = {"promise_count": 1, "promise_stage": "met", "promise_due": "0001-01-01"}
    url = reverse("checkpoint_correction", args=[checkpoint.pk])
    answer = sign_in(recruiter).post(url, {"found": 3, **promise})
    assert list(answer.context["form"].errors) == ["promise_due"]


def test_timeline_is_paged_and_loses_no_entry(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    for day in range(25):
        make_checkpoint(requisition, now=NOW - timedelta(days=25 - day), note=f"Day {day}")
    browser, url = sign_in(recruiter), requisition.get_absolute_url()
    first = browser.get(url)
    second = browser.get(url, {"earlier": first.context["timeline"].earlier})
    notes = [
        item.note
        for page in (first, second)
        for item in page.context["timeline"].items
        if item.kind == "checkpoint"
    ]
    assert notes == [f"<p>Day {day}</p>\n" for day in reversed(range(25))]
    assert second.context["timeline"].earlier is None


@pytest.mark.parametrize("earlier", ["-1", "x", "9" * 5000, "²"])
def test_timeline_asked_for_nonsense_still_answers(
    sign_in: SignIn, requisition: Requisition, recruiter: User, earlier: str
) -> None:
    page = sign_in(recruiter).get(requisition.get_absolute_url(), {"earlier": earlier})
    assert page.status_code == 200


def test_note_with_script_in_it_is_shown_without(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    make_checkpoint(
        requisition, note="<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=y>"
    )
    page = sign_in(recruiter).get(requisition.get_absolute_url()).text
    for bad in ("<script>alert", 'href="javascript', "<img"):
        assert bad not in page


def test_statements_of_the_page_do_not_grow(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    make_checkpoint(requisition)
    intake = make_draft(requisition)
    make_brief(requisition)
    make_slate(requisition)

    def costs() -> list[int]:
        browsers = [sign_in(user) for user in (recruiter, manager)]
        url = requisition.get_absolute_url()
        return [counted(partial(browser.get, url)) for browser in browsers]

    few = costs()
    for _ in range(50):
        make_checkpoint(requisition, note="More")
    for number in range(8):
        text, seen = f"{number}", f"{number - 1}" if number else ""
        Answer.write(intake, "pay", text, seen=seen, by=recruiter, now=NOW)
        make_brief(requisition, reason="Again")
        make_slate(requisition)
    make_brief(requisition)
    assert costs() == few
    assert max(few) <= 21


def test_statements_of_logging(sign_in: SignIn, requisition: Requisition, recruiter: User) -> None:
    browser = sign_in(recruiter)
    data = {
        "found": 12,
        "met": 3,
        "note": "Note",
        "promise_count": 500,
        "promise_stage": "met",
        "promise_due": "2026-03-13",
    }
    few = counted(lambda: post(browser, requisition, **data))
    for _ in range(50):
        make_checkpoint(requisition)
    many = counted(lambda: post(browser, requisition, **data))
    assert few == many
    assert few <= 12
    assert Promise.objects.count() == 2


def test_page_of_a_closed_requisition_has_no_composer(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    closed = make_requisition(
        requisition.client,
        recruiter=recruiter,
        manager=requisition.manager,
        status=Status.CANCELLED,
    )
    page = sign_in(recruiter).get(closed.get_absolute_url())
    assert page.context["form"] is None
    assert reverse("requisition_reopening", args=[closed.pk]) in page.text


# --- the brief at a glance -----------------------------------------------------------------


def test_page_leads_with_the_brief_alike_for_both(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    intake = make_draft(requisition, now=NOW - timedelta(days=8))
    make_brief(requisition, now=NOW - timedelta(days=8))
    Answer.write(intake, "pay", "60,000", seen="", by=recruiter, now=NOW)
    make_brief(requisition, reason="Market", now=NOW - timedelta(days=1))
    Answer.write(intake, "pay", "70,000", seen="60,000", by=recruiter, now=NOW)
    make_brief(requisition, recruiter, reason="Market again")
    pages = [sign_in(user).get(requisition.get_absolute_url()) for user in (recruiter, manager)]
    glances = [page.context["glance"] for page in pages]
    assert glances[0] == glances[1]
    assert glances[0].lines == [
        ("Why", "Ada leaves in May."),
        ("Dealbreakers", "Kafka"),
        ("Pay", "60,000"),
    ]
    assert glances[0].state == "Brief 2, signed by both yesterday"
    assert glances[0].amendments == "1 amendment since 3 March"
    assert glances[0].pending == "Brief 3, an amendment, is waiting on Max Manager since today"
    assert reverse("brief", args=[requisition.pk]) in pages[1].text


def test_page_says_on_whom_the_brief_waits(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    make_brief(requisition, recruiter, now=NOW - timedelta(days=1))
    glance = sign_in(recruiter).get(requisition.get_absolute_url()).context["glance"]
    assert glance.state == "Not signed yet: waiting on Max Manager since yesterday"
    assert (glance.ball, glance.lines[1]) == ("manager", ("Dealbreakers", "Kafka"))


def test_page_without_an_intake_offers_to_prepare_it_and_says_why_it_is_open(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    mine, his = (
        sign_in(user).get(requisition.get_absolute_url()).text for user in (recruiter, manager)
    )
    for page in (mine, his):
        assert "No intake yet." in page
        assert "Opened without a signed brief: Agreed by phone." in page
    assert ("Prepare it</a>" in mine, "Prepare it</a>" in his) == (True, False)


def test_amendment_stands_in_the_timeline_with_its_reason(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    intake = make_draft(requisition)
    make_brief(requisition)
    Answer.write(intake, "pay", "60,000", seen="", by=recruiter, now=NOW)
    make_brief(requisition, reason="Three declined.", now=NOW + timedelta(minutes=1))
    page = sign_in(recruiter).get(requisition.get_absolute_url())
    told = [(one.title, one.note) for one in page.context["timeline"].items]
    assert told[:2] == [
        ("Amendment: brief 2 signed by both", "Three declined."),
        ("Brief 1 signed by both", ""),
    ]


def test_opening_without_a_brief_says_what_is_missing(
    sign_in: SignIn, acme: Client, recruiter: User, manager: User
) -> None:
    job = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    browser, url = sign_in(recruiter), reverse("requisition_opening", args=[job.pk])
    assert "No intake has been prepared" in browser.get(url).text
    Intake.prepare(job, by=recruiter, now=NOW)
    assert f'{reverse("intake", args=[job.pk])}#part-why">Say why' in browser.get(url).text
    make_draft(job)
    assert "The brief lacks nothing but signatures" in browser.get(url).text
    make_brief(job, manager)
    assert "Max Manager has signed it." in browser.get(url).text
    refused = browser.post(url, {"reason": ""})
    assert (refused.status_code, "Max Manager has signed it." in refused.text) == (422, True)
