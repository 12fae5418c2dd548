"""The review of a slate in tests: its mail, the links in it, and the page behind them."""

import re
from typing import Any

from django.apps import apps
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.models import User
from recruiting.approvals.models import Slate, Submission
from recruiting.approvals.notices import SLATE
from recruiting.mailing import delivery
from recruiting.mailing.models import Mail, State
from recruiting.mailing.signed_links import link_url
from tests.factories import NOW

LINK = re.compile(r"https?://[^/\s\"]+(/mail/(?:slate|decisions)/[^\s\"<>]+)")


def sent(kind: str, recipient: User | None = None) -> Mail:
    """Deliver what is due of a kind; the last mail of it that went out."""
    due = Mail.objects.kind(kind).filter(state=State.PENDING)
    delivery.deliver(list(due.values_list("pk", flat=True)), now=NOW)
    rows = Mail.objects.kind(kind).filter(state=State.SENT)
    if recipient:
        rows = rows.filter(recipient=recipient)
    found = rows.order_by("rendered_at").last()
    assert found, list(Mail.objects.kind(kind).values_list("state", "reason", "server_said"))
    return found


def links_in(mail: Mail) -> list[str]:
    """Every address in the mail that leads to a page by a personal link."""
    texts = (mail.text, mail.html.replace("&amp;", "&"))
    return list(dict.fromkeys(path for text in texts for path in LINK.findall(text)))


def entered(slate: Slate, user: User, browser: Browser | None = None) -> Browser:
    """A browser that holds the user's link to the slate."""
    browser = browser or Browser()
    path = link_url(user, SLATE, slate.pk, now=NOW)
    browser.get(path[path.index("/mail/") :])
    return browser


def page_of(slate: Slate, browser: Browser, **query: Any) -> Any:
    return browser.get(reverse("slate_by_mail", args=[slate.pk]), query)


def say(submission: Submission, browser: Browser, verdict: str = "approve", **fields: Any) -> Any:
    """Decide by link; the answer, before it is followed."""
    url = reverse("decision_by_mail", args=[submission.slate_id, submission.pk])
    return browser.post(url, {"verdict": verdict, **fields})


def all_rows() -> dict[str, list[Any]]:
    """Every row of every table."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models()
    }
