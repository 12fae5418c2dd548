"""What events say: every action in plain words, and what kind of thing it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q, TextChoices
from django.utils.text import get_text_list

from recruiting.accounts.models import Role
from recruiting.audit.models import Event
from recruiting.lib.days import day_range
from requisitions.models import Stage
from requisitions.words import counted_word

SOFTWARE = "Same Page"
"""Who did what nobody did by hand."""

GONE = "somebody who has left"
"""A person whom the reader may not see, or does not any more."""

UNKNOWN = "changed something"


class Kind(TextChoices):
    CHECKPOINTS = "checkpoints", "Checkpoints"
    CONVERSATION = "conversation", "Conversation"
    INTAKE = "intake", "Intake and brief"
    CANDIDATES = "candidates", "Candidates"
    STATUS = "status", "Status"
    PEOPLE = "people", "People and access"
    DETAILS = "details", "Details"
    MAIL = "mail", "Mail and digests"


ACTIONS: Mapping[Kind, Mapping[str, str]] = {
    Kind.CHECKPOINTS: {
        "logged a checkpoint": "logged a checkpoint",
        "corrected a checkpoint": "corrected a checkpoint",
        "undid a checkpoint": "took a checkpoint back",
        "moved a promise": "moved the date of a promise",
        "moved a promise back": "gave a promise its date back",
    },
    Kind.CONVERSATION: {
        "wrote a note": "wrote a note",
        "edited a note": "edited a note",
        "withdrew a note": "withdrew a note",
        "restored a note": "brought a note back",
        "wrote a private note": "wrote a private note",
        "edited a private note": "edited a private note",
        "withdrew a private note": "withdrew a private note",
        "restored a private note": "brought a private note back",
        "asked a question": "asked a question",
        "edited a question": "edited a question",
        "withdrew a question": "withdrew a question",
        "restored a question": "brought a question back",
        "answered a question": "answered a question",
        "edited an answer": "edited an answer",
        "withdrew an answer": "withdrew an answer",
        "restored an answer": "brought an answer back",
        "logged a touchpoint": "logged {touchpoint}",
        "corrected a touchpoint": "corrected {touchpoint}",
        "undid a touchpoint": "took back {touchpoint}",
    },
    Kind.INTAKE: {
        "began the intake": "prepared the intake",
        "began the intake meeting": "began the intake meeting",
        "changed the agenda of the intake": "changed the agenda of the intake",
        "changed the agenda": "changed the agenda of meetings at the client",
        "changed the working agreement": "changed the working agreement",
        "proposed a brief": "asked for a signature under brief {number}",
        "proposed an amendment": "asked for a signature under an amendment, brief {number}",
        "scheduled the intake meeting": "scheduled the intake meeting",
        "moved the intake meeting": "moved the intake meeting",
        "cancelled the intake meeting": "called off the intake meeting",
        "asked others to the intake meeting": "asked those who answer for it now to the meeting",
        "asked for answers in writing": "asked for answers to the intake in writing",
        "signed the brief": "signed brief {number}",
        "took back a brief": "took back brief {number} before both had signed",
        "contested a signature": "contested a signature under brief {number}",
        "kept a wording": "changed the hint on the wording “{phrase}”",
        "turned off a wording": "took away the hint on the wording “{phrase}”",
        "brought back a wording": "brought back the hint on the wording “{phrase}”",
        "took back a change of a wording": "took back a change of the wording “{phrase}”",
    },
    Kind.CANDIDATES: {
        "prepared a candidate": "prepared a candidate",
        "changed a draft": "changed the draft of a candidate",
        "removed a draft": "removed the draft of a candidate",
        "brought back a draft": "brought back the draft of a candidate",
        "changed details of a candidate": "changed the details of a candidate",
        "logged screen-outs": "screened out {candidates}",
        "took back screen-outs": "took back a count of screen-outs",
        "sent a slate": "sent {candidates} for approval",
        "approved a resume": "approved a candidate",
        "declined a resume": "declined a candidate",
        "declined after an interview": "declined a candidate after an interview",
        "took back a decision": "took back a decision on a candidate",
        "scheduled an interview": "scheduled an interview with a candidate",
        "moved an interview": "moved an interview with a candidate",
        "called off an interview": "called off an interview with a candidate",
        "asked others to an interview": "asked those who answer for it now to an interview",
        "recorded an interview": "recorded that an interview took place",
        "took back an interview": "took back that an interview took place",
        "gave feedback": "said how an interview was",
        "took back feedback": "took back what was said of an interview",
        "made an offer": "recorded an offer to a candidate",
        "took back an offer": "took back an offer to a candidate",
        "recorded an acceptance": "recorded that a candidate accepted an offer",
        "recorded a refusal": "recorded that a candidate declined an offer",
        "took back an answer": "took back the answer to an offer",
        "put a candidate on hold": "put a candidate on hold",
        "took up a candidate again": "took up a candidate again",
        "withdrew a candidate": "withdrew a candidate",
        "took back a withdrawal": "took back the withdrawal of a candidate",
        "asked about a candidate": "asked about a candidate",
        "answered about a candidate": "answered a question on a candidate",
        "proposed a requirement": "proposed a new requirement for the brief",
        "exported a candidate's data": "took a copy of all data of a candidate",
        "erased a candidate's data": "erased the data of a candidate",
        "contested decisions": "contested decisions that were made by a link",
    },
    Kind.STATUS: {
        "became draft": "made the requisition a draft",
        "became intake": "began the intake",
        "became open": "{opened} the requisition",
        "became on_hold": "put the requisition on hold",
        "changed the end of the hold": "changed the end of the hold",
        "became filled": "filled the last opening",
        "became cancelled": "cancelled the requisition",
        "became parted": "parted ways over the requisition",
    },
    Kind.DETAILS: {
        "created requisitions.Requisition": "created the requisition",
        "imported requisitions.Requisition": "imported the requisition from a spreadsheet",
        "edited": "changed {fields}",
        "created accounts.Client": "added the client",
        "changed client settings": "changed the settings of the client{changes}",
        "added closed days": "closed the client{for_days}",
        "removed closed days": "opened the client again{for_days}",
        "brought back closed days": "closed the client all the same{for_days}",
        "uploaded": "uploaded a spreadsheet with {rows}",
        "mapped columns": "matched the columns of a spreadsheet",
        "imported requisitions.ImportBatch": "finished the import of a spreadsheet: {ready}",
    },
    Kind.PEOPLE: {
        "added a watcher": "let {user} watch the requisition",
        "removed a watcher": "ended the watching by {user}",
        "created accounts.User": "made an account for {person}",
        "invited": "invited {person}",
        "invited again": "invited {person} again",
        "revoked invitation": "took back the invitation of {person}",
        "accepted invitation": "accepted the invitation",
        "joined client": "made {person} a member of the client",
        "left client": "ended the membership of {person}",
        "changed role": "gave {person} the role of {role}",
        "deactivated": "deactivated the account of {person}",
        "reactivated": "reactivated the account of {person}",
        "signed out everywhere": "ended all sessions{of_person}",
        "renamed": "changed the name{of_person}",
        "changed address": "changed the email address{of_person}",
        "changed preferences": "changed the preferences{of_person}",
        "planned an absence": "planned to be away {days}",
        "cancelled an absence": "cancelled being away {days}",
        "named a stand-in": "chose {delegate} to stand in{for_person}",
    },
    Kind.MAIL: {
        "wrote a personal line": "wrote a personal line in the digest of {person}",
        "held back a digest": "held back the digest of {person}",
        "released a digest": "let the digest of {person} go",
        "sent a digest now": "sent the digest of {person} ahead of its time",
        "stopped the digest": "stopped the digest{of_person}",
        "resumed the digest": "resumed the digest{of_person}",
        "stopped the notifications": "stopped notifications by mail{for_person}",
        "resumed the notifications": "resumed notifications by mail{for_person}",
        "stopped the nudge": "stopped nudges by mail{for_person}",
        "resumed the nudge": "resumed nudges by mail{for_person}",
        "stopped the round-up": "stopped the weekly round-up{of_person}",
        "resumed the round-up": "resumed the weekly round-up{of_person}",
        "stopped the weekly summary": "stopped the weekly summary{of_person}",
        "resumed the weekly summary": "resumed the weekly summary{of_person}",
        "changed notifications": "changed which notifications come by mail{for_person}",
        "sent a mail again": "had a mail sent again to {person}",
        "held all mail": "held all mail back",
        "released the mail": "let mail go again{passed_over}",
        "lifted a suspension": "let mail go again to an address that had refused it",
    },
}
"""What was recorded → how it is told. Where the action alone says too little, its target's type
stands after it."""

_KINDS = {action: kind for kind, told in ACTIONS.items() for action in told}
_WORDS = {action: words for told in ACTIONS.values() for action, words in told.items()}

FIELDS = {
    "client": "client",
    "title": "title",
    "code": "code",
    "employer": "employer",
    "place": "place",
    "description": "job description",
    "openings": "number of openings",
    "salary_low": "pay",
    "salary_high": "pay",
    "currency": "pay",
    "basis": "pay",
    "recruiter": "recruiter",
    "manager": "hiring manager",
    "opened_on": "opening date",
    "target_on": "date it is wanted by",
    "source": "source",
    "external_id": "reference",
    "link": "link to the posting",
}

_TOUCHPOINTS = {"call": "a call", "email": "an email", "chat": "a chat", "meeting": "a meeting"}
_OPENED = {"on_hold": "resumed", "intake": "opened", "draft": "opened"}
_USER = "accounts.User"


def key_of(event: Event) -> str:
    """Under which of `ACTIONS` the event is told."""
    narrow = f"{event.action} {event.target_type}"
    return narrow if narrow in _WORDS else event.action


def kind_of(event: Event) -> Kind | None:
    return _KINDS.get(key_of(event))


def of_kind(kind: str) -> Q:
    """The events of a kind."""
    plain, narrow = [], []
    for key in ACTIONS[Kind(kind)]:
        action, _, target_type = key.rpartition(" ")
        if "." in target_type:
            narrow.append(Q(action=action, target_type=target_type))
        else:
            plain.append(key)
    return reduce(or_, narrow, Q(action__in=plain))


def named_in(events: Iterable[Event]) -> set[UUID]:
    """Whose names the words of the events need, beside those who acted."""
    found = set()
    for event in events:
        if event.target_type == _USER:
            found.add(event.target_id)
        found |= {
            UUID(event.particulars[key])
            for key in ("user", "delegate")
            if event.particulars.get(key)
        }
    return found


@dataclass(frozen=True)
class Names:
    """The people whom the reader may see, by id."""

    known: Mapping[UUID, str] = field(default_factory=dict)

    def of(self, pk: UUID | str | None, otherwise: str = GONE) -> str:
        return self.known.get(UUID(str(pk)), GONE) if pk else otherwise


def did(event: Event, names: Names) -> str:
    """What somebody did, as it goes on after the name: "logged a checkpoint"."""
    return _WORDS.get(key_of(event), UNKNOWN).format_map(_Blanks(event, names)).rstrip()


def counts(event: Event) -> list[tuple[str, str]]:
    """What a checkpoint moved: ("+12", "found")."""
    moved = event.particulars.get("counts") or {}
    return [
        (f"{moved[stage]:+,}", counted_word(stage, moved[stage]))
        for stage in Stage
        if moved.get(stage)
    ]


class _Blanks(dict[str, str]):
    """Fills in what a sentence leaves open, and only that."""

    def __init__(self, event: Event, names: Names) -> None:
        super().__init__()
        self.event, self.names, self.said = event, names, event.particulars

    def __missing__(self, blank: str) -> str:
        return str(getattr(self, f"_{blank}")())

    def _person(self) -> str:
        return self.names.of(self.event.target_id)

    def _of_person(self) -> str:
        """Nothing for one's own things."""
        return "" if self.event.target_id == self.event.actor_id else f" of {self._person()}"

    def _for_person(self) -> str:
        return "" if self.event.target_id == self.event.actor_id else f" for {self._person()}"

    def _user(self) -> str:
        return self.names.of(self.said.get("user"))

    def _delegate(self) -> str:
        return self.names.of(self.said.get("delegate"), otherwise="nobody")

    def _role(self) -> str:
        role = self.said.get("role", "")
        return Role(role).label.lower() if role in Role.values else "another role"

    def _fields(self) -> str:
        """ "the title, the pay and the openings", each once."""
        told = [FIELDS.get(name, name.replace("_", " ")) for name in self.said.get("fields", [])]
        return get_text_list([f"the {one}" for one in dict.fromkeys(told)], "and") or "the details"

    def _touchpoint(self) -> str:
        return _TOUCHPOINTS.get(self.said.get("kind", ""), "a touchpoint")

    def _opened(self) -> str:
        """Older events do not say where it came from."""
        came_from = self.said.get("came_from")
        return _OPENED.get(came_from, "reopened") if came_from else "opened"

    def _number(self) -> str:
        return str(self.said.get("number", ""))

    def _phrase(self) -> str:
        return str(self.said.get("phrase", ""))

    def _candidates(self) -> str:
        return _counted(self.said.get("count", 0), "candidate")

    def _rows(self) -> str:
        return _counted(self.said.get("rows", 0), "row")

    def _ready(self) -> str:
        return _counted(self.said.get("ready", 0), "requisition")

    def _changes(self) -> str:
        changes = self.said.get("changes", [])
        return f": {'; '.join(map(str, changes))}" if changes else ""

    def _passed_over(self) -> str:
        passed = self.said.get("passed_over", 0)
        return f", without {_counted(passed, 'mail')} that had been due before" if passed else ""

    def _for_days(self) -> str:
        days = self._days()
        return f" {days}" if days else ""

    def _days(self) -> str:
        first, last = self.said.get("first"), self.said.get("last")
        return day_range(date.fromisoformat(first), date.fromisoformat(last)) if first else ""


def _counted(count: Any, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"
