"""The digest as a mail: a short letter on what waits, what changed, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from intake.mails import BRIEF
from recruiting.accounts.models import User
from recruiting.approvals.notices import SLATE
from recruiting.mailing import kinds
from recruiting.mailing.kinds import Budget, Kind, Skip
from recruiting.mailing.links import unsubscribe_url
from recruiting.mailing.messages import hashed, site_host
from recruiting.mailing.models import Mail
from recruiting.mailing.render import Rendered, one_line, render_mail
from recruiting.mailing.signed_links import ACT_LASTS, link_url
from requisitions.models import Requisition, Stage
from requisitions.words import days_words, moved_words, stage_words
from status_updates.digests import rows
from status_updates.digests.market import fact_of
from status_updates.digests.snapshot import KIND, Letter, letters
from status_updates.facts import Facts, PromiseFact
from status_updates.waiting import Waiting

SHOWN = 60
"""Requisitions in one letter; to more there is a link."""

HTML_MAX = 90_000
"""Bytes of a letter. Mail programs cut off what is longer than 100 kB."""

NEWEST_STAGES = 2
"""How many of the moved stages stand in the subject, the furthest along first."""

TITLE_SHOWN = 40
"""Characters of a requisition's title in the subject."""


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
            resumed=rows.resumed,
            materialise=rows.materialise,
        )
    )


