"""Facts about hiring at large, one to a letter, each with its population, year and source.

Averages of others are no target; they tell a manager what is usual. The figures are theirs, the
words are ours. Add a fact only with all three.
"""

from dataclasses import dataclass

from status_updates.digests.schedule import Period


@dataclass(frozen=True)
class MarketFact:
    text: str
    population: str
    year: int
    source: str

    @property
    def credit(self) -> str:
        return f"{self.source}, {self.year}; {self.population}"


FACTS = (
    MarketFact(
        "Half of all jobs are filled within 44 days, half take longer.",
        "over 2,300 organisations, all roles",
        2025,
        "SHRM Benchmarking",
    ),
    MarketFact(
        "Of all the time a hiring process takes, 37% is spent by resumes that wait with the "
        "hiring manager.",
        "375 hiring managers and 600 recruiters",
        2014,
        "iCIMS",
    ),
    MarketFact(
        "About one candidate in 72 who was found by a recruiter is hired; among those whom "
        "colleagues refer it is one in 16.",
        "customers of Lever",
        2016,
        "Lever",
    ),
    MarketFact(
        "Two recruiters in three wait two working days or more to hear about a resume.",
        "about 300 recruiters",
        2021,
        "Phenom and Talent Board",
    ),
    MarketFact(
        "About four offers in five are accepted.",
        "United States, all roles",
        2025,
        "SmartRecruiters",
    ),
    MarketFact(
        "From application to the first day, engineers typically take 49 days to hire.",
        "400,000 hires",
        2021,
        "LinkedIn",
    ),
    MarketFact(
        "Four recruiters in five say that they understand the role well; three hiring managers "
        "in five disagree. Asking each other is cheap.",
        "375 hiring managers and 600 recruiters",
        2014,
        "iCIMS",
    ),
    MarketFact(
        "A little more than a quarter of interviews lead to a hire.",
        "customers of CareerPlug",
        2024,
        "CareerPlug",
    ),
    MarketFact(
        "After an interview, 59% of recruiters wait two working days or more for the verdict.",
        "about 300 recruiters",
        2021,
        "Phenom and Talent Board",
    ),
    MarketFact(
        "Positions in senior leadership take 75 days to fill on average, entry positions 30.",
        "United States",
        2025,
        "Corporate Navigators",
    ),
    MarketFact(
        "From application to the first day, people in finance typically take 46 days to hire, "
        "in sales 38, in administration 33.",
        "400,000 hires",
        2021,
        "LinkedIn",
    ),
)


def fact_of(period: Period) -> MarketFact:
    """The fact of a week: the same for everybody, and another one the week after."""
    return FACTS[period.number % len(FACTS)]
