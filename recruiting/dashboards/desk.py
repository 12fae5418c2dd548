"""What a recruiter or a lead sees first. The same number of statements for any number of
requisitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, OrderBy, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone

from recruiting.accounts.models import User
from recruiting.dashboards import needs
from recruiting.dashboards.questions import Questions, questions_in
from recruiting.dashboards.rows import Row, about, ago, exact, promise_words, row
from requisitions.models import Requisition, Stage, Status
from requisitions.stages import counted_stages
from requisitions.words import days_words, stage_words
from status_updates import facts
from status_updates.facts import Facts, Material
from status_updates.models import Promise

SHOWN = 6
"""How many of one kind of need are shown; the list has the rest."""

MINE_SHOWN = 50


@dataclass(frozen=True)
class Need:
    """One thing to do, and where to do it. `late` marks a word that was not kept."""

    url: str
    title: str
    about: str
    why: str
    action: str
    action_url: str
    late: bool = False


@dataclass(frozen=True)
class Group:
    """Needs of one kind. `more_url` leads to the whole of them where not all are shown."""

    name: str
    total: int
    needs: Sequence[Need]
    more_url: str = ""

    @property
    def more(self) -> int:
        return self.total - len(self.needs)


@dataclass
class Sums:
    """One line of the lead's summary."""

    name: str
    url: str = ""
    open: int = 0
    waiting: int = 0
    on_hold: int = 0
    quiet: int = 0
    missed: int = 0


@dataclass(frozen=True)
class Desk:
    is_of_all: bool
    groups: Sequence[Group]
    mine: Sequence[Row]
    mine_total: int
    clients: Sequence[Sums] = ()
    recruiters: Sequence[Sums] = ()
    has_requisitions: bool = True
    questions: Questions = field(default_factory=Questions)

    @property
    def needing(self) -> int:
        return self.questions.total + sum(group.total for group in self.groups)


@dataclass(frozen=True)
class _Counts:
    """How many there are of what, at each client for each recruiter."""

    rows: Sequence[Mapping[str, Any]]
    missed: Sequence[Mapping[str, Any]]

    def of(self, name: str) -> int:
        return sum(one[name] for one in self.rows)

    def sums(self, key: str, label: Callable[[Mapping[str, Any]], str], url: str) -> list[Sums]:
        lines: dict[UUID, Sums] = {}
        for one in self.rows:
            line = lines.setdefault(one[key], Sums(label(one), url.format(one[key])))
            for name in ("open", "waiting", "on_hold", "quiet"):
                setattr(line, name, getattr(line, name) + one[name])
        for one in self.missed:
            if one[key] in lines:
                lines[one[key]].missed += one["missed"]
        return sorted(lines.values(), key=lambda line: (-line.missed, -line.quiet, line.name))


def desk_of(user: User, *, now: datetime, today: date, zone: tzinfo) -> Desk:
    """A recruiter's own requisitions; for a lead those of everybody."""
    scope = Requisition.objects.visible_to(user)
    if not user.is_lead:
        scope = scope.held_by(user)
    counts = _counts(scope, today, zone)
    promises = list(_promises(scope, today)[:SHOWN])
    wanted = (
        {
            name: list(
                _selected(scope.filter(condition)).order_by(order, "opened_on", "pk")[:SHOWN]
            )
            for name, condition, order in (("quiet", needs.quiet(today, zone), _stalest()),)
        }
        | _without_people(scope)
        | _holds_and_waiting(scope, today)
    )
    mine = _selected(Requisition.objects.visible_to(user).held_by(user).active())
    open_ones = list(
        mine.filter(status=Status.OPEN).order_by(_stalest(), "opened_on", "pk")[:MINE_SHOWN]
    )
    every = {one.pk: one for rows in (*wanted.values(), open_ones) for one in rows}
    material = facts.load(every.values(), since=None, now=now)
    known = {
        pk: material.facts(one, since=None, today=today, zone=zone) for pk, one in every.items()
    }
    return Desk(
        is_of_all=user.is_lead,
        groups=_groups(counts, promises, wanted, known, material, user, today),
        mine=[row(known[one.pk], today=today) for one in open_ones],
        mine_total=_mine_total(counts, user),
        clients=_clients(counts) if user.is_lead else (),
        recruiters=_recruiters(counts) if user.is_lead else (),
        has_requisitions=bool(counts.rows),
        questions=questions_in(scope, names_recruiter=user.is_lead, today=today, zone=zone),
    )


