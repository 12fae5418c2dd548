"""Havelmark Hospitals IT: the search that everybody looks at, with its candidates."""

from recruiting.dashboards.demo import intakes
from recruiting.dashboards.demo.candidates import integration
from recruiting.dashboards.demo.story import (
    Amend,
    Answer,
    Edit,
    Log,
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
            note="Four calls held, three resumes come to you today:\n\n"
            "1. vendor side, FHIR since the first drafts, wants to be closer to users\n"
            "2. university clinic, runs Mirth alone today\n"
            "3. consultant, very strong on HL7 v2, learning FHIR",
            next_step="Jonas reads the three resumes by {+2}",
        ),
        Log(
            19,
            "10:30",
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
            note="Second interview held. She is good, and has another process that ends in about "
            "three weeks. Three fresh resumes go out today, all with FHIR.",
            next_step="Jonas decides on the three resumes by {+3}",
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
            note="Two of three approved; the third for want of something that the brief does not "
            "say, which we settle before the next slate. From the calls: people ask about the "
            "**four sites** first and about pay second. A sentence on travel between sites would "
            "help the ad.",
            next_step="Two interviews, {+2} and {+3}, invitations are out",
        ),
        Log(
            5,
            "16:10",
            screened=2,
            met=2,
            note="Two interviews, two different impressions: one strong engineer who does not "
            "want to be on call, one a bit junior who does.\n\nOne more resume goes out today.",
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
            note="Second round with the university clinic candidate: technically clear, Jonas "
            "and Samir would both work with her. Five more resumes are nearly ready, so that we "
            "choose and do not settle.",
            next_step="Five resumes to Jonas and a reference call, both {+1}",
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
            note="Reference call done, warm and specific. She expects to hear from us this week. "
            "The five resumes are with you.",
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
        *integration.STEPS,
    ),
)
