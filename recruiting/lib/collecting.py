"""Garbage collection, put off while something is made of many rows at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """For work of a bounded size whose rows are all needed until its end: to look through them for
    garbage again and again took half of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
