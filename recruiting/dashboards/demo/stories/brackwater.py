"""Brackwater Logistics, Singapore and Łódź."""

from recruiting.dashboards.demo.story import Hold, Log, Open, Pledge, Resume, Story
from requisitions.models import Stage

CLIENT = "brackwater"

CUSTOMS = Story(
    key="customs manager",
    client=CLIENT,
    title=(
        "Senior Manager, Cross-Border Customs Brokerage, Trade Compliance and Dangerous Goods "
        "Documentation for the Asia-Pacific Hubs in Singapore, Port Klang and Laem Chabang"
    ),
    code="BW-109",
    place="Singapore",
    recruiter="other.recruiter",
    manager="mei.tan",
    created=37,
    target_ahead=18,
    salary=(9_500, 11_500),
    currency="SGD",
    basis="month",
    description="""\
## The job
Lead eleven brokers in three ports. You sign for what crosses the border, and you teach the hubs to
ask before they ship.

## What you bring
- Licensed, with years of dangerous goods by sea
- Has led people across borders and languages
""",
    steps=(
        Open(
            35,
            "16:30",
            "Mei starts the search before the brief is signed: the licence has a deadline.",
        ),
        Log(
            33,
            "16:10",
            found=27,
            contacted=13,
            note="The circle is small and everybody knows everybody. I write carefully and name "
            "the client only on the phone.",
            next_step="Evening calls, Singapore morning, from {+2}",
        ),
        Log(
            29,
            "16:40",
            screened=7,
            met=3,
            note="Three calls at odd hours. Port Klang draws more interest than Singapore itself.",
            next_step="Two resumes to Mei by {+4}",
            promise=Pledge(Stage.SUBMITTED, 2, due=4),
        ),
        Log(
            24,
            "15:45",
            met=1,
            submitted=2,
            note="Two resumes sent, a day late: one of the two wanted to tell her employer first. "
            "I would do the same.",
            next_step="Mei reads them by {+3}",
        ),
        Log(
            20,
            "16:20",
            found=14,
            contacted=9,
            approved=1,
            note="One approved. The other leads a larger team today and would step back.",
            next_step="Interview by video {+4}, 9:00 in Singapore",
        ),
        Hold(
            17,
            "08:40",
            "Mei is at the port authority for the audit and cannot interview this week.",
            until_ahead=-11,
        ),
        Resume(12, "08:15"),
        Log(
            10,
            "16:30",
            screened=6,
            met=3,
            interviewed=1,
            note="The audit is over and the interview was held. Mei liked the way she said what "
            "she does **not** know.",
            next_step="Second resume round to Mei by {+4}",
            promise=Pledge(Stage.SUBMITTED, 2, due=4),
        ),
        Log(
            6,
            "16:05",
            submitted=2,
            contacted=5,
            note="Two more resumes sent, one with the licence for all three ports.",
            next_step="Mei reads them by {+2}",
        ),
        Log(
            3,
            "16:50",
            approved=2,
            screened=3,
            note="Both approved overnight.",
            next_step="Two interviews by video, invitations are out",
            promise=Pledge(Stage.INTERVIEWED, 2, due=6),
        ),
    ),
)

AUTOMATION = Story(
    key="automation engineer",
    client=CLIENT,
    title="Warehouse Automation Engineer",
    code="BW-125",
    place="Łódź",
    recruiter="other.recruiter",
    manager="anna.kowalczyk",
    created=14,
    target_ahead=26,
    salary=(18_000, 23_000),
    currency="PLN",
    basis="month",
    description="""\
## The job
Bring the new conveyor and sorter into service and keep them running: PLC programs, sensors, the
spare part that is never there.

## What you bring
- Siemens PLC, read and changed on a running line
- Polish, and English for the vendor
""",
    steps=(
        Open(
            13,
            "08:30",
            "The go-live date of the conveyor is fixed and Anna is on site all month. We agreed "
            "the four must-haves by phone; the brief will be signed when she is back at her desk.",
        ),
        Log(
            11,
            "09:20",
            found=29,
            contacted=12,
            note="Most fitting people work for integrators and travel all week. A job that stays "
            "in Łódź is an argument; I lead with it.",
            next_step="Calls from {+2}, early because of the time difference",
        ),
        Log(
            7,
            "08:50",
            found=12,
            contacted=10,
            screened=8,
            met=2,
            note="Two calls, both positive. Both asked who writes the spare part list today.",
            next_step="Two resumes to Anna",
            promise=Pledge(Stage.SUBMITTED, 2, due=4),
        ),
        Log(
            3,
            "09:10",
            met=2,
            screened=4,
            submitted=2,
            note="Two resumes sent as promised. One is free at once: his project ended early.",
            next_step="Anna reads two resumes between two shifts",
        ),
        Log(
            1,
            "08:45",
            contacted=5,
            approved=1,
            note="Anna approved one by message from the hall.",
            next_step="Walk through the hall with the candidate in the coming days",
        ),
    ),
)

STORIES = (CUSTOMS, AUTOMATION)
