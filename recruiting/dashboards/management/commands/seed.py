from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recruiting.dashboards.demo.volume import seed


class Command(BaseCommand):
    help = "Add requisitions in bulk, for measuring. The same numbers give the same data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--requisitions", type=int, required=True, metavar="N")
        parser.add_argument("--checkpoints-per", type=int, required=True, metavar="R")
        parser.add_argument(
            "--managers",
            type=int,
            metavar="M",
            help="Without it: one for five requisitions.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seeded = seed(
                requisitions=options["requisitions"],
                checkpoints_per=options["checkpoints_per"],
                managers=options["managers"],
                now=timezone.now(),
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{len(seeded.clients):,} clients, {len(seeded.recruiters):,} recruiters, "
            f"{len(seeded.managers):,} managers\n"
            f"{seeded.requisitions:,} requisitions, {seeded.checkpoints:,} checkpoints, "
            f"{seeded.ledger_entries:,} ledger entries"
        )
