"""The candidates of the integration engineer: four slates, the last of which waits."""

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
    Ask,
    Decline,
    Feedback,
    Held,
    Invite,
    Reply,
    ScreenedOut,
    Send,
    Step,
    Withdraw,
)

NADJA = Applicant(
    key="nadja",
    name="Nadja Brandl",
    headline="Integration developer, vendor side, FHIR since the first drafts",
    works_at="Laborwerk Software, Berlin",
    pitch="Wrote the FHIR interface that three of our laboratories already talk to. Wants to see "
    "the wards on which her messages arrive.",
    source="Direct search",
    pay="84,000 a year",
    notice="Three months to the end of a month",
    links=True,
    marks={
        "engine": (MET, "Rhapsody for nine customers, on call for two of them"),
        "HL7": (MET, "Showed a hand-written ORU parser in the call"),
        "on-call": (PARTLY, "Yes to one in six; asks whether it can be swapped"),
        "German": (MET, "First language"),
        "FHIR": (MET, "R4 in production since 2020"),
        "laboratory": (MET, "Six years at a laboratory vendor"),
    },
    career=(
        Post("2018 to now", "Senior integration developer", "Laborwerk Software, Berlin",
             ("Designed the FHIR R4 interface of the laboratory product",
              "On call for two university laboratories")),
        Post("2014 to 2018", "Software developer", "Medikern GmbH, Leipzig",
             ("HL7 v2 connections to eleven patient records",)),
    ),
    skills=("Rhapsody", "HL7 v2", "FHIR R4", "Java", "PostgreSQL"),
)  # fmt: skip

ILSE = Applicant(
    key="ilse",
    name="Ilse Mertens",
    headline="Runs Mirth alone at a university clinic",
    works_at="A university clinic in Saxony",
    pitch="Has kept 140 channels alive by herself for three years and documents each of them the "
    "same day. Looks for a team before she burns out, and says so.",
    source="Recommended by a laboratory manager",
    pay="86,000 to 90,000 a year",
    notice="Six weeks",
    marks={
        "engine": (MET, "Mirth, 140 channels, alone since 2022"),
        "HL7": (MET, "Reads ADT and ORU without a table"),
        "on-call": (MET, "Is on call every second week today"),
        "German": (MET, "First language"),
        "FHIR": (PARTLY, "Two resources in a pilot, none in production yet"),
        "laboratory": (MET, "Connected two laboratory systems"),
    },
    career=(
        Post("2021 to now", "Interface administrator", "A university clinic in Saxony",
             ("140 Mirth channels, each with a page of documentation",
              "FHIR pilot for patient and observation")),
        Post("2016 to 2021", "Clinical IT", "Kreisklinik Elbaue",
             ("Laboratory and radiology orders over HL7 v2",)),
    ),
    skills=("Mirth Connect", "HL7 v2", "JavaScript", "Linux", "Incident reviews"),
)  # fmt: skip

RUBEN = Applicant(
    key="ruben",
    name="Ruben Castellanos",
    headline="Integration consultant, fifteen years of HL7 v2",
    works_at="Freelance, Hamburg",
    pitch="Nobody we met knows version 2 better. He would learn FHIR with us.",
    source="Direct search",
    pay="92,000 a year",
    notice="Free in four weeks",
    links=True,
    marks={
        "engine": (MET, "Set up four engines, ran two of them for a year each"),
        "HL7": (MET, "Teaches it"),
        "on-call": (MET, "Was on call as a contractor"),
        "German": (MET, "C1 certificate; the call was in German"),
        "FHIR": (NOT, "A course last autumn, no project"),
        "laboratory": (PARTLY, "One connection, five years ago"),
    },
)

AMARA = Applicant(
    key="amara",
    name="Amara Nwosu",
    headline="Backend engineer, FHIR platform of a health start-up",
    works_at="Pulsbogen Health, Berlin",
    pitch="The strongest engineer of this search: she built a FHIR server that 60 practices use "
    "every day. She wants to stay close to code and to people who use it.",
    source="Answered the story of the site moves",
    pay="88,000 a year",
    notice="Four weeks",
    links=True,
    marks={
        "engine": (MET, "Runs their own engine in production since 2021"),
        "HL7": (MET, "Wrote the v2 bridge for two hospitals"),
        "on-call": (UNKNOWN, "Would like to hear how a night really goes"),
        "German": (MET, "B2, course has begun; the call worked well"),
        "FHIR": (MET, "R4, server and clients"),
        "laboratory": (NOT, "None yet"),
    },
)

