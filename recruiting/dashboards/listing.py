"""The list of requisitions as its URL asks for it: searched, filtered, sorted, in pages."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OrderBy,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from recruiting.accounts.models import User
from recruiting.dashboards import needs
from recruiting.dashboards.columns import RISING_WITH_DAYS, SORTS
from requisitions import search
from requisitions.models import Requisition, Status
from status_updates.models import Promise

PER_PAGE = 50
RANKED_MAX = 1000
"""Words that stand in more requisitions than these say little of which is meant: the list then
keeps its usual order instead of weighing every one of them."""

ME = "me"
QUIET, UNMANAGED, DUE, MISSED = "quiet", "unmanaged", "due", "missed"
ORPHANED = "orphaned"
SHOWN = {"": "All", "active": "All in work", **dict(Status.choices)}
NEEDS = {
    "": "Any",
    QUIET: "Gone quiet",
    DUE: "Promise due within a week",
    MISSED: "Promise missed",
    UNMANAGED: "Without a manager",
    ORPHANED: "Without a recruiter",
}
IN_WORK = (Status.DRAFT, Status.INTAKE, Status.OPEN, Status.ON_HOLD)
DUE_WITHIN = timedelta(days=7)

FILTERS = ("q", "client", "status", "recruiter", "manager", "needs", "age_min", "age_max")
"""What narrows the list; the rest of the URL says how it is shown."""

_RANK = Case(
    *(
        When(status=status, then=Value(place))
        for place, status in enumerate((Status.OPEN, Status.INTAKE, Status.DRAFT, Status.ON_HOLD))
    ),
    default=Value(9),
    output_field=IntegerField(),
)

RELATED = ("client", "recruiter", "manager", "funnel", "latest_checkpoint")


@dataclass(frozen=True)
class Listing:
    """What one sees, narrowed by what the URL asks for. `today` and `zone` are the reader's."""

    user: User
    wanted: Mapping[str, Any]
    today: date
    zone: tzinfo

    def by_status(self) -> Counter[str]:
        """How many match, whatever status is chosen, by status; in one statement."""
        counts = self._found().order_by().values_list("status").annotate(Count("pk"))
        return Counter(dict(counts))

    def page(self, numbers: Counter[str], number: str | None) -> Page[Requisition]:
        """One page of it with its people, funnel and checkpoint, in one statement.

        The rows of the page are found first and joined then: joined with all, the database would
        fetch thousands to show fifty.
        """
        total = self.total(numbers)
        paginator = Paginator(self.ordered(total), PER_PAGE)
        paginator.count = total
        page = paginator.get_page(number)
        first = page.start_index() - 1 if total else 0
        page.object_list = self._joined(self.ordered(total)[first : first + PER_PAGE], total)
        return page

    def _joined(self, on_page: QuerySet[Requisition], total: int) -> list[Requisition]:
        shown = Requisition.objects.filter(pk__in=on_page.values("pk"))
        return list(self._sorted(shown, total).select_related(*RELATED))

    def rows(self) -> QuerySet[Requisition]:
        """All that match, in no order."""
        return self._found().filter(self._of_status()).order_by()

    def ordered(self, total: int) -> QuerySet[Requisition]:
        """All that match, as the list shows them when there are `total`."""
        return self._sorted(self.rows(), total)

    def total(self, numbers: Counter[str]) -> int:
        status = self.wanted.get("status", "")
        if not status:
            return numbers.total()
        return sum(numbers[one] for one in (IN_WORK if status == "active" else (status,)))

    @property
    def is_filtered(self) -> bool:
        return any(self.wanted.get(name) not in (None, "") for name in FILTERS)

    def _found(self) -> QuerySet[Requisition]:
        wanted = self.wanted
        found = search.matching(wanted.get("q", ""))
        if client := wanted.get("client"):
            found &= Q(client=client)
        if recruiter := wanted.get("recruiter"):
            found &= Q(recruiter=self.user if recruiter == ME else recruiter)
        if (least := wanted.get("age_min")) is not None:
            found &= Q(opened_on__lte=self.today - timedelta(days=least))
        if (most := wanted.get("age_max")) is not None:
            found &= Q(opened_on__gte=self.today - timedelta(days=most))
        found &= _managed_by(wanted.get("manager", ""))
        return Requisition.objects.visible_to(self.user).filter(found, self._needing())

    def _needing(self) -> Q:
        match self.wanted.get("needs", ""):
            case "quiet":
                return needs.quiet(self.today, self.zone)
            case "unmanaged":
                return needs.unmanaged()
            case "orphaned":
                return needs.orphaned()
            case "due":
                week = Q(due_on__range=(self.today, self.today + DUE_WITHIN))
                return self._promised(week)
            case "missed":
                return self._promised(Q(due_on__lt=self.today))
        return Q()

    def _promised(self, due: Q) -> Q:
        open_ones = Promise.objects.open().filter(due, requisition=OuterRef("pk"))
        return Q(Exists(open_ones), status__in=IN_WORK)

    def _of_status(self) -> Q:
        match self.wanted.get("status", ""):
            case "":
                return Q()
            case "active":
                return Q(status__in=IN_WORK)
        return Q(status=self.wanted["status"])

    def _sorted(self, shown: QuerySet[Requisition], total: int) -> QuerySet[Requisition]:
        shown = shown.alias(rank=_RANK)
        sort = self.wanted.get("sort", "")
        name = sort.removeprefix("-")
        if name:
            falls = sort.startswith("-") != (name in RISING_WITH_DAYS)
            order = OrderBy(F(SORTS[name]), descending=falls, nulls_last=True)
            return shown.order_by(order, "title", "pk")
        words = self.wanted.get("q", "")
        if search.words_of(words) and total <= RANKED_MAX:
            fit = search.relevance(words)
            return shown.alias(fit=fit).order_by("-fit", "rank", "title", "pk")
        return shown.order_by("rank", "title", "pk")


def _managed_by(person: str) -> Q:
    """By a whole address, or by parts of the name or of the address."""
    if "@" in person:
        return Q(manager__email__iexact=person)
    found = Q()
    for word in person.split():
        found &= Q(manager__name__icontains=word) | Q(manager__email__icontains=word)
    return found


def choices_of_status(numbers: Counter[str]) -> list[tuple[str, str]]:
    """The choices of status, with how many match each."""
    sums = Counter(numbers)
    sums[""] = numbers.total()
    sums["active"] = sum(numbers[status] for status in IN_WORK)
    return [(value, f"{label} ({sums[value]:,})") for value, label in SHOWN.items()]
