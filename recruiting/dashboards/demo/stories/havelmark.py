"""Havelmark Hospitals IT: what is being worked on, what is stuck, and what has not begun."""

from recruiting.dashboards.demo import intakes
from recruiting.dashboards.demo.story import (
    Log,
    Meet,
    Open,
    Pledge,
    Prepare,
    Propose,
    Story,
    Write,
)
from requisitions.models import Stage

CLIENT = "havelmark"

CLINICAL_ANALYST = Story(
    key="clinical analyst",
    client=CLIENT,
    title="Clinical Applications Analyst, medication module",
    code="HM-IT-039",
    place="Potsdam, four days a week on site",
    recruiter="recruiter",
    manager="manager",
    watchers=("samir.haddad",),
    created=40,
    target_ahead=-3,
    salary=(58_000, 66_000),
    currency="EUR",
    basis="year",
    description="""\
## The job
Stand between pharmacy, wards and vendor for the medication module: gather what is needed, set it
up, test it with the people who use it, train the next ward.

## What you bring
- Nursing, pharmacy or clinical IT background
- Has configured a hospital information system, ideally its medication part
- Likes being on the ward
""",
    steps=(
        Open(
            38,
            "10:00",
            "Roll-out plan is fixed; Jonas and I went through the must-haves by phone.",
        ),
        Log(
            36,
            "15:20",
            found=31,
            contacted=19,
            note="Small field: people who know the module sit at the vendor or at other hospital "
            "groups. I write to each of them by hand.",
            next_step="Assess replies, from {+2}",
        ),
        Log(
            33,
            "14:40",
            contacted=5,
            screened=8,
            note="Pharmacists answer, nurses answer, analysts do not. The four days on site are "
            "named in almost every no.",
            next_step="Three calls on {+3}",
        ),
        Log(
            30,
            "16:15",
            found=9,
            met=3,
            note="Three good calls. One pharmacist has set up the module once already.",
            next_step="Two resumes to Jonas by {+4}",
            promise=Pledge(Stage.SUBMITTED, 2, due=4),
        ),
        Log(
            26,
            "13:30",
            met=1,
            submitted=2,
            note="Two resumes sent: the pharmacist, and an analyst from a smaller hospital.",
            next_step="Jonas reads them by {+3}",
        ),
        Log(
            21,
            "11:00",
            contacted=6,
            screened=3,
            approved=1,
            note="The pharmacist is approved. The analyst had no ward time, which Jonas needs.",
            next_step="Interview {+4} at 15:00 with Jonas and the pharmacy",
        ),
        Log(
            16,
            "16:50",
            met=1,
            interviewed=1,
            note="Interview was good, then she withdrew: four days on site with a commute from "
            "Leipzig is too much. She would have come for two.",
            next_step="Talk with Jonas about the on-site days",
        ),
        Log(
            13,
            "10:20",
            found=8,
            contacted=5,
            note="New round around Berlin. I described the ward work first this time.",
            next_step="Three resumes to Jonas by {+6}",
            promise=Pledge(Stage.SUBMITTED, 3, due=6),
        ),
        Log(
            9,
            "15:45",
            screened=2,
            note="Two replies worth a look, both ask for fewer days on site before anything else. "
            "I do not expect three resumes under the present conditions.",
            next_step="Decide together: three days on site, or a higher range",
        ),
        Write(
            3,
            "11:20",
            by="manager",
            asks=True,
            text="It has gone quiet here. Would three days on site bring back the two who replied?",
        ),
        Write(
            2,
            "15:30",
            by="lead",
            text="At the Leeds office a role like this took off when the ad named the go-live. "
            "Worth a try here?",
        ),
        Prepare(2, "16:00", intakes.CLINICAL),
        Propose(1, "15:40"),
    ),
)

IDENTITY = Story(
    key="identity engineer",
    client=CLIENT,
    title="Identity and Access Management Engineer",
    code="HM-IT-047",
    place="Potsdam or Stockholm",
    recruiter="recruiter",
    manager="petra.lindqvist",
    watchers=("samir.haddad",),
    created=6,
    openings=1,
    target_ahead=55,
    salary=(70_000, 82_000),
    currency="EUR",
    basis="year",
    description="""\
## The job
One account per person across all sites, from the first working day to the last: joiners, movers,
leavers, and the ward workstations where three people share a keyboard.

## What you bring
- Entra ID and at least one identity governance product
- Scripts you would show to a colleague
""",
    steps=(
        Log(
            3,
            "14:20",
            note="Agenda for the intake meeting sent to Petra. Two things to look at before:\n\n"
            "- which of the seven requirements would you **not** give up?\n"
            "- is Stockholm really open as a place of work?",
            next_step="Intake meeting, half an hour, in the coming days",
        ),
        Prepare(3, "14:30", intakes.IDENTITY),
        Meet(2, "10:15"),
    ),
)

SECURITY_OFFICER = Story(
    key="security officer",
    client=CLIENT,
    title="IT Security Officer",
    code="HM-IT-048",
    place="Potsdam",
    recruiter="recruiter",
    manager=None,
    created=2,
    description="""\
Asked for by the board after the audit. Who will be the hiring manager is being decided between
Samir and the compliance office.
""",
)

STORIES = (CLINICAL_ANALYST, IDENTITY, SECURITY_OFFICER)
