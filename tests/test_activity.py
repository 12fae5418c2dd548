"""The record of a requisition and of a client: whose it is, how it is told, filtered and paged."""

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client as Browser
from django.urls import reverse
from django.utils.http import urlencode
from time_machine import TimeMachineFixture

from recruiting.accounts.models import Client, Delegation, Role, User, WorkingCard
from recruiting.audit.models import Event, event_of, record
from recruiting.dashboards.activity.pages import (
    PAGE,
    Place,
    day_words,
    events_of,
    of_client,
    of_office,
    of_requisition,
    when_words,
)
from requisitions.models import Requisition, Stage, Status
from status_updates.models import Note
from tests.factories import (
    NOW,
    make_checkpoint,
    make_client,
    make_note,
    make_requisition,
    make_touchpoint,
    make_user,
)
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
HTMX = {"HX-Request": "true"}


def path(page: Requisition | Client | None = None, **query: Any) -> str:
    if page is None:
        return reverse("activity")
    name = "client_activity" if isinstance(page, Client) else "requisition_activity"
    return reverse(name, args=[page.pk]) + (f"?{urlencode(query)}" if query else "")


def lines(answer: Any) -> list[Any]:
    return [line for day in answer.context["page"].days for line in day.lines]


def told(answer: Any) -> list[str]:
    return [f"{line.who} {line.did}" for line in lines(answer)]


def add_events(requisition: Requisition, number: int, *, at: datetime = NOW, **more: Any) -> None:
    """Many of them, a minute between two, or all at once with `apart=0`."""
    apart = timedelta(minutes=more.pop("apart", 1))
    Event.objects.bulk_create(
        event_of(
            "edited", requisition, by=requisition.recruiter, now=at - count * apart,
            client=requisition.client, fields=["title"], **more,
        )
        for count in range(number)
    )  # fmt: skip


# --- what is told --------------------------------------------------------------------------


def test_record_tells_who_did_what(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, watcher: User
) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 12, Stage.SUBMITTED: 1})
    requisition.watch(make_user("w@x.example", clients=[requisition.client], name="Vera View"),
                      by=recruiter, now=NOW)  # fmt: skip
    make_note(requisition, "Who else?", by=manager, kind=Note.Kind.QUESTION)
    make_touchpoint(requisition, kind="email")
    requisition.edit({"title": "Engineer", "currency": "EUR", "basis": "year"},
                     version=1, by=recruiter, now=NOW)  # fmt: skip
    requisition.put_on_hold(by=recruiter, now=NOW, reason="The budget is frozen.")
    requisition.resume(by=recruiter, now=NOW + timedelta(seconds=1))
    for reader in (recruiter, manager, watcher):
        answer = sign_in(reader).get(path(requisition))
        assert told(answer) == [
            "Rosa Recruiter resumed the requisition",
            "Rosa Recruiter put the requisition on hold",
            "Rosa Recruiter changed the pay and the title",
            "Rosa Recruiter logged an email",
            "Max Manager asked a question",
            "Rosa Recruiter let Vera View watch the requisition",
            "Rosa Recruiter logged a checkpoint",
            "Rosa Recruiter opened the requisition",
            "Rosa Recruiter created the requisition",
        ]
        assert [line.reason for line in lines(answer)][1] == "The budget is frozen."
        assert lines(answer)[6].counts == [("+12", "found"), ("+1", "resume submitted")]
        assert [day.words for day in answer.context["page"].days] == ["Today", "Monday 9 February"]


def test_page_shows_neither_actions_as_recorded_nor_ids_of_events(
    sign_in: SignIn, requisition: Requisition, lead: User
) -> None:
    requisition.put_on_hold(by=requisition.recruiter, now=NOW, reason="Frozen.")
    add_events(requisition, PAGE + 2)
    text = sign_in(lead).get(path(requisition)).text
    assert "on_hold" not in text
    last = Event.objects.latest("id").pk
    assert not any(f"_{number}&" in text or f'_{number}"' in text for number in (last, last - 50))


def test_client_activity_leads_to_the_requisition_of_each_line(
    sign_in: SignIn, requisition: Requisition, recruiter: User, acme: Client
) -> None:
    other = make_requisition(
        acme, recruiter=recruiter, manager=None, status=Status.DRAFT, title="Cook", now=NOW
    )
    make_user("new@acme.example", name="Nora New").join(
        acme, by=recruiter, now=NOW + timedelta(seconds=1)
    )
    answer = sign_in(recruiter).get(path(acme))
    assert [line.requisition for line in lines(answer)][:2] == [None, other]
    assert f'<a href="{other.get_absolute_url()}">Cook</a>' in answer.text
    assert told(answer)[0] == "Rosa Recruiter made Nora New a member of the client"


