"""The job to fill, its status, and the ledger of its funnel."""

from requisitions.models.bulk import BulkAction, BulkChange
from requisitions.models.funnel import STAGES, Funnel, Stage, StageCount
from requisitions.models.imports import ImportBatch
from requisitions.models.requisition import Requisition, StaleVersion
from requisitions.models.salary import Basis, salary_text
from requisitions.models.status import NotAllowed, Status, StatusChange
from requisitions.models.watcher import Watcher

__all__ = [
    "STAGES",
    "Basis",
    "BulkAction",
    "BulkChange",
    "Funnel",
    "ImportBatch",
    "NotAllowed",
    "Requisition",
    "Stage",
    "StageCount",
    "StaleVersion",
    "Status",
    "StatusChange",
    "Watcher",
    "salary_text",
]
