from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from recruiting.accounts.models import Delegation
from requisitions.models.status import ACTIVE
from requisitions.models.watcher import Watcher

if TYPE_CHECKING:
    from recruiting.accounts.models import User
    from requisitions.models.requisition import Requisition  # noqa: F401 - named in a string


class RequisitionQuerySet(models.QuerySet["Requisition"]):
    def visible_to(self, user: "User", now: datetime | None = None) -> Self:
        """Leads: all. Recruiters: those of their clients. Managers: theirs, while at the client,
        and those they watch; also those of a manager for whom they stand in there at `now`, which
        is the present if it is not given."""
        if user.is_lead:
            return self
        clients = user.memberships.values("client")
        if user.is_recruiter:
            return self.filter(client__in=clients)
        watched = Watcher.objects.filter(user=user).values("requisition")
        stood_in_for = _stood_in_for(user, now or timezone.now())
        mine = Q(manager=user) | Q(pk__in=watched) | stood_in_for
        return self.filter(mine, client__in=clients)

    def with_standing(self, user: "User", now: datetime) -> Self:
        """The last day on which the user stands in for the manager of each, as
        `stood_in_until`; None where she does not."""
        held = Delegation.objects.standing(now).filter(
            delegate=user, user=OuterRef("manager"), client=OuterRef("client")
        )
        until = held.with_last_day(now).values("until")[:1]  # type: ignore[misc]
        return self.annotate(stood_in_until=Subquery(until))

    def active(self) -> Self:
        return self.filter(status__in=ACTIVE)

    def held_by(self, user: "User") -> Self:
        return self.filter(recruiter=user)

    def locked(self) -> Self:
        """Rows and their totals, held against other writers until the transaction ends.

        Both are locked, so that whoever waited reads the totals as the first one left them. The
        filter makes the join an inner one: PostgreSQL locks no row that may be missing.
        """
        rows = self.filter(funnel__isnull=False).select_related("funnel")
        return rows.select_for_update(of=("self", "funnel"))


def _stood_in_for(user: "User", now: datetime) -> Q:
    """What the absent ones for whom the user stands in manage or watch at that client."""
    standing = Delegation.objects.standing(now).filter(delegate=user)
    managed = standing.filter(user=OuterRef("manager"), client=OuterRef("client"))
    watched = standing.filter(user=OuterRef("user"), client=OuterRef("requisition__client"))
    watching = Watcher.objects.filter(Exists(watched), requisition=OuterRef("pk"))
    return Q(Exists(managed)) | Q(Exists(watching))
