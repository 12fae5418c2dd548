"""Every page of accounts and of allauth looks like ours: valid, without inline script or style."""

import json
import re
from collections.abc import Callable
from datetime import datetime

import html5lib
import pytest
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AnonymousUser
from django.test import Client as Browser
from django.test import RequestFactory
from pytest_django import Settings

from recruiting.accounts.adapter import SocialAccountAdapter
from recruiting.accounts.models import Client, Invitation, Invited, Role, User
from recruiting.mailing.models import Mail
from tests.factories import PASSWORD, make_user
from tests.fixtures.browser import PHONE, OpenPage

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Browser]
SECRET = "JBSWY3DPEHPK3PXP"

ENTRANCE = [
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/x-y/",
    "/accounts/password/reset/key/done/",
    "/accounts/3rdparty/login/cancelled/",
]
OWN = [
    "/preferences/",
    "/accounts/logout/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
]
SECURED = [
    "/accounts/2fa/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/reauthenticate/",
]


def check(page: str) -> None:
    html5lib.HTMLParser(strict=True).parse(page)
    assert "Same Page</title>" in page
    assert "css/tokens.css" in page
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|data:image", page)
    for script in re.findall(r"<script[^>]*>", page):
        assert "src=" in script or 'type="application/json"' in script


def code_of_app(now: datetime) -> str:
    return format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))


@pytest.fixture
def secured(recruiter: User) -> User:
    """A recruiter with an authenticator app and recovery codes."""
    EmailAddress.objects.create(user=recruiter, email=recruiter.email, verified=True, primary=True)
    TOTP.activate(recruiter, SECRET)
    RecoveryCodes.activate(recruiter)
    return recruiter


def by_password(user: User) -> Browser:
    browser = Browser()
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return browser


@pytest.mark.parametrize("url", ENTRANCE)
def test_page_before_sign_in_is_ours(url: str, db: None) -> None:
    answer = Browser().get(url)
    assert answer.status_code == 200
    check(answer.content.decode())


def confirm(browser: Browser) -> None:
    """Give the password once more, as pages about safety ask."""
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.mark.parametrize("url", OWN)
def test_page_about_ones_own_account_is_ours(url: str, recruiter: User) -> None:
    browser = by_password(recruiter)
    confirm(browser)
    answer = browser.get(url)
    assert answer.status_code == 200
    check(answer.content.decode())


def test_page_of_a_failed_single_sign_on_is_ours(sign_in: SignIn, recruiter: User) -> None:
    check(sign_in(recruiter).get("/accounts/3rdparty/login/error/").content.decode())


def test_page_to_set_a_first_password_is_ours(sign_in: SignIn, acme: Client) -> None:
    manager = make_user(clients=[acme], password=None)
    check(sign_in(manager).get("/accounts/password/set/").content.decode())


@pytest.mark.parametrize("url", SECURED)
def test_page_about_the_app_is_ours(url: str, secured: User, clock: object, now: datetime) -> None:
    browser = by_password(secured)
    browser.post("/accounts/2fa/authenticate/", {"code": code_of_app(now)})
    confirm(browser)
    answer = browser.get(url)
    assert answer.status_code == 200
    check(answer.content.decode())


def test_page_of_the_code_is_ours(manager: User) -> None:
    browser = Browser()
    answer = browser.post("/accounts/login/code/", {"email": manager.email}, follow=True)
    check(answer.content.decode())
    wrong = browser.post("/accounts/login/code/confirm/", {"code": "WRONG1"})
    check(wrong.content.decode())


def test_page_for_a_new_password_is_ours(recruiter: User) -> None:
    browser = Browser()
    browser.post("/accounts/password/reset/", {"email": recruiter.email})
    link = Mail.objects.get().payload["path"]
    check(browser.get(link, follow=True).content.decode())


@pytest.mark.parametrize("url", ["/people/", "/people/invite/", "/clients/", "/clients/new/"])
def test_page_about_people_is_ours(url: str, sign_in: SignIn, lead: User, manager: User) -> None:
    browser = sign_in(lead)
    check(browser.get(url).content.decode())
    if "page" in url or url.endswith(("invite/", "new/")):
        check(browser.post(url, {}).content.decode())


def test_page_of_a_person_and_of_a_client_is_ours(
    sign_in: SignIn, lead: User, acme: Client, globex: Client, now: datetime
) -> None:
    invited = Invited("new@acme.example", "Nina <New>", Role.MANAGER, "UTC", (acme,))
    person = Invitation.send(invited, by=lead, now=now).user
    browser = sign_in(lead)
    check(browser.get(f"/people/{person.pk}/").content.decode())
    check(browser.get(f"/clients/{acme.pk}/").content.decode())


def test_too_many_tries_get_a_page_of_ours(db: None) -> None:
    browser = Browser()
    tries = 31  # a minute, from one address
    for _ in range(tries):
        answer = browser.post("/accounts/login/", {"login": "a@b.example", "password": "x"})
    assert answer.status_code == 429
    check(answer.content.decode())


# --- The second step -------------------------------------------------------------------------


