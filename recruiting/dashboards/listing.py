"""The list of requisitions as its URL asks for it: searched, filtered, sorted, in pages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, IntegerField, OrderBy, Q, QuerySet, Value, When
from django.http import QueryDict

from recruiting.accounts.models import User
from recruiting.dashboards import needs
from recruiting.dashboards.rows import SHORT
from recruiting.lib.text import check_line
from requisitions.models import Requisition, Stage, Status

PER_PAGE = 50

QUIET, UNMANAGED = "quiet", "unmanaged"
SHOWN = {
    "": "All",
    "active": "All in work",
    **dict(Status.choices),
    QUIET: "Gone quiet",
    UNMANAGED: "Without a manager",
}
IN_WORK = (Status.DRAFT, Status.INTAKE, Status.OPEN, Status.ON_HOLD)

SORTS: dict[str, str] = {
    "title": "title",
    "manager": "manager__name",
    "status": "rank",
    "days": "opened_on",
    **{stage.value: f"funnel__{stage.value}" for stage in Stage},
    "last": "latest_checkpoint__on",
}
RISING_WITH_DAYS = {"days"}
"""More days means an earlier opening: the column and its field run against each other."""

_RANK = Case(
    *(
        When(status=status, then=Value(place))
        for place, status in enumerate((Status.OPEN, Status.INTAKE, Status.DRAFT, Status.ON_HOLD))
    ),
    default=Value(9),
    output_field=IntegerField(),
)


class ListForm(forms.Form):
    """What the URL asks for. What cannot be read is shown as wrong and left out."""

    q = forms.CharField(
        required=False,
        max_length=100,
        validators=[check_line],
        label="Search",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Title, employer, code or place"}
        ),
    )
    client = forms.UUIDField(required=False)
    status = forms.ChoiceField(required=False, choices=list(SHOWN.items()))
    mine = forms.BooleanField(required=False, label="Only mine")
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_sort(self) -> str:
        sort: str = self.cleaned_data["sort"]
        return sort if sort.removeprefix("-") in SORTS else ""


Counted = Sequence[tuple[UUID, str, str, int]]
"""Client, its name, status, and how many requisitions match the search."""


@dataclass(frozen=True)
class Listing:
    """What one sees, narrowed by what the URL asks for. `today` and `zone` are the reader's."""

    user: User
    wanted: dict[str, Any]
    today: date
    zone: tzinfo

    def counted(self) -> Counted:
        """Matches by client and status, in one statement; clients without a match count zero."""
        rows = Requisition.objects.visible_to(self.user).order_by("client__name", "client")
        matching = rows.values("client", "client__name", "status").annotate(
            matching=Count("pk", filter=self._search())
        )
        return list(matching.values_list("client", "client__name", "status", "matching"))

    def page(self, counted: Counted, number: str | None) -> Page[Requisition]:
        shown = Requisition.objects.visible_to(self.user).filter(self._search(), self._narrowing())
        paginator = Paginator(self._sorted(shown), PER_PAGE)
        paginator.count = self._total(shown, counted)
        return paginator.get_page(number)

    def clients(self, counted: Counted) -> list[tuple[str, str]]:
        return list({str(client): name for client, name, _, _ in counted}.items())

    def statuses(self, counted: Counted) -> list[tuple[str, str]]:
        """The choices of status, with how many there are at the client that is chosen."""
        numbers: Counter[str] = Counter()
        for client, _, status, number in counted:
            if self.wanted.get("client") in (None, client):
                numbers[status] += number
        numbers[""] = numbers.total()
        numbers["active"] = sum(numbers[status] for status in IN_WORK)
        return [
            (value, label if value in (QUIET, UNMANAGED) else f"{label} ({numbers[value]:,})")
            for value, label in SHOWN.items()
        ]

    def headings(self, query: QueryDict) -> list["Heading"]:
        labels = {
            "title": ("Requisition", ""),
            "manager": ("Manager", ""),
            "status": ("Status", ""),
            "days": ("Days", "Days open, days on hold left out; sorted by the day of opening"),
            **{stage.value: (SHORT[stage], stage.label) for stage in Stage},
            "last": ("Logged", "The last checkpoint"),
        }
        sort = self.wanted.get("sort", "")
        return [_heading(query, name, sort, *labels[name]) for name in SORTS]

    @property
    def is_filtered(self) -> bool:
        return any(self.wanted.get(name) for name in ("q", "client", "status", "mine"))

    def _search(self) -> Q:
        found = Q(recruiter=self.user) if self.wanted.get("mine") else Q(pk__isnull=False)
        for word in self.wanted.get("q", "").split():
            found &= (
                Q(title__icontains=word)
                | Q(employer__icontains=word)
                | Q(code__icontains=word)
                | Q(place__icontains=word)
            )
        return found

    def _narrowing(self) -> Q:
        client, status = self.wanted.get("client"), self.wanted.get("status", "")
        at_client = Q(client=client) if client else Q()
        match status:
            case "":
                return at_client
            case "active":
                return at_client & Q(status__in=IN_WORK)
            case "quiet":
                return at_client & needs.quiet(self.today, self.zone)
            case "unmanaged":
                return at_client & needs.unmanaged()
        return at_client & Q(status=status)

    def _total(self, shown: QuerySet[Requisition], counted: Counted) -> int:
        """Out of the counts that are there anyway, where they can tell."""
        status, client = self.wanted.get("status", ""), self.wanted.get("client")
        if status in (QUIET, UNMANAGED):
            return shown.count()
        statuses = IN_WORK if status == "active" else (status,) if status else Status.values
        return sum(
            number
            for its_client, _, its_status, number in counted
            if its_status in statuses and client in (None, its_client)
        )

    def _sorted(self, shown: QuerySet[Requisition]) -> QuerySet[Requisition]:
        related = ("client", "recruiter", "manager", "funnel", "latest_checkpoint")
        shown = shown.select_related(*related).alias(rank=_RANK)
        sort = self.wanted.get("sort", "")
        name = sort.removeprefix("-")
        if not name:
            return shown.order_by("rank", "title", "pk")
        falls = sort.startswith("-") != (name in RISING_WITH_DAYS)
        order = OrderBy(F(SORTS[name]), descending=falls, nulls_last=True)
        return shown.order_by(order, "title", "pk")


@dataclass(frozen=True)
class Heading:
    """A column's heading: where a click on it leads, and how the list is sorted by it now."""

    label: str
    title: str
    query: str
    sorted: str
    is_number: bool
    is_stage: bool


def _heading(query: QueryDict, name: str, sort: str, label: str, title: str) -> Heading:
    query = query.copy()
    query.pop("page", None)
    is_number = name == "days" or name in Stage.values
    # Words are first sorted from A, numbers from the largest; a second click turns it round.
    first, second = (f"-{name}", name) if is_number else (name, f"-{name}")
    query["sort"] = second if sort == first else first
    direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    return Heading(label, title, query.urlencode(), direction, is_number, name in Stage.values)
