"""Havelmark Hospitals IT: what is being worked on, what is stuck, and what has not begun."""

from recruiting.dashboards.demo import intakes
from recruiting.dashboards.demo.story import (
    Amend,
    Answer,
    Edit,
    Log,
    Meet,
    Move,
    Open,
    Pledge,
    Prepare,
    Propose,
    Sign,
    Spoke,
    Story,
    Write,
)
from requisitions.models import Stage

CLIENT = "havelmark"

INTEGRATION = Story(
    key="integration engineer",
    client=CLIENT,
    title="Senior Integration Engineer, HL7 and FHIR",
    code="HM-IT-041",
    place="Potsdam, two days a week from home",
    recruiter="recruiter",
    manager="manager",
    watchers=("samir.haddad", "petra.lindqvist"),
    created=33,
    target_ahead=15,
    salary=(78_000, 92_000),
    currency="EUR",
    basis="year",
    description="""\
## The job
Own the interfaces between the patient record, the laboratory and the four sites. You move the
remaining HL7 v2 feeds to FHIR and keep the night quiet for those on call.

## What you bring
- Several years with an integration engine (Mirth, Rhapsody or similar) in production
- HL7 v2 and FHIR R4, read and written by hand
- German good enough for a call with a ward at six in the morning

## What you find
A team of five, one on-call week in six, a budget for two conferences a year.
""",
    steps=(
        Open(
            31,
            "11:10",
            "Kick-off call held with Jonas. Two site moves depend on the interface engine, so we "
            "start now and sign the brief when he is back from Cottbus.",
        ),
        Prepare(30, "14:10", intakes.INTEGRATION),
        Propose(28, "10:05"),
        Sign(27, "09:20"),
        Log(
            29,
            "15:40",
            found=26,
            contacted=14,
            note="First search done. Good people sit at **laboratory software vendors**, fewer "
            "at hospitals than we thought.\n\nI wrote to them with the site moves as the story, "
            "not with the job title.",
            next_step="Assess the replies against the brief by {+3}",
            promise=Pledge(Stage.SUBMITTED, 3, due=8),
        ),
        Log(
            26,
            "16:20",
            found=12,
            contacted=12,
            screened=9,
            note="Replies come quickly, mostly in the evening. Two said no because of the "
            "on-call week; I now mention it in the second message, with the one-in-six rhythm.",
            next_step="Calls with the four strongest on {+2} and {+3}",
        ),
        Log(
            22,
            "14:05",
            contacted=8,
            screened=7,
            met=4,
            submitted=3,
            note="Four calls held, three resumes with you:\n\n"
            "1. vendor side, FHIR since the first drafts, wants to be closer to users\n"
            "2. university clinic, runs Mirth alone today\n"
            "3. consultant, very strong on HL7 v2, learning FHIR",
            next_step="Jonas reads the three resumes by {+2}",
        ),
        Log(
            19,
            "10:30",
            approved=2,
            screened=4,
            met=2,
            note="Jonas approved two within a day, thank you. The consultant is out: FHIR has to "
            "be there from the start. I have noted that for the next search.",
            next_step="First interview {+2} at 14:00, second to be set",
        ),
        Spoke(
            18,
            "09:40",
            kind="call",
            minutes=20,
            said="Jonas told how a night on call really goes. He would rather wait two weeks than "
            "take somebody without FHIR.",
            next_step="Write the on-call rhythm into the first message",
        ),
        Amend(18, "15:30", intakes.FHIR_FROM_THE_START),
        Sign(18, "16:10"),
        Log(
            16,
            "16:45",
            found=18,
            contacted=11,
            screened=5,
            met=3,
            interviewed=1,
            note="Interview went well on both sides. Open question: can the on-call week be "
            "handed over once a quarter?\n\nNew search round without pure v2 profiles.",
            next_step="Second interview {+4} at 10:00",
            promise=Pledge(Stage.SUBMITTED, 2, due=5),
        ),
        Log(
            12,
            "15:15",
            contacted=6,
            screened=4,
            met=2,
            submitted=2,
            interviewed=1,
            note="Second interview held. She is good, and has another process that ends in about "
            "three weeks. Two fresh resumes sent, both with FHIR in production.",
            next_step="Jonas decides on the two resumes by {+3}",
        ),
        Amend(12, "16:20", intakes.TRAVEL_BETWEEN_SITES),
        Sign(11, "09:05"),
        Log(
            8,
            "11:50",
            found=9,
            contacted=5,
            screened=3,
            met=1,
            approved=2,
            note="Both approved. From the calls: people ask about the **four sites** first and "
            "about pay second. A sentence on travel between sites would help the ad.",
            next_step="Two interviews, {+2} and {+3}, invitations are out",
        ),
        Log(
            5,
            "16:10",
            screened=2,
            met=2,
            submitted=1,
            interviewed=2,
            note="Two interviews, two different impressions: one strong engineer who does not "
            "want to be on call, one a bit junior who does.\n\nOne more resume sent.",
            next_step="Compare notes with Jonas {+1} at 9:30",
        ),
        Write(
            4,
            "11:25",
            by="manager",
            asks=True,
            name="pay",
            text="Is it the **pay** or the on-call week that people say no to?",
        ),
        Answer(
            4,
            "14:50",
            of="pay",
            text="Of nine who said no in the last three weeks:\n\n- on-call week: 5\n- pay: 2\n"
            "- moving: 2\n\nSo the quarterly swap you spoke of would help most.",
        ),
        Log(
            2,
            "14:30",
            found=7,
            contacted=6,
            screened=3,
            met=1,
            submitted=2,
            approved=1,
            interviewed=1,
            note="Second round with the university clinic candidate: technically clear, Jonas "
            "and Samir would both work with her. Two more resumes sent, so that we choose and "
            "do not settle.",
            next_step="Jonas reads two resumes; reference call {+1} at 11:00",
            promise=Pledge(Stage.INTERVIEWED, 2, due=1),
            name="two more",
        ),
        Move(
            1,
            "09:05",
            of="two more",
            reason="Samir is on call this week and wants to sit in on both.",
        ),
        Log(
            1,
            "15:55",
            contacted=3,
            screened=2,
            met=2,
            note="Reference call done, warm and specific. She expects to hear from us this week.",
            next_step="Agree together on the range for an offer",
        ),
        Write(
            1,
            "16:05",
            private=True,
            name="range",
            text="She names 90 as her wish. Do not say it first.",
        ),
        Edit(
            1,
            "16:20",
            of="range",
            text="She names 90 as her wish, 86 with the swap. Let Jonas speak first.",
        ),
        Write(
            1,
            "16:25",
            by="manager",
            asks=True,
            text="She expects to hear this week. @Clara Voss, can we speak before noon about the "
            "range, and should @Samir Haddad be there?",
        ),
        Write(
            1,
            "16:50",
            by="lead",
            private=True,
            text="@Clara Voss, 92 is the end of the range for this team. Call me before you call "
            "Jonas.",
        ),
        Write(1, "16:55", private=True, text="Will do, @Helen Marsh. At nine?"),
    ),
)

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

STORIES = (INTEGRATION, CLINICAL_ANALYST, IDENTITY, SECURITY_OFFICER)
