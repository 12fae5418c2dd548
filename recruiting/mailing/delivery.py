"""Claim, check again, write, freeze, send, record: what happens to mails that are due.

Whatever dies on the way, a row says how far its mail came. Until `sending` is committed, just
before DATA, a mail may be tried again freely. After it nobody knows whether the message arrived:
it goes once more, with the same Message-ID and the same bytes, and then no more.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Case, F, IntegerField, When
from django.db.models.functions import Now

from recruiting.mailing import budget, holding, kinds, messages
from recruiting.mailing.flights import LEASE, UnderWay, settle_lost
from recruiting.mailing.kinds import BATCH, Kind, Objection, Postpone, Rewrite, Skip
from recruiting.mailing.links import unsubscribe_headers
from recruiting.mailing.models import Mail, State, Suspension, Unsubscription
from recruiting.mailing.pace import Slots
from recruiting.mailing.recording import (
    INTERRUPTIONS_MAX,
    PERHAPS,
    UNREACHABLE_RETRY,
    finish,
    interrupted,
    put_off,
    refuse,
    skip,
    wait,
    wait_all,
)
from recruiting.mailing.render import Rendered
from recruiting.mailing.transport import Courier, Outcome, Verdict

log = structlog.get_logger(__name__)

SEND_FOR = 240.0
"""Seconds for which one call sends. What is left then is given back and goes with the next sweep:
a lease never runs out under a worker, and the queue does not hand its task to another one."""

BREAKS_MAX = 2
"""Connections that end or hang one after the other before the others wait for a better minute. One
recipient that hangs costs its own time; a server that hangs does not cost it for each mail."""

T = TypeVar("T")


def deliver(ids: Sequence[UUID], *, now: datetime) -> Counter[State]:
    """Send what is due of these mails. Called twice, or by two workers, it sends nothing twice.

    Returns how many ended in which state; `pending` are those that will be tried again.
    """
    ended: Counter[State] = Counter()
    until = time.monotonic() + SEND_FOR
    for start in range(0, len(ids), BATCH):
        if time.monotonic() > until:
            break
        mails = claim(ids[start : start + BATCH], now)
        ended[State.AMBIGUOUS] += sum(mail.state == State.AMBIGUOUS for mail in mails)
        mails = [mail for mail in mails if mail.state == State.CLAIMED]
        mails = _drop_unwanted(mails, now, ended)
        mails = _write(mails, now, ended)
        _send(mails, now, ended, until)
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
        under_way = settle_lost(now)
        mails = list(
            Mail.objects.filter(holding.going(holding.look(now)), pk__in=ids)
            .exclude(pk__in=under_way)
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
            finish(mail, State.AMBIGUOUS, now, reason=PERHAPS)
    # A mail at which a worker died goes last: where workers die again and again, it would be hit
    # twice and given up, and one that brings its worker down would hold up all the others.
    return sorted(mails, key=lambda mail: (mail.interruptions, not kinds.get(mail.kind).urgent))


# --- checking again ------------------------------------------------------------------------


def _drop_unwanted(mails: Sequence[Mail], now: datetime, ended: Counter[State]) -> list[Mail]:
    """Those that nothing speaks against. The others are skipped or put off, with the reason."""
    objections: dict[UUID, Objection] = dict(_general_objections(mails, now))
    rest = [mail for mail in mails if mail.pk not in objections]
    for kind, batch in _by_kind(rest):
        objections.update(_ask(kind.still_wanted, batch, now, ended))
    for mail in rest:
        if isinstance(objections.get(mail.pk), Rewrite):
            del objections[mail.pk]
            if mail.interruptions or mail.again_of_id:
                objections[mail.pk] = Skip("Its reader may no longer read what it tells.")
            mail.rendered_at = None
    wanted = [mail for mail in rest if mail.pk not in objections and mail.state == State.CLAIMED]
    by_itself = [mail for mail in wanted if not mail.again_of_id]
    objections.update(_ask(budget.objections, by_itself, now, ended))
    for mail in mails:
        if mail.again_of_id and _is_about_time(objections.get(mail.pk)):
            del objections[mail.pk]
    for mail in mails:
        match objections.get(mail.pk):
            case Skip(reason):
                skip(mail, reason, now, ended)
            case Postpone(until):
                wait(mail, until, ended, due_at=until)
    return [mail for mail in rest if mail.pk not in objections and mail.state == State.CLAIMED]


def _is_about_time(objection: Objection | None) -> bool:
    """What a lead sends again by hand goes at any hour, but never to whom it must not go."""
    return isinstance(objection, Postpone) or (isinstance(objection, Skip) and objection.too_late)


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
        put_off(batch[0], f"It could not be written: {error!r}", now, ended)
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
                skip(mail, answer.reason, now, ended)
            elif mail.state == State.CLAIMED:
                _set_text(mail, answer, now)
                ready.append(mail)
        return Mail.objects.freeze(ready)


def _set_text(mail: Mail, rendered: Rendered | None, now: datetime) -> None:
    """The text, unless it has one, and the address of now."""
    mail.address = _address(mail)
    if rendered is None:
        return
    mail.message_id = messages.message_id(mail.key)
    stop = unsubscribe_headers(mail) if kinds.get(mail.kind).can_stop else {}
    mail.subject, mail.text, mail.html = rendered.subject, rendered.text, rendered.html
    mail.calendar = rendered.calendar
    mail.headers = {**messages.base_headers(mail, now), **rendered.headers, **stop}
    mail.rendered_at = now


# --- sending -------------------------------------------------------------------------------


def _send(mails: Sequence[Mail], now: datetime, ended: Counter[State], until: float) -> None:
    """One message a recipient over one connection, no faster than the rate cap."""
    under_way, slots, breaks = UnderWay(mails, now, ended), Slots(), 0
    with Courier() as courier:
        for number, mail in enumerate(mails):
            pause = slots.wait(len(mails) - number)
            if time.monotonic() + pause > until:
                under_way.land(partial(_give_back, mails[number:], now, ended))
                return
            if pause and not kinds.get(mail.kind).urgent:
                under_way.rest(pause)
                time.sleep(pause)
            outcome = courier.carry(mail, partial(under_way.mark, mail))
            if outcome.verdict == Verdict.TAKEN:
                under_way.took(mail)
            elif outcome.verdict != Verdict.UNREACHABLE:
                under_way.land(partial(_record, mail, outcome, now, ended))
                number += 1  # noqa: PLW2901 - those from here on have not been tried
            breaks = breaks + 1 if outcome.broke else 0
            if outcome.verdict == Verdict.UNREACHABLE or breaks >= BREAKS_MAX:
                under_way.land(partial(_wait_for_server, mails[number:], outcome, now, ended))
                return
        under_way.land()


def _record(mail: Mail, outcome: Outcome, now: datetime, ended: Counter[State]) -> None:
    """How a mail ended that the server did not take."""
    match outcome.verdict:
        case Verdict.PUT_OFF:
            put_off(mail, outcome.said, now, ended)
        case Verdict.REFUSED:
            refuse(mail, outcome.said, now, ended)
        case Verdict.TOO_LARGE:
            finish(mail, State.FAILED, now, "The server refused the mail.", outcome.said, ended)
        case Verdict.UNKNOWN:
            interrupted(mail, outcome.said, now, ended)
        case _:
            log.info("mail_claim_lost", mail=str(mail.pk))


def _wait_for_server(
    mails: Sequence[Mail], outcome: Outcome, now: datetime, ended: Counter[State]
) -> None:
    log.warning("mail_server_unreachable", error=outcome.said, mails=len(mails))
    ended[State.PENDING] += wait_all(mails, now + UNREACHABLE_RETRY, outcome.said)


def _give_back(mails: Sequence[Mail], now: datetime, ended: Counter[State]) -> None:
    """For the next sweep: other tasks may have waited for long."""
    ended[State.PENDING] += wait_all(mails, now)
