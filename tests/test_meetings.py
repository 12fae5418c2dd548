"""Intake meetings: one stands at a time, and calendars are told each change of it once."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction

from intake.meeting_mail import catch_up
from intake.models import Meeting, StaleMeeting, Wanted
from intake.models.meetings import CANCELLATION, INVITATION
from intake.writing import ask_in_writing
from recruiting.accounts.models import Client, Notification, User
from recruiting.audit.models import Event
from recruiting.mailing import delivery, sweeper
from recruiting.mailing.models import Mail, State
from requisitions.models import Requisition
from tests.calendars import Invitation, invitations
from tests.factories import NOW, make_requisition, make_user
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

KEY = UUID("00000000-0000-4000-8000-000000000001")
THURSDAY = Wanted(NOW + timedelta(days=1), 30, "Room 4")
FRIDAY = Wanted(NOW + timedelta(days=2), 30, "Room 4")
LATER = NOW + timedelta(minutes=5)


def schedule(
    requisition: Requisition,
    by: User,
    wanted: Wanted = THURSDAY,
    pk: UUID = KEY,
    now: datetime = NOW,
) -> Meeting:
    return Meeting.schedule(requisition, wanted, pk=pk, by=by, now=now)


@pytest.fixture
def outgoing(mailoutbox: list[EmailMessage]) -> list[EmailMessage]:
    return mailoutbox


def send(now: datetime = NOW) -> None:
    for batch in sweeper.sweep(now):
        delivery.deliver(batch, now=now)


def sent(outgoing: Sequence[EmailMessage]) -> dict[str, Invitation]:
    """What went out since it was asked last, by address."""
    found = {message.to[0]: invitations(message)[0] for message in outgoing}
    assert len(found) == len(outgoing), "one each"
    outgoing.clear()  # type: ignore[attr-defined]
    return found


# --- one at a time -------------------------------------------------------------------------


def test_meeting_is_scheduled_recorded_and_told(
    requisition: Requisition, lead: User, recruiter: User
) -> None:
    meeting = schedule(requisition, lead)
    assert (meeting.wanted, meeting.sequence) == (THURSDAY, 0)
    assert (meeting.organizer, meeting.guest) == (recruiter, requisition.manager)
    event = Event.objects.about(requisition).latest("at")
    assert (event.action, event.actor) == ("scheduled the intake meeting", lead)
    told = Notification.objects.get(recipient=recruiter)
    assert told.sentence == "Lea Lead scheduled the intake meeting of Data Engineer"


def test_one_form_sent_ten_times_schedules_once(requisition: Requisition, recruiter: User) -> None:
    assert {schedule(requisition, recruiter).pk for _ in range(10)} == {KEY}
    assert Meeting.objects.count() == 1
    assert Mail.objects.count() == 2


def test_key_of_another_requisition_is_nobodys(
    requisition: Requisition, other_requisition: Requisition, recruiter: User, other_recruiter: User
) -> None:
    schedule(other_requisition, other_recruiter)
    with pytest.raises(Meeting.DoesNotExist):
        schedule(requisition, recruiter)


def test_second_meeting_is_told_of_the_one_that_stands(
    requisition: Requisition, recruiter: User, lead: User
) -> None:
    first = schedule(requisition, recruiter)
    with pytest.raises(StaleMeeting) as stale:
        schedule(requisition, lead, FRIDAY, uuid.UUID(int=2))
    assert stale.value.current == first
    assert Meeting.objects.count() == 1


def test_database_holds_one_standing_meeting(requisition: Requisition, recruiter: User) -> None:
    meeting = schedule(requisition, recruiter)
    meeting.pk, meeting.uid = uuid.UUID(int=3), "another"
    with (
        pytest.raises(IntegrityError, match=r"meeting_one_standing|requisition_id"),
        transaction.atomic(),
    ):
        meeting.save(force_insert=True)


def test_meeting_that_is_over_makes_room_for_the_next(
    requisition: Requisition, recruiter: User
) -> None:
    first = schedule(requisition, recruiter)
    during = THURSDAY.begins_at + timedelta(minutes=29)
    with pytest.raises(StaleMeeting):
        schedule(requisition, recruiter, FRIDAY, uuid.UUID(int=2), now=during)
    after = THURSDAY.begins_at + timedelta(minutes=30)
    second = schedule(requisition, recruiter, FRIDAY, uuid.UUID(int=2), now=after)
    first.refresh_from_db()
    assert (first.is_standing, second.is_standing) == (False, True)
    assert second.uid != first.uid


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(NOW, 30), "over"),
        (Wanted(NOW - timedelta(days=1), 30), "over"),
        (Wanted(NOW + timedelta(days=367), 30), "within a year"),
        (Wanted(FRIDAY.begins_at, 9), "10"),
        (Wanted(FRIDAY.begins_at, 181), "180"),
        (Wanted(FRIDAY.begins_at, 30, "Room\r\nATTENDEE:x"), "control character"),
        (Wanted(FRIDAY.begins_at, 30, "x" * 201), "200"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    wanted: Wanted, words: str, requisition: Requisition, recruiter: User
) -> None:
    with pytest.raises(ValidationError, match=words):
        schedule(requisition, recruiter, wanted)
    assert not Meeting.objects.exists()
    assert not Mail.objects.exists()


def test_nobody_is_asked_about_a_closed_requisition_or_without_a_manager(
    requisition: Requisition, recruiter: User, acme: Client
) -> None:
    requisition.cancel(by=recruiter, now=NOW, reason="No budget.")
    with pytest.raises(ValidationError, match="closed"):
        schedule(requisition, recruiter)
    draft = make_requisition(acme, recruiter=recruiter, manager=None, status="draft")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="hiring manager"):
        schedule(draft, recruiter)


def test_watchers_and_managers_see_it_and_others_do_not(
    requisition: Requisition, recruiter: User, watcher: User, other_manager: User
) -> None:
    schedule(requisition, recruiter)
    seen = [Meeting.objects.visible_to(one).count() for one in (watcher, other_manager)]
    assert seen == [1, 0]


# --- moving and calling off ----------------------------------------------------------------


def test_move_raises_the_sequence_and_keeps_the_uid(
    requisition: Requisition, recruiter: User, outgoing: list[EmailMessage]
) -> None:
    meeting = schedule(requisition, recruiter)
    send()
    first = sent(outgoing)["manager@acme.example"]
    meeting.move(FRIDAY, sequence=0, by=recruiter, now=LATER)
    send(LATER)
    moved = sent(outgoing)["manager@acme.example"]
    assert (first.method, first.sequence) == ("REQUEST", 0)
    assert (moved.method, moved.sequence) == ("REQUEST", 1)
    assert moved.uid == first.uid == meeting.uid
    assert moved.begins_at == FRIDAY.begins_at


def test_two_moves_at_once_leave_the_first(
    requisition: Requisition, recruiter: User, lead: User
) -> None:
    schedule(requisition, recruiter)
    mine, theirs = Meeting.objects.get(), Meeting.objects.get()
    theirs.move(FRIDAY, sequence=0, by=lead, now=NOW)
    with pytest.raises(StaleMeeting) as stale:
        mine.move(Wanted(FRIDAY.begins_at, 45), sequence=0, by=recruiter, now=NOW)
    assert stale.value.current.changed_by == lead
    assert Meeting.objects.get().wanted == FRIDAY


def test_move_sent_ten_times_moves_once(requisition: Requisition, recruiter: User) -> None:
    meeting = schedule(requisition, recruiter)
    for _ in range(10):
        Meeting.objects.get().move(FRIDAY, sequence=0, by=recruiter, now=NOW)
    meeting.refresh_from_db()
    assert meeting.sequence == 1
    assert Mail.objects.kind(INVITATION).count() == 4


def test_calling_off_takes_it_from_both_calendars(
    requisition: Requisition, recruiter: User, outgoing: list[EmailMessage]
) -> None:
    meeting = schedule(requisition, recruiter)
    send()
    sent(outgoing)
    meeting.cancel(sequence=0, by=recruiter, now=LATER, reason="Max is ill.")
    for _ in range(2):
        Meeting.objects.get().cancel(sequence=0, by=recruiter, now=LATER)
    send(LATER)
    off = sent(outgoing)
    assert off.keys() == {"manager@acme.example", "recruiter@acme.example"}
    told = off["manager@acme.example"]
    assert (told.method, told.status, told.sequence) == ("CANCEL", "CANCELLED", 1)
    assert (told.uid, told.begins_at) == (meeting.uid, THURSDAY.begins_at)


def test_called_off_or_over_is_not_moved(requisition: Requisition, recruiter: User) -> None:
    meeting = schedule(requisition, recruiter)
    after = THURSDAY.begins_at + timedelta(hours=1)
    late = Wanted(after + timedelta(days=1), 30)
    with pytest.raises(StaleMeeting):
        meeting.move(late, sequence=0, by=recruiter, now=after)
    with pytest.raises(StaleMeeting):
        meeting.cancel(sequence=0, by=recruiter, now=after)
    meeting.cancel(sequence=0, by=recruiter, now=NOW)
    with pytest.raises(StaleMeeting):
        meeting.move(FRIDAY, sequence=1, by=recruiter, now=NOW)


def test_after_calling_off_another_one_can_be_scheduled(
    requisition: Requisition, recruiter: User
) -> None:
    schedule(requisition, recruiter).cancel(sequence=0, by=recruiter, now=NOW)
    again = schedule(requisition, recruiter, FRIDAY, uuid.UUID(int=2))
    assert again.uid != Meeting.objects.get(pk=KEY).uid


# --- mail that was overtaken ---------------------------------------------------------------


def reasons() -> list[tuple[str, str, str]]:
    rows = Mail.objects.filter(recipient__email="manager@acme.example").order_by(
        "created_at", "key"
    )
    return [(mail.kind, mail.state, mail.reason) for mail in rows]


def test_invitation_that_was_overtaken_does_not_go_out(
    requisition: Requisition, recruiter: User, outgoing: list[EmailMessage]
) -> None:
    schedule(requisition, recruiter).move(FRIDAY, sequence=0, by=recruiter, now=LATER)
    send(LATER)
    assert sent(outgoing)["manager@acme.example"].begins_at == FRIDAY.begins_at
    assert reasons() == [
        (INVITATION, State.SKIPPED, "The meeting was changed before the mail went out."),
        (INVITATION, State.SENT, ""),
    ]


def test_nobody_hears_that_something_is_off_of_which_he_never_heard(
    requisition: Requisition, recruiter: User, outgoing: list[EmailMessage]
) -> None:
    schedule(requisition, recruiter).cancel(sequence=0, by=recruiter, now=LATER)
    send(LATER)
    send(LATER + timedelta(minutes=1))
    assert outgoing == []
    assert reasons() == [
        (INVITATION, State.SKIPPED, "The meeting was cancelled before the mail went out."),
        (CANCELLATION, State.SKIPPED, "The invitation had not gone out."),
    ]


def test_invitation_that_may_have_arrived_is_called_off(
    requisition: Requisition, recruiter: User
) -> None:
    meeting = schedule(requisition, recruiter)
    Mail.objects.update(state=State.AMBIGUOUS, rendered_at=NOW)
    meeting.cancel(sequence=0, by=recruiter, now=LATER)
    send(LATER)
    assert set(Mail.objects.kind(CANCELLATION).values_list("state", flat=True)) == {State.SENT}


def test_invitation_is_of_no_use_after_the_meeting(
    requisition: Requisition, recruiter: User, outgoing: list[EmailMessage]
) -> None:
    schedule(requisition, recruiter)
    send(THURSDAY.begins_at + timedelta(minutes=30))
    assert outgoing == []
    assert reasons() == [(INVITATION, State.SKIPPED, "It came too late to be of use.")]


# --- others than those who were asked ------------------------------------------------------


def test_new_manager_is_asked_and_the_former_one_is_let_go(
    requisition: Requisition, recruiter: User, acme: Client, outgoing: list[EmailMessage]
) -> None:
    meeting = schedule(requisition, recruiter)
    send()
    sent(outgoing)
    nora = make_user("nora@acme.example", clients=[acme], name="Nora New")
    requisition.edit({"manager": nora}, version=1, by=recruiter, now=LATER)
    send(LATER)
    told = sent(outgoing)
    assert {who: (one.method, one.sequence) for who, one in told.items()} == {
        "manager@acme.example": ("CANCEL", 1),
        "nora@acme.example": ("REQUEST", 1),
        "recruiter@acme.example": ("REQUEST", 1),
    }
    assert {one.uid for one in told.values()} == {meeting.uid}
    assert told["manager@acme.example"].guests == ["manager@acme.example"]
    send(LATER + timedelta(minutes=1))
    assert outgoing == [], "it is told once"


def test_new_recruiter_becomes_the_organizer(
    requisition: Requisition, recruiter: User, lead: User, outgoing: list[EmailMessage]
) -> None:
    schedule(requisition, recruiter)
    send()
    sent(outgoing)
    requisition.edit({"recruiter": lead}, version=1, by=lead, now=LATER)
    send(LATER)
    told = sent(outgoing)
    assert {who: (one.method, one.organizer) for who, one in told.items()} == {
        "recruiter@acme.example": ("CANCEL", "recruiter@acme.example"),
        "lead@acme.example": ("REQUEST", "lead@acme.example"),
        "manager@acme.example": ("REQUEST", "lead@acme.example"),
    }


def test_manager_who_is_asked_again_is_not_told_that_it_is_off(
    requisition: Requisition, recruiter: User, acme: Client, outgoing: list[EmailMessage]
) -> None:
    schedule(requisition, recruiter)
    send()
    sent(outgoing)
    manager = requisition.manager
    nora = make_user("nora@acme.example", clients=[acme], name="Nora New")
    requisition.edit({"manager": nora}, version=1, by=recruiter, now=LATER)
    catch_up(LATER)
    requisition.edit({"manager": manager}, version=2, by=recruiter, now=LATER)
    send(LATER)
    send(LATER + timedelta(minutes=1))
    told = sent(outgoing)
    assert {who: (one.method, one.sequence) for who, one in told.items()} == {
        "manager@acme.example": ("REQUEST", 2),
        "recruiter@acme.example": ("REQUEST", 2),
    }


def test_changed_address_gets_the_invitation_and_the_former_one_nothing(
    requisition: Requisition, recruiter: User, lead: User, outgoing: list[EmailMessage]
) -> None:
    meeting = schedule(requisition, recruiter)
    send()
    sent(outgoing)
    manager = meeting.guest
    manager.put_right("Max Manager", "max@new.example", version=1, by=lead, now=LATER)
    Mail.objects.exclude(kind__startswith="intake").delete()
    send(LATER)
    told = sent(outgoing)
    assert told.keys() == {"max@new.example", "recruiter@acme.example"}
    assert told["max@new.example"].guests == ["max@new.example"]
    assert (told["max@new.example"].uid, told["max@new.example"].sequence) == (meeting.uid, 1)


def test_closed_requisition_calls_its_meeting_off(
    requisition: Requisition, recruiter: User, outgoing: list[EmailMessage]
) -> None:
    schedule(requisition, recruiter)
    send()
    sent(outgoing)
    requisition.cancel(by=recruiter, now=LATER, reason="No budget.")
    send(LATER)
    assert {one.method for one in sent(outgoing).values()} == {"CANCEL"}
    meeting = Meeting.objects.get()
    assert (meeting.changed_by, meeting.reason) == (None, "The requisition is cancelled.")


def test_invitation_is_not_sent_to_who_left_the_client(
    requisition: Requisition, recruiter: User, manager: User, lead: User, acme: Client,
    outgoing: list[EmailMessage],
) -> None:  # fmt: skip
    schedule(requisition, recruiter)
    manager.leave(acme, by=lead, now=NOW)
    send()
    assert sent(outgoing).keys() == {"recruiter@acme.example"}
    reason = Mail.objects.kind(INVITATION).get(recipient=manager).reason
    assert reason == "The person is no longer of the client."


@pytest.mark.parametrize("has_left", [True, False])
def test_nobody_meets_a_manager_who_is_gone(
    requisition: Requisition, recruiter: User, manager: User, lead: User, acme: Client,
    has_left: bool,
) -> None:  # fmt: skip
    if has_left:
        manager.leave(acme, by=lead, now=NOW)
    else:
        manager.deactivate(by=lead, now=NOW)
    with pytest.raises(ValidationError, match="Max Manager is no longer of Acme"):
        schedule(requisition, recruiter)
    with pytest.raises(ValidationError, match="Max Manager is no longer of Acme"):
        ask_in_writing(requisition, key=KEY, by=recruiter, now=NOW)
    assert not Mail.objects.filter(kind__startswith="intake").exists()


def test_nobody_is_asked_to_meet_a_recruiter_who_is_gone(
    requisition: Requisition, recruiter: User, lead: User
) -> None:
    recruiter.deactivate(by=lead, now=NOW)
    with pytest.raises(ValidationError, match=r"Rosa Recruiter has left"):
        schedule(requisition, lead)


def test_looking_for_meetings_out_of_step_is_one_statement(
    requisition: Requisition, recruiter: User, acme: Client
) -> None:
    schedule(requisition, recruiter)
    assert counted(lambda: catch_up(NOW)) == 1
    for number in range(5):
        job = make_requisition(acme, recruiter=recruiter, manager=requisition.manager)
        schedule(job, recruiter, pk=uuid.UUID(int=100 + number))
    assert counted(lambda: catch_up(NOW)) == 1


def test_statements_of_a_batch_of_invitations_do_not_grow(
    requisition: Requisition, recruiter: User, acme: Client, outgoing: list[EmailMessage]
) -> None:
    schedule(requisition, recruiter)
    ids = list(Mail.objects.values_list("pk", flat=True))
    few = counted(lambda: delivery.deliver(ids, now=NOW))
    for number in range(6):
        job = make_requisition(acme, recruiter=recruiter, manager=requisition.manager)
        schedule(job, recruiter, pk=uuid.UUID(int=100 + number))
    more = list(Mail.objects.filter(state=State.PENDING).values_list("pk", flat=True))
    # Of each mail it is noted that it goes and, before a pause, that it has gone.
    assert counted(lambda: delivery.deliver(more, now=NOW)) - few <= 2 * (len(more) - len(ids))
    assert len(outgoing) == 14
