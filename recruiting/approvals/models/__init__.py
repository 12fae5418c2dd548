"""Resumes for approval: candidates, the slates they are sent in, and what becomes of each."""

from recruiting.approvals.models.candidates import Candidate, Resume, ResumePage
from recruiting.approvals.models.contests import DecisionContest
from recruiting.approvals.models.decisions import (
    AlreadyDecided,
    Decision,
    Reason,
    Why,
)
from recruiting.approvals.models.feedback import AlreadySaid, Feedback
from recruiting.approvals.models.interviews import Interview, Round, StaleInterview
from recruiting.approvals.models.offers import Answered, Offer, StaleOffer, Terms
from recruiting.approvals.models.parking import Parking, Withdrawal
from recruiting.approvals.models.questions import AlreadyAnswered, Question
from recruiting.approvals.models.screening import ScreenOut, ScreenOutLine
from recruiting.approvals.models.slates import Slate
from recruiting.approvals.models.submissions import Mark, NotNow, Rating, Submission

__all__ = [
    "AlreadyAnswered",
    "AlreadyDecided",
    "AlreadySaid",
    "Answered",
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
    "Round",
    "ScreenOut",
    "ScreenOutLine",
    "Slate",
    "StaleInterview",
    "StaleOffer",
    "Submission",
    "Terms",
    "Why",
    "Withdrawal",
]
