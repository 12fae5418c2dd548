"""What is done on the desk, where it stands."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from time_machine import TimeMachineFixture

from recruiting.accounts.models import User
from recruiting.audit.models import Event
from requisitions.models import NotAllowed, Requisition, Stage, Status
from requisitions.words import change_words
from status_updates import facts
from status_updates.models import Checkpoint, Note, Promise, PromiseMove
from status_updates.models.checkpoint import PromiseMade
from status_updates.models.promise import StalePromise
from tests.factories import NOW, make_checkpoint, make_note
from tests.queries import counted

SignIn = Callable[[User], Browser]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/?more=quiet"}
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _still(clock: TimeMachineFixture) -> None:
    """Wednesday 2026-03-11."""


@pytest.fixture
def desk(sign_in: SignIn, recruiter: User) -> Browser:
    return sign_in(recruiter)


@pytest.fixture
def promise(requisition: Requisition) -> Promise:
    """Due yesterday."""
    made = make_checkpoint(
        requisition,
        now=NOW - timedelta(days=3),
        promise=PromiseMade(Stage.MET, 2, TODAY - timedelta(days=1)),
    )
    return made.promises.get()


@pytest.fixture
def held(requisition: Requisition, recruiter: User) -> Requisition:
    """On hold for ten days, until today."""
    began = NOW - timedelta(days=10)
    requisition.put_on_hold(by=recruiter, now=began, reason="Budget", until=TODAY)
    return requisition


def undo_of(page: Any) -> str:
    """The address in the toast."""
    return str(page.content.decode().split('data-undo data-hx-post="')[1].split('"')[0])


def went_to(answer: Any) -> str:
    return str(answer["Location"])


def kinds(browser: Browser) -> list[str]:
    return [group.kind.value for group in browser.get("/").context["desk"].groups]


def facts_of(requisition: Requisition) -> facts.Facts:
    row = Requisition.objects.select_related(
        "client", "recruiter", "manager", "funnel", "latest_checkpoint"
    ).get(pk=requisition.pk)
    return facts.load([row], since=None, now=NOW).facts(row, since=None, today=TODAY)


# --- opening a line ------------------------------------------------------------------------


def test_line_opens_with_what_it_takes_as_a_fragment_and_as_a_page(
    desk: Browser, requisition: Requisition, promise: Promise
) -> None:
    address = f"/desk/{requisition.pk}/"
    fragment = desk.get(address, headers=HTMX).content.decode()
    page = desk.get(address).content.decode()
    assert ("<html" in fragment, "<html" in page) == (False, True)
    for shown in (fragment, page):
        assert f'action="/desk/{requisition.pk}/checkpoints/"' in shown
        assert f'action="/desk/promises/{promise.pk}/"' in shown


def test_opening_a_line_costs_the_same_for_one_promise_and_question_and_for_many(
    desk: Browser, requisition: Requisition, manager: User
) -> None:
    def add() -> None:
        promise = PromiseMade(Stage.MET, 2, TODAY)
        make_checkpoint(requisition, now=NOW - timedelta(days=3), promise=promise)
        make_note(requisition, by=manager, kind=Note.Kind.QUESTION)

    add()
    few = counted(lambda: desk.get(f"/desk/{requisition.pk}/"))
    for _ in range(10):
        add()
    assert counted(lambda: desk.get(f"/desk/{requisition.pk}/")) == few


# --- checkpoints ---------------------------------------------------------------------------


def log(browser: Browser, requisition: Requisition, **fields: Any) -> Any:
    path = f"/desk/{requisition.pk}/checkpoints/"
    return browser.post(path, {"key": uuid.uuid4(), **fields}, headers=HTMX)


def test_quiet_one_is_logged_and_leaves_and_the_undo_brings_it_back(
    desk: Browser, requisition: Requisition
) -> None:
    assert kinds(desk) == ["quiet"]
    answer = log(desk, requisition, found="4", seen="")
    assert (answer.status_code, answer["Location"]) == (302, "/?more=quiet")
    page = desk.get("/")
    assert page.context["desk"].groups == []
    back = desk.post(undo_of(page))
    assert (back.status_code, back["Location"], kinds(desk)) == (302, "/", ["quiet"])


def test_address_that_is_not_the_desk_is_not_led_back_to(
    desk: Browser, requisition: Requisition
) -> None:
    headers = HTMX | {"HX-Current-URL": "http://evil.example//evil.example/?x"}
    answer = desk.post(f"/desk/{requisition.pk}/checkpoints/", {"found": 1}, headers=headers)
    assert answer["Location"] == "/"


def test_refused_checkpoint_shows_its_line_with_what_was_typed(
    desk: Browser, requisition: Requisition
) -> None:
    answer = log(desk, requisition, found="-1", note="Half a thought")
    line = f"#need-{requisition.pk}"
    assert answer.status_code == 422
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == (line, line)
    shown = answer.content.decode()
    assert shown.lstrip().startswith("<li")
    assert "Half a thought" in shown
    assert "Counts start at 0" in shown
    plain = desk.post(f"/desk/{requisition.pk}/checkpoints/", {"note": "\x00"})
    assert (plain.status_code, b"<html" in plain.content) == (422, True)


def test_checkpoint_of_a_colleague_meanwhile_is_shown_before_ones_own_is_logged(
    desk: Browser, requisition: Requisition, lead: User
) -> None:
    other = make_checkpoint(requisition, by=lead, counts={Stage.MET: 2})
    key = uuid.uuid4()
    answer = log(desk, requisition, key=key, found="4", seen="")
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Lea Lead has logged a checkpoint meanwhile: 2 met." in shown
    assert f'value="{other.pk}"' in shown
    assert Checkpoint.objects.count() == 1
    assert log(desk, requisition, key=key, found="4", seen=other.pk).status_code == 302
    assert log(desk, requisition, key=key, found="4", seen=other.pk).status_code == 302
    assert Checkpoint.objects.count() == 2


def test_checkpoint_on_what_was_closed_meanwhile_is_refused_and_kept(
    desk: Browser, requisition: Requisition, recruiter: User
) -> None:
    requisition.cancel(by=recruiter, now=NOW, reason="No budget")
    answer = log(desk, requisition, note="Met two")
    assert answer.status_code == 422
    assert "Met two" in answer.content.decode()
    assert "This requisition is cancelled" in answer.content.decode()


# --- questions -----------------------------------------------------------------------------


def test_question_is_answered_and_the_undo_asks_it_again(
    desk: Browser, requisition: Requisition, manager: User
) -> None:
    make_checkpoint(requisition)
    question = make_note(requisition, "And Ada?", by=manager, kind=Note.Kind.QUESTION)
    path = f"/desk/questions/{question.pk}/"
    assert desk.post(path, {"text": " "}).status_code == 422
    assert desk.post(path, {"text": "She is in."})["Location"] == "/"
    page = desk.get("/")
    assert page.context["desk"].groups == []
    desk.post(undo_of(page))
    assert kinds(desk) == ["questions"]


def test_answer_of_a_colleague_meanwhile_is_shown_before_ones_own_is_sent(
    desk: Browser, requisition: Requisition, manager: User, lead: User
) -> None:
    question = make_note(requisition, "And Ada?", by=manager, kind=Note.Kind.QUESTION)
    other = question.answer("No.", by=lead, now=NOW, key=uuid.uuid4())
    path, key = f"/desk/questions/{question.pk}/", uuid.uuid4()
    answer = desk.post(path, {"text": "Yes.", "key": key, "seen": ""}, headers=HTMX)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Lea Lead has answered meanwhile: “No.”" in shown
    assert ">\nYes.</textarea>" in shown
    sent = {"text": "Yes.", "key": key, "seen": other.pk}
    assert [desk.post(path, sent).status_code for _ in range(2)] == [302, 302]
    assert question.answered_by.count() == 2


# --- promises ------------------------------------------------------------------------------


def test_promise_is_moved_once_with_its_reason_and_moved_back(
    desk: Browser, promise: Promise
) -> None:
    friday = {"due_on": "2026-03-13", "seen": promise.due_on, "reason": "Ada is ill"}
    sent = friday | {"key": uuid.uuid4()}
    path = f"/desk/promises/{promise.pk}/"
    assert [desk.post(path, sent).status_code for _ in range(2)] == [302, 302]
    assert kinds(desk) == []
    [known] = facts_of(promise.requisition).open_promises
    assert (known.due_on, known.moved_words, known.moved_why) == (
        date(2026, 3, 13), ", moved from Tue 10 Mar", "Ada is ill",
    )  # fmt: skip
    [move] = PromiseMove.objects.all()
    assert [went_to(desk.post(f"/desk/moves/{move.pk}/undoing/")) for _ in range(2)] == ["/", "/"]
    assert kinds(desk) == ["promises"]
    promise.refresh_from_db()
    assert (promise.due_on, promise.first_due_on) == (date(2026, 3, 10), None)
    assert promise.move_reason == ""
    events = Event.objects.filter(action__startswith="moved a promise").order_by("id")
    assert [one.action for one in events] == ["moved a promise", "moved a promise back"]


def test_promise_that_was_moved_twice_says_when_it_was_due_first(
    promise: Promise, recruiter: User
) -> None:
    for seen, due in ((10, 12), (12, 14)):
        days, why = (date(2026, 3, seen), date(2026, 3, due)), f"Until {due}"
        promise.move(days[1], seen=days[0], reason=why, by=recruiter, now=NOW)
    assert (promise.first_due_on, promise.due_on) == (date(2026, 3, 10), date(2026, 3, 14))
    last = promise.moves.order_by("to_on").last()
    assert last is not None
    last.undo(by=recruiter, now=NOW)
    promise.refresh_from_db()
    assert (promise.due_on, promise.move_reason) == (date(2026, 3, 12), "Until 12")


def test_promise_is_not_moved_over_what_happened_meanwhile(
    desk: Browser, promise: Promise, lead: User
) -> None:
    promise.move(date(2026, 3, 20), seen=promise.due_on, reason="Later", by=lead, now=NOW)
    sent = {"due_on": "2026-03-13", "seen": "2026-03-10", "reason": "Ada is ill"}
    answer = desk.post(f"/desk/promises/{promise.pk}/", sent, headers=HTMX)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "This promise has been moved to Fri 20 Mar meanwhile." in shown
    assert "Ada is ill" in shown
    make_checkpoint(promise.requisition, counts={Stage.MET: 2})
    with pytest.raises(StalePromise, match="kept"):
        promise.move(date(2026, 3, 22), seen=promise.due_on, reason="", by=lead, now=NOW)


@pytest.mark.parametrize(("due", "why"), [("2026-03-10", "lies ahead"), ("2028-01-01", "a year")])
def test_promise_is_moved_to_a_day_within_a_year(
    desk: Browser, promise: Promise, due: str, why: str
) -> None:
    sent = {"due_on": due, "seen": promise.due_on, "reason": "Ada is ill"}
    answer = desk.post(f"/desk/promises/{promise.pk}/", sent)
    assert (answer.status_code, why in answer.content.decode()) == (422, True)


def test_checkpoint_sent_again_after_its_promise_was_moved_is_the_same(
    promise: Promise, recruiter: User
) -> None:
    made = promise.checkpoint
    promise.move(date(2026, 3, 20), seen=promise.due_on, reason="Later", by=recruiter, now=NOW)
    again = make_checkpoint(
        made.requisition,
        now=NOW - timedelta(days=3),
        promise=PromiseMade(Stage.MET, 2, date(2026, 3, 10)),
        key=made.key,
    )
    assert again == made


# --- holds ---------------------------------------------------------------------------------


def test_hold_is_resumed_where_it_stands_and_the_undo_brings_it_back(
    desk: Browser, held: Requisition
) -> None:
    assert kinds(desk) == ["holds"]
    assert desk.post(f"/desk/{held.pk}/resumption/")["Location"] == "/"
    page = desk.get("/")
    held.refresh_from_db()
    assert held.status == Status.OPEN
    assert [went_to(desk.post(undo_of(page))) for _ in range(2)] == ["/", "/"]
    assert kinds(desk) == ["holds"]
    assert held.status_changes.count() == 5
    assert desk.post(f"/desk/{held.pk}/resumption/").status_code == 302


def test_hold_is_extended_with_its_days_counted_once(desk: Browser, held: Requisition) -> None:
    path = f"/desk/{held.pk}/extension/"
    assert desk.post(path, {"reason": "Still no budget"}).status_code == 422
    sent = {"reason": "Still no budget", "until": "2026-03-20", "key": uuid.uuid4()}
    assert [desk.post(path, sent).status_code for _ in range(2)] == [302, 302]
    page = desk.get("/")
    assert page.context["desk"].groups == []
    known = facts_of(held)
    assert (known.days_on_hold, known.hold_until) == (10, date(2026, 3, 20))
    assert known.sentence == ("On hold since 1 March: Still no budget. Planned to go on 20 March.")
    last = held.status_changes.order_by("at", "id").last()
    assert last is not None
    assert change_words(last) == "The hold goes on until 20 March"
    undo = undo_of(page)
    assert [desk.post(undo).status_code for _ in range(2)] == [302, 302]
    assert kinds(desk) == ["holds"]
    assert desk.post(f"/desk/{held.pk}/resumption/").status_code == 302
    held.refresh_from_db()
    assert held.status == Status.OPEN


def test_hold_that_a_colleague_ended_meanwhile_is_told_of(
    desk: Browser, held: Requisition, lead: User
) -> None:
    held.resume(by=lead, now=NOW)
    sent = {"reason": "Still no budget", "until": "2026-03-20"}
    answer = desk.post(f"/desk/{held.pk}/extension/", sent, headers=HTMX)
    assert answer.status_code == 409
    assert "This requisition is open, not on hold." in answer.content.decode()
    assert "Still no budget" in answer.content.decode()


def test_hold_is_not_extended_to_a_day_before_its_end(held: Requisition, recruiter: User) -> None:
    with pytest.raises(ValidationError, match="on hold until Wed 11 Mar"):
        held.extend_hold(by=recruiter, now=NOW, reason="Less", until=TODAY)


def test_hold_does_not_come_back_over_what_happened_since(
    held: Requisition, recruiter: User
) -> None:
    held.resume(by=recruiter, now=NOW)
    held.cancel(by=recruiter, now=NOW + timedelta(minutes=1), reason="No budget")
    with pytest.raises(NotAllowed, match="Something else has happened"):
        held.restore_hold(by=recruiter, now=NOW + timedelta(minutes=2))
