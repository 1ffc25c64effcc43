"""What a person does with the program itself: stop, theme, shortcuts, about, the engine."""

import pytest
from desk_fakes import scene
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QTreeWidget
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer import __version__
from explorer.engine.messages import ListModels
from explorer.features.program import FEATURE
from explorer.features.program.about import parts
from explorer.features.program.choice import InFront
from explorer.features.program.shortcuts import ELSEWHERE, grouped
from explorer.records.images import ImageSource
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.frame import MainWindow
from explorer.window.live import Live, is_trying
from explorer.window.scene import EngineState
from explorer.window.spec import ActionSpec
from explorer.window.widgets.overlay import Overlay


def action(id: str) -> ActionSpec:
    return next(spec for spec in FEATURE.actions if spec.id == id)


# ---- stopping ----


@pytest.mark.parametrize(
    ("now", "works"),
    [
        (scene(), False),
        (scene(busy=True), True),
        (scene(playing=True), True),
        (scene(page="history"), True),
    ],
)
def test_there_is_something_to_stop_only_then(now, works: bool) -> None:
    assert action("cancelWork").enabled(now) is works


def test_cancel_stops_the_playing_and_the_work(desk: Desk, link: FakeLink, qtbot: QtBot) -> None:
    link.manual.add(ListModels)
    qtbot.waitUntil(lambda: not desk._events)
    desk.do(ListModels())
    desk.set(playing=True, page="history")
    action("cancelWork").run(desk)
    assert len(link.cancelled) == 1
    assert (desk.scene.playing, desk.scene.page) == (False, "history")


def test_where_nothing_runs_it_goes_back_to_the_first_page(desk: Desk) -> None:
    desk.set(page="history")
    action("cancelWork").run(desk)
    assert desk.scene.page == "explore"


def test_then_it_puts_away_what_is_tried_on_the_input_until_that_is_tried_again(
    qtbot: QtBot, window: MainWindow
) -> None:
    desk = window.desk
    desk.put(desk.scene.with_inputs(ImageSource("cat.png", path="/photos/cat.png")))
    qtbot.waitUntil(lambda: desk.is_idle and desk.scene.forward is not None)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: desk.is_idle and is_trying(desk.scene))
    desk.set(page="history")
    tried = desk.scene.choice(Live).edit
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert desk.scene.page == "explore" and is_trying(desk.scene) and not tried.is_nothing
    qtbot.waitUntil(lambda: desk.is_idle and not desk.scene.busy)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not desk.scene.choice(Live).on and not window.findChild(QAction, "cancelWork").isEnabled()
    QTest.keyClick(window, Qt.Key.Key_E)
    assert is_trying(desk.scene) and desk.scene.choice(Live).edit == tried


# ---- the engine ----


def test_an_engine_that_is_off_is_started(desk: Desk, link: FakeLink) -> None:
    start = action("startEngine")
    assert not start.enabled(scene())
    assert not start.enabled(scene(engine=EngineState.STARTING))
    assert start.enabled(scene(engine=EngineState.OFF))
    start.run(desk)
    assert (link.starts, desk.scene.engine) == (1, EngineState.STARTING)


# ---- theme ----


def test_the_theme_changes_at_once_and_is_remembered(window: MainWindow) -> None:
    before = theme.current().name
    icon = window.actions_["toggleTheme"].icon().cacheKey()
    window.actions_["toggleTheme"].trigger()
    assert {before, theme.current().name} == {"light", "dark"}
    assert window.actions_["toggleTheme"].icon().cacheKey() != icon
    assert window.desk.settings.theme == theme.current().name
    window.actions_["toggleTheme"].trigger()
    assert theme.current().name == before == window.desk.settings.theme


# ---- shortcuts ----


def rows(sheet: Overlay) -> dict[str, list[tuple[str, str]]]:
    """What is shown, by group."""
    tree = sheet.findChild(QTreeWidget)
    groups = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    return {
        group.text(0): [
            (row.text(0), row.text(1))
            for row in (group.child(number) for number in range(group.childCount()))
            if not row.isHidden()
        ]
        for group in groups
        if not group.isHidden()
    }


