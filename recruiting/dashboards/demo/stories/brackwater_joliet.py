"""Brackwater Logistics, Joliet and Rockford: planner, forklift operators, dispatcher."""

from recruiting.dashboards.demo import intakes
from recruiting.dashboards.demo.candidates import planner
from recruiting.dashboards.demo.story import (
    THIS_FRIDAY,
    Cancel,
    Log,
    Open,
    Pledge,
    Prepare,
    Propose,
    Sign,
    Story,
    Undo,
)
from requisitions.models import Stage

CLIENT = "brackwater"

PLANNER = Story(
    key="transport planner",
    client=CLIENT,
    title="Transport Planner, Midwest lanes",
    code="BW-118",
    place="Joliet, Illinois",
    recruiter="other.recruiter",
    manager="other.manager",
    created=29,
    target_ahead=12,
    salary=(62_000, 71_000),
    currency="USD",
    basis="year",
    description="""\
## The job
Plan the day's loads on the Midwest lanes, talk to the drivers as people, and tell customers early
when a truck is late.

## What you bring
- Two years in dispatch or planning
- At home in a planning system and in a spreadsheet
""",
    steps=(
        Prepare(29, "09:15", intakes.PLANNER),
        Propose(29, "10:05"),
        Sign(28, "09:15"),
        Log(
            26,
            "14:30",
            found=24,
            contacted=16,
            note="Strong local market for dispatchers. Planners who talk to drivers kindly are "
            "rarer; I listen for that on the phone.",
            next_step="First calls {+2}",
        ),
        Log(
            22,
            "15:10",
            screened=10,
            met=4,
            note="Four calls. Two of them drove themselves for years.",
            next_step="Two resumes to Marcus by {+3}",
            promise=Pledge(Stage.SUBMITTED, 2, due=3),
        ),
        Log(
            20,
            "10:20",
            name="counted twice",
            met=1,
            note="One more call, and two resumes go to Marcus now, without names as agreed.",
            next_step="Marcus reads them by {+2}",
        ),
        Log(
            19,
            "09:05",
            name="same again",
            met=1,
            note="Call held; two resumes sent to Marcus.",
        ),
        Undo(19, "09:20", of="same again"),
        Log(
            15,
            "16:00",
            found=16,
            contacted=11,
            screened=6,
            note="One approved. For the other Marcus would like to see more planning and less "
            "customer service.",
            next_step="Interview {+3} at 7:30, before the day gets loud",
        ),
        Log(
            11,
            "13:45",
            met=3,
            note="The early interview was a good idea: he saw the morning call live and stayed "
            "for it. Two more resumes go out today.",
            next_step="Marcus reads two resumes by {+2}",
        ),
        Log(
            6,
            "11:30",
            contacted=4,
            note="Both approved. One is on a two-week notice, the other needs four.",
            next_step="Two interviews in the coming week",
            promise=Pledge(Stage.INTERVIEWED, 2, due=THIS_FRIDAY),
        ),
        Log(
            2,
            "15:40",
            screened=3,
            note="First of the two interviews held. Calm, quick, asked about the planning system "
            "before the pay.",
            next_step="Three more resumes {+1}; second interview is being set",
        ),
        *planner.STEPS,
    ),
)

OPERATORS = Story(
    key="forklift operators",
    client=CLIENT,
    title="Forklift Operators, day shift",
    code="BW-121",
    place="Joliet, Illinois",
    recruiter="other.recruiter",
    manager="other.manager",
    created=26,
    openings=6,
    target_ahead=9,
    salary=(21, 24),
    currency="USD",
    basis="hour",
    description="""\
Six people for the day shift at dock doors 1 to 24. Certificate for reach trucks; we renew it if it
has run out. Steady crew, paid breaks, no mandatory Saturdays.
""",
    steps=(
        Open(
            26,
            "13:30",
            "Six doors open with the new customer; Marcus gave the list by phone.",
        ),
        Log(
            24,
            "15:20",
            found=46,
            contacted=33,
            note="Ad and referral note from the crew went out the same day. The referrals answer "
            "fastest.",
            next_step="Dock walk for the first group {+3} at 10:00",
            promise=Pledge(Stage.MET, 8, due=4),
        ),
        Log(
            21,
            "14:15",
            found=22,
            contacted=15,
            screened=24,
            met=9,
            note="Nine came to the dock walk. Seeing the dock sorts better than any question.",
            next_step="Resumes and certificates to Marcus {+1}",
        ),
        Log(
            18,
            "10:50",
            submitted=7,
            approved=6,
            screened=8,
            note="Seven sent, six approved on the same morning.",
            next_step="Practical test {+2}",
        ),
        Log(
            15,
            "15:55",
            interviewed=6,
            offered=4,
            note="Six tests driven, four offers made on the spot.",
            next_step="Answers by {+2}",
        ),
        Log(
            13,
            "09:40",
            accepted=3,
            found=17,
            contacted=12,
            note="Three signed. One took a night shift elsewhere for the premium.",
            next_step="Second dock walk {+3}",
        ),
        Log(
            9,
            "16:20",
            screened=9,
            met=5,
            submitted=4,
            approved=3,
            note="Second dock walk with five people. Four sent, three approved.",
            next_step="Practical test {+3}",
        ),
        Log(
            5,
            "14:00",
            interviewed=3,
            offered=2,
            note="Three tests, two offers.",
            next_step="Answers by {+3}",
            promise=Pledge(Stage.ACCEPTED, 1, due=3),
        ),
        Log(
            2,
            "10:10",
            accepted=1,
            contacted=7,
            note="One signed, so four of six are filled. The second offer is still being read at "
            "home.",
            next_step="Third dock walk in the coming week, for the last two openings",
        ),
    ),
)

DISPATCHER = Story(
    key="night dispatcher",
    client=CLIENT,
    title="Night Shift Dispatcher",
    code="BW-115",
    place="Rockford, Illinois",
    recruiter="other.recruiter",
    manager="other.manager",
    created=31,
    salary=(54_000, 60_000),
    currency="USD",
    basis="year",
    steps=(
        Open(30, "10:00", "Night shift is one person short; same brief as last year's."),
        Log(
            28,
            "15:00",
            found=18,
            contacted=12,
            note="Nights are a filter. Those who answer mean it.",
            next_step="First calls {+2}",
        ),
        Log(
            24,
            "11:15",
            screened=6,
            met=3,
            submitted=1,
            note="One resume sent, from a hospital dispatch desk.",
            next_step="Marcus reads it by {+2}",
        ),
        Log(
            19,
            "14:25",
            approved=1,
            note="Approved, but Marcus asked to wait with the interview until the route plan is "
            "out.",
            next_step="Hear from Marcus by {+3}",
        ),
        Cancel(
            15,
            "09:30",
            "The night routes move to the Joliet hub, so Rockford needs no dispatcher of its own. "
            "The candidate knows and stays in touch.",
        ),
    ),
)

STORIES = (PLANNER, OPERATORS, DISPATCHER)
