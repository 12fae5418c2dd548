"""Who stands in sees and is told what the absent manager is, there and then alone."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Absence, Client, Delegation, Membership, Preferences, User
from recruiting.accounts.models.absences import NotEligible
from recruiting.audit.models import Event
from recruiting.mailing import delivery, subscriptions
from recruiting.mailing.kinds import Rewrite
from recruiting.mailing.models import Mail, State
from requisitions.models import Requisition, Stage, Watcher
from requisitions.readers import readers_of
from status_updates.digests import rows, stand_ins
from status_updates.digests.snapshot import KIND
from status_updates.digests.stand_ins import COPY
from tests.factories import (
    NOW,
    make_brief,
    make_checkpoint,
    make_note,
    make_requisition,
    make_slate,
    make_user,
)
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
MONDAY = datetime.fromisoformat("2026-03-16T08:00+00:00")
"""When the manager's digest is due."""


@pytest.fixture
def petra(acme: Client) -> User:
    """Another hiring manager of Acme, who stands in for Max."""
    return make_user("petra@acme.example", clients=[acme], name="Petra Deputy")


@pytest.fixture
def away(manager: User, petra: User, acme: Client) -> Absence:
    """Max is away from Thursday to Tuesday, and Petra stands in."""
    Delegation.settle(manager, {acme.pk: petra.pk}, by=manager, now=NOW)
    return Absence.plan(date(2026, 3, 12), date(2026, 3, 17), "Skiing", by=manager, now=NOW)


def seen(user: User, now: datetime) -> set[Requisition]:
    return set(Requisition.objects.visible_to(user, now))


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


# --- seeing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "sees"),
    [
        ("11T23:59", False),
        ("12T00:00", True),
        ("17T23:59", True),
        ("18T00:00", False),
    ],
)
def test_stand_in_sees_it_only_while_the_manager_is_away(
    now: str, sees: bool, away: Absence, petra: User, requisition: Requisition
) -> None:
    assert seen(petra, day(now)) == ({requisition} if sees else set())


def test_days_away_are_those_of_the_managers_zone(
    petra: User, acme: Client, recruiter: User
) -> None:
    far = make_user("far@acme.example", clients=[acme], zone="Pacific/Kiritimati")
    job = make_requisition(acme, recruiter=recruiter, manager=far)
    Delegation.settle(far, {acme.pk: petra.pk}, by=far, now=NOW)
    Absence.plan(date(2026, 3, 13), date(2026, 3, 13), by=far, now=NOW)
    assert [seen(petra, day(at)) for at in ("12T09:59", "12T10:00", "13T09:59", "13T10:00")] == [
        set(), {job}, {job}, set(),
    ]  # fmt: skip


def test_stand_in_sees_what_the_manager_watches_and_nothing_else(
    away: Absence, manager: User, petra: User, acme: Client, recruiter: User
) -> None:
    third = make_user("third@acme.example", clients=[acme])
    watched, other = (make_requisition(acme, recruiter=recruiter, manager=third) for _ in range(2))
    Watcher.objects.create(requisition=watched, user=manager)
    assert seen(petra, day("13T12:00")) == {watched}
    assert other in seen(third, day("13T12:00"))


def test_stand_in_at_one_client_sees_nothing_of_the_other(
    away: Absence, manager: User, petra: User, requisition: Requisition, globex: Client,
    other_recruiter: User,
) -> None:  # fmt: skip
    for user in (manager, petra):
        Membership.objects.create(user=user, client=globex)
    there = make_requisition(globex, recruiter=other_recruiter, manager=manager)
    assert there in seen(manager, day("13T12:00"))
    assert seen(petra, day("13T12:00")) == {requisition}


@pytest.mark.parametrize("who", ["manager", "petra"])
@pytest.mark.parametrize("how", ["leave", "membership", "deactivate"])
def test_standing_in_ends_with_the_membership_or_account_of_either(
    how: str, who: str, away: Absence, manager: User, petra: User, acme: Client, lead: User,
    requisition: Requisition,
) -> None:  # fmt: skip
    user = {"manager": manager, "petra": petra}[who]
    assert seen(petra, day("13T12:00")) == {requisition}
    if how == "leave":
        user.leave(acme, by=lead, now=NOW)
        assert not Delegation.objects.exists()
    elif how == "membership":
        user.memberships.all().delete()
    else:
        user.deactivate(by=lead, now=NOW)
    assert seen(petra, day("13T12:00")) == set()


