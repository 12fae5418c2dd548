"""One thing done to many requisitions: what is refused, what is passed over, and the undo."""

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Client, Role, User
from recruiting.audit.models import Event
from requisitions.models import BulkAction, Requisition, Status
from requisitions.models.bulk import BULK_MAX, Shown
from tests.factories import NOW, make_requisition, make_user

SignIn = Callable[[User], Browser]
LIST, BULK = "/requisitions/", "/requisitions/bulk/"


@pytest.fixture(autouse=True)
def _still(clock: TimeMachineFixture) -> None:
    """Wednesday 2026-03-11."""


@pytest.fixture
def jobs(acme: Client, recruiter: User, manager: User) -> list[Requisition]:
    """Three open ones: Job A, Job B, Job C."""
    return [
        make_requisition(acme, recruiter=recruiter, manager=manager, title=f"Job {letter}")
        for letter in "ABC"
    ]


@pytest.fixture
def desk(sign_in: SignIn, recruiter: User) -> Browser:
    return sign_in(recruiter)


@pytest.fixture
def second(acme: Client) -> User:
    return make_user(role=Role.RECRUITER, clients=[acme], name="Rita Second")


def sent(rows: Sequence[Requisition], **fields: Any) -> dict[str, Any]:
    """The form as the page carries it for these rows."""
    shown = [str(Shown(row.pk, row.version, row.status)) for row in rows]
    return {"key": str(uuid.uuid4()), "row": shown, **fields}


def hold(browser: Browser, rows: Sequence[Requisition], **fields: Any) -> BulkAction:
    browser.post(f"{BULK}hold/", sent(rows, reason="Frozen.", **fields))
    return BulkAction.objects.latest("at", "pk")


def statuses(rows: Sequence[Requisition]) -> list[str]:
    for row in rows:
        row.refresh_from_db()
    return [row.status for row in rows]


def refusals(action: BulkAction) -> list[tuple[str, str]]:
    return [(one["title"], one["why"]) for one in action.refused]


def test_page_names_what_was_ticked_and_carries_how_it_stood(
    desk: Browser, jobs: list[Requisition], other_requisition: Requisition
) -> None:
    response = desk.get(
        f"{BULK}hold/", {"pick": [str(jobs[0].pk), str(other_requisition.pk), "zzz"]}
    )
    assert [row.title for row in response.context["rows"]] == ["Job A"]
    assert f'value="{jobs[0].pk}.1.open"' in response.text


def test_all_means_all_that_the_filter_finds(desk: Browser, jobs: list[Requisition]) -> None:
    Requisition.objects.filter(pk=jobs[1].pk).update(place="Lisbon")
    response = desk.get(f"{BULK}hold/?all=on&q=lisbon&status=open")
    assert [row.title for row in response.context["rows"]] == ["Job B"]
    assert response.context["list_url"] == "/requisitions/?q=lisbon&status=open"


def test_nothing_ticked_leads_back_to_the_list(desk: Browser, jobs: list[Requisition]) -> None:
    page = desk.get(f"{BULK}hold/")
    assert (page.status_code, "Tick requisitions" in page.text) == (200, True)
    assert desk.post(f"{BULK}hold/", {"reason": "Frozen."}).status_code == 422


def test_too_many_are_not_begun(desk: Browser, jobs: list[Requisition]) -> None:
    template = jobs[0]
    Requisition.objects.bulk_create(
        Requisition(
            client_id=template.client_id, title=f"Copy {number}", recruiter=template.recruiter
        )
        for number in range(BULK_MAX)
    )
    page = desk.get(f"{BULK}hold/?all=on")
    assert page.context["too_many"]
    assert "<form" not in page.text.split('id="page"')[1].split("<footer")[0]


def test_hold_is_done_to_each_with_its_record(desk: Browser, jobs: list[Requisition]) -> None:
    response = desk.post(f"{BULK}hold/", sent(jobs, reason="Frozen.", back="q=job&next=//evil"))
    assert (response.status_code, response["Location"]) == (302, "/requisitions/?q=job")
    assert statuses(jobs) == [Status.ON_HOLD] * 3
    reasons = {row.status_changes.latest("at", "id").reason for row in jobs}
    assert reasons == {"Frozen."}
    assert Event.objects.about(jobs[0]).filter(action="became on_hold").count() == 1
    assert "3 requisitions put on hold." in desk.get(LIST).text


def test_undo_brings_all_of_them_back(desk: Browser, jobs: list[Requisition]) -> None:
    action = hold(desk, jobs)
    response = desk.post(f"{BULK}{action.pk}/undoing/")
    assert response["Location"] == "/requisitions/?status="
    assert statuses(jobs) == [Status.OPEN] * 3
    desk.post(f"{BULK}{action.pk}/undoing/")
    assert jobs[0].status_changes.filter(to_status=Status.OPEN).count() == 2


