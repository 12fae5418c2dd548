"""Invitations as calendars take them in: read back out of the messages that were sent."""

import uuid
from datetime import timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest
from django.core.mail import EmailMessage

from intake import calendars
from intake.agenda import Part
from intake.calendars import Invite, Party
from intake.models import AgendaTemplate, Brief, Intake, Meeting, Wanted
from recruiting.accounts.models import Client, User, WorkingCard
from recruiting.mailing import delivery, messages
from recruiting.mailing.models import Mail, State
from requisitions.models import Requisition
from tests.calendars import bytes_of, invitations, parsed, read
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

KEY = UUID("00000000-0000-4000-8000-000000000001")
WANTED = Wanted(NOW + timedelta(days=1), 45, "https://meet.example/room?a=1,2;3")


@pytest.fixture
def meeting(requisition: Requisition, recruiter: User) -> Meeting:
    return Meeting.schedule(requisition, WANTED, pk=KEY, by=recruiter, now=NOW)


@pytest.fixture
def outgoing(mailoutbox: list[EmailMessage]) -> list[EmailMessage]:
    return mailoutbox


def deliver(**only: object) -> None:
    ids = list(Mail.objects.filter(state=State.PENDING, **only).values_list("pk", flat=True))
    delivery.deliver(ids, now=NOW)


def to(outgoing: list[EmailMessage], address: str) -> EmailMessage:
    return next(message for message in outgoing if message.to == [address])


def test_invitation_is_one_that_calendars_take_in(
    meeting: Meeting, outgoing: list[EmailMessage]
) -> None:
    deliver()
    invitation = invitations(to(outgoing, "manager@acme.example"))[0]
    around = {line.name: line.value for line in invitation.calendar}
    assert around == {
        "VERSION": "2.0", "PRODID": calendars.PRODUCT, "CALSCALE": "GREGORIAN",
        "METHOD": "REQUEST",
    }  # fmt: skip
    assert invitation.uid == f"{KEY}@127.0.0.1"
    assert invitation.sequence == 0
    assert invitation.status == "CONFIRMED"
    assert [invitation.instant(name) for name in ("DTSTAMP", "DTSTART", "DTEND")] == [
        NOW, WANTED.begins_at, WANTED.begins_at + timedelta(minutes=45),
    ]  # fmt: skip
    assert invitation.text("SUMMARY") == "Intake: Data Engineer"
    assert invitation.text("LOCATION") == WANTED.place
    organizer = invitation.one("ORGANIZER")
    assert (organizer.value, organizer.parameters) == (
        "mailto:recruiter@acme.example", {"CN": "Rosa Recruiter"},
    )  # fmt: skip
    assert invitation.attendees == {
        "manager@acme.example": {
            "CN": "Max Manager", "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE",
        },
        "recruiter@acme.example": {
            "CN": "Rosa Recruiter", "CUTYPE": "INDIVIDUAL", "ROLE": "CHAIR",
            "PARTSTAT": "ACCEPTED",
        },
    }  # fmt: skip


def test_message_holds_it_beside_the_text_and_as_a_file(
    meeting: Meeting, outgoing: list[EmailMessage]
) -> None:
    deliver()
    message = parsed(to(outgoing, "manager@acme.example"))
    several = [part.get_content_type() for part in message.walk() if part.is_multipart()]
    assert several == ["multipart/mixed", "multipart/alternative"]
    parts = [part for part in message.walk() if not part.is_multipart()]
    kinds = [part.get_content_type() for part in parts]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics"]
    calendar, file = parts[2:]
    named = dict(calendar.get_params() or [])
    assert (named["method"], named["charset"].lower()) == ("REQUEST", "utf-8")
    assert file.get_filename() == "invite.ics"
    assert bytes_of(file) == bytes_of(calendar)
    assert message["Reply-To"] == "recruiter@acme.example"


