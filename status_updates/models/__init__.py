"""What recruiters log and promise, and the personal lines of digests."""

from status_updates.models.checkpoint import Checkpoint
from status_updates.models.digest import PersonalLine
from status_updates.models.promise import Promise

__all__ = ["Checkpoint", "PersonalLine", "Promise"]
