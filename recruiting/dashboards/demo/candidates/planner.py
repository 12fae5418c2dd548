"""The candidates of the transport planner, under a blind review: they go by a code until they are
approved, so pitches and evidence name neither them nor where they work."""

from recruiting.dashboards.demo.candidates.applicant import (
    MET,
    NOT,
    PARTLY,
    UNKNOWN,
    Applicant,
    Post,
)
from recruiting.dashboards.demo.story import (
    Approve,
    Decline,
    Feedback,
    Held,
    Invite,
    ScreenedOut,
    Send,
    Step,
)

DARNELL = Applicant(
    key="darnell",
    name="Darnell Washington",
    headline="Dispatcher, regional carrier",
    works_at="Prairie Line Haulage, Peoria",
    pitch="Drove for six years before he took the desk, and drivers tell him the truth. Plans 70 "
    "loads a day.",
    source="Referral by a driver",
    pay="66,000 a year",
    notice="Two weeks",
    marks={
        "planning or dispatch": (MET, "Four years at a dispatch desk"),
        "drivers": (MET, "Six years behind the wheel"),
        "spreadsheet": (MET, "Showed his own load sheet"),
        "Midwest": (MET, "Knows every scale house"),
    },
)

TERESA = Applicant(
    key="teresa",
    name="Teresa Villanueva",
    headline="Customer service lead, logistics",
    works_at="Great Lakes Parcel, Gary",
    pitch="Calls customers before they call her. Has planned when somebody was ill.",
    source="Job advertisement",
    pay="63,000 a year",
    notice="Two weeks",
    marks={
        "planning or dispatch": (PARTLY, "As a stand-in, about a day a week"),
        "drivers": (MET, "Speaks with them daily"),
        "spreadsheet": (MET, "Good at it"),
        "Midwest": (PARTLY, "The lanes along the lake"),
    },
)

CALEB = Applicant(
    key="caleb",
    name="Caleb Andersen",
    headline="Load planner, food distribution",
    works_at="Cornbelt Foods, Bloomington",
    pitch="Plans chilled loads, where late means lost. Asked about the planning system before the "
    "pay.",
    source="Direct search",
    pay="68,000 a year",
    notice="Two weeks",
    links=True,
    marks={
        "planning or dispatch": (MET, "Five years of chilled loads"),
        "drivers": (MET, "Rides along once a month"),
        "spreadsheet": (MET, "Built the one they use"),
        "Midwest": (MET, "Three states"),
    },
)

LINH = Applicant(
    key="linh",
    name="Linh Tran",
    headline="Transport planner, retail",
    works_at="Homestead Stores, Naperville",
    pitch="Plans 40 stores for the week and redoes it by Tuesday noon, without raising her voice.",
    source="Direct search",
    pay="69,000 a year",
    notice="Four weeks",
    marks={
        "planning or dispatch": (MET, "Three years, 40 stores"),
        "drivers": (MET, "Has their numbers, and they have hers"),
        "spreadsheet": (MET, "Yes, and the planning system as well"),
        "Midwest": (PARTLY, "Around Chicago"),
    },
)

AALIYAH = Applicant(
    key="aaliyah",
    name="Aaliyah Freeman",
    headline="Night planner at a parcel hub",
    works_at="Crossroads Parcel, Aurora",
    pitch="Has planned nights for three years and wants to see the sun. Loses no truck, and knows "
    "where each one is without looking.",
    source="Referral by a planner",
    pay="67,000 a year",
    notice="Two weeks",
    marks={
        "planning or dispatch": (MET, "Three years of nights"),
        "drivers": (MET, "The drivers recommended her"),
        "spreadsheet": (MET, "Shift plan and loads in one sheet"),
        "Midwest": (MET, "From Ohio to Iowa"),
    },
    career=(
        Post("2022 to now", "Night planner", "Crossroads Parcel, Aurora",
             ("180 departures a night, on time in 97 of 100",)),
        Post("2018 to 2022", "Yard coordinator", "Crossroads Parcel, Aurora"),
    ),
    skills=("Load planning", "Spreadsheets", "Radio discipline"),
)  # fmt: skip

MIGUEL = Applicant(
    key="miguel",
    name="Miguel Santos",
    headline="Fleet coordinator, building materials",
    works_at="Rivertown Supply, Peoria",
    pitch="Coordinates 25 trucks of his own fleet; other carriers would be new. Drivers stay with "
    "him longer than anywhere near.",
    source="Direct search",
    pay="64,000 a year",
    notice="Two weeks",
    marks={
        "planning or dispatch": (PARTLY, "An own fleet, not a market of carriers"),
        "drivers": (MET, "No driver has left in two years"),
        "spreadsheet": (MET, "Daily"),
        "Midwest": (MET, "Illinois and Iowa"),
    },
    career=(
        Post("2019 to now", "Fleet coordinator", "Rivertown Supply, Peoria",
             ("25 trucks, no driver lost in two years",)),
        Post("2014 to 2019", "Driver", "Rivertown Supply, Peoria"),
    ),
    skills=("Fleet planning", "Hours of service", "English, Spanish"),
)  # fmt: skip

PRIYA = Applicant(
    key="priya",
    name="Priya Raman",
    headline="Supply chain analyst, wants to the desk",
    works_at="Halsted Analytics, Chicago",
    pitch="Wrote the report by which her planners plan, and would rather plan. Steep learner, no "
    "night yet.",
    source="Job advertisement",
    pay="70,000 a year",
    notice="Four weeks",
    links=True,
    marks={
        "planning or dispatch": (NOT, "Analysis for planners, two years"),
        "drivers": (UNKNOWN, "Has not met many"),
        "spreadsheet": (MET, "Writes the ones that others use"),
        "Midwest": (PARTLY, "As data"),
    },
    career=(
        Post("2022 to now", "Supply chain analyst", "Halsted Analytics, Chicago",
             ("The weekly report by which eleven planners plan",)),
        Post("2018 to 2022", "Degree in industrial engineering", "Urbana"),
    ),
    skills=("SQL", "Spreadsheets", "Forecasts"),
)  # fmt: skip

STEPS: tuple[Step, ...] = (
    ScreenedOut(22, "15:30", {"planning or dispatch": 6, "spreadsheet": 2, "pay": 2}),
    Send(20, "10:40", (DARNELL, TERESA), note="Two to begin with. Look at the drivers' line."),
    Approve(16, "08:30", "darnell"),
    Decline(
        16,
        "08:40",
        "teresa",
        because="planning or dispatch",
        words="More customer service than planning. A pity.",
    ),
    Invite(15, "16:20", "darnell", on=(12, "08:00"), round_="The morning call"),
    Held(12, "09:10", "darnell"),
    Feedback(12, "11:00", "darnell", "on", "He stayed for the whole morning."),
    Send(11, "14:00", (CALEB, LINH)),
    Approve(7, "08:15", "caleb"),
    Approve(7, "08:20", "linh"),
    Invite(6, "11:45", "caleb", on=(3, "08:00"), round_="The morning call"),
    Held(3, "09:05", "caleb"),
    Feedback(3, "10:30", "caleb", "on", "Calm, quick. I would take him."),
    ScreenedOut(
        2, "15:50", {"planning or dispatch": 4, "drivers": 1, "timing": 1}, note="Same as before."
    ),
    Send(
        1,
        "14:30",
        (AALIYAH, MIGUEL, PRIYA),
        note="Three more, so that the decision is between good and good. The third is a bet.",
    ),
)
