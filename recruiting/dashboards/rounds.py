"""The round: all that a recruiter has in work, one row each, logged one after the other.

A page costs the same number of statements for any number of rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.forms import BoundField

from recruiting.accounts.models import User
from recruiting.dashboards.rows import ago
from recruiting.lib.repeats import SENT_BEFORE
from requisitions.models import Requisition, Stage, Status
from requisitions.models.status import ACTIVE
from requisitions.stages import counted_stages, stages_of_all
from requisitions.words import moved_words
from status_updates.forms import CheckpointForm
from status_updates.models import Checkpoint

PER_PAGE = 50


class RowForm(CheckpointForm):
    """A checkpoint as one row. An empty date is today, also on a page left open overnight."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = None
        self.fields["on"].widget.attrs["class"] = "input"
        for name in ("note", "next_step"):
            self.fields[name].widget.attrs["class"] = "input"
        self.fields["note"].widget.attrs["rows"] = 1
        for stage in self.stages:
            attrs = self.fields[stage.value].widget.attrs
            attrs.update(
                {"class": "input round__count", "placeholder": "", "data-round-count": True}
            )

    @property
    def problems(self) -> list[str]:
        """What was refused and why, each with the name of its field."""
        found = [str(error) for error in self.non_field_errors()]
        for name, errors in self.errors.items():
            if name != "__all__":
                found += [f"{self[name].label}: {error}" for error in errors]
        return found

    @property
    def has_words(self) -> bool:
        """Whether the part below the counts holds anything to see."""
        names = ("note", "next_step", "promise_count", "promise_stage", "promise_due", "on")
        return any(self[name].errors or self[name].value() for name in names)


@dataclass(frozen=True)
class Logged:
    """What was last logged today."""

    checkpoint: UUID
    at: datetime
    words: str


@dataclass(frozen=True)
class RoundRow:
    """One requisition of the round; a closed one has no form. `problem` is what was refused."""

    requisition: Requisition
    form: RowForm | None
    about: str
    logged: Logged | None = None
    problem: str = ""
    columns: Sequence[Stage] = tuple(Stage)

    @property
    def counts(self) -> list[tuple[BoundField | None, str]]:
        """Each column's input with its total so far; none where the client does not count it.

        A count that was sent for a stage hidden meanwhile comes last, rather than be lost.
        """
        if self.form is None:
            return []
        totals, sent = self.requisition.funnel.totals, self.form.stages
        cells = [*self.columns, *(stage for stage in sent if stage not in self.columns)]
        return [
            (self.form[stage.value] if stage in sent else None, f"{totals[stage]:,}")
            for stage in cells
        ]

    @property
    def problems(self) -> list[str]:
        return ([self.problem] if self.problem else []) + (self.form.problems if self.form else [])


@dataclass(frozen=True)
class Progress:
    done: int
    total: int


