"""Resumes for approval: candidates, the slates they are sent in, and what becomes of each."""

from recruiting.approvals.models.candidates import Candidate, Resume, ResumePage
from recruiting.approvals.models.contests import DecisionContest
from recruiting.approvals.models.decisions import (
    AlreadyDecided,
    Decision,
    Reason,
    Why,
)
from recruiting.approvals.models.interviews import Feedback, Interview
from recruiting.approvals.models.offers import Offer
from recruiting.approvals.models.parking import Parking, Withdrawal
from recruiting.approvals.models.questions import AlreadyAnswered, Question
from recruiting.approvals.models.screening import ScreenOut, ScreenOutLine
from recruiting.approvals.models.slates import Slate
from recruiting.approvals.models.submissions import Mark, NotNow, Rating, Submission

__all__ = [
    "AlreadyAnswered",
    "AlreadyDecided",
    "Candidate",
    "Decision",
    "DecisionContest",
    "Feedback",
    "Interview",
    "Mark",
    "NotNow",
    "Offer",
    "Parking",
    "Question",
    "Rating",
    "Reason",
    "Resume",
    "ResumePage",
    "ScreenOut",
    "ScreenOutLine",
    "Slate",
    "Submission",
    "Why",
    "Withdrawal",
]
