"""What of the requisitions needs somebody: asked of the database, since a lead has thousands."""

from datetime import UTC, date, datetime, time, tzinfo

from django.db.models import Exists, OuterRef, Q

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
    """Nobody answers for it: a draft, or one imported without its manager."""
    return Q(manager=None, status__in=(Status.DRAFT, *ACTIVE))


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
