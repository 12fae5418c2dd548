"""Builds the demo.

What happened is told in the order in which it happened, with the clock of that moment, so that
ledger, events and timeline agree with each other as they would after weeks of real use.
"""

from datetime import datetime
from operator import itemgetter

from django.db import transaction
from django.utils import timezone

from recruiting.accounts.models import User
from recruiting.dashboards.demo import archive, cards, clients, mail_matters, people
from recruiting.dashboards.demo.cast import Cast, give_password
from recruiting.dashboards.demo.stories import STORIES
from recruiting.dashboards.demo.telling import Telling

PERSONAL_LINES = {
    0: "If you can settle the on-site days for the analyst this week, I have two people to call "
    "the same day.",
    3: "Thank you for reading the resumes so quickly. Both candidates noticed.",
}
"""By weeks ago; 0 is the digest that is due now."""


VIEWS = {
    "recruiter": {
        "Promised this week": "needs=due",
        "Open for two months": "status=open&age_min=60",
    },
    "lead": {
        "Gone quiet": "needs=quiet&sort=-days",
        "Who works on what": "status=active&col=recruiter&col=manager&col=status&col=days&col=last"
        "&sort=recruiter",
    },
}
"""Searches of the list that people have kept, by who."""


HINTS_LEFT = {"recruiter": "desk", "manager": "home"}
"""Who still sees the first hint."""


def is_loaded() -> bool:
    return bool(User.objects.filter(email=people.address("recruiter")).exists())


def build(now: datetime) -> None:
    """Everything or nothing. The database is to hold no people yet."""
    with transaction.atomic():
        cast = Cast(now)
        cast.wish_digest_now("manager")
        cards.fill_in(cast)
        clients.set_up(cast)
        archive.add_personal_lines(cast, PERSONAL_LINES, manager="manager", client="havelmark")
        deeds = [deed for story in STORIES for deed in Telling(story, cast).deeds()]
        deeds += archive.deeds(cast, awaited_by="manager")
        for at, do in sorted(deeds, key=itemgetter(0)):
            # Days are those of the person who acts, as they are behind a page.
            with timezone.override(at.tzinfo):
                do()
        cast.remember_visits()
        cast.keep_views(VIEWS)
        cast.dismiss_hints(HINTS_LEFT)
        cast.read_notifications()
        newcomer = cast.invite_newcomer()
        archive.file_invitation(newcomer)
        archive.leave_to_the_worker(cast, "manager")
        archive.leave_out_mail_about_candidates()
        archive.file_requests(cast)
        mail_matters.choose_rhythms(cast)
        mail_matters.hold_one_back(cast, manager="samir.haddad", by="recruiter")
        mail_matters.let_it_bounce(newcomer)
        mail_matters.leave_one_in_doubt(cast, manager="mei.tan")
        give_password()
