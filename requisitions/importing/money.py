"""Pay as people and programs write it: `$81.5k`, `70,000–90,000`, `1.234,56 €`, `29.51/hr`."""

import re
from dataclasses import dataclass
from decimal import Decimal

from requisitions.importing.blanks import is_nothing
from requisitions.models import Basis

AMOUNT_MAX = Decimal(10) ** 10
"""Above this it is no pay in any currency (and does not fit the column)."""

_CENT = Decimal("0.01")

CURRENCIES = (
    "USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF",
    "RON", "BGN", "TRY", "ILS", "AED", "SAR", "ZAR", "EGP", "NGN", "KES", "INR", "PKR", "CNY",
    "HKD", "TWD", "JPY", "KRW", "SGD", "MYR", "THB", "PHP", "IDR", "VND", "BRL", "MXN", "ARS",
    "CLP", "COP", "PEN", "UAH", "ISK",
)  # fmt: skip
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD"})
_SYMBOLS = {
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD",
    "S$": "SGD", "HK$": "HKD", "R$": "BRL", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY",
    "₹": "INR", "₽": "RUB", "₪": "ILS", "₩": "KRW", "zł": "PLN", "Kč": "CZK",
}  # fmt: skip
_SYMBOL = re.compile(
    "|".join(re.escape(symbol) for symbol in sorted(_SYMBOLS, key=len, reverse=True))
)
_CODE = re.compile(rf"(?<![a-z])({'|'.join(CURRENCIES)})(?![a-z])", re.IGNORECASE)

# What pay of full-time work can be in currencies worth about a dollar: lowest, highest.
PLAUSIBLE = {
    Basis.HOUR: (Decimal(5), Decimal(600)),
    Basis.DAY: (Decimal(40), Decimal(5_000)),
    Basis.WEEK: (Decimal(200), Decimal(25_000)),
    Basis.MONTH: (Decimal(800), Decimal(40_000)),
    Basis.YEAR: (Decimal(10_000), Decimal(2_000_000)),
}
_COMPARABLE = DOLLARS - {"HKD"} | {"", "EUR", "GBP", "CHF"}

_BASIS_WORDS: dict[str, Basis] = {
    word: basis
    for basis, words in {
        Basis.HOUR: "hour hours hourly hr hrs h ph",
        Basis.DAY: "day days daily diem pd",
        Basis.WEEK: "week weeks weekly wk pw",
        Basis.MONTH: "month months monthly mo mth pm",
        Basis.YEAR: "year years yearly yr annum annual annually pa",
    }.items()
    for word in words.split()
}
_NO_FIGURE = re.compile(
    r"competitive|negotiable|open|unpaid|volunteer|commensurate|depend(?:s|ing|ent)|doe|doq|market"
    r"|to be (?:determined|discussed|agreed|announced)|attractive|see |(?:up)?on request"
    r"|confidential|various|varies",
    re.IGNORECASE,
)
_PER = re.compile(
    r"(?:\b(?:per|an?|each)\s+|/\s*|\bp\.\s?)?\b("
    + "|".join(sorted(_BASIS_WORDS, key=len, reverse=True))
    + r"|(?<=p\.)[ahm](?=\.)|(?<=p\. )a(?=\.))\b\.?",
    re.IGNORECASE,
)

_GROUP = r"[\s\u00a0\u2009\u202f'’]"
_NUMBER = rf"\d+(?:(?:[.,]|{_GROUP}(?=\d{{3}}))\d+)*"
_AMOUNT = rf"({_NUMBER})\s*(k|m)?"
_FIRST_WORD = re.compile(r"(from|starting at|minimum|min\.?|up to|maximum|max\.?|to)\s*")
_RANGE = re.compile(rf"{_AMOUNT}(?:\s*(?:-|–|—|−|\.\.\.?|to|and|bis|~)\s*{_AMOUNT})?\s*(\+)?")


class UnreadableMoney(ValueError):
    """The text is no pay. The message says why, without the text itself."""


@dataclass(frozen=True, slots=True)
class Pay:
    """A range of pay. What the text does not say is None or empty."""

    low: Decimal | None = None
    high: Decimal | None = None
    currency: str = ""
    basis: str = ""


