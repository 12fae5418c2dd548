"""A form that was sent before: a double click, or an old form with something new in it."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

SENT_BEFORE = "sent_before"


def check_repeats(*, says_the_same: bool, was_taken_back: bool = False) -> None:
    """Raises ValidationError unless the form that was sent again said just this.

    Who goes back in the browser has the old form with its old key. What is typed there then must
    not be taken for a double click and lost.
    """
    if was_taken_back:
        raise ValidationError(
            "This form was sent before, and what it wrote has been taken back since. "
            "Send it again to write it anew.",
            code=SENT_BEFORE,
        )
    if not says_the_same:
        raise ValidationError(
            "This form was sent before and said something else then, which is kept. "
            "If this comes on top of it, send it again.",
            code=SENT_BEFORE,
        )


def renew_key(form: forms.Form, refusal: ValidationError) -> None:
    """A form that said something else when it was sent before gets a new key: sent again, it is
    another one."""
    if getattr(refusal, "code", "") == SENT_BEFORE:
        sent: Any = form.data.copy()  # type: ignore[attr-defined]  # of a form that was posted
        sent["key"] = str(uuid.uuid4())
        form.data = sent
