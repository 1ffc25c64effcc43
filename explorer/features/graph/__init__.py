"""The network drawn: boxes that open, what flows between them, the operation that is shown among them."""

from explorer.features.graph import actions
from explorer.features.graph.choice import can_open_levels, is_in_front
from explorer.window.spec import ActionSpec, Feature, PaneSpec, Place, Verb

FEATURE = Feature(
    panes=(
        PaneSpec(
            "graph", "Graph", "The network drawn: what feeds what, with modules that open", Place.NAVIGATOR,
            "explorer.features.graph.pane:GraphPane", "Ctrl+G", words="diagram drawing architecture skip layers zoom",
        ),
    ),
    actions=(
        ActionSpec(
            "spreadGraph", "Graph in full size", "Give the graph the room of the lenses, or take it back",
            actions.spread, ("Ctrl+Shift+G",), "expand", "View/Tree and graph", checked=actions.is_spread,
            words="network large maximise whole", part=3,
        ),
        ActionSpec(
            "openAllGroups", "Open all groups", "Draw every operation of the network", actions.open_all, ("Ctrl++",),
            menu="View/Tree and graph", enabled=is_in_front, needs="the graph in sight", words="expand graph", part=3,
        ),
        ActionSpec(
            "closeAllGroups", "Close all groups", "Draw only the outermost modules",
            lambda desk: actions.open_levels(desk, 0), ("Ctrl+-",), menu="View/Tree and graph", enabled=is_in_front,
            needs="the graph in sight", words="collapse graph", part=3,
        ),
        ActionSpec(
            "openLevels", "Open levels…", "Open one level more of the graph, or as many as you choose",
            actions.open_next, menu="View/Tree and graph", enabled=can_open_levels, offers=actions.depths,
            needs="a graph in sight that has modules",
            words="expand depth graph", part=3,
        ),
        ActionSpec(
            "sizeBoxes", "Bars in the boxes", "Let a bar in each box tell its MACs, parameters, bytes or time",
            actions.next_size, menu="View/Tree and graph", enabled=is_in_front, offers=actions.sizes,
            needs="the graph in sight", words="macs parameters bytes time graph", part=3,
        ),
        ActionSpec(
            "traceFrom", "Light the path from the input", "Light all that the operation was computed from",
            actions.trace_way("from"), ("Alt+Shift+Up",), menu="View/Tree and graph", enabled=actions.can_trace,
            checked=actions.is_traced("from"), needs="the graph in sight", words="ancestors origin graph", part=3,
        ),
        ActionSpec(
            "traceTo", "Light what depends on this", "Light all that was computed from the operation",
            actions.trace_way("to"), ("Alt+Shift+Down",), menu="View/Tree and graph", enabled=actions.can_trace,
            checked=actions.is_traced("to"), needs="the graph in sight", words="descendants graph", part=3,
        ),
        ActionSpec(
            "turnGraph", "From left to right", "Draw the network from left to right, or from top to bottom again",
            actions.turn, menu="View/Tree and graph", enabled=is_in_front, checked=actions.is_across,
            needs="the graph in sight", words="horizontal vertical direction graph", part=3,
        ),
    ),
    verbs=(Verb("graph", "draw the network into a file", "explorer.features.graph.terminal"),),
)  # fmt: skip
