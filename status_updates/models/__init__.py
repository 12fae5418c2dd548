"""What recruiters log and promise, what people write, and the personal lines of digests."""

from status_updates.models.checkpoint import Checkpoint
from status_updates.models.digest import DigestHold, PersonalLine
from status_updates.models.note import Note, NoteVersion
from status_updates.models.promise import Promise, PromiseMove
from status_updates.models.touchpoint import Touchpoint

__all__ = [
    "Checkpoint",
    "DigestHold",
    "Note",
    "NoteVersion",
    "PersonalLine",
    "Promise",
    "PromiseMove",
    "Touchpoint",
]