def test_every_shortcut_of_every_action_is_in_the_sheet(window: MainWindow) -> None:
    listed = [keys for lines in grouped(window.actions_).values() for _, keys, _ in lines]
    for _, it in window.actions_:
        for keys in it.shortcuts():
            assert any(keys.toString() in line for line in listed), it.objectName()


def test_f1_shows_the_sheet_by_menu_and_what_is_no_action(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["showShortcuts"].trigger()
    sheet = window.findChild(Overlay, "shortcutSheet")
    assert sheet.isVisible()
    shown = rows(sheet)
    assert ("Cancel", "Esc") in shown["Model"]
    assert ("Light or dark", "Ctrl+T") in shown["View"]
    in_no_menu = {keys.toString() for spec, it in window.actions_ if not spec.menu for keys in it.shortcuts()}
    assert {keys for _, keys in shown["Elsewhere"]} <= {keys for keys, _ in ELSEWHERE} | in_no_menu


def test_no_row_of_the_sheet_is_cut_at_its_lower_end(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["showShortcuts"].trigger()
    lines = window.findChild(Overlay, "shortcutSheet").list
    for height in (600, 850, 733):
        window.resize(960, height)
        qtbot.wait(20)
        row, room = lines.visualItemRect(lines.topLevelItem(0)).height(), lines.viewport().height()
        rest = lines.grab(lines.viewport().geometry()).toImage().copy(0, room - room % row, 400, room % row)
        assert len({rest.pixel(x, y) for x in range(rest.width()) for y in range(rest.height())}) <= 1, height


@pytest.mark.parametrize("query", ["light dark", "ctrl+t"])
def test_the_sheet_is_searched_by_words_and_keys(window: MainWindow, qtbot: QtBot, query: str) -> None:
    window.actions_["showShortcuts"].trigger()
    sheet = window.findChild(Overlay, "shortcutSheet")
    qtbot.keyClicks(sheet.findChild(QLineEdit), query)
    assert rows(sheet) == {"View": [("Light or dark", "Ctrl+T")]}


def test_esc_closes_the_sheet_and_stops_nothing(window: MainWindow, link: FakeLink, qtbot: QtBot) -> None:
    window.desk.set(page="history")
    window.actions_["showShortcuts"].trigger()
    sheet = window.findChild(Overlay, "shortcutSheet")
    qtbot.keyClick(sheet.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert window.desk.scene.page == "history"


def test_one_thing_lies_over_the_window_at_a_time(window: MainWindow) -> None:
    window.actions_["showShortcuts"].trigger()
    window.actions_["about"].trigger()
    assert [it.objectName() for it in window.findChildren(Overlay) if it.isVisible()] == ["aboutPage"]
    window.desk.choose(InFront())
    window.desk.settle()
    assert not any(it.isVisible() for it in window.findChildren(Overlay))


# ---- about ----


def test_about_names_the_version_and_what_the_program_stands_on(window: MainWindow) -> None:
    window.actions_["about"].trigger()
    page = window.findChild(Overlay, "aboutPage")
    assert page.accessibleName() == f"Architecture Explorer {__version__}"
    tree = page.findChild(QTreeWidget, "aboutParts")
    names = [tree.topLevelItem(place).text(0) for place in range(tree.topLevelItemCount())]
    assert {"Python", "Qt", "torch", "numpy", "pyqtgraph"} <= set(names)


def test_every_part_has_a_version_a_licence_and_an_address() -> None:
    for part in parts():
        assert part.version
        assert part.licence
        assert part.address.startswith("https://")


def test_the_parts_are_copied(window: MainWindow) -> None:
    window.actions_["about"].trigger()
    tree = window.findChild(QTreeWidget, "aboutParts")
    tree.setCurrentItem(tree.topLevelItem(1))
    tree.actions()[0].trigger()
    headings, line = QGuiApplication.clipboard().text().split("\n")
    assert headings == "Stands on\tVersion\tLicence\tAddress"
    assert line.startswith("Qt\t6.")


def test_a_sheet_without_a_match_says_so(window: MainWindow) -> None:
    window.actions_["showShortcuts"].trigger()
    sheet = window.findChild(Overlay, "shortcutSheet")
    sheet.line.setText("xyzzy")
    assert "“xyzzy”" in sheet.list.hint
    sheet.line.setText("step")
    assert sheet.list.hint == ""
