"""What of the requisitions needs somebody: asked of the database, since a lead has thousands."""

from datetime import UTC, date, datetime, time, tzinfo

from django.db.models import Exists, OuterRef, Q

from recruiting.accounts.models import Membership, Role
from requisitions.models import Status, StatusChange
from requisitions.models.status import ACTIVE
from status_updates.facts import QUIET_AFTER


def quiet(today: date, zone: tzinfo = UTC) -> Q:
    """Open, and for longer than a week nothing logged since the last checkpoint or the opening.

    The same that `facts` says of one requisition, as a condition.
    """
    since = today - QUIET_AFTER
    midnight = datetime.combine(since, time(), tzinfo=zone)
    opened = StatusChange.objects.filter(requisition=OuterRef("pk"), to_status=Status.OPEN)
    return (
        Q(status=Status.OPEN)
        & (Q(latest_checkpoint=None) | Q(latest_checkpoint__on__lt=since))
        & Q(Exists(opened) | Q(created_at__lt=midnight))
        & Q(~Exists(opened.filter(at__gte=midnight)))
    )


def unmanaged() -> Q:
    """Nobody answers for it: a draft, one imported without its manager, or the manager is gone."""
    return Q(status__in=(Status.DRAFT, *ACTIVE)) & (Q(manager=None) | _gone("manager"))


def orphaned() -> Q:
    """Its recruiter is deactivated, or no longer serves the client."""
    stays = Q(recruiter__role=Role.LEAD, recruiter__is_active=True)
    return Q(status__in=(Status.DRAFT, *ACTIVE)) & _gone("recruiter") & ~stays


def _gone(who: str) -> Q:
    serving = Membership.objects.filter(user=OuterRef(who), client=OuterRef("client"))
    return Q(**{f"{who}__is_active": False}) | ~Q(Exists(serving))


def awaiting_opening() -> Q:
    return Q(status=Status.INTAKE)


def overdue_holds(today: date) -> Q:
    """On hold until a day that has come."""
    latest = StatusChange.objects.filter(requisition=OuterRef("pk"))
    ended = latest.filter(to_status=Status.ON_HOLD, until__lte=today)
    later = StatusChange.objects.filter(requisition=OuterRef("requisition"), at__gt=OuterRef("at"))
    return Q(status=Status.ON_HOLD) & Q(Exists(ended.filter(~Exists(later))))


def promises_due(today: date) -> Q:
    """Of `Promise`: missed or due today, where somebody still works on it."""
    open_ones = Q(kept_on=None, withdrawn_at=None, requisition__status__in=ACTIVE)
    return open_ones & Q(due_on__lte=today)
