"""A lead's weekly summary: where requisitions and partnerships stand in numbers, and what needs a
lead, as her week begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from intake.models import Agreement
from recruiting.accounts.models import Role, User
from recruiting.dashboards import needs, weekly
from recruiting.dashboards.desk import Reader, Sums, clients_of, counts_of
from recruiting.mailing import kinds
from recruiting.mailing.kinds import Budget, Kind, Objection, Skip
from recruiting.mailing.links import unsubscribe_url
from recruiting.mailing.messages import site_host
from recruiting.mailing.models import Mail, State, Suspension
from recruiting.mailing.render import Rendered, render_mail
from requisitions.models import Requisition, Status, StatusChange
from requisitions.models.status import ACTIVE
from status_updates.overdue import Overdue, maybe_late, overdue

SUMMARY = "weekly summary"

WEEK = timedelta(days=7)

SHOWN = 5
"""Of each thing that needs a lead."""

CLIENTS_SHOWN = 40


def register() -> None:
    kinds.register(
        Kind(
            SUMMARY,
            title="Weekly summary",
            render=render,
            still_wanted=still_wanted,
            can_stop=True,
            about="As your week begins: where requisitions and partnerships stand in numbers, and "
            "what needs a lead.",
            meant_for=lambda user: user.is_lead,
            budget=Budget.COUNTED,
            materialise=lambda now: weekly.materialise(SUMMARY, Role.LEAD, now),
        )
    )


def still_wanted(batch: Sequence[Mail], now: datetime) -> dict[UUID, Objection]:
    return weekly.still_wanted(batch, Role.LEAD, now)


def render(batch: Sequence[Mail], now: datetime) -> dict[UUID, Rendered | Skip]:
    """All leads see all, so it is asked once for each zone that they read it in: twelve statements
    for any number of leads there and any number of requisitions."""
    standing: dict[str, Standing | None] = {}
    answers: dict[UUID, Rendered | Skip] = {}
    for mail in batch:
        if mail.zone not in standing:
            standing[mail.zone] = Standing.load(mail.recipient, ZoneInfo(mail.zone), now)
        found = standing[mail.zone]
        answers[mail.pk] = _written(mail, found) if found else Skip("There is no requisition yet.")
    return answers


@dataclass(frozen=True)
class Needs:
    """What only a lead can settle, of each the first few with how many there are."""

    orphaned: Sequence[Requisition]
    unmanaged: Sequence[Requisition]
    late: Sequence[Overdue]
    suspended: Sequence[Suspension]
    failed: Sequence[tuple[str, str, int]]
    totals: dict[str, int]

    @classmethod
    def load(cls, late: Sequence[Overdue], now: datetime) -> "Needs":
        """Seven statements."""
        every = Requisition.objects.select_related("client", "recruiter").order_by("created_at")
        orphaned, unmanaged = (every.filter(q) for q in (needs.orphaned(), needs.unmanaged()))
        suspended = Suspension.objects.order_by("-at")
        failed = (
            Mail.objects.filter(
                state__in=(State.FAILED, State.AMBIGUOUS), finished_at__gt=now - WEEK
            )
            .order_by()
            .values_list("kind")
            .annotate(number=Count("pk"))
        )
        by_kind = sorted((_title(kind), kind, number) for kind, number in failed)
        return cls(
            orphaned=list(orphaned[:SHOWN]),
            unmanaged=list(unmanaged[:SHOWN]),
            late=late[:SHOWN],
            suspended=list(suspended[:SHOWN]),
            failed=by_kind,
            totals={
                "orphaned": orphaned.count(),
                "unmanaged": unmanaged.count(),
                "late": len(late),
                "suspended": suspended.count(),
                "failed": sum(number for *_, number in by_kind),
            },
        )

    @property
    def total(self) -> int:
        return sum(self.totals.values())


@dataclass(frozen=True)
class Standing:
    """Where everything stands."""

    clients: Sequence[Sums]
    opened: int
    filled: int
    pairs: int
    agreed: int
    pairs_late: int
    needs: Needs
    zone: ZoneInfo

    @classmethod
    def load(cls, lead: User, zone: ZoneInfo, now: datetime) -> "Standing | None":
        reader = Reader(lead, now, now.astimezone(zone).date(), zone)
        clients = clients_of(counts_of(Requisition.objects.all(), reader))
        if not clients:
            return None
        changes = StatusChange.objects.filter(at__gt=now - WEEK).aggregate(
            opened=Count("requisition", Q(to_status=Status.OPEN), distinct=True),
            filled=Count("requisition", Q(to_status=Status.FILLED), distinct=True),
        )
        pairs = (
            Requisition.objects.filter(status__in=ACTIVE, manager__isnull=False)
            .order_by()
            .values("client", "recruiter", "manager")
            .annotate(agreed=Exists(_agreements()))
            .distinct()
        )
        found = list(pairs.values_list("client", "recruiter", "manager", "agreed"))
        late = overdue(maybe_late(now), now)
        return cls(
            clients=clients,
            opened=changes["opened"],
            filled=changes["filled"],
            pairs=len(found),
            agreed=sum(agreed for *_, agreed in found),
            pairs_late=len({_pair(one.requisition) for one in late}),
            needs=Needs.load(late, now),
            zone=zone,
        )

    def total(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.clients)


def _agreements() -> Any:
    """Of the pair of the requisition that is asked about."""
    same = {name: OuterRef(name) for name in ("client", "recruiter", "manager")}
    return Agreement.objects.filter(**same)


def _pair(one: Requisition) -> tuple[UUID, UUID, UUID | None]:
    return one.client_id, one.recruiter_id, one.manager_id


def _title(kind: str) -> str:
    """What people call it; a kind of another version has its own name alone."""
    return kinds.get(kind).title if kind in kinds.names() else kind.capitalize()


# --- as a text -----------------------------------------------------------------------------


def _written(mail: Mail, found: Standing) -> Rendered:
    asked, shown = found.needs, found.clients[:CLIENTS_SHOWN]
    context = {
        "reader": mail.recipient,
        "subject": _subject(found),
        "sentences": _sentences(found),
        "clients": [
            {
                "name": one.name,
                "url": settings.SITE_URL + one.url,
                "numbers": _numbers(one),
                "missed": _count(one.missed, "promise missed", "promises missed"),
                "has_missed": bool(one.missed),
            }
            for one in shown
        ],
        "more": len(found.clients) - len(shown),
        "groups": [group for group in _groups(asked, found.zone) if group["total"]],
        "desk_url": settings.SITE_URL + reverse("home"),
        "wishes_url": settings.SITE_URL + reverse("mail_wishes"),
        "unsubscribe_url": unsubscribe_url(mail.recipient_id, SUMMARY),
    }
    headers = {"List-Id": f"Same Page weekly summaries <summaries.{site_host()}>"}
    return render_mail("weekly_summary", context).with_headers(headers)


def _subject(found: Standing) -> str:
    """ "The week: 34 open, 5 gone quiet; 4 things need a lead"."""
    parts = [f"{found.total('open'):,} open"]
    if quiet := found.total("quiet"):
        parts.append(f"{quiet:,} gone quiet")
    asks = found.needs.total
    needing = f"; {_count(asks, 'thing needs', 'things need')} a lead" if asks else ""
    return f"The week: {', '.join(parts)}{needing}"


def _sentences(found: Standing) -> list[str]:
    waiting, held = found.total("waiting"), found.total("on_hold")
    requisitions = (
        f"{_count(found.total('open'), 'requisition is', 'requisitions are')} open, {waiting:,} in "
        f"intake and {held:,} on hold. In the last seven days {found.opened:,} opened and "
        f"{found.filled:,} {'was' if found.filled == 1 else 'were'} filled."
    )
    pairs = (
        f"{_count(found.pairs, 'partnership', 'partnerships')} of a recruiter and a hiring "
        f"manager: {found.agreed:,} with a working agreement, {found.pairs_late:,} in which "
        "something is overdue with the manager."
    )
    return [requisitions, pairs]


def _numbers(one: Sums) -> str:
    named = (
        (one.open, "open"), (one.waiting, "in intake"), (one.on_hold, "on hold"),
        (one.quiet, "gone quiet"),
    )  # fmt: skip
    return ", ".join(f"{number:,} {word}" for number, word in named if number) or "none active"


def _groups(asked: Needs, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What needs a lead; each line with where it is settled."""
    desk = settings.SITE_URL + reverse("mail_desk")
    return [
        _group(asked, "orphaned", "Without a recruiter", [
            (f"{one.title} ({one.client})", _url(one), f"held by {one.recruiter}, who is gone")
            for one in asked.orphaned
        ]),
        _group(asked, "unmanaged", "Without a hiring manager", [
            (f"{one.title} ({one.client})", _url(one), f"with {one.recruiter}")
            for one in asked.unmanaged
        ]),
        _group(asked, "late", "Overdue longest", [
            (
                f"{one.requisition.title} ({one.requisition.client})",
                _url(one.requisition),
                f"{one.what}, with {one.name} {one.since_words(zone)}, {one.late_words(zone)}",
            )
            for one in asked.late
        ]),
        _group(asked, "suspended", "Addresses that refused mail", [
            (one.address, desk, "nothing goes there until it is allowed again")
            for one in asked.suspended
        ]),
        _group(asked, "failed", "Mail of the week that failed or may not have arrived", [
            (title, f"{desk}?{urlencode({'kind': kind})}", f"{number:,}")
            for title, kind, number in asked.failed
        ]),
    ]  # fmt: skip


def _group(
    asked: Needs, name: str, head: str, lines: Sequence[tuple[str, str, str]]
) -> dict[str, Any]:
    total = asked.totals[name]
    shown = sum(number for *_, number in asked.failed) if name == "failed" else len(lines)
    return {"head": head, "total": total, "lines": lines, "more": total - shown}


def _url(one: Requisition) -> str:
    return f"{settings.SITE_URL}{one.get_absolute_url()}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
