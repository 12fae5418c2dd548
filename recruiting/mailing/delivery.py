"""Claim, check again, write, freeze, send, record: what happens to mails that are due.

Whatever dies on the way, a row says how far its mail came. Until `sending` is committed, just
before DATA, a mail may be tried again freely. After it nobody knows whether the message arrived:
it goes once more, with the same Message-ID and the same bytes, and then no more.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Case, F, IntegerField, When
from django.db.models.functions import Now

from recruiting.mailing import budget, kinds, messages
from recruiting.mailing.kinds import BATCH, Kind, Postpone, Skip
from recruiting.mailing.links import unsubscribe_headers
from recruiting.mailing.models import (
    UNFINISHED,
    Mail,
    MailQuerySet,
    State,
    Suspension,
    Unsubscription,
)
from recruiting.mailing.render import Rendered
from recruiting.mailing.transport import ClaimLost, Courier, Outcome, Verdict

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)
"""How long a claim lasts: a batch at the rate cap, and a server that answers slowly."""

RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Waits between attempts that a server puts off. After the last one the mail has failed."""

UNREACHABLE_RETRY = timedelta(minutes=1)
"""With no server to talk to, a mail waits; that uses up none of its attempts."""

PER_SECOND = 20
"""Messages that one worker hands over in a second at most."""

INTERRUPTIONS_MAX = 1

T = TypeVar("T")


def deliver(ids: Sequence[UUID], *, now: datetime) -> Counter[State]:
    """Send what is due of these mails. Called twice, or by two workers, it sends nothing twice.

    Returns how many ended in which state; `pending` are those that will be tried again.
    """
    ended: Counter[State] = Counter()
    for start in range(0, len(ids), BATCH):
        mails = claim(ids[start : start + BATCH], now)
        ended[State.AMBIGUOUS] += sum(mail.state == State.AMBIGUOUS for mail in mails)
        mails = [mail for mail in mails if mail.state == State.CLAIMED]
        mails = _drop_unwanted(mails, now, ended)
        mails = _write(mails, now, ended)
        _send(mails, now, ended)
    ended += Counter()  # leaves out what is zero
    if ended:
        log.info("mail_delivered", **{state.value: count for state, count in ended.items()})
    return ended


# --- claiming ------------------------------------------------------------------------------


def claim(ids: Sequence[UUID], now: datetime) -> list[Mail]:
    """Take what is due and nobody else's. Each row's fence is now this worker's.

    A mail that was on the wire for the second time when its worker died is given up here and
    comes back as ambiguous.
    """
    with transaction.atomic(durable=True):
        mails = list(
            Mail.objects.filter(pk__in=ids, kind__in=kinds.names())
            .due(now)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient", "client")
            .order_by("scheduled_at", "key")
        )
        budget.hold(mails)
        Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(
            state=State.CLAIMED,
            fence=F("fence") + 1,
            lease_until=Now() + LEASE,
            interruptions=Case(
                When(state=State.SENDING, then=F("interruptions") + 1),
                default=F("interruptions"),
                output_field=IntegerField(),
            ),
        )
    for mail in mails:
        mail.fence += 1
        mail.interruptions += mail.state == State.SENDING
        mail.state = State.CLAIMED
        if mail.interruptions > INTERRUPTIONS_MAX:
            mail.state = State.AMBIGUOUS
            _finish(mail, State.AMBIGUOUS, now, reason=PERHAPS)
    return mails


PERHAPS = "The connection ended twice while the mail was on its way; it may have arrived."


def _held(mail: Mail) -> MailQuerySet:
    """The row, as long as it is still this worker's."""
    return Mail.objects.filter(pk=mail.pk, fence=mail.fence, state__in=UNFINISHED)


# --- checking again ------------------------------------------------------------------------


def _drop_unwanted(mails: Sequence[Mail], now: datetime, ended: Counter[State]) -> list[Mail]:
    """Those that nothing speaks against. The others are skipped or put off, with the reason."""
    objections: dict[UUID, Skip | Postpone] = dict(_general_objections(mails, now))
    rest = [mail for mail in mails if mail.pk not in objections]
    for kind, batch in _by_kind(rest):
        objections.update(_ask(kind.still_wanted, batch, now, ended))
    wanted = [mail for mail in rest if mail.pk not in objections and mail.state == State.CLAIMED]
    objections.update(_ask(budget.objections, wanted, now, ended))
    for mail in mails:
        match objections.get(mail.pk):
            case Skip(reason):
                _skip(mail, reason, now, ended)
            case Postpone(until):
                _wait(mail, until, ended, due_at=until)
    return [mail for mail in rest if mail.pk not in objections and mail.state == State.CLAIMED]


