"""What a person sets about herself."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest
from django.test import Client as Browser
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Preferences, User
from recruiting.mailing import subscriptions
from status_updates.digests.rows import materialise

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
URL = "/preferences/"


def card(**typed: Any) -> dict[str, Any]:
    """The form of a recruiter, as first shown."""
    return {
        "version": "1",
        "name": "Rosa Recruiter",
        "zone": "UTC",
        "days": ["1", "2", "3", "4", "5"],
        "starts": "09:00",
        "ends": "17:00",
        "mail_budget": "2",
        **typed,
    }


def full(**typed: Any) -> dict[str, Any]:
    """The form of a manager, as first shown."""
    digest = {
        "name": "Max Manager",
        "digest_wanted": "on",
        "digest_rhythm": "weekly",
        "digest_weekday": "1",
        "digest_hour": "8",
        "digest_paused_until": "",
    }
    return card(**{**digest, **typed})


def test_recruiter_has_no_digest_to_set(sign_in: SignIn, recruiter: User) -> None:
    page = sign_in(recruiter).get(URL).content.decode()
    assert "digest_hour" not in page
    assert "Working days" in page


def test_manager_is_told_when_the_next_digest_comes(sign_in: SignIn, manager: User) -> None:
    page = sign_in(manager).get(URL).content.decode()
    assert "Your next digest: Monday 16 March, 08:00 your time." in page


def test_working_card_is_kept_and_shown_at_once(sign_in: SignIn, recruiter: User) -> None:
    browser = sign_in(recruiter)
    form = card(name="Rosa R", zone="Asia/Tokyo", days=["6", "2"], starts="07:30", ends="15:00")
    page = browser.post(URL, form, follow=True).content.decode()
    assert "It is Wednesday, 19:00 for you now." in page
    recruiter.refresh_from_db()
    kept = recruiter.working_card
    kept.refresh_from_db()
    assert recruiter.name == "Rosa R"
    assert (kept.zone, kept.days, kept.starts, kept.ends) == (
        "Asia/Tokyo",
        [2, 6],
        time(7, 30),
        time(15),
    )


def test_manager_changes_day_and_hour(sign_in: SignIn, manager: User) -> None:
    browser = sign_in(manager)
    form = full(digest_weekday="4", digest_hour="17")
    page = browser.post(URL, form, follow=True).content.decode()
    assert "Your next digest: Thursday 12 March, 17:00 your time." in page


@pytest.mark.parametrize(
    ("typed", "next_one"),
    [
        ({"digest_rhythm": "daily"}, "Thursday 12 March, 08:00"),
        ({"digest_rhythm": "daily", "days": ["2"]}, "Tuesday 17 March, 08:00"),
        (
            {"digest_rhythm": "weekdays", "digest_weekdays": ["2", "6"], "digest_hour": "17"},
            "Saturday 14 March, 17:00",
        ),
        ({"digest_rhythm": "fortnightly", "digest_weekday": "5"}, "Friday 13 March, 08:00"),
    ],
)
def test_manager_changes_the_rhythm(
    typed: dict[str, Any], next_one: str, sign_in: SignIn, manager: User
) -> None:
    page = sign_in(manager).post(URL, full(**typed), follow=True).content.decode()
    assert f"Your next digest: {next_one} your time." in page


def test_page_offers_what_was_set(sign_in: SignIn, manager: User) -> None:
    browser = sign_in(manager)
    typed = {
        "digest_rhythm": "weekdays",
        "digest_weekdays": ["5", "2"],
        "digest_only_news": "on",
        "mail_budget": "5",
    }
    browser.post(URL, full(**typed))
    form = browser.get(URL).context["form"]
    shown = [form[name].value() for name in typed]
    assert shown == ["weekdays", [2, 5], True, 5]


@pytest.mark.parametrize(
    ("typed", "counts"),
    [
        ({}, False),
        ({"name": "Maximilian", "digest_only_news": "on"}, False),
        ({"digest_hour": "9"}, True),
        ({"digest_rhythm": "daily"}, True),
        ({"zone": "Asia/Tokyo"}, True),
    ],
)
def test_new_wish_is_owed_no_slot_of_before(
    typed: dict[str, Any], counts: bool, sign_in: SignIn, manager: User,
    clock: TimeMachineFixture, now: datetime,
) -> None:  # fmt: skip
    clock.shift(3600)
    sign_in(manager).post(URL, full(**typed))
    since = Preferences.objects.get(user=manager).digest_since
    assert since == (datetime.fromisoformat("2026-03-11T11:00+00:00") if counts else now)


def test_recruiter_says_how_many_mails_may_come(sign_in: SignIn, recruiter: User) -> None:
    browser = sign_in(recruiter)
    browser.post(URL, card(mail_budget="1"))
    assert Preferences.objects.get(user=recruiter).mail_budget == 1
    assert 'name="mail_budget" value="1"' in browser.get(URL).content.decode()
    # With none at all, notifications would wait from day to day for ever.
    assert browser.post(URL, card(mail_budget="0", version=2)).status_code == 422
    assert Preferences.objects.get(user=recruiter).mail_budget == 1


def test_paused_digest_comes_after_the_pause(sign_in: SignIn, manager: User) -> None:
    browser = sign_in(manager)
    page = browser.post(URL, full(digest_paused_until="2026-04-01"), follow=True).content.decode()
    assert "Your next digest: Monday 6 April, 08:00 your time." in page


def test_pause_also_holds_back_the_digest_that_is_written_down_already(
    sign_in: SignIn, manager: User, now: datetime
) -> None:
    browser = sign_in(manager)
    browser.post(URL, full(digest_weekday="4"))
    assert materialise(now) == 1
    form = full(digest_weekday="4", digest_paused_until="2026-04-01", version="2")
    page = browser.post(URL, form, follow=True).content.decode()
    assert "Your next digest: Thursday 2 April, 08:00 your time." in page


def test_pause_that_is_over_is_not_shown(
    sign_in: SignIn, manager: User, clock: TimeMachineFixture
) -> None:
    browser = sign_in(manager)
    browser.post(URL, full(digest_paused_until="2026-04-01"))
    clock.move_to(datetime.fromisoformat("2026-04-02T10:00+00:00"), tick=False)
    assert browser.get(URL).context["form"]["digest_paused_until"].value() is None


def test_resuming_makes_up_for_nothing(
    sign_in: SignIn, manager: User, clock: TimeMachineFixture
) -> None:
    browser = sign_in(manager)
    browser.post(URL, full(digest_paused_until="2026-04-01"))
    back = datetime.fromisoformat("2026-03-20T10:00+00:00")
    clock.move_to(back, tick=False)
    browser.post(URL, full(version="2"))
    assert Preferences.objects.get(user=manager).digest_since == back


def test_digest_is_switched_off_and_on(sign_in: SignIn, manager: User) -> None:
    browser = sign_in(manager)
    off = {name: value for name, value in full().items() if name != "digest_wanted"}
    page = browser.post(URL, off, follow=True).content.decode()
    assert subscriptions.is_stopped(manager, "digest")
    assert "The digest is switched off" in page
    browser.post(URL, full(version="2"))
    assert not subscriptions.is_stopped(manager, "digest")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "Max\x00"),
        ("name", "xaM\u202e"),
        ("name", "M" * 121),
        ("zone", "Mars/Olympus"),
        ("zone", ""),
        ("days", []),
        ("days", ["8"]),
        ("days", ["x"]),
        ("starts", "25:00"),
        ("ends", "09:00"),
        ("ends", "08:00"),
        ("digest_rhythm", ""),
        ("digest_rhythm", "hourly"),
        ("digest_rhythm", "weekdays"),  # and none chosen
        ("digest_weekdays", ["1", "8"]),
        ("mail_budget", "-1"),
        ("mail_budget", "21"),
        ("mail_budget", "two"),
        ("mail_budget", ""),
        ("digest_weekday", "0"),
        ("digest_hour", "24"),
        ("digest_hour", "-1"),
        ("digest_paused_until", "2026-03-11"),
        ("digest_paused_until", "1066-10-14"),
        ("digest_paused_until", "9999-12-31"),
        ("digest_paused_until", "soon"),
    ],
)
def test_bad_value_is_named_and_nothing_changes(
    field: str, typed: object, sign_in: SignIn, manager: User
) -> None:
    answer = sign_in(manager).post(URL, full(digest_hour="9") | {field: typed})
    assert answer.status_code == 422
    beside = "digest_weekdays" if typed == "weekdays" else field
    assert list(answer.context["form"].errors) == [beside]
    kept = Preferences.objects.get(user=manager)
    assert (kept.version, kept.digest_hour) == (1, 8)


def test_stale_save_shows_both_and_changes_nothing(sign_in: SignIn, manager: User) -> None:
    browser = sign_in(manager)
    browser.post(URL, full(digest_hour="10"))
    other = {"digest_rhythm": "weekdays", "digest_weekdays": ["1"]}
    answer = browser.post(URL, full(digest_hour="17", name="Maximilian", **other))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<td>10:00</td><td>17:00</td>" in page
    assert "<td>Once a week</td><td>On chosen days</td>" in page
    assert "<td>Max Manager</td><td>Maximilian</td>" in page
    assert Preferences.objects.get(user=manager).digest_hour == 10
    again = {**full(digest_hour="17", name="Maximilian"), "version": "2"}
    assert 'name="version" value="2"' in page
    assert browser.post(URL, again).status_code == 302
    assert Preferences.objects.get(user=manager).digest_hour == 17


def test_page_from_before_the_digest_was_stopped_elsewhere_does_not_bring_it_back(
    sign_in: SignIn, manager: User
) -> None:
    """By the link in a mail, or on the page of all mail."""
    browser = sign_in(manager)
    browser.post("/preferences/mail/stop/", {"kind": "digest"})
    answer = browser.post(URL, full(name="Max M"))
    assert answer.status_code == 409
    assert "Send me the digest" in answer.content.decode()
    assert subscriptions.is_stopped(manager, "digest")
    assert browser.post(URL, full(name="Max M", version="2")).status_code == 302
    assert not subscriptions.is_stopped(manager, "digest")


def test_recruiter_cannot_slip_digest_settings_in(sign_in: SignIn, recruiter: User) -> None:
    sign_in(recruiter).post(URL, {**full(digest_hour="17"), "name": "Rosa"})
    assert Preferences.objects.get(user=recruiter).digest_hour == 8


def test_zone_that_is_not_offered_stays_chosen(sign_in: SignIn, recruiter: User) -> None:
    recruiter.working_card.zone = "EST5EDT"
    recruiter.working_card.save()
    browser = sign_in(recruiter)
    assert '<option value="EST5EDT" selected>' in browser.get(URL).content.decode()
    assert browser.post(URL, card(zone="EST5EDT")).status_code == 302
