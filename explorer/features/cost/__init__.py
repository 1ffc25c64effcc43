"""What a forward costs: time, memory, multiply-accumulates."""

from explorer.features.cost.choice import Allowing
from explorer.features.cost.measuring import can_measure, measure
from explorer.window.spec import ActionSpec, DeskLike, Feature, PaneSpec, Place, Verb


def _to_allow_memory(desk: DeskLike) -> None:
    desk.set(page="explore", lens="cost")
    desk.choose(Allowing(True))


FEATURE = Feature(
    panes=(
        PaneSpec(
            "cost",
            "Cost",
            "Time and memory of every operation of the forward",
            Place.LENS,
            "explorer.features.cost.pane:CostPane",
            "Alt+6",
            words="flops macs multiply-accumulates parameters params ram latency speed slow fast profile size",
        ),
        PaneSpec(
            "resources",
            "Resources",
            "What the model takes and how busy the machine is",
            Place.FOOT,
            "explorer.features.cost.resources:ResourcesPane",
            stretch=1,
        ),
    ),
    actions=(
        ActionSpec(
            "measure",
            "Measure time",
            "Measure the forward and every operation again",
            measure,
            ("Ctrl+M",),
            "measure",
            "Model",
            enabled=can_measure,
            needs="a forward that came to its end",
            words="benchmark profile speed latency",
            part=2,
        ),
        ActionSpec(
            "allowMemory",
            "Memory for values…",
            "Say how much memory the values of recorded forwards may take",
            _to_allow_memory,
            menu="Model",
            enabled=lambda scene: scene.forward is not None,
            needs="a recorded forward",
            words="budget limit ram",
            part=2,
        ),
    ),
    followers=("explorer.features.cost.allowance:Allowance",),
    verbs=(
        Verb("profile", "time the forward pass and each operation in it", "explorer.features.cost.terminal"),
    ),
)