def test_office_activity_tells_leads_of_people_and_roles(
    sign_in: SignIn, lead: User, recruiter: User, manager: User, watcher: User, acme: Client
) -> None:
    recruiter.make_lead(by=lead, now=NOW)
    manager.deactivate(by=lead, now=NOW + timedelta(seconds=1))
    watcher.leave(acme, by=lead, now=NOW + timedelta(seconds=2))
    Delegation.settle(recruiter, {acme.pk: lead.pk}, by=recruiter, now=NOW + timedelta(seconds=3))
    recruiter.sign_out_everywhere(by=recruiter, now=NOW + timedelta(seconds=4))
    assert told(sign_in(lead).get(path()))[:5] == [
        "Rosa Recruiter ended all sessions",
        "Rosa Recruiter chose Lea Lead to stand in",
        "Lea Lead ended the membership of Wanda Watcher",
        "Lea Lead deactivated the account of Max Manager",
        "Lea Lead gave Rosa Recruiter the role of lead",
    ]


def test_what_the_software_did_is_told_under_its_name(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    record("became filled", requisition, by=None, now=NOW, client=requisition.client)
    assert told(sign_in(manager).get(path(requisition)))[0] == "Same Page filled the last opening"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=9, minutes=59), "9 hours ago"),
        (timedelta(hours=10, minutes=1), "23:59"),
    ],
)
def test_when_is_relative_within_the_day(before: timedelta, words: str) -> None:
    assert when_words(NOW - before, NOW, ZoneInfo("UTC")) == words


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 3, 11), "Today"),
        (date(2026, 3, 10), "Yesterday"),
        (date(2026, 3, 9), "Monday 9 March"),
        (date(2025, 12, 31), "Wednesday 31 December 2025"),
    ],
)
def test_day_is_named(on: date, words: str) -> None:
    assert day_words(on, date(2026, 3, 11)) == words


