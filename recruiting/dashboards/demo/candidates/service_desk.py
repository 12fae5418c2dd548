"""The candidates of the service desk: one has signed, one has an offer, one is asked about."""

from recruiting.dashboards.demo.candidates.applicant import (
    MET,
    NOT,
    PARTLY,
    UNKNOWN,
    Applicant,
    Post,
)
from recruiting.dashboards.demo.story import (
    Accept,
    Approve,
    Ask,
    Decline,
    Feedback,
    Held,
    Invite,
    MakeOffer,
    ScreenedOut,
    Send,
    Step,
    Withdraw,
)

KATHARINA = Applicant(
    key="katharina",
    name="Katharina Vogel",
    headline="Ward nurse, the unofficial helper for tablets",
    works_at="A hospital in Brandenburg",
    pitch="Eleven years on wards, and for three of them the one whom everybody calls before the "
    "service desk. She wants to do it officially.",
    source="Recommended by a ward",
    pay="46,000 a year",
    notice="Six weeks to the end of a month",
    marks={
        "Explains": (MET, "The call at the desk was a pleasure to hear"),
        "Written German": (MET, "First language; handovers written daily"),
        "shifts": (MET, "Prefers late ones"),
        "Active Directory": (NOT, "Never; learned the tablets alone"),
        "hospital": (MET, "Eleven years"),
    },
)

DENIZ = Applicant(
    key="deniz",
    name="Deniz Aydın",
    headline="Repairs phones, explains them twice a day to the same person",
    works_at="A phone shop in Potsdam",
    pitch="Never impatient in 40 minutes, and we tried. Wants regular hours by the month.",
    source="Job advertisement",
    pay="42,000 a year",
    notice="Four weeks",
    marks={
        "Explains": (MET, "Stayed calm when the caller did not"),
        "Written German": (MET, "Two tickets without a mistake"),
        "shifts": (MET, "Both"),
        "Active Directory": (NOT, "Not yet"),
        "hospital": (NOT, "Only as a visitor"),
    },
)

PAUL = Applicant(
    key="paul",
    name="Paul Wenzel",
    headline="Retail, electronics, eight years at the counter",
    works_at="An electronics store",
    pitch="Knows every device by its noise. On the phone he is quick, perhaps too quick.",
    source="Job advertisement",
    pay="43,000 a year",
    notice="Four weeks",
    marks={
        "Explains": (PARTLY, "Quick; the caller had to ask twice"),
        "Written German": (MET, "First language"),
        "shifts": (MET, "Used to them"),
        "Active Directory": (UNKNOWN, "Did not come up"),
        "hospital": (NOT, "No"),
    },
)

BOZENA = Applicant(
    key="bozena",
    name="Bożena Kowal",
    headline="Service desk of a bank, second level",
    works_at="A regional bank, Cottbus",
    pitch="The only one with years on a service desk. Lives in Cottbus and would commute.",
    source="Direct search",
    pay="47,000 a year",
    notice="Three months",
    links=True,
    marks={
        "Explains": (MET, "Her daily work"),
        "Written German": (MET, "C2"),
        "shifts": (PARTLY, "Late ones; the early train arrives at seven"),
        "Active Directory": (MET, "Six years"),
        "hospital": (NOT, "No"),
    },
)

SAMUEL = Applicant(
    key="samuel",
    name="Samuel Petrov",
    headline="IT helper at a school district",
    works_at="Schools of a district",
    pitch="Two thousand teachers, one of him. Looks for colleagues.",
    source="Job advertisement",
    pay="42,500 a year",
    notice="To the end of the term",
    marks={
        "Explains": (MET, "Teachers under stress, every Monday"),
        "Written German": (MET, "First language"),
        "shifts": (MET, "Both"),
        "Active Directory": (MET, "Accounts of four schools"),
        "hospital": (NOT, "No"),
    },
)

LENA = Applicant(
    key="lena",
    name="Lena Hartwig",
    headline="Career changer, finishing a course in IT support",
    works_at="Between two jobs",
    pitch="Warm on the phone. Her tickets need a second reader today.",
    source="A training provider",
    pay="41,000 a year",
    notice="Free at once",
    marks={
        "Explains": (MET, "Warm and clear"),
        "Written German": (NOT, "Two tickets, both rewritten"),
        "shifts": (MET, "Both"),
        "Active Directory": (PARTLY, "From the course"),
        "hospital": (PARTLY, "A year of service in a home for the elderly"),
    },
)

MEHMET = Applicant(
    key="mehmet",
    name="Mehmet Şahin",
    headline="First level at a small IT shop, early riser",
    works_at="Bytehof IT, Brandenburg",
    pitch="Opens the shop at six every day and likes it. Prefers early shifts only, which fits "
    "the colleague who prefers late ones.",
    source="Direct search",
    pay="44,000 a year",
    notice="Six weeks",
    marks={
        "Explains": (MET, "Talked a dentist through a dead printer"),
        "Written German": (MET, "C1; two good tickets"),
        "shifts": (PARTLY, "Early ones at once, late ones in turn if somebody swaps"),
        "Active Directory": (MET, "Small domains, three years"),
        "hospital": (PARTLY, "Two practices are his customers"),
    },
    career=(
        Post("2021 to now", "First level support", "Bytehof IT, Brandenburg",
             ("Forty small customers, two of them medical practices",
              "Opens the shop at six")),
        Post("2018 to 2021", "Training in IT, system integration", "Bytehof IT, Brandenburg"),
    ),
    skills=("Windows", "Active Directory", "Printers", "Patience"),
)  # fmt: skip

