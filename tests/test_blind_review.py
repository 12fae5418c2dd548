"""In a blind review nothing of a candidate reaches a manager or a watcher until she is approved."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.models import User
from recruiting.approvals.models import (
    Decision,
    Parking,
    Question,
    Submission,
    Why,
    Withdrawal,
)
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail, SendingHold
from tests.factories import NOW, make_candidate, make_resume, make_slate, make_submission
from tests.fixtures.world import World
from tests.reviewing import entered, page_of
from tests.test_every_page import pages_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database,
]

CANARY = "Canarina"


@pytest.fixture
def blind(world: World, recruiter: User, manager: User) -> list[Submission]:
    """One in each state in which nobody has approved her, or not any more."""
    type(world.client).objects.filter(pk=world.client.pk).update(blind_review=True)
    world.requisition.client.refresh_from_db()
    drafts = []
    for number in range(6):
        person = make_candidate(
            world.client, by=recruiter, name=f"{CANARY} {number}", headline=CANARY,
            works_at=CANARY, links=f"https://{CANARY}.example", source=CANARY,
        )  # fmt: skip
        make_resume(person, by=recruiter, text=CANARY, name=f"{CANARY}.pdf")
        drafts.append(make_submission(world.requisition, person))
    slate = make_slate(world.requisition, *drafts)
    waiting, asked, declined, parked, withdrawn, undone = slate.submissions.order_by("place")
    question = Question.ask(asked, "Why?", pk=uuid.uuid4(), by=manager, now=NOW)
    question.give_answer("So.", by=recruiter, now=NOW)
    Decision.make(declined, "decline", Why("pay"), by=manager, now=NOW, by_link=True)
    Parking.park(parked, by=recruiter, now=NOW)
    Withdrawal.withdraw(withdrawn, whose="candidate", by=recruiter, now=NOW)
    Decision.make(undone, "approve", by=manager, now=NOW, by_link=True).undo(by=manager, now=NOW)
    return [waiting, asked, declined, parked, withdrawn, undone]


def test_no_page_and_no_mail_tells_who_a_blind_candidate_is(
    world: World, blind: list[Submission], manager: User, watcher: User,
    sign_in: Callable[[User], Browser],
) -> None:  # fmt: skip
    slate = blind[0].slate
    assert slate
    review = reverse("review", args=[world.requisition.pk])
    here = reverse("candidates", args=[world.requisition.pk])
    paths = [world.requisition.get_absolute_url(), here]
    for one in blind:
        paths += [reverse("submission", args=[one.pk]), f"{review}?candidate={one.pk}"]
        paths += [reverse("resume", args=[one.pk]), reverse("resume_page", args=[one.pk, 1])]
    watching, deciding, link = sign_in(watcher), sign_in(manager), entered(slate, manager)
    answers = [watching.get(path) for path in paths]
    answers += [deciding.get(path) for path in [*paths, *map(world.path, pages_of("manager"))]]
    answers += [page_of(slate, link, candidate=one.pk) for one in blind]
    assert [answer.request["PATH_INFO"] for answer in answers if _tells(answer)] == []


def test_no_mail_tells_who_a_blind_candidate_is(
    blind: list[Submission], manager: User, watcher: User
) -> None:
    SendingHold.objects.all().delete()
    delivery.deliver(list(Mail.objects.values_list("pk", flat=True)), now=NOW + timedelta(hours=1))
    rows = Mail.objects.filter(recipient__in=[manager, watcher])
    kinds = {"slate", "slate_answer", "decisions_made"}
    assert set(rows.filter(kind__in=kinds, state="sent").values_list("kind", flat=True)) == kinds
    assert CANARY not in str(list(rows.values_list()))


def _tells(answer: Any) -> bool:
    content = b"".join(answer) if answer.streaming else answer.content
    return CANARY in content.decode(errors="replace") + str(answer.headers)