def test_undo_leaves_what_was_changed_since(
    desk: Browser, jobs: list[Requisition], recruiter: User
) -> None:
    action = hold(desk, jobs)
    jobs[1].refresh_from_db()
    jobs[1].resume(by=recruiter, now=NOW + timedelta(minutes=1))
    jobs[1].put_on_hold(by=recruiter, now=NOW + timedelta(minutes=2), reason="Again.")
    response = desk.post(f"{BULK}{action.pk}/undoing/")
    assert response["Location"] == f"{BULK}{action.pk}/"
    assert statuses(jobs) == [Status.OPEN, Status.ON_HOLD, Status.OPEN]
    assert "It was changed again since." in desk.get(f"{BULK}{action.pk}/").text


def test_what_changed_meanwhile_is_refused_and_the_rest_done(
    desk: Browser, jobs: list[Requisition], recruiter: User
) -> None:
    form = sent(jobs, reason="Frozen.")
    jobs[0].edit({"title": "Job Z"}, version=1, by=recruiter, now=NOW)
    jobs[1].cancel(by=recruiter, now=NOW, reason="Not needed.")
    response = desk.post(f"{BULK}hold/", form)
    action = BulkAction.objects.get()
    assert response["Location"] == f"{BULK}{action.pk}/"
    assert statuses(jobs) == [Status.OPEN, Status.CANCELLED, Status.ON_HOLD]
    why = "It was changed after the list was shown."
    assert sorted(refusals(action)) == [("Job B", why), ("Job Z", why)]
    page = desk.get(f"{BULK}{action.pk}/").text
    assert "1 requisition put on hold. 2 of 3 were not changed." in page


def test_what_the_status_forbids_is_refused_with_its_reason(
    desk: Browser, jobs: list[Requisition], acme: Client, recruiter: User, manager: User
) -> None:
    held = make_requisition(
        acme, recruiter=recruiter, manager=manager, status=Status.ON_HOLD, title="Held"
    )
    action = hold(desk, [held, *jobs])
    assert refusals(action) == [("Held", "This requisition is on hold already.")]
    assert statuses(jobs) == [Status.ON_HOLD] * 3


def test_way_back_that_is_too_long_leads_to_the_whole_list(
    desk: Browser, jobs: list[Requisition]
) -> None:
    response = desk.post(f"{BULK}hold/", sent(jobs, reason="Frozen.", back=f"q={'ü' * 900}"))
    assert (response.status_code, response["Location"]) == (302, "/requisitions/?status=")
    assert statuses(jobs) == [Status.ON_HOLD] * 3


def test_form_sent_again_with_something_else_is_not_told_as_done(
    desk: Browser, jobs: list[Requisition], acme: Client
) -> None:
    """Back in the browser the form has its old key; another person is chosen in it."""
    one, two = (make_user(clients=[acme], name=name) for name in ("Nora New", "Otto Other"))
    form = sent(jobs, person=str(one.pk))
    desk.post(f"{BULK}manager/", form)
    response = desk.post(f"{BULK}manager/", form | {"person": str(two.pk)})
    assert response.status_code == 422
    assert "This form was sent before" in response.text
    assert form["key"] not in response.text
    assert {row.manager for row in Requisition.objects.all()} == {one}


def test_undo_names_what_one_no_longer_sees(
    desk: Browser, jobs: list[Requisition], recruiter: User, acme: Client
) -> None:
    action = hold(desk, jobs[:1])
    recruiter.memberships.all().delete()
    response = desk.post(f"{BULK}{action.pk}/undoing/")
    assert response["Location"] == f"{BULK}{action.pk}/"
    page = desk.get(f"{BULK}{action.pk}/").text
    assert "You no longer see it." in page
    assert statuses(jobs[:1]) == [Status.ON_HOLD]


def test_what_one_may_not_see_is_passed_over(
    desk: Browser, jobs: list[Requisition], other_requisition: Requisition
) -> None:
    action = hold(desk, [jobs[0], other_requisition])
    assert (action.changes.count(), action.refused) == (1, [])
    assert statuses([other_requisition]) == [Status.OPEN]
    only_theirs = sent([other_requisition], reason="Frozen.")
    assert desk.post(f"{BULK}hold/", only_theirs).status_code == 422


def test_the_same_form_sent_twice_acts_once(desk: Browser, jobs: list[Requisition]) -> None:
    form = sent(jobs, reason="Frozen.")
    desk.post(f"{BULK}hold/", form)
    assert desk.post(f"{BULK}hold/", form).status_code == 302
    assert BulkAction.objects.count() == 1


@pytest.mark.parametrize(
    "row",
    [
        "",
        "x",
        "1.2.3",
        f"{uuid.UUID(int=1)}.-1.open",
        f"{uuid.UUID(int=1)}.99999999999.open",
        "\x00",
    ],
)
def test_row_that_no_form_wrote_is_passed_over(
    desk: Browser, jobs: list[Requisition], row: str
) -> None:
    fields = sent(jobs[:1], reason="Frozen.")
    fields["row"].append(row)
    desk.post(f"{BULK}hold/", fields)
    assert (statuses(jobs[:1]), BulkAction.objects.get().refused) == ([Status.ON_HOLD], [])