GRETA = Applicant(
    key="greta",
    name="Greta Lindholm",
    headline="Support technician, software for practices",
    works_at="Praxisklar, Berlin",
    pitch="Knows how doctors sound at seven in the morning. Would move for a contract without end.",
    source="Direct search",
    pay="46,500 a year",
    notice="Eight weeks",
    links=True,
    marks={
        "Explains": (MET, "A doctor at seven, without a manual"),
        "Written German": (MET, "First language is Swedish; her German has no mistakes"),
        "shifts": (MET, "Both"),
        "Active Directory": (PARTLY, "Reads it, changes little"),
        "hospital": (PARTLY, "Practices"),
    },
    career=(
        Post("2020 to now", "Support technician", "Praxisklar, Berlin",
             ("Calls from 900 practices, eight in ten solved at once",)),
        Post("2016 to 2020", "Receptionist", "A practice in Malmö"),
    ),
    skills=("Practice software", "Tickets", "Swedish, English, German C2"),
)  # fmt: skip

YUSUF = Applicant(
    key="yusuf",
    name="Yusuf Demir",
    headline="Night porter of a clinic, studies IT in the evening",
    works_at="A clinic in Brandenburg an der Havel",
    pitch="Knows every corridor and every head nurse by name. A reserve that I would not leave on "
    "the bench for long.",
    source="Recommended by Katharina Vogel",
    pay="41,500 a year",
    notice="Four weeks",
    marks={
        "Explains": (MET, "Calms visitors at three in the morning"),
        "Written German": (PARTLY, "Good; one of the two tickets was short"),
        "shifts": (UNKNOWN, "Lectures on two evenings until summer"),
        "Active Directory": (PARTLY, "From his studies"),
        "hospital": (MET, "Five years"),
    },
    career=(
        Post("2019 to now", "Night porter", "A clinic in Brandenburg an der Havel",
             ("First to be called when a door, a phone or a tablet stops",)),
    ),
    skills=("Windows", "Networks, second year of studies", "German C1, Turkish"),
)  # fmt: skip

STEPS: tuple[Step, ...] = (
    ScreenedOut(
        36,
        "10:15",
        {"shifts": 11, "Written German": 4, "place": 3},
        note="Shift work is the sorting question, as expected.",
    ),
    Send(
        31,
        "14:20",
        (KATHARINA, DENIZ, PAUL, BOZENA),
        note="Katharina is the ward nurse whom I told you of. Bożena has the most experience, and "
        "the longest way.",
    ),
    Approve(29, "09:10", "katharina"),
    Approve(29, "09:11", "deniz"),
    Approve(29, "09:13", "paul"),
    Decline(
        29,
        "09:20",
        "bozena",
        because="place",
        words="An hour and a half to the early shift. She would leave us by winter.",
    ),
    Invite(28, "10:30", "katharina", on=(26, "09:00"), round_="An hour at the desk"),
    Invite(28, "10:35", "deniz", on=(26, "11:00"), round_="An hour at the desk"),
    Invite(28, "10:40", "paul", on=(25, "09:00"), round_="An hour at the desk"),
    Held(26, "10:10", "katharina"),
    Held(26, "12:05", "deniz"),
    Feedback(26, "13:00", "katharina", "on", "When can she start?"),
    Feedback(26, "13:05", "deniz", "on", "Calm. Second choice only because she knows the wards."),
    Held(25, "10:10", "paul"),
    Decline(
        25,
        "11:00",
        "paul",
        because="Explains",
        words="Twice he answered before the caller had finished.",
        after_interview=True,
    ),
    Send(24, "11:45", (SAMUEL, LENA), note="Two for the second opening."),
    ScreenedOut(23, "15:20", {"shifts": 5, "Written German": 2, "pay": 2}),
    Approve(21, "10:30", "samuel"),
    Decline(21, "10:35", "lena", because="Written German", words="I like her. Next year, please."),
    MakeOffer(20, "13:30", "katharina", terms="46,200 a year, start on the first", answer=4),
    Withdraw(
        18,
        "09:50",
        "samuel",
        whose="candidate",
        reason="His district found him a colleague after all.",
    ),
    Accept(17, "09:10", "katharina"),
    Withdraw(
        15,
        "10:05",
        "deniz",
        whose="candidate",
        reason="He has taken a shop of his own. He will send us people.",
    ),
    Send(12, "16:10", (MEHMET, GRETA), note="Both from smaller shops, both within six weeks."),
    Approve(10, "08:50", "mehmet"),
    Approve(10, "08:55", "greta"),
    Invite(9, "11:00", "mehmet", on=(5, "09:00"), round_="An hour at the desk"),
    Invite(9, "11:05", "greta", on=(4, "09:00"), round_="An hour at the desk"),
    Held(5, "10:15", "mehmet"),
    Feedback(5, "13:20", "mehmet", "on", "Would do the job. Early shifts are his hours."),
    Held(4, "10:20", "greta"),
    Feedback(4, "12:40", "greta", "on", "Would do the job as well. A luxury."),
    ScreenedOut(3, "14:40", {"shifts": 4, "place": 1}),
    Send(
        2,
        "15:20",
        (YUSUF,),
        note="A reserve, in case the offer is declined. No hurry on my side, some on his.",
    ),
    Ask(1, "09:30", "yusuf", "Is he free for late shifts from the first month on?"),
    MakeOffer(1, "10:40", "mehmet", terms="44,000 a year, early shifts, no end date", answer=3),
)