def read_pay(text: str, *, currency: str = "") -> Pay:
    """A single amount (low and high alike) or a range. Words without a figure give an empty Pay.

    `currency` is what a bare "$" means where the file is in another dollar. Raises
    UnreadableMoney.
    """
    rest = " ".join(text.split()).strip()
    if not any(char.isdigit() for char in rest):
        if is_nothing(rest) or _NO_FIGURE.search(rest):
            return Pay()
        raise UnreadableMoney("is not an amount")
    rest, found_currency = _take_currency(rest, currency)
    rest, basis = _take_basis(rest)
    rest = rest.strip(" .,:;").lower()
    first = _FIRST_WORD.match(rest)
    rest = rest[first.end() :] if first else rest
    match = _RANGE.fullmatch(rest)
    if not match:
        raise UnreadableMoney(
            "is below zero" if re.match(r"[-−–(]\s*\d", rest) else "is not an amount or a range"
        )
    low_text, low_unit, high_text, high_unit, plus = match.groups()
    low = _amount(low_text, low_unit or (high_unit if _is_small(low_text) else None))
    if high_text:
        return Pay(low, _amount(high_text, high_unit), found_currency, basis)
    if first and first[1].startswith(("up", "max", "to")):
        return Pay(None, low, found_currency, basis)
    if plus or first:
        return Pay(low, None, found_currency, basis)
    return Pay(low, low, found_currency, basis)


def read_basis(text: str) -> str | None:
    """One of Basis, "" where nothing is said, None for a word that is not known."""
    words = text.strip().lower().strip(".")
    if is_nothing(words) or words in {"doe", "doq", "other"}:
        return ""
    words = re.sub(r"^(?:(?:per|an?)\s+|/\s*|p\.\s*(?=a))", "", words)
    words = re.sub(r"\s*(?:rate|pay|salary|wage|basis)$", "", words)
    if words == "a":
        return Basis.YEAR
    found = _BASIS_WORDS.get(words)
    return found.value if found else None


def read_currency(text: str) -> str | None:
    """An ISO code, "" where nothing is said, None for what is not known."""
    text = text.strip()
    if is_nothing(text):
        return ""
    if text.upper() in CURRENCIES:
        return text.upper()
    code = _CODE.search(text)
    if code:
        return code[1].upper()
    found = _SYMBOLS.get(text)
    return found if found in CURRENCIES else None


def is_plausible(amount: Decimal, basis: str, currency: str) -> bool:
    """Whether somebody may earn this per hour, month, …; unknown currencies are not judged."""
    if not basis or currency not in _COMPARABLE:
        return True
    lowest, highest = PLAUSIBLE[Basis(basis)]
    return lowest <= amount <= highest


def _take_currency(text: str, default: str) -> tuple[str, str]:
    found = ""
    for code in _CODE.findall(text):
        found = code.upper()
    text = _CODE.sub(" ", text)
    for symbol in _SYMBOL.findall(text):
        meant = default if symbol == "$" and default in DOLLARS else _SYMBOLS[symbol]
        found = found or (meant if meant in CURRENCIES else "")
    return _SYMBOL.sub(" ", text).strip(), found


def _take_basis(text: str) -> tuple[str, str]:
    """The text without its words of basis, and the basis. A "k" or "m" is none of them."""
    basis = ""
    for match in _PER.finditer(text):
        word = match[1].lower()
        basis = _BASIS_WORDS.get(word) or _BASIS_WORDS[f"p{word}"]
    return _PER.sub(" ", text).strip(), str(basis)


def _is_small(text: str) -> bool:
    """`70` in `70-90k` means thousands as well."""
    return text.isdigit() and len(text) <= 3


def _amount(text: str, unit: str | None) -> Decimal:
    amount = _number(text) * {"k": 1_000, "m": 1_000_000, None: 1}[unit]
    if amount >= AMOUNT_MAX - 1:
        raise UnreadableMoney("is too large to be pay")
    return amount.quantize(_CENT)


def _number(text: str) -> Decimal:
    """Digits with separators as a number. Raises UnreadableMoney where they contradict."""
    digits = re.sub(_GROUP, "", text)
    dot, comma = digits.rfind("."), digits.rfind(",")
    point = "." if dot > comma else ","
    whole, _, cents = digits.rpartition(point)
    others = "," if point == "." else "."
    if not whole:  # no separator at all
        return Decimal(digits)
    grouped = digits.count(point) > 1 or (
        len(cents) == 3 and 1 <= len(whole) <= 3 and others not in digits and whole != "0"
    )
    if grouped:
        return _ungrouped(digits, point)
    if point == "," and len(cents) > 2:
        raise UnreadableMoney("is not an amount or a range")
    return _ungrouped(whole, others) + Decimal(f"0.{cents}")


def _ungrouped(digits: str, separator: str) -> Decimal:
    """`8,00,000` (lakh) and `800,000` alike; a lone group of another length is a slip."""
    groups = digits.split(separator)
    well_formed = (
        all(group.isdigit() for group in groups)
        and all(2 <= len(group) <= 3 for group in groups[1:])
        and len(groups[-1]) == 3
        and len(groups[0]) <= 3
    )
    if len(groups) > 1 and not well_formed:
        raise UnreadableMoney("is not an amount or a range")
    return Decimal("".join(groups))