def test_refused_form_keeps_the_rows_as_they_were_shown(
    desk: Browser, jobs: list[Requisition], recruiter: User
) -> None:
    form = sent(jobs)
    jobs[0].edit({"title": "Job Z"}, version=1, by=recruiter, now=NOW)
    response = desk.post(f"{BULK}hold/", form)
    assert response.status_code == 422
    assert f'value="{jobs[0].pk}.1.open"' in response.text


def test_lead_gives_to_another_recruiter_and_takes_back(
    sign_in: SignIn, lead: User, recruiter: User, second: User, jobs: list[Requisition]
) -> None:
    browser = sign_in(lead)
    browser.post(f"{BULK}recruiter/", sent(jobs, person=str(second.pk)))
    assert {row.recruiter for row in Requisition.objects.all()} == {second}
    action = BulkAction.objects.get()
    first = Requisition.objects.get(pk=jobs[0].pk)
    first.edit({"code": "R-1"}, version=first.version, by=lead, now=NOW)
    browser.post(f"{BULK}{action.pk}/undoing/")
    assert [row.recruiter for row in Requisition.objects.order_by("title")] == [
        second, recruiter, recruiter,
    ]  # fmt: skip


def test_recruiter_who_does_not_serve_the_client_is_refused(
    sign_in: SignIn, lead: User, other_recruiter: User, jobs: list[Requisition]
) -> None:
    sign_in(lead).post(f"{BULK}recruiter/", sent(jobs[:1], person=str(other_recruiter.pk)))
    assert refusals(BulkAction.objects.get()) == [
        ("Job A", "Choose a recruiter who serves this client.")
    ]


def test_whose_it_is_already_is_refused(
    sign_in: SignIn, lead: User, recruiter: User, jobs: list[Requisition]
) -> None:
    sign_in(lead).post(f"{BULK}recruiter/", sent(jobs[:1], person=str(recruiter.pk)))
    assert refusals(BulkAction.objects.get()) == [("Job A", "It is theirs already.")]


def test_another_manager_takes_over(
    desk: Browser, acme: Client, manager: User, jobs: list[Requisition]
) -> None:
    new = make_user(clients=[acme], name="Nora New")
    desk.post(f"{BULK}manager/", sent(jobs, person=str(new.pk)))
    assert {row.manager for row in Requisition.objects.all()} == {new}
    desk.post(f"{BULK}{BulkAction.objects.get().pk}/undoing/")
    assert {row.manager for row in Requisition.objects.all()} == {manager}


def test_manager_of_another_client_is_not_offered(
    desk: Browser, other_manager: User, jobs: list[Requisition]
) -> None:
    response = desk.post(f"{BULK}manager/", sent(jobs, person=str(other_manager.pk)))
    assert response.status_code == 422


def test_watching_begins_ends_and_is_undone(
    desk: Browser, acme: Client, jobs: list[Requisition]
) -> None:
    person = make_user(clients=[acme], name="Wim Watcher")

    def watched() -> set[str]:
        return {row.title for row in Requisition.objects.visible_to(person)}

    jobs[0].watch(person, by=jobs[0].recruiter, now=NOW)
    desk.post(f"{BULK}watching/", sent(jobs, person=str(person.pk)))
    begun = BulkAction.objects.get()
    assert refusals(begun) == [("Job A", "Wim Watcher watches it already.")]
    assert watched() == {"Job A", "Job B", "Job C"}
    desk.post(f"{BULK}{begun.pk}/undoing/")
    assert watched() == {"Job A"}
    desk.post(f"{BULK}unwatching/", sent(jobs[:1], person=str(person.pk)))
    assert watched() == set()
    ended = BulkAction.objects.get(kind=BulkAction.Kind.UNWATCH)
    desk.post(f"{BULK}{ended.pk}/undoing/")
    assert watched() == {"Job A"}


def test_end_of_watching_sent_twice_is_told_twice(
    desk: Browser, acme: Client, jobs: list[Requisition]
) -> None:
    person = make_user(clients=[acme], name="Wim Watcher")
    jobs[0].watch(person, by=jobs[0].recruiter, now=NOW)
    form = sent(jobs[:1], person=str(person.pk))
    answers = [desk.post(f"{BULK}unwatching/", form).status_code for _ in range(2)]
    assert (answers, BulkAction.objects.count()) == ([302, 302], 1)
    again = sent(jobs[:1], person=str(person.pk))
    desk.post(f"{BULK}unwatching/", again)
    second = BulkAction.objects.exclude(refused=[]).get()
    assert refusals(second) == [("Job A", "Wim Watcher does not watch it.")]


def test_page_costs_the_same_for_one_and_for_fifty(
    desk: Browser, acme: Client, recruiter: User, manager: User
) -> None:
    from tests.queries import counted

    make_requisition(acme, recruiter=recruiter, manager=manager)
    one = counted(lambda: desk.get(f"{BULK}watching/?all=on"))
    for _ in range(49):
        make_requisition(acme, recruiter=recruiter, manager=manager)
    assert counted(lambda: desk.get(f"{BULK}watching/?all=on")) == one
