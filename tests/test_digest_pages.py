"""The archive of digests, the preview with its personal line, and addresses that refuse mail."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.models import Client, User
from recruiting.audit.models import Event
from recruiting.lib.mailview import viewable
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail, State, Suspension
from requisitions.models import Requisition, Stage
from status_updates.digests import rows
from status_updates.digests.snapshot import KIND
from status_updates.models import PersonalLine
from tests.factories import make_checkpoint, make_user
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
SignIn = Callable[[User], Browser]


@pytest.fixture
def sent(requisition: Requisition, mailoutbox: list[EmailMultiAlternatives], now: datetime) -> Mail:
    """The manager's first digest, as it went out."""
    make_checkpoint(requisition, now=now, counts={Stage.FOUND: 12})
    rows.materialise(MONDAY)
    [mail] = Mail.objects.kind(KIND)
    delivery.deliver([mail.pk], now=MONDAY)
    mail.refresh_from_db()
    assert mail.state == State.SENT
    return mail


def links(html: str) -> list[str]:
    found: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(f"{tag} {name}" for name, _ in attrs if name in ("href", "action", "src"))

    Links().feed(html)
    return found


# --- the archive ---------------------------------------------------------------------------


def test_archive_shows_exactly_what_was_sent_and_no_link_in_it_works(
    sent: Mail, recruiter: User, sign_in: SignIn, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    assert sent.html == mailoutbox[0].alternatives[0][0]
    assert "/mail/unsubscribe/" in sent.html
    response = sign_in(recruiter).get(reverse("digest_body", args=[sent.pk]))
    page = response.content.decode()
    assert page == viewable(sent.html, inert=True).html
    assert "12 found" in page
    assert links(page) == []
    assert "/mail/unsubscribe/" not in page


def test_body_may_be_framed_by_our_pages_alone_and_runs_nothing(
    sent: Mail, recruiter: User, sign_in: SignIn
) -> None:
    response = sign_in(recruiter).get(reverse("digest_body", args=[sent.pk]))
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_page_around_it_may_frame_our_own_pages(
    sent: Mail, recruiter: User, sign_in: SignIn
) -> None:
    response = sign_in(recruiter).get(reverse("digest", args=[sent.pk]))
    assert "a link for the reader alone" in response.content.decode()
    assert "/mail/unsubscribe/" in sent.text
    assert "/mail/unsubscribe/" not in response.content.decode()
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert sent.subject in response.content.decode()


@pytest.mark.parametrize("who", ["manager", "recruiter", "lead"])
def test_archive_is_open_to_its_reader_her_recruiters_and_leads(
    who: str, sent: Mail, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    browser = sign_in(request.getfixturevalue(who))
    assert sent.subject in browser.get(reverse("digests")).content.decode()
    for name in ("digest", "digest_body"):
        assert browser.get(reverse(name, args=[sent.pk])).status_code == 200


@pytest.mark.parametrize("who", ["watcher", "other_recruiter", "other_manager"])
def test_archive_is_closed_to_others(
    who: str, sent: Mail, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    browser = sign_in(request.getfixturevalue(who))
    assert sent.subject not in browser.get(reverse("digests")).content.decode()
    for name in ("digest", "digest_body"):
        assert browser.get(reverse(name, args=[sent.pk])).status_code == 404


def test_other_mail_is_no_digest(
    manager: User, sign_in: SignIn, queue_note: Callable[..., Mail], now: datetime
) -> None:
    mail = queue_note("a")
    delivery.deliver([mail.pk], now=now)
    assert sign_in(manager).get(reverse("digest", args=[mail.pk])).status_code == 404


def test_archive_says_why_a_digest_was_not_sent(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    rows.materialise(MONDAY)
    [mail] = Mail.objects.kind(KIND)
    late = MONDAY + timedelta(days=4)
    delivery.deliver([mail.pk], now=late)
    page = sign_in(recruiter).get(reverse("digests")).content.decode()
    assert "Skipped: More than three days late" in page


def test_archive_costs_the_same_with_1_and_with_50_digests(
    sent: Mail, recruiter: User, acme: Client, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    make_user(clients=[acme])
    rows.materialise(MONDAY)
    one = counted(lambda: browser.get(reverse("digests")))
    for _ in range(48):
        make_user(clients=[acme])
    rows.materialise(MONDAY)
    page = browser.get(reverse("digests"))
    assert page.content.decode().count('class="letters__item"') == 50
    assert counted(lambda: browser.get(reverse("digests"))) == one <= 9


# --- the preview ---------------------------------------------------------------------------


def preview_url(manager: User, client: Client, name: str = "digest_preview") -> str:
    return f"{reverse(name)}?{urlencode({'manager': manager.pk, 'client': client.pk})}"


def test_preview_equals_what_is_sent(
    requisition: Requisition, recruiter: User, manager: User, acme: Client, sign_in: SignIn,
    mailoutbox: list[EmailMultiAlternatives], clock: object, now: datetime,
) -> None:  # fmt: skip
    make_checkpoint(requisition, now=now, counts={Stage.FOUND: 12}, next_step="Call them")
    PersonalLine.write(
        "Good news.", manager=manager, client=acme, period="2026-W12", version=0, by=recruiter,
        now=now,
    )  # fmt: skip
    rows.materialise(MONDAY)
    clock.move_to(MONDAY)  # type: ignore[attr-defined]
    browser = sign_in(recruiter)
    body = browser.get(preview_url(manager, acme, "digest_preview_body")).content.decode()
    page = browser.get(preview_url(manager, acme)).content.decode()
    [mail] = Mail.objects.kind(KIND)
    delivery.deliver([mail.pk], now=MONDAY)
    [message] = mailoutbox
    assert body == viewable(str(message.alternatives[0][0]), inert=True).html
    assert str(message.subject) in page
    assert "Good news." in body
    assert links(body) == []


def test_preview_writes_nothing(
    requisition: Requisition, recruiter: User, manager: User, acme: Client, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    for name in ("digest_preview", "digest_preview_body"):
        assert browser.get(preview_url(manager, acme, name)).status_code == 200
    assert not Mail.objects.exists()


def test_preview_without_a_manager_lists_whose_digests_come_next(
    requisition: Requisition, other_requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    page = sign_in(recruiter).get(reverse("digest_preview")).content.decode()
    assert "Max Manager" in page
    assert "Monday 16 March, 08:00" in page
    assert "Olga Other" not in page


def test_preview_of_another_clients_manager_is_not_found(
    requisition: Requisition, other_requisition: Requisition, recruiter: User, manager: User,
    other_manager: User, acme: Client, globex: Client, sign_in: SignIn,
) -> None:  # fmt: skip
    browser = sign_in(recruiter)
    pairs = [(other_manager, globex), (other_manager, acme), (manager, globex), (recruiter, acme)]
    for person, client in pairs:
        for name in ("digest_preview", "digest_preview_body"):
            assert browser.get(preview_url(person, client, name)).status_code == 404
    assert browser.get(f"{reverse('digest_preview')}?manager=x").status_code == 404


def test_preview_is_not_for_managers(
    requisition: Requisition, manager: User, acme: Client, sign_in: SignIn
) -> None:
    browser = sign_in(manager)
    for name in ("digest_preview", "digest_preview_body"):
        assert browser.get(preview_url(manager, acme, name)).status_code == 403


def test_preview_without_a_requisition_says_that_nothing_would_go(
    recruiter: User, manager: User, acme: Client, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    page = browser.get(preview_url(manager, acme)).content.decode()
    assert "No digest would go out now." in page
    body = browser.get(preview_url(manager, acme, "digest_preview_body"))
    assert (body.status_code, body.content) == (204, b"")


# --- the personal line ---------------------------------------------------------------------


def save_line(browser: Browser, url: str, text: str, version: int = 0) -> "object":
    return browser.post(url, {"text": text, "period": "2026-W12", "version": version})


def test_personal_line_is_saved_and_leaves_an_event(
    requisition: Requisition, recruiter: User, manager: User, acme: Client, sign_in: SignIn
) -> None:
    url = preview_url(manager, acme)
    response = sign_in(recruiter).post(
        url, {"text": "Two are waiting.", "period": "2026-W12", "version": 0}
    )
    assert (response.status_code, response["Location"]) == (302, url)
    line = PersonalLine.objects.get()
    assert (line.text, line.by, line.version) == ("Two are waiting.", recruiter, 1)
    event = Event.objects.get(action="wrote a personal line")
    assert (event.actor, event.target_id, event.client) == (recruiter, manager.pk, acme)
    assert "Two are waiting." not in str(event.particulars)


def test_stale_line_gets_both_texts_and_loses_none(
    requisition: Requisition, recruiter: User, lead: User, manager: User, acme: Client,
    sign_in: SignIn,
) -> None:  # fmt: skip
    url = preview_url(manager, acme)
    sign_in(lead).post(url, {"text": "From the lead.", "period": "2026-W12", "version": 0})
    response = sign_in(recruiter).post(
        url, {"text": "From the recruiter.", "period": "2026-W12", "version": 0}
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert "From the lead." in page
    assert "From the recruiter." in page
    assert PersonalLine.objects.get().text == "From the lead."
    again = sign_in(recruiter).post(url, {"text": "From both.", "period": "2026-W12", "version": 1})
    assert again.status_code == 302
    assert PersonalLine.objects.get().text == "From both."


def test_line_for_a_digest_that_has_gone_is_kept_for_the_next(
    requisition: Requisition, recruiter: User, manager: User, acme: Client, sign_in: SignIn
) -> None:
    """The form stood open while the digest went out."""
    url, browser = preview_url(manager, acme), sign_in(recruiter)
    answer = browser.post(url, {"text": "In time?", "period": "2026-W11", "version": 0})
    form = answer.context["form"]
    assert answer.status_code == 409
    assert "has gone out" in form.errors["text"][0]
    assert not PersonalLine.objects.exists()
    browser.post(url, {name: form[name].value() for name in form.fields})
    line = PersonalLine.objects.get()
    assert (line.text, line.period) == ("In time?", "2026-W12")


def test_line_over_one_that_is_not_there_is_saved(
    requisition: Requisition, recruiter: User, manager: User, acme: Client, sign_in: SignIn
) -> None:
    data = {"text": "Hello.", "period": "2026-W12", "version": 7}
    assert sign_in(recruiter).post(preview_url(manager, acme), data).status_code == 302
    assert PersonalLine.objects.get().version == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 601, "Keep it to 600 characters"),
        ("a\x00b", "ull characters"),
        ("a\u202eb", "reverses the text"),
        ("x" * 1_000_000, "Keep it to 600 characters"),
    ],
)
def test_bad_line_is_refused_beside_the_field(
    text: str, message: str, requisition: Requisition, recruiter: User, manager: User,
    acme: Client, sign_in: SignIn,
) -> None:  # fmt: skip
    response = sign_in(recruiter).post(
        preview_url(manager, acme), {"text": text, "period": "2026-W12", "version": 0}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert text.replace("\x00", "")[:50] in page.replace("\x00", "")
    assert not PersonalLine.objects.exists()


@pytest.mark.parametrize(("period", "version"), [("2026", "0"), ("", "0"), ("2026-W12", "-1")])
def test_line_for_no_period_is_refused(
    period: str, version: str, requisition: Requisition, recruiter: User, manager: User,
    acme: Client, sign_in: SignIn,
) -> None:  # fmt: skip
    response = sign_in(recruiter).post(
        preview_url(manager, acme), {"text": "a", "period": period, "version": version}
    )
    assert response.status_code == 422
    assert not PersonalLine.objects.exists()


# --- addresses that refused mail -----------------------------------------------------------


@pytest.fixture
def suspension(manager: User, now: datetime) -> Suspension:
    return Suspension.objects.create(
        address=manager.email, at=now, server_said="550 <b>no such user</b>"
    )


def test_recruiter_sees_the_refusal_and_lifts_it(
    suspension: Suspension, recruiter: User, sign_in: SignIn
) -> None:
    browser = sign_in(recruiter)
    page = browser.get(reverse("digests")).content.decode()
    assert "manager@acme.example" in page
    assert "550 &lt;b&gt;no such user&lt;/b&gt;" in page
    url = reverse("suspension_lifting", args=[suspension.pk])
    assert browser.get(url).status_code == 405
    assert browser.post(url).status_code == 302
    assert not Suspension.objects.exists()
    assert Event.objects.get(action="lifted a suspension").actor == recruiter


@pytest.mark.parametrize(("who", "status"), [("other_recruiter", 404), ("manager", 403)])
def test_refusal_is_not_shown_to_others_nor_lifted_by_them(
    who: str, status: int, suspension: Suspension, sign_in: SignIn,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    browser = sign_in(request.getfixturevalue(who))
    assert "550" not in browser.get(reverse("digests")).content.decode()
    url = reverse("suspension_lifting", args=[suspension.pk])
    assert browser.post(url).status_code == status
    assert Suspension.objects.exists()