def test_organizer_gets_the_same_for_the_own_calendar(
    meeting: Meeting, outgoing: list[EmailMessage]
) -> None:
    deliver()
    theirs, own = (
        invitations(to(outgoing, f"{who}@acme.example"))[0] for who in ("manager", "recruiter")
    )
    assert own == theirs
    assert "your copy" in str(to(outgoing, "recruiter@acme.example").body)


def test_retried_mail_is_the_same_to_the_byte(
    meeting: Meeting, requisition: Requisition, lead: User
) -> None:
    mail = Mail.objects.get(recipient__email="manager@acme.example")
    deliver(pk=mail.pk)
    mail.refresh_from_db()
    before = messages.build(mail).message().as_bytes()
    requisition.edit({"title": "Another title"}, version=1, by=lead, now=NOW)
    Mail.objects.filter(pk=mail.pk).update(state=State.PENDING, finished_at=None)
    deliver(pk=mail.pk)
    mail.refresh_from_db()
    assert messages.build(mail).message().as_bytes() == before
    assert b"Another title" not in before


def test_mail_without_a_calendar_is_built_as_before() -> None:
    mail = Mail(subject="S", text="T", html="<p>T</p>", address="a@b.example",
                headers={"From": "s@b.example", "Message-ID": "<1@b.example>"})  # fmt: skip
    message = messages.build(mail).message()
    assert message.get_content_type() == "multipart/alternative"
    assert message.get_boundary() == f"=_{sha256(b'<1@b.example>').hexdigest()[:40]}"


def test_calendar_names_the_page_and_no_link_of_one_person(
    meeting: Meeting, requisition: Requisition, recruiter: User, outgoing: list[EmailMessage]
) -> None:
    """Whoever reads the calendar, a deputy or a wall, gets nobody's own link."""
    deliver()
    invitation = invitations(to(outgoing, "manager@acme.example"))[0]
    said = invitation.text("DESCRIPTION")
    assert "- Why this job, why now (5 min)\n" in said
    assert f"/requisitions/{requisition.pk}/\n" in f"{said}\n"
    assert "/mail/" not in said


def test_link_leads_to_the_room_once_there_is_one(
    requisition: Requisition, recruiter: User, outgoing: list[EmailMessage]
) -> None:
    Intake.prepare(requisition, by=recruiter, now=NOW)
    Meeting.schedule(requisition, WANTED, pk=KEY, by=recruiter, now=NOW)
    deliver()
    invitation = invitations(to(outgoing, "manager@acme.example"))[0]
    assert invitation.one("URL").value.endswith(f"/requisitions/{requisition.pk}/intake/")


def test_agenda_is_the_one_of_the_client(
    requisition: Requisition, acme: Client, lead: User, outgoing: list[EmailMessage]
) -> None:
    AgendaTemplate.keep(acme, (Part("why", "All of it", 20),), by=lead, now=NOW)
    Meeting.schedule(requisition, WANTED, pk=KEY, by=lead, now=NOW)
    deliver()
    body = str(to(outgoing, "manager@acme.example").body)
    assert "20 minutes:\n- All of it (20 min)\n" in body


def test_times_are_those_of_each_reader(
    requisition: Requisition, recruiter: User, manager: User, outgoing: list[EmailMessage]
) -> None:
    WorkingCard.objects.filter(user=manager).update(zone="Pacific/Kiritimati")
    WorkingCard.objects.filter(user=recruiter).update(zone="Pacific/Niue")
    Meeting.schedule(requisition, WANTED, pk=KEY, by=recruiter, now=NOW)
    deliver()
    theirs, own = (to(outgoing, f"{who}@acme.example") for who in ("manager", "recruiter"))
    assert "Fri 13 Mar, 00:00 in Kiritimati, 45 minutes" in str(theirs.body)
    assert "Wed 11 Mar, 23:00 in Niue, 45 minutes" in str(own.body)


def test_move_says_when_it_was_to_be(
    meeting: Meeting, recruiter: User, outgoing: list[EmailMessage]
) -> None:
    deliver()
    outgoing.clear()
    later = Wanted(WANTED.begins_at + timedelta(hours=2), 45, WANTED.place)
    meeting.move(later, sequence=0, by=recruiter, now=NOW)
    deliver()
    message = to(outgoing, "manager@acme.example")
    assert message.subject == "Moved to Thu 12 Mar, 12:00: intake of Data Engineer"
    assert "It was to be on Thu 12 Mar, 10:00" in str(message.body)


