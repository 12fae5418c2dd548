"""Digests through outages and clocks that jump: the short form of what `make faults` does with
processes. Here `now` is passed in, and the sweeper sweeps every four hours."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from recruiting.accounts.models import Client, Preferences, User
from recruiting.accounts.models.cadences import DigestRhythm
from recruiting.lib.businesstime import is_working
from recruiting.mailing import delivery, kinds
from recruiting.mailing.kinds import Skip
from recruiting.mailing.models import Mail, State
from recruiting.mailing.render import Rendered
from status_updates.digests import rows
from status_updates.digests.snapshot import KIND
from tests.factories import make_user

pytestmark = pytest.mark.one_database
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2026, 3, 16, 0, 0, tzinfo=UTC)
"""A Monday, when the clocks have changed in New York and have not in Berlin."""

WISHES = {
    "monday": ("Europe/Berlin", DigestRhythm.WEEKLY, 1, 8),
    "sunday": ("America/New_York", DigestRhythm.WEEKLY, 7, 20),
    "daily": ("Asia/Tokyo", DigestRhythm.DAILY, 1, 8),
    "evenings": ("Pacific/Kiritimati", DigestRhythm.DAILY, 1, 22),
    "chosen": ("Australia/Lord_Howe", DigestRhythm.WEEKDAYS, 1, 10),
    "fortnightly": ("America/Sao_Paulo", DigestRhythm.FORTNIGHTLY, 3, 9),
}


@pytest.fixture(autouse=True)
def _plain_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they say is another matter."""

    def render(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
        return {mail.pk: Rendered(f"Of {mail.period}", "Text", "<p>Text</p>") for mail in batch}

    monkeypatch.setitem(
        kinds._kinds,
        KIND,
        kinds.Kind(KIND, title="Digest", render=render, still_wanted=rows.still_wanted),
    )


@pytest.fixture
def people(acme: Client, mailoutbox: list[object]) -> dict[str, User]:
    made = {}
    for name, (zone, rhythm, weekday, hour) in WISHES.items():
        user = make_user(f"{name}@acme.example", clients=[acme], zone=zone, now=BEGIN - 30 * DAY)
        Preferences.objects.filter(user=user).update(
            digest_rhythm=rhythm, digest_weekday=weekday, digest_hour=hour,
            digest_weekdays=[2, 6], digest_since=BEGIN - DAY,
        )  # fmt: skip
        made[name] = user
    return made


def sweeps(since: datetime, until: datetime) -> None:
    """One every four hours, at the hours at which most of these digests are due."""
    now = since
    while now <= until:
        sweep(now)
        now += 4 * HOUR


def sweep(now: datetime) -> None:
    rows.materialise(now)
    due = list(Mail.objects.kind(KIND).due(now).values_list("pk", flat=True))
    if due:
        delivery.deliver(due, now=now)


def check() -> None:
    """Nobody gets two of one period, nor a late one outside working hours."""
    mails = list(Mail.objects.kind(KIND).filter(state=State.SENT).select_related("recipient"))
    assert max(Counter((mail.recipient_id, mail.period) for mail in mails).values()) == 1
    for mail in mails:
        assert mail.finished_at is not None
        if mail.finished_at - mail.scheduled_at > 4 * HOUR:  # on time, with sweeps this rare
            card = mail.recipient.working_card
            assert is_working(card.calendar(mail.finished_at), mail.finished_at), mail.key


def became(user: User) -> dict[str, str]:
    mails = Mail.objects.kind(KIND).filter(recipient=user).order_by("scheduled_at")
    return dict(mails.values_list("period", "state"))


# Nothing runs from Sunday 22 March, 22:30 UTC, on. It is Monday in Berlin from 23:00 UTC, and has
# been for hours in Tokyo.
OUTAGES = {
    "an hour": (HOUR, {"2026-W13": "sent"}, {"2026-03-23": "sent", "2026-03-24": "sent"}),
    # Berlin's goes as work begins on Tuesday; Tokyo's of Monday is eleven hours too late.
    "26 hours": (
        26 * HOUR,
        {"2026-W13": "sent"},
        {"2026-03-23": "skipped", "2026-03-24": "sent", "2026-03-25": "sent"},
    ),
    # Back on Thursday evening: three days and a half after Berlin's, and it is Friday in Tokyo.
    "four days": (
        4 * DAY,
        {"2026-W13": "skipped"},
        {"2026-03-23": "skipped", "2026-03-26": "skipped", "2026-03-27": "sent"},
    ),
    # Of the weeks that were missed the last one is shown.
    "three weeks": (
        21 * DAY,
        {"2026-W15": "skipped", "2026-W16": "sent"},
        {"2026-03-23": "skipped", "2026-04-10": "skipped", "2026-04-13": "sent",
         "2026-04-14": "sent"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("outage", OUTAGES)
def test_outage_brings_no_duplicate_no_burst_and_nothing_at_night(
    outage: str, people: dict[str, User]
) -> None:
    length, weekly, daily = OUTAGES[outage]
    begins = BEGIN + 7 * DAY - 90 * timedelta(minutes=1)
    ends = begins + length
    sweeps(begins - 8 * HOUR, begins)
    sent = Mail.objects.filter(state=State.SENT)
    before = Counter(sent.values_list("recipient", flat=True))
    sweep(ends)
    at_once = Counter(sent.values_list("recipient", flat=True)) - before
    assert max(at_once.values(), default=0) <= 1, "a burst"
    sweeps(ends + 90 * timedelta(minutes=1), ends + 34 * HOUR)
    check()
    told = became(people["monday"])
    assert {period: state for period, state in told.items() if period > "2026-W12"} == weekly
    found = became(people["daily"])
    assert {period: state for period, state in found.items() if period in daily} == daily
    assert not Mail.objects.kind(KIND).unfinished().filter(due_at__lt=ends + DAY).exists()


@pytest.mark.parametrize(
    ("jump", "days", "daily"),
    [
        pytest.param(-HOUR, 3, 3, id="back an hour"),
        pytest.param(HOUR, 3, 3, id="forward an hour"),
        # That of the day that the clock jumped to was too late then, and is not made up for.
        pytest.param(8 * DAY, 10, 7, id="forward eight days"),
    ],
)
def test_clock_that_jumps_and_is_put_right_brings_no_duplicate(
    jump: timedelta, days: int, daily: int, people: dict[str, User]
) -> None:
    monday = BEGIN + 7 * DAY
    sweeps(monday - 4 * HOUR, monday + 4 * HOUR)
    sweep(monday + 8 * HOUR + jump)
    sweeps(monday + 8 * HOUR, monday + days * DAY - 4 * HOUR)
    check()
    sent = Mail.objects.kind(KIND).filter(recipient=people["daily"], state=State.SENT)
    assert sent.count() == daily


def test_mail_of_an_old_outage_goes_neither_soon_before_the_next_one(
    people: dict[str, User],
) -> None:
    """Her hours are over when the server is back; the next one comes before they begin again."""
    user = people["daily"]
    friday = datetime(2026, 3, 19, 23, 0, tzinfo=UTC)  # 08:00 in Tokyo
    rows.materialise(friday)
    user.working_card.ends = user.working_card.starts.replace(hour=10)
    user.working_card.save()
    sweep(friday + 5 * HOUR)
    mail = Mail.objects.kind(KIND).get(recipient=user, period="2026-03-20")
    assert (mail.state, mail.reason[:25]) == (State.SKIPPED, "Too late: the next one co")
