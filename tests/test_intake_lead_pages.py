"""What leads set of the intake: agendas of their clients, and words to think twice about."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from intake.agenda import AGENDA, Part
from intake.models import AgendaTemplate, Intake, LoadedWording, StaleAgenda
from recruiting.accounts.models import Client, User
from recruiting.audit.models import Event
from requisitions.models import Requisition
from tests.factories import NOW, make_client
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SHORT = (Part("why", "Why", 5), Part("own-1", "Walk through the wards", 10))
LIST = "/intake/wordings/"


@pytest.fixture
def desk(sign_in: Callable[[User], Browser], lead: User) -> Browser:
    return sign_in(lead)


@pytest.fixture
def path(acme: Client) -> str:
    return reverse("client_agenda", args=[acme.pk])


def sent(desk: Browser, path: str) -> dict[str, str]:
    """The form as it stands on the page; what is empty or not ticked is left out."""
    form = desk.get(path).context["form"]
    fields = {"seen": str(form["seen"].value())}
    for row in form.rows:
        for field in row:
            if field.value() not in (False, None):
                fields[field.html_name] = "on" if field.value() is True else str(field.value())
    return {name: text for name, text in fields.items() if text}


# --- agendas ---------------------------------------------------------------------------------


def test_agenda_of_a_client_begins_its_next_meetings(
    desk: Browser, path: str, acme: Client, requisition: Requisition, lead: User
) -> None:
    form = sent(desk, path)
    form |= {"part-own-1-name": "Walk through the wards", "part-own-1-minutes": "10"}
    form |= {"part-own-1-is_in": "on", "part-own-1-place": "1", "part-why-place": "2"}
    for key in ("requirements", "success", "market", "steps", "reasons", "signing"):
        del form[f"part-{key}-is_in"]
    assert desk.post(path, form).status_code == 302
    begun = Intake.prepare(requisition, by=lead, now=NOW).agenda
    assert begun == (Part("own-1", "Walk through the wards", 10), Part("why", AGENDA[0].name, 5))
    assert "15 minutes" in desk.get(path).text
    for page in ("intake", "intake_agenda"):
        shown = desk.get(reverse(page, args=[requisition.pk]))
        assert (shown.status_code, "Walk through the wards" in shown.text) == (200, True), page
    assert Event.objects.about(acme).filter(action="changed the agenda").count() == 1


def test_agenda_that_is_none_is_refused_with_what_was_typed(desk: Browser, path: str) -> None:
    form = sent(desk, path) | {"part-why-minutes": "900", "part-why-name": "Why on earth"}
    answer = desk.post(path, form)
    assert answer.status_code == 422
    assert "Why on earth" in answer.text
    assert not AgendaTemplate.objects.exists()


def test_agenda_that_another_lead_has_kept_meanwhile_is_shown_beside_ones_own(
    desk: Browser, path: str, acme: Client, recruiter: User
) -> None:
    form = sent(desk, path) | {"part-why-name": "Mine"}
    AgendaTemplate.keep(acme, SHORT, by=recruiter, now=NOW)
    answer = desk.post(path, form)
    assert answer.status_code == 409
    assert "Walk through the wards" in answer.text
    assert 'value="Mine"' in answer.text
    assert AgendaTemplate.parts_at(acme) == SHORT
    again = form | {"seen": answer.context["seen"].value()}
    assert desk.post(path, again).status_code == 302
    assert AgendaTemplate.parts_at(acme)[0].name == "Mine"


def test_agenda_goes_back_to_the_usual_one_and_that_is_undone_once(
    desk: Browser, path: str, acme: Client, lead: User
) -> None:
    AgendaTemplate.keep(acme, SHORT, by=lead, now=NOW)
    desk.post(path, {"usual": "1"})
    assert AgendaTemplate.parts_at(acme) == AGENDA
    assert not AgendaTemplate.objects.exists()
    desk.post(f"{path}undoing/")
    assert AgendaTemplate.parts_at(acme) == SHORT


def test_change_of_an_agenda_is_not_undone_over_that_of_another(
    acme: Client, lead: User, recruiter: User
) -> None:
    AgendaTemplate.keep(acme, SHORT, by=lead, now=NOW)
    AgendaTemplate.keep(acme, SHORT[:1], by=recruiter, now=NOW)
    with pytest.raises(StaleAgenda):
        AgendaTemplate.undo(acme, by=lead, now=NOW)
    assert AgendaTemplate.parts_at(acme) == SHORT[:1]


def test_agenda_page_costs_the_same_with_many_parts(
    desk: Browser, path: str, acme: Client, lead: User
) -> None:
    few = counted(lambda: desk.get(path))
    many = tuple(Part(f"own-{n}", f"Part {n}", 5) for n in range(12))
    AgendaTemplate.keep(acme, many, by=lead, now=NOW)
    assert (few, counted(lambda: desk.get(path))) == (4, 4)


# --- the wording list ------------------------------------------------------------------------


def known() -> dict[str, str]:
    return {one.phrase: one.why for one in LoadedWording.known()}


def test_lead_adds_a_word_and_tries_it(desk: Browser) -> None:
    form = {"phrase": "wizard", "why": "Nobody casts spells.", "instead": "Name the tool."}
    assert desk.post(LIST, form).status_code == 302
    assert known()["wizard"] == "Nobody casts spells."
    tried = desk.get(LIST, {"try": "A Wizard and a ninja"})
    assert [hint.found for hint in tried.context["found"]] == ["Wizard", "ninja"]
    assert Event.objects.filter(action="kept a wording").get().particulars["phrase"] == "wizard"


def test_word_is_edited_brought_back_and_that_is_undone(desk: Browser) -> None:
    usual = known()["guru"]
    opened = desk.get(LIST, {"edit": "guru"}).context["form"]
    form = {name: opened[name].value() for name in opened.fields} | {"editing": "guru"}
    desk.post(LIST, form | {"why": "Say it plainly."})
    assert known()["guru"] == "Say it plainly."
    desk.post(f"{LIST}back/", {"phrase": "guru"})
    assert known()["guru"] == usual
    desk.post(f"{LIST}undoing/")
    assert known()["guru"] == "Say it plainly."
    assert "stays as it is" in desk.post(f"{LIST}undoing/", follow=True).text


def test_word_is_turned_off_and_on_again_as_it_was(desk: Browser, lead: User) -> None:
    LoadedWording.keep("wizard", "No spells.", "Name the tool.", by=lead, now=NOW)
    for phrase in ("wizard", "ninja"):
        desk.post(f"{LIST}off/", {"phrase": phrase})
        assert phrase not in known()
        assert phrase in [row.phrase for row in desk.get(LIST).context["rows"]]
        desk.post(f"{LIST}back/", {"phrase": phrase})
    assert known()["wizard"] == "No spells."
    assert "ninja" in known()


def test_word_that_another_lead_has_edited_meanwhile_is_shown_beside_ones_own(
    desk: Browser, lead: User
) -> None:
    form = {"phrase": "guru", "editing": "guru", "why": "Mine", "instead": "My words"}
    form |= {"seen_why": "What stood", "seen_instead": "before"}
    answer = desk.post(LIST, form)
    assert answer.status_code == 409
    assert known()["guru"] in answer.text
    assert 'value="Mine"' in answer.text
    both = answer.context["form"]
    desk.post(LIST, {name: both[name].value() for name in both.fields} | {"editing": "guru"})
    assert known()["guru"] == "Mine"


@pytest.mark.parametrize("form", [{}, {"phrase": "x" * 61, "why": "a", "instead": "b"}])
def test_word_that_cannot_be_kept_is_refused(desk: Browser, form: dict[str, str]) -> None:
    assert desk.post(LIST, form).status_code == 422
    assert not LoadedWording.objects.exists()


def test_wording_list_costs_the_same_for_any_number(desk: Browser, lead: User) -> None:
    few = counted(lambda: desk.get(LIST))
    for number in range(50):
        LoadedWording.keep(f"word {number}", "Why", "Instead", by=lead, now=NOW)
    assert (few, counted(lambda: desk.get(LIST))) == (4, 4)


def test_agenda_of_a_client_is_that_client_s(desk: Browser, path: str, lead: User) -> None:
    other = make_client("Other")
    AgendaTemplate.keep(other, SHORT, by=lead, now=NOW)
    assert "Walk through the wards" not in desk.get(path).text
