import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Optional
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, OuterRef

from recruiting.audit.models import record
from recruiting.lib.text import check_line, check_prose

if TYPE_CHECKING:
    from recruiting.accounts.models import Client, User

LINE_MAX = 600

REASON_MAX = 200

Pair = tuple[UUID, UUID | None]
"""A manager and a client."""


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

    @staticmethod
    def on(
        period: str, lines: Iterable["PersonalLine"], *, since: datetime | None
    ) -> Optional["PersonalLine"]:
        """The line for the digest of that period, out of those about the same days.

        When the rhythm has changed since one was written, its period is no longer that of the
        digest. It stands in the next one all the same, unless it is older than the last (`since`).
        """
        found = list(lines)
        for line in found:
            if line.period == period:
                return line
        new = [line for line in found if since is None or line.at > since]
        return max(new, key=lambda line: line.at, default=None)

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


class DigestHoldQuerySet(models.QuerySet["DigestHold"]):
    def standing(self) -> "DigestHoldQuerySet":
        """Those that nobody has released. What they held may have been skipped since."""
        return self.filter(released_at=None)

    def of_a_mail(self) -> "DigestHoldQuerySet":
        """The standing one on a digest of the ledger, within a statement about these."""
        return self.standing().filter(
            manager=OuterRef("recipient"), client=OuterRef("client"), period=OuterRef("period")
        )

    def by_pair(
        self, managers: Collection[UUID], clients: Collection[UUID | None]
    ) -> defaultdict[Pair, list["DigestHold"]]:
        """The standing ones about these people, by manager and client, in one statement."""
        found: defaultdict[Pair, list[DigestHold]] = defaultdict(list)
        rows = self.standing().filter(manager__in=managers, client__in=clients)
        for hold in rows.select_related("by"):
            found[hold.manager_id, hold.client_id].append(hold)
        return found


class DigestHold(models.Model):
    """A recruiter holds back one manager's digest of one period, and says why.

    Until somebody releases it, it does not go; when the period is over it is skipped. The manager
    is told nothing of it before, and never the reason.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    manager = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    client = models.ForeignKey("accounts.Client", models.CASCADE, related_name="+")
    period = models.CharField(max_length=10)
    reason = models.CharField(max_length=REASON_MAX, validators=[check_line])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True)

    objects = DigestHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["manager", "client", "period"],
                condition=models.Q(released_at=None),
                name="digest_hold_one_standing",
            ),
            models.CheckConstraint(
                condition=models.Q(released_at=None, released_by=None)
                | models.Q(released_at__isnull=False, released_by__isnull=False),
                name="digest_hold_released_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.manager_id}"

    @staticmethod
    def on(texts: Collection[str], holds: Iterable["DigestHold"]) -> Optional["DigestHold"]:
        """The one that is about a period of these texts, whatever rhythm it was written for."""
        return next((hold for hold in holds if hold.period in texts), None)

    @classmethod
    def place(
        cls,
        reason: str,
        *,
        manager: "User",
        client: "Client",
        period: str,
        by: "User",
        now: datetime,
    ) -> "DigestHold":
        """Hold it back. One that is held already stays held by whoever did so first."""
        with transaction.atomic():
            hold, new = cls.objects.get_or_create(
                manager=manager,
                client=client,
                period=period,
                released_at=None,
                defaults={"reason": reason, "by": by, "at": now},
            )
            if new:
                record("held back a digest", manager, by=by, now=now, client=client,
                       is_private=True, period=period)  # fmt: skip
        return hold

    def release(self, *, by: "User", now: datetime) -> bool:
        """Let it go. Twice is once; says whether it was held until now."""
        with transaction.atomic():
            standing = DigestHold.objects.standing().filter(pk=self.pk)
            if not standing.update(released_by=by, released_at=now):
                return False
            record("released a digest", self.manager, by=by, now=now, client=self.client_id,
                   is_private=True, period=self.period)  # fmt: skip
        return True
