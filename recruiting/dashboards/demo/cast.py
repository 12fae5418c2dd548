"""The people of the demo and their clients, as rows."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from recruiting.accounts.models import Client, Invitation, Preferences, Role, User
from recruiting.accounts.models.invitations import Invited
from recruiting.dashboards.demo import people
from recruiting.dashboards.demo.story import Person
from recruiting.dashboards.demo.workdays import hour_of_week, instant, shifted
from recruiting.dashboards.models import Visit

JOINED_AT = "10:00"

START_UP = timedelta(minutes=1)
"""How soon a worker is there; a digest due in the last minute of an hour would come late."""

LAST_VISITS = {"manager": 3, "petra.lindqvist": 5, "other.manager": 4, "mei.tan": 4}
"""Who last looked how many workdays ago; what was logged since is news."""


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

    @property
    def due_soon(self) -> datetime:
        """When a digest that is wished for now will be due at the latest."""
        return self.now + START_UP

    def zone(self, login: str) -> ZoneInfo:
        return self.users[login].working_card.zoneinfo

    def days_ago(self, login: str, workdays: int, clock: str) -> datetime:
        """That wall clock, so many workdays before today, where this person is."""
        zone = self.zone(login)
        today = self.now.astimezone(zone).date()
        return instant(shifted(today, -workdays), clock, zone)

    def remember_visits(self) -> None:
        for login, workdays in LAST_VISITS.items():
            Visit.mark(self.users[login], self.days_ago(login, workdays, "08:20"))

    def wish_digest_now(self, login: str) -> None:
        """A weekly digest comes at this very hour, so that a worker has one to send."""
        weekday, hour = hour_of_week(self.due_soon.astimezone(self.zone(login)))
        Preferences.objects.filter(user=self.users[login]).update(
            digest_weekday=weekday, digest_hour=hour
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
