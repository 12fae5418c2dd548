"""The demo is believable on whatever day it is loaded."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_django
from django.core import mail

from recruiting.audit.models import Event
from recruiting.dashboards.demo.workdays import is_workday
from recruiting.dashboards.models import Visit
from recruiting.mailing import delivery, sweeper
from recruiting.mailing.models import Mail, State
from status_updates.models import Promise
from tests.demo import standing, told, user
from tests.ledgers import assert_consistent, assert_pipeline_plausible

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
"""Whether the demo loads on SQLite, tests/test_demo.py tells."""

DAYS = {  # an ordinary Wednesday is that of tests/test_demo_stories.py
    "Sunday night of a New Year's Day": datetime(2023, 1, 1, 23, 50, tzinfo=UTC),
    "the last seconds of an hour at work of a leap day": datetime(
        2028, 2, 29, 12, 59, 40, tzinfo=UTC
    ),
    "the second before clocks go forward": datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    "the hour that comes twice": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
}


@pytest.fixture(scope="module", params=list(DAYS.values()), ids=list(DAYS))
def loaded_at(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
) -> Iterator[datetime]:
    """The demo as of an awkward instant."""
    now: datetime = request.param
    with standing(now, django_db_blocker):
        yield now


def test_demo_is_consistent(loaded_at: datetime) -> None:
    assert_consistent()
    assert_pipeline_plausible()


def test_demo_lies_in_the_past_and_in_working_hours(loaded_at: datetime) -> None:
    for event in Event.objects.select_related("actor__working_card"):
        assert event.actor is not None
        card = event.actor.working_card
        local = card.local(event.at)
        assert event.at < loaded_at
        assert is_workday(local.date()), (local, event)
        assert card.starts <= local.time() <= card.ends, (local, event)


def test_demo_promises_fall_due_on_workdays_or_this_friday(loaded_at: datetime) -> None:
    for promise in Promise.objects.all():
        assert promise.due_on > promise.made_at.date()
        assert is_workday(promise.due_on) or promise.due_on.isoweekday() == 5


def test_demo_stories_are_as_healthy_as_told(loaded_at: datetime) -> None:
    for key, health in (
        ("integration engineer", "healthy"),
        ("service desk", "healthy"),
        ("clinical analyst", "quiet"),
        ("network engineer", "on hold"),
        ("database administrator", "closed"),
        ("identity engineer", "not started"),
        ("transport planner", "healthy"),
    ):
        assert told(key, loaded_at).health == health, key


def test_demo_manager_has_news_since_his_visit(loaded_at: datetime) -> None:
    since = Visit.objects.get(user=user("manager")).since(loaded_at)
    assert since is not None
    assert told("integration engineer", loaded_at, since).news
    assert told("service desk", loaded_at, since).news


def test_demo_digest_goes_out_when_the_worker_is_there(loaded_at: datetime) -> None:
    now = loaded_at + timedelta(seconds=40)
    for ids in sweeper.sweep(now):
        delivery.deliver(ids, now=now)
    mine = [message.body for message in mail.outbox if message.to == ["manager@demo.example"]]
    assert len(mine) == 3
    for words in ("on-site days for the analyst", "/mail/brief/", "/mail/slate/"):
        assert any(words in body for body in mine), words
    [invitation] = [one for one in mail.outbox if one.to == ["petra.lindqvist@demo.example"]]
    assert "Identity and Access" in invitation.subject


def test_demo_leaves_no_other_mail_of_the_past_to_be_sent(loaded_at: datetime) -> None:
    waiting = Mail.objects.unfinished().filter(scheduled_at__lte=loaded_at)
    assert sorted((mail.kind, mail.recipient.email) for mail in waiting) == [
        ("brief to sign", "manager@demo.example"),
        ("digest", "manager@demo.example"),
        ("intake_meeting", "petra.lindqvist@demo.example"),
        ("intake_meeting", "recruiter@demo.example"),
        ("slate", "manager@demo.example"),
        ("slate", "other.manager@demo.example"),
    ]


def test_demo_alarms_nobody_about_its_mail(loaded_at: datetime) -> None:
    assert not Mail.objects.overdue(loaded_at + timedelta(minutes=1)).exists()


def test_demo_archive_has_the_digests_of_the_weeks_before(loaded_at: datetime) -> None:
    digests = Mail.objects.kind("digest").filter(recipient=user("manager"), state=State.SENT)
    assert digests.count() == 5
    for digest in digests:
        assert digest.finished_at == digest.rendered_at == digest.scheduled_at < loaded_at
        assert " requisitions" in digest.subject
        assert "Hello Jonas" in digest.text
    assert any("reading the resumes so quickly" in digest.text for digest in digests)
