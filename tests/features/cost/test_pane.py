"""The lens of cost and the figures in the foot: what they wish, what they show of each answer."""

from dataclasses import replace

import pytest
from desk_fakes import KEY, TOY, scene, without_forward
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from window_fakes import FakeLink, forward, measurement

from explorer.engine.envelopes import Failure
from explorer.engine.messages import AllowMemory, LoadModel, Measure
from explorer.features.cost import FEATURE
from explorer.features.cost.allowance import Allowance
from explorer.features.cost.choice import Allowing
from explorer.features.cost.pane import CostPane
from explorer.features.cost.resources import ResourcesPane
from explorer.records.images import ImageSource
from explorer.records.measures import EngineLoad
from explorer.records.trace import TraceError
from explorer.window.desk import Desk
from explorer.window.scene import EngineState, Scene, Seat
from explorer.window.spec import Waiting
from explorer.window.stage import Stage

MEASURE = FEATURE.actions[0]
TWO_PHOTOS = Scene(seats=(Seat(wanted=TOY),), engine=EngineState.ALIVE).with_inputs(
    *(ImageSource(name, path=f"/photos/{name}") for name in ("a.png", "b.png"))
)


def failed() -> Scene:
    before = scene()
    error = TraceError("head", "linear", "head", "shapes do not match")
    return before.with_seat(forward=replace(before.forward, trace=replace(before.trace, error=error)))


@pytest.fixture
def pane(desk: Desk, qtbot) -> CostPane:
    pane = CostPane(desk)
    qtbot.addWidget(pane.widget)
    pane.widget.resize(800, 600)
    return pane


@pytest.fixture
def resources(desk: Desk, qtbot) -> ResourcesPane:
    pane = ResourcesPane(desk)
    qtbot.addWidget(pane.widget)
    pane.widget.resize(1200, 24)
    pane.widget.show()
    return pane


@pytest.mark.parametrize("kind", ["pane", "resources"])
def test_a_forward_is_to_be_measured_unless_it_failed(kind: str, request: pytest.FixtureRequest) -> None:
    it = request.getfixturevalue(kind)
    assert it.wants(scene()).command == Measure(1)
    assert it.wants(without_forward()) is None
    assert it.wants(failed()) is None


def test_what_is_known_is_shown_before_the_times(pane: CostPane) -> None:
    pane.show(scene(), Waiting("measuring"))
    table = pane.widget.table
    assert [row.node.name for row in table.operations][:2] == ["input", "stem.conv"]
    assert {row.time for row in table.operations} == {None}
    assert "when nothing else is going on" in pane.widget.summary[0]
    assert "activations 9.00 kB" in pane.widget.summary[1]


def test_times_join_it_and_the_shown_operation_is_marked(pane: CostPane) -> None:
    now = scene(node=3)
    pane.show(now, Waiting("measuring", 3, 20))
    assert "3 of 20" in pane.widget.summary[0]
    pane.show(now, measurement())
    assert "2.00 ms" in pane.widget.summary[0]
    assert pane.widget.table.currentIndex().siblingAtColumn(1).data() == "body.conv"


def test_without_times_there_is_no_chart_of_them_but_a_word(pane: CostPane) -> None:
    pane.widget.show()
    pane.show(scene(), Waiting("measuring"))
    assert not pane.widget.time_plot.isVisible() and pane.widget._no_times.text() == "measuring…"
    pane.show(scene(), Failure(1, "why"))
    assert not pane.widget.time_plot.isVisible() and pane.widget._no_times.text() == "not measured"
    pane.show(scene(), measurement())
    assert pane.widget.time_plot.isVisible() and not pane.widget._no_times.isVisible()


def test_another_forward_takes_the_times_of_the_one_before_away(pane: CostPane) -> None:
    pane.show(scene(), measurement())
    pane.show(scene().with_seat(forward=forward(KEY, 2)), Waiting())
    assert {row.time for row in pane.widget.table.operations} == {None}