TOBIAS = Applicant(
    key="tobias",
    name="Tobias Kern",
    headline="Interface developer, two years at a hospital group",
    works_at="A hospital group on the Baltic",
    pitch="Two years in, and already the one they call at night. Asks better questions than he "
    "answers, which I mean as praise.",
    source="Recommended by a colleague of Nadja Brandl's team",
    pay="74,000 a year",
    notice="Four weeks to the middle of a month",
    marks={
        "engine": (PARTLY, "Two years, always beside a senior"),
        "HL7": (MET, "Solved our sample message in the call"),
        "on-call": (MET, "One in five today"),
        "German": (MET, "First language"),
        "FHIR": (PARTLY, "R4 for appointments only"),
        "laboratory": (UNKNOWN, "Did not come up"),
    },
)

VIKTOR = Applicant(
    key="viktor",
    name="Viktor Lehmann",
    headline="Integration engineer, insurance company",
    works_at="A health insurer, Leipzig",
    pitch="Runs the engine through which a health insurer talks to 300 hospitals. Would like to "
    "stand on the other side.",
    source="Job advertisement",
    pay="85,000 a year",
    notice="Three months",
    marks={
        "engine": (MET, "Eight years, 300 partners"),
        "HL7": (MET, "Writes it daily"),
        "on-call": (MET, "One in five today"),
        "German": (MET, "First language"),
        "FHIR": (MET, "R4 for prescriptions"),
        "laboratory": (NOT, "None"),
    },
)

MIRJAM = Applicant(
    key="mirjam",
    name="Mirjam Oyelaran",
    headline="Integration engineer, public health laboratory",
    works_at="Landeslabor Havelland",
    pitch="Moved 23 laboratory feeds to FHIR and can show how each was checked for two weeks. "
    "Wants to be nearer to the ward than a public laboratory lets her.",
    source="Direct search",
    pay="82,000 a year",
    notice="Three months",
    links=True,
    marks={
        "engine": (MET, "Cloverleaf, then Mirth, six years"),
        "HL7": (MET, "Wrote the test messages of her laboratory"),
        "on-call": (MET, "Has done one in eight, would do one in six"),
        "German": (MET, "First language"),
        "FHIR": (MET, "23 feeds, all in production"),
        "laboratory": (MET, "Her daily work"),
    },
    career=(
        Post("2019 to now", "Integration engineer", "Landeslabor Havelland",
             ("Moved 23 laboratory feeds from HL7 v2 to FHIR R4 without losing a message",
              "Keeps the old and the new feed side by side for two weeks each")),
        Post("2015 to 2019", "IT in the laboratory", "Diagnostikum Süd",
             ("Cloverleaf in production, on call one week in eight",)),
    ),
    skills=("Mirth Connect", "Cloverleaf", "HL7 v2", "FHIR R4", "Python"),
)  # fmt: skip

JOHANNA = Applicant(
    key="johanna",
    name="Johanna Reimers",
    headline="Leads the interfaces of two hospitals, Rhapsody and FHIR",
    works_at="Sankt Anna Kliniken",
    pitch="Has done our site move once already, with two hospitals and one weekend. She would "
    "come for a team of five instead of a team of one.",
    source="Direct search",
    pay="90,000 a year",
    notice="Three months, perhaps two",
    links=True,
    marks={
        "engine": (MET, "Rhapsody since 2017, two sites"),
        "HL7": (MET, "Corrected our sample message unasked"),
        "on-call": (MET, "One in three today; one in six sounds like a holiday"),
        "German": (MET, "First language"),
        "FHIR": (MET, "Medication and observations, in production"),
        "laboratory": (PARTLY, "One laboratory system, as a customer"),
    },
    career=(
        Post("2017 to now", "Lead of interfaces", "Sankt Anna Kliniken",
             ("Moved two hospitals to one engine on one weekend, rehearsed three times",
              "FHIR R4 for medication and observations, in production since 2023",
              "Wrote the on-call handbook that the night shift uses")),
        Post("2012 to 2017", "System administrator", "Kreiskrankenhaus Ohlau",
             ("Patient record, printing, and the first HL7 connection of the house",)),
        Post("2009 to 2012", "Training in IT, system integration", "Stadtwerke Ohlau"),
    ),
    skills=("Rhapsody", "HL7 v2", "FHIR R4", "SQL", "Cutover planning", "On-call handbooks"),
)  # fmt: skip

