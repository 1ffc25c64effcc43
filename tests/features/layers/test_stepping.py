"""Steps: where they go, where they stop, what the top line says, and playing."""

from dataclasses import replace

import pytest
from desk_fakes import scene, without_forward
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink, trace

from explorer.engine.messages import ViewValue
from explorer.features.layers import FEATURE, player, steps
from explorer.features.layers.player import Player
from explorer.features.layers.step_bar import StepsPane
from explorer.features.program import FEATURE as PROGRAM
from explorer.window.actions import Actions
from explorer.window.desk import Desk
from explorer.window.keys import PlainKeys
from explorer.window.scene import Scene
from explorer.window.spec import Wish

ACTIONS = {spec.id: spec for spec in (*FEATURE.actions, *PROGRAM.actions)}
STEPS = ("stepFirst", "stepBackward", "stepForward", "stepLast", "play")


def do(desk: Desk, id: str) -> None:
    if ACTIONS[id].enabled(desk.scene):
        ACTIONS[id].run(desk)
    desk.settle()


# ---- steps ----


def test_steps_go_through_the_operations_and_stop_at_both_ends(desk: Desk) -> None:
    names = []
    do(desk, "stepFirst")
    for _ in range(8):
        names.append(desk.scene.current.name)
        do(desk, "stepForward")
    assert names == ["input", "stem.conv", "stem.act", "body.conv", "body.add", "head", "head", "head"]
    assert not ACTIONS["stepForward"].enabled(desk.scene)
    do(desk, "stepBackward")
    assert (desk.scene.node, desk.scene.layer) == (4, "body.add")
    do(desk, "stepLast")
    assert desk.scene.node == 5


@pytest.mark.parametrize(
    "shown, enabled",
    [
        (scene(node=0), {"stepForward", "stepLast", "play"}),
        (scene(node=3), set(STEPS)),
        (scene(node=5), {"stepFirst", "stepBackward", "play"}),
        (without_forward(node=None), set()),
    ],
)
def test_an_action_that_is_enabled_works(shown: Scene, enabled: set[str]) -> None:
    assert {id for id in STEPS if ACTIONS[id].enabled(shown)} == enabled


def test_every_step_has_a_key_and_stands_in_the_menu() -> None:
    keys = {id: ACTIONS[id].keys for id in STEPS}
    assert keys == {
        "stepFirst": ("Alt+Home",),
        "stepBackward": ("Alt+Left", ","),
        "stepForward": ("Alt+Right", "."),
        "stepLast": ("Alt+End",),
        "play": ("Space",),
    }
    assert {ACTIONS[id].menu for id in STEPS} == {"Step"}


# ---- the top line ----


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> QWidget:
    """A window with the actions and the steps, without all other panes."""
    window = QWidget()
    qtbot.addWidget(window)
    actions = Actions(desk, window)
    actions.add([ACTIONS[id] for id in (*STEPS, "cancelWork")])
    pane = StepsPane(desk)
    pane.widget.setParent(window)
    desk.seat(pane, lambda: True)
    window.kept = (actions, pane, PlainKeys(window))
    window.resize(600, 48)
    pane.widget.resize(600, 48)
    window.show()
    window.activateWindow()
    desk.settle()
    return window


def position(window: QWidget) -> str:
    return window.findChild(QLabel, "stepPosition").text()


def test_the_top_line_numbers_operations_as_the_trace_does(desk: Desk, window: QWidget) -> None:
    for node in (0, 2, 5):
        desk.set(node=node)
        desk.settle()
        assert position(window) == f"{node} of 5"
    assert "head (linear)" in window.findChild(QLabel, "stepPosition").toolTip()


def test_nothing_moves_while_one_steps(desk: Desk, window: QWidget) -> None:
    def places() -> list[tuple[int, int]]:
        return [(child.x(), child.width()) for child in window.kept[1].widget.findChildren(QWidget)]

    before = places()
    for scene_ in (
        scene(node=5),
        scene(node=0, playing=True),
        without_forward(node=None, images=(), image=None),
    ):
        desk.put(scene_)
        desk.settle()
        assert places() == before
    assert position(window) == "–"


