"""Form fields for what people write, and how it is shown to them again."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString, mark_safe

from recruiting.lib.text import check_line, check_prose

_CONTROLS = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(127, 160)], "\N{REPLACEMENT CHARACTER}"
)


class ShownSafely(DjangoTemplates):
    """Renders widgets. A control character in what was typed, which no HTML may hold, is shown
    as the replacement character, so that the person sees where it stands."""

    def render(
        self, template_name: str, context: dict[str, Any], request: Any = None
    ) -> SafeString:
        shown = super().render(template_name, context, request)
        return mark_safe(shown.translate(_CONTROLS))  # noqa: S308 - was safe before


class BoundedText(forms.CharField):
    """Text whose length is refused in plain words, and NUL by `check_line` as all others are."""

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        self.validators = [
            check
            for check in self.validators
            if not isinstance(check, ProhibitNullCharactersValidator)
        ]
        self.error_messages["max_length"] = (
            "This has %(show_value)d characters; at most %(limit_value)d fit here."
        )


class LineField(BoundedText):
    """One line, such as a name or a title. Something in it can be seen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators += [check_line, _check_visible]


class ProseField(BoundedText):
    """Several lines, with line breaks as the database keeps them."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(check_prose)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


def _check_visible(value: str) -> None:
    if not any(char.isprintable() and not char.isspace() for char in value):
        raise ValidationError("Write something that can be read.")
