"""Whether a client has somebody already: by name, or by an address of hers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from recruiting.approvals.likeness import address_key, name_key
from recruiting.approvals.models import Candidate, Submission
from requisitions.models import Requisition

OFFERED = 5
"""Of more people of one name, the latest."""


@dataclass(frozen=True)
class Known:
    """Somebody whom the client has. `here` is what she has on this requisition, and `elsewhere`
    what she was sent or prepared for beside it, the latest first."""

    candidate: Candidate
    same_name: bool
    same_link: bool
    here: Submission | None
    elsewhere: Sequence[Submission]

    @property
    def likeness(self) -> str:
        if self.same_name and self.same_link:
            return "the same name and the same link"
        return "the same name" if self.same_name else "the same link"


def known_people(requisition: Requisition, details: Mapping[str, str]) -> list[Known]:
    """People of the client of this requisition, never of another, who are like these details.

    One statement over the names and links of its candidates, and one for those found. Who is on
    this requisition comes first.
    """
    name, links = name_key(details["name"]), _keys(details["links"].splitlines())
    rows = Candidate.objects.standing().filter(client=requisition.client_id)
    found: dict[UUID, tuple[bool, bool]] = {}
    for pk, other, addresses in rows.order_by("-at", "pk").values_list("pk", "name", "links"):
        same = bool(name) and name_key(other) == name, bool(links & _keys(addresses.splitlines()))
        if any(same):
            found[pk] = same
    submissions = _of(found)
    known = []
    for candidate in rows.filter(pk__in=list(found)).order_by("-at", "pk"):
        mine = submissions.get(candidate.pk, [])
        here = next((one for one in mine if one.requisition_id == requisition.pk), None)
        elsewhere = [one for one in mine if one.requisition_id != requisition.pk]
        known.append(Known(candidate, *found[candidate.pk], here, elsewhere))
    return sorted(known, key=lambda one: one.here is None)[:OFFERED]


def _of(candidates: Iterable[UUID]) -> dict[UUID, list[Submission]]:
    """What stands of them, the latest first."""
    rows = Submission.objects.filter(candidate__in=list(candidates), removed_at=None)
    found: dict[UUID, list[Submission]] = {}
    for one in rows.select_related("requisition", "slate").order_by("-at"):
        found.setdefault(one.candidate_id, []).append(one)
    return found


def _keys(addresses: Iterable[str]) -> set[str]:
    return {key for address in addresses if (key := address_key(address))}