def test_who_stands_in_for_a_stand_in_sees_only_what_is_the_stand_ins_own(
    away: Absence, petra: User, acme: Client, requisition: Requisition
) -> None:
    third = make_user("third@acme.example", clients=[acme])
    Delegation.settle(petra, {acme.pk: third.pk}, by=petra, now=NOW)
    Absence.plan(date(2026, 3, 12), date(2026, 3, 17), by=petra, now=NOW)
    assert seen(third, day("13T12:00")) == set()


@pytest.mark.parametrize("who", ["recruiter", "other_manager", "manager", "lead"])
def test_nobody_else_can_be_named(
    who: str, manager: User, recruiter: User, other_manager: User, lead: User, acme: Client
) -> None:
    people = {"recruiter": recruiter, "other_manager": other_manager, "manager": manager,
              "lead": lead}  # fmt: skip
    with pytest.raises(NotEligible):
        Delegation.settle(manager, {acme.pk: people[who].pk}, by=manager, now=NOW)
    assert not Delegation.objects.exists()


def test_stand_in_cannot_be_named_at_a_client_of_others(
    manager: User, other_manager: User, globex: Client
) -> None:
    with pytest.raises(NotEligible):
        Delegation.settle(manager, {globex.pk: other_manager.pk}, by=manager, now=NOW)


def test_pages_say_for_whom_one_stands_in(
    away: Absence, petra: User, requisition: Requisition, recruiter: User,
    sign_in: SignIn, clock: TimeMachineFixture,
) -> None:  # fmt: skip
    browser = sign_in(petra)
    assert browser.get(requisition.get_absolute_url()).status_code == 404
    requisition.put_on_hold(by=recruiter, now=NOW, reason="Budget.", until=date(2026, 3, 13))
    clock.move_to(day("13T12:00"), tick=False)
    home, page = browser.get("/"), browser.get(requisition.get_absolute_url())
    for shown in (home, page):
        assert "<strong>Max Manager</strong> at Acme until 17 March." in shown.text
    (asked,) = home.context["waiting"]
    assert (asked.waiting.requisition, asked.instead_of) == (requisition, "Max Manager")
    assert browser.get("/requisitions/").text.count("Data Engineer") >= 1
    clock.move_to(day("18T00:00"), tick=False)
    assert browser.get(requisition.get_absolute_url()).status_code == 404
    assert "stand in" not in browser.get("/").text


def test_statements_of_a_stand_in_do_not_grow(
    away: Absence, petra: User, requisition: Requisition, recruiter: User, manager: User,
    acme: Client, sign_in: SignIn, clock: TimeMachineFixture,
) -> None:  # fmt: skip
    clock.move_to(day("13T12:00"), tick=False)
    Absence.plan(date(2026, 3, 13), date(2026, 3, 20), by=recruiter, now=day("13T12:00"))

    def costs() -> dict[str, int]:
        browser = sign_in(petra)
        return {
            url: counted(lambda url=url: browser.get(url))  # type: ignore[misc]
            for url in ("/", "/requisitions/", requisition.get_absolute_url())
        }

    make_requisition(acme, recruiter=recruiter, manager=manager).put_on_hold(
        by=recruiter, now=NOW, reason="Budget.", until=date(2026, 3, 13)
    )
    make_slate(requisition)
    few = costs()
    for _ in range(50):
        make_requisition(acme, recruiter=recruiter, manager=manager).put_on_hold(
            by=recruiter, now=NOW, reason="Budget.", until=date(2026, 3, 13)
        )
        make_slate(make_requisition(acme, recruiter=recruiter, manager=manager))
    assert costs() == few
    assert [few["/"] <= 12, few["/requisitions/"] <= 8, max(few.values()) <= 18] == [True] * 3


def test_stand_in_is_a_reader_who_can_be_answered_by_name(
    away: Absence, petra: User, watcher: User, requisition: Requisition, recruiter: User,
    sign_in: SignIn, clock: TimeMachineFixture,
) -> None:  # fmt: skip
    during, after = day("13T12:00"), day("18T00:00")
    assert petra in readers_of(requisition, during)
    assert petra not in readers_of(requisition, after)
    clock.move_to(during, tick=False)
    page = sign_in(recruiter).get(requisition.get_absolute_url())
    assert page.context["mentionable"] == ["Max Manager", "Petra Deputy", "Wanda Watcher"]
    assert "Stands in · 12:00 in UTC" in page.text
    note = make_note(requisition, "@Petra Deputy, yes", now=during)
    assert note.mentions == [(str(petra.pk), "@Petra Deputy")]
    with pytest.raises(ValidationError, match="Petra Deputy would not see this"):
        make_note(requisition, "@Petra Deputy, yes", now=after)


