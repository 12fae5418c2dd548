"""Nudges: to whom, when, how often, and that they tell of nothing that is settled."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from recruiting.accounts.models import (
    Absence,
    Client,
    Delegation,
    Membership,
    Preferences,
    User,
    WorkingCard,
)
from recruiting.approvals.models import Decision, Question, Slate
from recruiting.mailing import delivery, ledger, subscriptions
from recruiting.mailing.models import Mail, State
from requisitions.models import Requisition, Status
from status_updates.digests.snapshot import KIND as DIGEST
from status_updates.models import DigestHold
from status_updates.nudges import AWAY, NUDGE, SETTLED, materialise
from tests.factories import (
    NOW,
    make_brief,
    make_requisition,
    make_slate,
    make_submission,
    make_user,
)
from tests.queries import counted
from tests.test_open_items import approved, interview

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
SignIn = Callable[[User], Browser]
DAY = timedelta(days=1)
DUE = NOW + DAY
"""When a slate of `NOW` (a Wednesday, 10:00) is to be decided on: within a business day."""

LATE = DUE + timedelta(minutes=1)


def sweep(now: datetime) -> Counter[State]:
    """What becomes of nudges in one sweep; other mail is not what these tests are about."""
    materialise(now)
    due = Mail.objects.due(now).kind(NUDGE).values_list("pk", flat=True)
    return delivery.deliver(list(due), now=now)


def nudges(**which: Any) -> list[Mail]:
    return list(Mail.objects.kind(NUDGE).filter(**which).order_by("scheduled_at", "key"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


@pytest.fixture
def slate(requisition: Requisition, manager: User) -> Slate:
    """Three resumes that wait on Max, whose digest is not what these tests are about."""
    Preferences.objects.filter(user=manager).update(digest_paused_until=date(2027, 1, 1))
    return make_slate(requisition, *(make_submission(requisition) for _ in range(3)))


@pytest.fixture
def petra(acme: Client) -> User:
    return make_user("petra@acme.example", clients=[acme], name="Petra Deputy")


# --- when ----------------------------------------------------------------------------------


def test_nudge_goes_once_when_a_decision_has_become_overdue(slate: Slate) -> None:
    assert materialise(DUE) == 0
    assert sweep(LATE)[State.SENT] == 1
    assert sweep(LATE + timedelta(hours=3))[State.SENT] == 0
    [mail] = nudges()
    assert mail.subject == "Acme: Data Engineer: 3 resumes of slate 1, was due today 10:00"
    assert "Data Engineer: 3 resumes of slate 1, since yesterday, was due today 10:00." in mail.text
    assert "/mail/slate/" in mail.text
    assert "Decide now" in mail.html
    assert (mail.recipient.email, mail.client) == ("manager@acme.example", slate.requisition.client)


def test_second_nudge_comes_two_working_days_later_and_none_after_it(slate: Slate) -> None:
    looks = (LATE, at("12T16:00"), at("13T12:00"), at("16T10:00"), at("16T10:01"), at("17T12:00"),
             at("18T12:00"), at("19T12:00"), at("25T12:00"))  # fmt: skip
    sent = [now for now in looks if sweep(now)[State.SENT]]
    assert sent == [LATE, at("16T10:01")]
    first, second = nudges()
    assert second.subject == (
        "Acme: still waiting, Data Engineer: 3 resumes of slate 1, 2 working days late"
    )
    assert "From here on your digest tells it, and Rosa Recruiter will ask you" in second.text
    assert "From here on" not in first.text


@pytest.mark.parametrize("state", [State.PENDING, State.SENT])
def test_day_of_a_digest_brings_no_nudge(slate: Slate, manager: User, state: State) -> None:
    """Whether it has come already or comes this afternoon: it tells the same."""
    digest = ledger.new_row(
        DIGEST, recipient_id=manager.pk, client_id=slate.requisition.client_id, period="2026-03-12",
        scheduled_at=at("12T15:00"), now=LATE,
    )  # fmt: skip
    digest.state, digest.rendered_at = state, LATE
    digest.save()
    assert not nudges_after(LATE)
    assert nudges_after(LATE + timedelta(days=1))


def nudges_after(now: datetime) -> list[Mail]:
    sweep(now)
    return nudges()


def test_nudge_keeps_to_the_working_hours_of_its_reader(slate: Slate, manager: User) -> None:
    """He works from 8 to 9 in New York, which is 12 to 13 UTC: overdue on Thursday as his hours
    end, told on Friday when they begin."""
    WorkingCard.objects.filter(user=manager).update(
        zone="America/New_York", starts=time(8), ends=time(9)
    )
    Slate.objects.update(at=at("11T12:59:59"))
    assert [now for now in (at("12T13:00"), at("13T11:59"), at("13T12:00")) if sweep(now)] == [
        at("13T12:00")
    ]


def test_nudge_that_could_not_go_waits_for_the_hours_or_is_left(
    slate: Slate, manager: User
) -> None:
    materialise(LATE)
    Absence.plan(date(2026, 3, 12), date(2026, 3, 12), by=manager, now=NOW)
    assert sweep(LATE + timedelta(minutes=2))[State.PENDING] == 1
    assert nudges()[0].due_at == at("13T09:00")
    Absence.plan(date(2026, 3, 13), date(2026, 3, 20), by=manager, now=NOW)
    assert sweep(at("13T09:00"))[State.SKIPPED] == 1
    assert nudges()[0].reason == AWAY
    assert sweep(at("24T09:00"))[State.SENT] == 1
    assert [mail.state for mail in nudges()] == [State.SKIPPED, State.SENT]


def test_one_nudge_a_day_tells_all_and_what_comes_later_waits_for_the_next(
    slate: Slate, requisition: Requisition, acme: Client, recruiter: User, manager: User
) -> None:
    sweep(LATE)
    other = make_requisition(acme, recruiter=recruiter, manager=manager, title="Analyst")
    make_slate(other, now=NOW + timedelta(hours=2))
    assert sweep(LATE + timedelta(hours=3))[State.SENT] == 0
    assert sweep(LATE + DAY)[State.SENT] == 1
    assert "2 things are overdue, the oldest Data Engineer" in nudges()[-1].subject


def test_things_of_two_clients_are_in_two_mails(
    slate: Slate, manager: User, globex: Client, other_recruiter: User
) -> None:
    Membership.objects.create(user=manager, client=globex)
    there = make_requisition(globex, recruiter=other_recruiter, manager=manager, title="Spy")
    make_slate(there)
    sweep(LATE)
    told = {mail.client.name: ("Spy" in mail.text, "Data Engineer" in mail.text)
            for mail in nudges() if mail.client}  # fmt: skip
    assert told == {"Acme": (False, True), "Globex": (True, False)}


# --- what stops it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how", ["decided", "asked", "on hold", "reassigned", "left", "deactivated", "stopped"]
)
@pytest.mark.parametrize("when", ["before", "between"])
def test_nudge_does_not_go_when_nothing_waits_on_the_reader_any_more(
    how: str, when: str, slate: Slate, requisition: Requisition, manager: User, petra: User,
    recruiter: User, lead: User, acme: Client,
) -> None:  # fmt: skip
    if when == "between":
        assert materialise(LATE) == 1
    requisition.refresh_from_db()
    if how == "decided":
        for one in slate.submissions.all():
            Decision.make(one, "approve", by=manager, now=LATE)
    elif how == "asked":
        for one in slate.submissions.all():
            Question.objects.create(submission=one, text="Why?", by=manager, at=DUE - DAY / 2)
    elif how == "on hold":
        requisition.put_on_hold(by=recruiter, now=LATE, reason="Budget.")
    elif how == "reassigned":
        Requisition.objects.filter(pk=requisition.pk).update(manager=petra)
    elif how == "left":
        manager.leave(acme, by=lead, now=LATE)
    elif how == "deactivated":
        manager.deactivate(by=lead, now=LATE)
    else:
        subscriptions.stop(manager, NUDGE, by=manager, now=LATE)
    sweep(LATE)
    assert nudges(recipient=manager, state=State.SENT) == []


def test_what_is_settled_while_the_mail_waits_is_not_told(
    slate: Slate, manager: User, acme: Client, recruiter: User
) -> None:
    other = make_requisition(acme, recruiter=recruiter, manager=manager, title="Analyst")
    make_slate(other)
    materialise(LATE)
    for one in slate.submissions.all():
        Decision.make(one, "approve", by=manager, now=LATE)
    sweep(LATE)
    [mail] = nudges()
    assert "Analyst" in mail.text
    assert "Data Engineer" not in mail.text + mail.subject


def test_decision_that_is_taken_back_is_told_again(slate: Slate, manager: User) -> None:
    materialise(LATE)
    made = [Decision.make(one, "approve", by=manager, now=LATE) for one in slate.submissions.all()]
    sweep(LATE)
    assert [mail.reason for mail in nudges()] == [SETTLED]
    made[0].undo(by=manager, now=LATE + timedelta(minutes=1))
    assert sweep(LATE + DAY)[State.SENT] == 1


@pytest.mark.parametrize("who", ["manager", "stand-in"])
def test_nudge_that_was_written_is_written_anew_when_it_is_no_longer_the_readers(
    who: str, slate: Slate, manager: User, petra: User, acme: Client, recruiter: User
) -> None:
    """The server put it off; meanwhile one of its two requisitions went to another manager, or the
    manager came back."""
    other = make_requisition(acme, recruiter=recruiter, manager=manager, title="Analyst")
    make_slate(other)
    late = LATE
    if who == "stand-in":
        Delegation.settle(manager, {acme.pk: petra.pk}, by=manager, now=NOW)
        away = Absence.plan(date(2026, 3, 12), date(2026, 3, 17), by=manager, now=NOW)
        late = at("13T09:30")
    materialise(late)
    [row] = nudges()
    claimed = delivery.claim([row.pk], late)
    delivery._write(delivery._drop_unwanted(claimed, late, Counter()), late, Counter())
    row.refresh_from_db()
    assert "Analyst" in row.text
    Mail.objects.filter(pk=row.pk).update(state=State.PENDING, next_attempt_at=late)
    if who == "stand-in":
        away.cancel(by=manager, now=late)
    else:
        third = make_user(clients=[acme])
        Requisition.objects.filter(pk=other.pk).update(manager=third)
    delivery.deliver([row.pk], now=late)
    row.refresh_from_db()
    if who == "stand-in":
        assert (row.state, row.reason) == (State.SKIPPED, SETTLED)
    else:
        assert row.state == State.SENT
        assert "Analyst" not in row.text
        assert "Data Engineer" in row.text


def test_requisition_of_nobody_else_is_told(
    slate: Slate, other_requisition: Requisition, manager: User
) -> None:
    make_slate(other_requisition)
    sweep(LATE)
    [mine] = nudges(recipient=manager)
    assert "Secret Agent" not in mine.text + mine.html + mine.subject


# --- what it tells, and whom ---------------------------------------------------------------


def test_brief_to_be_signed_and_feedback_are_told_with_their_links(
    manager: User, recruiter: User, acme: Client
) -> None:
    unsigned = make_requisition(
        acme, recruiter=recruiter, manager=manager, title="Analyst", status=Status.INTAKE
    )
    make_brief(unsigned, recruiter, now=NOW)
    heard = make_requisition(acme, recruiter=recruiter, manager=manager, title="Engineer")
    interview(approved(heard, manager), manager, held_at=NOW)
    assert sweep(at("12T10:30"))[State.SENT] == 1
    sweep(at("13T10:30"))
    texts = [mail.text for mail in nudges()]
    assert "Engineer: feedback on an interview" in texts[0]
    assert "Say how it was: http" in texts[0]
    assert "/mail/feedback/" in texts[0]
    assert "Analyst" not in texts[0]
    assert "Analyst: signature under the brief, since Wednesday" in texts[1]
    assert "/mail/brief/" in texts[1]


def test_stand_in_is_nudged_with_links_of_her_own(
    slate: Slate, manager: User, petra: User, acme: Client
) -> None:
    Delegation.settle(manager, {acme.pk: petra.pk}, by=manager, now=NOW)
    Absence.plan(date(2026, 3, 12), date(2026, 3, 17), by=manager, now=NOW)
    assert sweep(LATE)[State.SENT] == 0, "her time began with his absence"
    assert sweep(at("13T09:30"))[State.SENT] == 1
    [mail] = nudges()
    assert mail.recipient == petra
    assert "You stand in for Max Manager at Acme" in mail.text
    assert petra.pk.hex in mail.text
    assert manager.pk.hex not in mail.text


def test_no_candidate_is_named(requisition: Requisition) -> None:
    made = make_submission(requisition)
    make_slate(requisition, made)
    sweep(LATE)
    [mail] = nudges()
    assert made.candidate.name not in mail.subject + mail.text + mail.html


def test_headers_lead_to_the_recruiter_and_stop_nudges_alone(slate: Slate, manager: User) -> None:
    sweep(LATE)
    [mail] = nudges()
    assert mail.headers["Reply-To"] == "recruiter@acme.example"
    assert f"/mail/unsubscribe/nudge:{manager.pk.hex}" in mail.headers["List-Unsubscribe"]
    assert f"/mail/unsubscribe/nudge:{manager.pk.hex}" in mail.text


@pytest.mark.parametrize("how", ["deactivated", "left"])
def test_answer_goes_to_nobody_who_no_longer_works_for_the_client(
    how: str, slate: Slate, recruiter: User, lead: User
) -> None:
    if how == "deactivated":
        User.objects.filter(pk=recruiter.pk).update(is_active=False)
    else:
        Membership.objects.filter(user=recruiter).delete()
    sweep(LATE)
    [mail] = nudges()
    assert mail.state == State.SENT
    assert "Reply-To" not in mail.headers
    for text in (mail.text, mail.html):
        assert "Rosa Recruiter" not in text
        assert "An answer to this mail" not in text


def test_held_digest_is_no_reason_for_silence(slate: Slate, manager: User, recruiter: User) -> None:
    """It is put off from hour to hour, for up to two weeks, and tells nothing meanwhile."""
    client = slate.requisition.client
    DigestHold.place(
        "Wait", manager=manager, client=client, period="2026-W11", by=recruiter, now=NOW
    )
    digest = ledger.new_row(
        DIGEST, recipient_id=manager.pk, client_id=client.pk, period="2026-W11",
        scheduled_at=at("09T08:00"), now=at("09T00:00"),
    )  # fmt: skip
    digest.due_at = digest.next_attempt_at = LATE + timedelta(minutes=30)
    digest.save()
    assert nudges_after(LATE)


def test_recruiter_finds_the_nudge_in_the_archive(
    slate: Slate, recruiter: User, other_recruiter: User, sign_in: SignIn
) -> None:
    sweep(LATE)
    said = "3 resumes of slate 1, was due today 10:00"
    assert said in sign_in(recruiter).get("/digests/").text
    assert said not in sign_in(other_recruiter).get("/digests/").text


# --- what it costs -------------------------------------------------------------------------


def test_costs_the_same_for_one_and_for_many(slate: Slate, acme: Client, recruiter: User) -> None:
    def add(number: int) -> None:
        for _ in range(number):
            user = make_user(clients=[acme])
            make_slate(make_requisition(acme, recruiter=recruiter, manager=user))

    def costs(now: datetime) -> tuple[int, int]:
        written = counted(lambda: materialise(now))
        due = list(Mail.objects.due(now).kind(NUDGE).values_list("pk", flat=True))
        claimed = delivery.claim(due, now)
        return written, counted(lambda: delivery._write(
            delivery._drop_unwanted(claimed, now, Counter()), now, Counter()
        ))  # fmt: skip

    add(1)
    few = costs(LATE)
    Mail.objects.all().delete()
    add(6)
    assert costs(LATE) == few == (8, 11)


def test_many_are_looked_at_in_shares_each_once(
    slate: Slate, acme: Client, recruiter: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("status_updates.nudges.SHARE", 2)
    for _ in range(5):
        make_slate(make_requisition(acme, recruiter=recruiter, manager=make_user(clients=[acme])))
    written = [materialise(LATE + timedelta(minutes=minute)) for minute in range(6)]
    assert (sum(written[:3]), written[3:]) == (6, [0, 0, 0])


def test_nothing_waits_costs_one_statement(requisition: Requisition) -> None:
    assert counted(lambda: materialise(timezone.now())) == 1
