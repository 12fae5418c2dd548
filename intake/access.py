"""Who may see an intake, and who may write in it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from intake.models import Intake
from recruiting.accounts.models import Delegation, Membership, User
from recruiting.mailing.models import Mail
from requisitions.models import Requisition

_RELATED = ("requisition__client", "requisition__recruiter", "requisition__manager")


def may_write(user: User, requisition: Requisition, now: datetime) -> bool:
    """Recruiters of the client, leads, the hiring manager, and who stands in for him; those who
    watch read. `requisition` is one that the user sees; nobody writes where it is closed."""
    return not requisition.is_closed and _takes_part(user, requisition, now)


def _takes_part(user: User, requisition: Requisition, now: datetime) -> bool:
    if user.is_recruiter or user.pk == requisition.manager_id:
        return True
    standing = Delegation.objects.standing(now).filter(
        delegate=user, user=requisition.manager_id, client=requisition.client_id
    )
    return standing.exists()


def gone(batch: Sequence[Mail]) -> set[UUID]:
    """The mails of a batch whose reader is no longer of the client that they tell of. One
    statement."""
    serving = set(
        Membership.objects.filter(user__in={mail.recipient_id for mail in batch}).values_list(
            "user", "client"
        )
    )
    return {
        mail.pk
        for mail in batch
        if not mail.recipient.is_lead and (mail.recipient_id, mail.client_id) not in serving
    }


LEFT = "The person is no longer of the client."
"""Why a mail to one who is gone does not go."""


def seen_intake(user: User, pk: UUID) -> Intake:
    """That of requisition `pk`; 404 where the user does not see it, or it was never prepared."""
    rows = Intake.objects.visible_to(user).select_related(*_RELATED)
    return get_object_or_404(rows, pk=pk)


def shown_intake(pk: UUID) -> Intake:
    """For one of whom it is known that she sees it, see `news.admits`."""
    return get_object_or_404(Intake.objects.select_related(*_RELATED), pk=pk)


def written_intake(user: User, pk: UUID, *, now: datetime) -> Intake:
    """The same for one who is about to write in it: 403 for who only watches."""
    intake = seen_intake(user, pk)
    check_may_write(user, intake.requisition, now)
    return intake


def check_may_write(user: User, requisition: Requisition, now: datetime) -> None:
    """Raises PermissionDenied, with words for a reader who could write before it was closed."""
    if not _takes_part(user, requisition, now):
        raise PermissionDenied
    if requisition.is_closed:
        status = requisition.get_status_display().lower()
        raise PermissionDenied(f"This requisition is {status}, so its intake is only read. "
                               "Reopen the requisition to go on writing.")  # fmt: skip
