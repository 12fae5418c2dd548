"""The people of the demo and the two clients. All of them are made up."""

from datetime import time

from recruiting.accounts.models import Role
from recruiting.dashboards.demo.story import Person

DOMAIN = "demo.example"
PASSWORD = "same-page-demo"  # noqa: S105 - printed for everybody to read

CLIENTS = {
    "havelmark": "Havelmark Hospitals IT",
    "brackwater": "Brackwater Logistics",
}

PEOPLE: tuple[Person, ...] = (
    Person("lead", "Helen Marsh", Role.LEAD, "Europe/London", time(9), time(17, 30),
           clients=("havelmark", "brackwater")),
    Person("recruiter", "Clara Voss", Role.RECRUITER, "Europe/Berlin", time(8, 30), time(17),
           clients=("havelmark",)),
    Person("other.recruiter", "Desmond Okafor", Role.RECRUITER, "America/Chicago", time(8),
           time(17), clients=("brackwater",)),
    Person("manager", "Jonas Albrecht", Role.MANAGER, "Europe/Berlin", time(8), time(16, 30),
           clients=("havelmark",)),
    Person("petra.lindqvist", "Petra Lindqvist", Role.MANAGER, "Europe/Stockholm", time(9),
           time(16), clients=("havelmark",), days=(1, 2, 3, 4)),
    Person("samir.haddad", "Samir Haddad", Role.MANAGER, "Europe/Berlin", time(9), time(18),
           clients=("havelmark",)),
    Person("other.manager", "Marcus Bell", Role.MANAGER, "America/Chicago", time(7), time(16),
           clients=("brackwater",)),
    Person("mei.tan", "Mei Tan", Role.MANAGER, "Asia/Singapore", time(9), time(18),
           clients=("brackwater",)),
    Person("anna.kowalczyk", "Anna Kowalczyk", Role.MANAGER, "Europe/Warsaw", time(8), time(16),
           clients=("brackwater",), joined=15),
)  # fmt: skip
"""The lead first: she lets the others in."""

NEWCOMER = ("lukas.brandt", "Lukas Brandt")
"""Login and name of somebody who has been invited and has not come yet."""

SIGN_INS: tuple[tuple[str, str], ...] = (
    ("recruiter", "recruiter at Havelmark Hospitals IT"),
    ("manager", "hiring manager there: five resumes to decide on, and a digest that is due now"),
    ("lead", "lead: sees both clients"),
    ("other.recruiter", "recruiter at Brackwater Logistics"),
    ("other.manager", "hiring manager there, who reviews without names"),
)
"""Logins worth trying first, and as whom one comes in."""


def address(login: str) -> str:
    return f"{login}@{DOMAIN}"