FARID = Applicant(
    key="farid",
    name="Farid Azimi",
    headline="Integration engineer, laboratory chain of 40 sites",
    works_at="Labornetz Mitte",
    pitch="Connects a new laboratory every month and has a checklist that fits on one page. Would "
    "bring it along.",
    source="Recommended by Ilse Mertens",
    pay="83,000 a year",
    notice="Six weeks",
    marks={
        "engine": (MET, "Mirth, 40 sites"),
        "HL7": (MET, "Orders and results, daily"),
        "on-call": (MET, "One in four today"),
        "German": (PARTLY, "B2, course has begun; morning calls are in German already"),
        "FHIR": (PARTLY, "R4 towards two customers, since spring"),
        "laboratory": (MET, "Knows four laboratory systems from the inside"),
    },
    career=(
        Post("2020 to now", "Integration engineer", "Labornetz Mitte",
             ("One new site a month, by a checklist of one page",
              "FHIR R4 towards two customers since spring")),
        Post("2016 to 2020", "Software engineer", "Datenbrücke GmbH",
             ("Interfaces between warehouse and accounts",)),
    ),
    skills=("Mirth Connect", "HL7 v2", "FHIR R4", "Monitoring", "English, Dari, German B2"),
)  # fmt: skip

SOFIE = Applicant(
    key="sofie",
    name="Sofie Lindgaard",
    headline="FHIR engineer, national patient summary",
    works_at="A public health agency, Copenhagen",
    pitch="Wrote parts of the profile that our patient summary follows. Moves to Potsdam in "
    "spring whatever happens.",
    source="Wrote to us",
    pay="89,000 a year",
    notice="One month",
    links=True,
    marks={
        "engine": (PARTLY, "Runs a FHIR gateway; a classic engine only in a project"),
        "HL7": (PARTLY, "Reads it; has written little of it since 2019"),
        "on-call": (MET, "Has been on call for the gateway"),
        "German": (MET, "C1, grew up in Flensburg"),
        "FHIR": (MET, "Profiles, validation, production"),
        "laboratory": (NOT, "None"),
    },
    career=(
        Post("2019 to now", "FHIR engineer", "A public health agency, Copenhagen",
             ("Co-wrote the profile of the national patient summary",
              "Gateway with four million requests a day, one on-call week in eight")),
        Post("2015 to 2019", "Developer", "Nordlys Health, Aarhus",
             ("HL7 v2 to and from nine hospitals",)),
    ),
    skills=("FHIR R4", "Profiling and validation", "Kotlin", "Kubernetes"),
)  # fmt: skip

EMRE = Applicant(
    key="emre",
    name="Emre Yıldız",
    headline="Interface specialist at a vendor of patient records",
    works_at="Patientis Software, Dresden",
    pitch="Knows our patient record from its maker's side, with its bugs by number. Tired of "
    "travelling four days a week.",
    source="Direct search",
    pay="91,000 a year",
    notice="Three months to the end of a quarter",
    marks={
        "engine": (MET, "Installs and runs engines for twelve customers"),
        "HL7": (MET, "By hand, also at the customer's desk"),
        "on-call": (PARTLY, "Willing; has small children and asks for the quarterly swap"),
        "German": (MET, "First language"),
        "FHIR": (MET, "R4 since 2022, three customers"),
        "laboratory": (PARTLY, "As the other end of the line"),
    },
    career=(
        Post("2016 to now", "Interface specialist", "Patientis Software, Dresden",
             ("Engines and interfaces for twelve hospitals",
              "First FHIR connection of the product at a customer")),
        Post("2013 to 2016", "Support engineer", "Patientis Software, Dresden"),
    ),
    skills=("Mirth Connect", "Rhapsody", "HL7 v2", "FHIR R4", "Patient records"),
)  # fmt: skip

BEATRIZ = Applicant(
    key="beatriz",
    name="Beatriz Almeida",
    headline="Integration engineer, intensive care systems",
    works_at="Vitalis Monitoring, Munich",
    pitch="Brings device data to the bedside in under a second, and sleeps with the phone on. "
    "The only one here who has done medical devices.",
    source="Met at a conference",
    pay="85,000 a year",
    notice="Two months",
    links=True,
    marks={
        "engine": (MET, "Own engine and Mirth, five years"),
        "HL7": (MET, "Version 2 and device messages"),
        "on-call": (MET, "One in four; wants it paid, which we do"),
        "German": (NOT, "B1; understands all, speaks with pauses"),
        "FHIR": (MET, "Device and observation, in production"),
        "laboratory": (NOT, "Devices instead"),
    },
    career=(
        Post("2019 to now", "Integration engineer", "Vitalis Monitoring, Munich",
             ("Device data of 300 beds as FHIR observations in under a second",
              "On call one week in four")),
        Post("2015 to 2019", "Biomedical engineer", "Hospital do Rio, Porto",
             ("Connected infusion pumps to the patient record",)),
    ),
    skills=("Mirth Connect", "FHIR R4", "Medical devices", "C#", "Portuguese, English, German B1"),
)  # fmt: skip

