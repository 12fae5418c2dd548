"""What a person holds goes to others when she leaves, and nothing of it is lost."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.models import Client, Notification, Role, User
from recruiting.audit.models import Event
from recruiting.dashboards import needs
from recruiting.dashboards.needs import Kind
from requisitions.models import BulkAction, Requisition, Status
from requisitions.models.bulk import Order, Shown
from tests.factories import NOW, make_requisition, make_user
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SignIn = Callable[[User], Browser]


@pytest.fixture
def both(globex: Client, acme: Client) -> User:
    """A recruiter who serves Acme and Globex."""
    clients = [acme, globex]
    return make_user("both@people.example", role=Role.RECRUITER, clients=clients, name="Bea Both")


@pytest.fixture
def held(
    acme: Client, globex: Client, both: User, manager: User, other_manager: User
) -> dict[str, Requisition]:
    """Three that Bea has in work, and one that is done."""
    return {
        "acme": make_requisition(acme, recruiter=both, manager=manager, title="Anna"),
        "held": make_requisition(
            acme, recruiter=both, manager=manager, title="Berta", status=Status.ON_HOLD
        ),
        "globex": make_requisition(globex, recruiter=both, manager=other_manager, title="Cara"),
        "filled": make_requisition(
            acme, recruiter=both, manager=manager, title="Dora", status=Status.FILLED
        ),
    }


def chosen(**takers: User) -> dict[str, str]:
    return {f"to_{client}": str(user.pk) for client, user in takers.items()}


def preview(browser: Browser, person: User, query: dict[str, str]) -> Any:
    return browser.get(reverse("handover", args=[person.pk]), query)


def confirm(browser: Browser, person: User, page: Any) -> Any:
    """Send the preview as a browser does."""
    data = {
        "key": page.context["key"], "leaving": page.context["leaving"].value,
        "row": [str(one) for one in page.context["form"].shown],
        **{share.name: str(user.pk) for share, user in page.context["given"]},
    }  # fmt: skip
    return browser.post(reverse("handover", args=[person.pk]), data)


def recruiters(held: dict[str, Requisition]) -> dict[str, str]:
    rows = Requisition.objects.in_bulk([one.pk for one in held.values()])
    return {name: str(rows[one.pk].recruiter) for name, one in held.items()}


def test_page_lists_what_is_in_work_by_client(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition]
) -> None:
    page = sign_in(lead).get(reverse("handover", args=[both.pk]))
    found = [(str(share.client), [row.title for row in share.rows])
             for share, _ in page.context["shares"]]  # fmt: skip
    assert found == [("Acme", ["Anna", "Berta"]), ("Globex", ["Cara"])]


def test_only_active_people_of_the_client_and_leads_are_offered(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    recruiter: User, other_recruiter: User, acme: Client,
) -> None:  # fmt: skip
    make_user(role=Role.RECRUITER, clients=[acme], name="Gone", is_active=False)
    page = sign_in(lead).get(reverse("handover", args=[both.pk]))
    offered = {
        str(share.client): [label for _, label in field.field.choices]
        for share, field in page.context["shares"]
    }
    assert offered == {
        "Acme": ["Stays with Bea", "Rosa Recruiter", "Lea Lead, lead"],
        "Globex": ["Stays with Bea", "Omar Other", "Lea Lead, lead"],
    }


def test_preview_changes_nothing(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, recruiter: User,
) -> None:  # fmt: skip
    page = preview(sign_in(lead), both, chosen(**{str(acme.pk): recruiter}))
    assert "Hand over 2 requisitions" in page.text
    assert set(recruiters(held).values()) == {"Bea Both"}


def test_handover_gives_each_client_to_its_own_and_undo_brings_all_back(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, globex: Client, recruiter: User, other_recruiter: User,
) -> None:  # fmt: skip
    browser = sign_in(lead)
    query = chosen(**{str(acme.pk): recruiter, str(globex.pk): other_recruiter})
    page = preview(browser, both, query)
    assert confirm(browser, both, page).url == reverse("person", args=[both.pk])
    given = {"acme": "Rosa Recruiter", "held": "Rosa Recruiter", "globex": "Omar Other"}
    assert recruiters(held) == given | {"filled": "Bea Both"}
    action = BulkAction.objects.get()
    said = [str(one) for one in browser.get("/people/").context["messages"]]
    assert said == ["3 requisitions handed over."]
    browser.post(reverse("bulk_undoing", args=[action.pk]))
    assert set(recruiters(held).values()) == {"Bea Both"}


def test_handover_leaves_a_client_for_which_nobody_was_chosen(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, recruiter: User,
) -> None:  # fmt: skip
    browser = sign_in(lead)
    confirm(browser, both, preview(browser, both, chosen(**{str(acme.pk): recruiter})))
    assert recruiters(held)["globex"] == "Bea Both"


def test_handover_sent_twice_is_done_once(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, recruiter: User,
) -> None:  # fmt: skip
    browser = sign_in(lead)
    page = preview(browser, both, chosen(**{str(acme.pk): recruiter}))
    assert [confirm(browser, both, page).status_code for _ in range(2)] == [302, 302]
    assert BulkAction.objects.count() == 1


def test_requisition_changed_meanwhile_is_left_and_named(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, recruiter: User,
) -> None:  # fmt: skip
    browser = sign_in(lead)
    page = preview(browser, both, chosen(**{str(acme.pk): recruiter}))
    held["acme"].edit({"recruiter": lead}, version=1, by=lead, now=NOW)
    action = BulkAction.objects
    answer = confirm(browser, both, page)
    assert answer.url == reverse("bulk_action", args=[action.get().pk])
    assert [one["title"] for one in action.get().refused] == ["Anna"]
    assert recruiters(held)["acme"] == "Lea Lead"
    assert recruiters(held)["held"] == "Rosa Recruiter"


def test_taker_who_left_meanwhile_is_refused(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, recruiter: User,
) -> None:  # fmt: skip
    browser = sign_in(lead)
    page = preview(browser, both, chosen(**{str(acme.pk): recruiter}))
    recruiter.leave(acme, by=lead, now=NOW)
    assert confirm(browser, both, page).status_code == 422
    assert recruiters(held)["acme"] == "Bea Both"


def test_row_of_a_client_without_a_taker_is_refused(
    lead: User, both: User, held: dict[str, Requisition]
) -> None:
    row = held["globex"]
    order = Order(BulkAction.Kind.RECRUITER)
    action = BulkAction.run(order, [Shown(row.pk, row.version, row.status)], by=lead, now=NOW)
    assert [one["why"] for one in action.refused] == ["Nobody was chosen who takes it over."]


def test_manager_is_followed_by_another_of_the_client(
    sign_in: SignIn, lead: User, acme: Client, manager: User, requisition: Requisition
) -> None:
    new = make_user("new@acme.example", clients=[acme], name="Nina New")
    browser = sign_in(lead)
    page = preview(browser, manager, chosen(**{str(acme.pk): new}))
    confirm(browser, manager, page)
    requisition.refresh_from_db()
    assert requisition.manager == new
    browser.post(reverse("bulk_undoing", args=[BulkAction.objects.get().pk]))
    requisition.refresh_from_db()
    assert requisition.manager == manager


# --- leaving -----------------------------------------------------------------------------------


def test_leaving_asks_for_every_client(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, globex: Client, recruiter: User,
) -> None:  # fmt: skip
    query = chosen(**{str(acme.pk): recruiter}) | {"leaving": "account"}
    page = preview(sign_in(lead), both, query)
    assert page.context["form"].errors == {
        f"to_{globex.pk}": ["Say who takes over at Globex."],
    }  # fmt: skip


def test_leaving_deactivates_with_the_handover(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, globex: Client, recruiter: User, other_recruiter: User,
) -> None:  # fmt: skip
    browser = sign_in(lead)
    query = chosen(**{str(acme.pk): recruiter, str(globex.pk): other_recruiter})
    page = preview(browser, both, query | {"leaving": "account"})
    assert "Hand over 3 requisitions and deactivate" in page.text
    confirm(browser, both, page)
    both.refresh_from_db()
    assert not both.is_active
    assert Event.objects.about(both).filter(action="deactivated", actor=lead).exists()


def test_leaving_with_something_left_does_not_deactivate(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, globex: Client, recruiter: User, other_recruiter: User,
) -> None:  # fmt: skip
    browser = sign_in(lead)
    query = chosen(**{str(acme.pk): recruiter, str(globex.pk): other_recruiter})
    page = preview(browser, both, query | {"leaving": "account"})
    held["acme"].edit({"title": "Anna, senior"}, version=1, by=lead, now=NOW)
    confirm(browser, both, page)
    both.refresh_from_db()
    assert both.is_active
    said = [str(one) for one in browser.get("/people/").context["messages"]]
    assert said == ["1 requisition is still with Bea Both, who was not deactivated. "
                    "Hand over again."]  # fmt: skip


def test_leaving_one_client_ends_that_membership_alone(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, globex: Client, recruiter: User,
) -> None:  # fmt: skip
    browser = sign_in(lead)
    query = chosen(**{str(acme.pk): recruiter}) | {"leaving": str(acme.pk)}
    page = preview(browser, both, query)
    assert [str(share.client) for share, _ in page.context["given"]] == ["Acme"]
    confirm(browser, both, page)
    assert [one.client for one in both.memberships.all()] == [globex]
    assert recruiters(held)["globex"] == "Bea Both"


def test_lead_does_not_deactivate_herself_by_a_handover(
    sign_in: SignIn, lead: User, acme: Client, manager: User, recruiter: User
) -> None:
    make_requisition(acme, recruiter=lead, manager=manager)
    browser = sign_in(lead)
    query = chosen(**{str(acme.pk): recruiter}) | {"leaving": "account"}
    confirm(browser, lead, preview(browser, lead, query))
    lead.refresh_from_db()
    assert lead.is_active


def test_person_page_leads_to_the_handover_before_the_leaving(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition], recruiter: User
) -> None:
    page = sign_in(lead).get(reverse("person", args=[both.pk]))
    assert "Bea holds 3 in work: 2 at Acme, 1 at Globex." in page.text
    assert f"{reverse('handover', args=[both.pk])}?leaving=account" in page.text
    assert f'action="{reverse("deactivation", args=[both.pk])}"' not in page.text
    free = sign_in(lead).get(reverse("person", args=[recruiter.pk]))
    assert f'action="{reverse("deactivation", args=[recruiter.pk])}"' in free.text


def test_handover_to_several_tells_each_in_one_word_and_so_does_its_undo(
    lead: User, both: User, held: dict[str, Requisition],
    acme: Client, globex: Client, recruiter: User, other_recruiter: User,
) -> None:  # fmt: skip
    def told() -> list[tuple[str, str, int | None]]:
        rows = Notification.objects.filter(cause__contains=str(action.pk)).order_by("pk")
        found = [(str(one.recipient), one.words, one.number) for one in rows]
        Notification.objects.filter(cause__contains=str(action.pk)).delete()
        return sorted(found)

    shown = [Shown(held[name].pk, held[name].version, held[name].status)
             for name in ("acme", "held", "globex")]  # fmt: skip
    takers = {acme.pk: recruiter, globex.pk: other_recruiter}
    order = Order(BulkAction.Kind.RECRUITER, takers=takers)
    action = BulkAction.run(order, shown, by=lead, now=NOW)
    assert told() == [
        ("Bea Both", "gave {what} of yours to others", 3),
        ("Omar Other", "gave you {what}", 1),
        ("Rosa Recruiter", "gave you {what}", 2),
    ]
    action.undo(now=NOW)
    assert told() == [
        ("Bea Both", "gave you {what} back", 3),
        ("Omar Other", "took {what} back from you", 1),
        ("Rosa Recruiter", "took {what} back from you", 2),
    ]


def test_requisitions_of_who_has_left_stand_on_the_leads_desk(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    globex: Client, manager: User,
) -> None:  # fmt: skip
    both.leave(globex, by=lead, now=NOW)

    def told(kind: Kind) -> dict[str, str]:
        """What the desk says of people who are gone, by title."""
        groups = sign_in(lead).get("/").context["desk"].groups
        items = [item for group in groups for item in group.items]
        return {
            one.title: reason.text for one in items for reason in one.reasons if reason.kind == kind
        }

    assert told(Kind.ORPHANED) == {"Cara": "Bea Both no longer serves Globex"}
    both.deactivate(by=lead, now=NOW)
    assert told(Kind.ORPHANED) == dict.fromkeys(("Anna", "Berta", "Cara"), "Bea Both has left")
    panel = sign_in(lead).get(reverse("desk_item", args=[held["acme"].pk])).context["panel"]
    assert [link.url for link in panel.links] == [reverse("handover", args=[both.pk])]
    listed = sign_in(lead).get("/requisitions/", {"needs": "orphaned"})
    assert {row.title for row in listed.context["rows"]} == {"Anna", "Berta", "Cara"}
    manager.deactivate(by=lead, now=NOW)
    assert told(Kind.UNMANAGED) == dict.fromkeys(("Anna", "Berta"), "Nobody gets its digest")
    assert Requisition.objects.filter(needs.unmanaged()).count() == 2


def test_statements_of_a_handover_page_do_not_grow(
    sign_in: SignIn, lead: User, both: User, held: dict[str, Requisition],
    acme: Client, manager: User,
) -> None:  # fmt: skip
    browser, url = sign_in(lead), reverse("handover", args=[both.pk])
    few = counted(lambda: browser.get(url))
    for _ in range(20):
        make_requisition(acme, recruiter=both, manager=manager)
        make_user(role=Role.RECRUITER, clients=[acme])
    assert counted(lambda: browser.get(url)) == few


def test_rows_that_nobody_chose_are_not_handed_over(
    sign_in: SignIn, lead: User, both: User, acme: Client, recruiter: User,
    held: dict[str, Requisition],
) -> None:  # fmt: skip
    data = {"key": str(uuid.uuid4()), **chosen(**{str(acme.pk): recruiter})}
    assert sign_in(lead).post(reverse("handover", args=[both.pk]), data).status_code == 302
    assert set(recruiters(held).values()) == {"Bea Both"}


def test_taker_of_another_client_is_refused_by_the_model(
    held: dict[str, Requisition], lead: User, other_recruiter: User
) -> None:
    with pytest.raises(ValidationError, match="serves this client"):
        held["acme"].edit({"recruiter": other_recruiter}, version=1, by=lead, now=NOW)
