"""How the lead of the demo has set up its clients."""

from dataclasses import replace
from datetime import timedelta

from recruiting.accounts.models import WeekStart
from recruiting.dashboards.client_settings import changes
from recruiting.dashboards.demo.cast import Cast

SETTINGS = {
    "havelmark": {"country": "DE", "region": "BE"},
    "brackwater": {
        "country": "US",
        "region": "IL",
        "week_start": WeekStart.SUNDAY,
        "hidden": frozenset({"contacted"}),
        "blind_review": True,
    },
}

CLOSED = ("havelmark", "Move of the server rooms", 16)
"""Which client, why, and how many days from today on; two days."""


def set_up(cast: Cast) -> None:
    lead, now = cast.users["lead"], cast.days_ago("lead", 58, "09:40")
    for key, values in SETTINGS.items():
        client = cast.clients[key]
        settings = replace(client.settings, **values)  # type: ignore[arg-type]
        client.change_settings(
            settings,
            version=client.version,
            said=changes(client.settings, settings),
            by=lead,
            now=now,
        )
    key, name, ahead = CLOSED
    now = cast.days_ago("lead", 4, "09:40")
    first = cast.now.astimezone(cast.zone("lead")).date() + timedelta(days=ahead)
    cast.clients[key].close_on(first, first + timedelta(days=1), name, by=lead, now=now)
    for client in cast.clients.values():
        client.refresh_from_db()
