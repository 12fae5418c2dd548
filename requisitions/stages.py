"""Which stages a client counts. Pure functions; the setting, values of hidden stages, comes in.

A hidden stage is left out where people log and of what they are told. What was counted at it
before stays in the ledger, and in sight on the requisition itself: the share that went on from
one step to the next would else be read off the wrong one.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache

from requisitions.models.funnel import Stage

MANAGERS_WAIT_FOR = tuple(Stage)[tuple(Stage).index(Stage.SUBMITTED) :]
"""From resumes on: what a hiring manager looks for first."""


def counted_stages(hidden: Collection[str]) -> tuple[Stage, ...]:
    """In their order. All of them where the setting would leave none."""
    return _counted(frozenset(hidden))


@cache
def _counted(hidden: frozenset[str]) -> tuple[Stage, ...]:
    return tuple(stage for stage in Stage if stage.value not in hidden) or tuple(Stage)


def stages_in_sight(hidden: Collection[str], totals: Mapping[Stage, int]) -> tuple[Stage, ...]:
    """Those that are counted, and those that hold counts from before they were hidden."""
    counted = counted_stages(hidden)
    return tuple(stage for stage in Stage if stage in counted or totals.get(stage))


def stages_of_all(hidden: Iterable[Collection[str]]) -> tuple[Stage, ...]:
    """Those that at least one of several clients counts; all for no client."""
    counted = {stage for one in hidden for stage in counted_stages(one)}
    return tuple(stage for stage in Stage if stage in counted) or tuple(Stage)


def stages_words(hidden: Collection[str]) -> str:
    """ "all", "all but contacted and met"."""
    counted = counted_stages(hidden)
    left_out = [stage.label.lower() for stage in Stage if stage not in counted]
    if not left_out:
        return "all"
    return f"all but {' and '.join(filter(None, [', '.join(left_out[:-1]), left_out[-1]]))}"