# --- asking the database -------------------------------------------------------------------


def _counts(scope: QuerySet[Requisition], today: date, zone: tzinfo) -> _Counts:
    """Two statements, grouped by client and recruiter."""
    by = ("client", "client__name", "recruiter", "recruiter__name", "recruiter__email")
    return _Counts(
        list(
            scope.order_by()
            .values(*by)
            .annotate(
                open=Count("pk", filter=Q(status=Status.OPEN)),
                waiting=Count("pk", filter=needs.awaiting_opening()),
                on_hold=Count("pk", filter=Q(status=Status.ON_HOLD)),
                quiet=Count("pk", filter=needs.quiet(today, zone)),
                unmanaged=Count("pk", filter=needs.unmanaged()),
                orphaned=Count("pk", filter=needs.orphaned()),
                holds=Count("pk", filter=needs.overdue_holds(today)),
            )
        ),
        list(
            Promise.objects.filter(needs.promises_due(today), requisition__in=scope)
            .order_by()
            .values(client=F("requisition__client"), recruiter=F("requisition__recruiter"))
            .annotate(due=Count("pk"), missed=Count("pk", filter=Q(due_on__lt=today)))
        ),
    )


def _holds_and_waiting(scope: QuerySet[Requisition], today: date) -> dict[str, list[Requisition]]:
    """Both in one statement: the oldest of each, which differ in their status."""
    rank = Window(RowNumber(), partition_by=[F("status")], order_by=[F("created_at"), F("pk")])
    either = scope.filter(needs.overdue_holds(today) | needs.awaiting_opening())
    rows = list(_selected(either).annotate(rank=rank).filter(rank__lte=SHOWN).order_by("rank"))
    return {
        "holds": [one for one in rows if one.status == Status.ON_HOLD],
        "waiting": [one for one in rows if one.status == Status.INTAKE],
    }


def _without_people(scope: QuerySet[Requisition]) -> dict[str, list[Requisition]]:
    """Without a recruiter, and without a manager, in one statement: the oldest of each."""
    orphaned = Case(When(needs.orphaned(), then=True), default=False)
    rank = Window(RowNumber(), partition_by=[F("orphaned")], order_by=[F("created_at"), F("pk")])
    either = scope.filter(needs.orphaned() | needs.unmanaged()).annotate(orphaned=orphaned)
    ranked = _selected(either).annotate(rank=rank).filter(rank__lte=SHOWN).order_by("rank")
    rows: Any = list(ranked)
    return {
        "orphaned": [one for one in rows if one.orphaned],
        "unmanaged": [one for one in rows if not one.orphaned],
    }


def _promises(scope: QuerySet[Requisition], today: date) -> QuerySet[Promise]:
    due = Promise.objects.filter(needs.promises_due(today), requisition__in=scope)
    return due.select_related("requisition__client", "requisition__recruiter").order_by(
        "due_on", "made_at"
    )


def _selected(rows: QuerySet[Requisition]) -> QuerySet[Requisition]:
    return rows.select_related("client", "recruiter", "manager", "funnel", "latest_checkpoint")


def _stalest() -> OrderBy:
    return F("latest_checkpoint__on").asc(nulls_first=True)


# --- saying it -----------------------------------------------------------------------------


def _groups(
    counts: _Counts,
    promises: Sequence[Promise],
    wanted: dict[str, list[Requisition]],
    known: dict[UUID, Facts],
    material: Material,
    user: User,
    today: date,
) -> list[Group]:
    due = sum(one["due"] for one in counts.missed)
    say = _Saying(today, names_recruiter=user.is_lead)
    groups = [
        Group("Promises", due, [say.promise(one) for one in promises]),
        Group(
            "Holds that were to end",
            counts.of("holds"),
            [say.hold(one, material) for one in wanted["holds"]],
            _list("on_hold", user),
        ),
        Group(
            "Gone quiet",
            counts.of("quiet"),
            [say.silence(known[one.pk]) for one in wanted["quiet"]],
            _list("quiet", user),
        ),
        Group(
            "Without a recruiter",
            counts.of("orphaned"),
            [say.orphan(one) for one in wanted["orphaned"]],
            f"{reverse('requisitions')}?needs=orphaned",
        ),
        Group(
            "Without a hiring manager",
            counts.of("unmanaged"),
            [say.nobody(one) for one in wanted["unmanaged"]],
            _list("unmanaged", user),
        ),
        Group(
            "Waiting to be opened",
            counts.of("waiting"),
            [say.opening(one) for one in wanted["waiting"]],
            _list("intake", user),
        ),
    ]
    return [group for group in groups if group.total]


