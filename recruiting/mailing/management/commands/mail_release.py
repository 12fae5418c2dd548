from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from recruiting.mailing import holding
from recruiting.mailing.models import SendingHold


class Command(BaseCommand):
    help = "Let mail go again. What was due before it was held is passed over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--send-what-was-due",
            action="store_true",
            help="send that too: nothing was lost, such as after a move to another server",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        held = SendingHold.objects.open().first()
        if held is None:
            self.stdout.write("Sending is not held.")
            return
        passed = holding.release(
            held, by=None, now=timezone.now(), sends_what_was_due=options["send_what_was_due"]
        )
        self.stdout.write(f"Sending is released; passed over: {passed or 0}.")
