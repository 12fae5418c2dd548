"""Who sees whom, and what leads change about people and clients."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from recruiting.accounts.models import (
    Client,
    ClientNameTaken,
    Invitation,
    Role,
    StalePreferences,
    User,
)
from recruiting.accounts.models.invitations import Invited
from recruiting.accounts.models.people import ADDRESS_CHANGE
from recruiting.audit.models import Event
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail
from tests.factories import NOW, make_client, make_user
from tests.queries import counted

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Browser]


# --- Who sees whom ---------------------------------------------------------------------------


def test_recruiter_sees_the_people_of_his_clients_alone(
    recruiter: User, manager: User, other_manager: User, other_recruiter: User
) -> None:
    assert set(User.objects.visible_to(recruiter)) == {recruiter, manager}


def test_lead_sees_everybody(
    lead: User, recruiter: User, other_manager: User, other_recruiter: User
) -> None:
    assert set(User.objects.visible_to(lead)) == {
        lead,
        recruiter,
        other_manager,
        other_recruiter,
    }


def test_recruiter_sees_his_clients_alone(
    recruiter: User, acme: Client, globex: Client, lead: User
) -> None:
    assert list(Client.objects.visible_to(recruiter)) == [acme]
    assert list(Client.objects.visible_to(lead)) == [acme, globex]


@pytest.mark.parametrize("url", ["/people/", "/clients/", "/clients/new/"])
def test_manager_has_no_use_for_these_pages(url: str, sign_in: SignIn, manager: User) -> None:
    assert sign_in(manager).get(url).status_code == 403


def test_pages_of_another_client_are_not_there(
    sign_in: SignIn, recruiter: User, other_manager: User, globex: Client
) -> None:
    browser = sign_in(recruiter)
    assert browser.get(f"/people/{other_manager.pk}/").status_code == 404
    assert browser.get(f"/clients/{globex.pk}/").status_code == 404


def test_person_of_two_clients_shows_only_the_shared_one(
    sign_in: SignIn, recruiter: User, acme: Client, globex: Client
) -> None:
    both = make_user("both@people.example", clients=[acme, globex], name="Bo Both")
    browser = sign_in(recruiter)
    for page in ("/people/", f"/people/{both.pk}/", f"/clients/{acme.pk}/"):
        shown = browser.get(page).content.decode()
        assert "Bo Both" in shown
        assert "Globex" not in shown


def test_search_finds_by_parts_of_name_and_address(
    sign_in: SignIn, recruiter: User, manager: User
) -> None:
    browser = sign_in(recruiter)
    found = browser.get("/people/", {"q": "max acme"}).context["entries"]
    assert [entry.person for entry in found] == [manager]
    assert "Nobody here is like that" in browser.get("/people/", {"q": "zz"}).content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"role": "recruiter"}, ["Rosa Recruiter", "Gone"]),
        ({"role": "manager", "client": "Globex"}, ["Olga Other"]),
        ({"state": "gone"}, ["Gone"]),
        ({"state": "active", "role": "recruiter"}, ["Rosa Recruiter"]),
        ({"state": "new", "q": "max"}, ["Max Manager"]),
        ({"role": "nonsense", "client": "x", "q": "olga"}, ["Olga Other"]),
    ],
)
def test_people_are_narrowed_by_role_client_and_state(
    sign_in: SignIn, lead: User, recruiter: User, manager: User, other_manager: User,
    acme: Client, query: dict[str, str], names: list[str],
) -> None:  # fmt: skip
    make_user(role=Role.RECRUITER, clients=[acme], name="Gone", is_active=False)
    clients = {client.name: str(client.pk) for client in Client.objects.all()}
    asked = query | {"client": clients.get(query.get("client", ""), query.get("client", ""))}
    found = sign_in(lead).get("/people/", asked).context["entries"]
    assert [str(entry.person) for entry in found] == names


def test_client_of_others_is_not_offered_to_narrow_by(
    sign_in: SignIn, recruiter: User, acme: Client, globex: Client
) -> None:
    form = sign_in(recruiter).get("/people/").context["form"]
    assert list(form.fields["client"].queryset) == [acme]


def test_lead_puts_a_name_right(sign_in: SignIn, lead: User, manager: User) -> None:
    url = reverse("person_edit", args=[manager.pk])
    browser = sign_in(lead)
    version = browser.get(url).context["form"]["version"].value()
    typed = {"version": version, "name": "Maxine Manager", "email": manager.email}
    browser.post(url, typed)
    manager.refresh_from_db()
    assert manager.name == "Maxine Manager"
    event = Event.objects.about(manager).get(action="renamed")
    assert event.particulars == {"before": "Max Manager", "name": "Maxine Manager"}
    stale = browser.post(url, typed | {"name": "Mad Max"})
    assert stale.status_code == 409
    assert "<strong>Maxine Manager</strong>, manager@acme.example now" in stale.text
    manager.refresh_from_db()
    assert manager.name == "Maxine Manager"
    again = stale.context["form"]["version"].value()
    assert browser.post(url, typed | {"version": again, "name": "Mad Max"}).status_code == 302


def test_changed_address_is_told_to_both(
    sign_in: SignIn, lead: User, manager: User, mailoutbox: list[EmailMessage]
) -> None:
    EmailAddress.objects.create(user=manager, email=manager.email, verified=True, primary=True)
    url = reverse("person_edit", args=[manager.pk])
    version = manager.preferences.version
    typed = {"version": version, "name": manager.name, "email": "Max@New.example"}
    assert sign_in(lead).post(url, typed).status_code == 302
    manager.refresh_from_db()
    assert manager.email == "max@new.example"
    assert not manager.emailaddress_set.exists()
    told = Mail.objects.kind(ADDRESS_CHANGE)
    delivery.deliver([mail.pk for mail in told], now=max(mail.due_at for mail in told))
    assert sorted(mail.to[0] for mail in mailoutbox) == ["manager@acme.example", "max@new.example"]
    assert "from manager@acme.example to max@new.example" in mailoutbox[0].body
    assert "Lea Lead: lead@acme.example" in mailoutbox[0].body
    assert Event.objects.about(manager).filter(action="changed address", actor=lead).exists()


def test_address_of_another_account_is_refused_beside_the_field(
    sign_in: SignIn, lead: User, manager: User, recruiter: User
) -> None:
    url = reverse("person_edit", args=[manager.pk])
    typed = {"version": manager.preferences.version, "name": "M", "email": recruiter.email.upper()}
    page = sign_in(lead).post(url, typed)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["email"]
    manager.refresh_from_db()
    assert (manager.name, manager.preferences.version) == ("Max Manager", typed["version"])


def test_name_put_right_by_a_lead_makes_the_persons_open_form_stale(
    lead: User, manager: User
) -> None:
    shown = manager.preferences.version
    manager.put_right("Maxine", manager.email, version=shown, by=lead, now=NOW)
    with pytest.raises(StalePreferences):
        manager.put_right("Max", manager.email, version=shown, by=lead, now=NOW)


def test_open_invitations_are_sent_again_and_revoked_in_their_list(
    sign_in: SignIn, recruiter: User, acme: Client, globex: Client, other_recruiter: User
) -> None:
    def invite(name: str, client: Client, by: User, hours: int) -> Invitation:
        invited = Invited(f"{name}@x.example", name, Role.MANAGER, "UTC", (client,))
        return Invitation.send(invited, by=by, now=NOW + timedelta(hours=hours))

    second, first = invite("bob", acme, recruiter, 2), invite("ann", acme, recruiter, 1)
    invite("eve", globex, other_recruiter, 0)
    browser, url = sign_in(recruiter), reverse("invitations")
    assert list(browser.get(url).context["page"]) == [first, second]
    again = reverse("invitation_again", args=[first.pk])
    assert browser.post(again, {"seen": "1", "list": "1"})["Location"] == url
    revoked = reverse("invitation_revocation", args=[second.pk])
    assert browser.post(revoked, {"list": "1"})["Location"] == url
    [left] = browser.get(url).context["page"]
    assert (left, left.sends) == (first, 2)


def test_list_of_invitations_costs_the_same_for_one_and_for_fifty(
    sign_in: SignIn, recruiter: User, acme: Client
) -> None:
    def invite(number: int) -> None:
        person = Invited(f"n{number}@x.example", "New", Role.MANAGER, "UTC", (acme,))
        Invitation.send(person, by=recruiter, now=NOW)

    browser, url = sign_in(recruiter), reverse("invitations")
    invite(0)
    few = counted(lambda: browser.get(url))
    for number in range(1, 51):
        invite(number)
    assert counted(lambda: browser.get(url)) == few == 4


@pytest.mark.parametrize("words", ["a\x00b", "x" * 5000, "\u202e"])
def test_search_for_rubbish_does_no_harm(words: str, sign_in: SignIn, recruiter: User) -> None:
    assert sign_in(recruiter).get("/people/", {"q": words}).status_code == 200


@pytest.mark.parametrize("page", ["/people/", "/clients/"])
def test_lists_cost_the_same_for_one_row_and_for_fifty(
    page: str,
    sign_in: SignIn,
    recruiter: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = sign_in(recruiter)
    budget = {"/people/": 7, "/clients/": 3}[page]
    with django_assert_num_queries(budget):
        browser.get(page)
    for _ in range(50):
        client = make_client(by=recruiter)
        make_user(clients=[client])
    with django_assert_num_queries(budget):
        browser.get(page)


# --- Rights ----------------------------------------------------------------------------------


def test_lead_deactivates_and_takes_it_back(sign_in: SignIn, lead: User, recruiter: User) -> None:
    browser = sign_in(lead)
    answer = browser.post(f"/people/{recruiter.pk}/deactivation/", follow=True)
    recruiter.refresh_from_db()
    assert not recruiter.is_active
    assert f'action="/people/{recruiter.pk}/reactivation/" data-undo' in answer.content.decode()
    browser.post(f"/people/{recruiter.pk}/reactivation/")
    recruiter.refresh_from_db()
    assert recruiter.is_active


def test_missed_digests_are_not_made_up_for_after_reactivation(
    lead: User, manager: User, now: datetime
) -> None:
    manager.deactivate(by=lead, now=now)
    later = now.replace(month=6)
    manager.reactivate(by=lead, now=later)
    manager.preferences.refresh_from_db()
    assert manager.preferences.digest_since == later


def test_lead_cannot_deactivate_or_demote_himself(sign_in: SignIn, lead: User) -> None:
    browser = sign_in(lead)
    for noun in ("deactivation", "demotion"):
        answer = browser.post(f"/people/{lead.pk}/{noun}/", follow=True)
        assert "Ask another lead" in answer.content.decode()
    lead.refresh_from_db()
    assert (lead.is_active, lead.role) == (True, Role.LEAD)


def test_lead_who_was_just_removed_removes_nobody(lead: User, now: datetime) -> None:
    other = make_user("second@office.example", role=Role.LEAD)
    other.deactivate(by=lead, now=now)
    with pytest.raises(PermissionDenied):
        lead.deactivate(by=other, now=now)
    lead.refresh_from_db()
    assert lead.is_active


def test_recruiter_becomes_a_lead_and_back(sign_in: SignIn, lead: User, recruiter: User) -> None:
    browser = sign_in(lead)
    browser.post(f"/people/{recruiter.pk}/promotion/")
    recruiter.refresh_from_db()
    assert recruiter.is_lead
    browser.post(f"/people/{recruiter.pk}/demotion/")
    recruiter.refresh_from_db()
    assert recruiter.role == Role.RECRUITER


def test_manager_never_becomes_a_lead(sign_in: SignIn, lead: User, manager: User) -> None:
    answer = sign_in(lead).post(f"/people/{manager.pk}/promotion/", follow=True)
    assert "A hiring manager stays one" in answer.content.decode()
    manager.refresh_from_db()
    assert manager.is_manager


def test_lead_gives_and_takes_clients(
    sign_in: SignIn, lead: User, recruiter: User, globex: Client
) -> None:
    browser = sign_in(lead)
    browser.post(f"/people/{recruiter.pk}/memberships/", {"client": str(globex.pk)})
    assert Client.objects.visible_to(recruiter).filter(pk=globex.pk).exists()
    browser.post(f"/people/{recruiter.pk}/memberships/{globex.pk}/ending/")
    assert not Client.objects.visible_to(recruiter).filter(pk=globex.pk).exists()
    browser.post(f"/people/{recruiter.pk}/memberships/{globex.pk}/")
    assert Client.objects.visible_to(recruiter).filter(pk=globex.pk).exists()
    actions = Event.objects.about(recruiter).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["joined client", "left client", "joined client"]


def test_unknown_client_is_refused_on_the_same_page(
    sign_in: SignIn, lead: User, recruiter: User
) -> None:
    url = f"/people/{recruiter.pk}/memberships/"
    assert sign_in(lead).post(url, {"client": str(uuid.uuid4())}).status_code == 422


@pytest.mark.parametrize("noun", ["deactivation", "reactivation", "promotion", "demotion"])
def test_recruiter_changes_nobodys_rights(
    noun: str, sign_in: SignIn, recruiter: User, manager: User
) -> None:
    assert sign_in(recruiter).post(f"/people/{manager.pk}/{noun}/").status_code == 403


# --- Clients ---------------------------------------------------------------------------------


def new_client(name: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "name": name}


def test_creator_of_a_client_is_its_member(sign_in: SignIn, recruiter: User) -> None:
    answer = sign_in(recruiter).post("/clients/new/", new_client("  Initech "))
    client = Client.objects.visible_to(recruiter).get(name="Initech")
    assert answer.headers["Location"] == f"/clients/{client.pk}/"


def test_client_sent_ten_times_is_one(sign_in: SignIn, recruiter: User) -> None:
    browser, form = sign_in(recruiter), new_client("Initech")
    pages = {browser.post("/clients/new/", form).headers["Location"] for _ in range(10)}
    assert len(pages) == 1
    assert Client.objects.filter(name="Initech").count() == 1


def test_name_of_an_own_client_is_taken_whatever_its_case(sign_in: SignIn, recruiter: User) -> None:
    answer = sign_in(recruiter).post("/clients/new/", new_client("ACME"))
    assert answer.status_code == 422
    assert "There is a client of this name already" in answer.content.decode()
    assert Client.objects.count() == 1


def test_name_of_an_unseen_client_is_refused_without_saying_why(
    recruiter: User, globex: Client, now: datetime
) -> None:
    with pytest.raises(ClientNameTaken, match="This name can't be used"):
        Client.create("globex", by=recruiter, now=now)


@pytest.mark.parametrize("name", ["", "   ", "A\x00B", "A\nB", "\u202eemcA", "\u2066", "A" * 121])
def test_bad_name_of_a_client_is_refused(name: str, sign_in: SignIn, recruiter: User) -> None:
    answer = sign_in(recruiter).post("/clients/new/", new_client(name))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["name"]
    assert Client.objects.count() == 1
