"""Havelmark Hospitals IT: what waits for the budget, what is filled and half filled."""

from recruiting.dashboards.demo import intakes
from recruiting.dashboards.demo.candidates import database, service_desk
from recruiting.dashboards.demo.story import (
    Correct,
    Hold,
    Log,
    Open,
    Pledge,
    Prepare,
    Propose,
    Sign,
    Story,
)
from requisitions.models import Stage

CLIENT = "havelmark"

NETWORK = Story(
    key="network engineer",
    client=CLIENT,
    title="Network Engineer, campus and data centre",
    code="HM-IT-040",
    place="Cottbus",
    recruiter="recruiter",
    manager="manager",
    created=36,
    target_ahead=30,
    salary=(62_000, 74_000),
    currency="EUR",
    basis="year",
    description="""\
## The job
Campus networks of two sites and the move into the new data centre: cabling plans, segments for
medical devices, firewalls, and the nights on which it all moves.

## What you bring
- Routing, switching and firewalls in a network that may not stop
- Documents what he or she has changed, the same day
""",
    steps=(
        Open(
            35,
            "13:15",
            "Data centre move has a date; brief is agreed in words, signing follows.",
        ),
        Log(
            33,
            "16:00",
            found=31,
            contacted=20,
            note="Good number of profiles around Cottbus and Dresden, many of them from utilities.",
            next_step="Assess replies by {+3}",
        ),
        Log(
            29,
            "11:30",
            found=13,
            contacted=9,
            screened=11,
            met=4,
            note="Utilities people know networks that may not stop, which is our point exactly. "
            "Four calls, three to go further.",
            next_step="Three resumes to Jonas by {+4}",
            promise=Pledge(Stage.SUBMITTED, 3, due=4),
        ),
        Log(
            25,
            "10:10",
            met=2,
            submitted=3,
            note="Three resumes sent. All three have done a move at night before.",
            next_step="Jonas reads them by {+2}",
        ),
        Log(
            22,
            "15:05",
            screened=3,
            approved=2,
            note="Two approved; the third has no firewall experience.",
            next_step="Interviews {+2} and {+3} in Cottbus",
        ),
        Log(
            18,
            "16:40",
            interviewed=2,
            note="Both interviews held, Jonas would take either. Before an offer he wants the "
            "budget of the move confirmed.",
            next_step="Jonas asks the board for a date",
        ),
        Hold(
            14,
            "09:50",
            "The board decides on the budget of the data centre move. Jonas asked to hold offers "
            "until then.",
            until_ahead=0,
        ),
        Log(
            13,
            "11:25",
            note="Told both finalists the truth. One is glad to wait, the other has a second "
            "process and will say before signing anything.",
            next_step="Short call to both finalists every second week",
        ),
    ),
)

DATABASE = Story(
    key="database administrator",
    client=CLIENT,
    title="Database Administrator, PostgreSQL and Oracle",
    code="HM-IT-033",
    place="Potsdam, three days a week from home",
    recruiter="recruiter",
    manager="manager",
    watchers=("samir.haddad",),
    created=52,
    target_ahead=5,
    salary=(66_000, 79_000),
    currency="EUR",
    basis="year",
    description="""\
## The job
Keep forty databases fast, patched and restorable, and move what can be moved from Oracle to
PostgreSQL without anybody on the wards noticing.

## What you bring
- PostgreSQL in production, including a restore under pressure
- Oracle well enough to leave it
""",
    steps=(
        Prepare(52, "10:30", intakes.DATABASE),
        Propose(52, "11:20"),
        Sign(51, "10:30"),
        Log(
            49,
            "15:30",
            found=28,
            contacted=18,
            note="Searching for PostgreSQL first and Oracle second gives better people than the "
            "other way round.",
            next_step="Assess replies by {+3}",
        ),
        Log(
            45,
            "14:10",
            found=14,
            contacted=13,
            screened=12,
            note="Many like the migration, few like the word hospital. I now open with the "
            "restore times they would own.",
            next_step="First calls {+2} and {+3}",
        ),
        Log(
            41,
            "16:25",
            met=5,
            note="Five calls. Three could run this alone from the first week.",
            next_step="Three resumes to Jonas within the week",
            promise=Pledge(Stage.SUBMITTED, 3, due=5),
        ),
        Log(
            37,
            "11:45",
            met=1,
            note="Three resumes go out today, a day early.",
            next_step="Jonas reads them by {+3}",
        ),
        Log(
            34,
            "10:00",
            screened=4,
            note="Two approved.",
            next_step="Interviews {+3} and {+4}, the second by video",
        ),
        Log(
            30,
            "15:50",
            found=11,
            contacted=7,
            note="One clear yes, one clear no. I keep searching so that we have a second yes.",
            next_step="Second round with the yes, {+4}",
        ),
        Log(
            26,
            "13:20",
            screened=5,
            met=3,
            note="Two more resumes, both from software houses. One has moved a bank from Oracle.",
            next_step="Jonas reads them by {+2}",
        ),
        Log(
            23,
            "09:35",
            note="One approved.",
            next_step="Interview {+3} at 13:00, same day as the second round",
        ),
        Log(
            19,
            "16:30",
            note="Second round and first round on one afternoon: now there are two people Jonas "
            "would hire.",
            next_step="Offer to the first by {+3}",
        ),
        Log(
            15,
            "11:10",
            note="Offer made. His employer is likely to answer it.",
            next_step="Call {+2} in the evening",
        ),
        Log(
            10,
            "10:40",
            note="He stays: his employer met the offer and added a team. No hard feelings; it was "
            "he who had sent us the second finalist, the one with the bank, who got his offer "
            "today.",
            next_step="His answer is due {+4}",
        ),
        Log(
            4,
            "14:45",
            note="**He signs today.** Notice period is six weeks, so he overlaps with nobody; "
            "Jonas asks the previous administrator for two days of handover by phone.",
            next_step="Contract and equipment, then a first lunch with the team",
        ),
        *database.STEPS,
    ),
)

