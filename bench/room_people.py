"""Makes rooms of two, signs both in, and prints their sessions: `python -m bench.room_people 50`.

A process of its own, since it works in the database of one installation.
"""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client as Browser  # noqa: E402
from django.utils import timezone  # noqa: E402

from intake.models import Answer, Intake  # noqa: E402
from recruiting.accounts.models import User  # noqa: E402
from requisitions.models import Requisition  # noqa: E402

WRITTEN = ("why-job", "success-90", "pay", "place", "market", "panel")
"""Answered already, so that a brief has something to show."""


def session_of(person: User) -> str:
    browser = Browser()
    browser.force_login(person)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def main(rooms: int) -> None:
    now, made = timezone.now(), []
    found = (
        Requisition.objects.active()
        .filter(manager__isnull=False)
        .select_related("client", "recruiter", "manager")
    )
    for requisition in found.order_by("pk")[:rooms]:
        assert requisition.manager is not None
        intake = Intake.prepare(requisition, by=requisition.recruiter, now=now)
        for key in WRITTEN:
            Answer.write(intake, key, "A few words on it. " * 5, seen="",
                         by=requisition.recruiter, now=now)  # fmt: skip
        both = (session_of(requisition.recruiter), session_of(requisition.manager))
        made.append([str(requisition.pk), *both])
    print(json.dumps(made))


if __name__ == "__main__":
    main(int(sys.argv[1]))
