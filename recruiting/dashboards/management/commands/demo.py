from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from recruiting.accounts.models import User
from recruiting.dashboards.demo import builder, people, resumes


class Command(BaseCommand):
    help = "Fill an empty database with the demo. Does nothing where there are people already."

    def handle(self, *args: Any, **options: Any) -> None:
        if builder.is_loaded():
            self.stdout.write("The demo is loaded.")
        elif User.objects.exists():
            self.stdout.write("This database has people of its own, so the demo is left out.")
            return
        else:
            builder.build(now=timezone.now())
            resumes.draw()
            self.stdout.write("The demo is loaded now.")
        self._tell_sign_ins()

    def _tell_sign_ins(self) -> None:
        self.stdout.write(f"\nSign in at {settings.SITE_URL}/accounts/login/")
        self.stdout.write(f"Password of everybody: {people.PASSWORD}\n\n")
        width = max(len(people.address(login)) for login, _ in people.SIGN_INS)
        for login, who in people.SIGN_INS:
            self.stdout.write(f"  {people.address(login):<{width}}  {who}")
        if settings.EMBEDDED:
            self.stdout.write(f"\nWhat was mailed: {settings.SITE_URL}/outbox/")
