"""A form that was sent before: a double click, or an old form with something new in it."""

from django.core.exceptions import ValidationError

from status_updates.models.checkpoint import SENT_BEFORE


def check_repeats(*, says_the_same: bool, was_taken_back: bool) -> None:
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
