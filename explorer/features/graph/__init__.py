"""The network drawn: groups of operations and what flows between them."""

from explorer.window.spec import Feature, Verb

FEATURE = Feature(
    verbs=(Verb("graph", "draw the network into a file", "explorer.features.graph.terminal"),),
)