def test_days_are_those_of_the_reader(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    WorkingCard.objects.filter(user=manager).update(zone="Pacific/Auckland")
    make_checkpoint(requisition, now=NOW - timedelta(hours=23))
    days = {
        reader: [day.words for day in sign_in(reader).get(path(requisition)).context["page"].days]
        for reader in (recruiter, manager)
    }
    assert [days[recruiter][0], days[manager][0]] == ["Yesterday", "Today"]


# --- who learns of it ----------------------------------------------------------------------


def test_private_notes_are_told_to_recruiters_and_leads_alone(
    sign_in: SignIn, requisition: Requisition, recruiter: User, lead: User, manager: User,
    watcher: User,
) -> None:  # fmt: skip
    note = make_note(requisition, "Careful", is_private=True)
    note.edit("More careful", version=1, by=recruiter, now=NOW + timedelta(seconds=1))
    for reader in (recruiter, lead):
        assert told(sign_in(reader).get(path(requisition)))[:2] == [
            "Rosa Recruiter edited a private note",
            "Rosa Recruiter wrote a private note",
        ]
        assert "Only recruiters and leads see this" in sign_in(reader).get(path(requisition)).text
    for reader in (manager, watcher):
        for query in ({}, {"kind": "conversation"}, {"person": recruiter.pk}):
            answer = sign_in(reader).get(path(requisition, **query))
            assert "private" not in answer.text
            assert not [line for line in lines(answer) if "note" in line.did]


def test_private_note_ends_no_page_and_is_no_news_for_a_manager(
    sign_in: SignIn, requisition: Requisition, manager: User, clock: TimeMachineFixture
) -> None:
    """Neither its place in an address nor a mark gives it away."""
    browser = sign_in(manager)
    browser.post(reverse("requisition_looks", args=[requisition.pk]), {"shown": NOW.isoformat()})
    clock.shift(timedelta(hours=2))
    note = make_note(requisition, is_private=True, now=NOW + timedelta(hours=1))
    answer = browser.get(path(requisition))
    assert not answer.context["page"].has_news
    assert str(note.pk) not in answer.text


def test_mail_is_told_at_the_client_and_never_on_the_requisition(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, acme: Client
) -> None:
    record("wrote a personal line", manager, by=recruiter, now=NOW, client=acme, period="2026-W11")
    record("stopped the digest", manager, by=manager, now=NOW)
    line = "Rosa Recruiter wrote a personal line in the digest of Max Manager"
    assert line in told(sign_in(recruiter).get(path(acme)))
    for reader in (recruiter, manager):
        answer = sign_in(reader).get(path(requisition))
        assert not [line for line in told(answer) if "digest" in line]
        assert "Mail and digests" not in answer.text
    assert not [line for line in told(sign_in(recruiter).get(path(acme))) if "stopped" in line]


def test_manager_reads_no_name_of_somebody_whom_he_may_not_see(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, acme: Client
) -> None:
    gone = make_user("gone@acme.example", clients=[acme], name="Gerda Gone")
    requisition.watch(gone, by=recruiter, now=NOW)
    gone.leave(acme, by=recruiter, now=NOW)
    answer = sign_in(manager).get(path(requisition))
    assert told(answer)[0] == "Rosa Recruiter let somebody who has left watch the requisition"
    assert "Gerda" not in answer.text
    assert "let Gerda Gone watch" in told(sign_in(recruiter).get(path(requisition)))[0]


def test_another_clients_people_and_jobs_stay_out(
    sign_in: SignIn, requisition: Requisition, other_requisition: Requisition, acme: Client,
    recruiter: User, manager: User, lead: User, other_recruiter: User, other_manager: User,
) -> None:  # fmt: skip
    make_checkpoint(other_requisition)
    other_manager.join(make_client("Initech"), by=lead, now=NOW)
    make_note(other_requisition, is_private=True)
    make_user("lead@globex.example", role=Role.LEAD, clients=[other_requisition.client], name="Lou")
    seen: list[tuple[User, list[Requisition | Client]]]
    seen = [(recruiter, [requisition, acme]), (manager, [requisition])]
    for reader, pages in seen:
        for page in pages:
            for query in ({}, {"person": other_recruiter.pk}, {"person": other_manager.pk}):
                text = sign_in(reader).get(path(page, **query)).text
                assert not [
                    word for word in ("Omar", "Olga", "Lou", "Secret", "Globex") if word in text
                ]


def test_requisition_of_the_same_client_stays_on_its_own_page(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, acme: Client
) -> None:
    theirs = make_user("theirs@acme.example", clients=[acme], name="Tom Theirs")
    other = make_requisition(acme, recruiter=recruiter, manager=theirs, title="Hush hush")
    make_checkpoint(other, counts={Stage.FOUND: 77})
    answer = sign_in(manager).get(path(requisition))
    assert "+77" not in answer.text
    assert "Hush" not in answer.text
    assert sign_in(manager).get(path(other)).status_code == 404


# --- filters -------------------------------------------------------------------------------


@pytest.fixture
def busy(requisition: Requisition, manager: User) -> Requisition:
    make_checkpoint(requisition, now=NOW - timedelta(days=2))
    make_note(requisition, by=manager, now=NOW - timedelta(days=1))
    make_touchpoint(requisition, now=NOW)
    return requisition


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "checkpoints"}, ["logged a checkpoint"]),
        ({"kind": "conversation"}, ["logged a call", "wrote a note"]),
        ({"kind": "status"}, ["opened the requisition"]),
        ({"kind": "details"}, ["created the requisition"]),
        ({"kind": "people"}, []),
        ({"since": "2026-03-10"}, ["logged a call", "wrote a note"]),
        ({"since": "2026-03-10", "until": "2026-03-10"}, ["wrote a note"]),
        ({"until": "2026-03-08"}, ["opened the requisition", "created the requisition"]),
        ({"kind": "conversation", "until": "2026-03-10"}, ["wrote a note"]),
    ],
)
def test_filters_narrow_the_record(
    sign_in: SignIn, busy: Requisition, recruiter: User, query: dict[str, str], found: list[str]
) -> None:
    answer = sign_in(recruiter).get(path(busy, **query))
    assert (answer.status_code, [line.did for line in lines(answer)]) == (200, found)
    assert "Clear filters" in answer.text


def test_filter_by_person(
    sign_in: SignIn, busy: Requisition, recruiter: User, manager: User
) -> None:
    answer = sign_in(recruiter).get(path(busy, person=manager.pk))
    assert told(answer) == ["Max Manager wrote a note"]
    assert f'<option value="{manager.pk}" selected>Max Manager</option>' in answer.text


