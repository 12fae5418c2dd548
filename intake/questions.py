"""What an intake asks, part by part: the texts that a brief is made of besides its requirements."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """One text of the brief. `name` is its heading there, `ask` what is asked in the meeting."""

    key: str
    part: str
    name: str
    ask: str
    group: str = ""


REASONS = ("Pay", "Growth", "Team", "Flexibility", "Mission")
"""Why somebody would move, by what moves people; each wants its evidence."""

_EVIDENCE = {
    "Pay": "The range beside the last three offers made for such a job.",
    "Growth": "Who had this job before, and what are they doing now?",
    "Team": "Who would be the colleagues, and why do they stay?",
    "Flexibility": "What do people on this team really do: days, hours, place?",
    "Mission": "What would be different in a year because of this person?",
}

QUESTIONS = (
    Question("why-job", "why", "Why this job", "Why does this job exist, and why now?"),
    Question("why-empty", "why", "If it stays empty", "What happens if it stays empty?"),
    Question("profile-background", "requirements", "Background",
             "What have the best people in this job learned, and where?", "Ideal candidate"),
    Question("profile-done", "requirements", "Has done before",
             "What have they done before that shows they can do this?", "Ideal candidate"),
    Question("profile-where", "requirements", "Works now at",
             "Where do such people work now, and as what?", "Ideal candidate"),
    Question("profile-drive", "requirements", "Driven by", "What drives them?", "Ideal candidate"),
    Question("profile-move", "requirements", "Would move for",
             "What would make them move?", "Ideal candidate"),
    Question("profile-not", "requirements", "Is not",
             "Who looks right on paper and is not?", "Ideal candidate"),
    Question("example-1", "requirements", "Example", "Somebody like that: a link, or a few words.",
             "Ideal candidate"),
    Question("example-2", "requirements", "Second example", "Another one.", "Ideal candidate"),
    Question("example-3", "requirements", "Third example", "And a third.", "Ideal candidate"),
    Question("success-90", "success", "After 90 days",
             "After 90 days, what tells you that it was the right choice?"),
    Question("success-year", "success", "After a year", "And after a year?"),
    Question("pay", "market", "Pay", "What is the range, and what beyond it?"),
    Question("place", "market", "Place", "Where is the work done, and how many days a week there?"),
    Question("market", "market", "Market",
             "Who else looks for such people, and what do they offer?"),
    Question("panel", "steps", "Interview panel", "Who talks with candidates, and about what?"),
    Question("steps", "steps", "Steps", "Which steps lead from the resume to the offer?"),
    *(
        Question(f"reason-{name.lower()}", "reasons", name, _EVIDENCE[name], "Reasons to move")
        for name in REASONS
    ),
    Question("dates", "signing", "Dates", "When should the person start? What is fixed before?"),
)  # fmt: skip

PRE_READ = ("why-job", "success-90", "profile-background", "pay", "dates")
"""What a manager may answer before the meeting: each can be said in a sentence from memory, and
each saves minutes of the half hour."""

NUMBERS = {3: "three", 4: "four", 5: "five"}
"""How many those may be, in words."""

BY_KEY = {question.key: question for question in QUESTIONS}


def questions_of(part: str) -> list[Question]:
    """Those of one part, in the order in which they are asked."""
    return [question for question in QUESTIONS if question.part == part]
