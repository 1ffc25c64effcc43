"""What is asked for the drawing, and what an operation was computed from."""

from dataclasses import replace

import pytest
from desk_fakes import scene, without_forward
from drawings import drawing
from window_fakes import trace

from explorer.drawing.messages import DrawGraph
from explorer.features.graph import FEATURE, actions
from explorer.features.graph.choice import ALL_LEVELS, GraphChoice, is_in_front, levels, lineage, question
from explorer.window.desk import Desk


def test_a_network_is_drawn_as_the_drawing_chooses_until_something_is_opened() -> None:
    assert question(without_forward()) is None
    assert question(scene()) == DrawGraph(1)
    chosen = GraphChoice().with_opened("zoo:toy", drawing("stem"), "body")
    assert question(scene().with_choice(chosen)) == DrawGraph(1, frozenset({"stem", "body"}))
    again = chosen.with_opened("zoo:toy", drawing("stem", "body"), "stem")
    assert question(scene().with_choice(again)) == DrawGraph(1, frozenset({"body"}))
    assert question(scene().with_choice(again.at_depth("zoo:toy", 2))) == DrawGraph(1, depth=2)


def test_what_was_opened_in_one_network_is_not_asked_of_another() -> None:
    chosen = replace(GraphChoice().with_opened("zoo:other", drawing(), "stem"), across=True)
    assert question(scene().with_choice(chosen)) == DrawGraph(1, across=True)


def test_a_lineage_holds_all_before_or_after_an_operation_and_nothing_else() -> None:
    network = trace()
    branched = replace(
        network, nodes=tuple(replace(it, inputs=(1,)) if it.id == 3 else it for it in network.nodes)
    )
    assert lineage(branched, 4, "from") == {0, 1, 3, 4}  # not the activation beside it
    assert lineage(branched, 2, "to") == {2}
    assert lineage(branched, 1, "to") == {1, 2, 3, 4, 5}


def test_levels_are_counted_by_the_calls_around_operations() -> None:
    network = trace()
    assert levels(network) == 0
    deep = replace(network.nodes[1], calls=(("", 0), ("stem", 0), ("stem.conv", 0)))
    assert levels(replace(network, nodes=(*network.nodes, deep))) == 2


# ---- actions ----


def spec(id: str):
    return next(it for it in FEATURE.actions if it.id == id)


def test_what_changes_the_drawing_works_only_while_it_is_in_front() -> None:
    seen = scene(navigator="graph")
    assert (
        is_in_front(seen)
        and not is_in_front(scene())
        and not is_in_front(replace(seen, folded=(True, False)))
    )
    for it in FEATURE.actions:
        if it.id not in ("spreadGraph", "openLevels"):
            assert it.enabled(seen) and not it.enabled(scene()), it.id
    assert not spec("traceFrom").enabled(replace(seen, node=None))
    inner = replace(trace().nodes[1], calls=(("", 0), ("stem", 0)))
    nested = replace(seen.forward, trace=replace(trace(), nodes=(trace().nodes[0], inner)))
    assert spec("openLevels").enabled(seen.with_seat(forward=nested)) and not spec("openLevels").enabled(seen)


@pytest.mark.parametrize(
    ("id", "depth"), [("openAllGroups", ALL_LEVELS), ("closeAllGroups", 0), ("openLevels", 0)]
)
def test_groups_open_and_close_by_levels(desk: Desk, id: str, depth: int) -> None:
    spec(id).run(desk)
    assert question(desk.scene) == DrawGraph(1, depth=depth)


def test_the_levels_that_are_offered_are_those_of_the_network(desk: Desk) -> None:
    offers = actions.depths(desk)
    assert [it.label for it in offers] == ["As it opens by itself"]
    desk.choose(GraphChoice("zoo:toy", depth=3))
    offers[0].run()
    assert question(desk.scene) == DrawGraph(1)


def test_bars_are_chosen_from_a_list_or_one_after_the_other(desk: Desk) -> None:
    for offer, size in zip(actions.sizes(desk), ("", "macs", "params", "bytes", "time"), strict=True):
        offer.run()
        assert desk.scene.choice(GraphChoice).size == size
    spec("sizeBoxes").run(desk)
    assert desk.scene.choice(GraphChoice).size == ""


def test_a_lineage_is_lit_and_put_out_by_the_same_action(desk: Desk) -> None:
    for id, way in (("traceFrom", "from"), ("traceTo", "to")):
        spec(id).run(desk)
        assert desk.scene.choice(GraphChoice).traced == way and spec(id).checked(desk.scene)
    spec("traceTo").run(desk)
    assert desk.scene.choice(GraphChoice).traced == ""


def test_full_size_brings_the_graph_to_the_front_and_gives_the_room_back(desk: Desk) -> None:
    desk.set(folded=(True, True), page="images")
    spec("spreadGraph").run(desk)
    scene = desk.scene
    assert (scene.navigator, scene.page, scene.folded, scene.spread) == (
        "graph",
        "explore",
        (False, True),
        True,
    )
    spec("spreadGraph").run(desk)
    assert not desk.scene.spread and desk.scene.navigator == "graph"
