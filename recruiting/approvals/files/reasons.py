"""Why a file is refused, in words for the person who sent it."""

from enum import StrEnum


class Reason(StrEnum):
    """What the child answers; the words are the parent's."""

    EMPTY = "empty"
    TOO_LARGE = "too large"
    CUT_OFF = "cut off"
    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    SCRIPT = "script"
    LAUNCH = "launch"
    ATTACHMENT = "attachment"
    FORM = "form"
    MEDIA = "media"
    MACRO = "macro"
    OBJECT = "object"
    REMOTE = "remote"
    BOMB = "bomb"
    TWO_KINDS = "two kinds"
    OLD_WORD = "old word"
    RICH_TEXT = "rich text"
    PICTURE = "picture"
    DRAWING = "drawing"
    WEB_PAGE = "web page"
    ARCHIVE = "archive"
    PROGRAM = "program"
    OFFICE = "office"
    OTHER = "other"


_AGAIN = "Save it as a PDF and send that."
_PRINT = "Print it to a new PDF and send that."

WORDS = {
    Reason.EMPTY: "This file is empty. Choose it again.",
    Reason.TOO_LARGE: "This file is larger than 10 MB. Send a smaller one, such as a PDF.",
    Reason.CUT_OFF: "The end of this file is missing: it was cut off on its way. Send it again.",
    Reason.BROKEN: f"This file is damaged and can't be read. Open it and look. {_AGAIN}",
    Reason.ENCRYPTED: "This file is locked with a password. Save it without one and send that.",
    Reason.SCRIPT: f"This file holds a script, which could run where it is opened. {_PRINT}",
    Reason.LAUNCH: f"This file starts something when it is opened. {_PRINT}",
    Reason.ATTACHMENT: f"Other files are hidden in this one. {_PRINT}",
    Reason.FORM: f"This is a form that runs programs. {_PRINT}",
    Reason.MEDIA: f"This file holds sound, film or a 3-D model. {_PRINT}",
    Reason.MACRO: f"This document holds macros. {_AGAIN}",
    Reason.OBJECT: f"Another program's document stands in this one. {_AGAIN}",
    Reason.REMOTE: f"This document fetches parts of itself from elsewhere. {_AGAIN}",
    Reason.BOMB: f"This file unfolds into more than anyone can open. {_PRINT}",
    Reason.TWO_KINDS: f"This is two kinds of file in one. {_PRINT}",
    Reason.OLD_WORD: f"This is an old Word document, or another file of Office. {_AGAIN}",
    Reason.RICH_TEXT: f"This is rich text (RTF). {_AGAIN}",
    Reason.PICTURE: f"This is a picture. {_AGAIN}",
    Reason.DRAWING: f"This is a drawing (SVG), which can hold scripts. {_AGAIN}",
    Reason.WEB_PAGE: f"This is a web page, which can hold scripts. {_AGAIN}",
    Reason.ARCHIVE: "This is an archive. Take the resume out of it and send that.",
    Reason.PROGRAM: "This is a program. Send a PDF, a Word or OpenDocument text, or plain text.",
    Reason.OFFICE: f"This is a document of Office, but no text. {_AGAIN}",
    Reason.OTHER: "This kind of file can't be read here. Send a PDF, a Word or OpenDocument text,"
    " or plain text.",
}


class Refused(Exception):
    """A file is not taken."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason

    @property
    def words(self) -> str:
        return WORDS[self.reason]
