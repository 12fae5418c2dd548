from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requisitions.ledger import deviations


class Command(BaseCommand):
    """Exits with 1 and lists what deviates; changes nothing."""

    help = "Checks that every funnel total is the sum of its entries in the ledger."

    def handle(self, *args: Any, **options: Any) -> None:
        found = deviations()
        for one in found:
            kept = "no total" if one.kept is None else f"total {one.kept}"
            self.stdout.write(f"{one.requisition} {one.stage}: {kept}, entries sum to {one.summed}")
        if found:
            what = "1 total deviates" if len(found) == 1 else f"{len(found)} totals deviate"
            raise CommandError(f"{what} from the ledger.", returncode=1)
        self.stdout.write("Every total is the sum of its entries.")
