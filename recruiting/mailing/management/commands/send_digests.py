from argparse import ArgumentParser
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recruiting.mailing import delivery, sweeper
from recruiting.mailing.models import SendingHold, State


class Command(BaseCommand):
    help = "One sweep in the foreground: write down what becomes due and send what is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now", type=_instant, help="the time it is to take for now, such as 2026-03-16T08:00Z"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = options["now"] or timezone.now()
        ended: Counter[State] = Counter()
        for ids in sweeper.sweep(now):
            ended += delivery.deliver(ids, now=now)
        counts = [f"{ended[state]} {state.label.lower()}" for state in State if ended[state]]
        self.stdout.write(", ".join(counts) or "Nothing is due.")
        if SendingHold.objects.open().exists():
            self.stdout.write("Sending is held; manage.py mail_release lets mail go again.")


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--now: {text} is not a time such as 2026-03-16T08:00Z.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
