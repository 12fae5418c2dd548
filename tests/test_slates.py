"""Choosing drafts, looking a slate over, and sending it through the page."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from intake.models import Intake, Requirement
from recruiting.accounts.models import Absence, Client, Delegation, User
from recruiting.approvals.models import Resume, Slate, Submission
from recruiting.approvals.states import State
from recruiting.mailing.models import Mail
from requisitions.models import Requisition
from tests.factories import (
    NOW,
    make_brief,
    make_candidate,
    make_slate,
    make_submission,
    make_user,
)
from tests.queries import counted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SignIn = Callable[[User], Browser]
Send = Callable[..., Any]


@pytest.fixture
def send(requisition: Requisition, recruiter: User, sign_in: SignIn) -> Send:
    """POST to the page: drafts in the order shown, all picked unless told otherwise."""
    browser = sign_in(recruiter)
    key = uuid.uuid4()

    def sent(*drafts: Submission, step: str = "send", **values: Any) -> Any:
        ids = [str(one.pk) for one in drafts]
        form = {"key": key, "note": "", "order": ids, "pick": ids, "step": step, **values}
        return browser.post(reverse("slate_new", args=[requisition.pk]), form)

    return sent


def names(answer: Any) -> list[str]:
    return [one.submission.candidate.name for one in answer.context["rows"]]


def with_resume(draft: Submission) -> Submission:
    Resume.objects.create(candidate=draft.candidate, kind="pdf", size=1, by=draft.by, at=NOW)
    return draft


# --- choosing --------------------------------------------------------------------------------


def test_drafts_that_lack_nothing_are_picked_at_first(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    make_brief(requisition)
    ready = with_resume(make_submission(requisition))
    make_submission(requisition, marks={"Kafka": "unknown"}, pitch="", now=NOW + timedelta(hours=1))
    rows = sign_in(recruiter).get(reverse("slate_new", args=[requisition.pk])).context["rows"]
    assert [(one.submission == ready, one.is_picked, one.lacks) for one in rows] == [
        (True, True, []),
        (False, False, ["no pitch", "no resume", "1 of 1 requirements not rated"]),
    ]


def test_page_says_why_short_is_kind_and_who_found_that(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    make_submission(requisition)
    page = sign_in(recruiter).get(reverse("slate_new", args=[requisition.pk])).text
    for cited in ("37 % of the time", "(iCIMS, 2014)", "(Phenom and Talent Board, 2021)"):
        assert cited in page


def test_buttons_move_a_candidate_without_a_script_and_keep_the_rest(
    requisition: Requisition, recruiter: User, send: Send
) -> None:
    first, second, third = (
        make_submission(requisition, make_candidate(requisition.client, by=recruiter, name=name))
        for name in ("Ada", "Bea", "Cleo")
    )
    answer = send(first, second, third, step="", move=f"up:{third.pk}", pick=[str(second.pk)],
                  note="Kept")  # fmt: skip
    assert (answer.status_code, names(answer)) == (200, ["Ada", "Cleo", "Bea"])
    assert [one.is_picked for one in answer.context["rows"]] == [False, False, True]
    assert [one.focus for one in answer.context["rows"]] == ["", "up", ""]
    assert "Kept" in answer.text
    assert names(send(first, second, third, step="", move=f"up:{first.pk}")) == [
        "Ada", "Bea", "Cleo",
    ]  # fmt: skip


def test_nothing_is_sent_before_it_was_looked_over(requisition: Requisition, send: Send) -> None:
    draft = make_submission(requisition)
    answer = send(draft, step="preview")
    assert (answer.status_code, Slate.objects.count()) == (200, 0)
    assert "Send 1 resume<" in answer.text


# --- sending ---------------------------------------------------------------------------------


def test_slate_goes_in_the_order_chosen(
    requisition: Requisition, manager: User, send: Send
) -> None:
    first, second, left = (make_submission(requisition) for _ in range(3))
    answer = send(second, left, first, pick=[str(first.pk), str(second.pk)], note="Both free.")
    assert (answer.status_code, answer["Location"]) == (
        302, reverse("candidates", args=[requisition.pk]),
    )  # fmt: skip
    slate = Slate.objects.get()
    assert ([one.pk for one in slate.submissions.all()], slate.note) == (
        [second.pk, first.pk], "Both free.",
    )  # fmt: skip
    assert Submission.objects.drafts().get() == left
    assert [mail.recipient for mail in Mail.objects.kind("slate")] == [manager]


def test_slate_sent_ten_times_goes_once(requisition: Requisition, send: Send) -> None:
    draft = make_submission(requisition)
    assert {send(draft).status_code for _ in range(10)} == {302}
    assert (Slate.objects.count(), Mail.objects.kind("slate").count()) == (1, 1)


def test_draft_sent_by_somebody_else_meanwhile_sends_nothing(
    requisition: Requisition, send: Send
) -> None:
    first, second = make_submission(requisition), make_submission(requisition)
    make_slate(requisition, first)
    answer = send(first, second, note="Kept")
    assert answer.status_code == 422
    assert "sent or removed a moment ago" in answer.text
    assert "Kept" in answer.text
    assert (Slate.objects.count(), Submission.objects.drafts().get()) == (1, second)


def test_draft_removed_by_somebody_else_meanwhile_is_not_sent(
    requisition: Requisition, recruiter: User, send: Send
) -> None:
    draft = make_submission(requisition)
    draft.remove(by=recruiter, now=NOW)
    answer = send(draft, note="Kept")
    assert answer.status_code == 422
    assert "sent or removed a moment ago" in answer.text
    assert "Kept" in answer.text
    assert Slate.objects.count() == 0


def test_draft_of_another_client_is_not_sent(
    requisition: Requisition, other_requisition: Requisition, send: Send
) -> None:
    theirs = make_submission(other_requisition)
    answer = send(theirs)
    assert (answer.status_code, Slate.objects.count()) == (422, 0)


def test_slate_is_not_sent_where_nothing_is_open(
    requisition: Requisition, recruiter: User, send: Send
) -> None:
    draft = make_submission(requisition)
    requisition.put_on_hold(by=recruiter, now=NOW, reason="Budget.")
    for step in ("preview", "send"):
        answer = send(draft, step=step)
        assert (answer.status_code, Slate.objects.count()) == (422, 0)
        assert "on hold" in answer.text


@pytest.mark.parametrize(("count", "status"), [(60, 200), (61, 422), (0, 422)])
def test_slate_holds_sixty(
    count: int, status: int, requisition: Requisition, recruiter: User, send: Send
) -> None:
    rows = Submission.objects.bulk_create(
        Submission(requisition=requisition, by=recruiter, at=NOW,
                   candidate=make_candidate(requisition.client, by=recruiter))
        for _ in range(count)
    )  # fmt: skip
    answer = send(*rows, step="preview")
    assert answer.status_code == status
    assert ("Send it in parts" in answer.text) == (count > 60)
    assert ("Choose at least one" in answer.text) == (count == 0)


def test_sixty_are_sent_at_once(requisition: Requisition, send: Send) -> None:
    rows = [make_submission(requisition) for _ in range(60)]
    assert send(*rows).status_code == 302
    assert Submission.objects.filter(state=State.WAITING).count() == 60


def test_slate_sends_what_the_brief_asks_now(
    requisition: Requisition, recruiter: User, send: Send
) -> None:
    make_brief(requisition)
    draft = make_submission(requisition)
    intake = Intake.objects.get(pk=requisition.pk)
    values = {"text": "SQL", "kind": "dealbreaker", "tested_how": "A task", "tested_by": "Max"}
    Requirement.add(intake, values, by=recruiter, now=NOW, pk=uuid.uuid4())
    intake.requirements.get(text="Kafka").remove(by=recruiter, now=NOW)
    make_brief(requisition, reason="Other needs.")
    assert send(draft).status_code == 302
    assert [(one.text, one.mark) for one in draft.ratings.all()] == [("SQL", "unknown")]


# --- what the manager gets -------------------------------------------------------------------


def test_preview_says_who_gets_it(
    requisition: Requisition, acme: Client, manager: User, send: Send
) -> None:
    delegate = make_user("dana@acme.example", clients=[acme], name="Dana Delegate")
    Delegation.settle(manager, {acme.pk: delegate.pk}, by=manager, now=NOW)
    today = NOW.date()
    Absence.plan(today, today + timedelta(days=2), "", by=manager, now=NOW)
    answer = send(make_submission(requisition), step="preview")
    assert answer.context["preview"].people == [manager, delegate]
    assert "Dana Delegate gets it too, standing in for Max now" in answer.text


@pytest.fixture
def blind(acme: Client) -> None:
    acme.blind_review = True
    acme.save()


@pytest.fixture
def maria(requisition: Requisition, recruiter: User) -> Submission:
    person = make_candidate(requisition.client, by=recruiter, name="Maria Kovač",
                            works_at="Northwind")  # fmt: skip
    return make_submission(requisition, person, pitch="Maria mends pipes.")


@pytest.mark.usefixtures("blind")
def test_words_that_give_a_blind_candidate_away_are_not_sent_unseen(
    requisition: Requisition, maria: Submission, send: Send
) -> None:
    answer = send(maria, step="preview", note="Both of Northwind.")
    assert "<li>The pitch names Maria</li>" in answer.text
    assert "<li>The note names the employer Northwind</li>" in answer.text
    answer = send(maria)
    assert (answer.status_code, Slate.objects.count()) == (422, 0)
    assert "Change these words first" in answer.text
    assert send(maria, sure="on").status_code == 302
    assert Slate.objects.get().is_blind


@pytest.mark.usefixtures("blind")
def test_evidence_is_looked_through_as_well(
    requisition: Requisition, maria: Submission, send: Send
) -> None:
    make_brief(requisition)
    Submission.objects.filter(pk=maria.pk).update(pitch="Mends pipes.")
    draft = make_submission(requisition, make_candidate(requisition.client, by=maria.by,
                                                        name="Ada Ito"))  # fmt: skip
    draft.ratings.update(evidence="Ada ran it.")
    assert "The evidence on “Kafka” names Ada" in send(draft, step="preview").text


def test_names_are_nothing_to_warn_of_where_the_review_is_open(
    maria: Submission, send: Send
) -> None:
    assert "This review is blind" not in send(maria, step="preview").text
    assert send(maria).status_code == 302


def test_choice_costs_the_same_for_one_and_for_fifty(
    requisition: Requisition, recruiter: User, sign_in: SignIn
) -> None:
    make_brief(requisition)
    browser = sign_in(recruiter)
    make_submission(requisition)

    def fetched() -> int:
        return counted(lambda: browser.get(reverse("slate_new", args=[requisition.pk])))

    fetched()
    few = fetched()
    for _ in range(49):
        make_submission(requisition)
    assert (few, fetched()) == (6, 6)


def test_old_form_with_other_candidates_is_no_double_click(
    requisition: Requisition, send: Send
) -> None:
    first, second = make_submission(requisition), make_submission(requisition)
    assert send(first).status_code == 302
    assert send(first).status_code == 302
    refused = send(second)
    assert refused.status_code == 422
    assert "said something else then" in refused.text
    assert list(Slate.objects.get().submissions.all()) == [first]
    key = refused.context["form"]["key"].value()
    assert send(second, key=key).status_code == 302
    assert Slate.objects.count() == 2
