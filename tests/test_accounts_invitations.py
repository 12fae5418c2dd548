"""Asking people in: who may ask whom, what happens with known addresses, and races."""

import uuid
from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from recruiting.accounts import mails
from recruiting.accounts.models import (
    Client,
    Invitation,
    InvitationRefused,
    Invited,
    Membership,
    Role,
    User,
)
from recruiting.audit.models import Event
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Browser]
URL = "/people/invite/"
NOT_HERE = "can&#x27;t be invited here"


def fields(client: Client | None = None, **typed: Any) -> dict[str, Any]:
    """A filled-in form for a new hiring manager."""
    clients = [str(client.pk)] if client else []
    return {
        "key": str(uuid.uuid4()),
        "email": "new@acme.example",
        "name": "Nina New",
        "clients": clients,
        "zone": "Europe/Berlin",
        "role": "manager",
        **typed,
    }


def invited(client: Client, **changes: Any) -> Invited:
    values: dict[str, Any] = {
        "email": "new@acme.example",
        "name": "Nina New",
        "role": Role.MANAGER,
        "zone": "UTC",
        "clients": (client,),
    }
    return Invited(**{**values, **changes})


def written(mail: Mail, now: datetime) -> Rendered:
    """The mail as it goes out."""
    text = mails.render_invitations([mail], now)[mail.pk]
    assert isinstance(text, Rendered)
    return text


# --- Who invites whom ------------------------------------------------------------------------


def test_recruiter_invites_a_manager_of_his_client(
    sign_in: SignIn, recruiter: User, acme: Client
) -> None:
    answer = sign_in(recruiter).post(URL, fields(acme))
    person = User.objects.get(email="new@acme.example")
    assert answer.headers["Location"] == f"/people/{person.pk}/"
    assert (person.role, person.name, person.has_usable_password()) == (
        Role.MANAGER,
        "Nina New",
        False,
    )
    assert person.working_card.zone == "Europe/Berlin"
    assert list(person.memberships.values_list("client", flat=True)) == [acme.pk]


def test_invitation_goes_out_by_mail_with_the_way_in(
    recruiter: User, acme: Client, now: datetime
) -> None:
    Invitation.send(invited(acme), by=recruiter, now=now)
    mail = Mail.objects.get(kind="invitation")
    assert (mail.recipient.email, mail.client) == ("new@acme.example", acme)
    text = written(mail, now)
    assert "/accounts/login/code/?email=new%40acme.example" in text.text
    assert text.subject == "Rosa Recruiter invites you to follow your openings at Acme"
    assert text.headers["Reply-To"] == recruiter.email


def test_zone_is_the_inviters_unless_chosen(sign_in: SignIn, acme: Client) -> None:
    recruiter = make_user(
        "far@acme.example", role=Role.RECRUITER, clients=[acme], zone="Asia/Tokyo"
    )
    page = sign_in(recruiter).get(URL).content.decode()
    assert '<option value="Asia/Tokyo" selected>' in page


def test_lead_invites_a_recruiter_for_several_clients(
    sign_in: SignIn, lead: User, acme: Client, globex: Client
) -> None:
    sign_in(lead).post(URL, fields(role="recruiter", clients=[str(acme.pk), str(globex.pk)]))
    person = User.objects.get(email="new@acme.example")
    assert person.role == Role.RECRUITER
    assert set(person.memberships.values_list("client", flat=True)) == {acme.pk, globex.pk}
    assert Mail.objects.get(kind="invitation").client is None


def test_lead_invites_a_lead_without_a_client(sign_in: SignIn, lead: User) -> None:
    sign_in(lead).post(URL, fields(role="lead"))
    assert User.objects.get(email="new@acme.example").is_lead


def test_recruiter_who_asks_for_a_lead_gets_a_manager(
    sign_in: SignIn, recruiter: User, acme: Client
) -> None:
    sign_in(recruiter).post(URL, fields(acme, role="lead"))
    assert User.objects.get(email="new@acme.example").is_manager


def test_manager_invites_nobody(sign_in: SignIn, manager: User, acme: Client) -> None:
    assert sign_in(manager).get(URL).status_code == 403
    assert sign_in(manager).post(URL, fields(acme)).status_code == 403
    assert not Invitation.objects.exists()


def test_nobody_invites_for_a_client_that_he_does_not_serve(
    sign_in: SignIn, recruiter: User, globex: Client
) -> None:
    answer = sign_in(recruiter).post(URL, fields(globex))
    assert answer.status_code == 422
    assert not User.objects.filter(email="new@acme.example").exists()
    assert "Globex" not in sign_in(recruiter).get(URL).content.decode()


