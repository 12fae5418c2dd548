"""The candidates of the database administrator: the first said no, the second signed."""

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
    Decline,
    DeclineOffer,
    Feedback,
    Held,
    Invite,
    MakeOffer,
    ScreenedOut,
    Send,
    Step,
)

HENRIK = Applicant(
    key="henrik",
    name="Henrik Solberg",
    headline="PostgreSQL administrator, city utilities",
    works_at="The utilities of a city of half a million",
    pitch="Restores a database every Friday for practice, with a stopwatch. Could run this alone "
    "from the first week.",
    source="Direct search",
    pay="76,000 a year",
    notice="Three months",
    links=True,
    marks={
        "restore": (MET, "Every Friday, 38 minutes at last"),
        "Oracle": (MET, "Moved two databases away from it"),
        "night": (MET, "Used to it"),
        "Kubernetes": (NOT, "No, and does not miss it"),
    },
)

AYLIN = Applicant(
    key="aylin",
    name="Aylin Demirci",
    headline="Oracle and PostgreSQL at an insurance company",
    works_at="An insurance company, Berlin",
    pitch="Ten years of Oracle, four of PostgreSQL, and a clear view of which tables should stay.",
    source="Direct search",
    pay="78,000 a year",
    notice="Three months",
    marks={
        "restore": (PARTLY, "In rehearsals, led by a colleague"),
        "Oracle": (MET, "Ten years"),
        "night": (MET, "Twice a quarter"),
        "Kubernetes": (PARTLY, "Databases beside it"),
    },
)

PIOTR = Applicant(
    key="piotr",
    name="Piotr Zieliński",
    headline="Data engineer with PostgreSQL",
    works_at="An online retailer, Wrocław",
    pitch="Fast, curious, strong in SQL. Administration would be new to him.",
    source="Job advertisement",
    pay="70,000 a year",
    notice="One month",
    links=True,
    marks={
        "restore": (NOT, "Managed service; somebody else restores"),
        "Oracle": (NOT, "Never"),
        "night": (MET, "Yes"),
        "Kubernetes": (MET, "Daily"),
    },
)

MATTEO = Applicant(
    key="matteo",
    name="Matteo Bianchi",
    headline="Database engineer, moved a bank from Oracle to PostgreSQL",
    works_at="A software house for banks, Berlin",
    pitch="Led the move of 60 databases and tells it without heroics. Wants to run what he moved "
    "for longer than a project lasts.",
    source="Recommended by Henrik Solberg",
    pay="77,000 a year",
    notice="Six weeks",
    links=True,
    marks={
        "restore": (MET, "Twice for real, once on a Sunday"),
        "Oracle": (MET, "60 databases moved"),
        "night": (MET, "Planned the nights himself"),
        "Kubernetes": (PARTLY, "Operators in a test environment"),
    },
    career=(
        Post("2018 to now", "Database engineer", "A software house for banks, Berlin",
             ("Moved 60 databases from Oracle to PostgreSQL in fourteen nights",
              "Restored two of them for real")),
        Post("2013 to 2018", "Administrator", "Università di Trento",
             ("PostgreSQL and MySQL for 300 applications",)),
    ),
    skills=("PostgreSQL", "Oracle", "pgBackRest", "Ansible", "Italian, English, German C1"),
)  # fmt: skip

OSKAR = Applicant(
    key="oskar",
    name="Oskar Lund",
    headline="Principal database engineer, cloud provider",
    works_at="A cloud provider, Berlin",
    pitch="Wrote parts of the extension that we use. Expects what cloud providers pay.",
    source="Direct search",
    pay="95,000 a year",
    notice="Three months",
    links=True,
    marks={
        "restore": (MET, "Wrote the tool"),
        "Oracle": (PARTLY, "Long ago"),
        "night": (UNKNOWN, "Did not come up"),
        "Kubernetes": (MET, "Yes"),
    },
)

STEPS: tuple[Step, ...] = (
    ScreenedOut(
        44,
        "11:10",
        {"restore": 6, "Oracle": 2, "pay": 3},
        note="Managed databases make administrators who never restored one.",
    ),
    Send(37, "12:00", (HENRIK, AYLIN, PIOTR), note="In this order, and the first with a star."),
    Approve(35, "09:00", "henrik"),
    Approve(35, "09:05", "aylin"),
    Decline(35, "09:10", "piotr", because="restore", words="I need somebody who has been there."),
    Invite(34, "10:20", "henrik", on=(31, "10:00"), who="Samir Haddad"),
    Invite(34, "10:25", "aylin", on=(31, "13:00"), place="By video"),
    Held(31, "11:10", "henrik"),
    Held(31, "14:05", "aylin"),
    Feedback(31, "15:00", "henrik", "on", "A clear yes."),
    Decline(
        31,
        "15:10",
        "aylin",
        because="restore",
        words="Honest that others led it. I cannot wait until she has led one.",
        after_interview=True,
    ),
    Send(26, "13:35", (MATTEO, OSKAR), note="Two from software houses, at two prices."),
    Approve(24, "09:15", "matteo"),
    Decline(24, "09:20", "oskar", because="pay", words="Sixteen thousand above the range."),
    Invite(23, "09:50", "matteo", on=(20, "13:00"), who="Samir Haddad"),
    Invite(23, "09:55", "henrik", on=(20, "10:00"), round_="Second round"),
    Held(20, "11:05", "henrik"),
    Held(20, "14:10", "matteo"),
    Feedback(20, "15:30", "henrik", "on", "Still yes."),
    Feedback(20, "15:35", "matteo", "on", "Also yes. We are lucky."),
    MakeOffer(15, "11:20", "henrik", terms="76,000 a year", answer=5),
    DeclineOffer(
        11,
        "15:30",
        "henrik",
        because="counter offer",
        words="His employer met the offer and added a team.",
    ),
    MakeOffer(10, "10:20", "matteo", terms="77,500 a year, start in seven weeks", answer=5),
    Accept(4, "14:50", "matteo"),
)
