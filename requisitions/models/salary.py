"""What a job pays."""

from decimal import Decimal

from django.db import models


class Basis(models.TextChoices):
    """What a salary is paid per."""

    HOUR = "hour", "an hour"
    DAY = "day", "a day"
    WEEK = "week", "a week"
    MONTH = "month", "a month"
    YEAR = "year", "a year"


def salary_text(low: Decimal | None, high: Decimal | None, currency: str, basis: str) -> str:
    """A salary in words, such as "USD 70,000 to 90,000 a year"; empty when none is known."""
    if low is None and high is None:
        return ""
    shown = [f"{v:,.2f}".removesuffix(".00") for v in (low, high) if v is not None]
    if len(shown) == 2 and shown[0] != shown[1]:
        amount = f"{shown[0]} to {shown[1]}"
    elif low is None:
        amount = f"up to {shown[0]}"
    else:
        amount = shown[0] if high is not None else f"from {shown[0]}"
    return " ".join(
        part for part in (currency, amount, Basis(basis).label if basis else "") if part
    )
