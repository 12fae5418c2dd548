"""Scheduling on the page: times that suit both, times that do not, and two who act at once."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django.utils.html import escape
from time_machine import TimeMachineFixture

from intake.models import Intake, Meeting, Wanted
from intake.slots import least_bad
from intake.times import Clock, told, typed
from recruiting.accounts.models import Absence, Client, Delegation, User, WorkingCard
from recruiting.lib.businesstime import Calendar
from recruiting.mailing.models import Mail
from requisitions.models import Requisition, Watcher
from tests.factories import NOW, make_requisition, make_user
from tests.queries import counted

SignIn = Callable[[User], Browser]
KEY = UUID("00000000-0000-4000-8000-000000000001")
TOMORROW = NOW + timedelta(days=1)
WEEK = frozenset({1, 2, 3, 4, 5})
HALF_HOUR = timedelta(minutes=30)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def url(requisition: Requisition, noun: str = "") -> str:
    return reverse(f"meeting{noun}", args=[requisition.pk])


def post(browser: Browser, requisition: Requisition, noun: str = "", **data: Any) -> Any:
    start = {"slot": TOMORROW.isoformat(), "minutes": 30, "key": KEY}
    return browser.post(url(requisition, noun), {**start, **data})


@pytest.fixture
def desk(sign_in: SignIn, recruiter: User) -> Browser:
    return sign_in(recruiter)


@pytest.fixture
def meeting(requisition: Requisition, recruiter: User) -> Meeting:
    return Meeting.schedule(requisition, Wanted(TOMORROW, 30), pk=KEY, by=recruiter, now=NOW)


def set_card(user: User, **fields: Any) -> None:
    WorkingCard.objects.filter(user=user).update(**fields)


def offered(page: Any) -> list[str]:
    return [one.words for one in page.context["offers"]]


# --- times in words ------------------------------------------------------------------------


def test_time_is_told_by_the_clocks_of_both() -> None:
    at = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
    you = Clock("you", "Europe/London")
    petra = Clock("Petra", "Europe/Berlin", "Berlin")
    kai = Clock("Kai", "Pacific/Auckland", "Auckland")
    assert told(at, [you, petra]).words == "Tue 24 Nov, 13:00 for you, 14:00 for Petra in Berlin"
    assert told(at, [you, Clock("Petra", "Europe/Lisbon")]).words == (
        "Tue 24 Nov, 13:00 for you and Petra"
    )
    assert told(at, [you, kai]).words == (
        "Tue 24 Nov, 13:00 for you, Wed 25 Nov, 02:00 for Kai in Auckland"
    )


@pytest.mark.parametrize(
    ("day", "hour", "zone", "words"),
    [
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", "02:30 does not come on Sun 29 Mar"),
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", "next time there is 03:00"),
        (date(2026, 10, 25), time(2, 30), "Europe/Berlin", "02:30 comes twice on Sun 25 Oct"),
        (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe", "does not come .* Lord Howe"),
        (date(2011, 12, 30), time(12, 0), "Pacific/Apia", "does not come"),
    ],
)
def test_time_that_the_clocks_leave_out_or_repeat_is_refused(
    day: date, hour: time, zone: str, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        typed(day, hour, zone)


def test_time_around_a_change_of_clocks_is_taken() -> None:
    day = date(2026, 3, 29)
    assert typed(day, time(1, 59), "Europe/Berlin") == datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert typed(day, time(3, 0), "Europe/Berlin") == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


# --- the least bad time --------------------------------------------------------------------


def calendar(zone: str, **more: Any) -> Calendar:
    return Calendar(WEEK, time(9), time(17), zone, **more)


def test_least_bad_time_asks_the_least_of_whoever_it_asks_most() -> None:
    """Twelve hours apart: as long after work for the one as before work for the other."""
    lima, hanoi = calendar("America/Lima"), calendar("Asia/Ho_Chi_Minh")
    at = least_bad(lima, hanoi, after=NOW, lasting=HALF_HOUR)
    assert at is not None
    both = [at.astimezone(UTC) - timedelta(hours=5), at.astimezone(UTC) + timedelta(hours=7)]
    beyond = []
    for local in both:
        minutes = local.hour * 60 + local.minute
        beyond.append(max(9 * 60 - minutes, minutes + 30 - 17 * 60, 0))
    assert beyond == [135, 135]


def test_nobody_who_is_away_for_weeks_is_offered_a_bad_time() -> None:
    away = ((NOW.date(), NOW.date() + timedelta(days=60)),)
    both = calendar("UTC"), calendar("UTC", absences=away)
    assert least_bad(*both, after=NOW, lasting=HALF_HOUR) is None


# --- the page ------------------------------------------------------------------------------


def test_page_offers_times_at_which_both_are_at_work(
    desk: Browser, requisition: Requisition, recruiter: User, manager: User, acme: Client,
    lead: User,
) -> None:  # fmt: skip
    set_card(manager, zone="Europe/Berlin", starts=time(14), ends=time(17))
    Absence.plan(date(2026, 3, 12), date(2026, 3, 12), by=manager, now=NOW)
    Absence.plan(date(2026, 3, 16), date(2026, 3, 16), by=recruiter, now=NOW)
    acme.close_on(date(2026, 3, 13), date(2026, 3, 13), "Moving house", by=lead, now=NOW)
    page = desk.get(url(requisition))
    assert offered(page)[:2] == [
        "Wed 11 Mar, 13:00 for you, 14:00 for Max in Berlin",
        "Tue 17 Mar, 13:00 for you, 14:00 for Max in Berlin",
    ]
    assert "13:00" in page.text
    assert "14:00 for Max in Berlin" in page.text


def test_lead_reads_the_times_of_all_three(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, lead: User
) -> None:
    set_card(lead, zone="Europe/Helsinki")
    set_card(manager, zone="Europe/Berlin")
    page = sign_in(lead).get(url(requisition))
    assert offered(page)[0] == (
        "Wed 11 Mar, 15:00 for you, 13:00 for Rosa in UTC, 14:00 for Max in Berlin"
    )


def test_later_times_are_a_link_away(desk: Browser, requisition: Requisition) -> None:
    page = desk.get(url(requisition) + "?from=2026-03-30")
    assert offered(page)[0] == "Mon 30 Mar, 09:00 for you and Max"
    for odd in ("2026-02-30", "9999-12-31", "x", "2020-01-01"):
        assert offered(desk.get(f"{url(requisition)}?from={odd}"))[0].startswith("Wed 11 Mar")


def test_time_offered_is_scheduled(desk: Browser, requisition: Requisition) -> None:
    page = desk.get(url(requisition))
    offer = page.context["offers"][0].at
    answer = post(desk, requisition, slot=offer.isoformat(), place="Room 4")
    assert (answer.status_code, answer.url) == (302, url(requisition))
    assert Meeting.objects.get().wanted == Wanted(offer, 30, "Room 4")
    page = desk.get(url(requisition))
    assert "Wed 11 Mar, 13:00 for you and Max" in page.text
    assert "Move the meeting" in page.text


def test_another_time_is_typed_by_the_readers_clocks(
    desk: Browser, requisition: Requisition, recruiter: User
) -> None:
    set_card(recruiter, zone="Europe/Berlin")
    post(desk, requisition, slot="other", day="2026-03-12", hour="15:30")
    assert Meeting.objects.get().begins_at == datetime(2026, 3, 12, 14, 30, tzinfo=UTC)


def test_form_sent_ten_times_invites_once(desk: Browser, requisition: Requisition) -> None:
    codes = {post(desk, requisition).status_code for _ in range(10)}
    assert (codes, Meeting.objects.count(), Mail.objects.count()) == ({302}, 1, 2)


def refused(page: HttpResponse, field: str, words: str, code: int = 422) -> None:
    form = page.context["form"]  # type: ignore[attr-defined]
    said = " ".join(form.errors.get(field, []))
    assert (page.status_code, words in said) == (code, True), form.errors
    assert not Meeting.objects.exists()


def warned(page: Any, words: str) -> None:
    """Nothing is wrong, but it has to be meant: the page says why, and the next try is sure."""
    form = page.context["form"]
    assert (page.status_code, form.errors) == (422, {})
    assert words in " ".join(form.warnings)
    assert all(escape(one) in page.text for one in form.warnings)
    assert f'name="sure" value="{form.warned_about}"' in page.text
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"slot": ""}, "slot", "Choose a time."),
        ({"slot": "2026-03-12T10:00"}, "slot", "from the times on the page"),
        ({"slot": "soon"}, "slot", "from the times on the page"),
        ({"slot": (NOW - timedelta(hours=1)).isoformat()}, "slot", "This time is over"),
        ({"slot": "other"}, "day", "Choose a day."),
        ({"slot": "other", "day": "2026-03-12"}, "hour", "Choose a time."),
        ({"slot": "other", "day": "2026-03-29", "hour": "01:30"}, "hour", "does not come"),
        ({"slot": "other", "day": "2026-10-25", "hour": "01:30"}, "hour", "comes twice"),
        ({"slot": "other", "day": "2026-03-10", "hour": "10:00"}, "day", "This time is over"),
        ({"slot": "other", "day": "2028-03-10", "hour": "10:00"}, "day", "within a year"),
        ({"slot": "other", "day": "0001-01-01", "hour": "00:00"}, "day", "within a year"),
        ({"minutes": "5"}, "minutes", "at least 10"),
        ({"minutes": "999"}, "minutes", "at most 180"),
        ({"place": "a\x00b"}, "place", "control character"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field(
    data: dict[str, str], field: str, words: str, desk: Browser, requisition: Requisition,
    recruiter: User,
) -> None:  # fmt: skip
    set_card(recruiter, zone="Europe/London")
    refused(post(desk, requisition, **data), field, words)


@pytest.mark.parametrize(
    ("day", "hour", "words"),
    [
        ("2026-03-12", "06:00", "It is 06:00 for you, and you work from 09:00 to 17:00."),
        ("2026-03-12", "06:00", "It is 07:00 for Max, who works in Berlin from 09:00 to 17:00."),
        ("2026-03-12", "15:45", "It goes beyond Max’s working hours, from 09:00 to 17:00."),
        ("2026-03-14", "10:00", "Sat 14 Mar is no working day for Max."),
        ("2026-03-17", "10:00", "Max is away from 16 to 18 March."),
        ("2026-03-20", "10:00", "Fri 20 Mar is Moving house at Acme for you."),
    ],
)
def test_time_outside_of_somebodys_hours_is_warned_of_and_can_be_meant(
    day: str, hour: str, words: str, desk: Browser, requisition: Requisition, manager: User,
    acme: Client, lead: User,
) -> None:  # fmt: skip
    set_card(manager, zone="Europe/Berlin")
    Absence.plan(date(2026, 3, 16), date(2026, 3, 18), by=manager, now=NOW)
    acme.close_on(date(2026, 3, 20), date(2026, 3, 20), "Moving house", by=lead, now=NOW)
    said = {"slot": "other", "day": day, "hour": hour}
    page = post(desk, requisition, **said)
    warned(page, words)
    sure = page.context["form"].warned_about
    warned(post(desk, requisition, **said, minutes="60", sure=sure), "")
    assert post(desk, requisition, **said, sure=sure).status_code == 302
    assert Meeting.objects.count() == 1


def test_time_that_was_free_when_the_page_was_made_is_looked_at_again(
    desk: Browser, requisition: Requisition, manager: User
) -> None:
    Absence.plan(TOMORROW.date(), TOMORROW.date(), by=manager, now=NOW)
    page = post(desk, requisition)
    warned(page, "Max is away on 12 March.")
    assert "as you chose" in page.text


def test_hours_that_meet_on_other_days_are_offered(
    desk: Browser, requisition: Requisition, recruiter: User, manager: User
) -> None:
    """A recruiter in Niue and a manager in Kiritimati are a day and an hour apart."""
    set_card(recruiter, zone="Pacific/Niue")
    set_card(manager, zone="Pacific/Kiritimati")
    first = offered(desk.get(url(requisition)))[0]
    assert first == "Wed 11 Mar, 09:00 for you, Thu 12 Mar, 10:00 for Max in Kiritimati"


def test_hours_that_never_meet_are_said_honestly(
    desk: Browser, requisition: Requisition, recruiter: User, manager: User
) -> None:
    set_card(recruiter, zone="Pacific/Niue", starts=time(9), ends=time(10))
    set_card(manager, zone="Pacific/Kiritimati", starts=time(14), ends=time(15))
    page = desk.get(url(requisition))
    assert page.context["offers"] == []
    assert "you two are never both at work for 30 minutes" in page.text
    assert "You work from 09:00 to 10:00 in Niue. Max works from 14:00 to 15:00" in page.text
    least = page.context["least"]
    assert least.words == "Wed 11 Mar, 11:15 for you, Thu 12 Mar, 12:15 for Max in Kiritimati"
    page = post(desk, requisition, slot=least.at.isoformat())
    warned(page, "It is 11:15 for you, and you work from 09:00 to 10:00.")
    sure = page.context["form"].warned_about
    assert post(desk, requisition, slot=least.at.isoformat(), sure=sure).status_code == 302


def test_somebody_else_has_scheduled_meanwhile(
    desk: Browser, requisition: Requisition, lead: User
) -> None:
    theirs = Wanted(TOMORROW + timedelta(hours=2), 30, "Room 1")
    Meeting.schedule(requisition, theirs, pk=KEY, by=lead, now=NOW)
    page = post(desk, requisition, key=uuid.UUID(int=9), place="Room 2")
    assert page.status_code == 409
    assert "Lea Lead has set the meeting meanwhile" in page.text
    assert "Thu 12 Mar, 12:00 for you and Max" in page.text
    assert 'value="Room 2"' in page.text
    assert Meeting.objects.get().place == "Room 1"


@pytest.mark.parametrize("hour", ["06:00", "x"])
def test_what_stands_is_said_before_what_is_wrong_with_the_form(
    hour: str, desk: Browser, requisition: Requisition, lead: User
) -> None:
    """Else the next try would move a meeting of which the reader had not heard."""
    Meeting.schedule(requisition, Wanted(TOMORROW, 30, "Room 1"), pk=KEY, by=lead, now=NOW)
    said: dict[str, Any] = {"slot": "other", "day": "2026-03-13", "hour": hour}
    said["key"] = uuid.UUID(int=9)
    page = post(desk, requisition, **said)
    assert page.status_code == 409
    assert "Lea Lead has set the meeting meanwhile" in page.text
    assert "Room 1" in page.text
    assert 'name="sure"' not in page.text
    page = post(desk, requisition, "_moving", **said, sequence=0)
    assert page.status_code == 422


def test_meeting_is_moved_and_a_late_move_is_told_what_stands(
    desk: Browser, sign_in: SignIn, requisition: Requisition, meeting: Meeting, lead: User
) -> None:
    later = TOMORROW + timedelta(hours=3)
    assert post(desk, requisition, "_moving", slot=later.isoformat(), sequence=0).status_code == 302
    page = post(sign_in(lead), requisition, "_moving", sequence=0, place="Elsewhere")
    assert page.status_code == 409
    assert "Rosa Recruiter has set the meeting meanwhile" in page.text
    assert 'name="sequence" value="1"' in page.text
    assert 'value="Elsewhere"' in page.text
    meeting.refresh_from_db()
    assert (meeting.begins_at, meeting.place) == (later, "")


def test_place_alone_can_be_changed_outside_of_hours(
    desk: Browser, requisition: Requisition, meeting: Meeting, manager: User
) -> None:
    set_card(manager, starts=time(20), ends=time(21))
    answer = post(desk, requisition, "_moving", sequence=0, place="Room 9")
    assert answer.status_code == 302
    meeting.refresh_from_db()
    assert (meeting.place, meeting.sequence) == ("Room 9", 1)


def test_meeting_is_called_off_with_a_word(
    desk: Browser, requisition: Requisition, meeting: Meeting
) -> None:
    said = {"sequence": 0, "reason": "Max\nis ill."}
    for _ in range(3):
        assert desk.post(url(requisition, "_cancellation"), said).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.reason, meeting.sequence) == ("Max is ill.", 1)
    assert "Move the meeting" not in desk.get(url(requisition)).text


def test_calling_off_what_was_moved_meanwhile_is_told_so(
    desk: Browser, requisition: Requisition, meeting: Meeting, lead: User
) -> None:
    meeting.move(Wanted(TOMORROW + timedelta(hours=1), 30), sequence=0, by=lead, now=NOW)
    page = desk.post(url(requisition, "_cancellation"), {"sequence": 0})
    assert (page.status_code, "Lea Lead has set" in page.text) == (409, True)
    assert Meeting.objects.get().cancelled_at is None


def test_moving_what_was_called_off_keeps_what_was_typed(
    desk: Browser, requisition: Requisition, meeting: Meeting, lead: User
) -> None:
    meeting.cancel(sequence=0, by=lead, now=NOW)
    page = post(desk, requisition, "_moving", sequence=0, place="Room 7")
    assert page.status_code == 409
    assert "called off" in page.text
    assert 'value="Room 7"' in page.text


def test_page_without_a_manager_leads_to_naming_one(
    desk: Browser, recruiter: User, acme: Client
) -> None:
    draft = make_requisition(acme, recruiter=recruiter, manager=None, status="draft")  # type: ignore[arg-type]
    page = desk.get(url(draft))
    assert reverse("requisition_edit", args=[draft.pk]) in page.text
    assert [post(desk, draft, noun).status_code for noun in ("", "_moving")] == [422, 422]
    assert not Meeting.objects.exists()


def test_closed_requisition_offers_nothing(
    desk: Browser, requisition: Requisition, recruiter: User
) -> None:
    requisition.cancel(by=recruiter, now=NOW, reason="No budget.")
    assert "Invite" not in desk.get(url(requisition)).text
    page = post(desk, requisition)
    assert page.status_code == 422
    assert not Meeting.objects.exists()


def test_statements_of_the_page_are_fixed(
    desk: Browser, requisition: Requisition, recruiter: User, manager: User, meeting: Meeting
) -> None:
    few = counted(lambda: desk.get(url(requisition)))
    for number in range(10):
        day = NOW.date() + timedelta(days=20 + number)
        Absence.plan(day, day, by=manager, now=NOW)
        Absence.plan(day, day, by=recruiter, now=NOW)
    assert counted(lambda: desk.get(url(requisition))) == few == 8


# --- where it shows ------------------------------------------------------------------------


def test_requisition_page_says_when_with_the_way_into_the_room(
    sign_in: SignIn, requisition: Requisition, recruiter: User, watcher: User, meeting: Meeting
) -> None:
    Intake.prepare(requisition, by=recruiter, now=NOW)
    room = reverse("intake", args=[requisition.pk])
    readers = (recruiter, meeting.guest, watcher)
    pages = [sign_in(user).get(requisition.get_absolute_url()).text for user in readers]
    assert [f'href="{room}"' in page for page in pages] == [True, True, True]
    assert all("Thu 12 Mar, 10:00" in page for page in pages)
    assert ["Move or call off" in page for page in pages] == [True, False, False]


def test_manager_sees_it_at_home_until_it_is_over(
    sign_in: SignIn, manager: User, meeting: Meeting, clock: TimeMachineFixture
) -> None:
    home = sign_in(manager).get("/").text
    assert "Your meeting" in home
    assert "Thu 12 Mar, 10:00" in home
    clock.move_to(TOMORROW + timedelta(minutes=29), tick=False)
    assert "Your meeting" in sign_in(manager).get("/").text
    clock.move_to(TOMORROW + timedelta(minutes=30), tick=False)
    assert "Your meeting" not in sign_in(manager).get("/").text


def test_stand_in_sees_it_while_the_manager_is_away(
    sign_in: SignIn, requisition: Requisition, manager: User, acme: Client, meeting: Meeting
) -> None:
    dora = make_user("dora@acme.example", clients=[acme], name="Dora Delegate", zone="Asia/Tokyo")
    Delegation.settle(manager, {acme.pk: dora.pk}, by=manager, now=NOW)
    browser = sign_in(dora)
    assert "Your meeting" not in browser.get("/").text
    Absence.plan(NOW.date(), NOW.date(), by=manager, now=NOW)
    assert "Thu 12 Mar, 19:00" in browser.get("/").text
    assert "Thu 12 Mar, 19:00" in browser.get(requisition.get_absolute_url()).text


def test_others_meetings_show_nowhere(
    sign_in: SignIn, other_requisition: Requisition, other_recruiter: User, manager: User,
    requisition: Requisition,
) -> None:  # fmt: skip
    Meeting.schedule(other_requisition, Wanted(TOMORROW, 30), pk=KEY, by=other_recruiter, now=NOW)
    assert "Your meeting" not in sign_in(manager).get("/").text


def test_statements_do_not_grow_with_meetings(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, acme: Client
) -> None:
    browser = sign_in(manager)
    few = counted(lambda: browser.get("/"))
    for number in range(10):
        job = make_requisition(acme, recruiter=recruiter, manager=manager)
        Meeting.schedule(job, Wanted(TOMORROW, 30), pk=uuid.UUID(int=number), by=recruiter, now=NOW)
        Watcher.objects.create(requisition=job, user=manager)
    assert counted(lambda: browser.get("/")) == few
