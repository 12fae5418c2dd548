"""Who may see an intake, and who may write in it."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from intake.models import Intake
from recruiting.accounts.models import Delegation, User
from requisitions.models import Requisition

_RELATED = ("requisition__client", "requisition__recruiter", "requisition__manager")


def may_write(user: User, requisition: Requisition, now: datetime) -> bool:
    """Recruiters of the client, leads, the hiring manager, and who stands in for him; those who
    watch read. `requisition` is one that the user sees."""
    if user.is_recruiter or user.pk == requisition.manager_id:
        return True
    standing = Delegation.objects.standing(now).filter(
        delegate=user, user=requisition.manager_id, client=requisition.client_id
    )
    return standing.exists()


def seen_intake(user: User, pk: UUID) -> Intake:
    """That of requisition `pk`; 404 where the user does not see it, or it was never prepared."""
    rows = Intake.objects.visible_to(user).select_related(*_RELATED)
    return get_object_or_404(rows, pk=pk)


def written_intake(user: User, pk: UUID, *, now: datetime) -> Intake:
    """The same for one who is about to write in it: 403 for who only watches."""
    intake = seen_intake(user, pk)
    if not may_write(user, intake.requisition, now):
        raise PermissionDenied
    return intake
