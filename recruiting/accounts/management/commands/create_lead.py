"""Make the first lead, or let one in again who has lost the way."""

import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import timezone

from recruiting.accounts.models import User
from recruiting.accounts.models.cards import check_zone
from recruiting.accounts.models.people import NAME_MAX
from recruiting.lib.text import check_line


class Command(BaseCommand):
    help = "Makes a lead, who sees and administers everything. Run again, it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="as others see it")
        parser.add_argument("--zone", default="UTC", help="such as Europe/Berlin")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read a password from standard input; without one a code by mail lets in",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email, name, zone = options["email"].strip().lower(), options["name"], options["zone"]
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        try:
            _check(email, name, zone, password)
            user, is_new = User.install_lead(
                email, name=name, zone=zone, password=password, now=timezone.now()
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{user.email} is a lead{' now' if is_new else ' already'}.")
        self._say_how_to_sign_in(user)

    def _say_how_to_sign_in(self, user: User) -> None:
        by_code = f"{settings.SITE_URL}{reverse('account_request_login_code')}"
        if user.has_usable_password():
            by_password = f"{settings.SITE_URL}{reverse('account_login')}"
            self.stdout.write(f"Sign in with the password at {by_password}")
            self.stdout.write(f"or by a code that is mailed to you, at {by_code}")
        else:
            self.stdout.write(f"Sign in by a code that is mailed to you, at {by_code}")


def _check(email: str, name: str, zone: str, password: str | None) -> None:
    validate_email(email)
    check_line(name)
    check_zone(zone)
    if len(name) > NAME_MAX:
        raise ValidationError(f"A name has at most {NAME_MAX} characters.")
    if password is not None:
        validate_password(password, User(email=email, name=name))
