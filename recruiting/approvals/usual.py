"""What others have found about resumes that wait, each figure with its source."""

from intake.usual import WHY_AGREE, Fact

WAITING = Fact(
    "37 % of the time that a hiring process takes is spent by resumes that wait with the hiring "
    "manager, say 375 managers and 600 recruiters",
    "iCIMS",
    2014,
)

WHY_SHORT = (WAITING, WHY_AGREE)
"""Why a slate is made to be answered in a minute."""
