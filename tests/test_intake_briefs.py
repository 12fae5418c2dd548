"""From a draft that two write to a brief that both have signed."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from intake.content import Content, RequirementLine, Terms, digest_of, five_lines, missing
from intake.differences import Change, differences, runs
from intake.models import (
    Action,
    AgendaTemplate,
    Agreement,
    Answer,
    Brief,
    BriefChanged,
    Intake,
    LoadedWording,
    NotYours,
    Requirement,
    Side,
    StaleAgenda,
    StalePiece,
)
from intake.models.agreements import StaleTerms
from recruiting.accounts.models import Client, User
from recruiting.audit.models import Event
from requisitions.models import Requisition, Status
from tests.factories import NOW, make_requisition

WORDS = st.text(alphabet="ab c,.\n", max_size=60)


@pytest.fixture
def job(acme: Client, recruiter: User, manager: User) -> Requisition:
    return make_requisition(
        acme,
        recruiter=recruiter,
        manager=manager,
        status=Status.INTAKE,
        title="Data Engineer",
        description="We count trains.\n\n## Tasks\nPlan. Test.",
    )


@pytest.fixture
def intake(job: Requisition, recruiter: User) -> Intake:
    return Intake.prepare(job, by=recruiter, now=NOW)


def require(intake: Intake, text: str, by: User, **values: Any) -> Requirement:
    values = {"kind": "dealbreaker", "tested_how": "A task", "tested_by": "Max"} | values
    return Requirement.add(intake, {"text": text, **values}, by=by, now=NOW, pk=uuid.uuid4())


@pytest.fixture
def agreed(intake: Intake, recruiter: User) -> Intake:
    """A draft that lacks nothing."""
    Answer.write(intake, "why-job", "Ada leaves in May.", seen="", by=recruiter, now=NOW)
    require(intake, "Has run Kafka in production", recruiter)
    return intake


def digest(intake: Intake) -> str:
    return Intake.objects.get(pk=intake.pk).content().digest


# --- the draft -----------------------------------------------------------------------------


def test_draft_begins_with_the_sections_of_the_job_description(intake: Intake) -> None:
    sections = [(one.heading, one.text) for one in intake.sections.standing()]
    assert sections == [("", "We count trains."), ("Tasks", "Plan. Test.")]


def test_prepared_twice_is_prepared_once(intake: Intake, job: Requisition, manager: User) -> None:
    assert Intake.prepare(job, by=manager, now=NOW) == intake
    assert intake.sections.count() == 2


def test_draft_begins_with_an_earlier_brief(
    agreed: Intake, acme: Client, recruiter: User, manager: User
) -> None:
    brief = Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)
    other = make_requisition(acme, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    fresh = Intake.prepare(other, by=recruiter, now=NOW, brief=brief)
    assert [one.text for one in fresh.requirements.standing()] == ["Has run Kafka in production"]
    assert fresh.content().texts == {"why-job": "Ada leaves in May."}


def test_draft_takes_the_agenda_of_the_client(job: Requisition, acme: Client, lead: User) -> None:
    short = AgendaTemplate.parts_at(acme)[:2]
    AgendaTemplate.keep(acme, short, by=lead, now=NOW)
    assert Intake.prepare(job, by=lead, now=NOW).agenda == short


def test_text_is_saved_over_what_was_seen(intake: Intake, recruiter: User, manager: User) -> None:
    Answer.write(intake, "pay", "50", seen="", by=recruiter, now=NOW)
    Answer.write(intake, "pay", "50 to 60", seen="50", by=manager, now=NOW)
    assert intake.answers.get().text == "50 to 60"
    assert intake.answers.get().saved_by == manager


def test_text_over_another_is_refused_with_what_stands(
    intake: Intake, recruiter: User, manager: User
) -> None:
    Answer.write(intake, "pay", "50", seen="", by=recruiter, now=NOW)
    with pytest.raises(StalePiece) as refused:
        Answer.write(intake, "pay", "90", seen="", by=manager, now=NOW)
    assert isinstance(refused.value.current, Answer)
    assert refused.value.current.text == "50"
    assert intake.answers.get().text == "50"


def test_text_sent_again_is_no_conflict(intake: Intake, recruiter: User) -> None:
    first = Answer.write(intake, "pay", "50", seen="", by=recruiter, now=NOW)
    assert Answer.write(intake, "pay", "50", seen="", by=recruiter, now=NOW) == first


def test_two_change_different_fields_of_one_requirement(
    intake: Intake, recruiter: User, manager: User
) -> None:
    row = require(intake, "Kafka", recruiter)
    stale = Requirement.objects.get(pk=row.pk)
    row.change({"kind": "nice"}, {"kind": "dealbreaker"}, by=recruiter, now=NOW)
    stale.change({"unless": "Pulsar"}, {"unless": ""}, by=manager, now=NOW)
    row.refresh_from_db()
    assert (row.kind, row.unless) == ("nice", "Pulsar")


def test_change_of_a_removed_requirement_is_refused(intake: Intake, recruiter: User) -> None:
    row = require(intake, "Kafka", recruiter)
    Requirement.objects.get(pk=row.pk).remove(by=recruiter, now=NOW)
    with pytest.raises(StalePiece):
        row.change({"text": "Kafka Streams"}, {"text": "Kafka"}, by=recruiter, now=NOW)
    row.restore(by=recruiter, now=NOW)
    row.change({"text": "Kafka Streams"}, {"text": "Kafka"}, by=recruiter, now=NOW)
    assert [one.text for one in intake.requirements.standing()] == ["Kafka Streams"]


def test_requirement_sent_ten_times_is_one(intake: Intake, recruiter: User) -> None:
    pk = uuid.uuid4()
    for _ in range(10):
        Requirement.add(intake, {"text": "Kafka"}, by=recruiter, now=NOW, pk=pk)
    assert intake.requirements.count() == 1


@pytest.mark.parametrize("text", ["", "x" * 301, "a\x00b", "two\nlines"])
def test_bad_requirement_is_refused(intake: Intake, recruiter: User, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Requirement.add(intake, {"text": text}, by=recruiter, now=NOW, pk=uuid.uuid4())
    assert list(refused.value.message_dict) == ["text"]
    assert intake.requirements.count() == 0


def test_there_is_room_for_two_hundred_requirements(intake: Intake, recruiter: User) -> None:
    Requirement.objects.bulk_create(
        Requirement(intake=intake, text=f"Skill {n}", position=n, saved_at=NOW) for n in range(200)
    )
    with pytest.raises(ValidationError, match="There are 200 already"):
        require(intake, "One more", recruiter)


def test_requirements_are_put_in_order(intake: Intake, recruiter: User) -> None:
    a, b, c = (require(intake, text, recruiter) for text in "abc")
    c.place(None, by=recruiter, now=NOW)
    a.place(b.pk, by=recruiter, now=NOW)
    assert [one.text for one in intake.requirements.standing()] == ["c", "b", "a"]
    b.place(uuid.uuid4(), by=recruiter, now=NOW)
    assert [one.text for one in intake.requirements.standing()] == ["c", "a", "b"]


def test_reader_is_told_what_came_since(intake: Intake, recruiter: User) -> None:
    kafka = require(intake, "Kafka", recruiter)
    seen = Intake.objects.get(pk=intake.pk).revision
    require(intake, "Spark", recruiter)
    kafka.remove(by=recruiter, now=NOW)
    told = intake.requirements.since(seen).order_by("revision")
    assert [(one.text, one.removed_at is None) for one in told] == [
        ("Spark", True),
        ("Kafka", False),
    ]


@pytest.mark.django_db(transaction=True)
def test_hundred_edits_at_once_lose_nothing(intake: Intake, recruiter: User) -> None:
    """Ten writers, ten texts each, all to one field: each text is in it or was refused."""

    def write(writer: int) -> list[str]:
        kept, mine = [], Intake.objects.get(pk=intake.pk)
        try:
            for number in range(10):
                word = f"[{writer}.{number}]"
                while True:
                    seen = "".join(mine.answers.values_list("text", flat=True))
                    try:
                        Answer.write(mine, "pay", seen + word, seen=seen, by=recruiter, now=NOW)
                    except StalePiece:
                        continue
                    kept.append(word)
                    break
        finally:
            connection.close()
        return kept

    with ThreadPoolExecutor(10) as pool:
        written = [word for words in pool.map(write, range(10)) for word in words]
    text = intake.answers.get().text
    assert len(written) == 100
    assert sorted(word + "]" for word in text.split("]") if word) == sorted(written)
    assert Intake.objects.get(pk=intake.pk).revision == 101


def test_agenda_of_a_meeting_is_changed_for_it_alone(
    intake: Intake, acme: Client, recruiter: User
) -> None:
    intake.set_agenda(intake.agenda[:1], by=recruiter, now=NOW)
    assert len(Intake.objects.get(pk=intake.pk).agenda) == 1
    assert len(AgendaTemplate.parts_at(acme)) == 7


def test_agenda_that_somebody_changed_meanwhile_is_not_overwritten(
    intake: Intake, recruiter: User, manager: User
) -> None:
    seen = intake.agenda
    intake.set_agenda(seen[:2], seen=seen, by=recruiter, now=NOW)
    with pytest.raises(StaleAgenda) as stale:
        intake.set_agenda(seen[:3], seen=seen, by=manager, now=NOW)
    assert stale.value.current == seen[:2] == Intake.objects.get(pk=intake.pk).agenda


def test_clock_of_a_meeting_is_started_once(intake: Intake, recruiter: User, manager: User) -> None:
    intake.begin(by=recruiter, now=NOW)
    Intake.objects.get(pk=intake.pk).begin(by=manager, now=NOW.replace(hour=11))
    assert Intake.objects.get(pk=intake.pk).begun_at == NOW


def test_intake_of_another_client_is_not_seen(
    intake: Intake, other_recruiter: User, other_manager: User, watcher: User
) -> None:
    for user in (other_recruiter, other_manager, watcher):
        assert not Intake.objects.visible_to(user).filter(pk=intake.pk).exists()


def test_lead_adds_to_the_usual_wordings_and_changes_them(lead: User) -> None:
    def why() -> dict[str, str]:
        return {one.phrase: one.why for one in LoadedWording.known()}

    usual = why()
    LoadedWording.keep("wizard", "Nobody casts spells.", "Name the tool.", by=lead, now=NOW)
    LoadedWording.keep("Guru", "Say it plainly.", "Name the skill.", by=lead, now=NOW)
    LoadedWording.turn_off("ninja", by=lead, now=NOW)
    changed = {"wizard": "Nobody casts spells.", "Guru": "Say it plainly."}
    left = {phrase: usual[phrase] for phrase in usual if phrase not in ("ninja", "guru")}
    assert why() == left | changed
    LoadedWording.keep("NINJA", "Why?", "What?", by=lead, now=NOW)
    assert why() == left | changed | {"ninja": "Why?"}


def test_wording_without_an_alternative_is_refused(lead: User) -> None:
    with pytest.raises(ValidationError) as refused:
        LoadedWording.keep("wizard", "Nobody casts spells.", " ", by=lead, now=NOW)
    assert list(refused.value.message_dict) == ["instead"]
    assert not LoadedWording.objects.exists()


def test_action_has_its_holder_and_date(intake: Intake, recruiter: User, manager: User) -> None:
    values = {"text": "Ask about the budget", "holder_id": manager.pk, "due_on": NOW.date()}
    Action.add(intake, values, by=recruiter, now=NOW, pk=uuid.uuid4())
    kept = intake.actions.get()
    assert (kept.holder, kept.due_on, kept.is_done) == (manager, NOW.date(), False)


# --- what is signed ------------------------------------------------------------------------


def test_brief_signed_by_both_opens_the_requisition(
    agreed: Intake, job: Requisition, recruiter: User, manager: User
) -> None:
    brief = Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)
    job.refresh_from_db()
    assert (brief.is_in_force, job.status) == (False, Status.INTAKE)
    brief.sign(digest=brief.digest, by=manager, now=NOW)
    job.refresh_from_db()
    assert (brief.is_in_force, job.status) == (True, Status.OPEN)
    last = job.status_changes.last()
    assert last is not None
    assert (last.reason, last.override) == ("Brief 1 was signed by both.", False)
    names = [(one.side, one.name, one.digest) for one in brief.signatures.all()]
    assert names == [
        ("recruiter", "Rosa Recruiter", brief.digest),
        ("manager", "Max Manager", brief.digest),
    ]


@pytest.mark.parametrize("is_signed", [True, False])
def test_brief_signed_during_a_hold_opens_the_requisition_when_work_goes_on(
    agreed: Intake, job: Requisition, recruiter: User, manager: User, is_signed: bool
) -> None:
    job.put_on_hold(by=recruiter, now=NOW, reason="Budget.")
    brief = Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)
    if is_signed:
        brief.sign(digest=brief.digest, by=manager, now=NOW)
    job.resume(by=recruiter, now=NOW + timedelta(days=1))
    assert job.status == (Status.OPEN if is_signed else Status.INTAKE)
    last = job.status_changes.order_by("at").last()
    assert last is not None
    words = "Brief 1 was signed by both." if is_signed else ""
    assert (last.reason, last.override) == (words, False)


def test_manager_may_be_the_first_to_sign(agreed: Intake, recruiter: User, manager: User) -> None:
    brief = Brief.propose(agreed, digest=digest(agreed), by=manager, now=NOW)
    again = Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)
    assert (again, again.is_in_force) == (brief, True)


def test_signed_twice_by_one_side_is_signed_once(agreed: Intake, recruiter: User) -> None:
    brief = Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)
    brief.sign(digest=brief.digest, by=recruiter, now=NOW)
    assert (brief.signatures.count(), brief.is_in_force) == (1, False)


def test_nobody_signs_under_other_words(agreed: Intake, recruiter: User, manager: User) -> None:
    brief = Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)
    Answer.write(agreed, "pay", "60", seen="", by=recruiter, now=NOW)
    with pytest.raises(BriefChanged) as refused:
        brief.sign(digest=brief.digest, by=manager, now=NOW)
    shown, current = refused.value.shown, refused.value.current
    assert shown is not None
    assert differences(shown, current) == [Change("Pay", "", "60")]
    assert not Brief.objects.get().is_in_force


def test_brief_proposed_from_a_stale_page_is_refused(agreed: Intake, recruiter: User) -> None:
    shown = digest(agreed)
    Answer.write(agreed, "pay", "60", seen="", by=recruiter, now=NOW)
    with pytest.raises(BriefChanged):
        Brief.propose(agreed, digest=shown, by=recruiter, now=NOW)
    assert not Brief.objects.exists()


def test_watcher_and_outsiders_do_not_sign(
    agreed: Intake, job: Requisition, watcher: User, other_manager: User, other_recruiter: User
) -> None:
    for user in (watcher, other_manager, other_recruiter):
        with pytest.raises(NotYours):
            Brief.propose(agreed, digest=digest(agreed), by=user, now=NOW)
    assert not Brief.objects.exists()


def test_lead_signs_for_the_recruiter_and_both_are_recorded(
    agreed: Intake, recruiter: User, lead: User
) -> None:
    brief = Brief.propose(agreed, digest=digest(agreed), by=lead, now=NOW)
    (signature,) = brief.signatures.all()
    assert (signature.side, signature.user, signature.on_behalf_of) == (
        Side.RECRUITER,
        lead,
        recruiter,
    )


def test_unfinished_brief_is_not_proposed(intake: Intake, recruiter: User) -> None:
    require(intake, "Kafka", recruiter, tested_by="")
    with pytest.raises(ValidationError) as refused:
        Brief.propose(intake, digest=digest(intake), by=recruiter, now=NOW)
    assert refused.value.messages == [
        "Say why this job exists.",
        "One dealbreaker needs a word on how it is tested, and by whom.",
    ]


def test_closed_requisition_takes_no_brief(
    agreed: Intake, job: Requisition, recruiter: User
) -> None:
    job.cancel(by=recruiter, now=NOW, reason="No budget.")
    with pytest.raises(ValidationError, match="closed"):
        Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)


def test_amendment_says_why_and_the_old_brief_stays(
    agreed: Intake, job: Requisition, recruiter: User, manager: User
) -> None:
    first = Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)
    first.sign(digest=first.digest, by=manager, now=NOW)
    Answer.write(agreed, "pay", "60", seen="", by=recruiter, now=NOW)
    with pytest.raises(ValidationError, match="Say why the brief changes"):
        Brief.propose(agreed, digest=digest(agreed), reason=" ", by=recruiter, now=NOW)
    second = Brief.propose(
        agreed, digest=digest(agreed), reason="Three declined.", by=recruiter, now=NOW
    )
    assert [one.number for one in Brief.objects.in_force()] == [1]
    second.sign(digest=second.digest, by=manager, now=NOW)
    assert [one.number for one in Brief.objects.in_force()] == [2, 1]
    assert "pay" not in Brief.objects.get(number=1).content.texts
    actions = Event.objects.about(job).order_by("id").values_list("action", flat=True)
    assert "proposed an amendment" in actions


def test_later_proposal_takes_the_place_of_the_pending_one(
    agreed: Intake, recruiter: User, manager: User
) -> None:
    first = Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)
    Answer.write(agreed, "pay", "60", seen="", by=recruiter, now=NOW)
    second = Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)
    assert list(Brief.objects.pending()) == [second]
    with pytest.raises(BriefChanged):
        first.sign(digest=first.digest, by=manager, now=NOW)
    second.sign(digest=second.digest, by=manager, now=NOW)
    assert second.is_in_force


def test_brief_cannot_be_rewritten(agreed: Intake, recruiter: User) -> None:
    brief = Brief.propose(agreed, digest=digest(agreed), by=recruiter, now=NOW)
    brief.document = {}
    with pytest.raises(TypeError):
        brief.save()


@pytest.mark.django_db(transaction=True)
def test_two_signatures_at_once_are_both_kept(
    agreed: Intake, job: Requisition, recruiter: User, manager: User
) -> None:
    shown = digest(agreed)

    def sign(user: User) -> Brief:
        try:
            mine = Intake.objects.get(pk=agreed.pk)
            return Brief.propose(mine, digest=shown, by=user, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        briefs = set(pool.map(sign, (recruiter, manager)))
    assert len(briefs) == 1
    assert Brief.objects.get().is_in_force
    job.refresh_from_db()
    assert job.status == Status.OPEN


# --- the working agreement -----------------------------------------------------------------


def test_agreement_of_a_pair_is_part_of_all_their_briefs(
    agreed: Intake, job: Requisition, recruiter: User, manager: User
) -> None:
    before = digest(agreed)
    Agreement.settle(job, Terms(decision_days=2), version=0, by=recruiter, now=NOW)
    twin = make_requisition(job.client, recruiter=recruiter, manager=manager, status=Status.INTAKE)
    found = Agreement.of(twin)
    assert found is not None
    assert found.terms == Terms(decision_days=2)
    assert digest(agreed) != before


def test_stale_terms_are_refused(job: Requisition, recruiter: User, manager: User) -> None:
    Agreement.settle(job, Terms(decision_days=2), version=0, by=recruiter, now=NOW)
    with pytest.raises(StaleTerms):
        Agreement.settle(job, Terms(decision_days=3), version=0, by=manager, now=NOW)
    Agreement.settle(job, Terms(decision_days=2), version=0, by=manager, now=NOW)
    assert Agreement.objects.get().version == 1


@pytest.mark.parametrize("days", [0, 21])
def test_terms_have_limits(job: Requisition, recruiter: User, days: int) -> None:
    with pytest.raises(ValidationError) as refused:
        Agreement.settle(job, Terms(decision_days=days), version=0, by=recruiter, now=NOW)
    assert list(refused.value.message_dict) == ["decision_days"]
    assert not Agreement.objects.exists()


# --- documents -----------------------------------------------------------------------------

LINE = st.builds(
    RequirementLine, st.sampled_from("abcd"), WORDS, st.sampled_from(["dealbreaker", "nice", ""])
)
CONTENT = st.builds(
    Content,
    WORDS,
    WORDS,
    st.dictionaries(st.sampled_from(["why-job", "pay", "reason-team"]), WORDS.filter(bool)),
    st.lists(LINE, max_size=4, unique_by=lambda line: line.id),
    st.lists(
        st.fixed_dictionaries({"id": st.sampled_from("xyz"), "heading": WORDS, "text": WORDS}),
        max_size=3,
        unique_by=lambda section: section["id"],
    ),
    st.builds(Terms, st.none() | st.integers(1, 5), channel=WORDS),
)


@given(CONTENT)
def test_document_survives_being_kept(content: Content) -> None:
    kept = Content.from_json(content.as_json())
    assert kept.digest == content.digest
    assert differences(content, kept) == []


@given(CONTENT, CONTENT)
def test_texts_differ_exactly_when_their_digests_do(one: Content, other: Content) -> None:
    assert (differences(one, other) == []) == (one.digest == other.digest)


@given(WORDS, WORDS)
def test_runs_hold_both_texts(before: str, after: str) -> None:
    marked = runs(before, after)
    assert "".join(run.text for run in marked if run.mark != "added") == before
    assert "".join(run.text for run in marked if run.mark != "removed") == after


def test_runs_are_of_words() -> None:
    marked = runs("Two years of Kafka", "Three years of Kafka")
    assert [(run.mark, run.text) for run in marked] == [
        ("removed", "Two"),
        ("added", "Three"),
        ("same", " years of Kafka"),
    ]


def test_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 2"):
        Content.from_json({"format": 2})


def test_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": "ä"}) == digest_of({"b": "ä", "a": 1})


def test_missing_is_nothing_for_a_whole_brief() -> None:
    line = RequirementLine("1", "Kafka", "dealbreaker", "A task", "Max")
    assert missing(Content("Job", "Acme", {"why-job": "Growth"}, [line])) == []


def test_five_lines_lead_with_why() -> None:
    lines = [
        RequirementLine("1", "Kafka", "dealbreaker"),
        RequirementLine("2", "Spark", "nice"),
        RequirementLine("3", "Cobol", "not needed"),
        RequirementLine("4", "SQL", "dealbreaker"),
    ]
    content = Content("Job", "Acme", {"why-job": "Ada\nleaves.", "pay": "60"}, lines)
    assert five_lines(content) == [
        ("Why", "Ada leaves."),
        ("Dealbreakers", "Kafka · SQL"),
        ("Nice to have", "Spark"),
        ("Pay", "60"),
    ]
