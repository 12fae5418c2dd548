"""The intake of a requisition: its working draft, and the briefs that were signed of it."""

from intake.models.agreements import Agreement
from intake.models.appointments import Wanted
from intake.models.briefs import Brief, BriefChanged, NotYours, Side, Signature
from intake.models.contests import Contest
from intake.models.drafts import Editing, Intake
from intake.models.meetings import Meeting, StaleMeeting
from intake.models.pieces import Action, Answer, Requirement, Section, StalePiece
from intake.models.templates import AgendaTemplate, StaleAgenda
from intake.models.wordings import LoadedWording, StaleWording

__all__ = [
    "Action",
    "AgendaTemplate",
    "Agreement",
    "Answer",
    "Brief",
    "BriefChanged",
    "Contest",
    "Editing",
    "Intake",
    "LoadedWording",
    "Meeting",
    "NotYours",
    "Requirement",
    "Section",
    "Side",
    "Signature",
    "StaleAgenda",
    "StaleMeeting",
    "StalePiece",
    "StaleWording",
    "Wanted",
]
