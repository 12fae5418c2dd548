"""What the pages about digests show, in words: the archive, and what goes out next."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from recruiting.accounts.models import Client, Membership, Role
from recruiting.mailing.models import Mail, SendingHold, State, Unsubscription
from status_updates.digests import aftermath
from status_updates.digests.forms import PersonalLineForm
from status_updates.digests.rows import HELD_BACK
from status_updates.digests.schedule import DAY, WEEK, Period, begins
from status_updates.digests.snapshot import KIND
from status_updates.digests.upcoming import Upcoming, upcoming
from status_updates.digests.wishes import period_in
from status_updates.models import DigestHold, PersonalLine
from status_updates.nudges import NUDGE

if TYPE_CHECKING:
    from recruiting.accounts.models import User


@dataclass(frozen=True)
class ArchiveLine:
    """A digest in the archive: to whom, when, what became of it, and for recruiters what the
    manager did after it."""

    mail: Mail
    title: str
    heading: str
    to: str
    when: str
    outcome: str
    went_wrong: bool
    after: str = ""
    held_because: str = ""

    @property
    def did(self) -> bool:
        """Whether anything is on record after it."""
        return self.after not in ("", aftermath.NOTHING)


def archive_lines(mails: Sequence[Mail], *, reader: "User", now: datetime) -> list[ArchiveLine]:
    """Of a page; three statements for what recruiters are told beside."""
    deeds = aftermath.after(mails, now) if reader.is_recruiter else {}
    reasons = _reasons(mails) if reader.is_recruiter else {}
    return [_archive_line(mail, reader, deeds, reasons) for mail in mails]


def _archive_line(
    mail: Mail, reader: "User", deeds: Mapping[UUID, str], reasons: Mapping[UUID, str]
) -> ArchiveLine:
    at = mail.finished_at or mail.due_at
    to = "" if mail.recipient_id == reader.pk else mail.recipient.display_name
    what = "nudge" if mail.kind == NUDGE else "digest"
    return ArchiveLine(
        mail=mail,
        title=mail.subject or f"{what.capitalize()} about {mail.client}",
        heading=f"{what.capitalize()} to {to}" if to else f"Your {what}",
        to=to,
        when=moment_words(at),
        outcome=f"Nudge. {_outcome(mail, reader)}" if what == "nudge" else _outcome(mail, reader),
        went_wrong=mail.state in (State.FAILED, State.AMBIGUOUS),
        after=deeds.get(mail.pk, ""),
        held_because=reasons.get(mail.pk, ""),
    )


def _reasons(mails: Sequence[Mail]) -> dict[UUID, str]:
    """Why those were held back that were skipped for it, or still are."""
    unsent = [mail for mail in mails if mail.state in (State.SKIPPED, State.PENDING)]
    holds = DigestHold.objects.by_pair(
        {mail.recipient_id for mail in unsent}, {mail.client_id for mail in unsent}
    )
    found = {}
    for mail in unsent:
        if mail.kind == KIND:
            pair = holds[mail.recipient_id, mail.client_id]
            if hold := DigestHold.on(period_in(mail).texts, pair):
                found[mail.pk] = hold.reason
    return found


def _outcome(mail: Mail, reader: "User") -> str:
    """The manager is not told that somebody held it back, nor who."""
    match mail.state:
        case State.SENT:
            return "Sent"
        case State.PENDING if mail.attempts or mail.interruptions or mail.server_said:
            return f"Next try {moment_words(mail.next_attempt_at)}"
        case State.PENDING | State.CLAIMED | State.SENDING:
            return "Scheduled" if mail.state == State.PENDING else "On its way"
    is_private = mail.reason.startswith(HELD_BACK) and not reader.is_recruiter
    reason = "" if is_private else mail.reason
    return f"{mail.get_state_display()}: {reason}" if reason else mail.get_state_display()


@dataclass(frozen=True)
class Desk:
    """A manager at a client, and the next digest for her."""

    membership: Membership
    upcoming: Upcoming
    words: str
    rhythm: str
    has_line: bool
    is_stopped: bool


def managers_of(recruiter: "User") -> QuerySet[Membership]:
    """Active managers, by client, whose digests the recruiter may see before they go."""
    return (
        Membership.objects.filter(
            client__in=Client.objects.visible_to(recruiter),
            user__role=Role.MANAGER,
            user__is_active=True,
        )
        .select_related("client", "user__preferences", "user__working_card")
        .order_by("client__name", "user__name", "user__email")
    )


def upcoming_digests(recruiter: "User", now: datetime) -> list[Desk]:
    """Whose digests come next, by client; one question each for people, digests, holds, lines and
    who has stopped it."""
    memberships = list(managers_of(recruiter))
    next_ones = upcoming(memberships, now)
    lines = _lines(memberships, next_ones.values())
    stopped = set(
        Unsubscription.objects.filter(
            user__in={m.user_id for m in memberships}, kind=KIND
        ).values_list("user", flat=True)
    )
    return [
        Desk(
            membership=membership,
            upcoming=(next_one := next_ones[membership.pk]),
            words=upcoming_words(next_one),
            rhythm=membership.user.preferences.get_digest_rhythm_display(),
            has_line=bool((line := _line_of(next_one, lines[_pair(membership)])) and line.text),
            is_stopped=membership.user_id in stopped,
        )
        for membership in memberships
    ]


def _pair(membership: Membership) -> tuple[UUID, UUID]:
    return membership.user_id, membership.client_id


def _lines(
    memberships: Sequence[Membership], next_ones: Iterable[Upcoming]
) -> defaultdict[tuple[UUID, UUID], list[PersonalLine]]:
    """The lines for the next digests of these managers, by pair."""
    found: defaultdict[tuple[UUID, UUID], list[PersonalLine]] = defaultdict(list)
    lines = PersonalLine.objects.filter(
        manager__in={m.user_id for m in memberships},
        client__in={m.client_id for m in memberships},
        period__in=set().union(*(one.period.texts for one in next_ones)),
    )
    for line in lines:
        found[line.manager_id, line.client_id].append(line)
    return found


def _line_of(next_one: Upcoming, lines: Sequence[PersonalLine]) -> PersonalLine | None:
    texts = next_one.period.texts
    about = [line for line in lines if line.period in texts]
    return PersonalLine.on(str(next_one.period), about, since=next_one.since)


def upcoming_of(membership: Membership, now: datetime) -> Upcoming:
    return upcoming([membership], now)[membership.pk]


def upcoming_words(next_one: Upcoming) -> str:
    """ "Monday 16 March, 08:00", in the reader's zone."""
    local = timezone.localtime(next_one.due)
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"


