from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F

from recruiting.audit.models import record
from recruiting.lib.text import check_prose

if TYPE_CHECKING:
    from recruiting.accounts.models import Client, User

LINE_MAX = 600


class StaleLine(Exception):
    """Somebody has saved the line since it was shown. Holds it as it stands now."""

    def __init__(self, current: "PersonalLine") -> None:
        super().__init__(f"{current.pk} is at version {current.version}")
        self.current = current


class PersonalLine(models.Model):
    """What a recruiter adds by hand to one manager's digest of one period."""

    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="personal_lines"
    )
    client = models.ForeignKey("accounts.Client", models.CASCADE, related_name="+")
    period = models.CharField(max_length=10)
    text = models.CharField(max_length=LINE_MAX, validators=[check_prose])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["manager", "client", "period"], name="personal_line_unique"
            )
        ]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def write(
        cls,
        text: str,
        *,
        manager: "User",
        client: "Client",
        period: str,
        version: int,
        by: "User",
        now: datetime,
    ) -> None:
        """Save the line for one digest. `version` is what the writer saw, 0 for none yet; an
        empty text takes the line back.

        Raises StaleLine when another text has been saved since; nothing is written then.
        """
        theirs = cls.objects.filter(manager=manager, client=client, period=period)
        try:
            with transaction.atomic():
                if theirs.exists():
                    saved = theirs.filter(version=version).update(
                        text=text, by=by, at=now, version=F("version") + 1
                    )
                else:
                    cls.objects.create(
                        manager=manager, client=client, period=period, text=text, by=by, at=now
                    )
                    saved = 1
                if saved:
                    record("wrote a personal line", manager, by=by, now=now, client=client,
                           period=period)  # fmt: skip
        except IntegrityError:
            saved = 0
        if not saved:
            raise StaleLine(theirs.select_related("by").get())
