"""A nudge: a short mail about what a manager holds that is past its day.

It goes to whoever holds it, so to the stand-in while there is one, in the working hours of its
reader, one a working day at most for a client and none on the day of a digest, which tells the
same. Each thing is told twice: when it has become
overdue, and once more two working days later. After that it is left to the digest and to the
recruiter. What each mail told of stands in its row, so the ledger is what the next one goes by.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from intake.access import LEFT, gone
from intake.mails import BRIEF
from recruiting.accounts.models import Delegation, Membership, User
from recruiting.approvals.balls import Kind as BallKind
from recruiting.approvals.interview_mail import FEEDBACK_LINK
from recruiting.approvals.models import Interview
from recruiting.approvals.notices import SLATE
from recruiting.approvals.open_items import Crew
from recruiting.lib.businesstime import Calendar, add_business_days, is_working
from recruiting.lib.businesstime import next_working_instant as next_working
from recruiting.mailing import kinds, ledger
from recruiting.mailing.kinds import Budget, Kind, Objection, Postpone, Rewrite, Skip
from recruiting.mailing.links import unsubscribe_url
from recruiting.mailing.messages import hashed, site_host
from recruiting.mailing.models import FINISHED, Mail, State
from recruiting.mailing.render import Rendered, one_line, render_mail
from recruiting.mailing.signed_links import ACT_LASTS, link_url
from requisitions.models import Requisition
from status_updates.digests.snapshot import KIND as DIGEST
from status_updates.digests.stand_ins import COPY
from status_updates.models import DigestHold
from status_updates.overdue import Overdue, maybe_late, overdue

NUDGE = "nudge"

TIMES = 2
"""How often the same thing is told."""

AGAIN_AFTER = 2
"""Working days of the reader between the first time and the second."""

TOO_LATE = timedelta(days=3)
"""A nudge that could not go for so long tells of yesterday's news: the digest tells it better."""

SHARE = 1_000
"""Requisitions looked at in one sweep, about a second's work. Of more, each minute has its share,
so that a word may come some minutes later than it could."""

SHOWN = 20
"""Things in one mail; to more there is a link."""

TITLE_SHOWN = 40
"""Characters of a client's name or a requisition's title in the subject."""

AWAY = "Nobody was at work in the days after: the digest tells it."
SETTLED = "Settled meanwhile."

Pair = tuple[UUID, UUID]
"""A reader and a client."""


def register() -> None:
    kinds.register(
        Kind(
            NUDGE,
            title="Nudge",
            render=render,
            still_wanted=still_wanted,
            can_stop=True,
            about="A short mail when something that waits on you is past its day: one a working "
            "day at most, and two about the same thing.",
            meant_for=lambda user: user.is_manager,
            budget=Budget.LIMITED,
            materialise=materialise,
        )
    )


# --- written down when something has become overdue ----------------------------------------


def materialise(now: datetime) -> int:
    """Write the nudges that are due now, to those who are at work. Eight statements for any
    number of managers, one where nothing waits."""
    by_pair: defaultdict[Pair, list[Overdue]] = defaultdict(list)
    for one in overdue(_share(maybe_late(now), now), now):
        by_pair[one.holder, one.requisition.client_id].append(one)
    at_work = {pair: every for pair, every in by_pair.items() if is_working(every[0].calendar, now)}
    if not at_work:
        return 0
    told = _told(at_work, now)
    rows = [
        _row(pair, every, told[pair], now)
        for pair, every in at_work.items()
        if told[pair].may_hear(every[0].calendar, now)
        and any(told[pair].is_to_be_told(one, now) for one in every)
    ]
    ledger.insert(rows)
    return len(rows)