def period_words(period: Period) -> str:
    """Which one it is that comes for the period of now."""
    names = {DAY: "today's digest", WEEK: "this week's digest"}
    return names.get(period.days, "the digest of these two weeks")


def sending_words(membership: Membership) -> str:
    """What becomes of a digest that somebody has sent now."""
    name = membership.user.display_name
    if SendingHold.objects.open().exists():
        return f"All sending is held: it goes to {name} when a lead releases that."
    return f"On its way to {name}."


def hours_words(membership: Membership, now: datetime) -> str:
    """ "It is Sunday, 22:10 for Max, who works Monday to Friday, 09:00 to 17:00." """
    card = membership.user.working_card
    local, name = card.local(now), membership.user.first_name
    works = f"{card.days_in_words}, {card.starts:%H:%M} to {card.ends:%H:%M}"
    return f"It is {local:%A, %H:%M} for {name}, who works {works}."


def moment_words(at: datetime) -> str:
    """ "Mon 16 Mar 2026, 08:00", in the reader's zone."""
    local = timezone.localtime(at)
    return f"{local:%a} {local.day} {local:%b} {local.year}, {local:%H:%M}"


def held_words(next_one: Upcoming, membership: Membership) -> dict[str, str] | None:
    """Who holds it back, why, and what comes of it if nobody releases it."""
    hold = next_one.hold
    if hold is None:
        return None
    over = timezone.localtime(begins(next_one.period.next(), membership.user.working_card.zone))
    return {
        "who": hold.by.display_name,
        "reason": hold.reason,
        "since": moment_words(hold.at),
        "until": f"{over:%A} {over.day} {over:%B}, {over:%H:%M}",
    }


def line_form(membership: Membership, next_one: Upcoming) -> PersonalLineForm:
    """The form for the line of that digest, with what has been written already."""
    line = _line_of(next_one, _lines([membership], [next_one])[_pair(membership)])
    period = str(next_one.period)
    return PersonalLineForm(
        initial={
            "text": line.text if line else "",
            "period": period,
            "version": line.version if line and line.period == period else 0,
        }
    )


def form_for_the_next(period: Period, text: str) -> PersonalLineForm:
    """What was typed for a digest that has gone out meanwhile, to be saved for the next one."""
    form = PersonalLineForm({"text": text, "period": str(period), "version": "0"})
    form.add_error(
        "text", "The digest that this was for has gone out. Save it again for the next one."
    )
    return form


def form_on_top_of(current: PersonalLine, text: str) -> PersonalLineForm:
    """What was typed, ready to be saved over what somebody else has saved since."""
    return PersonalLineForm(
        initial={"text": text, "period": current.period, "version": current.version}
    )
