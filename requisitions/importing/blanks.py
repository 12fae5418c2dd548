"""What people and programs write into a cell when they have nothing to say."""

_NOTHING = frozenset(
    {"", "-", "--", "–", "—", "?", "n/a", "na", "n.a", "none", "null", "nil", "nan", "unknown",
     "unspecified", "not specified", "not provided", "not given", "not applicable", "not listed",
     "tbd", "tba", "#n/a", "#ref!", "#value!", "#name?", "#null!", "#div/0!"}
)  # fmt: skip


def is_nothing(text: str) -> bool:
    return " ".join(text.split()).lower().rstrip(".") in _NOTHING