def test_recruiter_without_a_client_is_led_to_make_one(sign_in: SignIn, db: None) -> None:
    page = sign_in(make_user(role=Role.RECRUITER)).get(URL).content.decode()
    assert 'href="/clients/new/"' in page


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", "no address"),
        ("email", '"a\x01b"@acme.example'),
        ("email", "x" * 250 + "@acme.example"),
        ("name", ""),
        ("name", "Nina\x00"),
        ("name", "Nina\x1b[2J"),
        ("name", "\u202eaniN"),
        ("name", "\u200b\u200b"),
        ("name", "N" * 121),
        ("zone", "Mars/Olympus"),
        ("zone", "../../etc/passwd"),
        ("clients", []),
        ("key", "no key"),
    ],
)
def test_bad_field_is_named_and_nothing_is_made(
    field: str, typed: object, sign_in: SignIn, recruiter: User, acme: Client
) -> None:
    answer = sign_in(recruiter).post(URL, {**fields(acme), field: typed})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert User.objects.count() == 1
    assert not Mail.objects.exists()


def test_manager_for_two_clients_at_once_is_refused(
    sign_in: SignIn, lead: User, acme: Client, globex: Client
) -> None:
    answer = sign_in(lead).post(URL, fields(clients=[str(acme.pk), str(globex.pk)]))
    assert answer.status_code == 422
    assert "Choose the one client" in answer.content.decode()


# --- Addresses that are known already --------------------------------------------------------


def test_manager_of_another_client_joins_and_is_told(
    sign_in: SignIn, recruiter: User, other_manager: User, acme: Client, now: datetime
) -> None:
    User.objects.filter(pk=other_manager.pk).update(last_login=now)
    sign_in(recruiter).post(URL, fields(acme, email="Manager@Globex.example"))
    assert other_manager.memberships.count() == 2
    mail = Mail.objects.get(kind="invitation")
    assert (mail.recipient, mail.client) == (other_manager, acme)
    rendered = written(mail, now)
    assert rendered.subject == "Acme is now on your Same Page"
    assert "Globex" not in rendered.text


def test_inviting_a_known_manager_does_not_rename_her(
    recruiter: User, other_manager: User, acme: Client, now: datetime
) -> None:
    Invitation.send(invited(acme, email=other_manager.email, name="X"), by=recruiter, now=now)
    other_manager.refresh_from_db()
    assert other_manager.name == "Olga Other"


def test_manager_of_the_same_client_is_not_invited_twice(
    sign_in: SignIn, recruiter: User, manager: User, acme: Client
) -> None:
    answer = sign_in(recruiter).post(URL, fields(acme, email=manager.email))
    assert answer.status_code == 422
    assert "Max Manager already works with Acme" in answer.content.decode()


def test_address_of_a_recruiter_is_refused_without_saying_whose_it_is(
    sign_in: SignIn, recruiter: User, other_recruiter: User, acme: Client
) -> None:
    answer = sign_in(recruiter).post(URL, fields(acme, email=other_recruiter.email))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert NOT_HERE in page
    assert "Omar" not in page
    assert "ecruiter already" not in page


def test_deactivated_person_is_refused_in_the_same_words(
    sign_in: SignIn, recruiter: User, other_manager: User, lead: User, acme: Client, now: datetime
) -> None:
    User.objects.filter(pk=other_manager.pk).update(last_login=now)
    other_manager.refresh_from_db()
    other_manager.deactivate(by=lead, now=now)
    answer = sign_in(recruiter).post(URL, fields(acme, email=other_manager.email))
    assert NOT_HERE in answer.content.decode()


def test_lead_is_told_who_it_is(
    sign_in: SignIn, lead: User, other_recruiter: User, acme: Client
) -> None:
    answer = sign_in(lead).post(URL, fields(acme, email=other_recruiter.email))
    assert "Omar Other already has an account as recruiter" in answer.content.decode()


# --- First sign-in, again, and revoked -------------------------------------------------------


def test_first_sign_in_accepts(recruiter: User, acme: Client, now: datetime) -> None:
    invitation = Invitation.send(invited(acme), by=recruiter, now=now)
    browser = Browser()
    browser.post("/accounts/login/code/", {"email": "new@acme.example"})
    code = Mail.objects.get(kind="sign-in").payload["code"]
    browser.post("/accounts/login/code/confirm/", {"code": code})
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None
    assert invitation.user.emailaddress_set.get().verified


def test_opening_the_link_accepts_nothing(recruiter: User, acme: Client, now: datetime) -> None:
    invitation = Invitation.send(invited(acme), by=recruiter, now=now)
    Browser().get("/accounts/login/code/", {"email": "new@acme.example"})
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_sending_again_is_one_more_mail_however_often_it_is_clicked(
    sign_in: SignIn, recruiter: User, acme: Client, now: datetime
) -> None:
    invitation = Invitation.send(invited(acme), by=recruiter, now=now)
    browser = sign_in(recruiter)
    for _ in range(3):
        browser.post(f"/people/invitations/{invitation.pk}/again/", {"seen": "1"})
    assert Mail.objects.filter(kind="invitation").count() == 2


