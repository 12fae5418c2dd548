"""What changes between the writing of a row and its sending must not leak into a mail."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.utils import timezone

from recruiting.accounts.models import Client, User
from recruiting.mailing import subscriptions
from requisitions.models import Requisition
from status_updates.digests.rows import materialise
from status_updates.digests.snapshot import KIND
from tests.faults import crowd
from tests.faults.ledger import Ledger
from tests.faults.smtp import Answer, Moment
from tests.faults.stage import Figures, Stage, promise

EACH = 5
"""People to whom each thing happens, at each of the two moments."""

Change = Callable[[User, User, datetime], None]


def changed_people(stage: Stage) -> Figures:
    """Reassigned, deactivated, unsubscribed, moved to another client before it is sent"""
    ledger = Ledger(stage)
    lead = User.objects.get(email="lead@same-page.example")
    people = iter(crowd.managers(crowd.MANAGERS // 2))
    before = {change: _some(people) for change in CHANGES}
    after = {change: _some(people) for change in CHANGES}
    untouched = _some(people)
    groups = [*before.values(), *after.values()]
    everybody = [*untouched, *(one for group in groups for one in group)]
    crowd.wish_for_now(everybody, timezone.now())
    promise(materialise(timezone.now()) == len(everybody), "every row is written")
    _let_happen(before, lead)

    # The first attempt of the others is put off when their letters have been written.
    late = {one.email for group in after.values() for one in group}
    stage.mail.behaviour = lambda at, who: (
        Answer("450 4.7.1 Try later") if at is Moment.RCPT and who in late else None
    )
    stage.worker()
    ledger.sweep_until(
        lambda: _put_off(ledger) == len(late) and ledger.is_at_rest(), "those are put off"
    )
    _let_happen(after, lead)
    stage.mail.behaviour = lambda at, who: None
    ledger.let_waits_end()
    ledger.sweep_until(ledger.has_ended, "all have come to their end")

    tally = stage.mail.tally
    titles = {one.email: f"Job of {one.name.split()[1]}" for one in everybody}
    of_change = {
        change.__name__: [one.email for one in (*before[change], *after[change])]
        for change in CHANGES
    }
    leaked = [
        email for emails in of_change.values() for email in emails
        for mail in tally.of(email) if titles[email].encode() in mail.content
    ]  # fmt: skip
    ended = ledger.reasons()
    figures: Figures = {
        name.replace("_", " "): f"{len(emails)} people, "
        f"{sum(tally.copies[email] for email in emails)} mails: "
        + " ".join(sorted({ended[email][1] or ended[email][0] for email in emails}))
        for name, emails in of_change.items()
    }
    figures |= {"untouched": f"{sum(tally.copies[one.email] for one in untouched)} mails"}
    figures |= {"leaked": len(leaked)}
    promise(all(tally.copies[one.email] == 1 for one in untouched), f"others get theirs: {figures}")
    promise(not leaked, f"0 leaked: {figures} {leaked}")
    for name in ("deactivated", "unsubscribed", "moved_to_another_client"):
        got = [email for email in of_change[name] if tally.copies[email]]
        promise(not got, f"nothing goes to the {name}: {got}")
    return figures


def _some(people: Iterator[User]) -> Sequence[User]:
    return list(islice(people, EACH))


def _let_happen(changes: dict[Change, Sequence[User]], lead: User) -> None:
    for change, people in changes.items():
        for one in people:
            change(one, lead, timezone.now())


def _put_off(ledger: Ledger) -> int:
    sql = "SELECT count(*) FROM mailing_mail WHERE state = 'pending' AND attempts > 0"
    return int(ledger.ask(sql)[0][0])


# --- what happens --------------------------------------------------------------------------


def reassigned(manager: User, lead: User, now: datetime) -> None:
    """Her only requisition goes to another manager of the client."""
    requisition = Requisition.objects.get(manager=manager)
    taker = (
        User.objects.managers()
        .filter(memberships__client=requisition.client_id)
        .exclude(pk=manager.pk)
        .order_by("email")
        .last()
    )
    requisition.edit({"manager": taker}, version=requisition.version, by=lead, now=now)


def deactivated(manager: User, lead: User, now: datetime) -> None:
    manager.deactivate(by=lead, now=now)


def unsubscribed(manager: User, lead: User, now: datetime) -> None:
    subscriptions.stop(manager, KIND, by=manager, now=now)


def moved_to_another_client(manager: User, lead: User, now: datetime) -> None:
    membership = manager.memberships.select_related("client").get()
    other = Client.objects.exclude(pk=membership.client_id).order_by("name").first()
    assert other is not None
    manager.leave(membership.client, by=lead, now=now)
    manager.join(other, by=lead, now=now)


CHANGES: tuple[Change, ...] = (reassigned, deactivated, unsubscribed, moved_to_another_client)

SCENARIOS = (changed_people,)
