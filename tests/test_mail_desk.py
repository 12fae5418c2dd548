"""All mail, for leads: the state in a sentence, what became of each, and what is held back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.error import URLError

import pytest
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import Settings

from recruiting.accounts.models import Client, User
from recruiting.dashboards import mail_desk as desk
from recruiting.lib.places import Place
from recruiting.mailing import heartbeat, holding
from recruiting.mailing.models import Mail, SendingHold, State, Suspension, SweepBeat
from recruiting.mailing.watch import Watch, watch
from tests.fixtures.mails import QueueNote
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SignIn = Callable[[User], Browser]


@pytest.fixture
def reading(lead: User, now: datetime) -> desk.Reading:
    return desk.Reading(lead, now, now.tzinfo)  # type: ignore[arg-type]


def put(mail: Mail, state: State = State.SENT, **fields: Any) -> Mail:
    Mail.objects.filter(pk=mail.pk).update(
        state=state, rendered_at=mail.created_at, finished_at=mail.created_at, **fields
    )
    return mail


def lines(reading: desk.Reading, **wanted: Any) -> list[str]:
    return [line.mail.period for line in desk.page_of(wanted, None, reading).lines]


# --- the state in a sentence ---------------------------------------------------------------


def test_watch_costs_one_statement_and_sees_all_that_is_wrong(
    queue_note: QueueNote, now: datetime
) -> None:
    assert watch(now) == Watch(now)
    SweepBeat.mark(now)
    for name in "abc":
        queue_note(name)
    Mail.objects.filter(period="a").update(due_at=now - HOUR)
    Mail.objects.filter(period="b").update(due_at=now - 2 * HOUR)
    SendingHold.objects.create(since=now, why="Asked for.")
    assert counted(lambda: watch(now)) == 1
    assert watch(now) == Watch(now, swept_at=now, held_since=now, late=2, late_since=now - 2 * HOUR)


@pytest.mark.parametrize(
    ("seen", "heading"),
    [
        ({}, "No mail goes out: the worker has never run"),
        ({"swept_at": timedelta(0)}, "All mail goes out on time"),
        ({"swept_at": 5 * MINUTE}, "All mail goes out on time"),
        ({"swept_at": 6 * MINUTE, "late": 2}, "No mail goes out since 09:54"),
        ({"swept_at": MINUTE, "late": 1, "late_since": HOUR}, "1 mail is late"),
        ({"swept_at": MINUTE, "late": 1200, "late_since": DAY}, "1,200 mails are late"),
        ({"swept_at": MINUTE, "held_since": DAY}, "Sending is held since Tue 10 Mar, 10:00"),
    ],
)
def test_state_in_a_sentence(
    seen: dict[str, Any], heading: str, reading: desk.Reading, now: datetime
) -> None:
    ago: dict[str, Any] = {name: now - value if isinstance(value, timedelta) else value
           for name, value in seen.items()}  # fmt: skip
    standing = desk.standing(Watch(now, **ago), reading)
    assert standing.heading == heading
    assert standing.is_well == heading.startswith("All")


def test_lead_sees_on_the_desk_that_something_is_wrong_and_a_recruiter_does_not(
    lead: User, recruiter: User, sign_in: SignIn, now: datetime
) -> None:
    assert "the worker has never run" in sign_in(lead).get("/").text
    assert "the worker has never run" not in sign_in(recruiter).get("/").text
    SweepBeat.mark(now)
    assert "mail-alarm" not in sign_in(lead).get("/").text


# --- the list ------------------------------------------------------------------------------


def test_filters_narrow_the_list(
    queue_note: QueueNote, reading: desk.Reading, recruiter: User, acme: Client, globex: Client,
    now: datetime,
) -> None:  # fmt: skip
    put(queue_note("sent"))
    put(queue_note("failed", recipient=recruiter), State.FAILED)
    queue_note("late")
    Mail.objects.filter(period="late").update(due_at=now - 2 * HOUR)
    put(queue_note("old"), due_at=now - 7 * DAY)
    queue_note("coming")
    Mail.objects.filter(period="coming").update(due_at=now + DAY)
    assert set(lines(reading)) == {"sent", "failed", "late"}
    assert lines(reading, when="coming") == ["coming"]
    assert lines(reading, when="all")[-1] == "old"
    assert lines(reading, state="late") == ["late"]
    assert lines(reading, state="waiting") == ["late"]
    assert lines(reading, q="rosa") == lines(reading, state="failed") == ["failed"]
    assert lines(reading, client=globex.pk) == []
    assert len(lines(reading, client=acme.pk)) == 3
    assert lines(reading, kind="digest") == []


def test_counts_are_what_the_list_shows(
    queue_note: QueueNote, reading: desk.Reading, now: datetime
) -> None:
    for number in range(3):
        put(queue_note(f"s{number}"))
    put(queue_note("f"), State.FAILED, due_at=now - DAY)
    queue_note("l")
    Mail.objects.filter(period="l").update(due_at=now - HOUR)
    for row in desk.counts(reading):
        for state, _, number in row.numbers:
            assert number == len(lines(reading, state=state, when=row.window)), (row.title, state)
    assert [number for _, _, number in desk.counts(reading)[1].numbers] == [1, 1, 3, 0, 1, 0]


def test_pages_follow_one_another_without_a_gap(
    queue_note: QueueNote, reading: desk.Reading
) -> None:
    for number in range(desk.PAGE + 2):
        queue_note(str(number))  # all due at the same instant
    first = desk.page_of({}, None, reading)
    assert first.older
    second = desk.page_of({}, Place.parse(first.older), reading)
    shown = [line.mail.pk for line in (*first.lines, *second.lines)]
    assert (len(first.lines), len(second.lines), second.older) == (desk.PAGE, 2, None)
    assert len(set(shown)) == desk.PAGE + 2


@pytest.mark.parametrize(
    ("fields", "outcome", "tries"),
    [
        ({"state": State.SENT}, "Sent 10:00", 1),
        ({"state": State.FAILED, "attempts": 4}, "Failed", 5),
        ({"state": State.AMBIGUOUS, "interruptions": 2}, "Perhaps sent", 2),
        ({"state": State.AMBIGUOUS, "interruptions": 1}, "Perhaps sent", 2),
        ({"state": State.SKIPPED}, "Skipped", 0),
        ({"state": State.PENDING, "attempts": 2, "next_attempt_at": HOUR}, "Next try 11:00", 2),
        ({"state": State.PENDING, "due_at": DAY, "next_attempt_at": DAY},
         "Goes Thu 12 Mar, 10:00", 0),
        ({"state": State.CLAIMED}, "Being prepared", 0),
    ],
)  # fmt: skip
def test_what_became_of_it(
    fields: dict[str, Any], outcome: str, tries: int, queue_note: QueueNote,
    reading: desk.Reading, now: datetime,
) -> None:  # fmt: skip
    mail = queue_note("a")
    values: dict[str, Any] = {name: now + value if isinstance(value, timedelta) else value
              for name, value in fields.items()}  # fmt: skip
    put(mail, **values)
    mail.refresh_from_db()
    line = desk.line_of(mail, reading)
    assert (line.outcome, line.tries) == (outcome, tries)


def test_page_shows_no_word_of_a_mail(queue_note: QueueNote, lead: User, sign_in: SignIn) -> None:
    put(queue_note("a"), subject="Your code is 12345", text="12345", html="<p>12345</p>")
    page = sign_in(lead).get(reverse("mail_desk"))
    assert "Max Manager" in page.text
    assert "12345" not in page.text


def test_page_costs_the_same_with_one_row_and_with_fifty(
    queue_note: QueueNote, lead: User, sign_in: SignIn, now: datetime
) -> None:
    browser, url = sign_in(lead), reverse("mail_desk")
    holding.hold("Asked for.", now=now)

    def add(number: int) -> None:
        put(queue_note(str(number)), State.FAILED)
        Suspension.objects.create(address=f"{number}@acme.example", at=now, server_said="550")

    add(0)
    one = counted(lambda: browser.get(url))
    for number in range(1, 60):
        add(number)
    assert counted(lambda: browser.get(url)) == one == 10


def test_address_that_cannot_be_read_is_no_accident(lead: User, sign_in: SignIn) -> None:
    query = "?state=x&kind=y&client=z&when=w&before=never&q=%00"
    page = sign_in(lead).get(reverse("mail_desk") + query)
    assert page.status_code == 200
    assert page.text.count("Choose from the list.") == 4


# --- letting it go -------------------------------------------------------------------------


def test_lead_sees_what_waits_and_releases_it(
    queue_note: QueueNote, lead: User, sign_in: SignIn, now: datetime
) -> None:
    SweepBeat.mark(now)
    queue_note("a")
    Mail.objects.update(scheduled_at=now - HOUR)
    holding.hold("A backup seems to have been restored.", now=now)
    browser, url = sign_in(lead), reverse("mail_release")
    page = browser.get(reverse("mail_desk")).text
    assert "Skip the 1 mail that was due before 10:00" in page
    hold = SendingHold.objects.get()
    refused = browser.post(url, {"hold": hold.pk, "due": "perhaps"})
    assert refused.status_code == 422
    assert "Choose from the list." in refused.text
    done = browser.post(url, {"hold": hold.pk, "due": "skip"}, follow=True).text
    assert "Mail goes again. 1 skipped" in done
    assert "All mail goes out on time" in done
    assert (
        "Somebody has released it before you"
        in browser.post(url, {"hold": hold.pk, "due": "send"}, follow=True).text
    )


def test_lead_lifts_any_suspension(lead: User, sign_in: SignIn, now: datetime) -> None:
    gone = Suspension.objects.create(address="gone@x.example", at=now, server_said="550 who?")
    assert "550 who?" in sign_in(lead).get(reverse("mail_desk")).text
    sign_in(lead).post(reverse("mail_suspension_lifting", args=[gone.pk]))
    assert not Suspension.objects.exists()


# --- a sign of life to the outside ---------------------------------------------------------


@pytest.fixture
def asked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were asked for."""
    settings.HEARTBEAT_URL = "https://watch.example/1"
    found: list[str] = []

    def urlopen(url: str, timeout: int) -> Any:
        found.append(url)
        raise URLError("away")

    monkeypatch.setattr(heartbeat, "urlopen", urlopen)
    return found


def test_sign_of_life_is_given_while_all_is_well_and_its_failure_does_no_harm(
    asked: list[str], now: datetime
) -> None:
    heartbeat.beat(now)
    assert asked == []
    SweepBeat.mark(now)
    heartbeat.beat(now)
    assert asked == ["https://watch.example/1"]
    SendingHold.objects.create(since=now, why="Asked for.")
    heartbeat.beat(now)
    assert len(asked) == 1


def test_no_sign_of_life_without_an_address(
    asked: list[str], settings: Settings, now: datetime
) -> None:
    SweepBeat.mark(now)
    settings.HEARTBEAT_URL = ""
    heartbeat.beat(now)
    assert asked == []
