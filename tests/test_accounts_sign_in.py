"""Getting in, staying in, and being put out."""

import re
from collections.abc import Callable
from html import unescape
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from recruiting.accounts import mails
from recruiting.accounts.models import Client, Role, User
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
CODE = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"
SignIn = Callable[[User], Browser]


@pytest.fixture
def browser() -> Browser:
    return Browser()


def sign_in_by_password(browser: Browser, email: str, password: str = PASSWORD) -> str:
    """Where the sign-in form leads; empty when it is shown again."""
    answer = browser.post(LOGIN, {"login": email, "password": password})
    return answer.headers.get("Location", "")


def mailed_code(user: User) -> str:
    """The code in the newest sign-in mail, as it waits in the ledger."""
    mail = Mail.objects.filter(recipient=user, kind="sign-in").latest("created_at")
    return str(mail.payload["code"])


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/preferences/").status_code == 200


# --- By password -----------------------------------------------------------------------------


def test_password_lets_in(browser: Browser, recruiter: User) -> None:
    assert sign_in_by_password(browser, recruiter.email) == "/"
    assert is_signed_in(browser)


def test_email_is_read_without_regard_to_case(browser: Browser, recruiter: User) -> None:
    assert sign_in_by_password(browser, " Recruiter@ACME.example ") == "/"


def test_wrong_password_says_what_to_do_and_keeps_the_email(
    browser: Browser, recruiter: User
) -> None:
    answer = browser.post(LOGIN, {"login": recruiter.email, "password": "guessed"})
    page = answer.content.decode()
    assert "have a sign-in code mailed to you" in page
    assert recruiter.email in page
    assert "guessed" not in page
    assert not is_signed_in(browser)


def test_sign_in_page_offers_the_code(browser: Browser, db: None) -> None:
    page = browser.get(LOGIN).content.decode()
    assert "Email me a sign-in code" in page
    assert f'href="{CODE}"' in page
    assert 'name="login"' in page
    assert 'name="password"' in page


def test_sign_in_leads_back_to_where_the_person_was(browser: Browser, recruiter: User) -> None:
    answer = browser.get("/clients/")
    assert answer.headers["Location"] == f"{LOGIN}?next=/clients/"
    answer = browser.post(
        answer.headers["Location"],
        {"login": recruiter.email, "password": PASSWORD, "next": "/clients/"},
    )
    assert answer.headers["Location"] == "/clients/"


