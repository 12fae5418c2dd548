"""The job to fill, its status, and the ledger of its funnel."""

from requisitions.models.funnel import Funnel, Stage, StageCount
from requisitions.models.requisition import Basis, Requisition, Watcher
from requisitions.models.status import Status, StatusChange

__all__ = [
    "Basis",
    "Funnel",
    "Requisition",
    "Stage",
    "StageCount",
    "Status",
    "StatusChange",
    "Watcher",
]