@dataclass(frozen=True)
class Round:
    """The rows of one person, narrowed to a client if one is given. `today` is the reader's."""

    user: User
    client: UUID | None
    today: date
    zone: tzinfo
    stages: Sequence[Stage] = tuple(Stage)
    """The columns: what at least one of the clients in it counts."""

    def scope(self) -> QuerySet[Requisition]:
        """All in work, and what today's logging has filled, so that it can be undone here."""
        own = Requisition.objects.visible_to(self.user).held_by(self.user)
        filled_today = Q(self._logged_today(), status=Status.FILLED)
        return own.filter(Q(status__in=ACTIVE) | filled_today)

    def counted(self) -> Sequence[Mapping[str, Any]]:
        """By client: how many rows there are, and how many of them are logged today."""
        return list(
            self.scope()
            .order_by("client__name", "client")
            .values("client", "client__name", "client__hidden_stages")
            .annotate(total=Count("pk"), done=Count("pk", filter=Q(self._logged_today())))
        )

    def progress(self, counted: Sequence[Mapping[str, Any]]) -> Progress:
        shown = [one for one in counted if self.client in (None, one["client"])]
        return Progress(sum(one["done"] for one in shown), sum(one["total"] for one in shown))

    def for_clients(self, counted: Sequence[Mapping[str, Any]]) -> "Round":
        """With the columns that these clients need."""
        shown = [one for one in counted if self.client in (None, one["client"])]
        hidden = [one["client__hidden_stages"].split() for one in shown]
        return replace(self, stages=stages_of_all(hidden))

    def page(self, total: int, number: str | None) -> Page[Requisition]:
        """Open ones first, those on hold at the end; logging moves no row from its place."""
        held_last = Case(
            When(status=Status.ON_HOLD, then=Value(1)), default=0, output_field=IntegerField()
        )
        rows = with_related(self.scope()).alias(held=held_last)
        if self.client:
            rows = rows.filter(client=self.client)
        ordered = rows.order_by("held", "client__name", "title", "pk")
        paginator = Paginator(cast("QuerySet[Requisition]", ordered), PER_PAGE)
        paginator.count = total
        return paginator.get_page(number)

    def rows(
        self, requisitions: Sequence[Requisition], bound: Mapping[UUID, RowForm] | None = None
    ) -> list[RoundRow]:
        """Rows to fill in; `bound` has the forms that were sent and refused."""
        logged = self.logged(requisitions)
        return [
            self.row(one, (bound or {}).get(one.pk), logged=logged.get(one.pk))
            for one in requisitions
        ]

    def row(
        self,
        requisition: Requisition,
        form: RowForm | None = None,
        *,
        logged: Logged | None = None,
        problem: str = "",
    ) -> RoundRow:
        if form is None and requisition.is_active:
            stages = counted_stages(requisition.client.hidden)
            form = RowForm(
                prefix=str(requisition.pk),
                today=self.today,
                stages=stages,
                recorded=requisition.funnel.recorded,
            )
        about = self._about(requisition)
        return RoundRow(requisition, form, about, logged, problem, self.stages)

    def _about(self, requisition: Requisition) -> str:
        last = requisition.latest_checkpoint
        said = f"last {ago(last.on, self.today)}" if last else "nothing logged yet"
        return " · ".join(filter(None, [requisition.code, requisition.client.name, said]))

    def logged(self, requisitions: Sequence[Requisition]) -> dict[UUID, Logged]:
        """The newest checkpoint of today of each; two statements."""
        standing = Checkpoint.objects.standing().filter(
            requisition__in=[one.pk for one in requisitions], at__gte=self._midnight
        )
        found = standing.order_by("at").prefetch_related("stage_counts")
        return {one.requisition_id: logged_of(one, one.counts) for one in found}

    def _logged_today(self) -> Exists:
        standing = Checkpoint.objects.standing()
        return Exists(standing.filter(requisition=OuterRef("pk"), at__gte=self._midnight))

    @property
    def _midnight(self) -> datetime:
        return datetime.combine(self.today, time(), tzinfo=self.zone)


def with_related(rows: QuerySet[Requisition]) -> QuerySet[Requisition]:
    """All that a row shows, in one statement."""
    return rows.select_related("client", "funnel", "latest_checkpoint")


def logged_of(checkpoint: Checkpoint, counts: Mapping[Stage, int]) -> Logged:
    words = moved_words(counts) or ("a note" if checkpoint.note else "the next step")
    return Logged(checkpoint.pk, checkpoint.at, words)


def log_row(
    requisition: Requisition, form: RowForm, *, by: User, now: datetime
) -> Checkpoint | None:
    """Log what one row says. None when it is refused; the form then says why.

    Sent again with its key, it is logged once; one that says something else by then is refused.
    Without a date it is of the day on which it first arrived, also when it is sent again later.
    """
    if not (form.is_valid() and form.check_promise_is_ahead()):
        if "key" in form.errors:
            form.renew_key()
            form.add_error(None, "The key of this row was damaged. Save it again.")
        return None
    said = form.particulars
    try:
        return Checkpoint.log(requisition, by=by, now=now, **said)
    except ValidationError as error:
        if form["on"].value() or getattr(error, "code", "") != SENT_BEFORE:
            form.refuse(error)
            return None
    said["on"] = Checkpoint.objects.values_list("on", flat=True).get(key=said["key"])
    try:
        return Checkpoint.log(requisition, by=by, now=now, **said)
    except ValidationError as error:
        form.refuse(error)
        return None