def test_it_is_filled_once_for_each_answer(pane: CostPane, monkeypatch: pytest.MonkeyPatch) -> None:
    fills = []
    answer = measurement()
    pane.show(scene(), answer)
    monkeypatch.setattr(pane.widget.table, "set_operations", lambda *_: fills.append(1))
    now = pane._forward
    for node in (2, 3, 4):
        pane.show(scene(node=node).with_seat(forward=now), answer)
    assert fills == []


def test_while_another_forward_comes_what_is_there_stays(pane: CostPane) -> None:
    pane.show(scene(), measurement())
    coming = without_forward()
    assert coming.is_coming
    pane.show(coming, Waiting())
    assert pane.widget.table.operations


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Failure(1, "zoo:toy cannot be measured: why"), "cannot be measured"),
        (Failure(1, "", True), "cancelled"),
    ],
)
def test_it_says_why_there_are_no_times(pane: CostPane, answer: Failure, words: str) -> None:
    pane.show(scene(), answer)
    assert words in pane.widget.summary[0]


def test_an_engine_that_ended_while_it_measured_leaves_a_way_to_ask_again(pane: CostPane) -> None:
    pane.show(scene(), Failure(0, "The engine was ended by SIGKILL while measuring; it is starting again."))
    said = pane.widget.summary[0]
    assert "“Measure time” asks again" in said and said.endswith("was ended by SIGKILL while measuring")


def test_a_failed_forward_says_that_it_is_not_measured(pane: CostPane) -> None:
    pane.show(failed(), None)
    assert "not measured" in pane.widget.summary[0]
    assert pane.widget.table.operations


def test_nothing_open_says_what_to_do(pane: CostPane) -> None:
    pane.show(Scene(), None)
    assert pane.widget.table.operations == ()


def test_choosing_a_row_goes_to_its_operation(pane: CostPane, desk: Desk) -> None:
    pane.show(desk.scene, measurement())
    pane.widget.table.selectRow(4)
    assert (desk.scene.node, desk.scene.layer) == (4, "body.add")


def test_it_is_saved_as_a_table_with_plain_numbers(pane: CostPane) -> None:
    pane.show(scene(), measurement())
    (export,) = pane.exports()
    assert export.kinds[0] == ".csv"
    lines = export.content(".csv").decode().splitlines()
    assert lines[0] == "position,name,operation,output,params,bytes,macs,time_ms,share_of_time"
    assert lines[2] == "1,stem.conv,conv2d,1x4x8x8,9,1024,100,2.000000,0.166667"


def test_the_bars_are_saved_as_a_figure_and_the_rows_are_copied(pane: CostPane) -> None:
    pane.show(scene(), measurement())
    (export,) = pane.exports()
    assert export.content(".png").startswith(b"\x89PNG")
    assert b"<svg" in export.content(".svg")
    export.copy()
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("0\tinput\tinput")


def test_nothing_is_offered_before_there_is_something(pane: CostPane) -> None:
    assert pane.exports() == ()


def test_the_action_works_on_a_forward_that_came_to_its_end() -> None:
    assert MEASURE.enabled(scene())
    assert not MEASURE.enabled(without_forward())
    assert not MEASURE.enabled(failed())


def test_the_action_measures_again_what_is_known(
    desk: Desk, link: FakeLink, resources: ResourcesPane, qtbot
) -> None:
    desk.seat(resources, lambda: True)
    qtbot.waitUntil(lambda: desk.known(Measure(1)) is not None)
    MEASURE.run(desk)
    qtbot.waitUntil(lambda: len(link.asked(Measure)) == 2)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert desk.known(Measure(1)) is not None


