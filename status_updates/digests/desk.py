"""What the pages about digests show, in words: the archive, and what goes out next."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from recruiting.accounts.models import Client, Membership, Role
from recruiting.mailing.models import Mail, State
from status_updates.digests.forms import PersonalLineForm
from status_updates.digests.schedule import Period
from status_updates.digests.upcoming import Upcoming, upcoming
from status_updates.models import PersonalLine
from status_updates.nudges import NUDGE

if TYPE_CHECKING:
    from recruiting.accounts.models import User


@dataclass(frozen=True)
class ArchiveLine:
    """A digest in the archive: to whom, when, and what became of it."""

    mail: Mail
    title: str
    heading: str
    to: str
    when: str
    outcome: str
    went_wrong: bool


def archive_line(mail: Mail, *, reader: "User") -> ArchiveLine:
    at = mail.finished_at or mail.due_at
    to = "" if mail.recipient_id == reader.pk else mail.recipient.display_name
    what = "nudge" if mail.kind == NUDGE else "digest"
    return ArchiveLine(
        mail=mail,
        title=mail.subject or f"{what.capitalize()} about {mail.client}",
        heading=f"{what.capitalize()} to {to}" if to else f"Your {what}",
        to=to,
        when=moment_words(at),
        outcome=_outcome(mail),
        went_wrong=mail.state in (State.FAILED, State.AMBIGUOUS),
    )


def _outcome(mail: Mail) -> str:
    match mail.state:
        case State.SENT:
            return "Sent"
        case State.PENDING if mail.attempts or mail.interruptions or mail.server_said:
            return f"Next try {moment_words(mail.next_attempt_at)}"
        case State.PENDING | State.CLAIMED | State.SENDING:
            return "Scheduled" if mail.state == State.PENDING else "On its way"
    return f"{mail.get_state_display()}: {mail.reason}" if mail.reason else mail.get_state_display()


@dataclass(frozen=True)
class Desk:
    """A manager at a client, and the next digest for her."""

    membership: Membership
    upcoming: Upcoming
    words: str
    has_line: bool


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
    """Whose digests come next, by client; one question each for people, digests and lines."""
    memberships = list(managers_of(recruiter))
    next_ones = upcoming(memberships, now)
    lines = set(
        PersonalLine.objects.filter(client__in={m.client_id for m in memberships})
        .exclude(text="")
        .values_list("manager", "client", "period")
    )
    return [
        Desk(
            membership=membership,
            upcoming=(next_one := next_ones[membership.pk]),
            words=upcoming_words(next_one),
            has_line=(membership.user_id, membership.client_id, str(next_one.period)) in lines,
        )
        for membership in memberships
    ]


def upcoming_of(membership: Membership, now: datetime) -> Upcoming:
    return upcoming([membership], now)[membership.pk]


def upcoming_words(next_one: Upcoming) -> str:
    """ "Monday 16 March, 08:00", in the reader's zone."""
    local = timezone.localtime(next_one.due)
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"


def moment_words(at: datetime) -> str:
    """ "Mon 16 Mar 2026, 08:00", in the reader's zone."""
    local = timezone.localtime(at)
    return f"{local:%a} {local.day} {local:%b} {local.year}, {local:%H:%M}"


def line_form(membership: Membership, period: Period) -> PersonalLineForm:
    """The form for the line of that digest, with what has been written already."""
    line = PersonalLine.objects.filter(
        manager=membership.user_id, client=membership.client_id, period=str(period)
    ).first()
    return PersonalLineForm(
        initial={
            "text": line.text if line else "",
            "period": str(period),
            "version": line.version if line else 0,
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
