"""Who may see one requisition: the other way round of `visible_to`, for a list of names."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from recruiting.accounts.models import Delegation, Role, User
from recruiting.accounts.models.people import UserQuerySet
from requisitions.models import Requisition, Watcher


def readers_of(requisition: Requisition, now: datetime | None = None) -> UserQuerySet:
    """Everybody who is active and sees the requisition at `now`, by name; also who stands in
    then. `now` is the present if it is not given."""
    watching = Watcher.objects.filter(requisition=requisition).values("user")
    involved = Q(pk=requisition.manager_id) | Q(pk__in=watching)
    standing = Delegation.objects.standing(now or timezone.now()).filter(
        Q(user=requisition.manager_id) | Q(user__in=watching), client=requisition.client_id
    )
    involved |= Q(pk__in=standing.values("delegate"))
    of_client = Q(memberships__client=requisition.client_id)
    sees = Q(role=Role.LEAD) | (of_client & (Q(role=Role.RECRUITER) | involved))
    people: UserQuerySet = User.objects.active().filter(sees).order_by("name", "email")
    return people.distinct()


def held_for(requisition: Requisition, reader: User) -> Requisition:
    """The row, held until the transaction ends, for somebody who sees it at this very moment.

    Raises Requisition.DoesNotExist for one who saw it a moment ago and does no more.
    """
    rows = Requisition.objects.visible_to(reader).select_for_update(of=("self",))
    return rows.get(pk=requisition.pk)
