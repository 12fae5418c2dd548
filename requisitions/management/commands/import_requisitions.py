"""Import a spreadsheet from the shell, with the same judgement and the same report as the pages."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recruiting.accounts.models import Client, Role, User
from requisitions.importing import load
from requisitions.importing.guessing import guess
from requisitions.importing.mapping import UnusableMapping
from requisitions.importing.reading import read
from requisitions.importing.report import Report
from requisitions.importing.sheets import MAX_BYTES, Sheet, UnreadableFile, too_large


class Command(BaseCommand):
    help = (
        "Import a CSV or XLSX file of openings as requisitions of one client. Columns are mapped"
        " by guess. Run again it creates nothing twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--client", required=True, help="the client's name")
        parser.add_argument(
            "--recruiter",
            help="email of who works on them; else the first recruiter who serves the client",
        )
        parser.add_argument(
            "--source", default="Spreadsheet", help="the system that the file comes from"
        )
        parser.add_argument("--dry-run", action="store_true", help="report only, import nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        client = self._client(options["client"])
        sheet = self._sheet(options["file"])
        mapping = guess(sheet.headings, [row.cells for row in sheet.rows], title_by_cells=False)
        try:
            mapping.check(len(sheet.headings))
        except UnusableMapping as error:
            raise CommandError(f"{error} Name it “Title” in the file.") from error
        now = timezone.now()
        if options["dry_run"]:
            judged = load.judge_sheet(
                sheet, mapping, client=client, source=options["source"], today=now.date()
            )
            self._say(Report.of(judged), good="ready to import")
            return
        recruiter = self._recruiter(options["recruiter"], client)
        batch = load.start(
            sheet, options["file"].name, client=client, recruiter=recruiter,
            source=options["source"], by=recruiter, now=now,
        )  # fmt: skip
        done = load.load(batch, by=recruiter, now=now, today=now.date())
        self._say(Report.from_json(done.report), good="imported")

    def _say(self, report: Report, good: str) -> None:
        for line in report.as_text(good=good):
            self.stdout.write(line)

    def _client(self, name: str) -> Client:
        client = Client.objects.filter(name__iexact=name.strip()).first()
        if client is None:
            known = ", ".join(Client.objects.values_list("name", flat=True)[:20]) or "none yet"
            raise CommandError(f"There is no client “{name}”. Clients: {known}.")
        return client

    def _sheet(self, path: Path) -> Sheet:
        try:
            if path.stat().st_size > MAX_BYTES:
                raise too_large(path.stat().st_size)
            return read(path.read_bytes(), path.name)
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}.") from error
        except UnreadableFile as error:
            raise CommandError(f"{path.name}: {error}") from error

    def _recruiter(self, email: str | None, client: Client) -> User:
        """Raises CommandError for somebody who may not hold requisitions of the client."""
        serving = User.objects.active().recruiters()
        members = serving.serving(client)
        if email:
            named: User | None = serving.filter(email__iexact=email).first()
            if named is None or not (named.is_lead or members.filter(pk=named.pk).exists()):
                raise CommandError(f"{email} is no recruiter who serves {client.name}.")
            return named
        leads = serving.filter(role=Role.LEAD).order_by("date_joined")
        found: User | None = members.order_by("memberships__created_at").first() or leads.first()
        if found is None:
            raise CommandError(f"Nobody serves {client.name} yet: name one with --recruiter.")
        return found
