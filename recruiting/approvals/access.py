"""Who decides on submissions, and what of a candidate a reader is shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from recruiting.accounts.models import Delegation, User
from requisitions.models import Requisition

if TYPE_CHECKING:
    from recruiting.approvals.models import Submission


def decides(user: User, requisition: Requisition, now: datetime) -> bool:
    """The accountable manager, and who stands in for him; nobody else."""
    try:
        in_name_of(user, requisition, now)
    except PermissionDenied:
        return False
    return True


def in_name_of(user: User, requisition: Requisition, now: datetime) -> User | None:
    """The manager in whose name the user decides; None when that is he himself. Raises
    PermissionDenied for all others. The user is one who sees the requisition."""
    if user.pk == requisition.manager_id:
        return None
    standing = Delegation.objects.standing(now).filter(
        delegate=user, user=requisition.manager_id, client=requisition.client_id
    )
    if not standing.exists():
        raise PermissionDenied
    return requisition.manager


@dataclass(frozen=True)
class Shown:
    """A candidate as one reader may see her. In a blind review all but the code is empty until
    she is approved; pitch and ratings stand in for it."""

    called: str
    is_veiled: bool = False
    headline: str = ""
    works_at: str = ""
    addresses: tuple[str, ...] = ()
    expected_pay: str = ""
    notice_period: str = ""
    source: str = ""
    has_resume: bool = False


ERASED = "Erased candidate"


def shown(submission: "Submission", reader: User) -> Shown:
    """The only way for a page or a mail to get at a candidate. Pay and notice are told in a blind
    review as well; where somebody works is not, nor the headline. The source is for recruiters."""
    candidate = submission.candidate
    if candidate.erased_at:
        return Shown(called=f"{ERASED} {candidate.code}")
    if submission.is_blind and not reader.is_recruiter:
        return Shown(
            called=f"Candidate {candidate.code}",
            is_veiled=True,
            expected_pay=candidate.expected_pay,
            notice_period=candidate.notice_period,
        )
    return Shown(
        called=candidate.name,
        headline=candidate.headline,
        works_at=candidate.works_at,
        addresses=tuple(candidate.addresses),
        expected_pay=candidate.expected_pay,
        notice_period=candidate.notice_period,
        source=candidate.source if reader.is_recruiter else "",
        has_resume=submission.resume_id is not None,
    )
