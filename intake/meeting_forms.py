"""What a recruiter types to schedule a meeting."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from intake.models import Meeting, StaleMeeting, Wanted
from intake.models.appointments import PLACE_MAX, REASON_MAX, Appointment
from intake.models.meetings import MINUTES_MAX, MINUTES_MIN
from intake.scheduling import Diaries
from intake.times import typed
from recruiting.lib.fields import LineField
from requisitions.fields import ReasonField, day_field

OTHER = "other"


class TimeForm(forms.Form):
    """When, for how long and where, by the reader's clocks.

    A time outside of somebody's working hours is not taken the first time: `warnings` say what
    speaks against it. Sent again as it was, with `sure`, it is. `key` is the new appointment's id,
    `sequence` what the reader saw of the one that stands.
    """

    day = day_field(required=False, label="Day")
    hour = forms.TimeField(
        required=False,
        label="Time",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "This is not a time. Write it like 14:30."},
    )
    minutes = forms.IntegerField(
        label="Minutes",
        min_value=MINUTES_MIN,
        max_value=MINUTES_MAX,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "Write a whole number.",
            "min_value": f"A meeting takes at least {MINUTES_MIN} minutes.",
            "max_value": f"A meeting takes at most {MINUTES_MAX} minutes.",
        },
    )
    place = LineField(
        max_length=PLACE_MAX,
        required=False,
        help_text="A room, a number to call, or the link of a video call.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    sequence = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    sure = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, diaries: Diaries, standing: Appointment | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.diaries, self.standing = diaries, standing
        self.warnings: Sequence[str] = ()
        self.warned_about = ""

    @property
    def wanted(self) -> Wanted:
        said = self.cleaned_data
        return Wanted(said["at"], said["minutes"], said["place"])

    @property
    def is_to_be_sent(self) -> bool:
        """Nothing is wrong with it, and nothing speaks against it that was not said before."""
        return self.is_valid() and not self.warnings

    def saw(self, standing: Appointment) -> bool:
        """Whether it is of what stands now. If not, that is to be said before what is wrong with
        the form."""
        if self.data.get("sequence", "") == str(standing.sequence):
            return True
        self.warnings, self.warned_about = (), ""
        return False

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors.keys() & {"day", "hour", "minutes"}:
            at = self._at(said)
            if at is not None:
                said["at"] = at
                self._weigh(at, said["minutes"], said.get("sure", ""))
        return said

    def _at(self, said: dict[str, Any]) -> datetime | None:
        """The instant that is meant; None for what is none, with the reason beside its field."""
        for name, words in (("day", "Choose a day."), ("hour", "Choose a time.")):
            if said.get(name) is None:
                self.add_error(name, words)
        if self.errors.keys() & {"day", "hour"}:
            return None
        if not 2000 <= said["day"].year <= 2200:
            self.add_error("day", "Choose a day within a year from now.")
            return None
        try:
            return typed(said["day"], said["hour"], self.diaries.reader.zone)
        except ValidationError as error:
            self.add_error("hour", error)
            return None

    def _weigh(self, at: datetime, minutes: int, sure: str) -> None:
        if self.standing and (self.standing.begins_at, self.standing.minutes) == (at, minutes):
            return
        found = self.diaries.objections(at, minutes)
        mark = f"{at.isoformat()} {minutes}"
        if found and sure != mark:
            self.warned_about, self.warnings = mark, found

    def refuse(self, error: ValidationError, *, beside: str = "day") -> None:
        """What the appointment itself refuses, beside what was typed."""
        messages = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
        for field, words in messages.items():
            self.add_error(beside if field == "begins_at" else field, words)


class MeetingForm(TimeForm):
    """One of the times offered, or another by the reader's clocks."""

    slot = forms.CharField(label="When", error_messages={"required": "Choose a time."})

    @classmethod
    def blank(cls, diaries: Diaries, *, minutes: int, slot: str = "") -> "MeetingForm":
        start = {"key": uuid.uuid4(), "minutes": minutes, "slot": slot}
        return cls(initial=start, diaries=diaries)

    @classmethod
    def of(cls, meeting: Meeting, diaries: Diaries) -> "MeetingForm":
        start = {"key": uuid.uuid4(), "minutes": meeting.minutes, "place": meeting.place,
                 "sequence": meeting.sequence, "slot": meeting.begins_at.isoformat()}  # fmt: skip
        return cls(initial=start, diaries=diaries, standing=meeting)

    @property
    def chosen(self) -> str:
        """The value of the time that is marked on the page."""
        return str(self["slot"].value() or "")

    def overtaken_by(self, standing: Meeting | None) -> StaleMeeting | None:
        """Whether another meeting stands than the reader saw."""
        return None if standing is None or self.saw(standing) else StaleMeeting(standing)

    def _at(self, said: dict[str, Any]) -> datetime | None:
        slot = said.get("slot")
        if not slot:
            return None
        return super()._at(said) if slot == OTHER else self._offered(slot)

    def _offered(self, text: str) -> datetime | None:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or not 2000 <= at.year <= 2200:
            self.add_error("slot", "Choose from the times on the page.")
            return None
        return at.astimezone(UTC).replace(second=0, microsecond=0)

    def refuse(self, error: ValidationError, *, beside: str = "") -> None:
        super().refuse(error, beside="day" if self.data.get("slot") == OTHER else "slot")


class CancellationForm(forms.Form):
    """Why a meeting is off, in words for the one who was asked; they may be left out."""

    reason = ReasonField(required=False, max_length=REASON_MAX, label="A word on why")
    sequence = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


def day_in(text: str) -> date | None:
    """A day as it stands in an address; None for what is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None