def test_app_is_asked_for_after_the_password(secured: User, clock: object, now: datetime) -> None:
    browser = by_password(secured)
    assert browser.get("/preferences/").status_code == 302
    browser.post("/accounts/2fa/authenticate/", {"code": code_of_app(now)})
    assert browser.get("/preferences/").status_code == 200


def test_page_of_the_second_step_is_ours(secured: User) -> None:
    browser = by_password(secured)
    check(browser.get("/accounts/2fa/authenticate/").content.decode())


def test_deactivation_between_both_steps_keeps_out(
    secured: User, lead: User, clock: object, now: datetime
) -> None:
    browser = by_password(secured)
    secured.deactivate(by=lead, now=now)
    secured.reactivate(by=lead, now=now)
    answer = browser.post("/accounts/2fa/authenticate/", {"code": code_of_app(now)})
    assert answer.headers["Location"] == "/accounts/login/"
    assert browser.get("/preferences/").status_code == 302


def test_secret_of_the_app_is_drawn_in_the_page(recruiter: User) -> None:
    browser = by_password(recruiter)
    confirm(browser)
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    assert '<div class="qr" role="img"' in page
    assert "<svg" in page


# --- Single sign-on --------------------------------------------------------------------------


@pytest.fixture
def office(settings: Settings) -> SocialAccountAdapter:
    """The adapter of an installation with single sign-on."""
    app = {
        "provider_id": "sso",
        "name": "Office",
        "client_id": "x",
        "secret": "y",
        "settings": {"server_url": "https://office.example"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return SocialAccountAdapter(request)


def arriving(
    adapter: SocialAccountAdapter, email: str, *, verified: bool = True, process: str = "login"
) -> SocialLogin:
    """Somebody whom the provider has let in."""
    arrival = SocialLogin(
        user=User(email=email),
        account=SocialAccount(provider="sso", uid=email),
        email_addresses=[EmailAddress(email=email, verified=verified, primary=True)],
        provider=adapter.get_provider(adapter.request, "sso"),
    )
    arrival.state["process"] = process
    return arrival


def test_sign_in_page_offers_single_sign_on(office: SocialAccountAdapter, db: None) -> None:
    page = Browser().get("/accounts/login/").content.decode()
    assert "Sign in with Office" in page
    check(page)


def test_single_sign_on_knows_a_person_by_a_verified_address(
    office: SocialAccountAdapter, recruiter: User
) -> None:
    arrival = arriving(office, "Recruiter@acme.example")
    assert office.authenticate_by_email(arrival) == (recruiter, "Recruiter@acme.example")


def test_single_sign_on_does_not_trust_an_unverified_address(
    office: SocialAccountAdapter, recruiter: User
) -> None:
    arrival = arriving(office, recruiter.email, verified=False)
    assert office.authenticate_by_email(arrival) is None


def test_single_sign_on_refuses_a_person_whose_address_is_another_now(
    office: SocialAccountAdapter, recruiter: User
) -> None:
    arrival = arriving(office, "somebody@acme.example")
    arrival.user = recruiter
    with pytest.raises(ImmediateHttpResponse):
        office.pre_social_login(office.request, arrival)


def test_single_sign_on_connects_no_further_address(
    office: SocialAccountAdapter, recruiter: User
) -> None:
    arrival = arriving(office, "somebody@acme.example", process="connect")
    with pytest.raises(ImmediateHttpResponse):
        office.pre_social_login(office.request, arrival)


def test_single_sign_on_lets_nobody_sign_up(office: SocialAccountAdapter, db: None) -> None:
    arrival = arriving(office, "stranger@evil.example")
    assert not office.is_open_for_signup(office.request, arrival)


def test_single_sign_on_keeps_the_password(office: SocialAccountAdapter, recruiter: User) -> None:
    office.authenticate_by_email(arriving(office, recruiter.email))
    assert EmailAddress.objects.get(user=recruiter).verified


# --- In a browser ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_passkey_is_added_and_lets_in(open_page: OpenPage, acme: Client) -> None:
    user = make_user("key@acme.example", role=Role.RECRUITER, clients=[acme], password=None)
    page = open_page("/accounts/2fa/webauthn/add/", user)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add the key").click()
    page.wait_for_url("**/accounts/2fa/**")
    page.get_by_text("Key added.").wait_for()
    assert Authenticator.objects.filter(user=user, type="webauthn").exists()
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("navigation", name="Main").wait_for()
    assert json.loads(page.evaluate("JSON.stringify(document.body.dataset)"))["user"] == str(
        user.pk
    )


@pytest.mark.django_db(transaction=True)
def test_manager_signs_in_by_code_on_a_phone_without_javascript(
    open_page: OpenPage, manager: User
) -> None:
    page = open_page("/accounts/login/", viewport=PHONE, java_script_enabled=False)
    page.get_by_role("link", name="Email me a sign-in code").click()
    page.get_by_label("Email").fill(manager.email)
    page.get_by_role("button", name="Email me a sign-in code").click()
    page.get_by_label("Code").wait_for()
    code = Mail.objects.get(recipient=manager).payload["code"]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").first.click()
    page.get_by_role("navigation", name="Main").wait_for()
