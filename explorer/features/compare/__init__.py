"""Networks side by side: which operation is which, how far their values agree, what each costs and answers."""

from explorer.features.compare import doing, there
from explorer.window.spec import ActionSpec, Feature, PaneSpec, Place, Verb

FEATURE = Feature(
    panes=(
        PaneSpec(
            "compare", "Compare", "Two networks side by side: layers, representations, answers", Place.PAGE,
            "explorer.features.compare.pane:ComparePane", "Ctrl+2", "compare",
            words="difference cka similarity alignment side by side",
        ),
    ),
    actions=(
        ActionSpec(
            "compareWith", "Compare with another network…", "Choose a second network to compare this one with",
            doing.choose, ("Ctrl+Shift+K",), menu="Model/Compare", enabled=there.has_first, needs="a model",
            words="side by side difference second two", part=2,
        ),
        ActionSpec(
            "compareGraphs", "Layers as graphs or as a table",
            "Draw both networks beside each other, or list their layers",
            doing.turn, ("Ctrl+Shift+B",), menu="Model/Compare", enabled=there.has_second, needs="a second network",
            words="compare graph table beside", part=2,
        ),
        ActionSpec(
            "swapNetworks", "Swap A and B", "Let the two networks take each other's place",
            doing.swap, ("Ctrl+Shift+X",), menu="Model/Compare", enabled=there.can_swap, needs="a second network",
            words="compare exchange", part=2,
        ),
        ActionSpec(
            "closeSecond", "Close B", "Let go of the second network",
            doing.close, menu="Model/Compare", enabled=there.has_second, needs="a second network",
            words="compare second", part=2,
        ),
    ),
    verbs=(Verb("compare", "compare networks: cost, values, answers", "explorer.features.compare.terminal"),),
)  # fmt: skip
