"""What the demo's people agreed on: the drafts of briefs, and how one of them was amended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intake.content import RequirementLine, Terms

MUST, NICE, NOT = "dealbreaker", "nice", "not needed"


def _must(text: str, how: str, by: str, unless: str = "") -> RequirementLine:
    return RequirementLine("", text, MUST, how, by, unless)


def _nice(text: str) -> RequirementLine:
    return RequirementLine("", text, NICE)


def _not(text: str) -> RequirementLine:
    return RequirementLine("", text, NOT)


@dataclass(frozen=True)
class Draft:
    """`answers` by the key of their question, `marks` by the heading of a section: the mark, and
    the wording or the note that goes with it. `theirs` are the answers that the manager wrote."""

    answers: Mapping[str, str]
    requirements: Sequence[RequirementLine] = ()
    marks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    actions: Sequence[str] = ()
    theirs: Mapping[str, str] = field(default_factory=dict)


TERMS = {
    "manager": Terms(
        decision_days=2,
        feedback_hours=8,
        slate_days=10,
        update_days=7,
        channel="Chat; a call when something blocks us",
        stand_in="Petra Lindqvist",
    ),
    "petra.lindqvist": Terms(update_days=7, channel="Mail, the question first"),
    "other.manager": Terms(
        decision_days=2, feedback_hours=24, update_days=7, channel="A call before eight"
    ),
}
"""What each manager and the recruiter promise each other."""

SERVICE_DESK = Draft(
    answers={
        "why-job": "The early shift has two gaps from next quarter: one retires, one moves to "
        "the ward tablets. Without them **two wards wait until nine** for a password.",
        "why-empty": "The team covers with overtime until the summer, then the early shift of "
        "Brandenburg an der Havel closes.",
        "profile-background": "A service desk, a phone shop with repairs, or a ward where they "
        "were the one who is good with devices.",
        "profile-done": "Has calmed somebody who was shouting, and can tell how.",
        "profile-where": "Smaller IT shops nearby, wards of other hospitals, retail chains.",
        "profile-drive": "Being thanked the same day. Regular hours by the month.",
        "profile-move": "A shift plan that is fixed six weeks ahead, and a contract without end.",
        "profile-not": "Somebody on the way to be a developer who takes this for a year.",
        "example-1": "A ward nurse who has been the unofficial helper for tablets for years.",
        "success-90": "Answers alone on an early shift; eight calls in ten are solved at once.",
        "success-year": "Wards ask for the person by name. One topic is theirs: printers, tablets "
        "or accounts.",
        "pay": "41,000 to 47,000 a year with shift allowance. The last three offers were 43,500, "
        "44,000 and 46,200.",
        "place": "Brandenburg an der Havel, on site, five days.",
        "market": "Retail pays less, the regional bank pays the same and has no shifts.",
        "panel": "Jonas, and one colleague of the early shift for the call at the desk.",
        "steps": "Resume, call with Clara, an hour at the desk, offer within three days.",
        "reason-pay": "Upper half of the grade for who brings ward experience, see the last three "
        "offers.",
        "reason-team": "Nobody has left the early shift in four years but into retirement.",
        "reason-flexibility": "Shift plan six weeks ahead; swaps by a message to the group.",
        "reason-mission": "A ward that can log in treats patients. One hears it on the phone.",
        "dates": "Both by the first of next quarter. The shift plan is written six weeks before.",
    },
    requirements=(
        _must("Explains a step by phone to somebody under stress", "A call played at the desk",
              "Jonas and a colleague", "Two years on a ward"),
        _must("Written German that needs no second reader (C1)", "Two tickets answered in writing",
              "Clara"),
        _must("Early and late shifts in turn", "Asked in the first call", "Clara",
              "A fixed partner for swaps is found"),
        _nice("Has managed accounts in Active Directory"),
        _nice("Knows a hospital from the inside"),
        _not("A finished apprenticeship in IT"),
    ),
    marks={
        "The job": ("agree", ""),
        "What you bring": (
            "change",
            "- Patience on the phone, from a service desk, a shop or a ward\n"
            "- Written German without help (C1)",
        ),
    },
    actions=("Ask the works council about the allowance for swapped shifts",),
)  # fmt: skip

INTEGRATION = Draft(
    answers={
        "why-job": "Two site moves next year hang on the interface engine, and one person knows "
        "it. When she is on leave, **nobody dares to change a feed**.",
        "why-empty": "The second move slips by a quarter, and the laboratory keeps its fax.",
        "profile-background": "Years with an engine in production, in a hospital, a laboratory "
        "or at a vendor.",
        "profile-done": "Has moved a live feed to another standard without losing a message, and "
        "can show how it was checked.",
        "profile-where": "Laboratory software vendors, university clinics, the larger groups.",
        "profile-drive": "Seeing what their messages are for. Fewer slides, more wards.",
        "profile-move": "To be close to users, and to own the whole way of a message.",
        "profile-not": "A consultant who has advised on engines and never was on call for one.",
        "example-1": "The one who runs Mirth alone at a university clinic today.",
        "example-2": "Vendor side, with FHIR since the first drafts.",
        "success-90": "Three of eleven v2 feeds run on FHIR, checked against the old ones for two "
        "weeks.",
        "success-year": "Both sites have moved. The on-call phone rings less than once a week.",
        "pay": "78,000 to 92,000 a year. The last three offers were 81,000, 84,500 and 88,000.",
        "place": "Potsdam; two days a week from home.",
        "market": "Vendors pay up to 95,000 and travel. We do not travel far, and we are on call.",
        "panel": "Jonas on the work, Samir on the wards' side, Petra for the second opinion.",
        "steps": "Resume, call with Clara, 90 minutes with a real feed, a coffee with the team.",
        "reason-pay": "The range above, and the on-call week paid on top: about 300 a week.",
        "reason-growth": "The one before is now architect of the laboratory of all four sites.",
        "reason-team": "Five people, the shortest here is with us for three years.",
        "reason-flexibility": "Two days from home are kept, also in the weeks of a move.",
        "reason-mission": "A blood result is on the ward four minutes sooner per feed that moves.",
        "dates": "Start before the first site moves, in about eleven weeks.",
    },
    requirements=(
        _must("Has run an integration engine in production", "Tells of one bad night and its cause",
              "Jonas"),
        _must("Reads and writes HL7 v2 by hand", "90 minutes with a real feed", "Jonas and Samir"),
        _must("Takes an on-call week, one in six", "Asked in the first call", "Clara"),
        _must("Can call a ward in German at six in the morning (C1)",
              "The second call is in German", "Clara", "B2 and a course that has begun"),
        _nice("FHIR R4"),
        _nice("Has worked with laboratory systems"),
        _not("A degree in computer science"),
    ),
    marks={"The job": ("agree", ""), "What you find": ("agree", "")},
    actions=("Put numbers on what a quiet night means",),
)  # fmt: skip

CLINICAL = Draft(
    answers={
        "why-job": "The medication module goes live ward by ward, and nobody stands between "
        "pharmacy, wards and vendor. Each ward invents its own way.",
        "why-empty": "The roll-out stops after the third ward, and the licence runs on.",
        "profile-background": "Pharmacy, nursing or clinical IT, with a hand for set-up.",
        "profile-move": "**Three days on site instead of four**: both who replied named it first.",
        "profile-not": "An analyst who has never stood on a ward during the morning round.",
        "success-90": "Two more wards are live and need no second training.",
        "success-year": "All wards are live; prescriptions by hand are an exception that is told.",
        "pay": "58,000 to 66,000 a year. The last offer in this field was 64,500.",
        "place": "Potsdam, three days on site in the weeks without a go-live, five in those with.",
        "panel": "Jonas, the head of pharmacy, and a ward that has gone live.",
        "steps": "Resume, call, an afternoon on a ward, offer.",
        "reason-flexibility": "Three days on site instead of four, by this brief.",
        "reason-mission": "Fewer wrong doses: two near misses a month are known by name.",
        "dates": "Before the fourth ward goes live.",
    },
    requirements=(
        _must("Knows from work how medication is prescribed and given on a ward",
              "An afternoon on a ward", "The head of pharmacy"),
        _must("Has set up a hospital information system", "Shows one setting and its reason",
              "Jonas", "Has set up another clinical system and learned it alone"),
        _nice("The medication module itself"),
        _not("A licence as a pharmacist"),
    ),
    marks={
        "The job": ("agree", ""),
        "What you bring": ("unclear", "Is “likes being on the ward” something we can test?"),
    },
    actions=("Ask the vendor whether the training can be held on site",),
)  # fmt: skip

DATABASE = Draft(
    answers={
        "why-job": "The previous administrator leaves at the end of the quarter, and **forty "
        "databases have nobody who has restored one**.",
        "why-empty": "The move from Oracle stops half way, and both licences run on.",
        "profile-done": "Has restored a database for real, with somebody standing behind them.",
        "profile-where": "Utilities, banks, insurers, software houses that run what they sell.",
        "profile-move": "To run for years what a project only moves.",
        "success-90": "A restore is rehearsed on a Friday, and the time is on the wall.",
        "success-year": "Thirty of the forty run on PostgreSQL; no ward has noticed.",
        "pay": "66,000 to 79,000 a year. The last offer in the team was 74,000.",
        "place": "Potsdam, three days a week from home.",
        "panel": "Jonas, and Samir for the wards' side.",
        "steps": "Resume, call with Clara, an hour on a restore, a second round, offer.",
        "reason-growth": "The whole move is theirs, from the plan to the last night.",
        "reason-flexibility": "Three days from home, and nights are given back.",
        "dates": "Before the end of the quarter, so that there is a handover.",
    },
    requirements=(
        _must("Has led a restore under pressure", "Tells of one, hour by hour", "Jonas"),
        _must("Knows Oracle well enough to leave it", "Plans the move of one schema", "Jonas",
              "Has left another product and can say how"),
        _must("Works the night on which a database moves", "Asked in the first call", "Clara"),
        _nice("Databases on Kubernetes"),
        _not("Certificates of a vendor"),
    ),
    marks={"The job": ("agree", ""), "What you bring": ("agree", "")},
    actions=("Ask what the handover by phone may cost",),
)  # fmt: skip

PLANNER = Draft(
    answers={
        "why-job": "The harvest season brings a third more loads, and the desk has **one planner "
        "too few** already.",
        "why-empty": "Loads are refused from August on, and the customer for corn goes elsewhere.",
        "profile-done": "Has planned a bad day and told customers before they asked.",
        "profile-where": "Carriers, food and retail distribution, parcel hubs.",
        "profile-move": "Days instead of nights, and drivers who stay.",
        "success-90": "Plans the Midwest lanes alone on a Monday.",
        "success-year": "Late trucks are told before the customer calls, nine times in ten.",
        "pay": "62,000 to 71,000 a year.",
        "place": "Joliet, Illinois, at the desk.",
        "panel": "Marcus, and the morning call as it is.",
        "steps": "Resume without a name, the morning call at 7:30, offer.",
        "dates": "Before the harvest season.",
    },
    requirements=(
        _must("Two years in planning or dispatch", "A day planned on paper", "Marcus",
              "Has driven the lanes for years"),
        _must("Talks to drivers as people", "The morning call", "Marcus"),
        _must("At home in a spreadsheet", "Shows one of their own", "Desmond"),
        _nice("Knows the Midwest lanes"),
    ),
    marks={"The job": ("agree", ""), "What you bring": ("agree", "")},
)  # fmt: skip

IDENTITY = Draft(
    answers={
        "why-job": "People start on Monday and can work on Thursday. One account per person, from "
        "the first day to the last.",
        "place": "Potsdam or Stockholm: to be settled in the meeting.",
    },
    theirs={
        "why-empty": "The audit of next spring finds the same forty orphaned accounts again.",
        "success-90": "Joiners work on their first morning at one of the four sites.",
    },
    requirements=(
        _must("Has run Entra ID for more than a thousand people", "Draws its set-up on a board",
              "Petra"),
        RequirementLine("", "Five years of experience with identity governance", MUST),
        _nice("Scripts that a colleague can read"),
        RequirementLine("", "Team player", ""),
        RequirementLine("", "Fluent English", ""),
        RequirementLine("", "Swedish or German", ""),
    ),
    marks={"The job": ("agree", "")},
    actions=("Ask the head office whether Stockholm is open as a place of work",),
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What an amendment changes: requirements by their text, answers by their key."""

    reason: str
    requirements: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


FHIR_FROM_THE_START = Change(
    "Three resumes have shown it: FHIR has to be there from the start. Learning it on the job "
    "takes just the quarter in which the sites move.",
    requirements={
        "FHIR R4": {"kind": MUST, "tested_how": "90 minutes with a real feed", "tested_by": "Jonas"}
    },
)
TRAVEL_BETWEEN_SITES = Change(
    "Candidates ask about the four sites before they ask about pay. Travel belongs to the job, so "
    "it stands in the brief; in return the on-call week can be handed over once a quarter.",
    requirements={
        "Takes an on-call week, one in six": {
            "unless": "Hands it over once a quarter, by agreement with the team"
        }
    },
    answers={
        "place": "Potsdam; two days a week from home. A day a month at each of the other sites.",
        "market": "Vendors pay up to 95,000 and travel all week. We travel three days a month, "
        "and we are on call.",
    },
)
