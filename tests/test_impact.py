"""What each requirement has cost: calculated, on its page, and as the reason of an amendment."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from intake.models import Brief, Intake, Requirement
from recruiting.accounts.models import User
from recruiting.approvals.impact import Asked, Impact, Line, Stop, Where, impact_of, wilson
from recruiting.approvals.models import Decision, ScreenOut, ScreenOutLine, Submission, Why
from requisitions.models import Requisition
from tests.factories import NOW, make_brief, make_draft, make_slate, make_submission
from tests.queries import counted

SignIn = Callable[[User], Browser]

KAFKA, SQL, GERMAN, GONE = (uuid.UUID(int=number) for number in range(1, 5))
BRIEF = [Asked(KAFKA, "Kafka", "dealbreaker"), Asked(SQL, "SQL", "dealbreaker"),
         Asked(GERMAN, "German", "nice")]  # fmt: skip


@pytest.fixture(autouse=True)
def _still(request: pytest.FixtureRequest) -> None:
    if "requisition" in request.fixturenames:
        request.getfixturevalue("clock")


# --- the calculation -----------------------------------------------------------------------


def stop(requirement: uuid.UUID, where: Where = Where.RESUME, **marks: str) -> Stop:
    named = {"kafka": KAFKA, "sql": SQL, "german": GERMAN}
    known = {named[name]: mark for name, mark in marks.items()}
    text = next((one.text for one in BRIEF if one.id == requirement), "Java")
    return Stop(where, "requirement", requirement, text, marks=known)


def line_of(impact: Impact, requirement: uuid.UUID) -> Line:
    return next(line for line in impact.requirements if line.id == requirement)


@pytest.mark.parametrize(
    ("marks", "alone"),
    [
        ({"kafka": "not", "sql": "met"}, (1, 1)),
        ({"kafka": "not", "sql": "partly", "german": "not"}, (1, 1)),  # a nice-to-have stops nobody
        ({"kafka": "not", "sql": "unknown"}, (0, 1)),
        ({"kafka": "not"}, (0, 1)),  # rated before SQL was in the brief
        ({"kafka": "not", "sql": "not"}, (0, 0)),
        ({"sql": "met"}, (1, 1)),
    ],
)  # fmt: skip
def test_who_would_have_gone_on_depends_on_all_other_dealbreakers(
    marks: Mapping[str, str], alone: tuple[int, int]
) -> None:
    line = line_of(impact_of(BRIEF, [stop(KAFKA, Where.RESUME, **marks)], decided=1), KAFKA)
    assert (line.low, line.high, line.stopped) == (*alone, 1)


def test_of_who_was_screened_out_nobody_knows_the_rest() -> None:
    screened = Stop(Where.SCREENED, "requirement", KAFKA, "Kafka", count=9)
    impact = impact_of(BRIEF, [screened, stop(KAFKA, sql="met")], decided=3)
    line = line_of(impact, KAFKA)
    assert (impact.assessed, line.low, line.high, line.stopped) == (12, 1, 10, 10)
    assert line.cells == [("screened out", 9), ("on the resume", 1), ("after an interview", 0)]


def test_sentence_starts_with_the_costliest_dealbreaker() -> None:
    late = stop(KAFKA, Where.INTERVIEW, sql="unknown")
    stops = [stop(SQL, kafka="not"), *[stop(KAFKA, sql="met")] * 3, late, *[stop(GERMAN)] * 9]
    impact = impact_of(BRIEF, stops, decided=20)
    assert [line.text for line in impact.requirements] == ["Kafka", "SQL", "German"]
    assert impact.sentence == (
        "“Kafka” stopped 4 of the 20 candidates assessed so far: 3 on the resume, 1 after an "
        "interview. 3 to 4 of them would have gone on if it were a nice-to-have."
    )


@pytest.mark.parametrize(
    ("stops", "decided", "sentence"),
    [
        ([], 0, ""),
        ([stop(KAFKA)], 1, "1 candidate was assessed so far: too few to say what a requirement "
                           "costs."),
        ([stop(KAFKA)] * 4, 4, "4 candidates were assessed so far: too few to say what a "
                               "requirement costs."),
        ([], 5, "5 candidates were assessed so far, and no dealbreaker of the brief stopped "
                "anybody."),
        ([stop(KAFKA, sql="not")], 5, "“Kafka” stopped 1 of the 5 candidates assessed so far: "
         "1 on the resume. Each of them lacked something else as well."),
        ([stop(KAFKA, sql="met")], 5, "“Kafka” stopped 1 of the 5 candidates assessed so far: "
         "1 on the resume. That one would have gone on if it were a nice-to-have."),
        ([stop(KAFKA)] * 2, 5, "“Kafka” stopped 2 of the 5 candidates assessed so far: "
         "2 on the resume. Up to 2 of them would have gone on if it were a nice-to-have."),
        ([stop(KAFKA), *[Stop(Where.RESUME, "new", text="Startups")] * 2], 5,
         "What the brief does not say stopped 2 of the 5 candidates assessed so far, more than "
         "any dealbreaker in it."),
    ],
)  # fmt: skip
def test_sentence_says_no_more_than_is_known(
    stops: list[Stop], decided: int, sentence: str
) -> None:
    assert impact_of(BRIEF, stops, decided=decided).sentence == sentence


def test_share_is_told_from_five_on() -> None:
    few = impact_of(BRIEF, [stop(KAFKA)], decided=4)
    enough = impact_of(BRIEF, [stop(KAFKA)], decided=5)
    shares = [line_of(one, KAFKA).share for one in (few, enough)]
    assert shares[0] is None
    assert shares[1]
    assert shares[1].words == "20%, likely 4 to 62%"


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634),
     (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)  # fmt: skip
def test_interval_is_that_of_wilson(hits: int, total: int, low: float, high: float) -> None:
    # The last is the example of R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872.
    found = wilson(hits, total)
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


@pytest.mark.parametrize(("hits", "total"), [(1, 0), (0, 0), (3, 2), (-1, 2)])
def test_no_share_of_what_cannot_be(hits: int, total: int) -> None:
    with pytest.raises(ValueError, match=" of "):
        wilson(hits, total)


def test_same_criterion_in_other_letters_is_one() -> None:
    stops = [Stop(Where.RESUME, "new", text=text) for text in ("Startups", "startups ", "Golf")]
    assert [(one.text, one.stopped) for one in impact_of(BRIEF, stops, decided=3).new] == [
        ("Startups", 2), ("Golf", 1),
    ]  # fmt: skip


marks = st.dictionaries(
    st.sampled_from([KAFKA, SQL, GERMAN]), st.sampled_from(["met", "partly", "not", "unknown"])
)
places = st.sampled_from(list(Where))
rated = st.builds(
    Stop, st.sampled_from([Where.RESUME, Where.INTERVIEW]), st.just("requirement"),
    st.sampled_from([KAFKA, SQL, GERMAN, GONE]), st.sampled_from(["Kafka", "Java"]), marks=marks,
)  # fmt: skip
screened = st.builds(
    Stop, st.just(Where.SCREENED), st.just("requirement"), st.sampled_from([KAFKA, SQL]),
    st.just("Kafka"), st.integers(1, 9),
)  # fmt: skip
paid = st.builds(Stop, places, st.just("pay"), text=st.just("Pay"))
new = st.builds(Stop, st.just(Where.RESUME), st.just("new"), text=st.sampled_from(["a", "A", "b"]))
stops_of_anybody = st.lists(st.one_of(rated, screened, paid, new), max_size=12)


def lines(impact: Impact) -> Iterable[Line]:
    return (*impact.requirements, *impact.others, *impact.new)


@pytest.mark.one_database
@settings(max_examples=200, deadline=None, derandomize=True)
@given(stops=stops_of_anybody, order=st.randoms(use_true_random=False))
def test_counts_add_up_in_any_order(stops: list[Stop], order: object) -> None:
    decided = sum(one.count for one in stops if one.where != Where.SCREENED)
    impact = impact_of(BRIEF, stops, decided=decided)
    for line in lines(impact):
        assert 0 <= line.low <= line.high <= line.stopped or line.id is None
        assert sum(count for _, count in line.cells) == line.stopped
        assert line.share is None or line.share.low <= line.share.share <= line.share.high
    assert impact.stopped == sum(one.count for one in stops) == impact.assessed
    order.shuffle(stops)  # type: ignore[attr-defined]
    assert impact_of(BRIEF, stops, decided=decided) == impact


@pytest.mark.one_database
@settings(max_examples=50, deadline=None, derandomize=True)
@given(stops=stops_of_anybody)
def test_requirement_that_is_reworded_keeps_its_counts(stops: list[Stop]) -> None:
    reworded = [Asked(KAFKA, "Kafka or Pulsar", "dealbreaker"), *BRIEF[1:]]
    before, after = (impact_of(brief, stops, decided=20) for brief in (BRIEF, reworded))
    was, now = line_of(before, KAFKA), line_of(after, KAFKA)
    assert now == Line(**{**vars(was), "text": "Kafka or Pulsar"})


# --- the page ------------------------------------------------------------------------------


@pytest.fixture
def intake(requisition: Requisition, manager: User) -> Intake:
    """Kafka and SQL are dealbreakers by a brief that both have signed."""
    draft = make_draft(requisition)
    values = {"text": "SQL", "kind": "dealbreaker", "tested_how": "A task", "tested_by": "Max"}
    Requirement.add(draft, values, by=manager, now=NOW, pk=uuid.uuid4())
    make_brief(requisition)
    return draft


def requirement(intake: Intake, text: str = "Kafka") -> Requirement:
    return intake.requirements.get(text=text)


def decline(
    intake: Intake, manager: User, times: int, marks: Mapping[str, str] | None = None
) -> list[Submission]:
    """For Kafka."""
    row, requisition = requirement(intake), intake.requisition
    slate = make_slate(
        requisition, *(make_submission(requisition, marks=marks) for _ in range(times))
    )
    why = Why("requirement", requirement=row.pk, text=row.text, kind=row.kind)
    for submission in slate.submissions.all():
        Decision.make(submission, "decline", why, by=manager, now=NOW)
    return list(slate.submissions.all())


def screen_out(intake: Intake, count: int) -> ScreenOut:
    row, by = requirement(intake), intake.requisition.recruiter
    entry = ScreenOut.objects.create(requisition=intake.requisition, on=NOW.date(), by=by, at=NOW)
    ScreenOutLine.objects.create(screen_out=entry, requirement=row.pk, text=row.text,
                                 kind=row.kind, reason="requirement", count=count)  # fmt: skip
    return entry


FACT = (
    "“Kafka” stopped 8 of the 9 candidates assessed so far: 5 screened out, 3 on the resume. "
    "2 to 7 of them would have gone on if it were a nice-to-have."
)


@pytest.fixture
def stopped(intake: Intake, manager: User) -> Intake:
    """Eight by Kafka, of whom two by it alone for certain; one was approved."""
    decline(intake, manager, 2, {"Kafka": "not"})
    decline(intake, manager, 1, {"Kafka": "not", "SQL": "not"})
    screen_out(intake, 5)
    Decision.make(make_slate(intake.requisition).submissions.get(), "approve", by=manager, now=NOW)
    return intake


def test_page_says_the_same_to_everybody_and_offers_the_amendment_to_who_may_write(
    sign_in: SignIn, stopped: Intake, recruiter: User, manager: User, watcher: User
) -> None:
    act = reverse("impact_amendment", args=[stopped.pk, requirement(stopped).pk])
    for user, writes in ((recruiter, True), (manager, True), (watcher, False)):
        page = sign_in(user).get(reverse("impact", args=[stopped.pk]))
        assert page.context["page"].impact.sentence == FACT
        assert FACT in page.text
        assert "89%, likely 57 to 98%" in page.text
        assert (f'action="{act}"' in page.text) == writes
    rows = page.context["page"].dealbreakers
    assert [(row.line.text, row.line.stopped) for row in rows] == [("Kafka", 8), ("SQL", 0)]
    assert "stopped nobody" in page.text


def test_what_was_taken_back_counts_no_more(
    sign_in: SignIn, stopped: Intake, manager: User, recruiter: User
) -> None:
    for one in Decision.objects.filter(verdict="decline"):
        one.undo(by=manager, now=NOW + timedelta(minutes=1))
    ScreenOut.objects.update(undone_at=NOW, undone_by=recruiter)
    page = sign_in(recruiter).get(reverse("impact", args=[stopped.pk])).context["page"]
    assert (page.impact.assessed, page.impact.stopped) == (1, 0)


def test_requirement_that_left_the_brief_keeps_its_count(
    sign_in: SignIn, stopped: Intake, manager: User
) -> None:
    requirement(stopped).remove(by=manager, now=NOW)
    make_brief(stopped.requisition, reason="Nobody has it.")
    page = sign_in(manager).get(reverse("impact", args=[stopped.pk]))
    (gone,) = page.context["page"].beside
    assert (gone.line.text, gone.line.kind, gone.line.stopped, gone.may_relax) == (
        "Kafka", "", 8, False,
    )  # fmt: skip
    assert "No longer in the brief" in page.text


def test_other_reasons_and_new_criteria_are_told_beside(
    sign_in: SignIn, intake: Intake, manager: User
) -> None:
    submissions = [make_submission(intake.requisition) for _ in range(3)]
    whys = [Why("pay"), Why("new", text="Has led a team"), Why("new", text="has led a team")]
    make_slate(intake.requisition, *submissions)
    for submission, why in zip(submissions, whys, strict=True):
        Decision.make(submission, "decline", why, by=manager, now=NOW)
    page = sign_in(manager).get(reverse("impact", args=[intake.pk]))
    impact = page.context["page"].impact
    assert [(one.text, one.stopped) for one in (*impact.others, *impact.new)] == [
        ("Pay", 1), ("Has led a team", 2),
    ]  # fmt: skip
    assert "What the brief does not say stopped 2" in page.text


def test_empty_page_teaches_each_side_what_to_do(
    sign_in: SignIn, requisition: Requisition, recruiter: User, manager: User
) -> None:
    url = reverse("impact", args=[requisition.pk])
    screen_outs = f'href="{reverse("screen_outs", args=[requisition.pk])}"'
    for user, is_led in ((recruiter, True), (manager, False)):
        page = sign_in(user).get(url)
        assert "Nobody was assessed yet." in page.text
        assert (screen_outs in page.text) == is_led


def test_statements_of_the_page_do_not_grow(
    sign_in: SignIn, stopped: Intake, manager: User
) -> None:
    browser, url = sign_in(manager), reverse("impact", args=[stopped.pk])
    few = counted(lambda: browser.get(url))
    decline(stopped, manager, 50)
    for _ in range(50):
        screen_out(stopped, 1)
    assert (counted(lambda: browser.get(url)), few) == (few, 8)


# --- the amendment -------------------------------------------------------------------------


def relax(browser: Browser, intake: Intake, row: Requirement) -> str:
    """Where it leads."""
    answer = browser.post(reverse("impact_amendment", args=[intake.pk, row.pk]))
    assert answer.status_code == 302
    return str(answer["Location"])


def test_amendment_stands_in_the_draft_with_the_evidence_as_its_reason(
    sign_in: SignIn, stopped: Intake, manager: User
) -> None:
    browser = sign_in(manager)
    place = relax(browser, stopped, requirement(stopped))
    assert place == reverse("brief", args=[stopped.pk])
    kafka = requirement(stopped)
    assert (kafka.kind, kafka.saved_by) == ("nice", manager)
    assert Brief.objects.filter(requisition=stopped.pk).count() == 1
    page = browser.get(place)
    assert page.context["form"].initial["reason"] == FACT
    assert FACT in page.text
    assert relax(browser, stopped, kafka) == place  # twice is once
    assert "An amendment is drafted" in browser.get(reverse("impact", args=[stopped.pk])).text


def test_reason_with_its_evidence_is_signed_as_it_stands(
    sign_in: SignIn, stopped: Intake, manager: User
) -> None:
    browser = sign_in(manager)
    asked = browser.get(relax(browser, stopped, requirement(stopped))).context["page"].asked
    data = {"digest": asked.digest, "shown": asked.shown, "reason": asked.reason}
    browser.post(reverse("brief_signature", args=[stopped.pk]), data)
    assert Brief.objects.get(requisition=stopped.pk, number=2).reason == FACT


def test_brief_that_lets_go_of_what_stopped_nobody_has_no_reason_ready(
    sign_in: SignIn, stopped: Intake, manager: User
) -> None:
    requirement(stopped, "SQL").change(
        {"kind": "nice"}, {"kind": "dealbreaker"}, by=manager, now=NOW
    )
    page = sign_in(manager).get(reverse("brief", args=[stopped.pk]))
    assert page.context["form"].initial["reason"] == ""


def test_evidence_is_never_longer_than_a_reason_may_be(
    sign_in: SignIn, intake: Intake, manager: User
) -> None:
    for text in ("Kafka", "SQL"):
        row = requirement(intake, text)
        row.change({"text": text * 60}, {"text": text}, by=manager, now=NOW)
    make_brief(intake.requisition, reason="Longer.")
    for row in intake.requirements.standing():
        slate = make_slate(intake.requisition)
        why = Why("requirement", requirement=row.pk, text=row.text, kind=row.kind)
        Decision.make(slate.submissions.get(), "decline", why, by=manager, now=NOW)
        row.change({"kind": "nice"}, {"kind": "dealbreaker"}, by=manager, now=NOW)
    values = {"text": "Go", "kind": "dealbreaker", "tested_how": "A task", "tested_by": "Max"}
    Requirement.add(intake, values, by=manager, now=NOW, pk=uuid.uuid4())
    page = sign_in(manager).get(reverse("brief", args=[intake.pk]))
    reason = page.context["form"].initial["reason"]
    assert reason.startswith("“KafkaKafka")
    assert "…”" in reason
    assert len(reason) <= 500


def test_draft_that_has_sorted_it_otherwise_is_not_written_over(
    sign_in: SignIn, stopped: Intake, manager: User, recruiter: User
) -> None:
    kafka = requirement(stopped)
    kafka.change({"kind": "not needed"}, {"kind": "dealbreaker"}, by=recruiter, now=NOW)
    answer = sign_in(manager).post(reverse("impact_amendment", args=[stopped.pk, kafka.pk]))
    assert answer.status_code == 409
    assert "sorted otherwise in the draft meanwhile: not needed" in answer.text
    kafka.refresh_from_db()
    assert kafka.kind == "not needed"


def test_amendment_is_for_who_may_write(
    sign_in: SignIn, stopped: Intake, watcher: User, other_manager: User, recruiter: User,
    clock: TimeMachineFixture,
) -> None:  # fmt: skip
    url = reverse("impact_amendment", args=[stopped.pk, requirement(stopped).pk])
    assert [sign_in(user).post(url).status_code for user in (watcher, other_manager)] == [403, 404]
    stopped.requisition.cancel(by=recruiter, now=NOW, reason="No budget.")
    browser = sign_in(recruiter)
    assert browser.post(url).status_code == 403
    assert "Make it a nice-to-have" not in browser.get(reverse("impact", args=[stopped.pk])).text
    assert requirement(stopped).kind == "dealbreaker"


def test_requirement_of_another_draft_is_not_found(
    sign_in: SignIn, stopped: Intake, recruiter: User
) -> None:
    url = reverse("impact_amendment", args=[stopped.pk, uuid.UUID(int=9)])
    assert sign_in(recruiter).post(url).status_code == 404
