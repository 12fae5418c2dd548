"""Who is told of what, once, and who is not."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from recruiting.accounts import mail_trouble
from recruiting.accounts.models import Client, Membership, Notification, Role, User
from recruiting.mailing import ledger
from recruiting.mailing.models import Mail, State, Suspension
from requisitions.models import BulkAction, Requisition, Stage, Status
from requisitions.models.bulk import Order, Shown
from status_updates.models import Note
from tests.factories import (
    make_checkpoint,
    make_note,
    make_requisition,
    make_touchpoint,
    make_user,
)
from tests.fixtures.world import LONG_NAME
from tests.importing import POSTINGS, finished, start
from tests.queries import counted

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def told() -> list[tuple[str, str, str]]:
    """Who was told of which kind in which words, oldest first and by name."""
    rows = Notification.objects.with_what_it_names().select_related("recipient")
    return [
        (str(one.recipient), one.kind, one.sentence)
        for one in rows.order_by("at", "recipient__name")
    ]


@pytest.fixture
def colleague(acme: Client) -> User:
    return make_user(
        "colleague@acme.example", role=Role.RECRUITER, clients=[acme], name="Cora Colleague"
    )


@pytest.fixture
def scene(
    requisition: Requisition, recruiter: User, manager: User, colleague: User, lead: User,
    watcher: User, now: datetime,
) -> Any:  # fmt: skip
    """Everybody whom a deed may be done by or told to."""
    return SimpleNamespace(**locals())


def ask(scene: Any, by: User, text: str = "Is Ada still in?") -> Note:
    return make_note(scene.requisition, text, by=by, kind=Note.Kind.QUESTION)


def answer_as(scene: Any, question: Note, by: User) -> None:
    question.answer("She is.", by=by, now=scene.now + MINUTE, key=uuid.uuid4())


def hand_over(scene: Any, to: User, by: User) -> None:
    row = Requisition.objects.get(pk=scene.requisition.pk)
    row.edit({"recruiter": to}, version=row.version, by=by, now=scene.now)


DEEDS: list[tuple[Callable[[Any], object], list[tuple[str, str, str]]]] = [
    (
        lambda s: ask(s, s.manager),
        [("Rosa Recruiter", "question", "Max Manager asked a question on Data Engineer")],
    ),
    (
        lambda s: ask(s, s.watcher, "And pay, @Rosa Recruiter?"),
        [("Rosa Recruiter", "question", "Wanda Watcher asked a question on Data Engineer")],
    ),
    (
        lambda s: answer_as(s, ask(s, s.recruiter), s.manager),
        [("Rosa Recruiter", "answer", "Max Manager answered your question on Data Engineer")],
    ),
    (
        lambda s: make_note(s.requisition, "See @Cora Colleague and @Max Manager"),
        [("Cora Colleague", "mention", "Rosa Recruiter mentioned you on Data Engineer")],
    ),
    (
        lambda s: make_note(s.requisition, "Careful, @Rosa Recruiter", by=s.lead, is_private=True),
        [
            (
                "Rosa Recruiter",
                "mention",
                "Lea Lead mentioned you in a private note on Data Engineer",
            )
        ],
    ),
    (
        lambda s: make_note(s.requisition, by=s.lead, is_private=True),
        [("Rosa Recruiter", "entry", "Lea Lead wrote a private note on Data Engineer")],
    ),
    (
        lambda s: make_checkpoint(s.requisition, by=s.colleague),
        [("Rosa Recruiter", "entry", "Cora Colleague logged a checkpoint on Data Engineer")],
    ),
    (
        lambda s: make_touchpoint(s.requisition, by=s.colleague),
        [("Rosa Recruiter", "entry", "Cora Colleague logged a touchpoint on Data Engineer")],
    ),
    (
        lambda s: s.requisition.put_on_hold(by=s.lead, now=s.now, reason="Budget"),
        [("Rosa Recruiter", "status", "Lea Lead put Data Engineer on hold")],
    ),
    (
        lambda s: s.requisition.cancel(by=s.lead, now=s.now, reason="No budget"),
        [("Rosa Recruiter", "status", "Lea Lead cancelled Data Engineer")],
    ),
    (
        lambda s: make_checkpoint(s.requisition, by=s.lead, counts={Stage.ACCEPTED: 1}),
        [
            ("Rosa Recruiter", "status", "Lea Lead filled Data Engineer"),
            ("Rosa Recruiter", "entry", "Lea Lead logged a checkpoint on Data Engineer"),
        ],
    ),
    (
        lambda s: hand_over(s, s.colleague, s.lead),
        [
            ("Rosa Recruiter", "assignment", "Lea Lead gave Data Engineer of yours to "
             "Cora Colleague"),
            ("Cora Colleague", "assignment", "Lea Lead gave you Data Engineer"),
        ],
    ),
    (
        lambda s: hand_over(s, s.colleague, s.colleague),
        [("Rosa Recruiter", "assignment", "Cora Colleague took over Data Engineer from you")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("do", "expected"), DEEDS, ids=[one[1][0][2] for one in DEEDS])
def test_deed_is_told_to_whom_it_concerns(
    do: Callable[[Any], object], expected: list[tuple[str, str, str]], scene: Any
) -> None:
    do(scene)
    assert sorted(told()) == sorted(expected)


def test_own_deeds_are_told_to_nobody(scene: Any) -> None:
    make_checkpoint(scene.requisition)
    make_touchpoint(scene.requisition)
    make_note(scene.requisition, "To @Rosa Recruiter myself")
    scene.requisition.put_on_hold(by=scene.recruiter, now=scene.now, reason="Budget")
    scene.requisition.resume(by=scene.recruiter, now=scene.now)
    assert told() == []


@pytest.mark.parametrize("obstacle", ["deactivated", "no longer of the client"])
def test_person_who_may_not_see_it_is_not_told(obstacle: str, scene: Any) -> None:
    if obstacle == "deactivated":
        User.objects.filter(pk=scene.recruiter.pk).update(is_active=False)
    else:
        Membership.objects.filter(user=scene.recruiter).delete()
    ask(scene, scene.manager)
    hand_over(scene, scene.colleague, scene.lead)
    assert [who for who, _, _ in told()] == ["Cora Colleague"]


def test_form_sent_again_tells_once(scene: Any) -> None:
    key = uuid.uuid4()
    for _ in range(3):
        make_note(scene.requisition, "Still?", by=scene.manager, kind=Note.Kind.QUESTION, key=key)
    assert len(told()) == 1


def test_own_checkpoint_costs_no_statement_for_telling(scene: Any) -> None:
    make_checkpoint(scene.requisition)
    mine = counted(lambda: make_checkpoint(scene.requisition, now=scene.now))
    theirs = counted(lambda: make_checkpoint(scene.requisition, now=scene.now, by=scene.colleague))
    assert theirs - mine == 2  # who sees it, and the row


def test_edit_tells_who_is_newly_mentioned(scene: Any) -> None:
    note = make_note(scene.requisition, "See @Lea Lead")
    note.edit("See @Lea Lead, @Cora Colleague", version=1, by=scene.recruiter, now=scene.now)
    assert [who for who, _, _ in told()] == ["Cora Colleague", "Lea Lead"]


def test_withdrawn_note_is_told_of_no_more_until_it_is_restored(scene: Any) -> None:
    question = ask(scene, scene.manager)
    mine = Notification.objects.visible_to(scene.recruiter)
    question.withdraw(by=scene.manager, now=scene.now)
    assert not mine.exists()
    question.restore(by=scene.manager, now=scene.now)
    assert mine.count() == 1


def test_answered_question_counts_as_read(scene: Any) -> None:
    question = ask(scene, scene.manager)
    answer_as(scene, question, scene.recruiter)
    assert not Notification.objects.visible_to(scene.recruiter).unread().exists()


def test_notification_leads_to_its_place(scene: Any) -> None:
    question = ask(scene, scene.manager)
    one = Notification.objects.get()
    assert one.url == f"/requisitions/{scene.requisition.pk}/#note-{question.pk}"


def test_row_keeps_nothing_that_was_written(scene: Any) -> None:
    ask(scene, scene.manager, "Is Ada Lovelace still in?")
    row = Notification.objects.values().get()
    assert "Lovelace" not in str(row)


# --- many at once --------------------------------------------------------------------------


def bulk(order: Order, rows: list[Requisition], by: User, now: datetime) -> BulkAction:
    shown = [Shown(row.pk, row.version, row.status) for row in rows]
    return BulkAction.run(order, shown, by=by, now=now)


def open_ones(client: Client, recruiter: User, manager: User, number: int) -> list[Requisition]:
    return [make_requisition(client, recruiter=recruiter, manager=manager) for _ in range(number)]


def test_bulk_handover_of_fifty_is_one_notification_each(scene: Any, acme: Client) -> None:
    rows = open_ones(acme, scene.recruiter, scene.manager, 50)
    order = Order(BulkAction.Kind.RECRUITER, person=scene.colleague)
    action = bulk(order, rows, scene.lead, scene.now)
    assert told() == [
        ("Cora Colleague", "assignment", "Lea Lead gave you 50 requisitions"),
        (
            "Rosa Recruiter",
            "assignment",
            "Lea Lead gave 50 requisitions of yours to Cora Colleague",
        ),
    ]
    action.undo(now=scene.now + MINUTE)
    assert told()[2:] == [
        ("Cora Colleague", "assignment", "Lea Lead took 50 requisitions back from you"),
        ("Rosa Recruiter", "assignment", "Lea Lead gave you 50 requisitions back"),
    ]


def test_bulk_hold_tells_each_recruiter_how_many(scene: Any, acme: Client) -> None:
    rows = open_ones(acme, scene.recruiter, scene.manager, 2)
    rows += open_ones(acme, scene.colleague, scene.manager, 3)
    action = bulk(Order(BulkAction.Kind.HOLD, reason="Frozen"), rows, scene.recruiter, scene.now)
    action.undo(now=scene.now + MINUTE)
    assert told() == [
        ("Cora Colleague", "status", "Rosa Recruiter put 3 requisitions on hold"),
        ("Cora Colleague", "status", "Rosa Recruiter went on with 3 requisitions after the hold"),
    ]


def test_bulk_counts_for_each_what_she_still_sees(
    scene: Any, acme: Client, globex: Client, other_manager: User, now: datetime
) -> None:
    scene.recruiter.join(globex, by=scene.lead, now=now)
    scene.colleague.join(globex, by=scene.lead, now=now)
    rows = open_ones(acme, scene.recruiter, scene.manager, 2)
    rows += open_ones(globex, scene.recruiter, other_manager, 3)
    scene.recruiter.leave(globex, by=scene.lead, now=now)
    bulk(Order(BulkAction.Kind.RECRUITER, person=scene.colleague), rows, scene.lead, now)
    assert [words for _, _, words in told()] == [
        "Lea Lead gave you 5 requisitions",
        "Lea Lead gave 2 requisitions of yours to Cora Colleague",
    ]


def test_import_for_a_colleague_is_one_notification(scene: Any, acme: Client) -> None:
    draft = start(POSTINGS, acme, scene.recruiter, scene.now)
    batch = finished(draft, scene.now, by=scene.lead)
    assert batch.created_count > 1
    words = f"Lea Lead imported {batch.created_count} requisitions for you"
    assert told() == [("Rosa Recruiter", "assignment", words)]


def test_requisition_made_open_for_a_colleague_is_one_notification(scene: Any) -> None:
    made = Requisition.create(
        by=scene.lead, now=scene.now, client=scene.requisition.client, title="Nurse",
        recruiter=scene.recruiter, manager=scene.manager,
    )  # fmt: skip
    made.open_for_sourcing(by=scene.lead, now=scene.now, reason="Agreed")
    assert told() == [
        ("Rosa Recruiter", "assignment", "Lea Lead gave you Nurse, a new requisition")
    ]


# --- who sees it ---------------------------------------------------------------------------


def test_notification_is_seen_by_its_recipient_while_she_serves_the_client(
    scene: Any, acme: Client
) -> None:
    ask(scene, scene.manager)
    visible = Notification.objects.visible_to
    assert visible(scene.recruiter).count() == 1
    assert [visible(user).count() for user in (scene.lead, scene.colleague, scene.manager)] == [
        0
    ] * 3
    scene.recruiter.leave(acme, by=scene.lead, now=scene.now)
    assert visible(scene.recruiter).count() == 0
    assert not Notification.objects.visible_to_its_recipient().exists()


def test_long_title_is_told_in_full(scene: Any, acme: Client) -> None:
    row = make_requisition(acme, recruiter=scene.recruiter, manager=scene.manager, title=LONG_NAME)
    row.cancel(by=scene.lead, now=scene.now, reason="No")
    assert told()[0][2] == f"Lea Lead cancelled {LONG_NAME}"


def test_title_with_braces_stands_as_it_is(scene: Any, acme: Client) -> None:
    title = "{person} and {what} {0}"
    row = make_requisition(acme, recruiter=scene.recruiter, manager=scene.manager, title=title)
    row.edit({"recruiter": scene.colleague}, version=1, by=scene.lead, now=scene.now)
    assert told()[0][2] == f"Lea Lead gave you {title}"


# --- mail that does not arrive -------------------------------------------------------------


def suspend(user: User, at: datetime) -> Suspension:
    return Suspension.objects.create(address=user.email, at=at, server_said="550 no")


def test_suspended_address_of_a_manager_is_told_to_her_recruiter_once(scene: Any) -> None:
    suspend(scene.manager, scene.now)
    for _ in range(3):
        mail_trouble.tell(scene.now)
    words = "Mail to Max Manager does not arrive: the server refused the address"
    assert told() == [("Rosa Recruiter", "mail", words)]
    assert Notification.objects.get().url == "/digests/"


def test_suspended_address_that_no_recruiter_works_with_is_told_to_leads(
    scene: Any, other_requisition: Requisition, other_recruiter: User
) -> None:
    suspend(scene.watcher, scene.now)
    other_recruiter.leave(other_requisition.client, by=scene.lead, now=scene.now)
    assert other_requisition.manager
    suspend(other_requisition.manager, scene.now)
    mail_trouble.tell(scene.now)
    assert {who for who, _, _ in told()} == {"Lea Lead"}
    assert len(told()) == 2


def test_mail_that_was_given_up_is_told(scene: Any) -> None:
    mail = ledger.queue("digest", recipient=scene.manager, period="a", now=scene.now)
    Mail.objects.filter(pk=mail.pk).update(state=State.FAILED, finished_at=scene.now)
    mail_trouble.tell(scene.now)
    words = "A mail to Max Manager could not be delivered"
    assert told() == [("Rosa Recruiter", "mail", words)]


def test_old_trouble_is_not_told(scene: Any) -> None:
    suspend(scene.manager, scene.now - timedelta(days=3))
    mail_trouble.tell(scene.now)
    assert told() == []


def test_closed_requisition_makes_nobody_her_recruiter(scene: Any) -> None:
    scene.requisition.cancel(by=scene.recruiter, now=scene.now, reason="No")
    assert scene.requisition.status == Status.CANCELLED
    suspend(scene.manager, scene.now)
    mail_trouble.tell(scene.now)
    assert [who for who, _, _ in told()] == ["Lea Lead"]