def test_day_of_a_filter_is_the_readers(
    sign_in: SignIn, requisition: Requisition, manager: User
) -> None:
    WorkingCard.objects.filter(user=manager).update(zone="Pacific/Auckland")
    make_checkpoint(requisition, now=NOW - timedelta(hours=23))
    found = [
        told(sign_in(manager).get(path(requisition, since=day, until=day)))
        for day in ("2026-03-10", "2026-03-11")
    ]
    assert found == [[], ["Rosa Recruiter logged a checkpoint"]]


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ({"kind": "gossip"}, "kind", "Choose from the list."),
        ({"kind": "mail"}, "kind", "Choose from the list."),
        ({"person": "me"}, "person", "Choose from the list."),
        ({"since": "soon"}, "since", "Choose a day, such as 2026-03-31."),
        ({"since": "0001-01-01"}, "since", "Choose a day, such as 2026-03-31."),
        ({"until": "9999-12-31"}, "until", "Choose a day, such as 2026-03-31."),
        ({"since": "2026-03-11", "until": "2026-03-10"}, "until", "before the first one."),
    ],
)
def test_filter_that_cannot_be_read_is_said_and_left_out(
    sign_in: SignIn, busy: Requisition, recruiter: User, query: dict[str, str], field: str,
    message: str,
) -> None:  # fmt: skip
    answer = sign_in(recruiter).get(path(busy, **query))
    assert answer.status_code == 200
    assert message in " ".join(answer.context["form"].errors[field])
    assert f'id="id_{field}_error"' in answer.text
    assert "logged a call" in answer.text or field == "until"


def test_nothing_that_matches_offers_to_clear_the_filters(
    sign_in: SignIn, busy: Requisition, recruiter: User
) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    answer = sign_in(recruiter).get(path(busy, person=nobody))
    assert lines(answer) == []
    assert "Nothing matches." in answer.text
    assert "Somebody else</option>" in answer.text


# --- pages ---------------------------------------------------------------------------------


def walk(browser: Browser, start: str) -> list[Any]:
    """All lines, page by page as the link leads on."""
    found, address = [], start
    for _ in range(20):
        answer = browser.get(address)
        found += lines(answer)
        earlier = answer.context["page"].earlier
        if earlier is None:
            return found
        address = start + ("&" if "?" in start else "?") + urlencode({"before": earlier})
    raise AssertionError("it never ends")


@pytest.mark.parametrize("apart", [1, 0])
def test_pages_follow_one_another_without_loss_or_double(
    sign_in: SignIn, requisition: Requisition, manager: User, apart: int
) -> None:
    """Even where more than a page happened to one thing at one instant."""
    add_events(requisition, 2 * PAGE + 7, apart=apart)
    found = walk(sign_in(manager), path(requisition))
    assert len(found) == Event.objects.filter(requisition=requisition).count()
    assert [line.at for line in found] == sorted((line.at for line in found), reverse=True)


def test_pages_of_a_client_keep_what_many_did_at_one_instant(
    sign_in: SignIn, acme: Client, recruiter: User
) -> None:
    jobs = [make_requisition(acme, recruiter=recruiter, manager=None, status="draft")  # type: ignore[arg-type]
            for _ in range(PAGE + 3)]  # fmt: skip
    for job in jobs:
        add_events(job, 2, apart=0)
    found = walk(sign_in(recruiter), path(acme, kind="details"))
    assert len(found) == 3 * len(jobs)
    assert {line.requisition for line in found} == set(jobs)


def test_page_is_not_moved_by_what_happens_meanwhile(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    add_events(requisition, PAGE + 5, at=NOW - timedelta(days=1))
    browser = sign_in(recruiter)
    earlier = browser.get(path(requisition)).context["page"].earlier
    before = lines(browser.get(path(requisition, before=earlier)))
    add_events(requisition, 5, at=NOW)
    assert lines(browser.get(path(requisition, before=earlier))) == before


def test_htmx_gets_the_lines_alone(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    add_events(requisition, 3 * PAGE, apart=0)
    browser = sign_in(recruiter)
    first = browser.get(path(requisition))
    address = path(requisition, before=first.context["page"].earlier)
    part, whole = browser.get(address, headers=HTMX), browser.get(address)
    assert part.text.strip() in whole.text.replace(
        '<h2 class="activity__date"><time datetime="2026-03-11">Today</time></h2>', ""
    )
    assert "<html" not in part.text
    assert part.text.count("<li ") == PAGE
    assert part.text.count("data-hx-get") == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2026-03-11_x_1",
        "2026-03-11T10:00:00_00000000-0000-0000-0000-000000000001_0",
        "2026-03-11T10:00:00_00000000-0000-0000-0000-000000000001_9999999",
        "0001-01-01T00:00:00_00000000-0000-0000-0000-000000000001_1",
    ],
)
def test_place_that_no_page_wrote_shows_the_newest(text: str) -> None:
    assert Place.parse(text) is None


