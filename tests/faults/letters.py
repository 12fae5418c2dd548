"""The digest as bytes: the same each time, and what a spam filter says of it."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from recruiting.accounts.models import User
from recruiting.mailing.models import Mail
from requisitions.models import Requisition
from requisitions.models import Stage as Reached
from status_updates.digests.rows import materialise
from status_updates.digests.snapshot import KIND
from status_updates.models.checkpoint import PromiseMade
from tests.factories import make_brief, make_checkpoint, make_note, make_requisition, make_slate
from tests.faults import crowd, letter_checks
from tests.faults.smtp import Taken, Tally
from tests.faults.stage import Figures, Stage, promise

COPY = "same_snapshot"
HTML_BELOW = 90_000
MANY = 60

SENDER = {
    "DEFAULT_FROM_EMAIL": "Same Page <same-page@same-page.example>",
    "SITE_URL": "https://same-page.example",
}
"""A server with a name: filters rightly mistrust mail of localhost."""


def same_snapshot(stage: Stage) -> Figures:
    """The same snapshot renders byte-identical body and Message-ID, in two processes"""
    now = timezone.now()
    people = crowd.managers(50)
    busy = fill(people[0], now)
    crowd.wish_for_now(people, now)
    materialise(now)
    crowd.administer(stage, f"CREATE DATABASE {COPY} TEMPLATE {crowd.SCENE}")
    tallies: list[Tally] = []
    for database, seed in ((crowd.SCENE, "1"), (COPY, "4242")):
        stage.mail.reset()
        url = stage.url.replace(f"/{crowd.SCENE}?", f"/{database}?")
        words = ("send_digests", "--now", now.isoformat())
        code = stage.manage(*words, DATABASE_URL=url, PYTHONHASHSEED=seed, **SENDER).wait()
        promise(code == 0, "it is sent")
        tallies.append(stage.mail.tally)
    crowd.administer(stage, f"DROP DATABASE {COPY} WITH (FORCE)")
    first, second = ({one.recipient: one for one in _digests(tally)} for tally in tallies)
    same = sum(first[email].content == second[email].content for email in first)
    ids = sum(first[email].message_id == second[email].message_id for email in first)
    figures: Figures = {
        "digests": len(first),
        "byte-identical": same,
        "with the same Message-ID": ids,
        "bytes of the longest": max(len(one.content) for one in first.values()),
        "requisitions in it": busy,
    }
    promise(len(first) == len(people) == same == ids, f"all are the same: {figures}")
    return figures


def spam_filter(stage: Stage) -> Figures:
    """A digest of 1 and one of 60 requisitions before SpamAssassin and Perl's MIME parser"""
    now = timezone.now()
    people = crowd.managers(2)
    busy = fill(people[0], now)
    crowd.wish_for_now(people, now)
    words = ("send_digests", "--now", now.isoformat())
    promise(stage.manage(*words, **SENDER).wait() == 0, "they are sent")
    figures: Figures = {}
    for user, number in ((people[0], busy), (people[1], 1)):
        [mail] = [one for one in _digests(stage.mail.tally) if one.recipient == user.email]
        row = Mail.objects.get(recipient=user, kind=KIND)
        wrong = letter_checks.problems(
            mail.content, subject=row.subject, text=row.text, html=row.html, to=user.email
        )
        size = len(row.html.encode())
        key = f"{number} requisitions" if number > 1 else "1 requisition"
        figures[key] = (
            f"{letter_checks.spam_score(mail.content)} points, "
            f"{wrong or 'nothing'} wrong, HTML of {size:,} bytes"
        )
        promise(not wrong, f"SpamAssassin and the parser find nothing: {figures}")
        promise(size < HTML_BELOW, f"HTML below {HTML_BELOW:,} bytes: {figures}")
    return figures


def _digests(tally: Tally) -> list[Taken]:
    return [one for one in tally.taken if b"\r\nList-Id: Same Page digests" in one.content]


def fill(manager: User, now: datetime) -> int:
    """Give the manager sixty requisitions in which things happen; returns how many she has."""
    own = Requisition.objects.select_related("client", "recruiter").get(manager=manager)
    week_ago = now - timedelta(days=6)
    for number in range(MANY - 1):
        one = make_requisition(
            own.client, recruiter=own.recruiter, manager=manager, now=now - timedelta(weeks=5),
            title=f"Senior Data Engineer for the platform team, number {number}",
        )  # fmt: skip
        make_checkpoint(
            one, now=week_ago,
            counts={Reached.FOUND: 12, Reached.CONTACTED: 9, Reached.SCREENED: 4},
            next_step="Two more conversations on Thursday",
            promise=PromiseMade(Reached.SUBMITTED, 3, (now + timedelta(days=4)).date()),
        )  # fmt: skip
        if number % 5 == 0:
            make_note(one, "The pay range was confirmed.", now=now - timedelta(days=1), key=uuid4())
        if number % 10 == 0:
            make_slate(one, now=now - timedelta(days=3))
        elif number % 10 == 1:
            make_brief(one, own.recruiter, now=now - timedelta(days=3))
    return MANY


SCENARIOS = (same_snapshot, spam_filter)
