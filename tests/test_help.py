"""Help with each page, the switch for single-key shortcuts, and hints that go away for good."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from intake.models import Intake
from recruiting.accounts.hints import HINTS
from recruiting.accounts.models import User
from recruiting.dashboards.help import _BOTH, _LIKE, _MANAGERS, _RECRUITERS, GENERAL, topic_for
from requisitions.models import Requisition
from tests.factories import NOW, make_slate
from tests.fixtures.world import World
from tests.queries import counted
from tests.test_every_page import NO_PAGE, pages_of
from tests.test_permissions import TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
OWN = {
    "home", "round", "requisitions", "requisition", "digests", "preferences", "intake", "brief",
    "meeting", "candidates", "review", "submission", "impact", "screen_outs",
}  # fmt: skip
"""Pages that are worked on daily and must not fall back to the general help."""


@pytest.mark.parametrize("role", ["recruiter", "manager"])
def test_every_page_has_help_or_the_general_one(
    role: str, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(role)
    browser = sign_in(user)
    titles = {}
    for name in pages_of(role):
        page = browser.get(f"/help/{name}/")
        assert page.status_code == 200, name
        titles[name] = page.context["topic"].title
    own = OWN & titles.keys()
    assert GENERAL.title not in [titles[name] for name in own]
    assert own >= OWN - {"round", "meeting", "screen_outs"}
    assert titles["account_email" if "account_email" in titles else "mfa_index"] == GENERAL.title


def test_help_names_only_pages_that_there_are() -> None:
    named = {*_RECRUITERS, *_MANAGERS, *_BOTH, *_LIKE, *_LIKE.values()}
    assert named - {row.name for row in TABLE} == set()
    assert named & NO_PAGE == set()


def test_help_tells_each_role_of_its_own_home(recruiter: User, manager: User) -> None:
    assert topic_for("home", recruiter).title == "Desk"
    assert topic_for("home", manager).title == "Your home"
    assert topic_for("round", manager) == GENERAL


def test_page_leads_to_its_own_help(sign_in: SignIn, recruiter: User, world: World) -> None:
    page = sign_in(recruiter).get(world.path("requisition_watchers")).content.decode()
    assert 'href="/help/requisition_watchers/"' in page
    assert sign_in(recruiter).get("/help/requisition_watchers/").context["topic"].title == (
        "A requisition"
    )


def test_single_keys_are_switched_off_for_good(sign_in: SignIn, recruiter: User) -> None:
    browser = sign_in(recruiter)
    page = browser.get("/preferences/")
    assert 'data-keys="on"' in page.content.decode()
    typed = {"version": 1, "name": "Rosa", "zone": "UTC", "days": [1], "starts": "9:00",
             "mail_budget": 2}  # fmt: skip
    assert browser.post("/preferences/", {**typed, "ends": "17:00"}).status_code == 302
    recruiter.refresh_from_db()
    assert recruiter.single_keys is False
    assert 'data-keys="off"' in browser.get("/round/").content.decode()
    keys = browser.get("/help/home/").content.decode()
    assert ("<kbd>j</kbd>" in keys, "<kbd>Enter</kbd>" in keys) == (False, True)


@pytest.mark.parametrize("name", HINTS)
def test_hint_is_shown_until_it_is_dismissed_on_every_device(
    name: str,
    sign_in: SignIn,
    recruiter: User,
    manager: User,
    requisition: Requisition,
) -> None:
    user = manager if name in ("home", "review") else recruiter
    path = {"round": "/round/", "list": "/requisitions/?status="}.get(name, "/")
    path = requisition.get_absolute_url() if name in ("requisition", "room") else path
    if name == "room":
        Intake.prepare(requisition, by=recruiter, now=NOW)
        path += "intake/"
    if name in ("candidates", "review"):
        make_slate(requisition)
        path = f"{requisition.get_absolute_url()}{name}/"
    first, second = sign_in(user), sign_in(user)
    page = first.get(path).content.decode()
    assert page.count('id="hint"') == 1
    sent = {"back": path.partition("?")[0]}
    gone = first.post(f"/hints/{name}/dismissal/", sent)
    assert gone["Location"] == sent["back"]
    assert 'id="hint"' not in second.get(path).content.decode()


def test_hints_dismissed_at_once_in_two_places_are_both_gone(recruiter: User) -> None:
    elsewhere = User.objects.get(pk=recruiter.pk)
    recruiter.dismiss_hint("desk")
    elsewhere.dismiss_hint("round")
    elsewhere.dismiss_hint("round")
    recruiter.refresh_from_db()
    assert recruiter.hints_done == "desk round "


def test_all_hints_fit(recruiter: User) -> None:
    for name in HINTS:
        recruiter.dismiss_hint(name)
    recruiter.full_clean()
    assert not any(recruiter.wants_hint(name) for name in HINTS)


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "\\\\evil.example", ""])
def test_hint_does_not_lead_elsewhere(sign_in: SignIn, recruiter: User, back: str) -> None:
    answer = sign_in(recruiter).post("/hints/desk/dismissal/", {"back": back})
    assert answer["Location"] == "/"


def test_hint_that_is_none_is_not_found(sign_in: SignIn, recruiter: User) -> None:
    assert sign_in(recruiter).post("/hints/nonsense/dismissal/").status_code == 404


def test_hint_and_keys_cost_no_statement(
    sign_in: SignIn, recruiter: User, requisition: Requisition
) -> None:
    browser = sign_in(recruiter)
    path = requisition.get_absolute_url()
    with_hint = counted(lambda: browser.get(path))
    recruiter.dismiss_hint("requisition")
    assert counted(lambda: browser.get(path)) == with_hint
