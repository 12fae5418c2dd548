"""What the intake room shows, and what of it is news to whom."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from intake.models import Action, Answer, Editing, Intake, LoadedWording, Requirement
from intake.news import News, Presence, State, news_of
from intake.room import room_of
from recruiting.accounts.models import Client, User
from requisitions.models import Requisition, Status
from tests.factories import NOW, make_requisition


@pytest.fixture
def intake(acme: Client, recruiter: User, manager: User) -> Intake:
    job = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    return Intake.prepare(job, by=recruiter, now=NOW)


def require(intake: Intake, text: str, kind: str, by: User) -> Requirement:
    return Requirement.add(intake, {"text": text, "kind": kind}, by=by, now=NOW, pk=uuid.uuid4())


def news(intake: Intake, since: int, reader: User, *, now: datetime = NOW) -> News:
    return news_of(State.seen_by(reader, intake.pk), since, reader, now=now)


def fresh(intake: Intake) -> Intake:
    return Intake.objects.select_related("requisition__client").get(pk=intake.pk)


def test_room_shows_each_part_with_its_questions_and_answers(
    intake: Intake, recruiter: User
) -> None:
    Answer.write(intake, "success-90", "The first report runs.", seen="", by=recruiter, now=NOW)
    room = room_of(fresh(intake), [], now=NOW)
    part = next(one for one in room.parts if one.part.key == "success")
    assert (part.begins, part.ends) == (12, 16)
    assert [(one.question.key, one.text) for one in part.groups[0].fields] == [
        ("success-90", "The first report runs."),
        ("success-year", ""),
    ]


def test_room_sorts_requirements_into_columns_with_hints(intake: Intake, recruiter: User) -> None:
    for text, kind in (("Rockstar", ""), ("Kafka", "dealbreaker"), ("Cobol", "not needed")):
        require(intake, text, kind, recruiter)
    room = room_of(fresh(intake), LoadedWording.known(), now=NOW)
    columns = [
        (column.name, [(row.requirement.text, len(row.hints)) for row in column.rows])
        for column in room.columns
    ]
    assert columns == [
        ("Not sorted yet", [("Rockstar", 1)]),
        ("Dealbreakers", [("Kafka", 0)]),
        ("Nice to have", []),
        ("Not needed", [("Cobol", 0)]),
    ]
    assert [one.text for one in room.warnings] == ["How is “Kafka” tested, and by whom?"]
    assert "Sort every requirement, or remove it." in [one.text for one in room.missing]


def test_clock_of_the_room_runs_from_the_beginning(intake: Intake, recruiter: User) -> None:
    assert room_of(fresh(intake), [], now=NOW).now is None
    intake.begin(by=recruiter, now=NOW)
    later = room_of(fresh(intake), [], now=NOW + timedelta(minutes=13)).now
    assert later is not None
    assert (later.part.key, later.left) == ("success", 17)


def test_reader_gets_what_came_since_and_nothing_else(
    intake: Intake, recruiter: User, manager: User
) -> None:
    kafka = require(intake, "Kafka", "dealbreaker", recruiter)
    seen = news(intake, 0, manager).revision
    assert news(intake, seen, manager).changed == []
    Answer.write(intake, "pay", "60", seen="", by=recruiter, now=NOW)
    kafka.remove(by=recruiter, now=NOW)
    Action.add(intake, {"text": "Ask"}, by=recruiter, now=NOW, pk=uuid.uuid4())
    told = news(intake, seen, manager)
    assert [(one.kind, one.removed) for one in told.changed] == [
        ("answer", False),
        ("requirement", True),
        ("action", False),
    ]
    assert told.changed[0].piece == "answer-pay"
    assert told.changed[0].values == {"text": "60"}


def test_others_are_seen_writing_for_a_few_seconds(
    intake: Intake, recruiter: User, manager: User
) -> None:
    Editing.say(intake, "answer-pay:text", by=recruiter, now=NOW)
    rosa = Presence("Rosa Recruiter", "recruiter", "answer-pay:text")
    assert news(intake, 0, manager).editing == [rosa]
    assert news(intake, 0, recruiter).here == []
    assert news(intake, 0, manager, now=NOW + timedelta(seconds=15)).editing == []
    Editing.say(intake, "", by=recruiter, now=NOW)
    assert news(intake, 0, manager).here == [Presence("Rosa Recruiter", "recruiter")]
    assert news(intake, 0, manager, now=NOW + timedelta(seconds=45)).here == []


def test_statements_do_not_grow(intake: Intake, recruiter: User, manager: User) -> None:
    def costs() -> tuple[int, int, int]:
        found = []
        current = fresh(intake)
        for ask in (
            lambda: room_of(current, [], now=NOW),
            lambda: news(intake, 0, manager),
            lambda: news(intake, current.revision, manager),
        ):
            with CaptureQueriesContext(connection) as statements:
                ask()
            found.append(len(statements))
        return found[0], found[1], found[2]

    require(intake, "Kafka", "nice", recruiter)
    few = costs()
    for number in range(50):
        require(intake, f"Skill {number}", "nice", recruiter)
        Action.add(intake, {"text": f"Ask {number}"}, by=recruiter, now=NOW, pk=uuid.uuid4())
    assert costs() == few == (8, 6, 2)


def test_requisition_without_intake_has_none(requisition: Requisition) -> None:
    assert not Intake.objects.filter(requisition=requisition).exists()