def _share(rows: QuerySet[Requisition], now: datetime) -> QuerySet[Requisition]:
    """Those of this minute; all of one manager's together, since one mail tells them all."""
    number = rows.count()
    shares = -(-number // SHARE)
    if shares <= 1:
        return rows if number else rows.none()
    place = int(now.timestamp() // 60) % shares
    first, last = (
        UUID(int=min(2**128 * edge // shares, 2**128 - 1)) for edge in (place, place + 1)
    )
    # The last possible id is nobody's: ids have digits in them that say what kind they are.
    return rows.filter(manager__gte=first, manager__lt=last)


@dataclass
class Told:
    """What a reader has been nudged about at a client: by key when, and on which days. `digests`:
    when those near to now come or came."""

    times: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    last: datetime | None = None
    digests: list[datetime] = field(default_factory=list)
    is_open: bool = False

    def may_hear(self, hours: Calendar, now: datetime) -> bool:
        """No other nudge is on its way, none has come today, and no digest of today tells it."""
        zone = ZoneInfo(hours.zone)
        days = {at.astimezone(zone).date() for at in (self.last, *self.digests) if at}
        return not self.is_open and now.astimezone(zone).date() not in days

    def is_to_be_told(self, one: Overdue, now: datetime) -> bool:
        times = self.times[one.key]
        if not times:
            return True
        return len(times) < TIMES and now >= add_business_days(
            one.calendar, max(times), AGAIN_AFTER
        )


def _told(pairs: Iterable[Pair], now: datetime) -> defaultdict[Pair, Told]:
    """By reader and client, out of the ledger. What was skipped because nobody was there, or
    because it was settled and came back, has not been told; what the digest tells instead has. A
    digest that is held back tells nothing, however long it is put off."""
    held = Exists(DigestHold.objects.of_a_mail())
    found: defaultdict[Pair, Told] = defaultdict(Told)
    near = (now - timedelta(days=2), now + timedelta(days=2))
    rows = (
        Mail.objects.filter(recipient__in={pk for pk, _ in pairs})
        .filter(Q(kind=NUDGE) | Q(kind__in=(DIGEST, COPY), due_at__range=near))
        .exclude(kind=NUDGE, state=State.SKIPPED, reason__in=(AWAY, SETTLED))
        .exclude(kind__in=(DIGEST, COPY), state__in=(State.SKIPPED, State.FAILED))
        .exclude(held, kind=DIGEST, state=State.PENDING)
        .order_by()
        .values_list("recipient", "client", "kind", "state", "due_at", "payload")
    )
    for recipient, client, kind, state, at, payload in rows:
        told = found[recipient, client]
        if kind != NUDGE:
            told.digests.append(at)
            continue
        told.is_open |= state not in FINISHED
        told.last = max(at, told.last or at)
        for key in payload.get("told", ()):
            told.times[key].append(at)
    return found


def _row(pair: Pair, every: Sequence[Overdue], told: Told, now: datetime) -> Mail:
    zone = every[0].calendar.zone
    return ledger.new_row(
        NUDGE,
        recipient_id=pair[0],
        client_id=pair[1],
        period=str(now.astimezone(ZoneInfo(zone)).date()),
        payload={
            "requisitions": {str(one.requisition.pk): str(one.person) for one in every},
            "told": {one.key: len(told.times[one.key]) + 1 for one in every},
        },
        scheduled_at=now,
        zone=zone,
        now=now,
    )


# --- asked again just before it is written -------------------------------------------------


def still_wanted(batch: Sequence[Mail], now: datetime) -> dict[UUID, Objection]:
    """Whether the reader is still a manager of the client, at work, and it is not too late; and
    of one that was written before, whether the reader still answers for what it tells."""
    left = gone(batch)
    crew = Crew.load({mail.recipient_id for mail in batch}, since=now - TOO_LATE, now=now)
    objections: dict[UUID, Objection] = dict.fromkeys(_not_theirs(batch, now), Rewrite())
    for mail in batch:
        assert mail.client is not None, "a nudge is about a client"
        if mail.pk in left or not mail.recipient.is_manager:
            objections[mail.pk] = Skip(LEFT)
            continue
        hours = crew.of(mail.recipient_id, mail.client)[0].calendar
        goes = next_working(hours, now)
        if goes is None or goes - mail.scheduled_at >= TOO_LATE + _days_off(hours, mail, goes):
            objections[mail.pk] = Skip(AWAY, too_late=True)
        elif goes > now:
            objections[mail.pk] = Postpone(goes)
    return objections


def _not_theirs(batch: Sequence[Mail], now: datetime) -> set[UUID]:
    """Those written before that tell of a requisition for which the reader answers no more.
    Two statements, and none while nothing has been written."""
    written = [mail for mail in batch if mail.rendered_at]
    if not written:
        return set()
    told = {pk for mail in written for pk in mail.payload["requisitions"]}
    managers = set(Requisition.objects.filter(pk__in=told).values_list("pk", "manager"))
    standing = set(
        Delegation.objects.standing(now)
        .filter(delegate__in={mail.recipient_id for mail in written})
        .values_list("delegate", "user", "client")
    )
    return {
        mail.pk
        for mail in written
        for pk, person in mail.payload["requisitions"].items()
        if (UUID(pk), UUID(person)) not in managers
        or (
            UUID(person) != mail.recipient_id
            and (mail.recipient_id, UUID(person), mail.client_id) not in standing
        )
    }


def _days_off(hours: Calendar, mail: Mail, until: datetime) -> timedelta:
    """A weekend is nobody's absence: days that are no working days anyway do not count as late."""
    zone = ZoneInfo(hours.zone)
    first, last = (at.astimezone(zone).date() for at in (mail.scheduled_at, until))
    between = (first + timedelta(days=ahead) for ahead in range((last - first).days))
    return timedelta(days=sum(day.isoweekday() not in hours.days for day in between))


# --- as a text -----------------------------------------------------------------------------


def render(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
    """Each with what it was written for and what is overdue still. Seven statements at most."""
    jobs = {pk for mail in batch for pk in mail.payload["requisitions"]}
    serving = Membership.objects.filter(user=OuterRef("recruiter"), client=OuterRef("client"))
    rows = (
        Requisition.objects.filter(pk__in=jobs)
        .annotate(is_served=Exists(serving))
        .select_related("client", "recruiter", "manager")
    )
    by_pair: defaultdict[Pair, list[Overdue]] = defaultdict(list)
    for one in overdue(rows, now):
        by_pair[one.holder, one.requisition.client_id].append(one)
    interviews = _interviews(one for every in by_pair.values() for one in every)
    answers: dict[UUID, Rendered | Skip] = {}
    for mail in batch:
        assert mail.client_id is not None, "a nudge is about a client"
        every = by_pair[mail.recipient_id, mail.client_id]
        left = [one for one in every if one.key in mail.payload["told"]]
        answers[mail.pk] = _written(mail, left, interviews, now) if left else Skip(SETTLED)
    return answers


def _interviews(every: Iterable[Overdue]) -> dict[UUID, UUID]:
    """The interview by submission of which word is waited for, the oldest one. One statement, or
    none."""
    asked = {
        pk
        for one in every
        if one.ball and one.ball.item.kind == BallKind.FEEDBACK
        for pk in one.ball.item.submissions
    }
    if not asked:
        return {}
    open_ones = Interview.objects.filter(
        submission__in=asked, cancelled_at=None, feedback__isnull=True, held_at__isnull=False
    )
    found: dict[UUID, UUID] = {}
    for submission, pk in open_ones.order_by("begins_at", "pk").values_list("submission", "pk"):
        found.setdefault(submission, pk)
    return found


def _written(
    mail: Mail, left: Sequence[Overdue], interviews: Mapping[UUID, UUID], now: datetime
) -> Rendered:
    assert mail.client is not None, "a nudge is about a client"
    zone = ZoneInfo(mail.zone)
    reader, recruiters = mail.recipient, _recruiters(left)
    is_last = max(mail.payload["told"][one.key] for one in left) >= TIMES
    absent = {
        one.requisition.manager.display_name
        for one in left
        if one.requisition.manager and one.person != mail.recipient_id
    }
    context = {
        "reader": reader,
        "client": mail.client,
        "subject": _subject(mail, left, zone, is_last=is_last),
        "stands_in_for": " and ".join(sorted(absent)),
        "is_last": is_last,
        "number": len(left),
        "items": [_item(one, reader, zone, interviews, now) for one in left[:SHOWN]],
        "more": len(left) - SHOWN,
        "may_ask": any(one.ball and one.ball.item.kind == BallKind.DECISION for one in left),
        "recruiters": " or ".join(user.display_name for user in recruiters),
        "wishes_url": settings.SITE_URL + reverse("mail_wishes"),
        "unsubscribe_url": unsubscribe_url(reader.pk, NUDGE),
    }
    thread = hashed("thread", f"{reader.pk}:{mail.client_id}")
    headers = {
        "References": f"<{thread}@{site_host()}>",
        "List-Id": f"Same Page nudges <nudges.{site_host()}>",
    }
    if recruiters:
        headers["Reply-To"] = ", ".join(user.email for user in recruiters)
    return render_mail(NUDGE, context).with_headers(headers)


def _recruiters(left: Sequence[Overdue]) -> list[User]:
    """Those who still work for the client: the others are to read no answer."""
    people = {
        job.recruiter
        for job in (one.requisition for one in left)
        if job.recruiter.is_active and (job.recruiter.is_lead or job.is_served)  # type: ignore[attr-defined]
    }
    return sorted(people, key=lambda user: user.display_name)


def _subject(mail: Mail, left: Sequence[Overdue], zone: ZoneInfo, *, is_last: bool) -> str:
    """ "Acme: Data Engineer: 3 resumes of slate 1, was due today 10:00"."""
    first = left[0]
    title = one_line(first.requisition.title, TITLE_SHOWN)
    still = "still waiting, " if is_last else ""
    said = f"{title}: {first.what}, {first.late_words(zone)}"
    if len(left) > 1:
        said = f"{len(left):,} things are overdue, the oldest {said}"
    return f"{one_line(str(mail.client), TITLE_SHOWN)}: {still}{said}"


def _item(
    one: Overdue, reader: User, zone: ZoneInfo, interviews: Mapping[UUID, UUID], now: datetime
) -> dict[str, Any]:
    """With a link of the reader's own, on which one press settles it."""
    url, action = f"{settings.SITE_URL}{one.requisition.get_absolute_url()}", "See it"
    if brief := one.brief:
        url = link_url(reader, BRIEF, brief.brief, version=brief.digest, now=now, lasts=ACT_LASTS)
        action = "Read it and sign"
    elif one.ball and one.ball.item.kind == BallKind.DECISION and one.ball.item.slate:
        url, action = link_url(reader, SLATE, one.ball.item.slate, now=now), "Decide now"
    elif one.ball and (asked := [pk for pk in one.ball.item.submissions if pk in interviews]):
        url = link_url(reader, FEEDBACK_LINK, interviews[asked[0]], now=now)
        action = "Say how it was"
    return {
        "title": one.requisition.title,
        "what": one.what,
        "since": one.since_words(zone),
        "late": one.late_words(zone),
        "url": url,
        "action": action,
    }


# --- for those who look after it -----------------------------------------------------------


def nudged(people: Iterable[UUID]) -> dict[Pair, datetime]:
    """When each reader was nudged last at which client. One statement."""
    rows = (
        Mail.objects.kind(NUDGE)
        .filter(recipient__in=list(people), state__in=(State.SENT, State.AMBIGUOUS))
        .order_by()
        .values_list("recipient", "client")
        .annotate(last=Max("finished_at"))
    )
    return {(person, client): last for person, client, last in rows}
