"""Where a requisition stands and what is new about it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from recruiting.accounts.models import Client, User
from requisitions.models import Requisition, Stage, Status
from status_updates import facts
from status_updates.models.checkpoint import PromiseMade
from tests.factories import NOW, make_checkpoint, make_requisition

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
RELATED = ("client", "recruiter", "manager", "funnel", "latest_checkpoint")


def known(
    requisition: Requisition, *, since: datetime | None = None, now: datetime = NOW
) -> facts.Facts:
    row = Requisition.objects.select_related(*RELATED).get(pk=requisition.pk)
    material = facts.load([row], since=since, now=now)
    return material.facts(row, since=since, today=now.date())


def test_sentence_of_a_busy_requisition_names_the_two_furthest_stages(
    requisition: Requisition,
) -> None:
    make_checkpoint(
        requisition, counts={Stage.FOUND: 40, Stage.MET: 3, Stage.SUBMITTED: 2, Stage.APPROVED: 1}
    )
    assert known(requisition).sentence == (
        "Open for 30 days, 2 resumes submitted and 1 resume approved."
    )


@pytest.mark.parametrize(("days", "health"), [(7, "healthy"), (8, "quiet")])
def test_health_turns_quiet_after_a_week_without_a_checkpoint(
    requisition: Requisition, days: int, health: str
) -> None:
    make_checkpoint(requisition, now=NOW - timedelta(days=days))
    assert known(requisition).health == health


def test_sentence_of_a_quiet_requisition_says_for_how_long(requisition: Requisition) -> None:
    make_checkpoint(requisition, now=NOW - timedelta(days=12), counts={Stage.FOUND: 4})
    assert known(requisition).sentence == "Open for 30 days, 4 found; nothing logged for 12 days."


def test_days_on_hold_are_left_out_of_days_open(requisition: Requisition, recruiter: User) -> None:
    requisition.put_on_hold(by=recruiter, now=NOW - timedelta(days=20), reason="Budget.")
    requisition.resume(by=recruiter, now=NOW - timedelta(days=15))
    told = known(requisition)
    assert (told.days_open, told.days_on_hold) == (25, 5)


def test_hold_that_lasts_counts_until_today(requisition: Requisition, recruiter: User) -> None:
    requisition.put_on_hold(
        by=recruiter, now=NOW - timedelta(days=6), reason="Budget.", until=date(2026, 3, 30)
    )
    told = known(requisition)
    assert (told.health, told.days_on_hold) == ("on hold", 6)
    assert told.sentence == "On hold since 5 March: Budget. Planned to go on 30 March."


@pytest.mark.parametrize(
    ("status", "begins"),
    [
        (Status.INTAKE, "In intake"),
        (Status.FILLED, "Filled on 9 February after 0 days."),
        (Status.CANCELLED, "Cancelled on 9 February: The team is not growing."),
    ],
)
def test_sentence_of_each_status(
    acme: Client, recruiter: User, manager: User, status: Status, begins: str
) -> None:
    told = known(make_requisition(acme, recruiter=recruiter, manager=manager, status=status))
    assert told.sentence.startswith(begins)


def test_moved_counts_only_what_was_entered_since(requisition: Requisition) -> None:
    make_checkpoint(requisition, now=NOW - timedelta(days=9), counts={Stage.FOUND: 30})
    wrong = make_checkpoint(requisition, now=NOW - timedelta(days=1), counts={Stage.FOUND: 9})
    make_checkpoint(requisition, counts={Stage.FOUND: 4, Stage.MET: 1})
    wrong.undo(by=wrong.by, now=NOW)
    told = known(requisition, since=NOW - timedelta(days=5), now=NOW)
    assert told.moved == {Stage.FOUND: 4, Stage.MET: 1}
    assert told.news == ["4 found, 1 met"]


def test_news_tells_of_status_promises_and_notes(requisition: Requisition, recruiter: User) -> None:
    made = PromiseMade(Stage.SUBMITTED, 2, date(2026, 3, 10))
    make_checkpoint(requisition, now=NOW - timedelta(days=9), promise=made)
    since = NOW - timedelta(days=5)
    make_checkpoint(
        requisition,
        now=NOW - timedelta(days=4),
        counts={},
        note="Spoke with the team.",
        promise=PromiseMade(Stage.MET, 3, date(2026, 3, 13)),
    )
    requisition.put_on_hold(by=recruiter, now=NOW, reason="Budget.")
    assert set(known(requisition, since=since).news) == {
        "Put on hold: Budget",
        "Promise missed: 2 resumes submitted, due 10 March",
        "Promised: 3 met by Friday 13 March",
    }


def test_kept_promise_is_news_once_however_late_it_is_logged(requisition: Requisition) -> None:
    """Seen on 8 March; on 11 March somebody logs what had happened on the 6th."""
    made = PromiseMade(Stage.MET, 2, date(2026, 3, 7))
    make_checkpoint(requisition, now=NOW - timedelta(days=9), promise=made)
    make_checkpoint(requisition, counts={Stage.MET: 2}, on=date(2026, 3, 6))
    told = known(requisition, since=NOW - timedelta(days=3))
    assert told.news == ["2 met", "Promise kept: 2 met"]
    assert known(requisition, since=NOW, now=NOW + timedelta(hours=1)).news == []


def test_missed_promise_is_news_once_where_the_day_begins_early(
    requisition: Requisition,
) -> None:
    """Monday 08:00 in Auckland is Sunday in UTC; what was due that Sunday was told then."""
    made = PromiseMade(Stage.MET, 2, date(2026, 3, 8))
    make_checkpoint(requisition, now=NOW - timedelta(days=12), promise=made)
    zone = ZoneInfo("Pacific/Auckland")
    monday = datetime(2026, 3, 9, 8, tzinfo=zone)
    row = Requisition.objects.select_related(*RELATED).get(pk=requisition.pk)

    def news(since: datetime, now: datetime) -> list[str]:
        material = facts.load([row], since=since, now=now)
        return list(material.facts(row, since=since, today=now.date(), zone=zone).news)

    week = timedelta(days=7)
    assert news(monday - week, monday) == ["Promise missed: 2 met, due 8 March"]
    assert news(monday.astimezone(UTC), monday + week) == []


def test_news_of_a_note_alone_says_that_one_was_added(requisition: Requisition) -> None:
    make_checkpoint(requisition, counts={}, note="Spoke with the team.")
    assert known(requisition, since=NOW - timedelta(hours=1)).news == ["A note was added"]


def test_nothing_is_news_to_a_first_visitor(requisition: Requisition) -> None:
    make_checkpoint(requisition)
    told = known(requisition)
    assert (told.news, told.moved) == ([], {})


def test_kept_promise_leaves_the_page_after_two_weeks(requisition: Requisition) -> None:
    long_ago = NOW - timedelta(days=25)
    make_checkpoint(
        requisition,
        now=long_ago,
        promise=PromiseMade(Stage.MET, 1, (long_ago + timedelta(days=2)).date()),
    )
    make_checkpoint(requisition, now=long_ago + timedelta(days=1), counts={Stage.MET: 1})
    week_later = known(requisition, now=long_ago + timedelta(days=8))
    assert [promise.state for promise in week_later.promises] == ["kept"]
    assert known(requisition).promises == []


def test_missed_promise_stays_until_it_is_kept(requisition: Requisition) -> None:
    long_ago = NOW - timedelta(days=25)
    make_checkpoint(requisition, now=long_ago, promise=PromiseMade(Stage.MET, 1, long_ago.date()))
    assert [promise.state for promise in known(requisition).promises] == ["missed"]


def test_load_costs_the_same_for_one_and_for_fifty(
    acme: Client,
    recruiter: User,
    manager: User,
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    for _ in range(50):
        row = make_requisition(acme, recruiter=recruiter, manager=manager)
        make_checkpoint(row, promise=PromiseMade(Stage.MET, 1, TODAY))
    rows = list(Requisition.objects.select_related(*RELATED))
    since = NOW - timedelta(days=7)
    for some in (rows[:1], rows):
        with django_assert_num_queries(3):  # type: ignore[operator]
            material = facts.load(some, since=since, now=NOW)
            told = [
                material.facts(row, since=since, today=TODAY, zone=UTC).sentence for row in some
            ]
        assert len(told) == len(some)