def test_sign_in_does_not_lead_to_another_site(browser: Browser, recruiter: User) -> None:
    fields = {"login": recruiter.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert browser.post(LOGIN, fields).headers["Location"] == "/"


def test_guessing_passwords_is_slowed_down(browser: Browser, recruiter: User) -> None:
    for _ in range(5):
        sign_in_by_password(browser, recruiter.email, "guessed")
    assert sign_in_by_password(browser, recruiter.email) == ""
    assert not is_signed_in(browser)


def test_guesses_stay_counted_while_many_others_sign_in(db: None) -> None:
    """The limits are kept in the cache, which drops what it has no room for."""
    for number in range(400):
        cache.set(f"allauth:rl:{number}", [number], 300)
    assert [n for n in range(400) if cache.get(f"allauth:rl:{n}") is None] == []


@pytest.mark.parametrize("address", ["http://[", "//[", "http://[::1"])
def test_sign_in_for_an_address_that_is_none_is_shown(
    address: str, browser: Browser, recruiter: User
) -> None:
    assert browser.get(LOGIN, {"next": address}).status_code == 200
    answer = browser.post(LOGIN, {"login": recruiter.email, "password": PASSWORD, "next": address})
    assert answer.headers["Location"] == "/"


def test_session_and_person_cost_two_statements(
    sign_in: SignIn, recruiter: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = sign_in(recruiter)
    with django_assert_num_queries(2):
        browser.get("/clients/new/")


# --- By code ---------------------------------------------------------------------------------


def test_code_lets_in_a_manager_who_never_set_a_password(browser: Browser, acme: Client) -> None:
    manager = make_user("new@acme.example", clients=[acme], password=None)
    browser.post(CODE, {"email": "New@Acme.example"})
    answer = browser.post(CONFIRM, {"code": mailed_code(manager)})
    assert answer.headers["Location"] == "/"
    assert is_signed_in(browser)


def test_code_leads_back_to_where_the_person_was(browser: Browser, manager: User) -> None:
    answer = browser.post(CODE, {"email": manager.email, "next": "/digests/"})
    assert answer.headers["Location"] == f"{CONFIRM}?next=%2Fdigests%2F"
    fields = {"code": mailed_code(manager), "next": "/digests/"}
    assert browser.post(CONFIRM, fields).headers["Location"] == "/digests/"


def test_wrong_code_does_not_let_in(browser: Browser, manager: User) -> None:
    browser.post(CODE, {"email": manager.email})
    answer = browser.post(CONFIRM, {"code": "WRONG1"})
    assert "That is not the code" in answer.content.decode()
    assert not is_signed_in(browser)


def test_code_is_void_after_a_quarter_of_an_hour(
    browser: Browser, manager: User, clock: TimeMachineFixture
) -> None:
    browser.post(CODE, {"email": manager.email})
    code = mailed_code(manager)
    clock.shift(timedelta(minutes=16))
    browser.post(CONFIRM, {"code": code})
    assert not is_signed_in(browser)


def test_code_for_an_unknown_address_looks_the_same_and_mails_nobody(
    browser: Browser, manager: User
) -> None:
    known = browser.post(CODE, {"email": manager.email})
    unknown = Browser().post(CODE, {"email": "nobody@acme.example"})
    assert (unknown.status_code, unknown.headers["Location"]) == (302, known.headers["Location"])
    assert Mail.objects.count() == 1


def test_link_of_the_invitation_fills_in_the_email(browser: Browser, db: None) -> None:
    page = browser.get(CODE, {"email": "new@acme.example"}).content.decode()
    assert 'value="new@acme.example"' in page


def test_email_in_the_link_cannot_break_the_page(browser: Browser, db: None) -> None:
    page = browser.get(CODE, {"email": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_mail_of_the_code_waits_in_the_ledger_for_one_person(
    browser: Browser, manager: User
) -> None:
    browser.post(CODE, {"email": manager.email})
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient, mail.client) == ("sign-in", manager, None)
    assert mail.expires_at == mail.created_at + timedelta(minutes=15)


# --- Nobody signs up -------------------------------------------------------------------------


def test_nobody_signs_up(browser: Browser, db: None) -> None:
    fields = {"email": "stranger@evil.example", "password1": "a-long-password-1"}
    answer = browser.post("/accounts/signup/", fields)
    assert "by invitation" in answer.content.decode()
    assert not User.objects.filter(email="stranger@evil.example").exists()


@pytest.mark.parametrize(
    "url", ["/accounts/email/", "/accounts/confirm-email/", "/accounts/3rdparty/"]
)
def test_pages_that_are_not_offered_lead_to_the_preferences(
    url: str, sign_in: SignIn, manager: User
) -> None:
    assert sign_in(manager).get(url).headers["Location"] == "/preferences/"


# --- A password for those who want one -------------------------------------------------------


def test_forgotten_password_is_set_anew_by_a_link_that_works_once(
    browser: Browser, recruiter: User
) -> None:
    browser.post("/accounts/password/reset/", {"email": recruiter.email})
    link = Mail.objects.get(recipient=recruiter).payload["path"]
    form = browser.get(link).headers["Location"]
    passwords = {"password1": "quite-another-one", "password2": "quite-another-one"}
    browser.post(form, passwords)
    assert sign_in_by_password(Browser(), recruiter.email, "quite-another-one") == "/"
    assert "no longer works" in Browser().get(link).content.decode()


def test_link_for_a_new_password_names_no_host_but_ours(recruiter: User) -> None:
    Browser(headers={"host": "localhost"}).post(
        "/accounts/password/reset/", {"email": recruiter.email}
    )
    assert Mail.objects.get(recipient=recruiter).payload["path"].startswith("/accounts/")


def test_manager_may_set_a_password_later(browser: Browser, acme: Client) -> None:
    manager = make_user("new@acme.example", clients=[acme], password=None)
    browser.post(CODE, {"email": manager.email})
    browser.post(CONFIRM, {"code": mailed_code(manager)})
    passwords = {"password1": "quite-another-one", "password2": "quite-another-one"}
    browser.post("/accounts/password/set/", passwords)
    assert sign_in_by_password(Browser(), manager.email, "quite-another-one") == "/"


def test_changed_password_is_told_by_mail(sign_in: SignIn, recruiter: User) -> None:
    browser = Browser()
    sign_in_by_password(browser, recruiter.email)
    browser.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "quite-another", "password2": "quite-another"},
    )
    assert Mail.objects.get(recipient=recruiter).payload["change"] == "Your password was changed."


# --- Being put out ---------------------------------------------------------------------------


def test_deactivation_ends_all_sessions_at_once(
    sign_in: SignIn, recruiter: User, lead: User, now: datetime
) -> None:
    desk, phone = sign_in(recruiter), sign_in(recruiter)
    recruiter.deactivate(by=lead, now=now)
    assert (is_signed_in(desk), is_signed_in(phone)) == (False, False)


def test_sessions_stay_ended_after_reactivation(
    sign_in: SignIn, recruiter: User, lead: User, now: datetime
) -> None:
    desk = sign_in(recruiter)
    recruiter.deactivate(by=lead, now=now)
    recruiter.reactivate(by=lead, now=now)
    assert not is_signed_in(desk)
    assert sign_in_by_password(desk, recruiter.email) == "/"


def test_deactivated_person_is_told_so_only_with_the_right_password(
    browser: Browser, recruiter: User, lead: User, now: datetime
) -> None:
    recruiter.deactivate(by=lead, now=now)
    assert sign_in_by_password(browser, recruiter.email, "guessed") == ""
    assert sign_in_by_password(browser, recruiter.email) == "/accounts/inactive/"
    assert not is_signed_in(browser)


def test_deactivated_person_gets_no_code(
    browser: Browser, manager: User, lead: User, now: datetime
) -> None:
    manager.deactivate(by=lead, now=now)
    browser.post(CODE, {"email": manager.email})
    assert not Mail.objects.exists()


def test_deactivation_voids_a_code_on_its_way(
    browser: Browser, manager: User, lead: User, now: datetime
) -> None:
    browser.post(CODE, {"email": manager.email})
    manager.deactivate(by=lead, now=now)
    browser.post(CONFIRM, {"code": mailed_code(manager)})
    assert not is_signed_in(browser)


def test_code_from_before_deactivation_stays_void_after_reactivation(
    browser: Browser, manager: User, lead: User, now: datetime
) -> None:
    browser.post(CODE, {"email": manager.email})
    manager.deactivate(by=lead, now=now)
    manager.reactivate(by=lead, now=now)
    answer = browser.post(CONFIRM, {"code": mailed_code(manager)})
    assert answer.headers["Location"] == LOGIN
    assert not is_signed_in(browser)


def test_signing_out_everywhere_ends_the_other_sessions_too(sign_in: SignIn, manager: User) -> None:
    phone, lost_phone = sign_in(manager), sign_in(manager)
    assert phone.post("/preferences/signing-out/").headers["Location"] == LOGIN
    assert (is_signed_in(phone), is_signed_in(lost_phone)) == (False, False)


# --- A session that ran out during work ------------------------------------------------------


def test_htmx_call_without_a_session_takes_the_page_to_sign_in_and_back(
    browser: Browser, db: None
) -> None:
    answer = browser.post(
        "/preferences/",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/requisitions/?q=a b&page=2",
        },
    )
    sign_in = urlsplit(answer.headers["HX-Redirect"])
    assert (answer.status_code, sign_in.path) == (401, LOGIN)
    assert parse_qs(sign_in.query) == {"next": ["/requisitions/?q=a b&page=2"]}


