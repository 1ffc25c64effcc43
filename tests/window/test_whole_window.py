"""The real window with all its features over a fake engine: what holds of it as a whole."""

import re
from collections import Counter
from dataclasses import fields, replace
from typing import Any

import pytest
from desk_fakes import TOY
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabBar,
    QTableView,
    QToolButton,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.command import Command
from explorer.engine.messages import LoadModel, Measure, OpenImage, Record, ViewValue
from explorer.features import features
from explorer.features.layers.choice import LayersChoice
from explorer.records.images import ImageSource
from explorer.window import theme
from explorer.window.app import assemble
from explorer.window.frame import MainWindow
from explorer.window.keys import is_typed_into
from explorer.window.scene import EngineState
from explorer.window.spec import Level, Place
from explorer.window.start import Start
from explorer.window.stream import Slides
from explorer.window.widgets.fold import Fold
from explorer.window.widgets.parts import TOP

OTHER = LoadModel("zoo:other", seed=0)
NEEDS_A_FORWARD = ("saveShown", "copySummary", "measure", "compareInitialisations", "useAsBackbone", "play")


def settle(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.refresh()
    qtbot.waitUntil(lambda: window.desk.is_idle)


def open_photos(qtbot: QtBot, window: MainWindow, *names: str) -> None:
    sources = [ImageSource(f"{name}.png", path=f"/photos/{name}.png") for name in names]
    window.desk.put(window.desk.scene.with_inputs(*sources))
    settle(qtbot, window)


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """The window with a photo, its forward recorded, everything shown."""
    open_photos(qtbot, window, "cat")
    assert window.desk.scene.forward is not None
    return window


def enabled(window: MainWindow, *ids: str) -> set[str]:
    """Return which of the actions can be done, as a person sees it."""
    return {id for id in ids if window.findChild(QAction, id).isEnabled()}


# ---- names that outsiders rely on ----


def test_widgets_and_actions_are_found_by_the_names_of_the_contract(opened: MainWindow) -> None:
    names = (
        "mainWindow",
        "pageRail",
        "modelPicker",
        "layerTree",
        "inputView",
        "predictionView",
        "featureMapView",
    )
    assert opened.objectName() == names[0]
    missing = [
        name for name in (*names[1:], "resourcePanel", "statusMessage") if not opened.findChild(QWidget, name)
    ]
    assert missing == []
    for id in ("stepForward", "stepBackward", "openImages", "cancelWork"):
        assert opened.findChild(QAction, id) is not None


def test_every_pane_bears_its_name_and_is_built_when_it_is_seen(qtbot: QtBot, opened: MainWindow) -> None:
    specs = [spec for feature in features() for spec in feature.panes]
    for spec in specs:
        holder = opened.findChild(QWidget, f"{spec.id}Pane")
        assert holder is not None, spec.id
        if spec.place is Place.LENS:
            opened.desk.set(page="explore", lens=spec.id)
        elif spec.place is Place.PAGE:
            opened.desk.set(page=spec.id)
        else:
            continue
        qtbot.waitUntil(lambda holder=holder: holder.pane is not None)
        settle(qtbot, opened)
        assert holder.isVisible(), spec.id


# ---- controls ----


def test_every_action_says_what_it_does_and_names_its_shortcut(window: MainWindow) -> None:
    for spec, action in window.actions_:
        assert action.text() and action.toolTip(), spec.id
        for keys in action.shortcuts():
            assert keys.toString() in action.toolTip(), spec.id


def test_no_menu_is_too_long_to_be_read_at_a_glance(window: MainWindow) -> None:
    long = {
        menu.title(): len(menu.actions()) for menu in window.findChildren(QMenu) if len(menu.actions()) > 20
    }
    assert long == {}


def test_no_shortcut_is_given_twice(window: MainWindow) -> None:
    given = Counter(keys.toString() for _, action in window.actions_ for keys in action.shortcuts())
    assert [keys for keys, times in given.items() if times > 1] == []


def test_every_control_in_sight_has_a_tooltip_and_a_name(qtbot: QtBot, opened: MainWindow) -> None:
    nameless = []
    for lens in ("maps", "kernels", "field", "cost", "details"):
        opened.desk.set(lens=lens)
        settle(qtbot, opened)
        for kind in (QAbstractButton, QComboBox, QLineEdit):
            for control in opened.findChildren(kind):
                if control.isVisible() and not _is_inner(control):
                    named = control.accessibleName() or (
                        isinstance(control, QAbstractButton) and control.text()
                    )
                    if not named or not control.toolTip():
                        nameless.append(
                            (lens, type(control).__name__, control.objectName(), control.parent())
                        )
    assert nameless == []


def test_no_tooltip_is_one_long_line(qtbot: QtBot, opened: MainWindow) -> None:
    long = set()
    for lens in ("maps", "kernels", "field", "cost", "details"):
        opened.desk.set(lens=lens)
        settle(qtbot, opened)
        for part in (*opened.findChildren(QWidget), *opened.findChildren(QAction)):
            text = part.toolTip()
            if not text.startswith("<qt>") and max(map(len, text.splitlines()), default=0) > 90:
                long.add(text)  # Qt lays out only rich text over several lines
    assert long == set()


def _is_inner(control: QWidget) -> bool:
    """Tell whether a control is a part of Qt's own: the arrow of a tab bar, the field of a box."""
    return isinstance(control.parent(), QTabBar | QComboBox) or control.objectName().startswith("qt_")


def test_an_action_that_is_enabled_works(
    qtbot: QtBot, opened: MainWindow, link: FakeLink, monkeypatch: Any
) -> None:
    """Each changes something that a person can see, asks the engine, or opens a dialog; none is refused."""
    dialogs: list[str] = []
    for name, nothing in (
        ("getOpenFileName", ("", "")),
        ("getOpenFileNames", ([], "")),
        ("getSaveFileName", ("", "")),
        ("getExistingDirectory", ""),
    ):

        def dialog(*_: Any, name: str = name, nothing: Any = nothing, **__: Any) -> Any:
            dialogs.append(name)
            return nothing

        monkeypatch.setattr(QFileDialog, name, dialog)

    def state() -> tuple[Any, ...]:
        focus, tops = (
            QApplication.focusWidget(),
            [it for it in QApplication.topLevelWidgets() if it.isVisible()],
        )
        told, copied = tuple(opened.notices.texts()), QApplication.clipboard().text()
        scene = replace(opened.desk.scene, busy=False)
        facts = tuple(getattr(scene, field.name) for field in fields(scene))
        return (
            facts,
            len(link.sent),
            told,
            copied,
            theme.current(),
            opened.windowState(),
            focus,
            tops,
            len(dialogs),
        )

    idle = []
    for spec, action in list(opened.actions_):
        if not action.isEnabled() or spec.id == "quit":
            continue
        opened.notices.close_all()
        QApplication.clipboard().setText("nothing copied")
        settle(qtbot, opened)
        is_there = spec.checked is not None and spec.id.startswith("show_") and action.isChecked()
        before = state()
        action.trigger()
        settle(qtbot, opened)
        told = " ".join(opened.notices.texts())
        assert not re.search(r"first|cannot|failed|nothing to", told), (spec.id, told)
        if state() == before and not is_there:
            idle.append(spec.id)
        for top in QApplication.topLevelWidgets():
            if top is not opened and top.isVisible():
                top.close()
    assert idle == []


# ---- what was wrong before: actions that were enabled and did nothing ----


@pytest.mark.parametrize("change", ["model", "size"])
def test_until_the_next_forward_is_there_nothing_that_needs_one_is_offered(
    qtbot: QtBot, opened: MainWindow, link: FakeLink, change: str
) -> None:
    assert enabled(opened, *NEEDS_A_FORWARD) == set(NEEDS_A_FORWARD)
    link.manual = {Record}
    scene = opened.desk.scene
    opened.desk.put(scene.with_seat(wanted=OTHER) if change == "model" else scene.at_size((16, 16)))
    qtbot.waitUntil(lambda: bool(link.waiting(Record)))
    opened.desk.settle()
    assert enabled(opened, *NEEDS_A_FORWARD) == set()
    link.answer(Record)
    settle(qtbot, opened)
    assert enabled(opened, *NEEDS_A_FORWARD) == set(NEEDS_A_FORWARD)


def test_with_the_engine_dead_for_good_nothing_that_needs_it_is_offered(
    qtbot: QtBot, opened: MainWindow, link: FakeLink
) -> None:
    link.die(None, restarting=False)
    qtbot.waitUntil(lambda: opened.desk.scene.engine is EngineState.OFF)
    opened.desk.settle()
    assert enabled(opened, *NEEDS_A_FORWARD) == set()
    assert enabled(opened, "startEngine") == {"startEngine"}


# ---- steps ----


def test_one_key_sets_the_scene_once_and_shows_each_pane_at_most_once(
    qtbot: QtBot, opened: MainWindow, monkeypatch: Any
) -> None:
    shown: Counter[str] = Counter()
    for seated in opened.desk._panes:
        original, name = seated.pane.show, type(seated.pane).__name__

        def noting(scene: Any, answer: Any, original: Any = original, name: str = name) -> None:
            shown[name] += 1
            original(scene, answer)

        monkeypatch.setattr(seated.pane, "show", noting)
    QTest.keyClick(opened, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert opened.desk.scene.node == 2
    assert shown and max(shown.values()) == 1, shown


def test_a_step_finds_its_picture_there_and_stops_at_both_ends(
    qtbot: QtBot, opened: MainWindow, link: FakeLink
) -> None:
    known = {command.node for command in link.asked(ViewValue)}
    assert 2 in known
    for _ in range(9):
        opened.findChild(QAction, "stepForward").trigger()
    assert opened.desk.scene.node == len(opened.desk.scene.trace.nodes) - 1
    assert enabled(opened, "stepForward", "stepLast", "stepBackward") == {"stepBackward"}


def test_time_is_measured_by_itself_when_all_is_calm(
    qtbot: QtBot, opened: MainWindow, link: FakeLink
) -> None:
    qtbot.waitUntil(lambda: bool(link.asked(Measure)))
    assert len(link.asked(Measure)) == 1


# ---- layout ----


def test_the_edges_fold_and_come_back_as_wide_as_they_were(qtbot: QtBot, opened: MainWindow) -> None:
    maps = opened.findChild(QWidget, "featureMapView")
    widths = opened.explore.widths
    before = maps.width()
    for id in ("foldNavigators", "foldSides"):
        opened.findChild(QAction, id).trigger()
    qtbot.wait(20)
    assert maps.width() > before + 500
    for id in ("foldNavigators", "foldSides"):
        opened.findChild(QAction, id).trigger()
    qtbot.wait(20)
    assert opened.explore.widths == widths and abs(maps.width() - before) <= 2


def test_a_visit_to_the_smallest_size_changes_no_width_for_good(qtbot: QtBot, opened: MainWindow) -> None:
    tree = opened.findChild(QWidget, "layersPane")
    before = tree.width()
    opened.resize(960, 600)
    qtbot.wait(20)
    narrow = tree.width()
    opened.resize(1440, 900)
    qtbot.wait(20)
    assert narrow <= before and tree.width() == before


def test_columns_that_are_added_to_the_tree_widen_its_side_until_the_person_gives_it_a_width(
    qtbot: QtBot, opened: MainWindow
) -> None:
    def width(*columns: str) -> int:
        opened.desk.choose(LayersChoice(frozenset({"output", *columns})))
        opened.desk.settle()
        qtbot.wait(20)
        return opened.findChild(QWidget, "layersPane").width()

    tree = opened.findChild(QTreeView, "layerTree")
    usual, name = width(), tree.columnWidth(0)
    assert width("params") > usual and tree.columnWidth(0) >= name - 16
    assert width("params", "macs") > width("params")
    assert tree.horizontalScrollBar().maximum() == 0
    assert width() == usual
    wide = width("params", "macs")
    splitter = opened.explore.findChild(QSplitter)
    splitter.setSizes([splitter.sizes()[0] - 60, *splitter.sizes()[1:]])
    splitter.splitterMoved.emit(0, 1)
    assert width("params", "macs") < wide - 40


def test_every_page_and_lens_fits_into_the_smallest_window(qtbot: QtBot, opened: MainWindow) -> None:
    opened.resize(960, 600)
    places = [("page", "images"), ("page", "labs"), ("page", "history")]
    places += [("lens", lens) for lens in ("maps", "kernels", "field", "cost", "details")]
    opened.findChild(QAction, "useAsBackbone").trigger()
    settle(qtbot, opened)
    large = {}
    for field, id in places:
        opened.desk.set(**{"page": "explore", field: id})
        settle(qtbot, opened)
        holder = opened.findChild(QWidget, f"{id}Pane")
        shown = opened.centralWidget().rect()
        foot = holder.mapTo(opened.centralWidget(), holder.rect().bottomRight())
        if not shown.contains(foot) or opened.height() > 600 or opened.width() > 960:
            large[id] = (holder.size().toTuple(), opened.size().toTuple())
    assert large == {}


@pytest.mark.parametrize("size", [(1370, 850), (960, 600)])
def test_no_button_is_narrower_than_its_words(
    qtbot: QtBot, opened: MainWindow, size: tuple[int, int]
) -> None:
    opened.resize(*size)
    opened.findChild(QAction, "useAsBackbone").trigger()
    settle(qtbot, opened)
    specs = [spec for feature in features() for spec in feature.panes]
    places = [("lens", spec.id) for spec in specs if spec.place is Place.LENS]
    places += [("page", spec.id) for spec in specs if spec.place is Place.PAGE]
    cut = set()
    for field, id in places:
        opened.desk.set(**{"page": "explore", field: id})
        settle(qtbot, opened)
        qtbot.wait(10)
        cut |= {(id, *found) for found in _cut_buttons(opened)}
    assert cut == set()


def test_in_the_smallest_window_the_filter_of_the_tree_is_whole_whatever_the_graph_takes(
    qtbot: QtBot, opened: MainWindow
) -> None:
    opened.resize(960, 600)
    opened.desk.set(navigator="graph")
    settle(qtbot, opened)
    opened.findChild(QWidget, "graphPane").setMinimumWidth(
        400
    )  # as wide as words in another font may make it
    qtbot.wait(20)
    opened.desk.set(navigator="layers")
    settle(qtbot, opened)
    qtbot.wait(20)
    line, sight = (
        opened.findChild(QLineEdit, "layerFilter"),
        opened.findChild(QScrollArea, "navigators").viewport(),
    )
    assert line.mapTo(sight, line.rect().bottomRight()).x() < sight.width()
    words = line.fontMetrics().horizontalAdvance(line.placeholderText())
    assert words < line.width() - 32  # its frame and the button that clears it


def _cut_buttons(window: MainWindow) -> list[tuple[str, int, int]]:
    """Return the words of each button in sight that is too narrow or covered, the room for them, and what they take."""
    buttons = [it for kind in (QPushButton, QToolButton) for it in window.findChildren(kind)]
    found = []
    for button in buttons:
        says = button.isVisible() and button.text() and _shows_text(button)
        words = button.text().replace("&", "") if says else ""
        needed = button.fontMetrics().horizontalAdvance(words)
        place, around = button.geometry(), button.parentWidget()
        beside = [it for it in around.children() if isinstance(it, QWidget) and it.isVisible()]
        covers = [it.geometry() for it in beside if it is not button and it.geometry().intersects(place)]
        ends = [around.width(), *(it.x() for it in covers if it.x() > place.x())]
        room = min(button.width(), 2 * (min(ends) - place.x()) - button.width())  # they stand in its middle
        if words and room < needed:
            found.append((words, room, needed))
    return found


def _shows_text(button: QAbstractButton) -> bool:
    only_icon = Qt.ToolButtonStyle.ToolButtonIconOnly
    return (
        not isinstance(button, QToolButton) or button.icon().isNull() or button.toolButtonStyle() != only_icon
    )


def test_nothing_moves_when_a_notice_comes(qtbot: QtBot, opened: MainWindow) -> None:
    def places() -> list[tuple[str, QPoint]]:
        widgets = [it for it in opened.findChildren(QWidget) if it.isVisible() and it.objectName()]
        inside = [it for it in widgets if not opened.notices.isAncestorOf(it) and it is not opened.notices]
        return [(it.objectName(), it.mapTo(opened, QPoint(0, 0))) for it in inside]

    opened.notices.close_all()
    before = places()
    for number in range(3):
        opened.desk.tell(Level.WARNING, f"warning {number} " + "with many words " * 12)
    qtbot.wait(20)
    assert places() == before and len(opened.notices.texts()) == 3


# ---- beginning and end ----


def test_closing_ends_the_engine_within_three_seconds(window: MainWindow, link: FakeLink) -> None:
    window.close()
    assert link.stopped_within is not None and link.stopped_within <= 3.0


def test_after_a_death_model_image_and_operation_are_back(
    qtbot: QtBot, opened: MainWindow, link: FakeLink
) -> None:
    opened.findChild(QAction, "stepForward").trigger()
    node = opened.desk.scene.node
    sent: list[Command[Any]] = link.sent.copy()
    link.die(None)
    qtbot.waitUntil(lambda: opened.desk.scene.engine is EngineState.STARTING)
    link.revive()
    qtbot.waitUntil(lambda: opened.desk.scene.forward is not None)
    settle(qtbot, opened)
    assert opened.desk.scene.node == node and opened.desk.scene.seat.wanted == TOY
    assert [type(command) for command in link.sent[len(sent) : len(sent) + 2]] == [LoadModel, OpenImage]


def test_a_control_that_goes_out_of_sight_or_use_hands_its_keys_to_the_tree(
    qtbot: QtBot, opened: MainWindow
) -> None:
    tree = opened.findChild(QWidget, "layerTree")
    large = opened.findChild(QWidget, "featureMapView").large
    step = next(
        it for it in opened.findChildren(QAbstractButton) if it.isVisible() and "next" in it.toolTip().lower()
    )
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    for held, lose in ((large, large.hide), (step, lambda: step.setEnabled(False))):
        held.setFocus(Qt.FocusReason.OtherFocusReason)
        assert opened.focusWidget() is held
        lose()
        assert opened.focusWidget() is tree, held
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Tab)
    assert opened.focusWidget() is not tree


def test_the_side_begins_at_its_top_for_another_network_or_input(qtbot: QtBot, opened: MainWindow) -> None:
    opened.resize(960, 600)
    open_photos(qtbot, opened, "dog")
    bar = opened.findChild(QScrollArea, "sides").verticalScrollBar()

    def place_after(**changes: Any) -> int:
        bar.setValue(bar.maximum())
        assert bar.value() > 0
        opened.desk.set(**changes)
        settle(qtbot, opened)
        return bar.value()

    first, second = (image.key for image in opened.desk.scene.images)
    assert place_after(chosen_channel=1) > 0
    assert place_after(image=first) == 0
    assert place_after(image=second, choices={Slides: Slides(True)}) > 0  # watched where one looks
    opened.desk.choose(Slides())
    assert place_after(seats=opened.desk.scene.with_seat(wanted=OTHER).seats) == 0


def test_what_stands_at_the_side_folds_under_its_heading_and_stays_so(
    qtbot: QtBot, opened: MainWindow, link: FakeLink
) -> None:
    def heading(window: MainWindow) -> Fold:
        return next(it for it in window.findChildren(Fold) if it.text() == "Input")

    photo, card = (opened.findChild(QWidget, name) for name in ("inputPane", "cardPane"))
    before = card.mapTo(opened, QPoint()).y()
    assert photo.isVisible()
    heading(opened).click()
    qtbot.waitUntil(lambda: card.mapTo(opened, QPoint()).y() < before)
    assert not photo.isVisible() and heading(opened).arrowType() is Qt.ArrowType.RightArrow
    settle(qtbot, opened)
    assert not photo.isVisible(), "no change of the scene opens it"
    again = assemble(Start("zoo:toy"), features(), link, opened.desk.settings)
    qtbot.addWidget(again)
    assert not heading(again).isChecked()
    heading(opened).click()
    assert photo.isVisible()


_WORDS = (QLabel, QComboBox, QAbstractSpinBox, QTableView, QAbstractButton)


def test_all_lenses_begin_at_one_height(qtbot: QtBot, opened: MainWindow) -> None:
    opened.desk.set(node=1)
    for spec in [it for feature in features() for it in feature.panes if it.place is Place.LENS]:
        if spec.misfit(opened.desk.scene):
            continue
        opened.desk.set(lens=spec.id)
        settle(qtbot, opened)
        QTest.qWait(20)
        lens = opened.findChild(QWidget, f"{spec.id}Pane")
        shown = [
            it for kind in _WORDS for it in lens.findChildren(kind) if it.isVisible() and it.height() > 1
        ]
        first = min(it.mapTo(lens, QPoint()).y() for it in shown)
        assert TOP <= first <= TOP + 5, spec.id  # a control stands a few pixels beside the middle of its row


def test_the_pages_have_their_keys_in_order(window: MainWindow) -> None:
    keys = [spec.key for feature in features() for spec in feature.panes if spec.place is Place.PAGE]
    assert sorted(keys) == [f"Ctrl+{number}" for number in range(2, 2 + len(keys))]  # the first is Explore


def test_the_title_of_every_page_stands_at_one_height(qtbot: QtBot, opened: MainWindow) -> None:
    heights = set()
    for spec in [it for feature in features() for it in feature.panes if it.place is Place.PAGE]:
        opened.desk.set(page=spec.id)
        settle(qtbot, opened)
        QTest.qWait(20)
        page = opened.findChild(QWidget, f"{spec.id}Pane")
        title = next(it for it in page.findChildren(QLabel) if it.isVisible() and it.text() == spec.title)
        heights.add((title.mapTo(opened, QPoint()).y(), title.height()))
    assert len(heights) == 1


def test_no_letter_of_a_menu_or_a_control_is_underlined(qtbot: QtBot, opened: MainWindow) -> None:
    texts = [action.text() for action in opened.findChildren(QAction)]
    texts += [menu.title() for menu in opened.findChildren(QMenu)]
    for page in ("images", "labs", "history", "compare"):
        opened.desk.set(page=page)
        settle(qtbot, opened)
    texts += [button.text() for button in opened.findChildren(QAbstractButton)]
    texts += [label.text() for label in opened.findChildren(QLabel) if label.buddy() is not None]
    assert [text for text in texts if re.search("&[A-Za-z]", text)] == []


def test_the_name_of_every_control_begins_with_a_capital(qtbot: QtBot, opened: MainWindow) -> None:
    for spec in [it for feature in features() for it in feature.panes]:
        field = {Place.LENS: "lens", Place.PAGE: "page"}.get(spec.place)
        if field is not None:
            opened.desk.set(**{"page": "explore", field: spec.id})
            settle(qtbot, opened)
    names = {it.text() for it in opened.findChildren(QLabel) if it.buddy() is not None}
    names |= {it.text() for kind in (QCheckBox, QPushButton) for it in opened.findChildren(kind)}
    assert {"Class", "Off means", "Seed", "Tolerance", "Gradient"} <= names
    assert [it for it in names if it[:1].islower()] == []


def test_a_lens_that_comes_to_the_front_takes_no_keys_for_a_text(qtbot: QtBot, opened: MainWindow) -> None:
    lenses = [spec.id for it in features() for spec in it.panes if spec.place is Place.LENS]
    opened.show()
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    tried = 0
    for before in lenses:
        for after in lenses:
            opened.desk.set(lens=before)
            settle(qtbot, opened)
            front = opened.explore.lenses.front
            stops = [
                it
                for it in front.findChildren(QWidget)
                if it.isVisible() and it.focusPolicy() & Qt.FocusPolicy.TabFocus
            ]
            if after != before and stops:
                stops[-1].setFocus()
                tried += stops[-1].hasFocus()
                opened.desk.set(lens=after)
                settle(qtbot, opened)
                held = QApplication.focusWidget()
                assert held is None or not is_typed_into(held), (before, after)
    assert tried > len(lenses), "most lenses had the keyboard before"
