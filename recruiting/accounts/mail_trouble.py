"""Mail to a person that does not arrive: told to the recruiters who work with her, else to leads.
Mail that is late or held back as a whole is told to leads.

It is found in the database by the sweeper, so that whatever dies in between, it is told.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse

from recruiting.accounts.models import Notification, NotificationKind, Role, Told, User
from recruiting.accounts.models.notifications import NOTIFICATIONS
from recruiting.mailing.models import Mail, State, Suspension
from recruiting.mailing.watch import Watch, watch

LOOKS_BACK = timedelta(days=2)
"""Trouble older than this was told, or nobody looked for so long that a look at the page is due."""

SUSPENDED = "Mail to {person} does not arrive: the server refused the address"
FAILED = "A mail to {person} could not be delivered"
LATE = "Mail that was due more than half an hour ago has not gone out"
HELD = "All mail is held back until a lead releases it"

Pair = tuple[UUID, UUID | None]
"""Who is to be told, and of which client the trouble is."""


def tell(now: datetime) -> None:
    """Tell of every address that was suspended and of every mail that was given up lately; and of
    what keeps all of it back, that it is late once a day."""
    _tell_leads(watch(now))
    since = now - LOOKS_BACK
    found = {
        f"suspended:{one.pk}": (one.address, SUSPENDED)
        for one in Suspension.objects.filter(at__gte=since, at__lte=now)
    }
    given_up = Mail.objects.filter(state=State.FAILED, finished_at__gte=since).exclude(
        Q(address__in=Suspension.objects.values("address")) | Q(kind=NOTIFICATIONS)
    )
    for mail in given_up.filter(finished_at__lte=now).select_related("recipient"):
        found[f"failed:{mail.pk}"] = (mail.recipient.email, FAILED)
    if not found:
        return
    told = set(Notification.objects.filter(cause__in=found).values_list("cause", flat=True))
    new = {cause: trouble for cause, trouble in found.items() if cause not in told}
    addresses = {address for address, _ in new.values()}
    people = {user.email: user for user in User.objects.filter(email__in=addresses)}
    recruiters = _recruiters_of(people.values())
    for cause, (address, words) in new.items():
        if person := people.get(address):
            _tell(cause, words, person, recruiters[person.pk], now)


def _tell_leads(seen: Watch) -> None:
    found = {}
    if seen.held_since:
        found[f"held:{seen.held_since.isoformat()}"] = HELD
    elif seen.late:
        found[f"late:{seen.now:%Y-%m-%d}"] = LATE
    for cause, words in found.items():
        if Notification.objects.filter(cause=cause).exists():
            continue
        told = {lead: Told(NotificationKind.MAIL, words) for lead, _ in _leads_but(None)}
        with transaction.atomic():
            Notification.tell(told, cause=cause, by=None, now=seen.now, place=reverse("mail_desk"))
            if words == HELD:  # by mail it would come when it is no longer true
                Notification.objects.filter(cause=cause).update(is_to_mail=False)


def _tell(cause: str, words: str, person: User, pairs: list[Pair], now: datetime) -> None:
    clients: defaultdict[UUID | None, set[UUID]] = defaultdict(set)
    for who, client in pairs or _leads_but(person):
        clients[client].add(who)
    is_suspended = words == SUSPENDED
    place = reverse("digests") if is_suspended else reverse("person", args=[person.pk])
    with transaction.atomic():
        for client, whom in clients.items():
            told = dict.fromkeys(whom, Told(NotificationKind.MAIL, words))
            Notification.tell(told, cause=cause, by=None, now=now, client=client, person=person,
                              place=place)  # fmt: skip


def _recruiters_of(people: Iterable[User]) -> defaultdict[UUID, list[Pair]]:
    """By hiring manager: who works on their unclosed requisitions and still serves the client."""
    held = "requisitions_managed"
    rows = User.objects.filter(
        Q(**{f"{held}__recruiter__memberships__client": F(f"{held}__client")}),
        **{
            "pk__in": [person.pk for person in people],
            f"{held}__closed_on": None,
            f"{held}__recruiter__is_active": True,
        },
    ).values_list("pk", f"{held}__recruiter", f"{held}__client")
    recruiters: defaultdict[UUID, list[Pair]] = defaultdict(list)
    for person, recruiter, client in rows.distinct():
        recruiters[person].append((recruiter, client))
    return recruiters


def _leads_but(person: User | None) -> list[Pair]:
    leads = User.objects.active().filter(role=Role.LEAD)
    return [(lead.pk, None) for lead in leads if lead != person]