def test_post_without_a_session_leads_back_to_the_page_of_the_form(
    browser: Browser, db: None
) -> None:
    answer = browser.post(
        "/preferences/signing-out/", headers={"Referer": "http://testserver/preferences/"}
    )
    assert answer.headers["Location"] == f"{LOGIN}?next=/preferences/"


@pytest.mark.parametrize("address", ["http://[", "//evil.example/x", "javascript:alert(1)"])
def test_odd_addresses_lead_nowhere_else(address: str, browser: Browser, db: None) -> None:
    answer = browser.post("/preferences/signing-out/", headers={"Referer": address})
    assert re.fullmatch(rf"{LOGIN}\?next=/(?!/).*", answer.headers["Location"])


# --- The first lead --------------------------------------------------------------------------


def test_create_lead_makes_one_who_signs_in_by_code(
    browser: Browser, db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_lead", "Head@Office.example", "--name", "Hana Head")
    user = User.objects.get(email="head@office.example")
    assert (user.role, user.name, user.has_usable_password()) == (Role.LEAD, "Hana Head", False)
    assert reverse("account_request_login_code") in capsys.readouterr().out
    browser.post(CODE, {"email": user.email})
    browser.post(CONFIRM, {"code": mailed_code(user)})
    assert is_signed_in(browser)


def test_create_lead_twice_makes_one(db: None) -> None:
    call_command("create_lead", "head@office.example")
    call_command("create_lead", "HEAD@office.example")
    assert User.objects.count() == 1


def test_create_lead_takes_a_password_from_standard_input(
    browser: Browser, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.readline", lambda: "quite-a-password\n")
    call_command("create_lead", "head@office.example", "--password-stdin")
    assert sign_in_by_password(browser, "head@office.example", "quite-a-password") == "/"


def test_create_lead_lets_a_deactivated_lead_in_again(
    lead: User, recruiter: User, now: datetime
) -> None:
    User.objects.filter(pk=lead.pk).update(is_active=False)
    call_command("create_lead", lead.email)
    lead.refresh_from_db()
    assert lead.is_active


@pytest.mark.parametrize(
    ("email", "options"),
    [
        ("not an address", []),
        ("head@office.example", ["--zone", "Mars/Olympus"]),
        ("head@office.example", ["--name", "Ha\u202ena"]),
        ("manager@acme.example", []),
    ],
)
def test_create_lead_refuses_what_makes_no_sense(
    email: str, options: list[str], manager: User
) -> None:
    with pytest.raises(CommandError):
        call_command("create_lead", email, *options)
    assert User.objects.count() == 1


# --- What the mails say ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "context", "said"),
    [
        (mails.CODE, {"code": "ABC-123"}, "ABC-123"),
        (mails.RESET, {"password_reset_url": "/accounts/x/"}, "http://127.0.0.1:8000/accounts/x/"),
        *((prefix, {}, words) for prefix, words in mails.CHANGES.items()),
    ],
)
def test_mail_about_signing_in_says_what_it_is_for(
    prefix: str, context: dict[str, str], said: str, manager: User, now: datetime
) -> None:
    mails.queue_sign_in(manager, prefix, context, now=now)
    mail = Mail.objects.get()
    written = mails.render_sign_in([mail], now)[mail.pk]
    assert isinstance(written, Rendered)
    assert "Hello Max," in written.text
    assert said in written.text
    assert said in unescape(written.html)
    assert "ABC-123" not in written.subject


def test_mail_that_has_no_use_here_is_not_sent(manager: User, now: datetime) -> None:
    mails.queue_sign_in(manager, "account/email/unknown_account", {}, now=now)
    assert not Mail.objects.exists()
