"""The meetings to come, as pages of requisitions show them."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef

from intake.models import Intake, Meeting
from requisitions.models import Requisition


def meeting_of(requisition: Requisition, now: datetime) -> Meeting | None:
    """The one that stands and is not over. One statement."""
    return next(iter(meetings_of([requisition], now)), None)


def meetings_of(requisitions: Iterable[Requisition], now: datetime) -> list[Meeting]:
    """Those of several requisitions that are not closed, the next one first. One statement.

    `has_room`: there is an intake whose room can be opened.
    """
    jobs = {one.pk: one for one in requisitions if not one.is_closed}
    room = Exists(Intake.objects.filter(pk=OuterRef("requisition")))
    rows = Meeting.objects.filter(requisition__in=jobs).to_come(now).annotate(has_room=room)
    found = [meeting for meeting in rows if not meeting.is_over(now)]
    for meeting in found:
        meeting.requisition = jobs[meeting.requisition_id]
    return found
