"""The outbox of the embedded installation, and sign-in mail on its way through it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import Settings

from recruiting.accounts import mails
from recruiting.accounts.models import User
from recruiting.mailing import delivery, outbox
from recruiting.mailing.models import Mail, State


@pytest.fixture
def embedded(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = outbox.BACKEND
    settings.OUTBOX_DIR = tmp_path / "outbox"


@pytest.fixture
def code_mail(embedded: None, manager: User, now: datetime) -> Mail:
    mails.queue_sign_in(manager, mails.CODE, {"code": "XK7-Q2P"}, now=now)
    mail = Mail.objects.get()
    delivery.deliver([mail.pk], now=now)
    mail.refresh_from_db()
    assert mail.state == State.SENT
    return mail


@pytest.fixture
def key(code_mail: Mail) -> str:
    [line] = outbox.newest()
    return line.key


def pages(key: str) -> list[str]:
    return [
        reverse("outbox"),
        reverse("outbox_mail", args=[key]),
        reverse("outbox_body", args=[key]),
    ]


def test_code_is_read_in_the_outbox_without_signing_in(
    key: str, manager: User, client: Browser
) -> None:
    listing, mail, body = (client.get(url).content.decode() for url in pages(key))
    assert "manager@acme.example" in listing
    assert "XK7-Q2P" in mail
    assert "XK7-Q2P" in body


def test_code_is_gone_from_the_ledger_once_sent(code_mail: Mail) -> None:
    row = " ".join(str(value) for value in Mail.objects.values_list().get())
    assert "XK7" not in row
    assert code_mail.redacted_at is not None


def test_outbox_lists_the_newest_first(
    embedded: None, queue_note: Callable[..., Mail], now: datetime
) -> None:
    for period in "abc":
        delivery.deliver([queue_note(period).pk], now=now)
    assert [line.subject for line in outbox.newest()] == ["Note c", "Note b", "Note a"]


@pytest.mark.parametrize(
    "request_from",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
    ],
)
def test_outbox_does_not_exist_for_other_machines(
    request_from: dict[str, str], key: str, client: Browser
) -> None:
    for url in pages(key):
        assert client.get(url, **request_from).status_code == 404  # type: ignore[arg-type]


def test_outbox_answers_this_machine_by_ipv6(key: str, client: Browser) -> None:
    for url in pages(key):
        assert client.get(url, REMOTE_ADDR="::1").status_code == 200


def test_outbox_does_not_exist_where_mail_is_really_sent(
    key: str, client: Browser, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "recruiting.mailing.transport.SmtpBackend"
    for url in pages(key):
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("unknown", ["x", "..", "1.M2P3Q4.host", "%2e%2e%2fsecret_key"])
def test_mail_that_is_not_there_is_not_found(
    unknown: str, code_mail: Mail, client: Browser
) -> None:
    for url in (f"/outbox/{unknown}/", f"/outbox/{unknown}/body/"):
        assert client.get(url).status_code == 404


def test_links_work_in_the_outbox(
    embedded: None, manager: User, client: Browser, now: datetime
) -> None:
    reset = {"password_reset_url": "/accounts/password/reset/key/abc/"}
    mails.queue_sign_in(manager, mails.RESET, reset, now=now)
    delivery.deliver(list(Mail.objects.values_list("pk", flat=True)), now=now)
    [line] = outbox.newest()
    body = client.get(reverse("outbox_body", args=[line.key])).content.decode()
    assert 'href="http' in body
    assert 'target="_top"' in body
