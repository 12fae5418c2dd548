"""Where a requisition stands as plain text, to be pasted into a chat or read out in a call."""

from datetime import date, datetime, timedelta

from requisitions.words import day_words
from status_updates.facts import Facts


def update_text(known: Facts, *, now: datetime, since: timedelta, url: str) -> str:
    """A few lines that need no context. `now` in the reader's zone; `since` is how far back
    `known.moved` counts. Only what everybody who sees the requisition may read."""
    requisition = known.requisition
    lines = [f"{requisition.title} ({requisition.client.name})", known.sentence]
    if known.moved:
        lines.append(f"In the last {since.days} days: {known.moved_words}.")
    if known.tally:
        reached = ", ".join(f"{number} {word}" for number, word in known.tally)
        lines.append(f"So far: {reached}.")
    if known.next_step and requisition.is_active:
        lines.append(f"Next, by {requisition.recruiter.display_name}: {known.next_step}")
    if requisition.is_active:
        lines += [
            f"Promised: {promise.text} by {_day(promise.due_on)}"
            + (" (late)." if promise.state == "missed" else ".")
            for promise in known.open_promises
        ]
    if requisition.target_on and not requisition.is_closed:
        lines.append(f"Wanted by {_day(requisition.target_on)}.")
    lines.append(f"As of {_day(now.date())}, {now:%H:%M}. All of it: {url}")
    return "\n".join(lines)


def _day(day: date) -> str:
    return f"{day:%A} {day_words(day)}"
