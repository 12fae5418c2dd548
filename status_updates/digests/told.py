"""Whether a letter that was written and not yet sent may still be read by whom it is for."""

import re
from collections.abc import Iterable
from uuid import UUID

from recruiting.mailing.models import Mail
from requisitions.models import Requisition, Watcher

_TOLD = re.compile(r"/requisitions/([0-9a-f-]{36})/")
"""Every requisition that a letter tells of stands in it with its address."""


def no_longer_theirs(letters: Iterable[tuple[Mail, UUID]]) -> set[UUID]:
    """Those letters, each given with the manager whose it is, that tell of a requisition which the
    manager neither holds nor watches any more. Letters not yet written cost nothing."""
    told = {
        mail.pk: (manager, {UUID(pk) for pk in _TOLD.findall(mail.text)})
        for mail, manager in letters
        if mail.rendered_at
    }
    if not told:
        return set()
    named = {requisition for _, of_letter in told.values() for requisition in of_letter}
    theirs = set(Requisition.objects.filter(pk__in=named).values_list("manager", "pk"))
    theirs |= set(Watcher.objects.filter(requisition__in=named).values_list("user", "requisition"))
    return {
        pk
        for pk, (manager, of_letter) in told.items()
        if any((manager, requisition) not in theirs for requisition in of_letter)
    }
