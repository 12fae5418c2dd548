"""What is true of a requisition now, and what changed since somebody last looked.

One source for the manager's home, the recruiter's desk, the shared page and the digest, so that
they cannot tell different stories. `load` asks the database a fixed number of times for any number
of requisitions; what follows is pure.
"""

from status_updates.facts.known import Asked, Facts, Material, PromiseFact
from status_updates.facts.loading import load
from status_updates.facts.standing import QUIET_AFTER

__all__ = ["QUIET_AFTER", "Asked", "Facts", "Material", "PromiseFact", "load"]