def _general_objections(mails: Sequence[Mail], now: datetime) -> Iterator[tuple[UUID, Skip]]:
    people = [mail.recipient_id for mail in mails]
    stopped = set(Unsubscription.objects.filter(user__in=people).values_list("user", "kind"))
    addresses = [_address(mail) for mail in mails]
    suspended = set(
        Suspension.objects.filter(address__in=addresses).values_list("address", flat=True)
    )
    for mail in mails:
        if not mail.recipient.is_active:
            yield mail.pk, Skip("The account has been deactivated.")
        elif (mail.recipient_id, mail.kind) in stopped:
            yield mail.pk, Skip("Unsubscribed.")
        elif _address(mail) in suspended:
            yield mail.pk, Skip("The address is suspended: its server refused mail for good.")
        elif mail.expires_at is not None and mail.expires_at <= now:
            yield mail.pk, Skip("It came too late to be of use.")


def _address(mail: Mail) -> str:
    """The address of now, unless the mail is about another one; but a mail that may have arrived
    goes where it went before."""
    if mail.interruptions:
        return mail.address
    return str(mail.payload.get("address") or mail.recipient.email)


def _by_kind(mails: Sequence[Mail]) -> Iterator[tuple[Kind, list[Mail]]]:
    batches: defaultdict[str, list[Mail]] = defaultdict(list)
    for mail in mails:
        batches[mail.kind].append(mail)
    for name, batch in batches.items():
        yield kinds.get(name), batch


def _ask(
    question: Callable[[Sequence[Mail], datetime], Mapping[UUID, T]],
    batch: Sequence[Mail],
    now: datetime,
    ended: Counter[State],
) -> Mapping[UUID, T]:
    """The answers for a batch. One mail that breaks the question does not hold up the others."""
    try:
        return question(batch, now)
    except Exception as error:
        if len(batch) > 1:
            answers: dict[UUID, T] = {}
            for mail in batch:
                answers.update(_ask(question, [mail], now, ended))
            return answers
        log.exception("mail_could_not_be_written", mail=str(batch[0].pk))
        _put_off(batch[0], f"It could not be written: {error!r}", now, ended)
        return {}


# --- writing -------------------------------------------------------------------------------


def _write(mails: Sequence[Mail], now: datetime, ended: Counter[State]) -> list[Mail]:
    """Render once and freeze. What was frozen before stays as it is, whatever has changed."""
    answers: dict[UUID, Rendered | Skip] = {}
    for kind, batch in _by_kind([mail for mail in mails if mail.rendered_at is None]):
        answers.update(_ask(kind.render, batch, now, ended))
    ready = []
    with transaction.atomic(durable=True):
        for mail in mails:
            answer = answers.get(mail.pk)
            if isinstance(answer, Skip):
                _skip(mail, answer.reason, now, ended)
            elif mail.state == State.CLAIMED and _freeze(mail, answer, now):
                ready.append(mail)
    return ready


def _freeze(mail: Mail, rendered: Rendered | None, now: datetime) -> bool:
    """Keep the text and the address with the row; False when another worker has it."""
    mail.address = _address(mail)
    fields: dict[str, Any] = {"address": mail.address}
    if rendered is not None:
        mail.message_id = messages.message_id(mail.key)
        stop = unsubscribe_headers(mail) if kinds.get(mail.kind).can_stop else {}
        fields |= {
            "subject": rendered.subject,
            "text": rendered.text,
            "html": rendered.html,
            "calendar": rendered.calendar,
            "message_id": mail.message_id,
            "headers": {**messages.base_headers(mail, now), **rendered.headers, **stop},
            "rendered_at": now,
        }
        for name, value in fields.items():
            setattr(mail, name, value)
    return bool(_held(mail).update(**fields))


# --- sending -------------------------------------------------------------------------------


