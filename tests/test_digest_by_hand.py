"""Digests held back, and digests sent ahead of their time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.messages import get_messages
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Client, Preferences, User, WorkingCard
from recruiting.audit.models import Event
from recruiting.mailing import delivery, holding, subscriptions
from recruiting.mailing.models import Mail, State, Suspension
from recruiting.mailing.resending import send_again
from requisitions.models import Requisition
from status_updates.digests import rows
from status_updates.digests.snapshot import KIND
from status_updates.models import DigestHold

pytestmark = pytest.mark.usefixtures("clock", "requisition")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
"""When the digest of week 12 is due. It is Wednesday of week 11, in which none came."""
SignIn = Callable[[User], Browser]


def url(name: str, manager: User, client: Client) -> str:
    return f"{reverse(name)}?{urlencode({'manager': manager.pk, 'client': client.pk})}"


@pytest.fixture
def outgoing(mailoutbox: list[EmailMessage]) -> list[EmailMessage]:
    return mailoutbox


@pytest.fixture
def press(recruiter: User, manager: User, acme: Client, sign_in: SignIn) -> Callable[..., Any]:
    """`press("digest_hold", reason="…")` as the recruiter, about the manager at Acme."""
    browser = sign_in(recruiter)

    def pressed(name: str, *, period: str = "2026-W12", **typed: str) -> Any:
        return browser.post(url(name, manager, acme), {"period": period, **typed})

    return pressed


def sweep(now: datetime) -> list[str]:
    """What became of all digests once everything due at `now` has been seen to."""
    rows.materialise(now)
    due = Mail.objects.kind(KIND).due(now).values_list("pk", flat=True)
    delivery.deliver(list(due), now=now)
    return list(Mail.objects.kind(KIND).order_by("scheduled_at").values_list("state", flat=True))


# --- held back -----------------------------------------------------------------------------


def test_held_digest_does_not_go_and_is_skipped_when_its_week_is_over(
    press: Callable[..., Any], recruiter: User, outgoing: list[EmailMessage]
) -> None:
    assert press("digest_hold", reason="The offer comes first").status_code == 302
    hold = DigestHold.objects.get()
    assert (hold.by, hold.period, hold.reason) == (recruiter, "2026-W12", "The offer comes first")
    for hours in (0, 1, 2, 24, 72, 100, 159):
        assert sweep(MONDAY + hours * HOUR) == [State.PENDING]
    assert sweep(MONDAY + 160 * HOUR)[0] == State.SKIPPED
    mail = Mail.objects.kind(KIND).earliest("scheduled_at")
    assert mail.reason == "Held back by Rosa Recruiter, and not released."
    assert sweep(MONDAY + 7 * DAY) == [State.SKIPPED, State.SENT]
    assert len(outgoing) == 1


def test_lead_sends_what_was_held_till_its_week_was_over(
    press: Callable[..., Any], lead: User, outgoing: list[EmailMessage]
) -> None:
    """Nobody can release it any more, and nothing else says that it must not go."""
    press("digest_hold", reason="The offer comes first")
    for hours in (0, 160):
        sweep(MONDAY + hours * HOUR)
    skipped = Mail.objects.kind(KIND).get(state=State.SKIPPED)
    send_again(skipped, reason="She asks for it", by=lead, now=MONDAY + 161 * HOUR)
    sweep(MONDAY + 161 * HOUR)
    assert len(outgoing) == 1


def test_hold_survives_a_change_of_rhythm(
    press: Callable[..., Any], manager: User, outgoing: list[EmailMessage]
) -> None:
    press("digest_hold", reason="Wait")
    Preferences.objects.filter(user=manager).update(digest_rhythm="daily")
    assert sweep(MONDAY) == [State.PENDING]
    assert Mail.objects.kind(KIND).get().period == "2026-03-16"
    assert outgoing == []


@pytest.mark.parametrize(
    ("released", "goes"),
    [
        (MONDAY - DAY, MONDAY),
        (MONDAY + 3 * HOUR, MONDAY + 3 * HOUR),
        (MONDAY + 14 * HOUR, MONDAY + 25 * HOUR),  # at night: when her work begins
        (MONDAY + 4 * DAY, MONDAY + 4 * DAY + HOUR),  # later than a late one may be
    ],
)
def test_released_digest_goes_in_working_hours(
    released: datetime, goes: datetime, press: Callable[..., Any], lead: User, manager: User,
    acme: Client, sign_in: SignIn, clock: TimeMachineFixture, outgoing: list[EmailMessage],
) -> None:  # fmt: skip
    press("digest_hold", reason="Wait")
    if released > MONDAY:
        sweep(MONDAY)
    clock.move_to(released)
    colleague = sign_in(lead)
    for _ in range(2):
        assert colleague.post(url("digest_release", manager, acme)).status_code == 302
    assert DigestHold.objects.get().released_by == lead
    assert Event.objects.filter(action="released a digest").count() == 1
    before = sweep(goes - timedelta(minutes=1)) if goes > released else [State.PENDING]
    assert (before, outgoing) == ([State.PENDING], [])
    assert sweep(goes) == [State.SENT]
    assert len(outgoing) == 1


def test_released_late_keeps_four_days_to_the_next(
    press: Callable[..., Any], clock: TimeMachineFixture
) -> None:
    press("digest_hold", reason="Wait")
    sweep(MONDAY)
    friday = MONDAY + 4 * DAY + 2 * HOUR
    clock.move_to(friday)
    press("digest_release")
    sweep(friday)
    Preferences.objects.update(digest_weekday=1)
    sweep(MONDAY + 7 * DAY)
    following = Mail.objects.kind(KIND).latest("scheduled_at")
    assert following.scheduled_at - friday >= 4 * DAY


def test_digest_is_held_once_by_whoever_was_first(
    press: Callable[..., Any], lead: User, manager: User, acme: Client, recruiter: User,
    now: datetime,
) -> None:  # fmt: skip
    DigestHold.place("Mine", manager=manager, client=acme, period="2026-W12", by=lead, now=now)
    press("digest_hold", reason="Mine as well")
    assert DigestHold.objects.get().by == lead
    with pytest.raises(IntegrityError), transaction.atomic():
        DigestHold.objects.create(
            manager=manager, client=acme, period="2026-W12", reason="", by=recruiter, at=now
        )


def test_reason_is_for_recruiters_alone(
    press: Callable[..., Any], recruiter: User, manager: User, acme: Client, sign_in: SignIn,
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    press("digest_hold", reason="Secret reason")
    sweep(MONDAY)
    clock.move_to(MONDAY + 2 * HOUR)
    for path in (reverse("digests"), url("digest_preview", manager, acme),
                 reverse("digest_preview")):  # fmt: skip
        assert "Secret reason" in sign_in(recruiter).get(path).content.decode()
    browser = sign_in(manager)
    told = browser.get(reverse("digests")).content.decode()
    told += browser.get(reverse("preferences")).content.decode()
    assert "Secret reason" not in told
    assert "Held" not in told
    assert "Scheduled" not in told  # for ten o'clock, at ten for eleven, and so on
    assert "Your next digest: Monday 23 March, 08:00" in told
    assert "Secret reason" not in str(Event.objects.get(action="held back a digest").particulars)
    assert Event.objects.get(action="held back a digest").is_private


def test_manager_is_not_told_who_held_back_what_never_went(
    press: Callable[..., Any], recruiter: User, manager: User, sign_in: SignIn,
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    press("digest_hold", reason="Secret reason")
    for hours in (0, 160):
        sweep(MONDAY + hours * HOUR)
    clock.move_to(MONDAY + 161 * HOUR)
    skipped = Mail.objects.kind(KIND).get(state=State.SKIPPED)
    pages = (reverse("digests"), reverse("digest", args=[skipped.pk]))
    told = {user: [sign_in(user).get(page).text for page in pages] for user in (recruiter, manager)}
    assert all("Held back by Rosa Recruiter, and not released." in page for page in told[recruiter])
    assert all("Skipped" in page and "eld back" not in page for page in told[manager])


def test_hold_without_a_reason_or_of_one_that_has_gone_holds_nothing(
    press: Callable[..., Any],
) -> None:
    answer = press("digest_hold", reason=" ")
    assert (answer.status_code, list(answer.context["hold_form"].errors)) == (422, ["reason"])
    answer = press("digest_hold", period="2026-W11", reason="Too late?")
    assert answer.status_code == 409
    assert 'value="Too late?"' in answer.content.decode()
    assert not DigestHold.objects.exists()


# --- sent now ------------------------------------------------------------------------------


def test_sending_now_uses_up_the_week_however_often_it_is_pressed(
    press: Callable[..., Any], recruiter: User, outgoing: list[EmailMessage],
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    clock.move_to(MONDAY - 7 * HOUR)
    sweep(MONDAY - 7 * HOUR)
    answers = {press("digest_sending", meant="on").status_code for _ in range(10)}
    assert answers == {302}
    assert Event.objects.filter(action="sent a digest now").count() == 1
    for hours in range(-7, 160, 12):
        sweep(MONDAY + hours * HOUR)
    mail = Mail.objects.kind(KIND).get()
    assert (mail.state, mail.scheduled_at) == (State.SENT, MONDAY - 7 * HOUR)
    assert (mail.payload["sent_by"], len(outgoing)) == (str(recruiter.pk), 1)


def test_week_that_has_no_digest_gets_one_and_the_next_keeps_its_distance(
    press: Callable[..., Any], outgoing: list[EmailMessage], now: datetime
) -> None:
    press("digest_sending", period="2026-W11")
    assert sweep(now) == [State.SENT]
    press("digest_sending", period="2026-W11")
    assert len(sweep(MONDAY)) == 2
    assert len(outgoing) == 2
    assert [mail.period for mail in Mail.objects.order_by("scheduled_at")] == [
        "2026-W11", "2026-W12",
    ]  # fmt: skip


def test_sending_now_ends_a_hold(
    press: Callable[..., Any], clock: TimeMachineFixture, outgoing: list[EmailMessage]
) -> None:
    press("digest_hold", reason="Wait")
    sweep(MONDAY)
    clock.move_to(MONDAY + 26 * HOUR)
    press("digest_sending")
    assert sweep(MONDAY + 26 * HOUR) == [State.SENT]
    assert DigestHold.objects.get().released_at == MONDAY + 26 * HOUR


def test_skipped_digest_can_be_sent_by_hand_in_its_week(
    press: Callable[..., Any], clock: TimeMachineFixture, outgoing: list[EmailMessage],
    manager: User,
) -> None:  # fmt: skip
    """Nothing waited and nothing had changed; she sends it all the same."""
    Preferences.objects.filter(user=manager).update(digest_only_news=True)
    assert sweep(MONDAY) == [State.SKIPPED]
    clock.move_to(MONDAY + 2 * HOUR)
    press("digest_sending")
    assert sweep(MONDAY + 2 * HOUR) == [State.SENT]
    assert Mail.objects.kind(KIND).get().reason == ""


def test_while_all_sending_is_held_it_is_not_said_to_be_on_its_way(
    press: Callable[..., Any], now: datetime
) -> None:
    holding.hold("A backup seems to have been restored.", now=now)
    assert said(press("digest_sending", period="2026-W11")) == [
        "All sending is held: it goes to Max Manager when a lead releases that."
    ]


def test_release_of_what_nobody_holds_says_so(press: Callable[..., Any]) -> None:
    assert said(press("digest_release")) == [
        "Nobody holds back the next one, which goes on Monday 16 March, 08:00."
    ]


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_outside_working_hours_it_is_asked_whether_that_is_meant(
    press: Callable[..., Any], recruiter: User, manager: User, acme: Client, sign_in: SignIn,
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    clock.move_to(MONDAY + 14 * HOUR)
    page = sign_in(recruiter).get(url("digest_sending", manager, acme)).content.decode()
    assert "It is Monday, 22:00 for Max, who works Monday to Friday, 09:00 to 17:00." in page
    answer = press("digest_sending")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["meant"])
    assert not Mail.objects.exists()
    assert press("digest_sending", meant="on").status_code == 302
    assert sweep(MONDAY + 14 * HOUR) == [State.SENT]


@pytest.mark.parametrize(
    ("hinder", "reason"),
    [
        (
            lambda user: Preferences.objects.update(digest_paused_until="2026-04-02"),
            "Max has paused the digest until 2 April.",
        ),
        (
            lambda user: subscriptions.stop(user, KIND, by=user, now=MONDAY),
            "Max has switched the digest off.",
        ),
        (
            lambda user: Suspension.objects.create(address=user.email, at=MONDAY),
            "The server of manager@acme.example has refused mail",
        ),
        (lambda user: Requisition.objects.update(manager=None, status="draft"), "No requisition"),
    ],
)
def test_digest_that_is_not_wanted_cannot_be_sent(
    hinder: Callable[[User], object], reason: str, press: Callable[..., Any], recruiter: User,
    manager: User, acme: Client, sign_in: SignIn,
) -> None:  # fmt: skip
    hinder(manager)
    shown = sign_in(recruiter).get(url("digest_sending", manager, acme))
    assert (shown.status_code, reason in shown.content.decode()) == (200, True)
    answer = press("digest_sending", period="2026-W11")
    assert (answer.status_code, reason in answer.content.decode()) == (422, True)
    assert not Mail.objects.exists()


def test_asking_writes_nothing_and_shows_what_would_go(
    recruiter: User, manager: User, acme: Client, sign_in: SignIn
) -> None:
    page = sign_in(recruiter).get(url("digest_sending", manager, acme)).content.decode()
    assert "It is this week&#x27;s digest" in page
    body = sign_in(recruiter).get(url("digest_preview_body", manager, acme) + "&now=1")
    assert "Data Engineer" in body.content.decode()
    assert not Mail.objects.exists()


def test_digest_looked_at_in_another_week_is_not_sent_unseen(press: Callable[..., Any]) -> None:
    answer = press("digest_sending", period="2026-W10")
    assert answer.status_code == 409
    assert 'value="2026-W11"' in answer.content.decode()
    assert not Mail.objects.exists()


# --- two about the same days ---------------------------------------------------------------


def test_two_sweepers_that_saw_different_rhythms_send_one(
    manager: User, acme: Client, outgoing: list[EmailMessage]
) -> None:
    """Each has written its row before it could see the other's."""
    rows.materialise(MONDAY)
    Mail.objects.update(recipient=manager, period="2026-03-16", key="digest:of-the-day")
    rows.materialise(MONDAY)
    kept = sorted(Mail.objects.values_list("period", flat=True))
    assert kept == ["2026-03-16"], "what is written down keeps another rhythm out"
    second = Mail.objects.get()
    second.pk, second.key, second.period = None, "digest:of-the-week", "2026-W12"
    second.created_at += timedelta(seconds=1)
    second.save(force_insert=True)
    states = sweep(MONDAY)
    assert sorted(states) == [State.SENT, State.SKIPPED]
    assert len(outgoing) == 1


def test_zone_of_the_manager_decides_what_is_outside_hours(
    press: Callable[..., Any], manager: User
) -> None:
    WorkingCard.objects.filter(user=manager).update(zone="Asia/Tokyo")  # 19:00 there
    assert press("digest_sending", period="2026-W11").status_code == 422
