"""Who may do what by the link in a slate's mail, asked anew each time it is used."""

from datetime import datetime

from recruiting.accounts.models import User
from recruiting.approvals.access import decides
from recruiting.approvals.models import Slate
from recruiting.approvals.review import Door
from requisitions.models import Requisition


class NotForYou(Exception):
    """The owner of the link does not decide on these candidates any more. Says who does, and
    nothing of the candidates."""


def door_of(slate: Slate, reader: User, *, now: datetime) -> Door:
    """`slate` comes with its requisition and people. Raises NotForYou."""
    requisition = slate.requisition
    seen = Requisition.objects.visible_to(reader, now).filter(pk=requisition.pk)
    if not decides(reader, requisition, now) or not seen.exists():
        manager = requisition.manager
        at_client = reader.memberships.filter(client=requisition.client_id).exists()
        is_other = manager and manager != reader and at_client
        does = f": {manager.display_name} does" if manager and is_other else ""
        raise NotForYou(f"You do not decide on these candidates any more{does}.")
    return Door(requisition, reader, slate)