def _send(mails: Sequence[Mail], now: datetime, ended: Counter[State]) -> None:
    """One message a recipient over one connection, no faster than the rate cap."""
    started = time.monotonic()
    with Courier() as courier:
        for number, mail in enumerate(mails):
            time.sleep(max(started + number / PER_SECOND - time.monotonic(), 0))
            outcome = courier.carry(messages.build(mail), partial(_mark_sending, mail))
            if outcome.verdict == Verdict.UNREACHABLE:
                rest = mails[number:]
                log.warning("mail_server_unreachable", error=outcome.said, mails=len(rest))
                for waiting in rest:
                    _wait(waiting, now + UNREACHABLE_RETRY, ended, server_said=outcome.said)
                return
            _record(mail, outcome, now, ended)


def _mark_sending(mail: Mail) -> None:
    """Commit that the message is about to go out. Raises ClaimLost when it is another's."""
    mine = _held(mail).filter(state=State.CLAIMED)
    if not mine.update(state=State.SENDING, lease_until=Now() + LEASE):
        raise ClaimLost
    mail.state = State.SENDING


def _record(mail: Mail, outcome: Outcome, now: datetime, ended: Counter[State]) -> None:
    match outcome.verdict:
        case Verdict.TAKEN:
            _finish(mail, State.SENT, now, ended=ended)
        case Verdict.PUT_OFF:
            _put_off(mail, outcome.said, now, ended)
        case Verdict.REFUSED:
            _refuse(mail, outcome.said, now, ended)
        case Verdict.UNKNOWN if mail.interruptions >= INTERRUPTIONS_MAX:
            _finish(mail, State.AMBIGUOUS, now, PERHAPS, outcome.said, ended)
        case Verdict.UNKNOWN:
            seen = F("interruptions") + 1
            _wait(mail, now + RETRY_AFTER[0], ended, outcome.said, interruptions=seen)
        case _:
            log.info("mail_claim_lost", mail=str(mail.pk))


# --- recording -----------------------------------------------------------------------------


def _finish(
    mail: Mail,
    state: State,
    now: datetime,
    reason: str = "",
    server_said: str = "",
    ended: Counter[State] | None = None,
) -> bool:
    """Write how it ended, and wipe what is not to be kept; nothing when another worker has it."""
    fields: dict[str, Any] = {
        "state": state,
        "finished_at": now,
        "lease_until": None,
        "reason": reason[:300],
        "server_said": server_said,
    }
    if kinds.get(mail.kind).redact:
        fields |= dict.fromkeys(("subject", "text", "html", "calendar"), "")
        fields |= {"payload": {}, "redacted_at": now}
    written = bool(_held(mail).update(**fields))
    if written:
        mail.state = state
        if ended is not None:
            ended[state] += 1
    return written


def _skip(mail: Mail, reason: str, now: datetime, ended: Counter[State]) -> None:
    """Not sent. A mail that was on the wire once has perhaps been, and is not called skipped."""
    if mail.interruptions:
        _finish(mail, State.AMBIGUOUS, now, f"It may have arrived. Not sent again: {reason}",
                ended=ended)  # fmt: skip
    else:
        _finish(mail, State.SKIPPED, now, reason, ended=ended)


def _refuse(mail: Mail, said: str, now: datetime, ended: Counter[State]) -> None:
    """Failed for good; nothing more goes to the address until a recruiter lifts that."""
    with transaction.atomic(durable=True):
        if _finish(mail, State.FAILED, now, "The server refused the address.", said, ended):
            Suspension.objects.get_or_create(
                address=mail.address, defaults={"at": now, "server_said": said}
            )
            log.warning("address_suspended", mail=str(mail.pk), server_said=said)


def _put_off(mail: Mail, said: str, now: datetime, ended: Counter[State]) -> None:
    """Try again later, or give up after the last wait."""
    if mail.attempts >= len(RETRY_AFTER):
        _finish(mail, State.FAILED, now, "Put off too often.", said, ended)
        return
    _wait(mail, now + RETRY_AFTER[mail.attempts], ended, said, attempts=F("attempts") + 1)


def _wait(
    mail: Mail, until: datetime, ended: Counter[State], server_said: str = "", **fields: Any
) -> None:
    waits = _held(mail).update(
        state=State.PENDING,
        next_attempt_at=until,
        lease_until=None,
        server_said=server_said,
        **fields,
    )
    if waits:
        mail.state = State.PENDING
        ended[State.PENDING] += 1