def render(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
    """Every mail of the batch as a text, or the reason why there is none."""
    told = letters(batch, now)
    return {
        mail.pk: written(told[mail.pk]) if mail.pk in told else Skip("No requisition to tell of.")
        for mail in batch
    }


@dataclass(frozen=True)
class StandIn:
    """Who reads the letter in place of the manager, who is away until that day."""

    user: User
    until: date


def written(letter: Letter, stand_in: StandIn | None = None) -> Rendered:
    rendered = _fitting(letter, stand_in)
    reader = f":{stand_in.user.pk}" if stand_in else ""
    thread = hashed("thread", f"{letter.manager.pk}:{letter.client.pk}{reader}")
    return rendered.with_headers(
        {
            "Reply-To": ", ".join(user.email for user in letter.recruiters),
            "References": f"<{thread}@{site_host()}>",
            "List-Id": f"Same Page digests <digests.{site_host()}>",
        }
    )


def _fitting(letter: Letter, stand_in: StandIn | None) -> Rendered:
    """With as many requisitions as fit, however long their titles and reasons are."""
    shown = SHOWN
    rendered = render_mail("digest", _context(letter, shown, stand_in))
    while len(rendered.html.encode()) > HTML_MAX and shown > 1:
        shown //= 2
        rendered = render_mail("digest", _context(letter, shown, stand_in))
    return rendered


def _context(letter: Letter, number: int, stand_in: StandIn | None) -> dict[str, Any]:
    shown = letter.lines[:number]
    reader = stand_in.user if stand_in else letter.manager
    return {
        "manager": letter.manager,
        "reader": reader,
        "stand_in_until": _day(stand_in.until) if stand_in else "",
        "client": letter.client,
        "personal": letter.personal_line,
        "summary": _summary(letter),
        "subject": (f"For {letter.manager.display_name}: " if stand_in else "") + _subject(letter),
        "waiting": [_waiting(item, reader, letter) for item in letter.waiting[:number]],
        "changed": [
            {"title": line.requisition.title, "text": text}
            for line in shown
            if (text := _changed(line))
        ],
        "numbers": [_numbers(line) for line in shown],
        "more": len(letter.lines) - len(shown),
        "coming": [coming for line in shown if (coming := _coming(line))],
        "fact": fact_of(letter.period),
        "signed": _names([user.display_name for user in letter.recruiters]),
        "preferences_url": settings.SITE_URL + reverse("preferences"),
        "unsubscribe_url": unsubscribe_url(reader.pk, KIND),
    }


def _waiting(item: Waiting, reader: User, letter: Letter) -> dict[str, Any]:
    """With a link of the reader's own: one that signs, where a brief waits for that, and one on
    which to decide on the resumes of a slate."""
    url, text, action = _url(item.requisition), item.text, ""
    if brief := item.brief:
        url = link_url(
            reader, BRIEF, brief.brief, version=brief.digest, now=letter.now, lasts=ACT_LASTS
        )
        action = "Read it and sign"
    if ball := item.ball:
        text = ball.words(letter.zone, reader.pk)
        if item.is_decision and ball.item.slate:
            url = link_url(reader, SLATE, ball.item.slate, now=letter.now)
            action = "Decide now"
    return {"title": item.requisition.title, "url": url, "text": text, "action": action}


def _subject(letter: Letter) -> str:
    """ "Acme: 3 requisitions · 2 resumes submitted · Data Analyst: 4 met by Friday"."""
    moved = [
        stage_words(stage, count) for stage, count in reversed(letter.moved.items()) if count > 0
    ]
    parts = [_count(len(letter.lines)), *moved[:NEWEST_STAGES]]
    if letter.is_quiet:
        parts.append("a quiet week")
    if due := _next_promise(letter):
        title, promise = due
        short = one_line(title, TITLE_SHOWN)
        parts.append(f"{short}: {promise.text} by {promise.due_on:%A}")
    elif letter.waiting:
        parts.append(f"{len(letter.waiting)} waiting on you")
    return f"{letter.client.name}: {' · '.join(parts)}"


def _next_promise(letter: Letter) -> tuple[str, PromiseFact] | None:
    """The promise that is due next, within a week, so that the name of its day is clear."""
    due = [
        (promise.due_on, line.requisition.title, promise)
        for line in letter.lines
        for promise in line.open_promises
        if 0 <= (promise.due_on - letter.today).days < 7
    ]
    return min(due, key=lambda item: item[:2])[1:] if due else None


def _summary(letter: Letter) -> str:
    number = _count(len(letter.lines))
    since = "In the last seven days" if letter.is_first else f"Since {_day(letter.since)}"
    if letter.is_quiet:
        return f"A quiet week: nothing was logged on your {number}."
    if not letter.moved:
        return f"{since} no counts moved on your {number}, but other things did."
    return f"{since}: {moved_words(letter.moved)}, over {number}."


def _changed(line: Facts) -> str:
    """What is new beside the counts and the promises just made, which have their own places."""
    news = [
        item for item in line.news if item != line.moved_words and not item.startswith("Promised: ")
    ]
    return "; ".join(news)


def _numbers(line: Facts) -> dict[str, Any]:
    requisition = line.requisition
    figures = [
        {"text": stage_words(stage, total), "change": _change(line.moved, stage)}
        for stage, total in line.totals.items()
        if stage in line.stages and (total or stage in line.moved)
    ]
    healthy = line.health == "healthy" and line.days_open is not None
    return {
        "title": requisition.title,
        "url": _url(requisition),
        "figures": figures,
        "note": f"Open for {days_words(line.days_open or 0)}." if healthy and figures
                else line.sentence,
    }  # fmt: skip


def _change(moved: Mapping[Stage, int], stage: Stage) -> str:
    return f"{moved[stage]:+,}".replace("-", "\N{MINUS SIGN}") if stage in moved else ""


def _coming(line: Facts) -> dict[str, Any] | None:
    if line.requisition.is_closed or not (line.next_step or line.open_promises):
        return None
    return {
        "title": line.requisition.title,
        "next_step": line.next_step,
        "promises": [_promise(promise) for promise in line.open_promises],
    }


def _promise(promise: PromiseFact) -> str:
    if promise.state == "missed":
        return f"Promised by {_day(promise.due_on)} and still to come: {promise.text}"
    return f"Promised: {promise.text} by {_day(promise.due_on)}{promise.moved_words}"


def _url(requisition: Requisition) -> str:
    return f"{settings.SITE_URL}{requisition.get_absolute_url()}"


def _count(number: int) -> str:
    return "1 requisition" if number == 1 else f"{number:,} requisitions"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _names(names: Sequence[str]) -> str:
    """ "Ana", "Ana and Jo", "Ana, Jo and Kim"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
