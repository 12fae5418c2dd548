"""Days and weeks as people count and say them."""

from datetime import date, timedelta


def week_begins(day: date, first: int = 1) -> date:
    """The first day of the week that `day` is in; `first` is an ISO weekday, 1 for Monday."""
    return day - timedelta(days=(day.isoweekday() - first) % 7)


def day_range(first: date, last: date, year: int = 0) -> str:
    """ "from 30 March to 3 April 2026", "from 23 to 27 March 2026", "on 30 March 2026"; without
    the year when it is `year`."""
    ends = f"{last.day} {last:%B}" if last.year == year else f"{last.day} {last:%B %Y}"
    if first == last:
        return f"on {ends}"
    if first.year != last.year:
        return f"from {first.day} {first:%B %Y} to {ends}"
    began = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"from {began} to {ends}"