def test_readers_are_those_to_whom_it_is_visible_while_people_stand_in(
    away: Absence, petra: User, watcher: User, requisition: Requisition, acme: Client
) -> None:
    third = make_user("third@acme.example", clients=[acme])
    Delegation.settle(watcher, {acme.pk: third.pk}, by=watcher, now=NOW)
    Absence.plan(date(2026, 3, 12), date(2026, 3, 13), by=watcher, now=NOW)
    for now in (day("11T12:00"), day("13T12:00"), day("16T12:00"), day("18T12:00")):
        seeing = {user for user in User.objects.active() if requisition in seen(user, now)}
        assert set(readers_of(requisition, now)) == seeing


# --- the digest ----------------------------------------------------------------------------


def sweep(now: datetime) -> None:
    rows.materialise(now)
    stand_ins.materialise(now)
    delivery.deliver(list(Mail.objects.due(now).values_list("pk", flat=True)), now=now)


def copies() -> list[Any]:
    return list(Mail.objects.kind(COPY).order_by("created_at"))


def test_stand_in_gets_a_copy_that_says_so(
    away: Absence, requisition: Requisition, petra: User, manager: User, acme: Client
) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 41})
    sweep(MONDAY)
    [copy] = copies()
    [own] = Mail.objects.kind(KIND).filter(recipient=manager)
    assert (copy.state, own.state) == (State.SENT, State.SENT)
    assert (copy.recipient, copy.client) == (petra, acme)
    assert copy.payload == {"manager": str(manager.pk), "period": "2026-W12"}
    assert copy.key != own.key
    assert copy.subject == f"For Max Manager: {own.subject}"
    for text in (copy.text, copy.html):
        assert "Hello Petra" in text
        assert "stand in for Max Manager at Acme until Tuesday 17 March." in text
        assert "Data Engineer" in text
        assert "41 found" in text
    assert "stand in" not in own.text


def test_links_in_the_copy_are_the_readers_own(
    away: Absence, requisition: Requisition, petra: User, manager: User
) -> None:
    make_brief(requisition, requisition.recruiter)
    sweep(MONDAY)
    [sent] = [one for one in outbox.outbox if one.to == [petra.email] and "For Max" in one.subject]
    parsed = message_from_bytes(sent.message().as_bytes())
    [copy] = copies()
    assert manager.pk.hex not in copy.html + copy.text + parsed["List-Unsubscribe"]
    assert petra.pk.hex in parsed["List-Unsubscribe"]
    assert f"/open/brief.{petra.pk.hex}." in copy.text


def test_copy_is_written_and_sent_once(away: Absence, requisition: Requisition) -> None:
    for minute in range(5):
        sweep(MONDAY + timedelta(minutes=minute))
    assert [copy.state for copy in copies()] == [State.SENT]
    assert stand_ins.materialise(MONDAY + timedelta(minutes=6)) == 0


def test_nothing_is_copied_when_the_manager_is_there(
    manager: User, petra: User, acme: Client, requisition: Requisition
) -> None:
    Delegation.settle(manager, {acme.pk: petra.pk}, by=manager, now=NOW)
    Absence.plan(date(2026, 3, 17), date(2026, 3, 17), by=manager, now=NOW)
    sweep(MONDAY)
    assert copies() == []


def test_copy_of_one_client_tells_nothing_of_another(
    away: Absence, manager: User, petra: User, requisition: Requisition, globex: Client,
    other_recruiter: User,
) -> None:  # fmt: skip
    for user in (manager, petra):
        Membership.objects.create(user=user, client=globex, created_at=NOW)
    make_requisition(globex, recruiter=other_recruiter, manager=manager, title="Secret Agent")
    sweep(MONDAY)
    [copy] = copies()
    assert "Secret Agent" not in copy.text
    assert Mail.objects.kind(KIND).filter(recipient=manager).count() == 2


