"""What a working card says of a person, and how it is filled in."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from recruiting.accounts.availability import Presence, availability
from recruiting.accounts.models import Absence, Client, Delegation, Membership, User, WorkingCard
from recruiting.lib import public_holidays
from recruiting.lib.businesstime import Calendar, instant
from requisitions.models import Requisition
from tests.factories import NOW, make_client, make_user
from tests.test_accounts_preferences import card, full

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SignIn = Callable[[User], Browser]
URL = "/preferences/"
BERLIN = Calendar(
    frozenset({1, 2, 3, 4, 5}),
    time(9),
    time(17),
    "Europe/Berlin",
    frozenset({date(2026, 4, 3), date(2026, 4, 6)}),
    ((date(2026, 3, 30), date(2026, 4, 2)), (date(2026, 5, 4), date(2026, 5, 6))),
)
NAMES = {date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"}


# --- words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-03-11 12:00", "works now until 17:00"),
        ("2026-03-11 07:00", "back at 09:00"),
        ("2026-03-11 21:40", "back Thursday 09:00"),
        ("2026-03-14 12:00", "back Monday 09:00"),
        ("2026-03-27 10:00", "works now until 17:00; away from 30 March to 2 April"),
        ("2026-03-27 18:00", "away from 30 March to 2 April; back Tuesday 7 April"),
        ("2026-03-26 18:00", "back Friday 09:00; away from 30 March to 2 April"),
        ("2026-05-01 18:00", "away from 4 to 6 May; back Thursday 09:00"),
        ("2026-03-31 10:00", "away until 2 April; Petra stands in; back Tuesday 7 April"),
        ("2026-04-03 10:00", "Good Friday; back Tuesday 09:00"),
        ("2026-05-04 08:00", "away until 6 May; Petra stands in; back Thursday 09:00"),
    ],
)
def test_availability_in_words(at: str, words: str) -> None:
    now = instant(datetime.fromisoformat(at), "Europe/Berlin")
    assert availability(BERLIN, now, holidays=NAMES, stand_in="Petra").words == words


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("2026-03-11 21:40", "It is 21:40 for Mei; back Thursday 09:00."),
        ("2026-03-11 12:00", "It is 12:00 for Mei; works until 17:00."),
        ("2026-03-31 10:00", "Mei is away until 2 April; back Tuesday 7 April."),
    ],
)
def test_availability_as_a_sentence(at: str, sentence: str) -> None:
    now = instant(datetime.fromisoformat(at), "Europe/Berlin")
    assert availability(BERLIN, now).sentence("Mei") == sentence


def test_absences_that_follow_each_other_count_as_one() -> None:
    two = Calendar(
        BERLIN.days, time(9), time(17), "UTC",
        absences=((date(2026, 3, 10), date(2026, 3, 11)), (date(2026, 3, 12), date(2026, 3, 13))),
    )  # fmt: skip
    assert availability(two, NOW).words == "away until 13 March; back Monday 09:00"


def test_who_never_works_is_not_promised_back() -> None:
    assert availability(Calendar(frozenset(), time(9), time(17), "UTC"), NOW).words == ""


def test_presence_names_the_stand_in_of_that_client_alone(
    manager: User, watcher: User, acme: Client, globex: Client
) -> None:
    Delegation.settle(manager, {acme.pk: watcher.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), by=manager, now=NOW)
    presence = Presence.load([manager, watcher], NOW)
    assert presence.of(manager, acme).stand_in == "Wanda Watcher"
    assert presence.of(manager, globex).stand_in == ""
    assert presence.of(watcher, acme).away == ""


# --- holidays ------------------------------------------------------------------------------


def test_holidays_differ_by_region() -> None:
    women = date(2026, 3, 8)
    assert women in public_holidays.holidays_of("DE", "BE", 2026, 2026)
    assert women not in public_holidays.holidays_of("DE", "BY", 2026, 2026)
    assert public_holidays.holidays_of("DE", "", 2026, 2026)[date(2026, 4, 3)] == "Good Friday"


@pytest.mark.parametrize(("country", "region"), [("XX", ""), ("DE", "XX"), ("", "")])
def test_unknown_places_have_no_holidays(country: str, region: str) -> None:
    assert dict(public_holidays.holidays_of(country, region, 2026, 2026)) == {}


def test_every_country_and_region_on_offer_can_be_worked_out() -> None:
    places = [
        (country, region)
        for country in public_holidays.countries()
        for region in ["", *public_holidays.regions(country)]
    ]
    assert len(places) > 500
    for country, region in places:
        days = public_holidays.holidays_of(country, region, 2026, 2026)
        assert all(day.year == 2026 for day in days)


# --- the preferences page ------------------------------------------------------------------


def test_card_is_filled_in_and_shown_to_the_other_side(
    sign_in: SignIn, manager: User, recruiter: User, requisition: Requisition, acme: Client
) -> None:
    petra = make_user("petra@acme.example", clients=[acme], name="Petra Deputy")
    form = full(
        country="DE",
        region="BE",
        channel="phone",
        channel_detail="+49 30 1234",
        how_to="Call **before noon**. <script>",
        **{f"stand_in_{acme.pk}": str(petra.pk)},
    )
    assert sign_in(manager).post(URL, form).status_code == 302
    kept = WorkingCard.objects.get(user=manager)
    assert (kept.country, kept.region, kept.reached) == ("DE", "BE", "Phone, +49 30 1234")
    assert Delegation.objects.get().delegate == petra
    for url in (requisition.get_absolute_url(), reverse("person", args=[manager.pk])):
        page = sign_in(recruiter).get(url).text
        assert "Phone, +49 30 1234" in page
        assert "Call <strong>before noon</strong>." in page
        assert "Works now until 17:00" in page


def test_region_falls_away_with_its_country_and_is_offered_once_the_country_is_kept(
    sign_in: SignIn, recruiter: User
) -> None:
    browser = sign_in(recruiter)
    browser.post(URL, card(country="DE", region="BE"))
    browser.post(URL, card(country="FR", region="BE", version="2"))
    kept = WorkingCard.objects.get(user=recruiter)
    assert (kept.country, kept.region) == ("FR", "")
    assert "Martinique" in browser.get(URL).text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("country", "XX"),
        ("country", "Germany"),
        ("channel", "pigeon"),
        ("channel_detail", "x" * 121),
        ("channel_detail", "0\x00"),
        ("channel_detail", "\u202e123"),
        ("how_to", "x" * 2001),
        ("how_to", "x" * 1_000_000),
        ("how_to", "bell \x07"),
    ],
)
def test_bad_card_is_named_and_nothing_changes(
    field: str, typed: str, sign_in: SignIn, recruiter: User
) -> None:
    answer = sign_in(recruiter).post(URL, {**card(starts="10:00"), field: typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert WorkingCard.objects.get(user=recruiter).starts == time(9)


def test_stand_in_of_another_client_cannot_be_slipped_in(
    sign_in: SignIn, manager: User, watcher: User, other_manager: User, acme: Client,
    globex: Client,
) -> None:  # fmt: skip
    browser = sign_in(manager)
    name = f"stand_in_{acme.pk}"
    answer = browser.post(URL, full(**{name: str(other_manager.pk)}))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [name])
    browser.post(URL, full(**{f"stand_in_{globex.pk}": str(other_manager.pk)}))
    assert not Delegation.objects.exists()


def test_each_client_has_its_own_stand_in(
    sign_in: SignIn, manager: User, watcher: User, acme: Client, globex: Client,
    other_manager: User,
) -> None:  # fmt: skip
    Membership.objects.create(user=manager, client=globex)
    form = full(
        **{
            f"stand_in_{acme.pk}": str(watcher.pk),
            f"stand_in_{globex.pk}": str(other_manager.pk),
        }
    )
    assert sign_in(manager).post(URL, form).status_code == 302
    assert set(Delegation.objects.values_list("client", "delegate")) == {
        (acme.pk, watcher.pk),
        (globex.pk, other_manager.pk),
    }


def test_stale_card_shows_both_and_changes_nothing(
    sign_in: SignIn, manager: User, watcher: User, acme: Client
) -> None:
    browser = sign_in(manager)
    browser.post(URL, full(country="DE"))
    answer = browser.post(URL, full(country="FR", **{f"stand_in_{acme.pk}": str(watcher.pk)}))
    assert answer.status_code == 409
    assert "<td>Germany</td><td>France</td>" in answer.text
    assert "<td>not set</td><td>Wanda Watcher</td>" in answer.text
    assert not Delegation.objects.exists()


def test_person_page_names_stand_ins_of_shared_clients_alone(
    sign_in: SignIn, manager: User, recruiter: User, globex: Client, other_manager: User
) -> None:
    Membership.objects.create(user=manager, client=globex)
    Delegation.settle(manager, {globex.pk: other_manager.pk}, by=manager, now=NOW)
    Absence.plan(NOW.date(), NOW.date(), "Dentist", by=manager, now=NOW)
    page = sign_in(recruiter).get(reverse("person", args=[manager.pk])).text
    assert "Dentist" in page
    assert "Olga Other" not in page
    assert "Globex" not in page


# --- days away -----------------------------------------------------------------------------


def absence(**typed: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "first_day": "2026-03-30", "last_day": "2026-04-03", **typed}


def test_absence_is_added_once_and_removed(
    sign_in: SignIn, manager: User, requisition: Requisition, recruiter: User
) -> None:
    browser, form = sign_in(manager), absence(note="Skiing")
    for _ in range(10):
        assert browser.post(reverse("absences"), form).status_code == 302
    planned = Absence.objects.get()
    assert "Away from 30 March to 3 April 2026" in browser.get(URL).text
    browser.post(reverse("absence_cancellation", args=[planned.pk]))
    assert not Absence.objects.exists()


def test_absence_of_one_day_needs_no_last_day(sign_in: SignIn, manager: User) -> None:
    sign_in(manager).post(reverse("absences"), absence(last_day=""))
    planned = Absence.objects.get()
    assert (planned.first_day, planned.last_day) == (date(2026, 3, 30), date(2026, 3, 30))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first_day": ""}, "first_day"),
        ({"first_day": "soon"}, "first_day"),
        ({"first_day": "9999-12-31", "last_day": ""}, "first_day"),
        ({"first_day": "0001-01-01", "last_day": "0001-01-02"}, "last_day"),
        ({"last_day": "2026-03-29"}, "last_day"),
        ({"last_day": "9999-12-31"}, "last_day"),
        ({"note": "x" * 121}, "note"),
        ({"note": "nul \x00"}, "note"),
        ({"key": "x"}, "key"),
    ],
)
def test_bad_absence_is_named_and_nothing_changes(
    typed: dict[str, str], field: str, sign_in: SignIn, manager: User
) -> None:
    answer = sign_in(manager).post(reverse("absences"), absence(**typed))
    assert answer.status_code == 422
    assert list(answer.context["absence_form"].errors) == [field]
    assert not Absence.objects.exists()


def test_absence_with_somebody_elses_key_is_refused(
    sign_in: SignIn, manager: User, recruiter: User
) -> None:
    form = absence()
    sign_in(manager).post(reverse("absences"), form)
    assert sign_in(recruiter).post(reverse("absences"), form).status_code == 422
    assert Absence.objects.count() == 1


@pytest.mark.parametrize("cancelled", [False, True])
def test_old_absence_form_with_other_days_is_asked_about_and_then_planned(
    cancelled: bool, sign_in: SignIn, manager: User
) -> None:
    """Who goes back in the browser and sends other days must not be told that they are planned."""
    browser, form = sign_in(manager), absence()
    browser.post(reverse("absences"), form)
    if cancelled:
        Absence.objects.get().cancel(by=manager, now=NOW)
    else:
        form |= {"first_day": "2026-05-11", "last_day": "2026-05-12"}
    answer = browser.post(reverse("absences"), form)
    shown = answer.context["absence_form"]
    assert (answer.status_code, shown["first_day"].value()) == (422, form["first_day"])
    assert "sent before" in shown.non_field_errors()[0]
    planned = Absence.objects.count()
    browser.post(reverse("absences"), form | {"key": shown["key"].value()})
    assert Absence.objects.count() == planned + 1


def test_absence_moves_with_the_zone(sign_in: SignIn, manager: User) -> None:
    Absence.plan(date(2026, 3, 30), date(2026, 3, 30), by=manager, now=NOW)
    sign_in(manager).post(URL, full(zone="Asia/Tokyo"))
    moved = Absence.objects.get()
    assert moved.begins_at == datetime.fromisoformat("2026-03-29T15:00+00:00")
    assert moved.ends_at == datetime.fromisoformat("2026-03-30T15:00+00:00")


def test_clients_without_another_person_ask_for_no_stand_in(sign_in: SignIn, manager: User) -> None:
    manager.join(make_client("Lonely"), by=manager, now=NOW)
    assert "Stands in at" not in sign_in(manager).get(URL).text
