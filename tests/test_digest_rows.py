"""Which digests are written down ahead of time, and which of them still go when they are due."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command

from recruiting.accounts.models import Client, Membership, Preferences, Role, User, WorkingCard
from recruiting.mailing import delivery, subscriptions
from recruiting.mailing.models import Mail, State
from recruiting.mailing.resending import send_again
from requisitions.models import Requisition
from status_updates.digests import rows
from status_updates.digests.snapshot import KIND
from status_updates.digests.upcoming import upcoming
from status_updates.models import PersonalLine
from tests.factories import make_checkpoint, make_client, make_requisition, make_user
from tests.fixtures.smtp import MailServer
from tests.queries import counted

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
"""When the cast, who joined on the Wednesday before, get their first digest."""


@pytest.fixture
def outgoing(db: None, mailoutbox: list[EmailMessage]) -> list[EmailMessage]:
    return mailoutbox


def digests() -> list[Mail]:
    return list(Mail.objects.kind(KIND).order_by("scheduled_at", "recipient__email"))


def wish(user: User, **fields: Any) -> None:
    Preferences.objects.filter(user=user).update(**fields)


# --- written ahead of time -----------------------------------------------------------------


def test_digest_is_written_down_from_the_beginning_of_its_week(manager: User, acme: Client) -> None:
    rows.materialise(MONDAY - 9 * HOUR)
    assert digests() == []
    rows.materialise(MONDAY - 8 * HOUR)
    [mail] = digests()
    assert (mail.recipient, mail.client, mail.period) == (manager, acme, "2026-W12")
    assert (mail.scheduled_at, mail.zone, mail.state) == (MONDAY, "UTC", State.PENDING)


def test_writing_down_twice_writes_once(manager: User) -> None:
    for _ in range(3):
        rows.materialise(MONDAY)
    assert len(digests()) == 1


def test_manager_of_two_clients_gets_a_digest_for_each(manager: User, now: datetime) -> None:
    manager.join(make_client("Initech"), by=manager, now=now)
    rows.materialise(MONDAY)
    assert sorted(mail.client.name for mail in digests() if mail.client) == ["Acme", "Initech"]


def test_only_active_managers_get_digests(
    manager: User, recruiter: User, lead: User, acme: Client, now: datetime
) -> None:
    make_user("gone@acme.example", clients=[acme], is_active=False)
    rows.materialise(MONDAY)
    assert [mail.recipient for mail in digests()] == [manager]


def test_slot_before_the_person_joined_is_not_made_up_for(manager: User, now: datetime) -> None:
    rows.materialise(now)  # a Wednesday; the Monday of that week is before she joined
    assert digests() == []


def test_slot_before_the_membership_is_not_made_up_for(manager: User) -> None:
    Membership.objects.update(created_at=MONDAY + HOUR)
    rows.materialise(MONDAY + 2 * HOUR)
    assert digests() == []


def test_slot_is_at_the_managers_own_hour(manager: User) -> None:
    WorkingCard.objects.filter(user=manager).update(zone="Asia/Kolkata")
    wish(manager, digest_weekday=3, digest_hour=17, digest_since=MONDAY)
    rows.materialise(MONDAY)
    assert digests()[0].scheduled_at == datetime(2026, 3, 18, 11, 30, tzinfo=UTC)


def test_changed_zone_counts_from_the_next_week(manager: User) -> None:
    rows.materialise(MONDAY - HOUR)
    WorkingCard.objects.filter(user=manager).update(zone="America/New_York")
    rows.materialise(MONDAY)
    rows.materialise(MONDAY + 7 * DAY)
    assert [mail.scheduled_at for mail in digests()] == [
        MONDAY,
        datetime(2026, 3, 23, 12, 0, tzinfo=UTC),
    ]


def test_changed_day_leaves_four_days_between_two_digests(manager: User) -> None:
    wish(manager, digest_weekday=5, digest_since=MONDAY)
    rows.materialise(MONDAY)
    wish(manager, digest_weekday=1)
    rows.materialise(MONDAY + 7 * DAY)
    assert [mail.scheduled_at for mail in digests()] == [MONDAY + 4 * DAY, MONDAY + 8 * DAY]


def test_pause_leaves_out_the_slots_before_its_end(manager: User) -> None:
    wish(manager, digest_paused_until=date(2026, 3, 23))
    for week in range(2):
        rows.materialise(MONDAY + week * 7 * DAY)
    assert [mail.scheduled_at for mail in digests()] == [MONDAY + 7 * DAY]


def test_person_who_stopped_the_digest_gets_none_until_she_resumes(manager: User) -> None:
    subscriptions.stop(manager, KIND, by=manager, now=MONDAY - DAY)
    rows.materialise(MONDAY)
    assert digests() == []
    subscriptions.resume(manager, KIND, by=manager, now=MONDAY + HOUR)
    rows.materialise(MONDAY + 2 * HOUR)
    assert digests() == []
    rows.materialise(MONDAY + 7 * DAY)
    assert [mail.scheduled_at for mail in digests()] == [MONDAY + 7 * DAY]


def test_weeks_begin_where_the_manager_is(acme: Client) -> None:
    east = make_user("east@acme.example", clients=[acme], zone="Pacific/Kiritimati")
    west = make_user("west@acme.example", clients=[acme], zone="Pacific/Honolulu")
    wish(west, digest_weekday=7)
    rows.materialise(datetime(2026, 3, 15, 12, 0, tzinfo=UTC))
    assert [(mail.recipient, mail.period) for mail in digests()] == [
        (east, "2026-W12"),
        (west, "2026-W11"),
    ]


def test_each_rhythm_is_written_down_for_its_own_period(acme: Client) -> None:
    wishes: dict[str, dict[str, Any]] = {
        "daily": {"digest_rhythm": "daily"},
        "tuesdays": {"digest_rhythm": "weekdays", "digest_weekdays": [2]},
        "fortnightly": {"digest_rhythm": "fortnightly", "digest_weekday": 3},
        "weekly": {},
    }
    for name, fields in wishes.items():
        user = make_user(f"{name}@acme.example", clients=[acme], now=MONDAY - 30 * DAY)
        wish(user, digest_since=MONDAY - 8 * HOUR, **fields)
    for day in range(8):
        rows.materialise(MONDAY + day * DAY)
    told: dict[str, list[str]] = {name: [] for name in wishes}
    for mail in digests():
        told[mail.recipient.email.partition("@")[0]].append(mail.period)
    assert told == {
        "daily": ["2026-03-16", "2026-03-17", "2026-03-18", "2026-03-19", "2026-03-20",
                  "2026-03-23"],
        "tuesdays": ["2026-03-17"],
        "fortnightly": ["2026-W13+1"],  # of the fortnight of now, Wednesday is over
        "weekly": ["2026-W12", "2026-W13"],
    }  # fmt: skip


def test_daily_digest_leaves_out_the_holidays_of_her_card(manager: User) -> None:
    WorkingCard.objects.filter(user=manager).update(country="IE")
    wish(manager, digest_rhythm="daily", digest_since=MONDAY)
    for day in range(3):
        rows.materialise(MONDAY + day * DAY)
    assert [mail.period for mail in digests()] == ["2026-03-16", "2026-03-18"]  # not on the 17th


def test_changed_rhythm_counts_from_the_next_week(manager: User) -> None:
    rows.materialise(MONDAY)
    wish(manager, digest_rhythm="daily")
    for day in range(8):
        rows.materialise(MONDAY + day * DAY)
    assert [mail.period for mail in digests()] == ["2026-W12", "2026-03-23"]


def test_managers_are_looked_at_in_chunks(acme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "CHUNK", 3)
    for _ in range(8):
        make_user(clients=[acme])
    assert rows.materialise(MONDAY) == 8
    assert rows.materialise(MONDAY) == 0


def test_writing_down_costs_the_same_for_1_and_for_30_managers(manager: User, acme: Client) -> None:
    one = counted(lambda: rows.materialise(MONDAY))
    rhythms = ["weekly", "daily", "weekdays", "fortnightly"]
    for number in range(30):
        user = make_user(clients=[acme], zone=["UTC", "Asia/Tokyo", "Europe/Rome"][number % 3])
        wish(user, digest_rhythm=rhythms[number % 4])
    assert counted(lambda: rows.materialise(MONDAY)) == one == 3


# --- still wanted --------------------------------------------------------------------------


def deliver_at(now: datetime) -> Mail:
    [mail] = digests()
    delivery.deliver([mail.pk], now=now)
    mail.refresh_from_db()
    return mail


@pytest.fixture
def due(requisition: Requisition) -> Mail:
    rows.materialise(MONDAY)
    [mail] = digests()
    return mail


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda user: Membership.objects.all().delete(), "No longer a hiring manager"),
        (lambda user: User.objects.update(role=Role.RECRUITER), "No longer a hiring manager"),
        (lambda user: wish(user, digest_paused_until=date(2026, 4, 2)), "Paused until 2 April."),
        (lambda user: Requisition.objects.update(manager=None, status="draft"), "No requisition"),
    ],
)
def test_digest_that_is_no_longer_wanted_is_skipped(
    change: Callable[[User], object],
    reason: str,
    due: Mail,
    manager: User,
    outgoing: list[EmailMessage],
) -> None:
    change(manager)
    mail = deliver_at(MONDAY)
    assert (mail.state, outgoing) == (State.SKIPPED, [])
    assert mail.reason.startswith(reason)


@pytest.fixture
def put_off(due: Mail, smtp: MailServer, recruiter: User) -> Mail:
    """About a Data Engineer and a Data Analyst; written, and not taken by the server."""
    assert due.client is not None
    make_requisition(due.client, recruiter=recruiter, manager=due.recipient, title="Data Analyst")
    smtp.replies = ["451 later"]
    delivery.deliver([due.pk], now=MONDAY)
    due.refresh_from_db()
    assert {"Data Engineer", "Data Analyst"} <= set(re.findall(r"Data \w+", due.text))
    return due


def test_digest_written_before_a_requisition_was_given_away_is_written_anew(
    put_off: Mail, smtp: MailServer, requisition: Requisition, acme: Client, recruiter: User
) -> None:
    taker = make_user(clients=[acme])
    version = Requisition.objects.get(pk=requisition.pk).version
    requisition.edit({"manager": taker}, version=version, by=recruiter, now=MONDAY)
    delivery.deliver([put_off.pk], now=MONDAY + HOUR / 60)
    [message] = smtp.messages
    assert "Data Engineer" not in message.as_string()
    assert "Data Analyst" in message.as_string()
    assert message["Message-ID"] == put_off.message_id


def test_digest_that_may_have_arrived_is_not_written_anew_for_what_was_given_away(
    put_off: Mail, smtp: MailServer, acme: Client
) -> None:
    Mail.objects.update(interruptions=1)
    Requisition.objects.update(manager=make_user(clients=[acme]))
    delivery.deliver([put_off.pk], now=MONDAY + HOUR / 60)
    put_off.refresh_from_db()
    assert (put_off.state, smtp.messages) == (State.AMBIGUOUS, [])


def test_digest_after_an_outage_waits_for_working_hours(
    due: Mail, outgoing: list[EmailMessage]
) -> None:
    at_night = MONDAY + 16 * HOUR
    mail = deliver_at(at_night)
    assert (mail.state, mail.due_at) == (State.PENDING, MONDAY + 25 * HOUR)
    assert deliver_at(MONDAY + 25 * HOUR).state == State.SENT
    assert len(outgoing) == 1


@pytest.mark.parametrize("jump", [-HOUR, HOUR, 8 * DAY])
def test_clock_that_jumps_and_comes_back_brings_no_second_digest_of_a_week(
    jump: timedelta, due: Mail, outgoing: list[EmailMessage]
) -> None:
    for now in (MONDAY, MONDAY + jump, MONDAY + HOUR, MONDAY + 8 * DAY + 2 * HOUR):
        rows.materialise(now)
        delivery.deliver([mail.pk for mail in digests()], now=now)
    assert [mail.period for mail in digests()] == ["2026-W12", "2026-W13"]
    assert len(outgoing) == 2


def test_digest_three_days_late_is_skipped_and_says_so(
    due: Mail, outgoing: list[EmailMessage]
) -> None:
    mail = deliver_at(MONDAY + 3 * DAY)
    assert (mail.state, outgoing) == (State.SKIPPED, [])
    assert mail.reason.startswith("More than three days late")


def test_week_without_a_worker_ends_in_one_digest_not_a_burst(
    requisition: Requisition, outgoing: list[EmailMessage]
) -> None:
    for week in range(4):
        rows.materialise(MONDAY + week * 7 * DAY)
    call_command("send_digests", now=MONDAY + 21 * DAY + HOUR)
    assert [mail.state for mail in digests()] == [State.SKIPPED] * 3 + [State.SENT]
    assert [mail.to for mail in outgoing].count(["manager@acme.example"]) == 1


@pytest.mark.parametrize(
    ("news", "state"), [(False, State.SKIPPED), (True, State.SENT)], ids=["quiet", "news"]
)
def test_quiet_digest_is_left_out_where_that_is_wished(
    news: bool, state: State, due: Mail, manager: User, acme: Client, recruiter: User,
    requisition: Requisition, outgoing: list[EmailMessage],
) -> None:  # fmt: skip
    wish(manager, digest_only_news=True)
    if news:
        make_checkpoint(requisition, now=MONDAY - HOUR)
    mail = deliver_at(MONDAY)
    assert (mail.state, len(outgoing)) == (state, int(news))
    assert mail.reason == ("" if news else "Nothing waits and nothing has changed since the last "
                                           "one.")  # fmt: skip


def test_digest_after_a_quiet_one_covers_all_since_the_last_that_went(
    requisition: Requisition, manager: User, outgoing: list[EmailMessage]
) -> None:
    wish(manager, digest_only_news=True)
    call_command("send_digests", now=MONDAY)
    make_checkpoint(requisition, now=MONDAY + HOUR)
    call_command("send_digests", now=MONDAY + 7 * DAY)
    call_command("send_digests", now=MONDAY + 14 * DAY)
    states = [mail.state for mail in digests()]
    assert states == [State.SKIPPED, State.SENT, State.SKIPPED]
    assert "3 found" in str(outgoing[0].body)


def test_line_of_the_recruiter_stands_in_the_next_digest_when_the_rhythm_has_changed(
    requisition: Requisition, manager: User, acme: Client, recruiter: User,
    outgoing: list[EmailMessage], now: datetime,
) -> None:  # fmt: skip
    PersonalLine.write("Two are good.", manager=manager, client=acme, period="2026-W12",
                       version=0, by=recruiter, now=now)  # fmt: skip
    wish(manager, digest_rhythm="daily", digest_since=MONDAY - 8 * HOUR)
    call_command("send_digests", now=MONDAY)
    call_command("send_digests", now=MONDAY + DAY)
    assert ["Two are good." in str(mail.body) for mail in outgoing] == [True, False]


# --- the command ---------------------------------------------------------------------------


def test_command_sweeps_once_and_prints_what_came_of_it(
    requisition: Requisition, outgoing: list[EmailMessage], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("send_digests", "--now", "2026-03-16T08:00Z")
    call_command("send_digests", "--now", "2026-03-16T08:00Z")
    assert capsys.readouterr().out == "1 sent\nNothing is due.\n"
    assert len(outgoing) == 1


def test_command_refuses_what_is_no_time(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("send_digests", "--now", "yesterday")


# --- the next one --------------------------------------------------------------------------


def next_digest(user: User, now: datetime) -> tuple[str, datetime]:
    memberships = Membership.objects.select_related("user__preferences", "user__working_card")
    membership = memberships.get(user=user)
    found = upcoming([membership], now)[membership.pk]
    return str(found.period), found.due


def test_next_digest_before_and_after_it_is_written_down_and_sent(
    requisition: Requisition, manager: User, outgoing: list[EmailMessage], now: datetime
) -> None:
    assert next_digest(manager, now) == ("2026-W12", MONDAY)
    rows.materialise(MONDAY)
    assert next_digest(manager, MONDAY - HOUR) == ("2026-W12", MONDAY)
    deliver_at(MONDAY)
    assert next_digest(manager, MONDAY + HOUR) == ("2026-W13", MONDAY + 7 * DAY)


def test_digest_that_a_lead_sends_again_is_not_the_next_one(
    manager: User, lead: User, requisition: Requisition
) -> None:
    """What is held back or written at the top meanwhile is meant for the one after it."""
    rows.materialise(MONDAY)
    deliver_at(MONDAY)
    send_again(digests()[0], reason="Lost", by=lead, now=MONDAY + DAY)
    assert next_digest(manager, MONDAY + DAY) == ("2026-W13", MONDAY + 7 * DAY)


def test_next_digest_of_a_paused_manager_is_the_first_after_the_pause(
    manager: User, now: datetime
) -> None:
    wish(manager, digest_paused_until=date(2026, 4, 1))
    assert next_digest(manager, now) == ("2026-W15", MONDAY + 21 * DAY)


def test_next_digest_said_ahead_is_the_one_that_comes(manager: User, now: datetime) -> None:
    wish(manager, digest_weekday=5)
    rows.materialise(MONDAY)
    Mail.objects.update(state=State.SKIPPED)
    wish(manager, digest_weekday=1)
    said = next_digest(manager, MONDAY + 5 * DAY)
    rows.materialise(MONDAY + 7 * DAY)
    assert said == (digests()[-1].period, digests()[-1].scheduled_at)
