"""The digest as a mail: a short letter on what waits, what changed, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from intake.mails import BRIEF
from intake.writing import WRITING_LINK
from recruiting.accounts.models import User
from recruiting.approvals.balls import Ball
from recruiting.approvals.interview_mail import FEEDBACK_LINK
from recruiting.approvals.notices import SLATE
from recruiting.lib.collecting import uncollected
from recruiting.mailing import kinds
from recruiting.mailing.kinds import Budget, Kind, Skip
from recruiting.mailing.links import unsubscribe_url
from recruiting.mailing.messages import hashed, site_host
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered, one_line, render_mail
from recruiting.mailing.signed_links import ACT_LASTS, link_url
from requisitions.models import Status
from status_updates.digests import rows, words
from status_updates.digests.market import fact_of
from status_updates.digests.snapshot import KIND, Letter, letters
from status_updates.digests.wishes import sent_by_hand
from status_updates.waiting import Waiting

SHOWN = 60
"""Requisitions, and things that wait, in one letter; to more there is a link."""

HTML_MAX = 90_000
"""Bytes of a letter. Mail programs cut off what is longer than 100 kB."""

BUTTONS = 12
"""Things that wait and have a button to be tapped; below these a link has to do."""

INTERVIEWS_SHOWN = 5


def register() -> None:
    kinds.register(
        Kind(
            KIND,
            title="Digest",
            render=render,
            still_wanted=rows.still_wanted,
            can_stop=True,
            about="For each client a letter at the day and hour you chose: what waits on you, what "
            "changed and what comes next.",
            meant_for=lambda user: user.is_manager,
            budget=Budget.COUNTED,
            stopped=rows.stopped,
            resumed=rows.resumed,
            materialise=rows.materialise,
        )
    )


def render(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
    """Every mail of the batch as a text, or the reason why there is none."""
    with uncollected():
        told = letters(batch, now)
        return {mail.pk: _answer(mail, told.get(mail.pk)) for mail in batch}


def _answer(mail: Mail, letter: Letter | None) -> Rendered | Skip:
    if letter is None:
        return Skip("No requisition to tell of.")
    silence = None if sent_by_hand(mail) else nothing_new(letter)
    return silence or written(letter)


def nothing_new(letter: Letter) -> Skip | None:
    """Why a letter with nothing in it does not go, to a manager who wishes that."""
    if not letter.only_news or letter.waiting or letter.personal_line or not letter.is_quiet:
        return None
    return Skip("Nothing waits and nothing has changed since the last one.")


@dataclass(frozen=True)
class StandIn:
    """Who reads the letter in place of the manager, who is away until that day."""

    user: User
    until: date


def written(letter: Letter, stand_in: StandIn | None = None) -> Rendered:
    rendered = _fitting(letter, stand_in)
    reader = f":{stand_in.user.pk}" if stand_in else ""
    thread = hashed("thread", f"{letter.manager.pk}:{letter.client.pk}{reader}")
    headers = {
        "References": f"<{thread}@{site_host()}>",
        "List-Id": f"Same Page digests <digests.{site_host()}>",
    }
    if letter.answers_go_to:
        headers["Reply-To"] = ", ".join(letter.answers_go_to)
    return rendered.with_headers(headers)


def _fitting(letter: Letter, stand_in: StandIn | None) -> Rendered:
    """With as many lines as fit, however long their titles and reasons are."""
    shown = min(SHOWN, max(len(letter.lines), len(letter.waiting)))
    while True:
        rendered = render_mail("digest", _context(letter, shown, stand_in))
        size = len(rendered.html.encode())
        if size <= HTML_MAX or shown == 1:
            return rendered
        shown = max(int(shown * HTML_MAX / size * 0.97), 1)


def _context(letter: Letter, number: int, stand_in: StandIn | None) -> dict[str, Any]:
    shown = letter.lines[:number]
    reader = stand_in.user if stand_in else letter.manager
    waiting = [_waiting(one, reader, letter) for one in letter.waiting[:number]]
    coming = [found for line in shown if (found := words.coming(line))]
    for_whom = f"For {letter.manager.display_name}" if stand_in else ""
    return {
        "manager": letter.manager,
        "reader": reader,
        "stand_in_until": words.weekday(stand_in.until) if stand_in else "",
        "client": letter.client,
        "personal": letter.personal_line,
        "subject": words.subject(letter, for_whom),
        "preheader": words.preheader(waiting, coming),
        "summary": words.summary(letter),
        "tapped": waiting[:BUTTONS],
        "waiting": waiting[BUTTONS:],
        "more_waiting": len(letter.waiting) - len(waiting),
        "changed": [
            {"title": one_line(line.requisition.title, words.TITLE_AGAIN), "text": text}
            for line in shown
            if (text := words.changed(line))
        ],
        "numbers": [
            words.numbers(line, _page("requisition", line.requisition.pk), letter.today)
            for line in shown
        ],
        "more": len(letter.lines) - len(shown),
        "coming": coming,
        "fact": fact_of(letter.period),
        "signed": words.names(
            [one.display_name for one in letter.recruiters if one.email in letter.answers_go_to]
        ),
        "can_answer": bool(letter.answers_go_to),
        "preferences_url": _page("preferences"),
        "unsubscribe_url": unsubscribe_url(reader.pk, KIND),
    }


def _waiting(one: Waiting, reader: User, letter: Letter) -> dict[str, Any]:
    due = words.due_words(one.ball, letter.zone) if one.ball else ""
    return {
        "title": one_line(one.requisition.title, words.TITLE_AGAIN),
        "text": words.waits(one, letter.zone, reader.pk),
        "due": due,
        "is_late": one.ball is not None and one.ball.is_overdue,
        "links": _links(one, reader, letter),
    }


def _links(one: Waiting, reader: User, letter: Letter) -> list[dict[str, str]]:
    """What there is to tap: links of the reader's own that need no signing in where there are such,
    else the page on which it is settled."""
    now, job = letter.now, one.requisition
    if one.brief:
        sign = link_url(reader, BRIEF, one.brief.brief, version=one.brief.digest, now=now,
                        lasts=ACT_LASTS)  # fmt: skip
        return [_link("Read it and sign", sign)]
    if one.ball:
        return _links_of_ball(one.ball, reader, letter) or [_link("Open it", _job(one))]
    if one.question:
        return [_link("Answer the question", _page("answers", one.question))]
    if job.status == Status.INTAKE:
        return [_link("Answer in writing", link_url(reader, WRITING_LINK, job.pk, now=now))]
    if job.recruiter.email in letter.answers_go_to:
        write = f"mailto:{job.recruiter.email}"
        return [_link(f"Write to {job.recruiter.first_name}", write), _link("Open it", _job(one))]
    return [_link("Open it", _job(one))]


def _links_of_ball(ball: Ball, reader: User, letter: Letter) -> list[dict[str, str]]:
    item, now = ball.item, letter.now
    if item.kind == "decision" and item.slate:
        count = len(item.submissions)
        what = "the resume" if count == 1 else f"{count:,} resumes"
        return [_link(f"Decide on {what}", link_url(reader, SLATE, item.slate, now=now))]
    asked = item.interviews[:INTERVIEWS_SHOWN]
    return [
        _link(
            f"Say how {_interview(begins_at, asked, letter)} was",
            link_url(reader, FEEDBACK_LINK, interview, now=now),
        )
        for begins_at, interview in asked
    ]


def _interview(begins_at: datetime, asked: Sequence[Any], letter: Letter) -> str:
    return "it" if len(asked) == 1 else f"the one of {words.held_on(begins_at, letter.zone)}"


def _job(one: Waiting) -> str:
    return _page("requisition", one.requisition.pk)


def _link(text: str, url: str) -> dict[str, str]:
    return {"text": text, "url": url}


_ANY = UUID(int=0)


def _page(name: str, pk: UUID | None = None) -> str:
    path = _path(name, of_one=pk is not None)
    return f"{settings.SITE_URL}{path.replace(str(_ANY), str(pk))}"


@cache
def _path(name: str, *, of_one: bool) -> str:
    """Found out once: it took as long as writing the line that it stands in."""
    return reverse(name, args=[_ANY] if of_one else [])
