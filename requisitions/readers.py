"""Who may see one requisition: the other way round of `visible_to`, for a list of names."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from recruiting.accounts.models import Delegation, Role, User
from recruiting.accounts.models.absences import DelegationQuerySet
from recruiting.accounts.models.people import UserQuerySet
from requisitions.models import Requisition, Watcher


def readers_of(requisition: Requisition, now: datetime | None = None) -> UserQuerySet:
    """Everybody who is active and sees the requisition at `now`, by name; also who stands in
    then. `now` is the present if it is not given."""
    watching = Watcher.objects.filter(requisition=requisition).values("user")
    standing = stand_ins_at(requisition, now or timezone.now()).values("delegate")
    involved = Q(pk=requisition.manager_id) | Q(pk__in=watching) | Q(pk__in=standing)
    of_client = Q(memberships__client=requisition.client_id)
    sees = Q(role=Role.LEAD) | (of_client & (Q(role=Role.RECRUITER) | involved))
    people: UserQuerySet = User.objects.active().filter(sees).order_by("name", "email")
    return people.distinct()


def stand_ins_at(requisition: Requisition, now: datetime) -> DelegationQuerySet:
    """In force at `now`: for the manager and for those who watch."""
    watching = Watcher.objects.filter(requisition=requisition).values("user")
    absent = Q(user=requisition.manager_id) | Q(user__in=watching)
    return Delegation.objects.standing(now).filter(absent, client=requisition.client_id)


def held_for(requisition: Requisition, reader: User) -> Requisition:
    """The row, held until the transaction ends, for somebody who sees it at this very moment.

    Raises Requisition.DoesNotExist for one who saw it a moment ago and does no more.
    """
    rows = Requisition.objects.visible_to(reader).select_for_update(of=("self",))
    return rows.get(pk=requisition.pk)