def test_only_the_guest_gets_the_questions(meeting: Meeting, outgoing: list[EmailMessage]) -> None:
    deliver()
    bodies = [str(to(outgoing, f"{who}@acme.example").body) for who in ("manager", "recruiter")]
    assert [f"/mail/pre-read/{KEY}/open/" in body for body in bodies] == [True, False]


def test_nothing_is_asked_before_a_meeting_about_a_signed_brief(
    meeting: Meeting, requisition: Requisition, recruiter: User, outgoing: list[EmailMessage]
) -> None:
    Brief.objects.create(requisition=requisition, number=1, document={}, digest="x", by=recruiter,
                         at=NOW, signed_at=NOW)  # fmt: skip
    deliver()
    assert "/mail/pre-read/" not in str(to(outgoing, "manager@acme.example").body)


@pytest.mark.parametrize("name", ['Ro"sa; X=1', "a" * 200, "Ünï, cödé: ^n", "日本語" * 30])
def test_names_and_titles_stay_inside_their_fields(name: str) -> None:
    invite = Invite("u@b.example", 2, NOW, 30, f"{name};,\\", Party(name, "o@b.example"),
                    Party(name, "g@b.example"))  # fmt: skip
    ics = calendars.request(
        invite, summary=name, description=f"{name}\nBEGIN:VEVENT", url="https://x.example", now=NOW
    )
    found = read(ics.encode())
    assert found.text("SUMMARY") == name
    assert found.text("DESCRIPTION") == f"{name}\nBEGIN:VEVENT"
    assert found.text("LOCATION") == f"{name};,\\"
    plain = name.replace('"', "'").replace("^", "")
    assert found.one("ORGANIZER").parameters == {"CN": plain}
    assert found.attendees.keys() == {"o@b.example", "g@b.example"}


def test_time_of_a_fixed_offset_is_told_in_utc() -> None:
    """Else it would name a zone that stands nowhere in the file."""
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    invite = Invite("u", 0, there, 30, "", Party("O", "o@b.example"), Party("G", "g@b.example"))
    text = calendars.request(invite, summary="Talk", description="", url="", now=there)
    assert f"DTSTART:{NOW:%Y%m%dT%H%M%SZ}" in text
    assert "TZID" not in text


def test_invite_is_the_same_after_being_kept() -> None:
    invite = Invite("u", 2, NOW, 30, "", Party("O", "o@b.example"), Party("G", "g@b.example"))
    assert Invite.from_json(invite.as_json()) == invite


def test_cancellation_for_one_names_that_one_alone() -> None:
    invite = Invite("u", 2, NOW, 30, "", Party("O", "o@b.example"), Party("G", "g@b.example"))
    found = read(calendars.cancellation(invite, summary="S", why="Ill", now=NOW).encode())
    assert (found.method, found.status, found.sequence) == ("CANCEL", "CANCELLED", 2)
    assert list(found.attendees) == ["g@b.example"]


def test_mail_of_another_meeting_does_not_count(
    requisition: Requisition, other_requisition: Requisition, recruiter: User,
    other_recruiter: User, outgoing: list[EmailMessage],
) -> None:  # fmt: skip
    """A batch holds mails of many meetings; each is told of its own."""
    Meeting.schedule(requisition, WANTED, pk=KEY, by=recruiter, now=NOW)
    Meeting.schedule(other_requisition, WANTED, pk=uuid.UUID(int=5), by=other_recruiter, now=NOW)
    deliver()
    theirs = invitations(to(outgoing, "manager@globex.example"))[0]
    assert theirs.text("SUMMARY") == "Intake: Secret Agent"
    assert invitations(to(outgoing, "manager@acme.example"))[0].uid == f"{KEY}@127.0.0.1"
