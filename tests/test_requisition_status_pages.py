"""The pages on which a status is changed, and those of who watches."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client as Browser
from django.urls import reverse
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Client, User
from requisitions.models import Requisition, Stage, Status
from tests.factories import make_checkpoint, make_requisition, make_user

SignIn = Callable[[User], Browser]
NOUNS = ("hold", "resumption", "cancellation", "reopening", "opening")


@pytest.fixture(autouse=True)
def _still(clock: TimeMachineFixture) -> None:
    """Wednesday 2026-03-11."""


@pytest.fixture
def desk(sign_in: SignIn, recruiter: User) -> Browser:
    return sign_in(recruiter)


def url_of(noun: str, requisition: Requisition) -> str:
    return reverse(f"requisition_{noun}", args=[requisition.pk])


def told(response: Any) -> list[tuple[str, str]]:
    return [(str(one), one.extra_tags) for one in get_messages(response.wsgi_request)]


@pytest.fixture
def in_intake(acme: Client, recruiter: User, manager: User) -> Requisition:
    return make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)


@pytest.mark.parametrize("noun", NOUNS)
def test_looking_at_the_form_changes_nothing(
    desk: Browser, requisition: Requisition, noun: str
) -> None:
    changes = requisition.status_changes.count()
    assert desk.get(url_of(noun, requisition)).status_code == 200
    requisition.refresh_from_db()
    assert (requisition.status, requisition.status_changes.count()) == (Status.OPEN, changes)


def test_hold_and_back_by_its_undo(desk: Browser, requisition: Requisition) -> None:
    response = desk.post(url_of("hold", requisition), {"reason": "Budget", "until": "2026-04-01"})
    assert response.url == requisition.get_absolute_url()  # type: ignore[attr-defined]
    undo = url_of("resumption", requisition)
    assert told(response) == [("Put on hold.", f"undo:{undo}")]
    requisition.refresh_from_db()
    assert requisition.status == Status.ON_HOLD
    desk.post(undo)
    requisition.refresh_from_db()
    assert requisition.status == Status.OPEN


def test_opening_without_a_brief(desk: Browser, in_intake: Requisition) -> None:
    desk.post(url_of("opening", in_intake), {"reason": "Agreed by phone"})
    change = in_intake.status_changes.last()
    assert change is not None
    assert (change.to_status, change.override) == (Status.OPEN, True)


def test_cancellation_and_reopening(desk: Browser, requisition: Requisition) -> None:
    desk.post(url_of("cancellation", requisition), {"reason": "Not needed"})
    requisition.refresh_from_db()
    assert requisition.status == Status.CANCELLED
    desk.post(url_of("reopening", requisition), {"reason": "Needed", "openings": ""})
    requisition.refresh_from_db()
    assert (requisition.status, requisition.openings) == (Status.OPEN, 1)


def test_reopening_what_is_filled_asks_for_more_openings(
    desk: Browser, requisition: Requisition
) -> None:
    make_checkpoint(requisition, counts={Stage.ACCEPTED: 1})
    url = url_of("reopening", requisition)
    assert desk.get(url).context["form"]["openings"].value() == 2
    for openings, message in (
        ("", "Say how many openings there are now."),
        ("1", "The opening is filled. Say how many openings there are now."),
        ("1000", "At most 999 openings fit in one requisition."),
    ):
        response = desk.post(url, {"reason": "One more", "openings": openings})
        assert response.status_code == 422
        assert response.context["form"].errors == {"openings": [message]}
    desk.post(url, {"reason": "One more", "openings": "2"})
    requisition.refresh_from_db()
    assert (requisition.status, requisition.openings) == (Status.OPEN, 2)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("reason", "", "Say why, in a few words."),
        ("reason", "  \r\n ", "Say why, in a few words."),
        ("reason", "x" * 501, "This has 501 characters; at most 500 fit here."),
        ("reason", "a\x00b", "control character"),
        ("reason", "a\u202eb", "reverses the text"),
        ("until", "2026-03-11", "Choose a day after today."),
        ("until", "2020-01-01", "Choose a day after today."),
        ("until", "2031-01-01", "within a year"),
        ("until", "whenever", "Write it like"),
    ],
)
def test_bad_hold_is_named_beside_its_field_and_stays_typed(
    desk: Browser, requisition: Requisition, field: str, value: str, message: str
) -> None:
    typed = {"reason": "Budget", "until": "2026-04-01"} | {field: value}
    response = desk.post(url_of("hold", requisition), typed)
    form = response.context["form"]
    assert response.status_code == 422
    assert list(form.errors) == [field]
    assert message in form.errors[field][0]
    assert {name: form[name].value() for name in typed} == typed
    requisition.refresh_from_db()
    assert requisition.status == Status.OPEN


def test_who_comes_late_is_told_what_happened_and_keeps_what_was_typed(
    desk: Browser, sign_in: SignIn, lead: User, requisition: Requisition
) -> None:
    sign_in(lead).post(url_of("cancellation", requisition), {"reason": "Not needed"})
    response = desk.post(url_of("hold", requisition), {"reason": "Budget is late"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "This requisition is cancelled and cannot be put on hold from there." in page
    assert "Cancelled, by Lea Lead" in page
    assert "Budget is late" in page
    assert requisition.status_changes.filter(to_status=Status.ON_HOLD).count() == 0


def test_form_sent_ten_times_acts_once(desk: Browser, requisition: Requisition) -> None:
    sent = {"reason": "Budget", "key": str(uuid.uuid4())}
    answers = {desk.post(url_of("hold", requisition), sent).status_code for _ in range(10)}
    assert answers == {302}
    assert requisition.status_changes.filter(to_status=Status.ON_HOLD).count() == 1


def test_refused_form_can_be_sent_again_with_its_key(
    desk: Browser, requisition: Requisition
) -> None:
    sent = {"reason": "Needed", "openings": "2", "key": str(uuid.uuid4())}
    assert desk.post(url_of("reopening", requisition), sent).status_code == 409
    desk.post(url_of("cancellation", requisition), {"reason": "Not needed"})
    assert desk.post(url_of("reopening", requisition), sent).status_code == 302
    requisition.refresh_from_db()
    assert requisition.status == Status.OPEN


@pytest.mark.parametrize("noun", [*NOUNS, "edit", "watchers"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_recruiters_of_the_client_and_leads_get_in(
    sign_in: SignIn,
    manager: User,
    watcher: User,
    recruiter: User,
    lead: User,
    requisition: Requisition,
    other_requisition: Requisition,
    other_recruiter: User,
    noun: str,
    method: str,
) -> None:
    def status(user: User, target: Requisition) -> int:
        call = getattr(sign_in(user), method)
        return int(call(url_of(noun, target), {}).status_code)

    assert status(manager, requisition) == 403
    assert status(watcher, requisition) == 403
    assert status(recruiter, other_requisition) == 404
    assert status(other_recruiter, requisition) == 404
    assert status(lead, other_requisition) not in (403, 404)
    other_requisition.refresh_from_db()
    assert other_requisition.title == "Secret Agent"


# --- watchers ------------------------------------------------------------------------------


def test_watcher_is_added_sees_it_and_is_removed(
    desk: Browser, sign_in: SignIn, acme: Client, requisition: Requisition
) -> None:
    person = make_user(clients=[acme], name="Wim")
    assert not Requisition.objects.visible_to(person).exists()
    url = url_of("watchers", requisition)
    assert desk.post(url, {"user": str(person.pk)}).status_code == 302
    assert Requisition.objects.visible_to(person).get() == requisition
    desk.post(reverse("watcher_removal", args=[requisition.pk, person.pk]))
    assert not Requisition.objects.visible_to(person).exists()


@pytest.mark.parametrize("who", ["other_manager", "other_recruiter", "lead", "manager", "watcher"])
def test_people_of_other_clients_and_those_who_see_it_cannot_be_added(
    desk: Browser, requisition: Requisition, who: str, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    before = requisition.watchers.count()
    response = desk.post(url_of("watchers", requisition), {"user": str(person.pk)})
    assert response.status_code == 422
    assert requisition.watchers.count() == before


def test_removing_who_does_not_watch_is_404(
    desk: Browser, requisition: Requisition, manager: User
) -> None:
    url = reverse("watcher_removal", args=[requisition.pk, manager.pk])
    assert desk.post(url).status_code == 404