SERVICE_DESK = Story(
    key="service desk",
    client=CLIENT,
    title="Service Desk Technician",
    code="HM-IT-036",
    place="Brandenburg an der Havel, on site",
    recruiter="recruiter",
    manager="manager",
    created=44,
    openings=2,
    target_ahead=8,
    salary=(41_000, 47_000),
    currency="EUR",
    basis="year",
    description="""\
## The job
First voice for 2 sites: accounts, printers, ward tablets, and the calm that goes with them.
Early and late shift in turn, no nights.

## What you bring
- A year or more on a service desk, or in a ward and good with devices
- Patience on the phone; written German without help
""",
    steps=(
        Prepare(44, "10:30", intakes.SERVICE_DESK),
        Propose(44, "11:15"),
        Sign(43, "09:40"),
        Log(
            41,
            "15:00",
            found=34,
            contacted=22,
            note="Plenty of profiles, half of them retail. Three come from hospital wards and "
            "know the software from the other side. I start with those.",
            next_step="First calls from {+1}",
            promise=Pledge(Stage.MET, 5, due=5),
        ),
        Log(
            38,
            "16:30",
            contacted=10,
            screened=14,
            note="Shift work is the sorting question. I ask it first now and save both sides "
            "half an hour.",
            next_step="Five calls, spread over {+2} and {+3}",
        ),
        Log(
            35,
            "11:20",
            screened=6,
            met=5,
            note="Five calls held, one day later than promised: two people moved theirs.",
            next_step="Four resumes to Jonas by {+4}",
        ),
        Log(
            31,
            "14:00",
            found=15,
            contacted=9,
            note="Four resumes come to you now. My favourite is a ward nurse who has been the "
            "unofficial helper for tablets for years.",
            next_step="Jonas reads them by {+3}",
        ),
        Log(
            28,
            "10:15",
            screened=5,
            met=2,
            note="Three approved. The fourth lives too far for the early shift.",
            next_step="Interviews {+2} and {+4} in Brandenburg",
        ),
        Log(
            24,
            "11:30",
            name="slip",
            screened=20,
            note="Three interviews held, two of them clear yes. Two new resumes today.",
            next_step="Offer for the ward nurse, Jonas checks the pay grade",
        ),
        Correct(
            24,
            "15:10",
            of="slip",
            screened=2,
            note="Three interviews held, two of them clear yes. Two new resumes today "
            "(I had typed 20 screened).",
            next_step="Offer for the ward nurse, Jonas checks the pay grade",
        ),
        Log(
            20,
            "13:40",
            found=12,
            contacted=8,
            note="Offer is out at the upper end of the grade. She asked for three days to think, "
            "because of the shift change.",
            next_step="Call her {+3} in the morning",
        ),
        Log(
            17,
            "09:20",
            screened=5,
            note="**Accepted.** One of two openings filled. She starts on the first of the month "
            "after next and would like to see the desk before.",
            next_step="Jonas invites her for a morning at the desk",
        ),
        Log(
            12,
            "16:00",
            met=3,
            note="For the second opening: fewer ward profiles left, so two from smaller IT shops. "
            "Both can start within six weeks.",
            next_step="Jonas reads two resumes by {+3}",
        ),
        Log(
            9,
            "10:45",
            note="Both approved.",
            next_step="Interviews {+3} and {+4}",
            promise=Pledge(Stage.INTERVIEWED, 2, due=4),
        ),
        Log(
            4,
            "15:30",
            note="Two interviews held, the second a day late since the early shift ran over. Both "
            "would do the job; one prefers early "
            "shifts only, which fits the nurse who prefers late ones.",
            next_step="Jonas says whom he takes",
        ),
        Log(
            1,
            "11:05",
            contacted=6,
            screened=3,
            met=1,
            note="The offer is out, to the one who prefers early shifts. The other knows it, and "
            "I keep a small reserve warm in case the answer is no.",
            next_step="His answer by {+3}",
        ),
        *service_desk.STEPS,
    ),
)

STORIES = (NETWORK, DATABASE, SERVICE_DESK)
