"""The status table: what may follow what, who wins, and what is written."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client as Browser

from recruiting.accounts.models import Client, User
from recruiting.audit.models import Event
from requisitions.models import NotAllowed, Requisition, Stage, Status
from requisitions.models.funnel import day_reached
from requisitions.models.status import ACTIVE, CLOSED, TRANSITIONS
from tests.factories import NOW, make_checkpoint, make_requisition

LATER = NOW + timedelta(hours=1)


def at_status(status: Status, client: Client, recruiter: User, manager: User) -> Requisition:
    """A requisition in any status; parted, which nothing leads to yet, is set by hand."""
    named = None if status == Status.DRAFT else manager
    if status != Status.PARTED:
        return make_requisition(client, recruiter=recruiter, manager=named, status=status)
    requisition = make_requisition(client, recruiter=recruiter, manager=named)
    Requisition.objects.filter(pk=requisition.pk).update(status=status)
    requisition.refresh_from_db()
    return requisition


def hold(requisition: Requisition, by: User) -> None:
    requisition.put_on_hold(by=by, now=LATER, reason="Budget")


def resume(requisition: Requisition, by: User) -> None:
    requisition.resume(by=by, now=LATER)


def open_it(requisition: Requisition, by: User) -> None:
    requisition.open_for_sourcing(by=by, now=LATER, reason="Agreed by phone")


def cancel(requisition: Requisition, by: User) -> None:
    requisition.cancel(by=by, now=LATER, reason="Not needed")


def reopen(requisition: Requisition, by: User) -> None:
    requisition.reopen(by=by, now=LATER, reason="Needed after all", openings=2)


OUTCOMES: dict[Callable[[Requisition, User], None], dict[Status, Status]] = {
    hold: {Status.INTAKE: Status.ON_HOLD, Status.OPEN: Status.ON_HOLD},
    resume: {Status.ON_HOLD: Status.OPEN},
    open_it: {Status.INTAKE: Status.OPEN},
    cancel: dict.fromkeys((Status.DRAFT, *ACTIVE), Status.CANCELLED),
    reopen: dict.fromkeys(CLOSED, Status.OPEN),
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", OUTCOMES, ids=lambda act: act.__name__)
def test_every_action_in_every_status(
    act: Callable[[Requisition, User], None],
    status: Status,
    acme: Client,
    recruiter: User,
    manager: User,
) -> None:
    requisition = at_status(status, acme, recruiter, manager)
    changes = requisition.status_changes.count()
    expected = OUTCOMES[act].get(status)
    if expected is None:
        with pytest.raises(NotAllowed):
            act(requisition, recruiter)
    else:
        act(requisition, recruiter)
        assert expected in TRANSITIONS[status]
    requisition.refresh_from_db()
    assert requisition.status == (expected or status)
    assert requisition.status_changes.count() == changes + (expected is not None)


def test_change_of_status_records_who_when_why_and_an_event(
    requisition: Requisition, recruiter: User
) -> None:
    until = date(2026, 4, 1)
    requisition.put_on_hold(by=recruiter, now=LATER, reason="Budget", until=until)
    change = requisition.status_changes.last()
    assert change is not None
    assert (change.from_status, change.to_status) == (Status.OPEN, Status.ON_HOLD)
    assert (change.by, change.at, change.reason, change.until) == (
        recruiter, LATER, "Budget", until,
    )  # fmt: skip
    event = Event.objects.about(requisition).first()
    assert event is not None
    assert (event.action, event.actor, event.client) == (
        "became on_hold", recruiter, requisition.client,
    )  # fmt: skip


def test_hold_returns_to_intake_when_it_came_from_there(
    acme: Client, recruiter: User, manager: User
) -> None:
    requisition = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    hold(requisition, recruiter)
    resume(requisition, recruiter)
    assert requisition.status == Status.INTAKE


def test_resuming_what_was_imported_on_hold_opens_it(
    requisition: Requisition, recruiter: User
) -> None:
    requisition.status_changes.all().delete()
    Requisition.objects.filter(pk=requisition.pk).update(status=Status.ON_HOLD)
    resume(requisition, recruiter)
    assert requisition.status == Status.OPEN


def test_naming_the_manager_moves_a_draft_to_intake(
    acme: Client, recruiter: User, manager: User
) -> None:
    draft = make_requisition(acme, recruiter=recruiter, manager=None, status=Status.DRAFT)
    draft.edit({"manager": manager}, version=1, by=recruiter, now=LATER)
    draft.refresh_from_db()
    assert (draft.status, draft.version) == (Status.INTAKE, 2)


def test_last_accepted_offer_fills_and_its_undoing_opens_again(
    requisition: Requisition, recruiter: User
) -> None:
    accepted_on = NOW.date() - timedelta(days=3)
    checkpoint = make_checkpoint(requisition, counts={Stage.ACCEPTED: 1}, on=accepted_on)
    requisition.refresh_from_db()
    assert (requisition.status, requisition.closed_on) == (Status.FILLED, accepted_on)
    checkpoint.undo(by=recruiter, now=LATER)
    requisition.refresh_from_db()
    assert (requisition.status, requisition.closed_on) == (Status.OPEN, None)


def test_correcting_only_the_day_of_the_last_offer_moves_the_day_it_was_filled(
    requisition: Requisition, recruiter: User
) -> None:
    checkpoint = make_checkpoint(requisition, counts={Stage.ACCEPTED: 1})
    right = NOW.date() - timedelta(days=5)
    checkpoint.correct(
        by=recruiter, now=LATER, key=requisition.pk, counts={Stage.ACCEPTED: 1}, on=right
    )
    requisition.refresh_from_db()
    assert (requisition.status, requisition.closed_on) == (Status.FILLED, right)


@pytest.mark.parametrize(
    ("entries", "count", "reached"),
    [
        ([], 1, None),
        ([(1, 1)], 2, None),
        ([(1, 1), (4, 1)], 2, 4),
        ([(1, 2), (2, -1), (3, 1)], 2, 3),
        ([(1, 2), (2, -1)], 2, None),
        ([(1, 3), (5, 1)], 2, 1),
    ],
)
def test_day_on_which_a_running_total_reaches_a_count(
    entries: list[tuple[int, int]], count: int, reached: int | None
) -> None:
    days = [(date(2026, 3, day), delta) for day, delta in entries]
    assert day_reached(days, count) == (date(2026, 3, reached) if reached else None)


def test_offer_that_fills_is_refused_while_on_hold(
    requisition: Requisition, recruiter: User
) -> None:
    hold(requisition, recruiter)
    with pytest.raises(ValidationError) as refusal:
        make_checkpoint(requisition, counts={Stage.ACCEPTED: 1}, now=LATER)
    assert list(refusal.value.message_dict) == ["accepted"]
    requisition.funnel.refresh_from_db()
    assert requisition.funnel.accepted == 0


@pytest.mark.parametrize("openings", [None, 1])
def test_filled_requisition_is_reopened_only_with_more_openings(
    requisition: Requisition, recruiter: User, openings: int | None
) -> None:
    make_checkpoint(requisition, counts={Stage.ACCEPTED: 1})
    with pytest.raises(ValidationError) as refusal:
        requisition.reopen(by=recruiter, now=LATER, reason="More", openings=openings)
    assert list(refusal.value.message_dict) == ["openings"]
    requisition.refresh_from_db()
    assert (requisition.status, requisition.openings) == (Status.FILLED, 1)


def test_reopening_with_other_openings_makes_older_edit_forms_stale(
    requisition: Requisition, recruiter: User
) -> None:
    cancel(requisition, recruiter)
    reopen(requisition, recruiter)
    requisition.refresh_from_db()
    assert (requisition.openings, requisition.version) == (2, 2)


def test_reopening_what_was_never_open_counts_as_an_override(
    acme: Client, recruiter: User, manager: User
) -> None:
    requisition = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    cancel(requisition, recruiter)
    reopen(requisition, recruiter)
    change = requisition.status_changes.last()
    assert change is not None
    assert change.override


@pytest.mark.parametrize(
    ("before", "after", "accepted", "status"),
    [(1, 2, 1, Status.OPEN), (2, 1, 1, Status.FILLED), (3, 2, 1, Status.OPEN)],
)
def test_changed_openings_settle_whether_it_is_filled(
    acme: Client,
    recruiter: User,
    manager: User,
    before: int,
    after: int,
    accepted: int,
    status: Status,
) -> None:
    requisition = make_requisition(acme, recruiter=recruiter, manager=manager, openings=before)
    make_checkpoint(requisition, counts={Stage.ACCEPTED: accepted})
    requisition.edit({"openings": after}, version=1, by=recruiter, now=LATER)
    requisition.refresh_from_db()
    assert (requisition.status, requisition.openings) == (status, after)


def test_openings_below_accepted_offers_are_refused_and_nothing_changes(
    acme: Client, recruiter: User, manager: User
) -> None:
    requisition = make_requisition(acme, recruiter=recruiter, manager=manager, openings=3)
    make_checkpoint(requisition, counts={Stage.ACCEPTED: 2})
    with pytest.raises(ValidationError) as refusal:
        requisition.edit({"openings": 1, "title": "Other"}, version=1, by=recruiter, now=LATER)
    assert refusal.value.message_dict == {"openings": ["2 offers are accepted already."]}
    requisition.refresh_from_db()
    assert (requisition.openings, requisition.version) == (3, 1)
    assert requisition.title != "Other"


def test_openings_that_would_fill_what_is_on_hold_are_refused_on_their_field(
    acme: Client, recruiter: User, manager: User
) -> None:
    requisition = make_requisition(acme, recruiter=recruiter, manager=manager, openings=2)
    make_checkpoint(requisition, counts={Stage.ACCEPTED: 1})
    hold(requisition, recruiter)
    with pytest.raises(ValidationError) as refusal:
        requisition.edit({"openings": 1}, version=1, by=recruiter, now=LATER)
    assert list(refusal.value.message_dict) == ["openings"]


def test_manager_cannot_be_taken_away(requisition: Requisition, recruiter: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        requisition.edit({"manager": None}, version=1, by=recruiter, now=LATER)
    assert list(refusal.value.message_dict) == ["manager"]


@pytest.mark.parametrize("who", ["recruiter", "other_manager", "other_recruiter"])
def test_manager_must_be_a_manager_of_the_client(
    requisition: Requisition, recruiter: User, who: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(ValidationError) as refusal:
        requisition.edit(
            {"manager": request.getfixturevalue(who)}, version=1, by=recruiter, now=LATER
        )
    assert list(refusal.value.message_dict) == ["manager"]


def test_title_can_change_though_the_manager_has_left_the_client(
    requisition: Requisition, recruiter: User, manager: User
) -> None:
    manager.memberships.all().delete()
    requisition.edit({"title": "New", "manager": manager}, version=1, by=recruiter, now=LATER)
    assert requisition.title == "New"


def test_edit_that_changes_nothing_writes_nothing(
    requisition: Requisition, recruiter: User
) -> None:
    events = Event.objects.count()
    requisition.edit({"title": requisition.title}, version=99, by=recruiter, now=LATER)
    requisition.refresh_from_db()
    assert (requisition.version, Event.objects.count()) == (1, events)


def test_day_of_closing_is_that_of_the_person_who_closes(
    requisition: Requisition, recruiter: User
) -> None:
    from django.utils import timezone

    with timezone.override("Pacific/Auckland"):
        requisition.cancel(
            by=recruiter, now=datetime(2026, 3, 11, 20, tzinfo=UTC), reason="Not needed"
        )
    assert requisition.closed_on == date(2026, 3, 12)


# --- at the same time ----------------------------------------------------------------------


def at_once(*actions: Callable[[], object]) -> list[Exception | None]:
    """Run the actions in threads that start together; what each raised, in their order."""
    barrier = threading.Barrier(len(actions))
    raised: list[Exception | None] = [None] * len(actions)

    def run(place: int, action: Callable[[], object]) -> None:
        try:
            barrier.wait()
            action()
        except Exception as error:
            raised[place] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(place, action)) for place, action in enumerate(actions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_refused(
    requisition: Requisition, recruiter: User, lead: User
) -> None:
    copies = [Requisition.objects.get(pk=requisition.pk) for _ in range(2)]
    raised = at_once(lambda: cancel(copies[0], recruiter), lambda: cancel(copies[1], lead))
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "NotAllowed"]
    cancelled = requisition.status_changes.filter(to_status=Status.CANCELLED)
    assert cancelled.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_last_offers_at_once_one_is_refused(
    requisition: Requisition, recruiter: User, lead: User
) -> None:
    copies = [Requisition.objects.get(pk=requisition.pk) for _ in range(2)]
    raised = at_once(
        lambda: make_checkpoint(copies[0], by=recruiter, counts={Stage.ACCEPTED: 1}),
        lambda: make_checkpoint(copies[1], by=lead, counts={Stage.ACCEPTED: 1}),
    )
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "ValidationError"]
    requisition.refresh_from_db()
    assert (requisition.status, requisition.funnel.accepted) == (Status.FILLED, 1)


def wait_until_somebody_waits_for_us() -> None:
    """Until another connection is held up by a lock of this one. SQLite lets nobody in at all."""
    if connection.vendor != "postgresql":
        return
    # pg_stat_activity would not do: a transaction sees it as it was when it first looked.
    waiting = (
        "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    with connection.cursor() as cursor:
        for _ in range(100_000):
            cursor.execute(waiting)
            if cursor.fetchone():
                return
    raise AssertionError("Nobody waits: the rows are not locked.")


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_the_lock_counts_on_from_the_totals_that_were_written_meanwhile(
    acme: Client, recruiter: User, manager: User
) -> None:
    requisition = make_requisition(acme, recruiter=recruiter, manager=manager, openings=3)
    refused: list[ValidationError] = []

    def second() -> None:
        try:
            make_checkpoint(requisition, by=recruiter, counts={Stage.ACCEPTED: 2})
        except ValidationError as error:
            refused.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        make_checkpoint(requisition, by=recruiter, counts={Stage.ACCEPTED: 2})
        thread.start()
        wait_until_somebody_waits_for_us()
    thread.join()
    assert [list(error.message_dict) for error in refused] == [["accepted"]]
    requisition.funnel.refresh_from_db()
    assert requisition.funnel.accepted == 2


@pytest.mark.usefixtures("clock")
def test_three_openings_are_filled_one_by_one_and_said_so(
    acme: Client, recruiter: User, manager: User, sign_in: Callable[[User], Browser]
) -> None:
    requisition = make_requisition(acme, recruiter=recruiter, manager=manager, openings=3)
    browser = sign_in(manager)

    def shown() -> str:
        return str(browser.get(requisition.get_absolute_url()).context["facts"].sentence)

    said = []
    for _ in range(2):
        make_checkpoint(requisition, counts={Stage.ACCEPTED: 1})
        said.append(shown())
    assert [words.partition(", ")[2] for words in said] == [
        "1 of 3 filled, 1 offer accepted.", "2 of 3 filled, 2 offers accepted.",
    ]  # fmt: skip
    assert "<dd>2 of 3 filled</dd>" in browser.get(requisition.get_absolute_url()).text
    last = make_checkpoint(requisition, counts={Stage.ACCEPTED: 1})
    requisition.refresh_from_db()
    assert requisition.status == Status.FILLED
    last.undo(by=recruiter, now=LATER)
    assert "2 of 3 filled" in shown()


def test_raised_openings_of_a_filled_one_reopen_it_with_the_reason(
    acme: Client, recruiter: User, manager: User
) -> None:
    filled = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.FILLED)
    filled.edit({"openings": 2}, version=1, by=recruiter, now=LATER)
    change = filled.status_changes.latest("at", "id")
    assert (filled.status, change.reason) == (Status.OPEN, "Openings changed from 1 to 2.")
