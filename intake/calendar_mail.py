"""What the mails of all appointments have in common: which are still wanted, and how they read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, prefetch_related_objects

from intake.access import LEFT, gone
from intake.calendars import Invite
from intake.models.appointments import Appointment
from intake.times import moment_words
from recruiting.mailing.kinds import Postpone, Skip
from recruiting.mailing.models import Mail, State
from recruiting.mailing.render import Rendered

Objections = dict[UUID, Skip | Postpone]
Written = dict[UUID, Rendered | Skip]

_Kind = TypeVar("_Kind", bound=Appointment)

ON_ITS_WAY = timedelta(minutes=1)


def load(model: type[_Kind], batch: Sequence[Mail]) -> dict[str, _Kind]:
    """The appointments of a batch by their ids, as they stand now. One statement."""
    found = model._default_manager.filter(pk__in={mail.payload[model.key] for mail in batch})
    return {str(one.pk): one for one in found}


def invite_of(mail: Mail) -> Invite:
    """As it was when the mail was written into the ledger."""
    return Invite.from_json(mail.payload["invite"])


def still_standing(model: type[Appointment], batch: Sequence[Mail]) -> Objections:
    """An invitation that a later word has overtaken would only confuse."""
    known, left = load(model, batch), gone(batch)
    reasons = {
        mail.pk: LEFT if mail.pk in left else _overtaken(known[mail.payload[model.key]], mail)
        for mail in batch
    }
    return {pk: Skip(reason) for pk, reason in reasons.items() if reason}


def _overtaken(one: Appointment, mail: Mail) -> str:
    if one.cancelled_at:
        return f"The {one.key} was cancelled before the mail went out."
    if one.sequence != invite_of(mail).sequence:
        return f"The {one.key} was changed before the mail went out."
    return ""


def was_invited(model: type[Appointment], batch: Sequence[Mail], now: datetime) -> Objections:
    """Nobody is told that a meeting is off of which he has not heard, or which he is asked to
    after all. While an invitation is on its way, what comes of it is waited for."""
    known = load(model, batch)
    states = _invitations_to(model, batch)
    objections: Objections = {}
    for mail in batch:
        one = known[mail.payload[model.key]]
        sent = states[mail.recipient_id, mail.payload[model.key]]
        if one.is_standing and mail.recipient_id in (one.organizer_id, one.guest_id):
            objections[mail.pk] = Skip(f"The person is asked to the {one.key} again.")
        elif sent & {State.CLAIMED, State.SENDING}:
            objections[mail.pk] = Postpone(now + ON_ITS_WAY)
        elif not sent & {State.SENT, State.AMBIGUOUS}:
            objections[mail.pk] = Skip("The invitation had not gone out.")
    return objections


def _invitations_to(
    model: type[Appointment], batch: Sequence[Mail]
) -> Mapping[tuple[UUID, str], set[str]]:
    """What became of the invitations of each person to each appointment. One statement."""
    of_them = reduce(
        or_, (Q(period__startswith=f"{UUID(mail.payload[model.key]).hex}.") for mail in batch)
    )
    rows = Mail.objects.kind(model.invitation).filter(
        of_them, recipient__in={mail.recipient_id for mail in batch}
    )
    found: defaultdict[tuple[UUID, str], set[str]] = defaultdict(set)
    for person, payload, state, tried in rows.values_list(
        "recipient", "payload", "state", "interruptions"
    ):
        found[person, payload[model.key]].add(State.AMBIGUOUS if tried else state)
    return found


def fetch_cards(batch: Sequence[Mail]) -> None:
    """The readers' clocks, in one statement."""
    prefetch_related_objects([mail.recipient for mail in batch], "working_card")


def was_words(mail: Mail) -> str:
    """When it was to be before it was moved, by the reader's clocks."""
    was = mail.payload.get("was")
    zone = mail.recipient.working_card.zone
    return moment_words(datetime.fromisoformat(was), zone) if was else ""


def replied_to(rendered: Rendered, invite: Invite) -> Rendered:
    return rendered.with_headers({"Reply-To": invite.organizer.address})
