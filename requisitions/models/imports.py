"""A spreadsheet on its way to becoming requisitions, and afterwards the report of what became."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from recruiting.audit.models import record
from recruiting.lib.text import check_line

if TYPE_CHECKING:
    from recruiting.accounts.models import Client, User

FILENAME_MAX = 150
SOURCE_MAX = 60


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: "User") -> Self:
        """Leads: all. Recruiters: those of their clients. Managers: none."""
        if user.is_lead:
            return self
        if user.is_recruiter:
            return self.filter(client__in=user.memberships.values("client"))
        return self.none()

    def abandoned(self, by: "User", since: datetime) -> Self:
        return self.filter(created_by=by, state="draft", created_at__lt=since)

    def without_rows(self) -> Self:
        """Without what makes a batch heavy: the rows of its file and its report."""
        return self.defer("sheet", "report")


class ImportBatch(models.Model):
    """One file for one client. A draft holds its table, a finished one only the report.

    `sheet` is the table as text, read once when the file came: the file itself is not kept, so
    nothing hostile in it is ever opened again. `version` rises when the columns are mapped anew.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        DONE = "done", "Imported"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey("accounts.Client", models.PROTECT, related_name="imports")
    recruiter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="imports_held"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="imports")
    created_at = models.DateTimeField()
    filename = models.CharField(max_length=FILENAME_MAX, validators=[check_line])
    source = models.CharField(max_length=SOURCE_MAX, validators=[check_line])
    sheet = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=5, choices=State, default=State.DRAFT)
    report = models.JSONField(default=dict)
    created_count = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", finished_at=None)
                | Q(state="done", finished_at__isnull=False),
                name="import_batch_draft_or_done",
            )
        ]
        indexes = [models.Index(fields=["client", "-created_at"], name="import_batch_latest")]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @classmethod
    def start(
        cls,
        *,
        client: "Client",
        recruiter: "User",
        filename: str,
        source: str,
        sheet: dict[str, Any],
        mapping: dict[str, Any],
        by: "User",
        now: datetime,
    ) -> "ImportBatch":
        """A draft out of a file that was read. Nothing is imported yet."""
        with transaction.atomic():
            batch = cls.objects.create(
                client=client, recruiter=recruiter, created_by=by, created_at=now,
                filename=filename, source=source, sheet=sheet, mapping=mapping,
            )  # fmt: skip
            record("uploaded", batch, by=by, now=now, client=client, rows=len(sheet["rows"]))
        return batch

    def map_columns(self, mapping: dict[str, Any], *, by: "User", now: datetime) -> bool:
        """Keep another mapping. Returns False when the batch has been imported meanwhile."""
        with transaction.atomic():
            current = ImportBatch.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if current.is_done:
                return False
            if current.mapping != mapping:
                current.mapping = mapping
                current.version += 1
                current.save(update_fields=["mapping", "version"])
                record("mapped columns", current, by=by, now=now, client=current.client_id)
        self.mapping, self.version = current.mapping, current.version
        return True

    def finish(self, report: dict[str, Any], *, created: int, by: "User", now: datetime) -> None:
        """Keep the report in place of the table. The caller holds the row's lock."""
        self.state = self.State.DONE
        self.report, self.created_count, self.sheet = report, created, {}
        self.finished_at, self.finished_by = now, by
        self.save(
            update_fields=[
                "state", "report", "created_count", "sheet", "finished_at", "finished_by"
            ]
        )  # fmt: skip
        record("imported", self, by=by, now=now, client=self.client_id, **report["counts"])
