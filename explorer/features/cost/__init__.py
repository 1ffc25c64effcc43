"""What a forward costs: time, memory, multiply-accumulates."""

from explorer.features.cost.measuring import can_measure, measure
from explorer.window.spec import ActionSpec, Feature, PaneSpec, Place, Verb

FEATURE = Feature(
    panes=(
        PaneSpec(
            "cost",
            "Cost",
            "Time and memory of every operation of the forward",
            Place.LENS,
            "explorer.features.cost.pane:CostPane",
            "Alt+6",
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
            "&Model",
            enabled=can_measure,
            needs="a forward that came to its end",
            words="benchmark profile speed latency",
            part=2,
        ),
    ),
    verbs=(
        Verb("profile", "time the forward pass and each operation in it", "explorer.features.cost.terminal"),
    ),
)