def _list(status: str, user: User) -> str:
    mine = "" if user.is_lead else "&mine=on"
    return f"{reverse('requisitions')}?status={status}{mine}"


@dataclass(frozen=True)
class _Saying:
    """Words for each kind of need. A lead is told whose it is."""

    today: date
    names_recruiter: bool

    def promise(self, promise: Promise) -> Need:
        words = promise_words(
            stage_words(Stage(promise.stage), promise.count), promise.due_on, self.today
        )
        late = promise.due_on < self.today
        return self._log(promise.requisition, f"Promised: {words}", late=late)

    def silence(self, known: Facts) -> Need:
        last = known.requisition.latest_checkpoint
        if last:
            return self._log(known.requisition, f"Last logged {ago(last.on, self.today)}")
        silent = days_words(known.quiet_days or 0)
        return self._log(known.requisition, f"Nothing logged in {silent} since it was opened")

    def orphan(self, requisition: Requisition) -> Need:
        recruiter = requisition.recruiter
        gone = f"no longer serves {requisition.client}" if recruiter.is_active else "has left"
        url = reverse("handover", args=[recruiter.pk])
        return self._need(requisition, f"{recruiter} {gone}", "Hand over", url)

    def nobody(self, requisition: Requisition) -> Need:
        is_draft = requisition.status == Status.DRAFT
        why = "A draft until somebody answers for it" if is_draft else "Nobody gets its digest"
        url = f"{reverse('requisition_edit', args=[requisition.pk])}#id_manager"
        return self._need(requisition, why, "Name the manager", url)

    def opening(self, requisition: Requisition) -> Need:
        manager = requisition.manager.display_name if requisition.manager else ""
        created = ago(timezone.localdate(requisition.created_at), self.today)
        why = f"In intake with {manager}, created {created}"
        url = reverse("requisition_opening", args=[requisition.pk])
        return self._need(requisition, why, "Open for sourcing", url)

    def hold(self, requisition: Requisition, material: Material) -> Need:
        until = material.changes[requisition.pk][-1].until
        why = f"On hold until {exact(until)}" if until else "On hold"
        url = reverse("requisition_resumption", args=[requisition.pk])
        return self._need(requisition, why, "Resume work", url)

    def _log(self, requisition: Requisition, why: str, *, late: bool = False) -> Need:
        first = counted_stages(requisition.client.hidden)[0]
        url = f"{requisition.get_absolute_url()}#id_{first.value}"
        return self._need(requisition, why, "Log a checkpoint", url, late=late)

    def _need(
        self, requisition: Requisition, why: str, action: str, url: str, *, late: bool = False
    ) -> Need:
        whose = f" · {requisition.recruiter.display_name}" if self.names_recruiter else ""
        return Need(
            url=requisition.get_absolute_url(),
            title=requisition.title,
            about=about(requisition) + whose,
            why=why,
            action=action,
            action_url=url,
            late=late,
        )


def _mine_total(counts: _Counts, user: User) -> int:
    return sum(one["open"] for one in counts.rows if one["recruiter"] == user.pk)


def _clients(counts: _Counts) -> list[Sums]:
    address = f"{reverse('requisitions')}?status=active&client={{}}"
    return counts.sums("client", lambda one: str(one["client__name"]), address)


def _recruiters(counts: _Counts) -> list[Sums]:
    return counts.sums("recruiter", _recruiter_name, "")


def _recruiter_name(one: Mapping[str, Any]) -> str:
    """As `User.display_name` says it."""
    return str(one["recruiter__name"] or one["recruiter__email"].partition("@")[0])
