"""What each page is for and which keys it knows, by role: the one place where that is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recruiting.accounts.models import User


@dataclass(frozen=True)
class Key:
    """`is_single` marks a letter that alone does something; it can be switched off."""

    keys: Sequence[str]
    does: str
    is_single: bool = False


@dataclass(frozen=True)
class Topic:
    title: str
    about: str
    keys: Sequence[Key] = ()


EVERYWHERE = (
    Key(("/",), "Search the requisitions", is_single=True),
    Key(("?",), "Open this help", is_single=True),
    Key(("Ctrl", "Enter"), "Send the form you are in; on a Mac with Cmd"),
    Key(("Esc",), "Close a menu or this help"),
)

GENERAL = Topic(
    "Same Page",
    "A recruiter and a hiring manager work on a job from one shared page. Both see the same "
    "facts: who was found and met, what was promised, what comes next. Nothing you do here is "
    "lost: what you type is kept, and most things can be undone.",
)

_ROOM = (
    "Thirty minutes that end in a brief both have signed. The agenda and its quiet clock stand at "
    "the left, what is talked about in the middle, the brief as it will be signed at the right. "
    "Both may write at once: it is saved while you type, the other sees it within two seconds, and "
    "where two write in one field both texts are kept. "
)

_BRIEF = (
    "What was agreed, on one page to read, print and sign. A signature holds for the very words "
    "that were shown: if they change before the other one signs, both are shown and nothing is "
    "signed. After that a change is an amendment with a reason, signed by both; old versions stay. "
)

_ROOM_KEYS = (
    Key(("j",), "Next part of the agenda", is_single=True),
    Key(("k",), "Part before", is_single=True),
    Key(("Alt", "Page Down"), "Next part, into its first field; Page Up: the part before"),
    Key(("Tab",), "Next field"),
    Key(("1", "2", "3"), "On a requirement: dealbreaker, nice to have, not needed", True),
    Key(("↑", "↓"), "On a requirement: the next one, or the one before"),
    Key(("Alt", "↑"), "On a requirement: move it up; with ↓ down"),
    Key(("Enter",), "On a requirement: edit it, and back"),
    Key(("Delete",), "On a requirement: remove it; u brings it back"),
)

_IMPACT = (
    "For each requirement of the brief: how many candidates it stopped, at which stage, and how "
    "many it alone stopped, who would have gone on if it were nice to have. Small numbers are told "
    "as a range, or not at all. From a line one begins an amendment with this as its reason. "
)

_REVIEW_KEYS = (
    Key(("a",), "Approve the candidate", is_single=True),
    Key(("d",), "Decline: choose the one reason", is_single=True),
    Key(("q",), "Ask before deciding", is_single=True),
    Key(("j",), "Next candidate", is_single=True),
    Key(("k",), "Candidate before", is_single=True),
    Key(("u",), "Take back the last decision", is_single=True),
    Key(("Esc",), "Close what is open"),
)

_RECRUITERS: Mapping[str, Topic] = {
    "home": Topic(
        "Desk",
        "What needs you today: promises that are due, requisitions gone quiet, managers' "
        "questions, holds that end. Each line opens where it stands, and leaves when it is done. "
        "Below are all your open requisitions, the longest without a checkpoint first.",
        (
            Key(("j",), "Next line", is_single=True),
            Key(("k",), "Line before", is_single=True),
            Key(("↓", "↑"), "The same, from a line"),
            Key(("Enter",), "Open or close the line"),
            Key(("Esc",), "Close the line you are in"),
        ),
    ),
    "round": Topic(
        "Round",
        "All you have in work, one row each, to log one after the other. A row is saved when you "
        "leave it. What could not be sent is kept and sent again.",
        (
            Key(("Tab",), "Next count"),
            Key(("Enter",), "Save the row, go on to the next"),
            Key(("↑", "↓"), "The row above or below"),
            Key(("n",), "Write a note for the row", is_single=True),
            Key(("Esc",), "Back from the note to the counts"),
        ),
    ),
    "requisitions": Topic(
        "Requisitions",
        "All requisitions you may see. Search, filters and columns stand in the address, so a "
        "search can be kept as a view or sent to a colleague. Tick rows to change many at once; "
        "that can be undone.",
    ),
    "requisition": Topic(
        "A requisition",
        "What you and the hiring manager share about one job. Log checkpoints, touchpoints and "
        "notes above the timeline; private notes stay with recruiters and leads.",
    ),
    "intake": Topic(
        "The intake room",
        _ROOM + "Prepare it from the job description or an earlier brief, sort with the manager "
        "what is a dealbreaker, and ask of each how it is tested. Hints beside the words and the "
        "warnings above the list never refuse anything.",
        _ROOM_KEYS,
    ),
    "brief": Topic(
        "The brief",
        _BRIEF + "Sign, and the manager is asked by mail; his link signs without signing in. "
        "When both have signed, the requisition opens. Without a brief it opens with a reason, "
        "which stands on its page.",
    ),
    "meeting": Topic(
        "The intake meeting",
        "The times on offer lie in the working hours of you both, holidays and absences left out. "
        "The manager gets a calendar invitation and a few questions to answer beforehand. Move or "
        "cancel it here, and calendars follow. Who will not meet can answer the same in writing.",
    ),
    "candidates": Topic(
        "Candidates",
        "Everybody you prepare or have sent for this job, and where each one stands. Add a "
        "candidate, rate her by the brief with a line of evidence each, write two sentences of "
        "pitch, then send one or several as a slate. What you prepare is yours until you send it; "
        "what was sent stays as it was decided on.",
        (
            Key(("1", "2", "3", "4"), "On a requirement: met, partly, not met, not known", True),
            Key(("Tab",), "From the mark to its evidence, and to the next requirement"),
        ),
    ),
    "screen_outs": Topic(
        "Screened out",
        "How many you set aside, and for which requirement, without naming anybody. It counts "
        "nothing in the funnel; it is what the impact of a requirement is worked out from.",
    ),
    "review": Topic(
        "The review",
        "What the hiring manager decides on: pitch, requirements and resume of one candidate at a "
        "time, or all side by side. You read here what he reads; he alone decides.",
    ),
    "submission": Topic(
        "A candidate",
        "All that became of one candidate for this job, newest first. Schedule interviews, whose "
        "invitations go to both calendars, record that they took place, offers and their answers. "
        "The counts of the funnel follow by themselves. The next step and who holds the ball stand "
        "at the top, in the words that the manager reads.",
    ),
    "impact": Topic("The impact of requirements", _IMPACT + "Take it along when you talk."),
    "wordings": Topic(
        "Wording of requirements",
        "The words that get a hint in the intake room, for all clients. Turn one off, say it "
        "otherwise, add your own, and try a sentence without saving anything.",
    ),
    "client_agenda": Topic(
        "Agenda of the intake",
        "What meetings at this client begin with: parts, minutes, order. A meeting that is "
        "prepared keeps its own, which is changed in its room.",
    ),
    "mail_desk": Topic(
        "All mail",
        "What is due, sent, late, failed or skipped, and why, without what it says. One mail can "
        "be sent again, with the reason on record. After a backup was restored nothing goes until "
        "you release it here.",
    ),
    "digests": Topic(
        "Digests",
        "The letters that hiring managers get, as they were sent. Look at the next one before it "
        "goes, and add a line of your own.",
    ),
    "clients": Topic(
        "Clients",
        "The companies and departments you recruit for, with the people of each.",
    ),
    "people": Topic(
        "People",
        "Everybody at your clients, with the hours and the channel by which they like to be "
        "reached. Invite a hiring manager here.",
    ),
    "requisition_import": Topic(
        "Import",
        "Upload a spreadsheet of requisitions, say which column is what, look at what would come "
        "in, and take it over. Imported again, rows are brought up to date rather than doubled.",
    ),
}

_MANAGERS: Mapping[str, Topic] = {
    "home": Topic(
        "Your home",
        "First what waits on you, then each of your jobs in three lines: where it stands, what "
        "is new since you last looked, what comes next.",
    ),
    "requisitions": Topic("Your requisitions", "All your jobs, open and closed. Search by a word."),
    "requisition": Topic(
        "A requisition",
        "What you and your recruiter share about one job, the same for both. Ask above the "
        "timeline; your recruiter is told and answers there.",
    ),
    "intake": Topic(
        "The intake room",
        _ROOM + "You say what the job needs and what you would give up; your recruiter asks how "
        "each of it is tested. Both of you can come back to it until it is signed.",
        _ROOM_KEYS,
    ),
    "brief": Topic(
        "The brief",
        _BRIEF + "You sign here, or by the link in the mail, which a second mail confirms. If it "
        "was not you, that mail says how to contest it.",
    ),
    "candidates": Topic(
        "Candidates",
        "Everybody your recruiter has sent you for this job, and where each one stands. What waits "
        "for your decision comes first.",
    ),
    "review": Topic(
        "The review",
        "One candidate at a time: two sentences, what was agreed and how she stands to it, her "
        "resume. Approve, decline with the one reason that decided it, or ask. What you decided "
        "can be taken back for ten minutes. The link in the mail leads to the same, without "
        "signing in.",
        _REVIEW_KEYS,
    ),
    "submission": Topic(
        "A candidate",
        "All that became of one candidate for this job. After an interview, say how to go on: your "
        "recruiter hears of it at once.",
    ),
    "impact": Topic("The impact of requirements", _IMPACT + "A change is signed by you both."),
    "digests": Topic("Digests", "The letters you got, to be read again."),
}

_BOTH: Mapping[str, Topic] = {
    "review": Topic(
        "Review of candidates",
        "One candidate at a time: what the recruiter says, how she stands to each requirement of "
        "the brief, and her resume. Who decides approves, declines for one reason, or asks first; "
        "the next one comes at once, and for ten minutes each decision can be taken back. A reason "
        "that the brief does not name can be put into its draft. The link in the mail leads to the "
        "same page without signing in.",
        (
            Key(("a",), "Approve", is_single=True),
            Key(("d",), "Decline: choose the reason, then Ctrl and Enter", is_single=True),
            Key(("q",), "Ask a question instead", is_single=True),
            Key(("j",), "Next candidate", is_single=True),
            Key(("k",), "Candidate before", is_single=True),
            Key(("u",), "Take the latest decision back", is_single=True),
            Key(("Esc",), "Close what was opened above the buttons"),
        ),
    ),
    "preferences": Topic(
        "Preferences",
        "Your name, your working hours, how you like to be reached, and when you are away. "
        "Others read it before they write to you. Single-key shortcuts are switched off here.",
    ),
}

_LIKE = {
    "intake_agenda": "intake",
    "intake_preparation": "intake",
    "intake_writing": "intake",
    "brief_version": "brief",
    "brief_comparison": "brief",
    "requisition_opening": "brief",
    "candidate_new": "candidates",
    "submission_edit": "candidates",
    "slate_new": "candidates",
    "impact_amendment": "impact",
    "slate_by_mail": "review",
    "question_answer": "submission",
    "interviews": "submission",
    "interview_moving": "submission",
    "interview_cancellation": "submission",
    "feedback": "submission",
    "offers": "submission",
    "offer_answer": "submission",
    "parking": "submission",
    "withdrawal": "submission",
    "meeting_moving": "meeting",
    "meeting_cancellation": "meeting",
    "client_settings": "clients",
    "digest": "digests",
    "digest_preview": "digests",
    "mail_resending": "mail_desk",
    "client": "clients",
    "client_new": "clients",
    "person": "people",
    "invitation_new": "people",
    "requisition_import_columns": "requisition_import",
    "requisition_import_preview": "requisition_import",
    "requisition_import_report": "requisition_import",
    "requisition_edit": "requisition",
    "requisition_watchers": "requisition",
    "checkpoint_correction": "requisition",
    "touchpoint_correction": "requisition",
    "note_edit": "requisition",
    "note_history": "requisition",
    "answers": "requisition",
    "desk_item": "home",
    "round_paste": "round",
    "saved_views": "requisitions",
    "bulk_action": "requisitions",
}
"""Pages that have the help of another one. What is named nowhere has the general help."""


def topic_for(page: str, user: User) -> Topic:
    """The help of the page of that name in the URLconf, as the reader's role needs it."""
    own = _RECRUITERS if user.is_recruiter else _MANAGERS
    name = _LIKE.get(page, page)
    return own.get(name) or _BOTH.get(name) or GENERAL
