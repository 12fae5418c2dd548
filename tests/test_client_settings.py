"""What leads set about a client, and its effect wherever people log and are told."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.availability import Presence
from recruiting.accounts.models import Client, StaleSettings, User
from recruiting.audit.models import Event
from recruiting.dashboards.columns import COLUMNS, filled
from recruiting.dashboards.figures import funnel_of, no_longer_counted, trends_of, weekly
from recruiting.dashboards.pasting import read, rows
from recruiting.dashboards.rows import row
from recruiting.dashboards.update_text import update_text
from recruiting.lib.days import week_begins
from requisitions.models import Requisition, Stage
from requisitions.stages import counted_stages, stages_in_sight, stages_of_all, stages_words
from status_updates import facts
from status_updates.forms import CheckpointForm
from status_updates.models import Checkpoint
from status_updates.models.checkpoint import PromiseMade
from tests.factories import NOW, make_checkpoint, make_client, make_requisition, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SignIn = Callable[[User], Browser]
TODAY = NOW.date()
HIDDEN = frozenset({"contacted", "screened"})
COUNTED = [stage.value for stage in Stage if stage.value not in HIDDEN]


def change(client: Client, by: User, **values: Any) -> None:
    client.change_settings(
        replace(client.settings, **values), version=client.version, said=["Said"], by=by, now=NOW
    )


def sent(client: Client, **values: Any) -> dict[str, Any]:
    """The settings form as the page shows it, with some fields typed anew."""
    return {
        "version": client.version, "name": client.name, "stages": list(Stage.values),
        "country": "", "region": "", "week_start": 1, **values,
    }  # fmt: skip


def known_of(requisition: Requisition) -> facts.Facts:
    fresh = Requisition.objects.select_related(
        "client", "funnel", "recruiter", "manager", "latest_checkpoint"
    ).get(pk=requisition.pk)
    since = NOW - timedelta(days=7)
    return facts.load([fresh], since=since, now=NOW).facts(fresh, since=since, today=TODAY)


# --- saving them -----------------------------------------------------------------------------


def test_settings_saved_by_lead_are_audited_in_words(
    sign_in: SignIn, acme: Client, lead: User
) -> None:
    data = sent(acme, name="Acme Ltd", stages=COUNTED, country="DE", region="BE", week_start=7)
    page = sign_in(lead).post(reverse("client_settings", args=[acme.pk]), data)
    assert page.status_code == 302
    acme.refresh_from_db()
    assert (acme.name, acme.hidden, acme.country, acme.region) == ("Acme Ltd", HIDDEN, "DE", "BE")
    assert (acme.week_start, acme.version) == (7, 2)
    event = Event.objects.about(acme).get(action="changed client settings")
    assert event.actor == lead
    assert event.particulars["changes"] == [
        "Name: Acme Ltd, before Acme",
        "Stages: all but contacted and screened, before all",
        "Holidays: Germany, Berlin, before none",
        "Week begins: Sunday, before Monday",
    ]


def test_settings_without_a_change_leave_no_event(acme: Client, lead: User) -> None:
    change(acme, lead)
    assert (acme.version, Event.objects.about(acme).exists()) == (1, False)


def test_settings_by_recruiter_are_refused(acme: Client, recruiter: User) -> None:
    with pytest.raises(PermissionDenied):
        change(acme, recruiter, week_start=7)


def test_settings_that_were_changed_meanwhile_are_shown_beside_what_was_typed(
    sign_in: SignIn, acme: Client, lead: User
) -> None:
    typed = sent(acme, name="Acme Two")
    change(acme, lead, name="Acme One", country="FR")
    browser, url = sign_in(lead), reverse("client_settings", args=[acme.pk])
    page = browser.post(url, typed)
    assert page.status_code == 409
    assert page.context["differ"] == [
        ("Name", "Acme One", "Acme Two"), ("Holidays", "France", "none"),
    ]  # fmt: skip
    acme.refresh_from_db()
    assert acme.name == "Acme One"
    again = browser.post(url, {**typed, "version": page.context["form"]["version"].value()})
    assert again.status_code == 302
    acme.refresh_from_db()
    assert acme.name == "Acme Two"


def test_settings_of_a_row_that_changed_before_the_lock_are_stale(acme: Client, lead: User) -> None:
    mine = Client.objects.get(pk=acme.pk)
    change(acme, lead, week_start=6)
    with pytest.raises(StaleSettings):
        change(mine, lead, week_start=7)


def test_settings_without_any_stage_are_refused_beside_the_field(
    sign_in: SignIn, acme: Client, lead: User
) -> None:
    url = reverse("client_settings", args=[acme.pk])
    page = sign_in(lead).post(url, sent(acme, name="Acme Two", stages=[]))
    assert page.status_code == 422
    assert page.context["form"].errors == {"stages": ["Choose at least one stage."]}
    assert page.context["form"]["name"].value() == "Acme Two"


def test_settings_with_a_name_that_is_taken_are_refused(
    sign_in: SignIn, acme: Client, globex: Client, lead: User
) -> None:
    url = reverse("client_settings", args=[acme.pk])
    page = sign_in(lead).post(url, sent(acme, name="GLOBEX"))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["name"]
    acme.refresh_from_db()
    assert acme.name == "Acme"


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        ({"contacted"}, ""),
        ({"offered"}, "Hiring managers wait"),
        ({"accepted"}, "no requisition is ever filled"),
    ],
)
def test_hiding_what_managers_wait_for_is_warned_of(
    sign_in: SignIn, acme: Client, lead: User, hidden: set[str], words: str
) -> None:
    change(acme, lead, hidden=frozenset(hidden))
    page = sign_in(lead).get(reverse("client_settings", args=[acme.pk]))
    assert words in page.context["warning"]
    assert bool(page.context["warning"]) == bool(words)


# --- stages ----------------------------------------------------------------------------------


def test_stages_follow_from_the_setting() -> None:
    assert counted_stages(HIDDEN) == tuple(Stage(value) for value in COUNTED)
    assert counted_stages(frozenset(Stage.values)) == tuple(Stage)
    assert Stage.SCREENED in stages_in_sight(HIDDEN, {Stage.SCREENED: 1})
    assert Stage.CONTACTED not in stages_in_sight(HIDDEN, {Stage.SCREENED: 1})
    assert stages_of_all([HIDDEN, {"contacted"}]) == counted_stages({"contacted"})
    assert stages_of_all([]) == tuple(Stage)
    assert stages_words(frozenset()) == "all"
    assert stages_words({"met", *HIDDEN}) == "all but contacted, screened and met"


def test_funnel_keeps_a_hidden_stage_where_it_has_counts(
    acme: Client, lead: User, requisition: Requisition
) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 10, Stage.SCREENED: 5, Stage.MET: 1})
    change(acme, lead, hidden=HIDDEN)
    known = known_of(requisition)
    steps = {step.label: (step.total, step.share) for step in funnel_of(known).steps}
    assert "Contacted" not in steps
    assert steps["Screened"] == ("5", "50%")
    assert steps["Met"] == ("1", "20%")
    said = "Screened is no longer counted at Acme; earlier counts stay."
    assert no_longer_counted(known) == said


def test_what_managers_are_told_leaves_hidden_stages_out(
    acme: Client, lead: User, requisition: Requisition
) -> None:
    make_checkpoint(requisition, counts={Stage.FOUND: 10, Stage.SCREENED: 5})
    change(acme, lead, hidden=HIDDEN)
    known = known_of(requisition)
    assert known.sentence == "Open for 30 days, 10 found."
    assert known.tally == [("10", "found")]
    assert known.moved_words == "10 found"
    assert known.news == ["10 found"]
    text = update_text(known, now=NOW, since=timedelta(days=7), url="https://x.example/")
    assert "screened" not in text
    assert "So far: 10 found." in text


def test_sentence_speaks_of_hidden_stages_rather_than_of_nothing(
    acme: Client, lead: User, requisition: Requisition
) -> None:
    make_checkpoint(requisition, counts={Stage.SCREENED: 5})
    change(acme, lead, hidden=HIDDEN)
    assert known_of(requisition).sentence == "Open for 30 days, 5 screened."


def test_promise_about_a_hidden_stage_is_still_news_when_kept(
    acme: Client, lead: User, requisition: Requisition
) -> None:
    promise = PromiseMade(Stage.SCREENED, 2, TODAY)
    make_checkpoint(requisition, counts={}, now=NOW - timedelta(days=9), promise=promise)
    make_checkpoint(requisition, counts={Stage.SCREENED: 2}, now=NOW - timedelta(hours=1))
    change(acme, lead, hidden=HIDDEN)
    assert known_of(requisition).news == ["Promise kept: 2 screened"]


def test_checkpoint_form_has_no_field_for_a_hidden_stage(
    sign_in: SignIn, acme: Client, lead: User, recruiter: User, requisition: Requisition
) -> None:
    change(acme, lead, hidden=HIDDEN)
    page = sign_in(recruiter).get(requisition.get_absolute_url())
    form = page.context["form"]
    assert [stage.value for stage in form.stages] == COUNTED
    offered = [value for value, _ in form.fields["promise_stage"].choices]
    assert offered == ["", *COUNTED]
    assert [field.name for field, _ in page.context["steppers"]] == COUNTED


def test_count_typed_before_its_stage_was_hidden_is_logged(
    sign_in: SignIn, acme: Client, lead: User, recruiter: User, requisition: Requisition
) -> None:
    change(acme, lead, hidden=HIDDEN)
    data = {"screened": "4", "contacted": "", "key": str(uuid.uuid4())}
    page = sign_in(recruiter).post(reverse("checkpoints", args=[requisition.pk]), data)
    assert page.status_code == 302
    assert Checkpoint.objects.get().counts == {Stage.SCREENED: 4}


def test_correction_shows_what_was_said_of_a_hidden_stage(
    acme: Client, lead: User, requisition: Requisition
) -> None:
    checkpoint = make_checkpoint(requisition, counts={Stage.SCREENED: 5})
    stages = counted_stages(HIDDEN)
    form = CheckpointForm.for_correction(checkpoint, today=TODAY, stages=stages)
    assert form["screened"].value() == 5
    assert "contacted" not in form.fields


def test_round_has_the_columns_that_its_clients_count(
    sign_in: SignIn, acme: Client, lead: User, recruiter: User, requisition: Requisition
) -> None:
    change(acme, lead, hidden=HIDDEN)
    beta = make_client("Beta", by=recruiter)
    change(beta, lead, hidden=frozenset({"contacted"}))
    boss = make_user("boss@beta.example", clients=[beta])
    make_requisition(beta, recruiter=recruiter, manager=boss)
    page = sign_in(recruiter).get(reverse("round"))
    assert [short for short, _ in page.context["stages"]][:3] == ["Found", "Screened", "Met"]
    by_client = {one.requisition.client: one.counts for one in page.context["rows"]}
    assert [field.name for field, _ in by_client[beta][:2] if field] == ["found", "screened"]
    assert by_client[acme][1][0] is None
    narrowed = sign_in(recruiter).get(reverse("round"), {"client": str(acme.pk)})
    assert len(narrowed.context["stages"]) == 7
    htmx = {"HX-Request": "true"}
    url = f"{reverse('round_row', args=[requisition.pk])}?client={acme.pk}"
    saved = sign_in(recruiter).post(url, {f"{requisition.pk}-found": "2"}, headers=htmx)
    assert len(saved.context["row"].counts) == 7


def test_pasted_column_of_a_hidden_stage_is_said_and_left_out(
    acme: Client, lead: User, requisition: Requisition
) -> None:
    change(acme, lead, hidden=HIDDEN)
    requisition.client.refresh_from_db()
    table = read("Title\tFound\tScreened\nData Engineer\t3\t4\n")
    [pasted] = rows(table, table.guess(), [requisition], key=uuid.uuid4(), today=TODAY)
    assert pasted.is_ready
    assert pasted.words == "3 found"
    assert pasted.left_out == ["Acme does not count screened: 4 is left out."]


def test_list_leaves_out_columns_that_no_row_has(
    acme: Client, lead: User, requisition: Requisition
) -> None:
    change(acme, lead, hidden=HIDDEN)
    columns = list(COLUMNS.values())
    shown = row(known_of(requisition), today=TODAY)
    names = [column.name for column in filled(columns, [shown]) if column.is_stage]
    assert names == COUNTED
    assert filled(columns, []) == columns


# --- holidays --------------------------------------------------------------------------------


def test_closed_day_is_a_day_off_for_what_concerns_the_client(
    acme: Client, globex: Client, lead: User, recruiter: User
) -> None:
    acme.close_on(TODAY, TODAY + timedelta(days=1), "Founders' day", by=lead, now=NOW)
    acme.refresh_from_db()
    presence = Presence.load([recruiter], NOW)
    assert presence.of(recruiter, acme).words == "Founders' day at Acme; back Friday 09:00"
    assert presence.of(recruiter, globex).words == "works now until 17:00"


def test_public_holidays_of_the_client_join_the_persons_own(
    acme: Client, lead: User, recruiter: User
) -> None:
    change(acme, lead, country="DE")
    recruiter.working_card.country = "PT"
    unity, republic = date(2026, 10, 3), date(2026, 10, 5)
    closed = acme.holidays(NOW)
    both = recruiter.working_card.calendar(NOW, closed=closed)
    assert {unity, republic} <= set(both.holidays)
    assert unity not in recruiter.working_card.calendar(NOW).holidays


def test_manager_reads_that_the_client_is_closed_before_answering(
    sign_in: SignIn, acme: Client, lead: User, manager: User, requisition: Requisition
) -> None:
    acme.close_on(TODAY, TODAY, "Founders' day", by=lead, now=NOW)
    page = sign_in(manager).get(requisition.get_absolute_url())
    assert {line.availability.reason for line in page.context["people"]} == {
        "Founders' day at Acme"
    }


def test_closing_added_twice_by_one_form_is_there_once(
    sign_in: SignIn, acme: Client, lead: User
) -> None:
    data = {"key": str(uuid.uuid4()), "first": "2026-12-24", "last": "", "name": "Christmas eve"}
    browser, url = sign_in(lead), reverse("client_closings", args=[acme.pk])
    assert [browser.post(url, data).status_code for _ in range(2)] == [302, 302]
    acme.refresh_from_db()
    [closing] = acme.closings
    assert (closing.first, closing.last) == (date(2026, 12, 24), date(2026, 12, 24))
    event = Event.objects.about(acme).get(action="added closed days")
    assert event.particulars["name"] == "Christmas eve"


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("2026-12-24", "2026-12-23", "last"),
        ("2026-12-24", "2027-06-01", "last"),
        ("2036-01-01", "", "first"),
        ("2019-01-01", "", "first"),
        ("2026-12-31", "", "first"),
    ],
)
def test_closing_that_cannot_be_meant_is_refused_beside_its_field(
    sign_in: SignIn, acme: Client, lead: User, first: str, last: str, field: str
) -> None:
    acme.close_on(date(2026, 12, 30), date(2027, 1, 2), "Turn of the year", by=lead, now=NOW)
    data = {"key": str(uuid.uuid4()), "first": first, "last": last, "name": "Outing"}
    page = sign_in(lead).post(reverse("client_closings", args=[acme.pk]), data)
    assert page.status_code == 422
    assert list(page.context["closing_form"].errors) == [field]
    acme.refresh_from_db()
    assert len(acme.closings) == 1


def test_closing_removed_comes_back_by_undo(sign_in: SignIn, acme: Client, lead: User) -> None:
    closing = acme.close_on(TODAY, TODAY, "Outing", by=lead, now=NOW)
    browser = sign_in(lead)
    browser.post(reverse("client_closing_removal", args=[acme.pk, closing.id]))
    acme.refresh_from_db()
    assert acme.closings == []
    assert TODAY not in acme.holidays(NOW)
    for _ in range(2):
        browser.post(reverse("client_closing_return", args=[acme.pk, closing.id]))
    acme.refresh_from_db()
    assert [one.name for one in acme.closings] == ["Outing"]
    done = Event.objects.about(acme).order_by("id").values_list("action", flat=True)
    assert list(done) == [
        "added closed days", "removed closed days", "brought back closed days",
    ]  # fmt: skip


def test_removed_closing_does_not_come_back_over_another(acme: Client, lead: User) -> None:
    closing = acme.close_on(TODAY, TODAY, "Outing", by=lead, now=NOW)
    acme.open_on(closing.id, by=lead, now=NOW)
    acme.close_on(TODAY, TODAY, "Outing of all", by=lead, now=NOW)
    with pytest.raises(ValidationError, match="closed already"):
        acme.close_again(closing.id, by=lead, now=NOW)


def test_two_closings_saved_from_old_copies_are_both_kept(acme: Client, lead: User) -> None:
    mine, theirs = (Client.objects.get(pk=acme.pk) for _ in range(2))
    mine.close_on(TODAY, TODAY, "One", by=lead, now=NOW)
    theirs.close_on(TODAY + timedelta(days=1), TODAY + timedelta(days=1), "Two", by=lead, now=NOW)
    acme.refresh_from_db()
    assert [one.name for one in acme.closings] == ["One", "Two"]


# --- start of the week -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "begins"),
    [(1, date(2026, 3, 9)), (6, date(2026, 3, 7)), (7, date(2026, 3, 8))],
)
def test_week_begins_on_the_chosen_day(first: int, begins: date) -> None:
    assert week_begins(TODAY, first) == begins
    assert week_begins(begins, first) == begins


def test_trend_sums_by_the_clients_weeks() -> None:
    sunday = date(2026, 3, 8)
    entries = [("found", sunday, 4)]
    by_monday, by_sunday = (
        weekly(entries, today=TODAY, week_start=start)[0][1] for start in (1, 7)
    )
    assert [point.value for point in by_monday.points][-2:] == ["4", "0"]
    assert [point.value for point in by_sunday.points][-2:] == ["0", "4"]


def test_trends_leave_out_hidden_stages(acme: Client, lead: User, requisition: Requisition) -> None:
    change(acme, lead, hidden=frozenset({"met"}))
    requisition.client.refresh_from_db()
    titles = [title for title, _ in trends_of(requisition, today=TODAY)]
    assert titles == ["Found, by week", "Resumes submitted, by week"]


def test_hidden_stage_has_no_field_on_the_desk(
    sign_in: Callable[[User], Browser], acme: Client, requisition: Requisition, recruiter: User
) -> None:
    Client.objects.filter(pk=acme.pk).update(hidden_stages="contacted met")
    page = sign_in(recruiter).get(reverse("desk_item", args=[requisition.pk]))
    fields = [field.name for field, _ in page.context["panel"].steppers]
    assert fields == [stage.value for stage in Stage if stage not in ("contacted", "met")]


# --- blind review ----------------------------------------------------------------------------


def test_blind_review_is_set_by_a_lead_and_told_in_words(
    sign_in: SignIn, acme: Client, lead: User
) -> None:
    data = sent(acme, blind_review="on")
    page = sign_in(lead).post(reverse("client_settings", args=[acme.pk]), data)
    assert page.status_code == 302
    acme.refresh_from_db()
    assert acme.blind_review
    event = Event.objects.about(acme).get(action="changed client settings")
    assert event.particulars["changes"] == ["Blind review: on, before off"]


# --- how long candidates are kept ----------------------------------------------------------


def test_days_that_candidates_are_kept_are_set_by_a_lead_and_told_in_words(
    sign_in: SignIn, acme: Client, lead: User
) -> None:
    browser, path = sign_in(lead), reverse("client_settings", args=[acme.pk])
    assert browser.post(path, sent(acme, keep_days="90")).status_code == 302
    acme.refresh_from_db()
    assert acme.keep_days == 90
    assert browser.post(path, sent(acme, keep_days="")).status_code == 302
    acme.refresh_from_db()
    assert acme.keep_days is None
    events = Event.objects.about(acme).filter(action="changed client settings").order_by("id")
    assert [one.particulars["changes"] for one in events] == [
        ["Candidates erased: 90 days after the requisition closed, before on request alone"],
        ["Candidates erased: on request alone, before 90 days after the requisition closed"],
    ]


@pytest.mark.parametrize("days", ["0", "-1", "3651", "soon"])
def test_days_that_cannot_be_meant_are_refused(
    days: str, sign_in: SignIn, acme: Client, lead: User
) -> None:
    path = reverse("client_settings", args=[acme.pk])
    page = sign_in(lead).post(path, sent(acme, keep_days=days))
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"keep_days"}