STEPS: tuple[Step, ...] = (
    ScreenedOut(
        26,
        "16:35",
        {"on-call": 5, "German": 3, "HL7": 2},
        note="From the replies to the first twenty-six letters.",
    ),
    Send(
        22,
        "14:20",
        (NADJA, ILSE, RUBEN),
        note="Three of the four I spoke with. Nadja and Ilse could start tomorrow on what you "
        "need; Ruben is the one to talk about: how much FHIR has to be there on the first day?",
    ),
    Approve(20, "11:05", "nadja"),
    Approve(20, "11:07", "ilse"),
    Decline(
        20,
        "11:15",
        "ruben",
        because="FHIR",
        words="A pleasure to read. But he would learn FHIR in just the quarter in which we move.",
    ),
    Invite(19, "11:10", "nadja", on=(17, "14:00"), who="Samir Haddad"),
    Held(17, "15:20", "nadja"),
    Feedback(17, "16:10", "nadja", "on", "Clear, fast, and she asked about the wards first."),
    ScreenedOut(
        16,
        "16:50",
        {"on-call": 4, "FHIR": 5, "pay": 1},
        note="Since FHIR is a dealbreaker, pure version 2 profiles stop before a call.",
    ),
    Invite(16, "16:20", "ilse", on=(12, "10:00"), who="Samir Haddad"),
    Held(12, "11:10", "ilse"),
    Feedback(12, "13:30", "ilse", "on", "Knows what a bad night is. I want Samir to meet her."),
    Send(
        12,
        "15:30",
        (AMARA, TOBIAS, VIKTOR),
        note="All three have FHIR in production or close to it, as the brief says since last week.",
    ),
    Ask(
        11,
        "10:20",
        "tobias",
        "Would he be on call from the first month, or beside somebody for a while?",
    ),
    Reply(11, "14:05", "tobias", "Beside somebody for the first two turns, then alone. His words."),
    Approve(9, "09:30", "amara"),
    Approve(9, "09:35", "tobias"),
    Decline(
        9,
        "09:50",
        "viktor",
        because="new",
        criterion="Has worked inside a hospital, not only with one",
        words="I know, we never said so. I noticed it only when I read him.",
    ),
    ScreenedOut(8, "12:10", {"on-call": 3, "German": 1, "FHIR": 1, "timing": 1}),
    Invite(8, "12:00", "amara", on=(6, "10:00")),
    Invite(8, "12:05", "tobias", on=(5, "11:00")),
    Held(6, "11:20", "amara"),
    Withdraw(
        6,
        "15:40",
        "nadja",
        whose="candidate",
        reason="Her employer lets her work from the customers' wards. She stays, and thanks you.",
    ),
    Held(5, "12:10", "tobias"),
    Feedback(5, "14:40", "tobias", "unsure", "Good head. A year early for being alone at night."),
    Decline(
        5,
        "15:10",
        "amara",
        because="on-call",
        words="The best engineer of all, and she said openly that nights are not for her.",
        after_interview=True,
    ),
    Send(5, "16:20", (MIRJAM,), note="One alone, since she should not wait for the others."),
    Approve(4, "08:40", "mirjam"),
    Invite(4, "09:10", "mirjam", on=(3, "13:00")),
    Invite(4, "09:20", "ilse", on=(3, "15:00"), round_="Second round", who="Samir Haddad"),
    Held(3, "14:05", "mirjam"),
    Held(3, "16:05", "ilse"),
    Feedback(2, "09:10", "ilse", "on", "Samir and I would both work with her."),
    Send(
        1,
        "15:40",
        (JOHANNA, FARID, SOFIE, EMRE, BEATRIZ),
        note="Five, so that we choose and do not settle. Johanna first, if you have a minute only. "
        "Beatriz is one line short of the brief: her German. I send her all the same, so that we "
        "decide it and not I.",
    ),
)
