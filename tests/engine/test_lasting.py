"""Python's garbage collector in the engine's process."""

import gc
import sys
import weakref

from explorer.engine.lasting import freeze_libraries


class Ring:
    """A thing that holds itself."""

    def __init__(self) -> None:
        self.own = self


def test_what_was_just_left_behind_is_not_frozen_with_libraries() -> None:
    gc.collect()
    gc.disable()
    try:
        gone = weakref.ref(Ring())
        assert gone() is not None
        assert freeze_libraries(len(sys.modules) - 100) == len(sys.modules)
        assert gone() is None and gc.get_freeze_count()
    finally:
        gc.enable()
        gc.unfreeze()


def test_without_new_libraries_nothing_is_frozen() -> None:
    before = gc.get_freeze_count()
    assert freeze_libraries(len(sys.modules) - 99) == len(sys.modules) - 99
    assert gc.get_freeze_count() == before
