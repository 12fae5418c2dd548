from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from recruiting.mailing import holding


class Command(BaseCommand):
    help = "Keep all mail back, sign-in codes apart, until it is released. Twice is once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--why", default="It was asked for at the console.", help="in words that leads read"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        holding.hold(options["why"][:300], now=timezone.now())
        self.stdout.write("Sending is held.")
