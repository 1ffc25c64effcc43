"""Python's garbage collector in the engine: it does not walk through libraries, and what is let go of does not stay.

A full collection holds every lane up. Most of what it walks through are the functions and classes of libraries that
were imported on the way, for the lists of models above all: a quarter of a million objects that stay for good.
"""

import gc
import sys
from collections.abc import Sequence
from typing import Any
from weakref import ReferenceType

_LIBRARY = 100  # modules of one that is worth it


def freeze_libraries(before: int) -> int:
    """Spare the collector all that is there if libraries were imported since there were `before` modules.

    Returns:
        How many modules there were when it was last spared something.
    """
    count = len(sys.modules)
    if count - before < _LIBRARY:
        return before
    gc.collect(1)  # what was just left behind; a full collection would hold up what is asked now
    gc.freeze()
    return count


def let_go(gone: Sequence[ReferenceType[Any]]) -> None:
    """Collect what nobody needs and is still there: it holds itself, and may have been frozen with libraries."""
    if gc.get_freeze_count() and any(it() is not None for it in gone):
        gc.unfreeze()
        gc.collect()
        gc.freeze()
