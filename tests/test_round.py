"""The round: one row for each requisition in work, each saved for itself."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.models import Client, User
from requisitions.models import Requisition, Stage, Status
from status_updates.models import Checkpoint, Promise
from tests.factories import NOW, make_checkpoint, make_client, make_requisition
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SignIn = Callable[[User], Browser]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def me(sign_in: SignIn, recruiter: User) -> Browser:
    return sign_in(recruiter)


def sent(requisition: Requisition, **values: Any) -> dict[str, Any]:
    """What the row of a requisition posts."""
    values = {"key": str(uuid.uuid4())} | values
    return {f"{requisition.pk}-{name}": value for name, value in values.items()}


def save(
    me: Browser, requisition: Requisition, *, query: str = "", htmx: bool = True, **values: Any
) -> HttpResponse:
    path = reverse("round_row", args=[requisition.pk]) + query
    headers = HTMX if htmx else {}
    answer: Any = me.post(path, sent(requisition, **values), headers=headers)
    return answer  # type: ignore[no-any-return]


def totals(requisition: Requisition) -> dict[Stage, int]:
    funnel = Requisition.objects.select_related("funnel").get(pk=requisition.pk).funnel
    return {stage: total for stage, total in funnel.totals.items() if total}


def titles(page: Any) -> list[str]:
    return [row.requisition.title for row in page.context["rows"]]


def test_round_shows_what_one_has_in_work_and_nothing_else(
    me: Browser, requisition: Requisition, lead: User, other_requisition: Requisition
) -> None:
    acme, recruiter, manager = requisition.client, requisition.recruiter, requisition.manager
    for status in (Status.ON_HOLD, Status.INTAKE, Status.FILLED, Status.CANCELLED):
        make_requisition(
            acme, recruiter=recruiter, manager=manager, status=status, title=f"A {status.label}"
        )
    make_requisition(acme, recruiter=lead, manager=manager, title="A colleague's")
    assert titles(me.get("/round/")) == ["A Intake", "Data Engineer", "A On hold"]


def test_round_of_a_client_shows_its_rows_and_its_progress(
    me: Browser, requisition: Requisition, recruiter: User, lead: User
) -> None:
    initech = make_client("Initech", by=recruiter)
    there = make_requisition(initech, recruiter=recruiter, manager=None, status=Status.DRAFT)
    assert there.status == Status.DRAFT
    make_checkpoint(requisition)
    page = me.get(f"/round/?client={initech.pk}")
    assert (titles(page), page.context["progress"].total) == ([], 0)
    page = me.get(f"/round/?client={requisition.client_id}")
    progress = page.context["progress"]
    assert (titles(page), progress.done, progress.total) == (["Data Engineer"], 1, 1)


def test_client_that_cannot_be_read_is_left_out(me: Browser, requisition: Requisition) -> None:
    assert titles(me.get("/round/?client=%00nonsense&page=-7")) == ["Data Engineer"]


def test_round_without_requisitions_says_what_to_do(sign_in: SignIn, lead: User) -> None:
    assert "Nothing is in work with you" in sign_in(lead).get("/round/").text


def test_row_is_saved_and_comes_back_with_its_totals(me: Browser, requisition: Requisition) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 40}, now=NOW - timedelta(days=3))
    answer = save(
        me, requisition, found="12", met="1", note="On-call", next_step="Call Ada",
        promise_count="2", promise_stage="submitted", promise_due="2026-03-13",
    )  # fmt: skip
    assert answer.status_code == 200
    assert totals(requisition) == {Stage.FOUND: 52, Stage.MET: 1}
    logged = requisition.checkpoints.get(at=NOW)
    assert (logged.note, logged.next_step, logged.on) == ("On-call", "Call Ada", NOW.date())
    assert Promise.objects.get().count == 2
    assert "12 found, 1 met" in answer.text
    assert "1 of 1 logged today" in answer.text
    assert 'value="12"' not in answer.text


def test_saved_row_equals_the_row_of_a_fresh_page(me: Browser, requisition: Requisition) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 40}, now=NOW - timedelta(days=3))
    assert row_of(save(me, requisition, found="12").text) == row_of(me.get("/round/").text)


def test_row_that_was_taken_back_equals_the_row_of_a_fresh_page(
    me: Browser, requisition: Requisition
) -> None:
    save(me, requisition, found="12")
    undo = reverse("round_undoing", args=[requisition.checkpoints.get().pk])
    answer = me.post(undo, headers=HTMX)
    assert row_of(answer.text) == row_of(me.get("/round/").text)
    assert "0 of 1 logged today" in answer.text


def row_of(text: str) -> str:
    """The first row without tokens and keys, which differ in every answer."""
    row = text.partition('<li class="round__row')[2].partition("</li>\n")[0]
    kept = [
        line for line in row.splitlines() if "csrfmiddleware" not in line and "-key" not in line
    ]
    return "\n".join(line.strip() for line in kept if line.strip())


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"found": "-1"}, "Found: Counts start at 0"),
        ({"found": "1.5"}, "Found: Write a whole number."),
        ({"met": "99999999999"}, "Met: One checkpoint holds 10,000 at most."),
        ({"accepted": "2"}, "Offers accepted: That makes 2 accepted offers for 1 opening"),
        ({"note": "a\x00b"}, "Note: This holds a control character"),
        ({"note": "x" * 10_001}, "Note: This has 10001 characters"),
        ({"next_step": "\u202eabc"}, "Next step: This holds an invisible mark"),
        ({"found": "1", "on": "2026-03-12"}, "Date: A checkpoint tells what has happened"),
        ({"promise_count": "2"}, "Of what: Say of what."),
        ({"promise_count": "2", "promise_stage": "met", "promise_due": "2026-03-10"}, "lies ahead"),
        ({}, "Enter a count, a note, a next step or a promise."),
    ],
)
def test_refused_row_says_why_keeps_what_was_typed_and_changes_nothing(
    me: Browser, requisition: Requisition, values: dict[str, Any], problem: str
) -> None:
    answer = save(me, requisition, contacted="7" if values else "", **values)
    assert answer.status_code == 422
    assert problem in answer.text
    assert totals(requisition) == {}
    assert ('value="7"' in answer.text) == bool(values)
    assert "0 of 1 logged today" in answer.text


def test_damaged_key_is_replaced(me: Browser, requisition: Requisition) -> None:
    answer = save(me, requisition, found="12", key="none")
    assert answer.status_code == 422
    assert "Save it again" in answer.text
    assert 'value="none"' not in answer.text


def test_row_sent_again_is_logged_once(me: Browser, requisition: Requisition) -> None:
    key = str(uuid.uuid4())
    for _ in range(3):
        assert save(me, requisition, found="12", key=key).status_code == 200
    assert totals(requisition) == {Stage.FOUND: 12}


def test_retry_that_says_something_else_is_not_lost_without_a_word(
    me: Browser, requisition: Requisition, clock: Any
) -> None:
    key = str(uuid.uuid4())
    save(me, requisition, found="12", key=key)
    clock.shift(60)
    answer = save(me, requisition, found="15", key=key)
    assert answer.status_code == 422
    assert "sent before and said something else then" in answer.text
    assert 'value="15"' in answer.text
    assert key not in answer.text
    assert totals(requisition) == {Stage.FOUND: 12}


def test_retry_after_midnight_is_the_same_row(
    me: Browser, requisition: Requisition, clock: Any
) -> None:
    """The answer was lost in the evening; the row says no date, and it is tomorrow."""
    key = str(uuid.uuid4())
    save(me, requisition, found="12", key=key)
    clock.shift(timedelta(days=1))
    answer = save(me, requisition, found="12", key=key)
    assert (answer.status_code, totals(requisition)) == (200, {Stage.FOUND: 12})
    answer = save(me, requisition, found="15", key=key)
    assert (answer.status_code, totals(requisition)) == (422, {Stage.FOUND: 12})
    assert save(me, requisition, found="12", on="2026-03-12", key=key).status_code == 422


def test_retry_of_what_was_undone_is_not_taken_for_saved(
    me: Browser, requisition: Requisition, clock: Any
) -> None:
    key = str(uuid.uuid4())
    save(me, requisition, found="12", key=key)
    clock.shift(60)
    me.post(reverse("round_undoing", args=[requisition.checkpoints.get().pk]), headers=HTMX)
    answer = save(me, requisition, found="12", key=key)
    assert (answer.status_code, totals(requisition)) == (422, {})
    assert "taken back since" in answer.text


def test_key_of_another_row_logs_nothing(me: Browser, requisition: Requisition, clock: Any) -> None:
    other = make_requisition(
        requisition.client, recruiter=requisition.recruiter, manager=requisition.manager
    )
    key = str(uuid.uuid4())
    save(me, other, found="12", key=key)
    clock.shift(60)
    assert save(me, requisition, found="12", key=key).status_code == 422
    assert totals(requisition) == {}


def test_row_that_was_closed_meanwhile_is_refused(
    me: Browser, requisition: Requisition, lead: User
) -> None:
    requisition.cancel(by=lead, now=NOW, reason="The team is not growing.")
    answer = save(me, requisition, found="12")
    assert answer.status_code == 422
    assert "This requisition is cancelled." in answer.text
    assert 'value="12"' in answer.text


def test_row_that_fills_its_requisition_stays_to_be_undone(
    me: Browser, requisition: Requisition
) -> None:
    answer = save(me, requisition, accepted="1")
    assert "Filled" in answer.text
    assert '<input type="number"' not in answer.text
    page = me.get("/round/")
    assert titles(page) == ["Data Engineer"]
    me.post(reverse("round_undoing", args=[requisition.checkpoints.get().pk]))
    assert titles(me.get("/round/")) == ["Data Engineer"]
    assert Requisition.objects.get(pk=requisition.pk).status == Status.OPEN


def test_undo_that_is_refused_says_so_in_its_row(me: Browser, requisition: Requisition) -> None:
    made = make_checkpoint(requisition, counts={Stage.FOUND: 5})
    requisition.funnel.__class__.objects.filter(pk=requisition.pk).update(found=3)
    answer = me.post(reverse("round_undoing", args=[made.pk]), headers=HTMX)
    assert answer.status_code == 422
    assert "Found stands at 3; it cannot fall by 5." in answer.text


def test_plain_form_goes_back_to_its_row(me: Browser, requisition: Requisition) -> None:
    query = f"?client={requisition.client_id}"
    answer = save(me, requisition, htmx=False, query=query, found="12")
    assert answer.status_code == 302
    assert answer["Location"] == f"/round/{query}#row-{requisition.pk}"
    assert totals(requisition) == {Stage.FOUND: 12}


def test_plain_form_that_is_refused_shows_the_page_with_the_reason(
    me: Browser, requisition: Requisition
) -> None:
    other = make_requisition(
        requisition.client, recruiter=requisition.recruiter, manager=requisition.manager, title="B"
    )
    answer: Any = save(me, requisition, htmx=False, found="12", accepted="9")
    assert answer.status_code == 422
    assert titles(answer) == ["B", "Data Engineer"]
    assert [bool(row.problems) for row in answer.context["rows"]] == [False, True]
    assert 'value="12"' in answer.text
    assert totals(other) == {}


def test_row_logged_yesterday_is_not_logged_today(me: Browser, requisition: Requisition) -> None:
    make_checkpoint(requisition, now=NOW - timedelta(days=1))
    undone = make_checkpoint(requisition, now=NOW - timedelta(hours=1))
    undone.undo(by=undone.by, now=NOW)
    page = me.get("/round/")
    assert "0 of 1 logged today" in page.text
    assert "last yesterday" in page.text


def test_round_costs_the_same_for_1_and_for_50_rows(me: Browser, requisition: Requisition) -> None:
    make_checkpoint(requisition)
    one = counted(lambda: me.get("/round/"))
    for _ in range(49):
        more = make_requisition(
            requisition.client, recruiter=requisition.recruiter, manager=requisition.manager
        )
        make_checkpoint(more, counts={Stage.FOUND: 2, Stage.MET: 1})
    page = me.get("/round/")
    assert len(page.context["rows"]) == 50
    assert (one, counted(lambda: me.get("/round/"))) == (6, 6)


def test_row_costs_at_most_12_statements(me: Browser, requisition: Requisition) -> None:
    assert counted(lambda: save(me, requisition, found="12", met="1")) <= 12


def test_checkpoint_of_another_client_is_not_there(
    me: Browser, other_requisition: Requisition
) -> None:
    theirs = make_checkpoint(other_requisition)
    assert save(me, other_requisition, found="1").status_code == 404
    assert me.post(reverse("round_undoing", args=[theirs.pk])).status_code == 404
    assert Checkpoint.objects.standing().filter(pk=theirs.pk).exists()


def test_rows_beyond_one_page_are_reached(
    me: Browser, acme: Client, recruiter: User, manager: User
) -> None:
    for number in range(51):
        make_requisition(acme, recruiter=recruiter, manager=manager, title=f"Job {number:02}")
    page = me.get("/round/")
    assert (len(page.context["rows"]), page.context["progress"].total) == (50, 51)
    assert titles(me.get("/round/?page=2")) == ["Job 50"]