@pytest.mark.parametrize(
    "key, modifier, node",
    [
        (Qt.Key.Key_Period, Qt.KeyboardModifier.NoModifier, 2),
        (Qt.Key.Key_Comma, Qt.KeyboardModifier.NoModifier, 0),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier, 2),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier, 0),
        (Qt.Key.Key_End, Qt.KeyboardModifier.AltModifier, 5),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier, 0),
    ],
)
def test_the_keyboard_steps_at_once(
    qtbot: QtBot, desk: Desk, window: QWidget, key, modifier, node: int
) -> None:
    qtbot.keyClick(window, key, modifier)
    assert desk.scene.node == node
    assert position(window) == f"{node} of 5"


def test_space_plays_and_the_button_says_so(qtbot: QtBot, desk: Desk, window: QWidget) -> None:
    QApplication.focusWidget().clearFocus()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert desk.scene.playing
    assert desk.action("play").text() == "Pause"
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not desk.scene.playing


def test_space_is_left_to_a_control_that_it_means_something_to(
    qtbot: QtBot, desk: Desk, window: QWidget
) -> None:
    pressed = []
    button, box = QPushButton("Well?", window), QComboBox(window)
    button.clicked.connect(lambda: pressed.append(True))
    for control in (button, box):
        control.show()
        control.setFocus()
        qtbot.waitUntil(control.hasFocus)
        qtbot.keyClick(control, Qt.Key.Key_Space)
        assert not desk.scene.playing
    box.hidePopup()
    assert pressed == [True]


def test_escape_stops_what_plays(qtbot: QtBot, desk: Desk, window: QWidget) -> None:
    do(desk, "play")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not desk.scene.playing


# ---- playing ----


class Viewing:
    """A pane that wishes the value of each operation."""

    def wants(self, scene: Scene) -> Wish | None:
        number = scene.forward.number if scene.forward else 0
        return Wish(ViewValue(number, scene.node)) if scene.node is not None else None

    def show(self, scene: Scene, answer: object) -> None:
        """Nothing to show."""


@pytest.fixture
def playing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Player:
    monkeypatch.setattr(player, "PLAY_MS", 5)
    made = Player(desk)
    desk.seat(Viewing(), lambda: True)
    return made


def test_play_goes_to_the_last_operation_and_stops(qtbot: QtBot, desk: Desk, playing: Player) -> None:
    do(desk, "play")
    qtbot.waitUntil(lambda: not desk.scene.playing)
    assert (desk.scene.node, desk.scene.layer) == (5, "head")


def test_at_the_last_operation_play_begins_at_the_first(qtbot: QtBot, desk: Desk, playing: Player) -> None:
    desk.set(node=5)
    do(desk, "play")
    assert desk.scene.node == 0
    qtbot.waitUntil(lambda: not desk.scene.playing)
    assert desk.scene.node == 5


def test_play_waits_for_what_is_shown(qtbot: QtBot, desk: Desk, link: FakeLink, playing: Player) -> None:
    link.manual = {ViewValue}
    do(desk, "play")
    qtbot.waitUntil(lambda: bool(link.waiting(ViewValue)))
    waiting_at = desk.scene.node
    qtbot.wait(40)
    assert desk.scene.node == waiting_at < 5
    link.manual = set()
    link.answer(ViewValue)
    qtbot.waitUntil(lambda: not desk.scene.playing)
    assert desk.scene.node == 5


@pytest.mark.parametrize("how", ["step", "tree"])
def test_another_hand_on_the_steps_stops_it(desk: Desk, playing: Player, how: str) -> None:
    do(desk, "play")
    if how == "step":
        do(desk, "stepForward")
    else:
        desk.set(node=4)
        desk.settle()
    assert not desk.scene.playing


def test_a_forward_that_goes_stops_it(qtbot: QtBot, desk: Desk, playing: Player) -> None:
    do(desk, "play")
    desk.put(without_forward(node=None, playing=True))
    qtbot.waitUntil(lambda: not desk.scene.playing)
    assert desk.scene.node is None


def test_what_is_returned_is_a_step_but_no_operation() -> None:
    known = trace()
    returned = replace(known.nodes[-1], id=6, op="output", name="output", inputs=(5,), parameters=())
    whole = replace(known, nodes=(*known.nodes, returned))
    assert [steps.position(node, whole) for node in whole.nodes] == [
        *(f"{k} of 5" for k in range(6)),
        "output",
    ]
    opened = scene().with_seat(forward=replace(scene().forward, trace=whole))
    assert steps.last(opened) == 6 and steps.can_go_on(replace(opened, node=5))
    assert not steps.can_go_on(replace(opened, node=6))
