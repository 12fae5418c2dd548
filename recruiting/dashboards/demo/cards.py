"""What the people of the demo wrote on their working cards; one of them is away next week."""

from dataclasses import dataclass
from datetime import timedelta

from recruiting.accounts.models import Absence, Channel, Delegation, WorkingCard
from recruiting.dashboards.demo.cast import Cast


@dataclass(frozen=True)
class Card:
    country: str
    region: str = ""
    channel: str = ""
    detail: str = ""
    how_to: str = ""


CARDS = {
    "lead": Card("GB", "ENG", Channel.CHAT, "@helen.marsh"),
    "recruiter": Card(
        "DE", "BE", Channel.PHONE, "+49 30 5550 142",
        "Call when a decision is due: most things are settled in five minutes. I read mail at "
        "**9:00** and **15:00**, and I do not expect answers in the evening.",
    ),
    "manager": Card(
        "DE", "BE", Channel.CHAT, "@jonas.albrecht",
        "- Mornings belong to the wards, write in the afternoon.\n"
        "- Send resumes **one by one** with three lines of why.\n"
        "- If something blocks you, call: I would rather be interrupted than wait.",
    ),
    "petra.lindqvist": Card("SE", "", Channel.EMAIL, "", "Fridays are free. The question first."),
    "samir.haddad": Card("DE", "BE", Channel.IN_PERSON, "Building C, room 2.14"),
    "other.recruiter": Card("US", "IL", Channel.PHONE, "+1 312 555 0175"),
    "other.manager": Card(
        "US", "IL", Channel.PHONE, "+1 312 555 0118", "On the floor until 10:00. Text first."
    ),
    "mei.tan": Card("SG", "", Channel.CHAT, "@mei.tan"),
    "anna.kowalczyk": Card("PL", "", Channel.EMAIL),
}  # fmt: skip

STAND_INS = (
    ("manager", "havelmark", "petra.lindqvist"),
    ("petra.lindqvist", "havelmark", "manager"),
    ("other.manager", "brackwater", "mei.tan"),
)
"""Who, at which client, and who stands in."""

AWAY = "manager"
"""Away the whole of next week."""


def fill_in(cast: Cast) -> None:
    for login, card in CARDS.items():
        WorkingCard.objects.filter(user=cast.users[login]).update(
            country=card.country,
            region=card.region,
            channel=card.channel,
            channel_detail=card.detail,
            how_to=card.how_to,
        )
    for login, key, stand_in in STAND_INS:
        user = cast.users[login]
        wanted = {cast.clients[key].pk: cast.users[stand_in].pk}
        Delegation.settle(user, wanted, by=user, now=cast.days_ago(login, 4, "09:10"))
    _plan_next_week(cast)


def _plan_next_week(cast: Cast) -> None:
    user = cast.users[AWAY]
    today = cast.now.astimezone(cast.zone(AWAY)).date()
    monday = today + timedelta(days=8 - today.isoweekday())
    Absence.plan(
        monday,
        monday + timedelta(days=4),
        "Walking in the Harz, no signal",
        by=user,
        now=cast.days_ago(AWAY, 3, "13:20"),
    )
