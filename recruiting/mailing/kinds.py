"""What kinds of mail there are. The app that owns a kind registers it; only `mailing` sends.

A kind is always asked for a whole batch at once, so that five hundred digests cost as many SQL
statements as one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING
from uuid import UUID

from recruiting.mailing.render import Rendered

if TYPE_CHECKING:
    from recruiting.accounts.models import User
    from recruiting.mailing.models import Mail


BATCH = 1000
"""Mails claimed, written and sent together."""


@dataclass(frozen=True)
class Skip:
    """Not to be sent, ever. The reason is shown to people. One that is `too_late` (for the hour,
    or because another has told it) does not keep a mail back that a lead sends again by hand."""

    reason: str
    too_late: bool = False


@dataclass(frozen=True)
class Postpone:
    """Not to be sent now, but at `until`."""

    until: datetime


@dataclass(frozen=True)
class Rewrite:
    """To be sent, but not as it was written before: its reader may no longer read that."""


Objection = Skip | Postpone | Rewrite


def no_objection(batch: "Sequence[Mail]", now: datetime) -> Mapping[UUID, Objection]:
    return {}


def in_the_next_digest(mail: "Mail", tomorrow: datetime) -> Skip | Postpone | None:
    """For what a digest tells anyway under what waits."""
    return Skip("The day's mails were used up: the next digest tells it.")


def anybody(user: "User") -> bool:
    return True


class Budget(Enum):
    """What the number of mails that a person wants in a day means for a kind."""

    FREE = "somebody waits for it: never delayed, never counted"
    COUNTED = "goes whatever came before it, and counts"
    LIMITED = "waits, or is told in the next digest, when the day's mails are used up"


@dataclass(frozen=True)
class Kind:
    """How one kind of mail comes about.

    `title` is what people call it, such as "Sign-in code".
    `render(batch, now)` writes each mail of the batch, by its id; rows come with `recipient` and
    `client` selected. A `Skip` instead of a text says that there is nothing to send.
    `still_wanted(batch, now)` is asked just before that: it returns objections by mail id, and a
    mail without one goes. Whether the person is active, subscribed and reachable has been checked.
    `urgent`: somebody waits for it; the web process delivers it when the queue is away.
    `redact`: the text is wiped from the ledger as soon as the mail has left (sign-in codes).
    `can_stop`: a person may unsubscribe; `stopped(user)` is called when she does, and
    `resumed(user, now)` when she subscribes again.
    `about` tells her what it brings, and `meant_for(user)` whether she can get it at all.
    `despite_hold`: it goes while all other mail is held back after a restore.
    `forget(before)` is called when mail of the time before a restore is not to be made up for.
    `budget`: whether it counts among, and waits for, the mails that a person wants in a day.
    `past_budget(mail, tomorrow)`: what becomes of a LIMITED mail when these are used up; None where
    it goes all the same. `tomorrow` is when her next day begins.
    `materialise(now)` writes the rows that become due, ahead of time, and returns how many.
    """

    name: str
    title: str
    render: "Callable[[Sequence[Mail], datetime], Mapping[UUID, Rendered | Skip]]"
    still_wanted: "Callable[[Sequence[Mail], datetime], Mapping[UUID, Objection]]" = no_objection
    urgent: bool = False
    redact: bool = False
    can_stop: bool = False
    about: str = ""
    meant_for: "Callable[[User], bool]" = anybody
    despite_hold: bool = False
    budget: Budget = Budget.FREE
    past_budget: "Callable[[Mail, datetime], Skip | Postpone | None]" = in_the_next_digest
    stopped: "Callable[[User], None] | None" = None
    resumed: "Callable[[User, datetime], None] | None" = None
    materialise: Callable[[datetime], int] | None = None
    forget: Callable[[datetime], None] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; call it from the owning app's `AppConfig.ready`."""
    _kinds[kind.name] = kind


def get(name: str) -> Kind:
    """The kind of that name. Raises KeyError when no app has registered it."""
    return _kinds[name]


def registered() -> Sequence[Kind]:
    return list(_kinds.values())


def stoppable(user: "User") -> "list[Kind]":
    """Those that a person can get and may stop, by their titles."""
    mine = (kind for kind in _kinds.values() if kind.can_stop and kind.meant_for(user))
    return sorted(mine, key=lambda kind: kind.title)


def names() -> Sequence[str]:
    """Mail of other kinds, left by a newer or an older version, stays where it is."""
    return list(_kinds)