@pytest.mark.parametrize("how", ["back early", "another stand-in", "stopped", "left"])
def test_copy_that_is_no_longer_wanted_is_skipped(
    how: str, away: Absence, manager: User, petra: User, acme: Client, requisition: Requisition,
    lead: User,
) -> None:  # fmt: skip
    rows.materialise(MONDAY)
    assert stand_ins.materialise(MONDAY) == 1
    if how == "back early":
        away.cancel(by=manager, now=MONDAY)
    elif how == "another stand-in":
        Delegation.settle(manager, {acme.pk: None}, by=manager, now=MONDAY)
    elif how == "stopped":
        subscriptions.stop(petra, KIND, by=petra, now=MONDAY)
    else:
        petra.leave(acme, by=lead, now=MONDAY)
    delivery.deliver(list(Mail.objects.due(MONDAY).values_list("pk", flat=True)), now=MONDAY)
    assert [copy.state for copy in copies()] == [State.SKIPPED]


@pytest.mark.parametrize("how", ["paused", "stopped"])
def test_digest_that_the_manager_does_not_want_is_not_copied(
    how: str, away: Absence, manager: User, requisition: Requisition
) -> None:
    """Said after the week's digest was written down, and before it was due."""
    rows.materialise(day("16T00:30"))
    if how == "paused":
        Preferences.objects.filter(user=manager).update(digest_paused_until=date(2026, 4, 1))
    else:
        subscriptions.stop(manager, KIND, by=manager, now=day("16T01:00"))
    sweep(MONDAY)
    sweep(MONDAY + timedelta(minutes=1))
    assert Mail.objects.kind(KIND).get(recipient=manager).state == State.SKIPPED
    assert [copy.state for copy in copies()] == [State.SKIPPED]


def test_copy_written_before_the_requisition_was_given_away_is_written_anew(
    away: Absence, requisition: Requisition, petra: User
) -> None:
    rows.materialise(MONDAY)
    stand_ins.materialise(MONDAY)
    [copy] = copies()
    assert not stand_ins.still_wanted([copy], MONDAY)
    copy.text, copy.rendered_at = f"See {requisition.get_absolute_url()}", MONDAY
    assert not stand_ins.still_wanted([copy], MONDAY)
    Requisition.objects.update(manager=petra)
    assert stand_ins.still_wanted([copy], MONDAY) == {copy.pk: Rewrite()}


def test_copy_stands_in_the_archive_of_its_reader_and_of_the_recruiter(
    away: Absence, requisition: Requisition, petra: User, recruiter: User, manager: User,
    other_recruiter: User, sign_in: SignIn,
) -> None:  # fmt: skip
    sweep(MONDAY)
    shown = {
        user.email: "For Max Manager" in sign_in(user).get("/digests/").text
        for user in (petra, recruiter, manager, other_recruiter)
    }
    assert shown == {
        petra.email: True, recruiter.email: True, manager.email: False,
        other_recruiter.email: False,
    }  # fmt: skip


# --- absences ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("2026-03-20", "2026-03-19", "last_day"),
        ("2026-03-09", "2026-03-10", "last_day"),
        ("2027-03-13", "2027-03-13", "first_day"),
        ("2026-03-20", "2027-03-22", "last_day"),
        ("2020-03-20", "2026-03-11", "last_day"),
        ("2026-03-10", "2026-03-12", "first_day"),
        ("2026-03-17", "2026-03-20", "first_day"),
        ("2026-03-13", "2026-03-13", "first_day"),
        ("2026-03-11", "2026-03-31", "first_day"),
    ],
)
def test_absence_out_of_order_far_or_overlapping_is_refused(
    first: str, last: str, field: str, away: Absence, manager: User
) -> None:
    with pytest.raises(ValidationError) as refused:
        Absence.plan(date.fromisoformat(first), date.fromisoformat(last), by=manager, now=NOW)
    assert list(refused.value.message_dict) == [field]
    assert Absence.objects.count() == 1


def test_absence_next_to_another_or_of_somebody_else_is_fine(
    away: Absence, manager: User, petra: User
) -> None:
    Absence.plan(date(2026, 3, 18), date(2026, 3, 18), by=manager, now=NOW)
    Absence.plan(date(2026, 3, 11), date(2026, 3, 11), by=manager, now=NOW)
    Absence.plan(date(2026, 3, 12), date(2026, 3, 17), by=petra, now=NOW)
    assert Absence.objects.count() == 4


def test_absence_is_recorded_and_cancelled_once(away: Absence, manager: User) -> None:
    for _ in range(2):
        away.cancel(by=manager, now=NOW)
    actions = list(Event.objects.about(manager).order_by("id").values_list("action", flat=True))
    assert actions == ["named a stand-in", "planned an absence", "cancelled an absence"]
