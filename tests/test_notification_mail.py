"""Notifications by mail: when, once, and not when something speaks against it."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMessage
from django.test import Client as Browser
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks

from recruiting.accounts import notification_mail, notification_wishes
from recruiting.accounts.models import (
    Absence,
    Cadence,
    Client,
    Membership,
    Notification,
    NotificationKind,
    User,
    WorkingCard,
)
from recruiting.accounts.models.cadences import cadence_of, due, goes, period, put_off
from recruiting.accounts.models.notifications import NOTIFICATIONS
from recruiting.lib.businesstime import Calendar, is_working
from recruiting.mailing import delivery, subscriptions, sweeper, tasks
from recruiting.mailing.models import Mail, State, Suspension
from requisitions.models import Requisition
from status_updates.models import Note
from tests.factories import make_note, make_requisition, make_user
from tests.queries import counted

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = frozenset({1, 2, 3, 4, 5})
BERLIN = Calendar(WEEK, time(9), time(17), "Europe/Berlin")
KOLKATA = Calendar(WEEK, time(9, 30), time(18), "Asia/Kolkata")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- when ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cadence", "hours", "since", "expected"),
    [
        (Cadence.AT_ONCE, BERLIN, "2026-03-14T03:07", "2026-03-14T03:07"),
        (Cadence.HOURLY, BERLIN, "2026-03-11T10:07", "2026-03-11T11:00"),
        (Cadence.HOURLY, BERLIN, "2026-03-11T11:00", "2026-03-11T12:00"),
        (Cadence.HOURLY, BERLIN, "2026-03-11T15:10", "2026-03-12T08:00"),  # ends at 16:00 UTC
        (Cadence.HOURLY, BERLIN, "2026-03-13T20:00", "2026-03-16T08:00"),
        (Cadence.HOURLY, KOLKATA, "2026-03-11T03:10", "2026-03-11T04:00"),
        (Cadence.DAILY, BERLIN, "2026-03-11T07:59", "2026-03-11T08:00"),
        (Cadence.DAILY, BERLIN, "2026-03-11T08:00", "2026-03-12T08:00"),
        (Cadence.DAILY, BERLIN, "2026-03-13T12:00", "2026-03-16T08:00"),
        (Cadence.DAILY, BERLIN, "2026-03-27T12:00", "2026-03-30T07:00"),  # the clocks have gone on
        (Cadence.DAILY, BERLIN, "2026-10-23T12:00", "2026-10-26T08:00"),  # and back
    ],
)
def test_due(cadence: Cadence, hours: Calendar, since: str, expected: str) -> None:
    assert due(cadence, at(since), hours) == at(expected)


def test_person_who_never_works_is_written_to_all_the_same() -> None:
    idle = Calendar(frozenset(), time(9), time(17), "UTC")
    assert due(Cadence.HOURLY, at("2026-03-11T10:07"), idle) == at("2026-03-11T11:00")
    assert due(Cadence.DAILY, at("2026-03-11T10:07"), idle) == at("2026-03-12T09:00")
    assert goes(Cadence.DAILY, at("2026-03-11T10:07"), idle, at("2026-03-12T09:00"))


instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC, microsecond=0)
)
calendars = st.builds(
    Calendar,
    days=st.frozensets(st.integers(1, 7), min_size=1),
    starts=st.builds(time, st.integers(0, 11)),
    ends=st.builds(time, st.integers(13, 23)),
    zone=st.sampled_from(
        ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe"]
    ),
)


@given(st.sampled_from([Cadence.HOURLY, Cadence.DAILY]), calendars, instants)
def test_gathered_mail_is_due_later_and_in_working_hours(
    cadence: Cadence, hours: Calendar, since: datetime
) -> None:
    when = due(cadence, since, hours)
    assert since < when < since + 9 * DAY
    assert is_working(hours, when)
    assert goes(cadence, since, hours, when)
    assert not goes(cadence, since, hours, when - timedelta(seconds=1))


@given(st.sampled_from([Cadence.HOURLY, Cadence.DAILY]), calendars, instants)
def test_mail_outside_working_hours_is_put_off_into_them(
    cadence: Cadence, hours: Calendar, now: datetime
) -> None:
    until = put_off(cadence, hours, now)
    assert (until is None) == is_working(hours, now)
    assert until is None or (until > now and is_working(hours, until))


@given(st.sampled_from(Cadence), instants)
def test_period_tells_its_rhythm(cadence: Cadence, now: datetime) -> None:
    assert cadence_of(period(cadence, now, "Asia/Tokyo")) == cadence


# --- the ledger ----------------------------------------------------------------------------

Wish = Callable[..., None]


@pytest.fixture
def wish(recruiter: User, now: datetime) -> Wish:
    """`wish(Cadence.HOURLY)`: all kinds in this rhythm."""

    def wished(cadence: Cadence, *, wanted: bool = True) -> None:
        recruiter.preferences.refresh_from_db()
        notification_wishes.change(
            recruiter,
            dict.fromkeys(NotificationKind, cadence),
            wanted=wanted,
            version=recruiter.preferences.notify_version,
            now=now,
        )
        recruiter.preferences.refresh_from_db()

    return wished


@pytest.fixture
def ask(requisition: Requisition, manager: User) -> Callable[[datetime], Note]:
    return lambda now: make_note(
        requisition, f"Still? {now}", by=manager, now=now, kind=Note.Kind.QUESTION
    )


def mails() -> list[Mail]:
    return list(Mail.objects.kind(NOTIFICATIONS).order_by("scheduled_at"))


def sweep(now: datetime) -> Counter[State]:
    ended: Counter[State] = Counter()
    for ids in sweeper.sweep(now):
        ended += delivery.deliver(ids, now=now)
    return ended


@pytest.mark.django_db
def test_question_is_mailed_at_once_by_a_wake_up(
    ask: Callable[[datetime], Note],
    now: datetime,
    requisition: Requisition,
    monkeypatch: pytest.MonkeyPatch,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    woken: list[UUID] = []
    monkeypatch.setattr(tasks, "wake", woken.extend)
    with django_capture_on_commit_callbacks(execute=True):
        note = ask(now)
    assert delivery.deliver(woken, now=now) == {State.SENT: 1}
    [mail] = mailoutbox
    assert mail.subject == "Max Manager asked a question on Data Engineer (Acme)"
    assert f"/requisitions/{requisition.pk}/#note-{note.pk}" in mail.body
    assert mail.extra_headers["Reply-To"] == "manager@acme.example"
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Still?" not in mail.body + mail.subject


@pytest.mark.django_db
def test_what_follows_within_the_minute_comes_in_one_mail(
    ask: Callable[[datetime], Note], now: datetime, mailoutbox: list[EmailMessage]
) -> None:
    ask(now)
    sweep(now)
    for second in (5, 15, 25):
        ask(now + timedelta(seconds=second))
    assert sweep(now + timedelta(seconds=30)) == {}
    assert sweep(now + MINUTE) == {State.SENT: 1}
    assert [mail.body.count("asked a question") for mail in mailoutbox] == [1, 3]
    assert mailoutbox[1].subject == "Max Manager asked a question on Data Engineer, and 2 more"


SWEEPS = {
    "now and then": [timedelta(minutes=7), timedelta(minutes=233)] * 13,
    "after an outage": [2 * DAY + HOUR, *[2 * HOUR] * 12],
}


@pytest.mark.django_db
@pytest.mark.parametrize("cadence", [Cadence.AT_ONCE, Cadence.HOURLY, Cadence.DAILY])
@pytest.mark.parametrize("pattern", SWEEPS)
def test_each_notification_is_mailed_exactly_once(
    cadence: Cadence,
    pattern: str,
    ask: Callable[[datetime], Note],
    wish: Wish,
    recruiter: User,
    now: datetime,
) -> None:
    """Whatever the sweeps: each stands in one mail that was sent, in working hours if gathered."""
    wish(cadence)
    comings = iter([now + hours * HOUR for hours in (0, 0.1, 1, 6.9, 7, 20, 22.9, 23, 24, 30, 31)])
    coming: datetime | None = next(comings)
    swept = now
    for step in SWEEPS[pattern]:
        swept += step
        while coming is not None and coming <= swept:
            ask(coming)
            coming = next(comings, None)
        sweep(swept)
    told = list(Notification.objects.select_related("mail"))
    assert len(told) == 11
    assert {one.mail.state for one in told if one.mail} == {State.SENT}
    assert all(one.mail and one.mail.text.count("asked") for one in told)
    assert sum(mail.text.count("asked a question") for mail in mails()) == 11
    if cadence != Cadence.AT_ONCE:
        hours = recruiter.working_card.calendar(now)
        assert all(is_working(hours, mail.finished_at) for mail in mails() if mail.finished_at)


@pytest.mark.django_db
def test_daily_mail_comes_when_the_working_day_begins_there(
    ask: Callable[[datetime], Note], wish: Wish, recruiter: User, now: datetime
) -> None:
    wish(Cadence.DAILY)
    WorkingCard.objects.filter(user=recruiter).update(zone="America/New_York")
    ask(now)  # 06:00 in New York
    assert sweep(at("2026-03-11T12:59")) == {}
    assert sweep(at("2026-03-11T13:00")) == {State.SENT: 1}
    assert mails()[0].period == "daily 2026-03-11"
    local = at("2026-03-11T13:00").astimezone(ZoneInfo("America/New_York"))
    assert local.hour == 9


@pytest.mark.django_db
def test_gathered_mail_waits_while_the_person_is_away(
    ask: Callable[[datetime], Note], wish: Wish, recruiter: User, now: datetime
) -> None:
    wish(Cadence.DAILY)
    day = now.date()
    Absence.plan(day + DAY, day + DAY, by=recruiter, now=now)
    ask(now)
    assert sweep(now + 23 * HOUR) == {}
    assert sweep(now + 47 * HOUR) == {State.SENT: 1}


@pytest.mark.django_db
def test_change_of_wish_counts_from_the_next_sweep(
    ask: Callable[[datetime], Note], wish: Wish, now: datetime
) -> None:
    wish(Cadence.DAILY)
    ask(now)
    wish(Cadence.AT_ONCE)
    assert sweep(now + MINUTE) == {State.SENT: 1}


@pytest.mark.django_db
def test_kind_that_was_off_is_not_made_up_for(
    ask: Callable[[datetime], Note], wish: Wish, now: datetime
) -> None:
    wish(Cadence.NEVER)
    ask(now)
    wish(Cadence.AT_ONCE)
    assert sweep(now + MINUTE) == {}
    ask(now + MINUTE)
    assert sweep(now + MINUTE) == {State.SENT: 1}
    assert mails()[0].text.count("asked") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("obstacle", ["stopped", "suspended", "deactivated"])
def test_nothing_is_written_for_whom_no_mail_reaches(
    obstacle: str, ask: Callable[[datetime], Note], wish: Wish, recruiter: User, now: datetime
) -> None:
    wish(Cadence.HOURLY)
    ask(now)
    if obstacle == "stopped":
        subscriptions.stop(recruiter, NOTIFICATIONS, by=recruiter, now=now)
    elif obstacle == "suspended":
        Suspension.objects.create(address=recruiter.email, at=now - 9 * DAY, server_said="550")
    else:
        User.objects.filter(pk=recruiter.pk).update(is_active=False)
    assert sweep(now + HOUR) == {}
    assert mails() == []
    assert not Notification.objects.filter(is_to_mail=True).exists()


@pytest.mark.django_db
def test_resumed_mail_tells_nothing_of_before(
    ask: Callable[[datetime], Note], recruiter: User, now: datetime
) -> None:
    subscriptions.stop(recruiter, NOTIFICATIONS, by=recruiter, now=now)
    ask(now)
    assert mails() == []
    subscriptions.resume(recruiter, NOTIFICATIONS, by=recruiter, now=now)
    assert sweep(now + MINUTE) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [
        ("read", "Read in the product already."),
        ("withdrawn", "What it was to tell has been taken back."),
        ("left", "What it was to tell is no longer visible to the person."),
        ("never", "The person wants no mail of this any more."),
        ("later", "Told in another mail, or to be told later by the person's wish."),
        ("inactive", "The account has been deactivated."),
        ("stopped", "Unsubscribed."),
    ],
)
def test_mail_is_skipped_when_something_has_come_up_since(
    obstacle: str,
    reason: str,
    ask: Callable[[datetime], Note],
    wish: Wish,
    recruiter: User,
    manager: User,
    acme: Client,
    now: datetime,
    mailoutbox: list[EmailMessage],
) -> None:
    note = ask(now)
    [mail] = mails()
    match obstacle:
        case "read":
            Notification.objects.visible_to(recruiter).mark_read(now)
        case "withdrawn":
            note.withdraw(by=manager, now=now)
        case "left":
            recruiter.leave(acme, by=recruiter, now=now)
        case "never":
            wish(Cadence.NEVER)
        case "later":
            wish(Cadence.DAILY)
        case "inactive":
            User.objects.filter(pk=recruiter.pk).update(is_active=False)
        case "stopped":
            subscriptions.stop(recruiter, NOTIFICATIONS, by=recruiter, now=now)
    assert delivery.deliver([mail.pk], now=now) == {State.SKIPPED: 1}
    mail.refresh_from_db()
    assert (mail.reason, mail.text, mailoutbox) == (reason, "", [])


@pytest.mark.django_db
def test_mail_tells_nothing_of_a_client_that_was_left(
    ask: Callable[[datetime], Note],
    wish: Wish,
    recruiter: User,
    globex: Client,
    other_manager: User,
    now: datetime,
) -> None:
    recruiter.join(globex, by=recruiter, now=now)
    secret = make_requisition(
        globex, recruiter=recruiter, manager=other_manager, title="Secret Agent"
    )
    wish(Cadence.HOURLY)
    make_note(secret, by=other_manager, now=now, kind=Note.Kind.QUESTION)
    ask(now)
    Membership.objects.filter(user=recruiter, client=globex).delete()
    assert sweep(now + HOUR) == {State.SENT: 1}
    [mail] = mails()
    assert "Data Engineer" in mail.text
    assert "Secret" not in mail.text + mail.html
    assert "Globex" not in mail.text + mail.html


@pytest.mark.django_db
def test_gathered_mail_that_is_claimed_late_waits_for_working_hours(
    ask: Callable[[datetime], Note], wish: Wish, now: datetime
) -> None:
    wish(Cadence.HOURLY)
    ask(now)
    list(sweeper.sweep(now + HOUR))
    [mail] = mails()
    night = now + 12 * HOUR
    assert delivery.deliver([mail.pk], now=night) == {State.PENDING: 1}
    mail.refresh_from_db()
    assert mail.next_attempt_at == at("2026-03-12T09:00")


@pytest.mark.django_db
def test_worker_whose_claim_is_old_takes_nothing_away(
    ask: Callable[[datetime], Note], now: datetime
) -> None:
    ask(now)
    [mail] = mails()
    [late] = delivery.claim([mail.pk], now)
    Mail.objects.filter(pk=mail.pk).update(fence=late.fence + 1)
    assert notification_mail.render([late], now) == {}
    assert Notification.objects.filter(is_to_mail=True).count() == 1


@pytest.mark.django_db
def test_mail_written_again_after_a_crash_tells_the_same(
    ask: Callable[[datetime], Note], now: datetime
) -> None:
    ask(now)
    [mail] = mails()
    [claimed] = delivery.claim([mail.pk], now)
    [first] = notification_mail.render([claimed], now).values()
    assert notification_mail.still_wanted([claimed], now) == {}
    [again] = notification_mail.render([claimed], now).values()
    assert first == again


@pytest.mark.django_db
def test_sweep_costs_the_same_for_one_and_for_many(
    acme: Client, manager: User, now: datetime, recruiter: User
) -> None:
    def one_more() -> None:
        user = make_user(role=recruiter.role, clients=[acme])  # type: ignore[arg-type]
        row = make_requisition(acme, recruiter=user, manager=manager)
        make_note(row, by=manager, now=now, kind=Note.Kind.QUESTION)
        Mail.objects.kind(NOTIFICATIONS).delete()

    one_more()
    one = counted(lambda: notification_mail.materialise(now))
    Mail.objects.kind(NOTIFICATIONS).delete()
    for _ in range(9):
        one_more()
    assert counted(lambda: notification_mail.materialise(now)) == one == 10
    assert len(mails()) == 10


@pytest.mark.django_db
def test_link_in_the_mail_stops_it_and_says_so(
    ask: Callable[[datetime], Note], now: datetime, recruiter: User, client: Browser
) -> None:
    ask(now)
    sweep(now)
    [mail] = mails()
    path = mail.headers["List-Unsubscribe"].strip("<>").partition("//")[2].partition("/")[2]
    page = client.get(f"/{path}", follow=True)
    assert "What others ask, answer, decide or change." in page.content.decode()
    client.post(f"/{path}")
    assert subscriptions.is_stopped(recruiter, NOTIFICATIONS)
