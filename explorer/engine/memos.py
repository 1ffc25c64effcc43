"""What is derived from a model or a forward is kept with it, and goes with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Self, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Memos:
    """Something that keeps what others derive from it, as long as it lives itself."""

    _made: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False)
    _making: Any = field(default_factory=RLock, init=False, repr=False)

    def memo(self, factory: Callable[[Self], T]) -> T:
        """Return what `factory` makes of this.

        It is called once, for whoever asks first, and must be quick: other lanes wait for it. What it returns must
        not hold this, or neither is freed when the last one lets go.
        """
        with self._making:
            if factory not in self._made:
                self._made[factory] = factory(self)
            made: T = self._made[factory]
        return made
