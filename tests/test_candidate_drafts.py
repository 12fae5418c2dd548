"""Writing a candidate down: once, by one form, and never over what somebody else has written."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from intake.models import Brief, Intake, Requirement
from recruiting.accounts.models import Client, User
from recruiting.approvals import drafting
from recruiting.approvals.drafting import (
    DETAILS,
    KnownPerson,
    Rated,
    StaleDraft,
    Versions,
    Who,
    Written,
    versions_of,
    written_of,
)
from recruiting.approvals.models import Candidate, NotNow, Submission
from recruiting.approvals.requirements import asked_of, changed_since
from recruiting.audit.models import Event
from requisitions.models import Requisition
from tests.factories import (
    NOW,
    make_brief,
    make_candidate,
    make_requisition,
    make_slate,
    make_submission,
)

pytestmark = pytest.mark.django_db


def said(name: str = "Maria Kovač", pitch: str = "", **details: str) -> Written:
    return Written({**dict.fromkeys(DETAILS, ""), "name": name, **details}, pitch)


def begin(requisition: Requisition, written: Written, **more: Any) -> Submission:
    more = {"pk": uuid.uuid4(), "who": Who(), "versions": Versions(), **more}
    return drafting.begin(requisition, written, by=requisition.recruiter, now=NOW, **more)


def current(submission: Submission) -> Submission:
    return Submission.objects.select_related("candidate", "requisition").get(pk=submission.pk)


@pytest.fixture
def asked(requisition: Requisition) -> uuid.UUID:
    """The id of Kafka, the one requirement of the brief in force."""
    make_brief(requisition)
    return uuid.UUID(asked_of(requisition).lines[0].id)


def amend(requisition: Requisition, by: User, **changes: str) -> None:
    """The words of a requirement, or one more, agreed by both."""
    intake = Intake.objects.get(pk=requisition.pk)
    if old := changes.pop("old", ""):
        row = intake.requirements.get(text=old)
        row.change({"text": changes["text"]}, {"text": old}, by=by, now=NOW)
    else:
        values = {"kind": "dealbreaker", "tested_how": "A task", "tested_by": "Max", **changes}
        Requirement.add(intake, values, by=by, now=NOW, pk=uuid.uuid4())
    make_brief(requisition, reason="We learned more.")


# --- a new one -------------------------------------------------------------------------------


def test_draft_keeps_person_pitch_and_ratings(requisition: Requisition, asked: uuid.UUID) -> None:
    written = Written(
        said(headline="Data engineer", links="https://x.example/m").details,
        "Has done it before.",
        {asked: Rated("partly", "Two years")},
    )
    made = begin(requisition, written)
    assert written_of(current(made)) == written
    assert [(one.text, one.kind) for one in made.ratings.all()] == [("Kafka", "dealbreaker")]


def test_draft_sent_ten_times_is_made_once(requisition: Requisition) -> None:
    pk = uuid.uuid4()
    made = {begin(requisition, said(), pk=pk).pk for _ in range(10)}
    assert (made, Candidate.objects.count()) == ({pk}, 1)


def test_used_key_with_other_words_shows_both(requisition: Requisition) -> None:
    made = begin(requisition, said(pitch="First"), pk=uuid.uuid4())
    with pytest.raises(StaleDraft) as stale:
        begin(requisition, said(pitch="Second"), pk=made.pk)
    assert stale.value.current.pitch == "First"


def test_key_of_another_requisition_is_nobodys(
    requisition: Requisition, other_requisition: Requisition
) -> None:
    made = begin(other_requisition, said())
    with pytest.raises(Submission.DoesNotExist):
        begin(requisition, said(), pk=made.pk)


def test_draft_without_a_brief_has_nothing_to_rate(requisition: Requisition) -> None:
    made = begin(requisition, Written(said().details, "", {uuid.uuid4(): Rated("met")}))
    assert not made.ratings.exists()


def test_draft_on_a_closed_requisition_is_refused(
    requisition: Requisition, recruiter: User
) -> None:
    requisition.cancel(by=recruiter, now=NOW, reason="No budget.")
    with pytest.raises(NotNow, match="Reopen it to add"):
        begin(requisition, said())


def test_resume_comes_once_however_often_it_is_sent(requisition: Requisition) -> None:
    made = begin(requisition, said(), resume=SimpleUploadedFile("cv.txt", b"Maria, by herself"))
    again = SimpleUploadedFile("cv.txt", b"Maria, by herself")
    stands = current(made)
    drafting.rewrite(
        stands, written_of(stands), versions=versions_of(stands), resume=again,
        by=requisition.recruiter, now=NOW,
    )  # fmt: skip
    assert made.candidate.resumes.count() == 1


def test_events_of_drafts_are_private_and_name_nobody(requisition: Requisition) -> None:
    made = begin(requisition, said(pitch="Canary"))
    made.remove(by=requisition.recruiter, now=NOW)
    events = Event.objects.filter(action__in=["prepared a candidate", "removed a draft"])
    told = [(one.is_private, one.particulars) for one in events]
    assert told == [(True, {"submission": str(made.pk)})] * 2


# --- the same person -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("details", "likeness"),
    [
        ({"name": "KOVAC Maria"}, "the same name"),
        ({"name": "M. K.", "links": "https://x.example/maria/"}, "the same link"),
        ({"links": "http://www.x.example/maria"}, "the same name and the same link"),
    ],
)
def test_person_who_is_here_already_is_told(
    requisition: Requisition, details: dict[str, str], likeness: str
) -> None:
    first = begin(requisition, said(links="https://x.example/maria"))
    make_slate(requisition, first)
    with pytest.raises(KnownPerson) as refusal:
        begin(requisition, said(**{"name": "Maria Kovač", **details}))
    [known] = refusal.value.known
    assert (known.candidate, known.likeness, known.here) == (first.candidate, likeness, first)
    assert Candidate.objects.count() == 1


def test_person_of_another_requisition_can_have_a_second_submission(
    acme: Client, requisition: Requisition, recruiter: User, manager: User
) -> None:
    other = make_requisition(acme, recruiter=recruiter, manager=manager, title="Analyst")
    first = begin(other, said(headline="Engineer", source="Referral"))
    with pytest.raises(KnownPerson) as refusal:
        begin(requisition, said())
    [known] = refusal.value.known
    assert (known.here, [one.requisition for one in known.elsewhere]) == (None, [other])
    second = begin(requisition, said(source="Referral"), who=Who(first.candidate))
    assert second.candidate == first.candidate
    assert second.candidate.headline == "Engineer"


def test_details_that_differ_from_the_known_ones_are_shown_first(
    acme: Client, requisition: Requisition, recruiter: User
) -> None:
    known = make_candidate(acme, by=recruiter, name="Maria Kovač", headline="Engineer")
    typed = said(headline="Lead engineer")
    with pytest.raises(StaleDraft) as stale:
        begin(requisition, typed, who=Who(known))
    assert stale.value.current.details["headline"] == "Engineer"
    begin(requisition, typed, who=Who(known), versions=stale.value.versions)
    known.refresh_from_db()
    assert known.headline == "Lead engineer"


def test_somebody_else_of_the_same_name_is_another_candidate(requisition: Requisition) -> None:
    first = begin(requisition, said())
    second = begin(requisition, said(), who=Who(is_another=True))
    assert first.candidate != second.candidate


def test_candidate_is_not_twice_on_one_requisition(requisition: Requisition) -> None:
    first = begin(requisition, said())
    with pytest.raises(NotNow, match="already"):
        begin(requisition, said(), who=Who(first.candidate))


def test_nobody_of_another_client_is_known(
    requisition: Requisition, other_requisition: Requisition
) -> None:
    begin(other_requisition, said(links="https://x.example/maria"))
    begin(requisition, said(links="https://x.example/maria"))
    assert Candidate.objects.filter(client=requisition.client).count() == 1


def test_erased_candidate_is_known_no_more(requisition: Requisition) -> None:
    first = begin(requisition, said())
    Candidate.objects.filter(pk=first.candidate_id).update(erased_at=NOW)
    assert begin(requisition, said()).candidate != first.candidate


# --- changing --------------------------------------------------------------------------------


def rewrite(submission: Submission, written: Written, versions: Versions) -> None:
    by = submission.requisition.recruiter
    drafting.rewrite(submission, written, versions=versions, by=by, now=NOW)


def test_stale_save_changes_nothing_and_holds_what_stands(requisition: Requisition) -> None:
    made = current(begin(requisition, said(pitch="First")))
    seen = versions_of(made)
    rewrite(made, said(pitch="Second"), seen)
    with pytest.raises(StaleDraft) as stale:
        rewrite(made, said(pitch="Third"), seen)
    assert stale.value.current.pitch == current(made).pitch == "Second"
    rewrite(made, said(pitch="Third"), stale.value.versions)
    assert current(made).pitch == "Third"


def test_same_save_twice_is_no_conflict(requisition: Requisition) -> None:
    made = current(begin(requisition, said()))
    seen = versions_of(made)
    for _ in range(2):
        rewrite(made, said(pitch="Same"), seen)
    assert current(made).version == seen.submission + 1


def test_details_changed_on_another_requisition_make_a_save_stale(
    acme: Client, requisition: Requisition, recruiter: User, manager: User
) -> None:
    made = current(begin(requisition, said()))
    seen = versions_of(made)
    other = make_requisition(acme, recruiter=recruiter, manager=manager)
    begin(other, said(notice_period="None"), who=Who(made.candidate),
          versions=Versions(0, seen.candidate))  # fmt: skip
    with pytest.raises(StaleDraft):
        rewrite(made, said(notice_period="A year"), seen)


def test_draft_that_was_sent_is_not_rewritten(requisition: Requisition) -> None:
    made = current(begin(requisition, said()))
    make_slate(requisition, made)
    with pytest.raises(NotNow, match="sent a moment ago"):
        rewrite(made, said(pitch="Late"), versions_of(made))


def test_details_of_who_was_sent_change_with_an_event(requisition: Requisition) -> None:
    made = begin(requisition, said(pitch="Stays"))
    make_slate(requisition, made)
    by = requisition.recruiter
    changed = said(notice_period="A month").details
    drafting.change_details(made, changed, version=1, by=by, now=NOW)
    assert written_of(current(made)) == replace(said(pitch="Stays"), details=changed)
    assert Event.objects.filter(action="changed details of a candidate").count() == 1
    with pytest.raises(StaleDraft):
        drafting.change_details(made, said(name="X").details, version=1, by=by, now=NOW)


def test_removed_draft_comes_back_unless_there_is_another(requisition: Requisition) -> None:
    by = requisition.recruiter
    made = begin(requisition, said())
    for _ in range(2):
        made.remove(by=by, now=NOW)
    assert not Submission.objects.drafts().exists()
    made.bring_back(by=by, now=NOW)
    assert Submission.objects.drafts().get() == made
    made.remove(by=by, now=NOW + timedelta(hours=1))
    begin(requisition, said(), who=Who(made.candidate))
    with pytest.raises(NotNow, match="added anew"):
        made.bring_back(by=by, now=NOW)


def test_sent_candidate_is_not_removed(requisition: Requisition) -> None:
    made = begin(requisition, said())
    make_slate(requisition, made)
    with pytest.raises(NotNow, match="sent already"):
        made.remove(by=requisition.recruiter, now=NOW)


# --- an amended brief ------------------------------------------------------------------------


def test_amendment_keeps_what_stayed_and_names_the_rest(
    requisition: Requisition, recruiter: User, asked: uuid.UUID
) -> None:
    made = begin(requisition, Written(said().details, "", {asked: Rated("met", "Ran it")}))
    amend(requisition, recruiter, text="SQL")
    changed = changed_since(made.ratings.all(), asked_of(requisition))
    assert (changed.new, changed.reworded, changed.gone) == (["SQL"], [], [])
    stands = current(made)
    rewrite(stands, replace(written_of(stands), pitch="More"), versions_of(stands))
    rated = [(one.text, one.mark) for one in made.ratings.all()]
    assert rated == [("Kafka", "met"), ("SQL", "unknown")]


def test_requirement_worded_anew_is_named_until_it_is_saved(
    requisition: Requisition, recruiter: User, asked: uuid.UUID
) -> None:
    made = begin(requisition, Written(said().details, "", {asked: Rated("met")}))
    amend(requisition, recruiter, old="Kafka", text="Kafka, five years")
    changed = changed_since(made.ratings.all(), asked_of(requisition))
    assert (changed.new, changed.reworded, changed.gone) == ([], ["Kafka, five years"], [])
    stands = current(made)
    rewrite(stands, written_of(stands), versions_of(stands))
    assert not changed_since(stands.ratings.all(), asked_of(requisition))


def test_amendment_that_waits_for_a_signature_asks_nothing(
    requisition: Requisition, recruiter: User, asked: uuid.UUID
) -> None:
    made = make_submission(requisition)
    intake = Intake.objects.get(pk=requisition.pk)
    row = intake.requirements.get(text="Kafka")
    row.change({"text": "Pulsar"}, {"text": "Kafka"}, by=recruiter, now=NOW)
    make_brief(requisition, recruiter, reason="Perhaps.")
    assert Brief.objects.pending().exists()
    assert not changed_since(made.ratings.all(), asked_of(requisition))