def test_another_image_of_the_same_shape_takes_the_time_over_and_another_shape_does_not(
    desk: Desk, link: FakeLink, resources: ResourcesPane, qtbot
) -> None:
    desk.put(TWO_PHOTOS)
    Stage(desk)
    desk.seat(resources, lambda: True)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert resources.widget.figures()[0] == "forward 2.00 ms" and len(link.asked(Measure)) == 1
    link.manual.add(Measure)
    desk.set(image=desk.scene.images[1].key)
    qtbot.waitUntil(lambda: desk.is_idle)
    assert desk.scene.forward.key == desk.scene.image
    assert resources.widget.figures()[0] == "forward 2.00 ms" and not link.waiting(Measure)
    MEASURE.run(desk)
    qtbot.waitUntil(lambda: bool(link.waiting(Measure)))  # by hand, of the forward that is there
    assert link.asked(Measure)[-1].forward == desk.scene.forward.number
    desk.put(desk.scene.at_size((16, 16)))
    qtbot.waitUntil(lambda: bool(link.cancelled))
    link.fail(Measure, "Cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: len(link.asked(Measure)) == 3)
    assert resources.widget.figures()[0] == "forward –"


def test_while_it_is_measured_another_image_asks_of_its_own_forward(
    desk: Desk, link: FakeLink, resources: ResourcesPane, qtbot
) -> None:
    link.manual.add(Measure)
    desk.put(TWO_PHOTOS)
    Stage(desk)
    desk.seat(resources, lambda: True)
    qtbot.waitUntil(lambda: bool(link.waiting(Measure)))
    gone = desk.scene.forward.number
    desk.set(image=desk.scene.images[1].key)
    qtbot.waitUntil(lambda: bool(link.cancelled))  # it gives way
    link.fail(Measure, "Cancelled.", cancelled=True)
    qtbot.waitUntil(lambda: desk.scene.forward.number != gone and len(link.asked(Measure)) == 2)
    assert link.asked(Measure)[-1].forward == desk.scene.forward.number  # the engine has let go of the other


def test_the_foot_always_has_time_activations_and_weights(resources: ResourcesPane) -> None:
    resources.show(scene(), Waiting())
    assert resources.widget.figures()[:3] == ("forward –", "activations 9.00 kB", "weights 108 B")
    resources.show(scene(), measurement())
    assert resources.widget.figures()[0] == "forward 2.00 ms"


def test_without_a_model_the_foot_has_dashes(resources: ResourcesPane) -> None:
    resources.show(scene(), measurement())
    resources.show(Scene(), None)
    assert resources.widget.figures()[:3] == ("forward –", "activations –", "weights –")


def test_the_gpu_is_there_where_there_is_one(resources: ResourcesPane) -> None:
    resources.show(scene(load=EngineLoad(("Some GPU",), 2_000_000_000, 24_000_000_000)), None)
    assert "GPU 2.00 GB of 24.0 GB" in resources.widget.figures()


def test_the_machine_is_looked_at_with_the_engine_of_the_link(
    resources: ResourcesPane, link: FakeLink
) -> None:
    link.pid = None
    resources._look()
    assert "holds the model: not running" in resources.widget.toolTip()
    assert "% in use by all programs" in resources.widget.toolTip()


# ---- memory for values ----


def _load(held: float, room: float, gone: int = 0) -> EngineLoad:
    """Return a load in which the forward in front lacks values, and another one lacks more."""
    number = scene().forward.number
    lacking = {number: frozenset(range(gone)), number + 1: frozenset(range(50))}
    return EngineLoad(values_held=int(held), values_room=int(room), values_gone=lacking)


def test_what_values_take_and_may_take_is_shown(pane, resources):
    there = scene(load=_load(1.2e9, 6e9, 3))
    pane.show(there, None)
    resources.show(there, None)
    count = len(there.trace.nodes)
    assert pane.widget.memory.texts() == (
        "values kept: 1.20 GB of", "6.00 GB", f"3 of {count} are not kept    computed again when looked at"
    )  # fmt: skip
    assert "values kept 1.20 GB of at most 6.00 GB" in resources.widget.figures()
    pane.show(scene(load=_load(1.2e9, 6e9)), None)
    assert pane.widget.memory.texts()[2] == ""


def test_the_memory_for_values_is_said_where_some_have_no_room_or_a_person_asks(pane, desk):
    line = pane.widget.memory
    for gone, is_there in ((0, False), (3, True), (0, False)):
        pane.show(scene(load=_load(1.2e9, 6e9, gone)), None)
        assert line.isVisibleTo(pane.widget) == is_there
    line.edit()
    pane.show(scene(load=_load(1.2e9, 6e9)), None)
    assert line.isVisibleTo(pane.widget)


def test_a_person_sets_the_memory_for_values_and_it_is_kept(qtbot, pane, desk, link, notices):
    pane.show(desk.scene, None)
    for text, room in (("2G", 2_000_000_000), ("", None)):
        pane.widget.memory.entered.emit(text)
        qtbot.waitUntil(lambda: desk.is_idle)
        assert link.sent[-1] == AllowMemory(room) and desk.settings.memory == room
    assert "half of the memory" in notices.texts()[-1]


def test_nonsense_is_one_line_and_changes_nothing(qtbot, pane, desk, link, notices):
    pane.show(scene(load=_load(1, 6e9)), None)
    desk.settings.memory = 5
    pane.widget.memory.entered.emit("lots")
    assert not link.asked(AllowMemory) and desk.settings.memory == 5
    assert notices.texts() == ["lots is not a size of memory such as 2G, 1.5 GB or 512 MiB."]
    assert pane.widget.memory.texts()[1] == "6.00 GB"


def test_what_is_being_typed_is_left_alone_until_it_is_taken_back(pane):
    pane.widget.show()
    line = pane.widget.memory
    pane.show(scene(load=_load(1, 6e9)), None)
    box = line.findChild(QLineEdit)
    box.setText("3G")
    pane.show(scene(load=_load(2, 6e9)), None)
    assert line.texts()[1] == "3G"
    line.restore()
    assert line.texts()[1] == "6.00 GB"


def test_the_action_leads_to_the_box(pane, desk):
    pane.widget.show()
    action = next(it for it in FEATURE.actions if it.id == "allowMemory")
    assert action.enabled(desk.scene) and not action.enabled(without_forward())
    action.run(desk)
    assert (desk.scene.page, desk.scene.lens) == ("explore", "cost")
    pane.show(desk.scene, None)
    assert not desk.scene.choice(Allowing).wanted
    assert pane.widget.memory.findChild(QLineEdit).selectedText() == pane.widget.memory.texts()[1]


def test_every_new_engine_is_told(qtbot, desk, link):
    desk.settings.memory = 7
    follower = Allowance(desk)
    follower.follow(desk.scene)
    follower.follow(desk.scene)
    assert link.asked(AllowMemory) == [AllowMemory(7)]
    link.die(None)
    link.revive()
    qtbot.waitUntil(lambda: link.asked(AllowMemory) == [AllowMemory(7), AllowMemory(7)])


def test_while_another_network_loads_the_foot_has_none_of_the_old_ones_figures(
    resources: ResourcesPane,
) -> None:
    resources.show(scene(), measurement())
    resources.show(scene().with_seat(wanted=LoadModel("zoo:other")), measurement())
    assert resources.widget.figures()[:3] == ("forward –", "activations –", "weights –")


def test_values_of_a_second_network_are_said_to_be_its_too(pane: CostPane, resources: ResourcesPane) -> None:
    alone = scene(load=EngineLoad(values_held=4_800_000, values_room=5_000_000))
    resources.show(alone, None)
    assert resources.widget.figures()[3] == "values kept 4.80 MB of at most 5.00 MB"
    both = replace(alone, seats=(alone.seat, alone.seat))
    resources.show(both, None)
    assert resources.widget.figures()[3] == "values kept 4.80 MB (A and B) of at most 5.00 MB"
    pane.show(both, None)
    assert pane.widget.memory.texts()[0] == "values kept: 4.80 MB (A and B) of"
