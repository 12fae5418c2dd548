"""What leads see of all mail: how it stands, what became of each, and what is held back.

No body stands here, and no subject: a mail may hold a code, and who leads need not read it all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from recruiting.accounts.models import Client, User
from recruiting.lib.places import Place
from recruiting.mailing import kinds
from recruiting.mailing.models import (
    FINISHED,
    OVERDUE_AFTER,
    UNFINISHED,
    Mail,
    MailQuerySet,
    SendingHold,
    State,
    Suspension,
)
from recruiting.mailing.resending import never_again, repeated
from recruiting.mailing.watch import Watch, watch
from status_updates.digests.snapshot import KIND as DIGEST

PAGE = 50
SUSPENSIONS_SHOWN = 50
STATES: Mapping[str, str] = {
    "waiting": "Waiting",
    "late": "Late",
    "sent": "Sent",
    "ambiguous": "Perhaps sent",
    "failed": "Failed",
    "skipped": "Skipped",
}
WINDOWS: Mapping[str, str] = {
    "": "Last 7 days",
    "today": "Today",
    "coming": "Still to come",
    "all": "Any time",
}


@dataclass(frozen=True)
class Reading:
    """Who reads, when, and where her clock stands."""

    user: User
    now: datetime
    zone: tzinfo

    def day(self, days: int) -> datetime:
        """The first instant of the day so many days from today."""
        on: date = self.now.astimezone(self.zone).date() + timedelta(days=days)
        return datetime.combine(on, time(), tzinfo=self.zone)

    def words(self, at: datetime) -> str:
        """ "08:00" of today, else "Mon 16 Mar, 08:00", with the year where it is another one."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone).date()
        if local.date() == today:
            return f"{local:%H:%M}"
        year = f" {local.year}" if local.year != today.year else ""
        return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


# --- how it stands -------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """The state of all mail in a sentence, and what to do about it in the next."""

    heading: str
    about: str
    is_well: bool = False


def standing(seen: Watch, reading: Reading, held: SendingHold | None = None) -> Standing:
    ran = f"Due mail was last looked for {_ago(seen)}." if seen.swept_at else ""
    if seen.held_since:
        heading = f"Sending is held since {reading.words(seen.held_since)}"
        silent = " The worker or its clock has stopped as well." if seen.is_silent else ""
        return Standing(
            heading, f"{held.why if held else 'Nothing goes but sign-in codes.'}{silent}"
        )
    if seen.is_silent:
        late = f" {_late(seen.late)}." if seen.late else ""
        about = "The worker or its clock has stopped. What is due waits, and goes when they run."
        return Standing(_silence(seen, reading), about + late)
    if seen.late and seen.late_since:
        return Standing(
            _late(seen.late), f"The oldest was due {reading.words(seen.late_since)}. {ran}"
        )
    return Standing("All mail goes out on time", ran, is_well=True)


def alarm(reading: Reading) -> Standing | None:
    """For the lead's first page: what is wrong with mail, if anything is. One statement."""
    seen = watch(reading.now)
    return None if seen.is_well else standing(seen, reading)


def _silence(seen: Watch, reading: Reading) -> str:
    if seen.swept_at is None:
        return "No mail goes out: the worker has never run"
    return f"No mail goes out since {reading.words(seen.swept_at)}"


def _late(number: int) -> str:
    return "1 mail is late" if number == 1 else f"{number:,} mails are late"


def _ago(seen: Watch) -> str:
    minutes = int((seen.now - (seen.swept_at or seen.now)).total_seconds()) // 60
    if minutes < 1:
        return "less than a minute ago"
    return "a minute ago" if minutes == 1 else f"{minutes} minutes ago"


@dataclass(frozen=True)
class Waiting:
    """Mails of one kind that are held back."""

    title: str
    before: int
    since: int


@dataclass(frozen=True)
class Held:
    """What is held back, and how much of it was due before it was."""

    hold: SendingHold
    since: str
    waiting: Sequence[Waiting]

    @property
    def before(self) -> int:
        return sum(one.before for one in self.waiting)


def held_back(hold: SendingHold, reading: Reading) -> Held:
    is_before = Q(scheduled_at__lt=hold.since, again_of=None)
    found = (
        Mail.objects.unfinished()
        .filter(due_at__lte=reading.now)
        .order_by()
        .values("kind")
        .annotate(before=Count("pk", filter=is_before), since=Count("pk", filter=~is_before))
    )
    waiting = [Waiting(_title(one["kind"]), one["before"], one["since"]) for one in found]
    by_number = sorted(waiting, key=lambda one: (-one.before - one.since, one.title))
    return Held(hold, reading.words(hold.since), by_number)


# --- the list ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One mail. `tone` is bad where somebody should look. `again` says what pressing leads to."""

    mail: Mail
    kind: str
    when: str
    outcome: str
    tone: str
    about: str
    tries: int
    is_finished: bool
    may_go_again: bool
    went_again: bool
    archive: str


@dataclass(frozen=True)
class Page:
    lines: Sequence[Line]
    older: str | None
    """Where the next page begins; None at the end."""


