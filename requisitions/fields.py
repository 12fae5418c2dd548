"""Form fields that read what people type: pay, long texts, reasons."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recruiting.lib.fields import LineField
from requisitions.importing.money import AMOUNT_MAX, UnreadableMoney, read_pay

REASON_MAX = 500


class ReasonField(LineField):
    """Why, in a sentence or two. Line breaks become spaces: it is shown within a sentence."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, **options: Any) -> None:
        options = {"label": "Reason", "max_length": REASON_MAX} | options
        super().__init__(**options)
        self.error_messages["required"] = "Say why, in a few words."

    def to_python(self, value: Any) -> str:
        lines = (super().to_python(value) or "").splitlines()
        return " ".join(line.strip() for line in lines if line.strip())


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg]  # of any model
    """A choice among rows. An id that is none is refused like one that is not offered."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.error_messages["invalid_choice"] = "Choose from the list."

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            ) from None


class PayField(forms.DecimalField):
    """An amount as people write it: 70000, 70,000 or 70k."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_digits=12, decimal_places=2, **options)
        self.error_messages |= {
            "invalid": "This is not an amount. Write it like 70,000.",
            "max_digits": "This is too large to be pay.",
            "max_whole_digits": "This is too large to be pay.",
            "max_decimal_places": "Write at most two digits after the point.",
            "min_value": "Pay cannot be below zero.",
        }

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # stubs: int
        text = str(value or "").strip()
        try:
            return super().to_python(text)
        except ValidationError:
            pass
        try:
            pay = read_pay(text)
        except UnreadableMoney as error:
            raise ValidationError(f"This {error}.") from error
        if pay.low is None or pay.low != pay.high:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return pay.low

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value >= AMOUNT_MAX:
            raise ValidationError(self.error_messages["max_digits"], code="max_digits")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"{value:,.2f}".removesuffix(".00")
        return value


def day_field(**options: Any) -> forms.DateField:
    """A date in the browser's own picker; the format is the one that it reads and writes."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    messages = {"invalid": "This is not a date. Write it like 2026-03-11."}
    messages |= options.pop("error_messages", {})
    return forms.DateField(widget=widget, error_messages=messages, **options)
