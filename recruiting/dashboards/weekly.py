"""Mail that comes once a week as its reader's week begins: when, and to whom.

A week is the reader's local ISO week. The mail goes in the first working hour that she has in it,
by her card, her holidays and her days away; a week without one brings none.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from recruiting.accounts.models import Absence, Role, User
from recruiting.lib.businesstime import Calendar, instant, next_working_instant
from recruiting.mailing import ledger
from recruiting.mailing.kinds import Objection, Postpone, Skip
from recruiting.mailing.models import Mail

TOO_LATE = timedelta(days=1)
"""What was missed by more is not made up for: a day into the week the desk tells it better."""

FARTHEST = timedelta(hours=14)
"""How far a local clock may be ahead of UTC."""

_WEEK = timedelta(days=7)


def slot(day: date, hours: Calendar) -> datetime | None:
    """The first working instant of the ISO week that `day` is part of; None where it has none."""
    monday = day - timedelta(days=day.isoweekday() - 1)
    begins, ends = (
        instant(datetime.combine(first, time()), hours.zone) for first in (monday, monday + _WEEK)
    )
    first = next_working_instant(hours, begins)
    return first if first and first < ends else None


def week_words(day: date) -> str:
    """ "2026-W11", which names the week in the ledger."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def materialise(kind: str, role: Role, now: datetime) -> int:
    """Write the rows of everybody's current local week that are not written yet, ahead of time.
    Three statements for any number of people, and one once all are written.

    Whoever has stopped the kind gets a row as well, which is skipped when it is due: so a week that
    was stopped is not made up for.
    """
    weeks = {week_words((now + ahead).date()) for ahead in (-FARTHEST, FARTHEST)}
    written = Mail.objects.kind(kind).filter(recipient=OuterRef("pk"), client=None)
    people = list(
        User.objects.active()
        .filter(~Exists(written.filter(period=max(weeks))), role=role)
        .select_related("working_card")
    )
    if not people:
        return 0
    there = set(
        Mail.objects.kind(kind)
        .filter(recipient__in=people, period__in=weeks)
        .values_list("recipient", "period")
    )
    away = _away({one.pk for one in people}, now)
    rows = [row for one in people if (row := _row(kind, one, away[one.pk], now))]
    rows = [row for row in rows if (row.recipient_id, row.period) not in there]
    ledger.insert(rows)
    return len(rows)


def still_wanted(batch: Sequence[Mail], role: Role, now: datetime) -> dict[UUID, Objection]:
    """Whether it still is the reader's week and part. Two statements."""
    readers = {mail.recipient_id for mail in batch}
    cards = {
        one.pk: one.working_card
        for one in User.objects.filter(pk__in=readers).select_related("working_card")
    }
    away = _away(readers, now)
    objections: dict[UUID, Objection] = {}
    for mail in batch:
        goes = next_working_instant(
            cards[mail.recipient_id].calendar(now, away[mail.recipient_id]), now
        )
        if mail.recipient.role != role:
            objections[mail.pk] = Skip("The person has another part now.")
        elif now - mail.due_at > TOO_LATE:
            objections[mail.pk] = Skip(
                "More than a day late: the next one will tell it all.", too_late=True
            )
        elif goes is None or _week_of(goes, mail) != mail.period:
            objections[mail.pk] = Skip("Away for the rest of the week.", too_late=True)
        elif goes > now:
            objections[mail.pk] = Postpone(goes)
    return objections


def _week_of(at: datetime, mail: Mail) -> str:
    return week_words(at.astimezone(ZoneInfo(mail.zone)).date())


def _row(kind: str, person: User, away: Sequence[tuple[date, date]], now: datetime) -> Mail | None:
    """Nothing for a week whose hour came before the person did, or is long over."""
    card = person.working_card
    today = card.local(now).date()
    due = slot(today, card.calendar(now, away))
    if due is None or due < person.date_joined or now - due > TOO_LATE:
        return None
    row = ledger.new_row(
        kind,
        recipient_id=person.pk,
        client_id=None,
        period=week_words(today),
        scheduled_at=due,
        zone=card.zone,
        now=now,
    )
    # Written down only now, so it is not late: who begins to work here on a Monday is no alarm.
    row.due_at = row.next_attempt_at = max(due, now)
    return row


def _away(people: set[UUID], now: datetime) -> defaultdict[UUID, list[tuple[date, date]]]:
    found: defaultdict[UUID, list[tuple[date, date]]] = defaultdict(list)
    lately = Absence.objects.filter(user__in=people, ends_at__gt=now - _WEEK)
    for pk, first, last in lately.values_list("user", "first_day", "last_day"):
        found[pk].append((first, last))
    return found
