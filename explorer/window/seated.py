"""A pane at the desk: what a pane is, and what it was shown last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import is_
from typing import Any, Protocol

from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Waiting, Wish


class Pane(Protocol):
    """What a feature shows; its widget is what the frame places."""

    def wants(self, scene: Scene) -> Wish | None:
        """Say what it wants to know of a scene; changes nothing."""

    def show(self, scene: Scene, answer: Any) -> None:
        """Show a scene and the answer to the wish: the record, `Waiting`, a `Failure`, or None without a wish."""


@dataclass(eq=False)
class Seated:
    """A pane at the desk, whether it is in sight, and what it was shown last."""

    pane: Pane
    in_sight: Callable[[], bool]
    scene: Scene | None = None
    answer: Any = None
    beside: Sequence[Any] = ()
    network: str = ""  # whose answer it was shown last
    is_left: bool = False  # the engine ended before what the heading names came: what is shown is older

    def told(self, scene: Scene, answer: Any) -> Any:
        """Return the answer as the pane is to take it: if it is on its way, with whether what is shown may stay."""
        network = scene.trace.model if scene.trace is not None else ""
        if isinstance(answer, Waiting):
            if self.scene is not None and self.scene.engine is EngineState.ALIVE is not scene.engine:
                self.is_left = isinstance(self.answer, Waiting)
            is_other = bool(network) and self.network not in ("", network)
            return replace(answer, is_news=is_other or self.is_left)
        self.network, self.is_left = network, False
        return answer

    def has_changed(self, scene: Scene, answer: Any, beside: Sequence[Any]) -> bool:
        """Take down what it is shown; return False if that is what it was shown last."""
        same = self.scene is scene and _is_same(self.answer, answer)
        same = same and len(beside) == len(self.beside) and all(map(is_, beside, self.beside))
        self.scene, self.answer, self.beside = scene, answer, beside
        return not same


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, Waiting) and isinstance(other, Waiting):
        return one.part is other.part and replace(one, part=None) == replace(other, part=None)
    return one is other
