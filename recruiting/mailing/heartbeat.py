"""A sign of life to a service outside, which raises the alarm when it stays away.

Who watches the watcher: when this whole machine is gone, nothing on it can say so.
"""

from datetime import datetime
from urllib.request import urlopen

import structlog
from django.conf import settings

from recruiting.mailing.watch import watch

log = structlog.get_logger(__name__)

TIMEOUT = 5
"""Seconds. The next sweep is a minute away."""


def beat(now: datetime) -> None:
    """Ask for the address that the settings name, if they name one and no mail is late or held.
    A failure is logged and does no harm."""
    if not settings.HEARTBEAT_URL or not watch(now).is_well:
        return
    try:
        with urlopen(settings.HEARTBEAT_URL, timeout=TIMEOUT):  # noqa: S310 - the settings check it
            pass
    except Exception as error:  # whatever it is, mail goes on
        log.warning("heartbeat_failed", error=type(error).__name__)
