"""The seed is what speed is measured on: the same every time, and as consistent as real data."""

from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from recruiting.accounts.models import Client, Membership, User
from recruiting.audit.models import Event
from recruiting.dashboards.demo.volume import CHECKPOINTS_MAX, seed
from requisitions.models import Requisition, StageCount, Status
from status_updates.models import Checkpoint
from tests.ledgers import assert_consistent, assert_pipeline_plausible

pytestmark = pytest.mark.django_db


def test_seed_writes_as_much_as_asked(now: datetime) -> None:
    seeded = seed(requisitions=60, checkpoints_per=4, now=now)
    assert Requisition.objects.count() == seeded.requisitions == 60
    assert Checkpoint.objects.count() == seeded.checkpoints == 240
    assert StageCount.objects.count() == seeded.ledger_entries
    assert len(seeded.managers) == 12
    assert len(seeded.clients) >= 2


def test_seed_is_consistent(now: datetime) -> None:
    seed(requisitions=60, checkpoints_per=6, now=now)
    assert_consistent()
    assert_pipeline_plausible()


def test_seed_holds_every_status_that_work_can_be_in(now: datetime) -> None:
    seed(requisitions=20, checkpoints_per=3, now=now)
    assert set(Requisition.objects.values_list("status", flat=True)) == {
        Status.INTAKE,
        Status.OPEN,
        Status.ON_HOLD,
        Status.FILLED,
        Status.CANCELLED,
    }


def test_seed_without_checkpoints_fills_nothing(now: datetime) -> None:
    seed(requisitions=20, checkpoints_per=0, now=now)
    assert_consistent()
    assert not Requisition.objects.filter(status=Status.FILLED).exists()


def test_seed_has_an_event_for_each_change(now: datetime) -> None:
    seed(requisitions=20, checkpoints_per=3, now=now)
    for requisition in Requisition.objects.all():
        actions = list(Event.objects.about(requisition).values_list("action", flat=True))
        changes = requisition.status_changes.exclude(from_status="")
        assert actions.count("logged a checkpoint") == requisition.checkpoints.count()
        assert sum(action.startswith("became") for action in actions) == changes.count()
        assert actions.count("created") == 1


def test_seed_lies_in_the_past(now: datetime) -> None:
    seed(requisitions=20, checkpoints_per=5, now=now)
    assert Event.objects.filter(at__gte=now).count() == 0


def test_seed_names_people_of_the_requisitions_client(now: datetime) -> None:
    seed(requisitions=30, checkpoints_per=0, managers=7, now=now)
    for requisition in Requisition.objects.all():
        requisition.check_people()


def test_seed_gives_the_managers_asked_for_requisitions_evenly(now: datetime) -> None:
    seeded = seed(requisitions=30, checkpoints_per=0, managers=10, now=now)
    assert {manager.requisitions_managed.count() for manager in seeded.managers} == {3}


def test_seed_is_the_same_with_the_same_numbers(now: datetime) -> None:
    def written() -> list[tuple[object, ...]]:
        titles = Requisition.objects.order_by("code").values_list("id", "title", "funnel__found")
        return [*titles, *User.objects.order_by("email").values_list("id", "email")]

    with transaction.atomic():
        seed(requisitions=10, checkpoints_per=2, now=now)
        first = written()
        transaction.set_rollback(True)
    assert not Requisition.objects.exists()
    seed(requisitions=10, checkpoints_per=2, now=now)
    assert written() == first


def test_second_seed_adds_people_and_clients_of_its_own(now: datetime) -> None:
    first = seed(requisitions=10, checkpoints_per=2, now=now)
    second = seed(requisitions=10, checkpoints_per=2, now=now)
    assert Requisition.objects.count() == 20
    shared = Membership.objects.filter(user__in=first.managers, client__in=second.clients)
    assert not shared.exists()
    assert_consistent()


def test_seed_command_says_what_it_wrote() -> None:
    said = StringIO()
    call_command("seed", requisitions=5, checkpoints_per=2, managers=3, stdout=said)
    assert said.getvalue().startswith("2 clients, 2 recruiters, 3 managers\n5 requisitions, 10 ")


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"requisitions": 0, "checkpoints_per": 1}, "at least one requisition"),
        ({"requisitions": -5, "checkpoints_per": 1}, "at least one requisition"),
        ({"requisitions": 1, "checkpoints_per": -1}, f"0 to {CHECKPOINTS_MAX}"),
        (
            {"requisitions": 1, "checkpoints_per": CHECKPOINTS_MAX + 1},
            f"0 to {CHECKPOINTS_MAX}",
        ),
        (
            {"requisitions": 1, "checkpoints_per": 1, "managers": 0},
            "at least one manager",
        ),
    ],
)
def test_seed_command_refuses_numbers_out_of_range(numbers: dict[str, int], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("seed", **numbers)
    assert not Client.objects.exists()
