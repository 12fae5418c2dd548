"""The people of the demo and their clients, as rows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from recruiting.accounts.hints import HINTS
from recruiting.accounts.models import (
    Client,
    Invitation,
    Notification,
    NotificationKind,
    Preferences,
    Role,
    User,
)
from recruiting.accounts.models.invitations import Invited
from recruiting.accounts.models.notifications import NOTIFICATIONS
from recruiting.dashboards.demo import people
from recruiting.dashboards.demo.story import Person
from recruiting.dashboards.demo.workdays import instant, shifted
from recruiting.dashboards.models import Look, SavedView, Visit
from recruiting.mailing.models import Mail
from requisitions.models import Requisition

JOINED_AT = "10:00"
"""By the clock of the lead."""

LAST_VISITS = {
    "lead": 2,
    "recruiter": 1,
    "other.recruiter": 1,
    "manager": 3,
    "petra.lindqvist": 5,
    "samir.haddad": 6,
    "other.manager": 4,
    "mei.tan": 4,
    "anna.kowalczyk": 2,
}
"""Who last looked how many workdays ago; what was logged since is news."""


UNREAD_FOR = timedelta(days=8)
"""Notifications older than this have been read."""


class Cast:
    """Everybody by login, every client by key, as of `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.users: dict[str, User] = {}
        self.clients: dict[str, Client] = {}
        for person in people.PEOPLE:
            self._welcome(person)

    def _welcome(self, person: Person) -> None:
        """Everybody comes in when the lead, who is the first, sits at her desk."""
        lead = people.PEOPLE[0]
        zone = ZoneInfo(lead.zone)
        joined = instant(shifted(self.now.astimezone(zone).date(), -person.joined), JOINED_AT, zone)
        user = self.users[person.login] = _person(person, joined)
        if person == lead:
            for key, name in people.CLIENTS.items():
                self.clients[key] = Client.create(name, by=user, now=joined)
        for key in person.clients:
            user.join(self.clients[key], by=self.users[lead.login], now=joined)

    def zone(self, login: str) -> ZoneInfo:
        return self.users[login].working_card.zoneinfo

    def days_ago(self, login: str, workdays: int, clock: str) -> datetime:
        """That wall clock, so many workdays before today, where this person is."""
        zone = self.zone(login)
        today = self.now.astimezone(zone).date()
        return instant(shifted(today, -workdays), clock, zone)

    def remember_visits(self) -> None:
        for login, workdays in LAST_VISITS.items():
            user = self.users[login]
            user.last_login = self.days_ago(login, workdays, "08:20")
            user.save(update_fields=["last_login"])
            Visit.mark(user, user.last_login)
            pages = [*Requisition.objects.visible_to(user), *Client.objects.visible_to(user)]
            Look.objects.bulk_create(
                Look(user=user, page=page.pk, at=user.last_login, before=user.last_login)
                for page in pages
            )

    def dismiss_hints(self, left: Mapping[str, str]) -> None:
        """Nobody is new here; only those in `left` still see the hint of the page they begin at."""
        for login, user in self.users.items():
            for name in HINTS:
                if left.get(login) != name:
                    user.dismiss_hint(name)

    def keep_views(self, views: Mapping[str, Mapping[str, str]]) -> None:
        for login, named in views.items():
            for name, query in named.items():
                SavedView.keep(name, query, by=self.users[login])

    def read_notifications(self) -> None:
        """All but those of the last days have been read, and decisions on every visit; none of
        them was mailed then: what is unread, a worker mails as it would today."""
        for user in self.users.values():
            mine = Notification.objects.visible_to(user)
            mine.filter(at__lt=self.now - UNREAD_FOR).mark_read(self.now)
            seen = mine.filter(kind=NotificationKind.DECISION, at__lt=user.last_login)
            seen.mark_read(self.now)
        Mail.objects.kind(NOTIFICATIONS).delete()

    def wish_digest_now(self, login: str) -> None:
        """A weekly digest comes at this very hour, so that a worker has one to send."""
        local = self.now.astimezone(self.zone(login))
        Preferences.objects.filter(user=self.users[login]).update(
            digest_weekday=local.isoweekday(), digest_hour=local.hour
        )

    def begin_digests(self, since: datetime) -> None:
        """Who joined before is not owed the digests of before, either."""
        Preferences.objects.filter(digest_since__lt=since).update(digest_since=since)

    def invite_newcomer(self) -> Invitation:
        """Somebody who has been asked and has not come yet."""
        email, name = people.NEWCOMER
        client = self.clients["havelmark"]
        return Invitation.send(
            Invited(people.address(email), name, Role.MANAGER, "Europe/Berlin", (client,)),
            by=self.users["recruiter"],
            now=self.days_ago("recruiter", 1, "16:40"),
        )


def _person(person: Person, joined: datetime) -> User:
    email = people.address(person.login)
    user: User = User.objects.create_user(
        email, zone=person.zone, now=joined, name=person.name, role=person.role
    )
    card = user.working_card
    card.days, card.starts, card.ends = list(person.days), person.starts, person.ends
    card.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def give_password() -> None:
    """One hash for all: hashing is slow on purpose, and this password is no secret."""
    User.objects.update(password=make_password(people.PASSWORD))
