"""What is done in a review, whether signed in or behind the link in a mail: the same acts, answered
by the same page."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from recruiting.accounts.hints import hint_for
from recruiting.approvals.models import (
    AlreadyDecided,
    Decision,
    NotNow,
    Question,
    Slate,
    Submission,
)
from recruiting.approvals.review import ANSWERS, Door, Review, review_of
from recruiting.approvals.review_forms import DecisionForm, QuestionForm
from recruiting.lib.repeats import renew_key

TABLE = "table"


def asked_page(request: HttpRequest, door: Door) -> HttpResponse:
    """The candidate in the query, or the first on whom nothing is said yet."""
    is_table = request.GET.get("view") == TABLE
    candidate = _uuid(request.GET.get("candidate", ""))
    review = review_of(door, now=timezone.now(), candidate=candidate, is_table=is_table)
    wanted = request.GET.get("answer", "")
    return _shown(request, review, answer=wanted if wanted in ANSWERS else "")


def decide(request: HttpRequest, door: Door, submission: Submission) -> HttpResponse:
    """Approve or decline, and on to the next one."""
    if _is_another_reader(request, door):
        return _again(request, door, submission, status=409)
    form, now = DecisionForm(request.POST), timezone.now()
    if not form.is_valid():
        return _again(request, door, submission, form=form, status=422)
    try:
        form.decide(submission, by=door.reader, now=now, by_link=door.by_link)
    except AlreadyDecided:
        return _again(request, door, submission, form=form, stands=True, status=409)
    except NotNow as why:
        return _again(request, door, submission, form=form, why=str(why), status=409)
    except ValidationError as error:
        form.refuse(error)
        return _again(request, door, submission, form=form, status=422)
    following = review_of(door, now=now).next_open(submission.pk)
    if following and request.POST.get("view") == TABLE:
        return redirect(door.page(view=TABLE))
    return redirect(following.url if following else door.page())


def undo(request: HttpRequest, door: Door, submission: Submission) -> HttpResponse:
    """Take the decision back that the form names. Twice is once."""
    if _is_another_reader(request, door):
        return _again(request, door, submission, status=409)
    try:
        decision = _named_decision(request, submission)
        decision.undo(by=door.reader, now=timezone.now(), by_link=door.by_link)
    except NotNow as why:
        return _again(request, door, submission, why=str(why), status=409)
    return redirect(door.page(submission.pk))


def propose(request: HttpRequest, door: Door, submission: Submission) -> HttpResponse:
    """Put what was declined for, and is new, into the draft of the brief."""
    if _is_another_reader(request, door):
        return _again(request, door, submission, status=409)
    decision = _named_decision(request, submission)
    try:
        decision.propose_amendment(by=door.reader, now=timezone.now())
    except NotNow as why:
        return _again(request, door, submission, why=str(why), status=409)
    except ValidationError as error:
        return _again(request, door, submission, why=" ".join(error.messages), status=409)
    return redirect(door.page())


def ask(request: HttpRequest, door: Door, submission: Submission) -> HttpResponse:
    """A question instead of a decision."""
    form = QuestionForm(request.POST)
    if _is_another_reader(request, door):
        return _again(request, door, submission, status=409)
    if not form.is_valid():
        return _again(request, door, submission, question=form, status=422)
    data = form.cleaned_data
    try:
        Question.ask(submission, data["text"], pk=data["key"], by=door.reader, now=timezone.now())
    except NotNow as why:
        return _again(request, door, submission, question=form, why=str(why), status=409)
    except Question.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        form.refuse(error)
        renew_key(form, error)
        return _again(request, door, submission, question=form, status=422)
    return redirect(door.page(submission.pk))


def in_slate(slate: Slate, pk: UUID) -> Submission:
    rows = Submission.objects.select_related("candidate", "slate", "resume")
    return get_object_or_404(rows, slate=slate, pk=pk)


def _named_decision(request: HttpRequest, submission: Submission) -> Decision:
    """404 for one that the submission does not have."""
    rows = submission.decisions.filter(stage=Decision.At.RESUME).select_related("submission")
    return get_object_or_404(rows, pk=_uuid(request.POST.get("decision", "")))


def _is_another_reader(request: HttpRequest, door: Door) -> bool:
    """Two people have opened their links in one browser: the form was the other one's."""
    reader = str(door.reader.pk)
    return request.POST.get("reader", reader) != reader


def _again(
    request: HttpRequest, door: Door, submission: Submission, *, status: int, **told: Any
) -> HttpResponse:
    """The page of that candidate as she stands now, with what was typed and why it is shown."""
    review = review_of(door, now=timezone.now(), candidate=submission.pk)
    answer = "question" if "question" in told else request.POST.get("verdict", "")
    return _shown(request, review, answer=answer, status=status, **told)


def _shown(
    request: HttpRequest,
    review: Review,
    *,
    answer: str,
    status: int = 200,
    form: DecisionForm | None = None,
    question: QuestionForm | None = None,
    why: str = "",
    stands: bool = False,
) -> HttpResponse:
    context = {
        "review": review,
        "requisition": review.requisition,
        "item": review.current,
        "answer": answer,
        "form": form or DecisionForm(),
        "question_form": question or QuestionForm(),
        "why": why,
        "stands": stands,
        "status": status,
        "hint": None if review.door.by_link else hint_for(review.reader, "review"),
    }
    is_at_end = review.is_over and (review.door.by_link or review.current is None)
    template = "approvals/review.html"
    if is_at_end or (review.current is None and not review.is_table):
        template = "approvals/review_done.html"
    elif review.is_table:
        template = "approvals/review_table.html"
    return render(request, template, context, status=status)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
