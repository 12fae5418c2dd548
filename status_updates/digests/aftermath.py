"""What a manager did after a digest, as far as it is on record. After it, not because of it: no
pixel says whether she read it, and opening a page is no deed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from recruiting.audit.models import Event
from recruiting.mailing.models import Mail, State
from status_updates.digests.snapshot import KIND

LASTS = timedelta(days=3)
"""What comes later is not called "after it"; nor is what comes after the next digest."""

NOTHING = "nothing on record"

DECIDED = "decided"

DEEDS = {
    "approved a resume": DECIDED,
    "declined a resume": DECIDED,
    "declined after an interview": "decided after an interview",
    "signed the brief": "signed the brief",
    "answered a question": "answered a question",
    "answered about a candidate": "answered a question",
    "asked a question": "asked a question",
    "asked about a candidate": "asked a question",
    "gave feedback": "gave feedback on an interview",
}
"""By what is recorded: what it is to those who wait for it."""

MANY = {
    DECIDED: ("decided on 1 resume", "decided on {} resumes"),
    "decided after an interview": ("decided after an interview", "decided after {} interviews"),
    "signed the brief": ("signed the brief", "signed {} briefs"),
    "answered a question": ("answered a question", "answered {} questions"),
    "asked a question": ("asked a question", "asked {} questions"),
    "gave feedback on an interview": (
        "gave feedback on an interview",
        "gave feedback on {} interviews",
    ),
}

TAKEN_BACK = {
    "took back a decision": (DECIDED, "decided after an interview"),
    "took back feedback": ("gave feedback on an interview",),
}
"""What is no deed any more, by what is recorded of the same resume."""

WENT = (State.SENT, State.AMBIGUOUS)

Deeds = dict[tuple[str, str], timedelta]
"""How long after the digest, by what was done and the id of what it was done about."""


def after(mails: Iterable[Mail], now: datetime) -> Mapping[UUID, str]:
    """In words, by digest, for those that have gone out; two statements for any number.

    Such as "decided on 2 resumes, from 40 minutes later on". Empty when nothing is on record and
    there is time yet; when that is over, it is said (`NOTHING`).
    """
    gone = [mail for mail in mails if mail.kind == KIND and mail.state in WENT]
    if not gone:
        return {}
    ends = _ends(gone)
    deeds = _deeds(gone, ends)
    return {
        mail.pk: _words(deeds[mail.pk]) or (NOTHING if now >= ends[mail.pk] else "")
        for mail in gone
    }


def _sent_at(mail: Mail) -> datetime:
    return mail.finished_at or mail.scheduled_at


def _ends(mails: Sequence[Mail]) -> dict[UUID, datetime]:
    """Until when a deed counts as after each of them."""
    later = Mail.objects.kind(KIND).filter(
        recipient__in={mail.recipient_id for mail in mails},
        client__in={mail.client_id for mail in mails},
        state__in=WENT,
        finished_at__gt=min(_sent_at(mail) for mail in mails),
        finished_at__lte=max(_sent_at(mail) for mail in mails) + LASTS,
    )
    times: defaultdict[tuple[UUID, UUID | None], list[datetime]] = defaultdict(list)
    for one in later.only("recipient", "client", "finished_at", "scheduled_at"):
        times[one.recipient_id, one.client_id].append(_sent_at(one))
    ends = {}
    for mail in mails:
        sent = _sent_at(mail)
        next_ones = [at for at in times[mail.recipient_id, mail.client_id] if at > sent]
        ends[mail.pk] = min([*next_ones, sent + LASTS])
    return ends


def _deeds(mails: Sequence[Mail], ends: Mapping[UUID, datetime]) -> dict[UUID, Deeds]:
    events = Event.objects.filter(
        client__in={mail.client_id for mail in mails},
        actor__in={mail.recipient_id for mail in mails},
        action__in=[*DEEDS, *TAKEN_BACK],
        at__gte=min(_sent_at(mail) for mail in mails),
        at__lt=max(ends.values()),
    )
    by_pair: defaultdict[tuple[UUID | None, UUID | None], list[Event]] = defaultdict(list)
    for event in events.order_by("at", "id"):
        by_pair[event.actor_id, event.client_id].append(event)
    return {
        mail.pk: _deeds_of(
            by_pair[mail.recipient_id, mail.client_id], _sent_at(mail), ends[mail.pk]
        )
        for mail in mails
    }


def _deeds_of(events: Iterable[Event], sent: datetime, end: datetime) -> Deeds:
    found: Deeds = {}
    for event in events:
        if not sent <= event.at < end:
            continue
        about = str(event.particulars.get("submission") or event.pk)
        for what in TAKEN_BACK.get(event.action, ()):
            found.pop((what, about), None)
        if what := DEEDS.get(event.action, ""):
            found.setdefault((what, about), event.at - sent)
    return found


def _words(deeds: Deeds) -> str:
    """Deeds of one kind together, each kind with how long after the digest it began."""
    parts = []
    for kind in dict.fromkeys(what for what, _ in deeds):
        laters = [later for (what, _), later in deeds.items() if what == kind]
        one, many = MANY[kind]
        if len(laters) == 1:
            parts.append(f"{one} {later_words(laters[0])}")
        else:
            parts.append(f"{many.format(len(laters))}, from {later_words(min(laters))} on")
    return "; ".join(parts)


def later_words(later: timedelta) -> str:
    """ "40 minutes later", "2 hours later", "2 days later"."""
    minutes = int(later / timedelta(minutes=1))
    if minutes < 1:
        return "within a minute"
    for size, name in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if number := minutes // size:
            return f"{number} {name}{'s' if number > 1 else ''} later"
    return ""
