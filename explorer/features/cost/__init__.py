"""What a forward costs: time, memory, multiply-accumulates."""

from explorer.window.spec import Feature, Verb

FEATURE = Feature(
    verbs=(
        Verb("profile", "time the forward pass and each operation in it", "explorer.features.cost.terminal"),
    )
)
