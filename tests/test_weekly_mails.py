"""The recruiter's round-up and the lead's summary: when they come, what they say, to whom."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser
from hypothesis import given
from hypothesis import strategies as st

from recruiting.accounts.models import Absence, Client, Membership, Role, User, WorkingCard
from recruiting.approvals.models import Slate
from recruiting.dashboards import round_up, weekly_summary
from recruiting.dashboards.round_up import ROUND_UP
from recruiting.dashboards.weekly import slot
from recruiting.dashboards.weekly_summary import SUMMARY
from recruiting.lib.businesstime import Calendar, is_working
from recruiting.mailing import delivery, kinds, ledger, subscriptions
from recruiting.mailing.models import Mail, State, Suspension
from requisitions.models import Requisition, Stage
from status_updates import nudges
from status_updates.models.checkpoint import PromiseMade
from tests.factories import (
    NOW,
    make_brief,
    make_checkpoint,
    make_requisition,
    make_slate,
    make_user,
)
from tests.queries import counted

pytestmark = pytest.mark.one_database
SignIn = Callable[[User], Browser]
DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 16, 9, tzinfo=UTC)
"""When the recruiter's week begins: nine o'clock in UTC, the Monday after `NOW`."""

BOTH = pytest.mark.parametrize("kind", [ROUND_UP, SUMMARY])


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


def sweep(kind: str, now: datetime) -> Counter[State]:
    materialise = kinds.get(kind).materialise
    assert materialise
    materialise(now)
    due = Mail.objects.due(now).kind(kind).values_list("pk", flat=True)
    return delivery.deliver(list(due), now=now)


def the(kind: str) -> Mail:
    return Mail.objects.kind(kind).get()


@pytest.fixture
def reader(kind: str, recruiter: User, lead: User) -> User:
    return recruiter if kind == ROUND_UP else lead


@pytest.fixture
def quiet(requisition: Requisition) -> Requisition:
    """Open for a month with nothing logged."""
    return requisition


# --- when ----------------------------------------------------------------------------------


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Australia/Lord_Howe"]),
    st.lists(st.integers(-3, 9), max_size=3),
)
def test_slot_is_the_first_working_instant_of_the_week(
    day: date, days: frozenset[int], zone: str, away: list[int]
) -> None:
    gone = tuple((day + ahead * DAY, day + (ahead + 1) * DAY) for ahead in away)
    hours = Calendar(days, time(9), time(17), zone, absences=gone)
    due = slot(day, hours)
    week = [date.fromisocalendar(*day.isocalendar()[:2], number) for number in range(1, 8)]
    works = [one for one in week if hours.works_on(one)]
    assert (due is None) == (not works)
    if due:
        assert due.astimezone(ZoneInfo(zone)).date() == works[0]
        assert is_working(hours, due)
        assert not is_working(hours, due - timedelta(seconds=1))


@BOTH
@pytest.mark.django_db
def test_it_comes_once_as_the_week_begins(kind: str, reader: User, quiet: Requisition) -> None:
    assert sweep(kind, MONDAY - timedelta(minutes=1)) == {}
    assert sweep(kind, MONDAY) == {State.SENT: 1}
    for later in (timedelta(minutes=1), 7 * timedelta(hours=1), DAY, 6 * DAY):
        assert sweep(kind, MONDAY + later) == {}
    assert sweep(kind, MONDAY + 7 * DAY) == {State.SENT: 1}
    rows = Mail.objects.kind(kind).order_by("period")
    assert list(rows.values_list("period", flat=True)) == ["2026-W12", "2026-W13"]
    assert not rows.exclude(client=None).exists()


@BOTH
@pytest.mark.django_db
def test_it_keeps_to_the_card_of_its_reader(kind: str, reader: User, quiet: Requisition) -> None:
    """Who works from Tuesday in Auckland and is away that day has it on Wednesday there."""
    WorkingCard.objects.filter(user=reader).update(zone="Pacific/Auckland", days=[2, 3, 4])
    Absence.plan(date(2026, 3, 17), date(2026, 3, 17), by=reader, now=NOW)
    went = [now for now in (MONDAY - 12 * timedelta(hours=1) + n * timedelta(hours=1)
                            for n in range(72)) if sweep(kind, now)[State.SENT]]  # fmt: skip
    assert went == [at("17T20:00")]


@BOTH
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("how", "ended"),
    [
        ("late", State.SKIPPED), ("away today", State.PENDING), ("away", State.SKIPPED),
        ("stopped", State.SKIPPED), ("deactivated", State.SKIPPED), ("another", State.SKIPPED),
    ],
)  # fmt: skip
def test_it_is_asked_again_just_before_it_goes(
    how: str, ended: State, kind: str, reader: User, quiet: Requisition
) -> None:
    sweep(kind, MONDAY - timedelta(hours=1))
    now = MONDAY
    if how == "late":
        now = MONDAY + DAY + timedelta(minutes=1)
    elif how.startswith("away"):
        last = date(2026, 3, 16 if how == "away today" else 22)
        Absence.plan(date(2026, 3, 16), last, by=reader, now=NOW)
    elif how == "stopped":
        subscriptions.stop(reader, kind, by=reader, now=NOW)
    else:
        change: dict[str, Any] = {"is_active": False}
        User.objects.filter(pk=reader.pk).update(
            **(change if how == "deactivated" else {"role": Role.MANAGER})
        )
    assert sweep(kind, now)[ended] == 1


@BOTH
@pytest.mark.django_db
def test_who_joins_in_the_week_or_resumes_waits_for_the_next(
    kind: str, reader: User, quiet: Requisition, acme: Client
) -> None:
    subscriptions.stop(reader, kind, by=reader, now=NOW)
    sweep(kind, MONDAY)
    subscriptions.resume(reader, kind, by=reader, now=MONDAY + timedelta(hours=1))
    make_user(role=Role(reader.role), clients=[acme], now=MONDAY + timedelta(hours=1))
    assert sweep(kind, MONDAY + timedelta(hours=2))[State.SENT] == 0
    assert [mail.reason for mail in Mail.objects.kind(kind)] == ["Unsubscribed."]


@BOTH
@pytest.mark.django_db
def test_writing_the_rows_costs_the_same_for_one_and_for_many(
    kind: str, reader: User, acme: Client
) -> None:
    materialise = kinds.get(kind).materialise
    assert materialise
    assert counted(lambda: materialise(MONDAY)) == 4
    Mail.objects.all().delete()
    for _ in range(20):
        make_user(role=Role(reader.role), clients=[acme], now=NOW - 30 * DAY)
    assert counted(lambda: materialise(MONDAY)) == 4
    assert counted(lambda: materialise(MONDAY)) == 1


# --- the round-up --------------------------------------------------------------------------


@pytest.fixture
def desk(quiet: Requisition, globex: Client, recruiter: User, manager: User) -> list[Slate]:
    """At Acme one gone quiet; at Globex promises and a manager who is late."""
    Membership.objects.create(user=recruiter, client=globex)
    gina = make_user("gina@globex.example", clients=[globex], name="Gina Globex")
    there = make_requisition(globex, recruiter=recruiter, manager=gina, title="Analyst")
    for due in (13, 18, 22, 23):
        make_checkpoint(there, promise=PromiseMade(Stage.SUBMITTED, due, date(2026, 3, due)))
    return [make_slate(there)]


@pytest.mark.django_db
def test_round_up_tells_of_each_client_under_its_own_heading(desk: list[Slate]) -> None:
    sweep(ROUND_UP, MONDAY)
    mail = the(ROUND_UP)
    assert mail.subject == "Your week: 1 waiting on managers, 3 promises due, 1 gone quiet"
    acme, globex = mail.text.split("ACME")[1].split("GLOBEX")
    assert "Data Engineer: Nothing logged in 35 days since it was opened." in acme
    assert "Analyst" not in acme
    assert (
        "Analyst: 1 resume of slate 1, waiting on Gina Globex since Wednesday, was due Thursday "
        "10:00." in globex
    )
    assert "Analyst: 13 resumes submitted by Fri 13 Mar, late." in globex
    assert "Analyst: 18 resumes submitted by Wed 18 Mar." in globex
    assert "22 resumes submitted" in globex
    assert "23 resumes submitted" not in globex
    assert mail.html.count("<h2>") == 0
    assert mail.html.count("</h2>") == 2


@pytest.mark.django_db
def test_round_up_says_when_the_manager_was_nudged_last(desk: list[Slate]) -> None:
    late = NOW + DAY + timedelta(minutes=1)
    nudges.materialise(late)
    delivery.deliver(list(Mail.objects.kind(nudges.NUDGE).values_list("pk", flat=True)), now=late)
    sweep(ROUND_UP, MONDAY)
    assert "was due Thursday 10:00; nudged on Thursday." in the(ROUND_UP).text


@pytest.mark.django_db
def test_brief_that_a_manager_leaves_unsigned_is_told(
    requisition: Requisition, recruiter: User
) -> None:
    make_checkpoint(requisition)
    make_brief(requisition, recruiter, now=NOW)
    sweep(ROUND_UP, MONDAY)
    assert (
        "Brief 1 not signed yet: Rosa Recruiter asked Max Manager 5 days ago" in the(ROUND_UP).text
    )


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["left", "handed over", "closed"])
def test_what_is_hers_no_more_is_not_told(
    how: str, desk: list[Slate], recruiter: User, globex: Client, other_recruiter: User
) -> None:
    sweep(ROUND_UP, MONDAY - timedelta(hours=1))
    there = Requisition.objects.get(title="Analyst")
    if how == "left":
        Membership.objects.filter(user=recruiter, client=globex).delete()
    elif how == "handed over":
        Requisition.objects.filter(pk=there.pk).update(recruiter=other_recruiter)
    else:
        there.cancel(by=recruiter, now=NOW, reason="No.")
    sweep(ROUND_UP, MONDAY)
    mail = Mail.objects.kind(ROUND_UP).get(recipient=recruiter)
    assert "Data Engineer" in mail.text
    assert "Globex" not in mail.text + mail.html + mail.subject


@pytest.mark.django_db
def test_round_up_that_was_written_is_written_anew_when_a_client_is_hers_no_more(
    desk: list[Slate], recruiter: User, globex: Client
) -> None:
    """The server put it off; meanwhile she left Globex."""
    sweep(ROUND_UP, MONDAY - timedelta(hours=1))
    row = the(ROUND_UP)
    delivery._write(delivery.claim([row.pk], MONDAY), MONDAY, Counter())
    row.refresh_from_db()
    assert "Globex" in row.html
    frozen = row.html
    Mail.objects.filter(pk=row.pk).update(state=State.PENDING)
    assert round_up.still_wanted([row], MONDAY) == {}
    Membership.objects.filter(user=recruiter, client=globex).delete()
    delivery.deliver([row.pk], now=MONDAY)
    row.refresh_from_db()
    assert (row.state, row.html == frozen) == (State.SENT, False)
    assert "Globex" not in row.html
    assert "Data Engineer" in row.html


@pytest.mark.django_db
def test_nothing_to_say_is_no_mail(requisition: Requisition) -> None:
    make_checkpoint(requisition)
    assert sweep(ROUND_UP, MONDAY) == {State.SKIPPED: 1}
    assert the(ROUND_UP).reason == "Nothing needed a word."


@pytest.mark.django_db
def test_long_desk_is_cut_and_says_so(requisition: Requisition, acme: Client) -> None:
    for _ in range(62):
        make_requisition(acme, recruiter=requisition.recruiter, manager=requisition.manager)
    sweep(ROUND_UP, MONDAY)
    mail = the(ROUND_UP)
    assert "And 3 more on your desk." in mail.text
    assert "63 gone quiet" in mail.subject
    assert len(mail.html.encode()) < 90_000


@pytest.mark.django_db
def test_round_up_costs_the_same_for_one_and_for_many(desk: list[Slate], acme: Client) -> None:
    def costs() -> int:
        batch = list(Mail.objects.kind(ROUND_UP).select_related("recipient", "client"))
        return counted(lambda: round_up.render(batch, MONDAY)) + counted(
            lambda: round_up.still_wanted(batch, MONDAY)
        )

    sweep(ROUND_UP, MONDAY - timedelta(hours=1))
    few = costs()
    for _ in range(9):
        one = make_user(role=Role.RECRUITER, clients=[acme])
        for _ in range(2):
            make_slate(make_requisition(acme, recruiter=one, manager=make_user(clients=[acme])))
    sweep(ROUND_UP, MONDAY - timedelta(hours=1))
    assert Mail.objects.kind(ROUND_UP).count() == 10
    assert (costs(), few) == (9, 9)


# --- the summary ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_summary_tells_where_things_stand_and_what_needs_a_lead(
    desk: list[Slate], lead: User, acme: Client, recruiter: User, manager: User
) -> None:
    gone = make_user("gone@acme.example", role=Role.RECRUITER, clients=[acme], name="Gus Gone")
    make_requisition(acme, recruiter=gone, manager=manager, title="Orphan")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    Suspension.objects.create(address="lost@acme.example", at=NOW, server_said="550 no such user")
    failed = ledger.new_row(
        "digest", recipient_id=manager.pk, client_id=acme.pk, period="2026-W11", scheduled_at=NOW,
        now=NOW,
    )  # fmt: skip
    failed.state, failed.finished_at = State.FAILED, NOW
    failed.save(force_insert=True)
    sweep(SUMMARY, MONDAY)
    mail = the(SUMMARY)
    assert mail.recipient == lead
    assert mail.subject == "The week: 3 open, 2 gone quiet; 4 things need a lead"
    assert "3 requisitions are open, 0 in intake and 0 on hold." in mail.text
    assert (
        "3 partnerships of a recruiter and a hiring manager: 0 with a working agreement, 1 in "
        "which something is overdue with the manager." in mail.text
    )
    for line in (
        "Without a recruiter: 1\n* Orphan (Acme): held by Gus Gone, who is gone",
        "Overdue longest: 1\n* Analyst (Globex): 1 resume of slate 1, with Gina Globex since "
        "Wednesday, 2 working days late",
        "Addresses that refused mail: 1\n* lost@acme.example",
        "Mail of the week that failed or may not have arrived: 1\n* Digest: 1",
        "* Acme: 2 open, 2 gone quiet\n",
        "* Globex: 1 open, 1 promise missed\n",
    ):
        assert line in mail.text


@pytest.mark.django_db
def test_summary_says_when_nothing_needs_a_lead(
    requisition: Requisition, lead: User, sign_in: SignIn
) -> None:
    make_checkpoint(requisition)
    sweep(SUMMARY, MONDAY)
    assert the(SUMMARY).subject == "The week: 1 open"
    assert "WHAT NEEDS A LEAD\nNothing." in the(SUMMARY).text


@pytest.mark.django_db
def test_summary_of_nothing_is_no_mail(lead: User) -> None:
    assert sweep(SUMMARY, MONDAY) == {State.SKIPPED: 1}


@pytest.mark.django_db
def test_no_candidate_is_named_in_either(desk: list[Slate], lead: User) -> None:
    [name] = [one.candidate.name for one in desk[0].submissions.select_related("candidate")]
    for kind in (ROUND_UP, SUMMARY):
        sweep(kind, MONDAY)
        mail = the(kind)
        assert name not in mail.subject + mail.text + mail.html
        assert f"/mail/unsubscribe/{kind.replace(' ', '_')}" in mail.headers["List-Unsubscribe"]


@pytest.mark.django_db
def test_summary_costs_the_same_for_one_and_for_many(desk: list[Slate], lead: User) -> None:
    def costs() -> int:
        batch = list(Mail.objects.kind(SUMMARY).select_related("recipient", "client"))
        return counted(lambda: weekly_summary.render(batch, MONDAY))

    sweep(SUMMARY, MONDAY - timedelta(hours=1))
    few = costs()
    for _ in range(5):
        make_user(role=Role.LEAD)
        make_requisition(
            desk[0].requisition.client, recruiter=desk[0].requisition.recruiter,
            manager=make_user(clients=[desk[0].requisition.client]),
        )  # fmt: skip
    sweep(SUMMARY, MONDAY - timedelta(hours=1))
    assert Mail.objects.kind(SUMMARY).count() == 6
    assert costs() == few
