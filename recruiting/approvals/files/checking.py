"""Whether a file that somebody sends is taken as a resume."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from recruiting.approvals.files import limited
from recruiting.approvals.files.names import clean_name
from recruiting.approvals.files.reasons import Reason, Refused

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

SIZE_MAX = 10 * 1024 * 1024


@dataclass(frozen=True)
class Checked:
    """What a file is, by what stands in it. `pages` is 0 for all but PDF."""

    kind: str
    pages: int
    name: str
    size: int
    sha256: str


def check(upload: "UploadedFile[Any]") -> Checked:
    """Raises ValidationError with the reason, and what to do, for what is not taken."""
    try:
        size = upload.size or 0
        if size == 0:
            raise Refused(Reason.EMPTY)
        if size > SIZE_MAX:
            raise Refused(Reason.TOO_LARGE)
        upload.seek(0)
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        found = limited.ask("check", upload.chunks())
    except Refused as refusal:
        raise ValidationError(refusal.words, code=refusal.reason.value) from None
    except limited.Busy:
        raise ValidationError(
            "Many files are being checked right now. Send it again in a minute.", code="busy"
        ) from None
    name = clean_name(upload.name or "", found["kind"])
    return Checked(found["kind"], int(found["pages"]), name, size, digest.hexdigest())