def test_page_before_everything_leads_back(
    sign_in: SignIn, requisition: Requisition, recruiter: User
) -> None:
    place = Place(NOW - timedelta(days=900), requisition.pk, 1)
    answer = sign_in(recruiter).get(path(requisition, before=place))
    assert "Nothing happened before that." in answer.text


def test_page_costs_the_same_with_one_row_and_with_fifty(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User, lead: User
) -> None:
    Event.objects.filter(requisition=requisition)._raw_delete("default")
    add_events(requisition, 1)
    asked = [
        (manager, path(requisition)),
        (recruiter, path(requisition, kind="details", person=recruiter.pk, since="2026-01-01")),
        (recruiter, path(requisition.client)),
        (lead, path()),
    ]
    browsers = [(sign_in(reader), address) for reader, address in asked]
    one = [counted(lambda b=b, a=a: b.get(a)) for b, a in browsers]  # type: ignore[misc]
    for number in range(60):
        person = make_user(f"{number}@acme.example", clients=[requisition.client], name="X")
        record("added a watcher", requisition, by=person, now=NOW, client=requisition.client,
               user=str(person.pk))  # fmt: skip
    add_events(requisition, 60)
    fifty = [counted(lambda b=b, a=a: b.get(a)) for b, a in browsers]  # type: ignore[misc]
    assert (one, fifty) == ([5, 5, 5, 5], [5, 5, 5, 5])
    place = Place(NOW, requisition.pk, 1)
    assert counted(lambda: browsers[0][0].get(path(requisition, before=place))) == 5


@pytest.mark.parametrize(
    ("whose", "index"),
    [
        ("requisition", "event_order_of_requisition"),
        ("client", "event_order_of_client"),
        ("office", "event_order_of_all"),
    ],
)
def test_page_reads_its_rows_in_the_order_of_an_index(
    requisition: Requisition, other_requisition: Requisition, manager: User, whose: str, index: str
) -> None:
    """So that the database reads fifty rows and sorts none, however many there are."""
    add_events(requisition, 1_000)
    add_events(other_requisition, 9_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    scope = {
        "requisition": of_requisition(requisition, manager),
        "client": of_client(requisition.client),
        "office": of_office(),
    }[whose]
    place = Place(NOW - timedelta(minutes=600), requisition.pk, 1)
    for before in (None, place):
        plan = events_of(scope, {}, before, ZoneInfo("UTC"))[: PAGE + 2].explain()
        assert re.search(rf"\b{index}\b", plan), plan
        assert not re.search(r"\bSort\b|TEMP B-TREE", plan), plan


# --- what was recorded before --------------------------------------------------------------


def test_old_events_find_their_page(
    requisition: Requisition, recruiter: User, acme: Client
) -> None:
    note = make_note(requisition, is_private=True)
    old = [
        Event(at=NOW, actor=recruiter, action=action, target_type=kind, target_id=pk, client=client)
        for action, kind, pk, client in (
            ("edited", "requisitions.Requisition", requisition.pk, acme),
            ("edited", "requisitions.Requisition", uuid.uuid4(), acme),
            ("wrote a private note", "status_updates.Note", note.pk, None),
            ("joined client", "accounts.User", recruiter.pk, acme),
        )
    ]
    Event.objects.bulk_create(old)
    name = "0003_pages_of_old_events"
    state = MigrationLoader(connection).project_state([("audit", name)])
    migration = import_module(f"recruiting.audit.migrations.{name}")
    migration.find_pages(state.apps, None)
    for event in old:
        event.refresh_from_db()
    assert [(event.requisition, event.client, event.is_private) for event in old] == [
        (requisition, acme, False),
        (None, acme, False),
        (requisition, acme, True),
        (None, acme, False),
    ]