def test_another_clients_invitation_is_not_there(
    sign_in: SignIn, other_recruiter: User, recruiter: User, acme: Client, now: datetime
) -> None:
    invitation = Invitation.send(invited(acme), by=recruiter, now=now)
    browser = sign_in(other_recruiter)
    for noun in ("again", "revocation"):
        url = f"/people/invitations/{invitation.pk}/{noun}/"
        assert browser.post(url, {"seen": "1"}).status_code == 404


def test_revoking_shuts_out_and_stops_the_mail(
    sign_in: SignIn, recruiter: User, acme: Client, now: datetime
) -> None:
    invitation = Invitation.send(invited(acme), by=recruiter, now=now)
    sign_in(recruiter).post(f"/people/invitations/{invitation.pk}/revocation/")
    person = User.objects.get(email="new@acme.example")
    assert (person.is_active, person.memberships.count()) == (False, 0)
    mail = Mail.objects.get(kind="invitation")
    assert set(mails.still_invited([mail], now)) == {mail.pk}


def test_revoking_takes_one_client_away_from_a_manager_of_two(
    recruiter: User, other_recruiter: User, acme: Client, globex: Client, now: datetime
) -> None:
    first = Invitation.send(invited(acme), by=recruiter, now=now)
    Invitation.send(invited(globex), by=other_recruiter, now=now)
    first.revoke(by=recruiter, now=now)
    person = User.objects.get(email="new@acme.example")
    assert person.is_active
    assert [one.client for one in person.memberships.all()] == [globex]


def test_revoking_leaves_in_whom_a_lead_gave_another_client(
    recruiter: User, lead: User, acme: Client, globex: Client, now: datetime
) -> None:
    invitation = Invitation.send(invited(acme), by=recruiter, now=now)
    invitation.user.join(globex, by=lead, now=now)
    invitation.revoke(by=recruiter, now=now)
    person = User.objects.get(pk=invitation.user.pk)
    assert (person.is_active, person.memberships.get().client) == (True, globex)


def test_accepted_invitation_cannot_be_revoked(
    sign_in: SignIn, recruiter: User, acme: Client, now: datetime
) -> None:
    invitation = Invitation.send(invited(acme), by=recruiter, now=now)
    Invitation.accept_all(invitation.user, now=now)
    answer = sign_in(recruiter).post(f"/people/invitations/{invitation.pk}/revocation/")
    assert "nothing to revoke" in str(next(iter(get_messages(answer.wsgi_request))))
    assert User.objects.get(pk=invitation.user.pk).is_active


def test_revoked_person_may_be_invited_again(recruiter: User, acme: Client, now: datetime) -> None:
    Invitation.send(invited(acme), by=recruiter, now=now).revoke(by=recruiter, now=now)
    again = Invitation.send(invited(acme), by=recruiter, now=now)
    assert (again.user.is_active, again.is_open) == (True, True)


def test_recruiter_cannot_undo_a_leads_deactivation_by_inviting(
    recruiter: User, lead: User, acme: Client, now: datetime
) -> None:
    Invitation.send(invited(acme), by=recruiter, now=now).user.deactivate(by=lead, now=now)
    with pytest.raises(InvitationRefused):
        Invitation.send(invited(acme), by=recruiter, now=now)


# --- Twice at once ---------------------------------------------------------------------------


def test_double_click_invites_once_and_leads_to_the_same_page(
    sign_in: SignIn, recruiter: User, acme: Client
) -> None:
    form, browser = fields(acme), sign_in(recruiter)
    pages = {browser.post(URL, form).headers["Location"] for _ in range(3)}
    assert len(pages) == 1
    assert (Invitation.objects.count(), Mail.objects.count()) == (1, 1)


def test_key_of_another_person_is_worth_nothing(
    sign_in: SignIn, recruiter: User, other_recruiter: User, acme: Client, globex: Client
) -> None:
    form = fields(acme)
    sign_in(recruiter).post(URL, form)
    stolen = {**form, "clients": [str(globex.pk)]}
    assert sign_in(other_recruiter).post(URL, stolen).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_recruiters_who_invite_the_same_address_at_once_make_one_person(
    recruiter: User, other_recruiter: User, acme: Client, globex: Client
) -> None:
    start = Barrier(2)
    failures: list[Exception] = []

    def invite(by: User, client: Client) -> None:
        try:
            start.wait()
            Invitation.send(invited(client), by=by, now=timezone.now())
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [
        Thread(target=invite, args=(recruiter, acme)),
        Thread(target=invite, args=(other_recruiter, globex)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    person = User.objects.get(email="new@acme.example")
    assert Membership.objects.filter(user=person).count() == 2
    assert Mail.objects.filter(kind="invitation").count() == 2


def test_every_step_leaves_an_event(recruiter: User, acme: Client, now: datetime) -> None:
    invitation = Invitation.send(invited(acme), by=recruiter, now=now)
    invitation.send_again(seen=1, by=recruiter, now=now)
    invitation.revoke(by=recruiter, now=now)
    actions = Event.objects.about(invitation.user).order_by("id").values_list("action", flat=True)
    assert list(actions) == [
        "joined client",
        "invited",
        "invited again",
        "revoked invitation",
    ]