def page_of(wanted: Mapping[str, Any], before: Place | None, reading: Reading) -> Page:
    """One page, the latest due first. Two statements, however many there are."""
    mails = asked_for(wanted, reading).order_by("-due_at", "-pk")
    if before:
        mails = mails.filter(due_at__lte=before.at).exclude(due_at=before.at, pk__gte=before.pk)
    # Bodies stay where they are: they are long, and not for this page.
    fetched = mails.select_related("recipient", "client").defer(
        "text", "html", "calendar", "headers"
    )
    found = list(fetched[: PAGE + 1])
    shown = found[:PAGE]
    again = repeated(shown)
    older = str(Place(shown[-1].due_at, shown[-1].pk)) if len(found) > PAGE else None
    return Page([_line(mail, mail.pk in again, reading) for mail in shown], older)


def line_of(mail: Mail, reading: Reading) -> Line:
    return _line(mail, False, reading)


def asked_for(wanted: Mapping[str, Any], reading: Reading) -> MailQuerySet:
    asked = _in_window(wanted.get("when", ""), reading) & _in_state(
        wanted.get("state", ""), reading
    )
    if kind := wanted.get("kind"):
        asked &= Q(kind=kind)
    if client := wanted.get("client"):
        asked &= Q(client=client)
    if q := wanted.get("q"):
        asked &= (
            Q(recipient__name__icontains=q)
            | Q(recipient__email__icontains=q)
            | Q(address__icontains=q)
        )
    return Mail.objects.visible_to(reading.user).filter(asked)


def _in_window(window: str, reading: Reading) -> Q:
    tomorrow = Q(due_at__lt=reading.day(1))
    match window:
        case "all":
            return Q()
        case "coming":
            return Q(due_at__gt=reading.now)
        case "today":
            return tomorrow & Q(due_at__gte=reading.day(0))
    return tomorrow & Q(due_at__gte=reading.day(-6))


def _in_state(state: str, reading: Reading) -> Q:
    match state:
        case "":
            return Q()
        case "waiting":
            return Q(state__in=UNFINISHED)
        case "late":
            return Q(state__in=UNFINISHED, due_at__lt=reading.now - OVERDUE_AFTER)
    return Q(state=state)


def _line(mail: Mail, went_again: bool, reading: Reading) -> Line:
    is_finished = mail.state in FINISHED
    return Line(
        mail=mail,
        kind=_title(mail.kind),
        when=reading.words(mail.due_at),
        outcome=_outcome(mail, reading),
        tone=_tone(mail, reading),
        about=" ".join(part for part in (mail.reason, mail.server_said) if part),
        tries=tries(mail),
        is_finished=is_finished,
        may_go_again=is_finished and not never_again(mail, reading.now),
        went_again=went_again,
        archive=reverse("digest", args=[mail.pk]) if mail.kind == DIGEST and is_finished else "",
    )


def _outcome(mail: Mail, reading: Reading) -> str:
    match mail.state:
        case State.SENT if mail.finished_at:
            return f"Sent {reading.words(mail.finished_at)}"
        case State.PENDING if mail.attempts or mail.interruptions or mail.server_said:
            return f"Next try {reading.words(mail.next_attempt_at)}"
        case State.PENDING if mail.due_at > reading.now:
            return f"Goes {reading.words(mail.next_attempt_at)}"
    return mail.get_state_display()


def _tone(mail: Mail, reading: Reading) -> str:
    if mail.state in (State.FAILED, State.AMBIGUOUS):
        return "bad"
    if mail.state == State.SENT:
        return "good"
    is_late = mail.state in UNFINISHED and mail.due_at < reading.now - OVERDUE_AFTER
    return "bad" if is_late else ""


def tries(mail: Mail) -> int:
    """How often it was handed to a server, the last time included. A reply that puts it off and an
    end that nobody saw are counted; the one that ended it is not."""
    counted = mail.attempts + mail.interruptions
    match mail.state:
        case State.SENT | State.FAILED:
            return counted + 1
        case State.AMBIGUOUS:
            return max(counted, 2) if mail.interruptions else counted + 1
    return counted


def _title(kind: str) -> str:
    return kinds.get(kind).title if kind in kinds.names() else kind.capitalize()


def kinds_by_title() -> list[tuple[str, str]]:
    return sorted(((kind.name, kind.title) for kind in kinds.registered()), key=lambda one: one[1])


# --- how many, and who cannot be reached ---------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """How many mails due in a window are in which state."""

    title: str
    window: str
    numbers: Sequence[tuple[str, str, int]] = field(default_factory=list)
    """State, its name, and how many."""


def counts(reading: Reading) -> list[Counts]:
    """Of today and of seven days; one statement."""
    windows = ("today", "")
    wanted = {
        f"n{w}{s}": Count("pk", filter=_in_window(window, reading) & _in_state(state, reading))
        for w, window in enumerate(windows)
        for s, state in enumerate(STATES)
    }
    found = Mail.objects.filter(_in_window("", reading)).order_by().aggregate(**wanted)
    return [
        Counts(
            WINDOWS[window],
            window,
            [(state, name, found[f"n{w}{s}"]) for s, (state, name) in enumerate(STATES.items())],
        )
        for w, window in enumerate(windows)
    ]


def suspensions() -> QuerySet[Suspension]:
    """Every suspended address, with whose it is now."""
    owner = User.objects.filter(email=OuterRef("address")).order_by()
    return Suspension.objects.annotate(
        person=Subquery(owner.values("pk")[:1]), name=Subquery(owner.values("name")[:1])
    ).order_by("-at", "pk")


def clients() -> Iterable[tuple[UUID, str]]:
    return Client.objects.order_by("name", "pk").values_list("pk", F("name"))
