"""The stories of the demo are all there, each with what it is to show."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import pytest_django
from django.db.models import CharField, Model, TextField

from intake.content import missing
from intake.models import Brief, Intake, Meeting, Requirement
from intake.notices import TO_SIGN
from recruiting.accounts.models import Client, Invitation, Notification, User
from recruiting.accounts.models.notifications import NOTIFICATIONS
from recruiting.dashboards.demo.workdays import with_days
from recruiting.mailing.models import Mail
from requisitions.models import Requisition, Status
from status_updates.models import Checkpoint
from tests.demo import promise_states, requisition, standing, told, user
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
TODAY = NOW.date()


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    with standing(NOW, django_db_blocker):
        yield


def test_demo_has_a_dozen_requisitions_at_two_clients() -> None:
    counts = {client.name: client.requisitions.count() for client in Client.objects.all()}
    assert counts == {"Havelmark Hospitals IT": 7, "Brackwater Logistics": 5}


def test_demo_manager_has_five_requisitions_of_one_client() -> None:
    managed = user("manager").requisitions_managed.all()
    assert managed.count() == 5
    assert {one.client.name for one in managed} == {"Havelmark Hospitals IT"}


@pytest.mark.parametrize(
    ("login", "clients"),
    [
        ("recruiter", {"Havelmark Hospitals IT"}),
        ("manager", {"Havelmark Hospitals IT"}),
        ("other.recruiter", {"Brackwater Logistics"}),
        ("other.manager", {"Brackwater Logistics"}),
        ("lead", {"Havelmark Hospitals IT", "Brackwater Logistics"}),
    ],
)
def test_demo_person_sees_own_clients_alone(login: str, clients: set[str]) -> None:
    seen = Requisition.objects.visible_to(user(login)).select_related("client")
    assert {one.client.name for one in seen} == clients


def test_demo_clients_are_set_up_by_the_lead() -> None:
    one, other = Client.objects.order_by("-name")
    assert (one.holidays_in_words, [str(day.first) for day in one.closings]) == (
        "Germany, Berlin", ["2026-03-27"],
    )  # fmt: skip
    assert (other.hidden, other.week_start) == (frozenset({"contacted"}), 7)


def test_demo_manager_is_away_next_week_with_a_stand_in() -> None:
    planned = user("manager").absences.get()
    assert (planned.first_day, planned.last_day) == (date(2026, 3, 16), date(2026, 3, 20))
    mine = set(user("manager").requisitions_managed.all())
    seen = [
        set(Requisition.objects.visible_to(user("petra.lindqvist"), NOW + timedelta(days=days)))
        for days in (0, 7)
    ]
    assert not mine <= seen[0]
    assert mine <= seen[1]


def test_demo_cards_say_how_to_reach_everybody_but_the_newcomer() -> None:
    silent = [one.email for one in User.objects.filter(working_card__channel="")]
    assert silent == ["lukas.brandt@demo.example"]


def test_healthy_story_keeps_its_promises_with_one_due_this_friday() -> None:
    assert promise_states("integration engineer", TODAY) == ["kept", "kept", "open"]
    this_friday = requisition("integration engineer").promises.latest("made_at")
    assert this_friday.due_on == date(2026, 3, 13)


def test_stalled_story_is_silent_and_missed_a_promise() -> None:
    quiet_days = told("clinical analyst", NOW).quiet_days
    assert quiet_days is not None
    assert quiet_days >= 11
    assert promise_states("clinical analyst", TODAY) == ["kept", "missed"]


def test_hold_story_was_to_go_on_today_which_waits_on_the_manager() -> None:
    held = requisition("network engineer")
    assert held.status == Status.ON_HOLD
    assert held.status_changes.get(to_status=Status.ON_HOLD).until == TODAY


def test_filled_story_was_filled_by_its_offer_within_the_week() -> None:
    filled = requisition("database administrator")
    assert filled.status == Status.FILLED
    assert filled.closed_on is not None
    assert TODAY - timedelta(days=7) < filled.closed_on < TODAY


def test_half_filled_story_has_one_of_two_and_a_promise_kept_late() -> None:
    half = requisition("service desk")
    assert (half.openings, half.funnel.accepted, half.status) == (2, 1, Status.OPEN)
    assert "kept late" in promise_states("service desk", TODAY)


def test_intake_story_waits_to_be_opened() -> None:
    waiting = requisition("identity engineer")
    assert waiting.status == Status.INTAKE
    assert waiting.opened_on is None


def test_signed_story_was_opened_by_its_brief() -> None:
    brief = Brief.objects.get(requisition=requisition("service desk"))
    opened = brief.requisition.status_changes.filter(to_status=Status.OPEN).earliest("at")
    assert (opened.at, opened.override) == (brief.signed_at, False)
    assert [one.user for one in brief.signatures.all()] == [user("recruiter"), user("manager")]
    breakers = brief.content.of_kind("dealbreaker")
    assert all(one.tested_how and one.tested_by for one in breakers)
    assert any(one.unless for one in breakers)


def test_amended_story_has_two_amendments_with_their_reasons() -> None:
    briefs = Brief.objects.filter(requisition=requisition("integration engineer"))
    first, second, third = briefs.in_force().order_by("number")
    assert (first.reason, bool(second.reason), bool(third.reason)) == ("", True, True)
    assert len(second.content.of_kind("dealbreaker")) == len(
        first.content.of_kind("dealbreaker")
    ) + 1  # fmt: skip
    assert not briefs.pending().exists()


def test_one_brief_waits_for_the_manager_and_a_mail_to_ask_him() -> None:
    [brief] = Brief.objects.pending()
    assert brief.requisition == requisition("clinical analyst")
    assert [one.user for one in brief.signatures.all()] == [user("recruiter")]
    waiting = Mail.objects.unfinished().kind(TO_SIGN).get()
    assert (waiting.recipient, waiting.due_at) == (user("manager"), NOW)


def test_one_draft_is_half_filled_and_met_about_today() -> None:
    job = requisition("identity engineer")
    meeting = Meeting.objects.to_come(NOW).get()
    assert (meeting.requisition, meeting.begins_at.date()) == (job, TODAY)
    assert missing(Intake.objects.get(pk=job.pk).content())
    assert Requirement.objects.filter(intake=job.pk, kind="").count() == 3


def test_draft_story_has_no_manager() -> None:
    draft = requisition("security officer")
    assert draft.status == Status.DRAFT
    assert draft.manager is None


def test_cancelled_story_says_why() -> None:
    cancelled = requisition("night dispatcher")
    assert cancelled.status == Status.CANCELLED
    assert cancelled.status_changes.get(to_status=Status.CANCELLED).reason


def test_one_checkpoint_was_corrected_and_another_undone() -> None:
    correction = requisition("service desk").checkpoints.get(corrects__isnull=False)
    assert correction.corrects is not None
    assert correction.corrects.undone_at is not None
    undone = requisition("transport planner").checkpoints.exclude(undone_at=None).get()
    assert not hasattr(undone, "corrected_by")


def test_one_hold_has_ended() -> None:
    steps = requisition("customs manager").status_changes.values_list("to_status", flat=True)
    assert list(steps) == [Status.INTAKE, Status.OPEN, Status.ON_HOLD, Status.OPEN]


def test_one_title_fills_lines() -> None:
    assert len(requisition("customs manager").title) > 150


def test_opening_by_override_gives_its_reason() -> None:
    opened = requisition("automation engineer").status_changes.get(to_status=Status.OPEN)
    assert opened.override
    assert "brief" in opened.reason


def test_somebody_is_invited_and_has_not_come() -> None:
    invitation = Invitation.objects.open().get()
    assert invitation.user.name == "Lukas Brandt"
    assert invitation.invited_by == user("recruiter")


def test_every_active_requisition_says_what_comes_next() -> None:
    for one in Requisition.objects.active():
        assert one.latest_checkpoint is not None
        assert one.latest_checkpoint.next_step


def test_demo_text_passes_the_checks_of_the_forms() -> None:
    def rows() -> Iterator[Model]:
        yield from Requisition.objects.all()
        yield from Checkpoint.objects.all()
        yield from Client.objects.all()
        yield from User.objects.all()
        yield from Requirement.objects.all()
        yield from Intake.objects.get(pk=requisition("identity engineer").pk).answers.all()

    for row in rows():
        text_fields = {f.name for f in row._meta.fields if isinstance(f, CharField | TextField)}
        row.clean_fields(exclude={f.name for f in row._meta.fields} - text_fields)


def test_demo_text_has_no_mark_left_open() -> None:
    for checkpoint in Checkpoint.objects.all():
        assert "{" not in checkpoint.note + checkpoint.next_step


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("by {+2}", "by Friday"),
        ("by {+3}", "by Monday"),
        ("on {+5}", "on 18 March"),
        ("since {-1}", "since Tuesday"),
        ("{+1} and {+2}", "Thursday and Friday"),
    ],
)
def test_day_in_a_note_is_named_as_people_name_it(text: str, read: str) -> None:
    assert with_days(text, date(2026, 3, 11)) == read


def test_recruiter_and_lead_find_unread_notifications_and_no_old_mail_of_them() -> None:
    def unread(login: str) -> list[str]:
        mine = Notification.objects.visible_to(user(login)).unread()
        return [one.kind for one in mine.with_what_it_names()]

    assert unread("recruiter") == ["mention", "question", "decision", "entry", "question"]
    assert unread("lead") == ["mention"]
    assert unread("manager") == []
    assert not Mail.objects.kind(NOTIFICATIONS).exists()
