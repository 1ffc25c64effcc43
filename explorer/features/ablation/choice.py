"""What a person has switched off, and what follows from it for what is asked; pure."""

from dataclasses import dataclass, replace

from explorer.engine.messages import LoadModel
from explorer.features.ablation.fit import misfit
from explorer.features.ablation.messages import (
    Ablation,
    AnswerWithout,
    How,
    ListParts,
    Off,
    Part,
    RankChannels,
)
from explorer.records.trace import Trace
from explorer.window.findings import answer_of
from explorer.window.live import tried
from explorer.window.of_network import OfNetwork
from explorer.window.scene import Scene

_MOST_FORMER = 64

Begun = tuple[int, int, Part, How]


@dataclass(frozen=True)
class WhatIf(OfNetwork):
    """What is switched off in a network, from one input to the next; another network has all of its parts.

    Attributes:
        of: How that network was loaded.
        off: What is switched off.
        former: What was before, the last one last, to be undone.
        part: What is ranked and switched by a click: heads, where there are any, or channels.
        how: What stands in the place of what is switched off next.
        target: Index of the class that the ranking is about; None for the first of the answer.
        begun: The ranking that the person began: number of the forward, operation, part and how; None for none.
    """

    of: LoadModel | None = None
    off: Ablation = frozenset()
    former: tuple[Ablation, ...] = ()
    part: Part = Part.HEAD
    how: How = How.ZERO
    target: int | None = None
    begun: Begun | None = None

    def elsewhere(self) -> "WhatIf":
        """Return the choice for another network, where nothing is off."""
        return WhatIf(how=self.how)

    def with_off(self, off: Ablation) -> "WhatIf":
        """Return the choice with other things switched off."""
        former = (*self.former, self.off)[-_MOST_FORMER:]
        return self if off == self.off else replace(self, off=off, former=former)

    def toggled(self, off: Off) -> "WhatIf":
        """Return the choice with a part switched off, or on again, whatever stands in its place now."""
        same = {it for it in self.off if place_of(it) == place_of(off)}
        return self.with_off(self.off - same if same else self.off | {off})

    def undone(self) -> "WhatIf":
        """Return the choice before the last change."""
        return replace(self, off=self.former[-1], former=self.former[:-1]) if self.former else self


def place_of(off: Off) -> tuple[str, Part, int]:
    """Return which part it is, whatever stands in its place."""
    return off.operation, off.part, off.number


def what_if(scene: Scene) -> WhatIf:
    """Return what is switched off in the network that is there."""
    choice = scene.choice(WhatIf)
    return choice if choice.of == scene.seat.loaded else replace(choice.elsewhere(), of=scene.seat.loaded)


def target(scene: Scene) -> int | None:
    """Return the class that the ranking is about; None where the answer has none."""
    answer, chosen = answer_of(scene), what_if(scene).target
    if answer is None or not answer.predictions:
        return None
    return answer.predictions[0].index if chosen is None else chosen


def answer_question(scene: Scene) -> AnswerWithout | None:
    """Return the question for the answer without what is off; None where nothing is."""
    forward, off = scene.forward, what_if(scene).off
    if forward is None or not off:
        return None
    return AnswerWithout(forward.number, off, scene.seat.way, edit=tried(scene))


def parts_question(scene: Scene) -> ListParts | None:
    """Return the question what of the operation that is shown can be switched off."""
    forward, node = scene.forward, scene.current
    return None if forward is None or node is None or misfit(scene) else ListParts(forward.number, node.id)


def ranking_question(scene: Scene) -> RankChannels | None:
    """Return the question for the ranking that the person began; None if it was another than what is shown."""
    forward, node, begun, about = scene.forward, scene.current, what_if(scene).begun, target(scene)
    if forward is None or node is None or about is None or begun is None or misfit(scene):
        return None
    if begun[:2] != (forward.number, node.id):
        return None
    return RankChannels(
        forward.number, node.id, about, begun[2], begun[3], way=scene.seat.way, edit=tried(scene)
    )


def told(off: Off, trace: Trace | None) -> str:
    """Return what is switched off, in words: `channel 5 of blocks.0.conv (zero)`; the operation as the trace has it."""
    which = "whole output" if off.part is Part.WHOLE else f"{off.part} {off.number}"
    node = None if trace is None else trace.by_name.get(off.operation)
    name = off.operation if trace is None or node is None else trace.apart(node.person_name)
    return f"{which} of {name} ({off.how})"
