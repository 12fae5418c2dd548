from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requisitions.ledger import all_deviations


class Command(BaseCommand):
    """Exits with 1 and lists what deviates; changes nothing."""

    help = "Checks that funnel totals are the sums of their entries, and these what is recorded."

    def handle(self, *args: Any, **options: Any) -> None:
        found = all_deviations()
        for one in found:
            self.stdout.write(str(one))
        if found:
            what = "1 total deviates" if len(found) == 1 else f"{len(found)} totals deviate"
            raise CommandError(f"{what} from the ledger.", returncode=1)
        self.stdout.write("Every total is the sum of its entries.")
