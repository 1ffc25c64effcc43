import sys
from pathlib import Path

import pytest
from explorer.ui.app import assemble
from explorer.ui.window import MainWindow
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import LoadModel, OpenImage, Record
from explorer.features.initialisation.spread_table import SpreadTable
from explorer.records.images import ImageSource
from explorer.window import faults, theme
from explorer.window.notices import Level, NoticeAction
from explorer.window.widgets.card import CardView

WIDGETS = (
    "modelPicker",
    "modelSearch",
    "layerTree",
    "inputView",
    "predictionView",
    "featureMapView",
    "receptiveFieldView",
    "resourcePanel",
    "statusMessage",
)
ACTIONS = ("stepForward", "stepBackward", "openImages", "cancelWork")


def urls(*paths: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return mime


def drag(window: MainWindow, mime: QMimeData) -> QDragEnterEvent:
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(400, 400), Qt.DropAction.CopyAction, mime, buttons, keys)
    event.ignore()
    window.dragEnterEvent(event)
    return event


def drop(window: MainWindow, mime: QMimeData) -> QDropEvent:
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(400, 400), Qt.DropAction.CopyAction, mime, buttons, keys)
    event.ignore()
    window.dropEvent(event)
    return event


@pytest.mark.parametrize("name", WIDGETS)
def test_widgets_are_found_by_the_names_of_the_contract(window: MainWindow, name: str) -> None:
    assert window.objectName() == "mainWindow"
    assert len(window.findChildren(QWidget, name)) == 1


@pytest.mark.parametrize("name", ACTIONS)
def test_actions_are_found_by_the_names_of_the_contract(window: MainWindow, name: str) -> None:
    assert window.findChild(QAction, name) is not None


def test_every_action_has_a_tooltip_that_names_its_shortcut(window: MainWindow) -> None:
    for action in window.actions_.all():
        assert action.toolTip(), action.objectName()
        for keys in action.shortcuts():
            assert keys.toString() in action.toolTip()


def test_no_shortcut_is_given_twice(window: MainWindow) -> None:
    keys = [key.toString() for action in window.actions_.all() for key in action.shortcuts()]

    assert len(keys) == len(set(keys))


def test_a_drag_of_files_shows_where_to_drop_until_it_leaves(window: MainWindow) -> None:
    hint = window.findChild(QWidget, "dropHint")

    event = drag(window, urls("/photos/cat.png"))

    assert event.isAccepted()
    assert hint.isVisible()
    assert hint.geometry() == window.rect()
    window.dragLeaveEvent(QDragLeaveEvent())
    assert not hint.isVisible()


def test_a_drag_of_text_is_not_taken(window: MainWindow) -> None:
    mime = QMimeData()
    mime.setText("words")

    assert not drag(window, mime).isAccepted()
    assert not window.findChild(QWidget, "dropHint").isVisible()


def test_dropped_files_are_opened_in_their_order(window: MainWindow, link: FakeLink) -> None:
    assert drop(window, urls("/photos/cat.png", "/photos/dog.png")).isAccepted()

    link_paths = [command.source.path for command in link.asked(OpenImage)]
    assert link_paths[:1] == ["/photos/cat.png"]
    assert window.image_strip.keys() == ("image-1", "image-2")


def test_no_line_edit_swallows_a_drop(window: MainWindow) -> None:
    assert not [edit.objectName() for edit in window.findChildren(QLineEdit) if edit.acceptDrops()]


def test_an_address_without_an_image_is_refused_in_one_line(window: MainWindow, link: FakeLink) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/cat.jpg")])

    drop(window, mime)

    assert len(window.notices.texts()) == 1
    assert "https://example.org/cat.jpg" in window.notices.texts()[0]
    assert link.asked(OpenImage) == []


def test_paste_opens_the_picture_on_the_clipboard(window: MainWindow, link: FakeLink) -> None:
    image = QImage(4, 3, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)

    window.actions_["pasteImage"].trigger()

    (command,) = link.asked(OpenImage)
    assert command.source.name == "pasted image"
    assert QImage.fromData(command.source.data).size() == image.size()


def test_the_empty_window_offers_samples_one_click_away(
    qtbot: QtBot, window: MainWindow, link: FakeLink
) -> None:
    assert window.welcome.isVisible()
    buttons = [it for it in window.welcome.findChildren(QToolButton) if it.objectName().startswith("sample-")]
    assert len(buttons) == 4

    buttons[0].click()

    qtbot.waitUntil(lambda: bool(link.asked(Record)))
    assert Path(link.asked(OpenImage)[0].source.path).is_file()
    qtbot.waitUntil(lambda: not window.welcome.isVisible())


def test_the_strip_takes_room_only_for_two_images_or_more(qtbot: QtBot, window: MainWindow) -> None:
    window.controller.open_files(["/a.png"])
    assert not window.image_strip.isVisible()

    window.controller.open_files(["/b.png"])
    assert window.image_strip.isVisible()

    qtbot.waitUntil(lambda: window.controller.is_idle)
    window.image_strip.image_closed.emit("image-2")
    assert not window.image_strip.isVisible()


def test_the_theme_changes_at_once_and_is_remembered(window: MainWindow) -> None:
    before = theme.current().name
    icon = window.actions_["openImages"].icon().cacheKey()

    window.actions_["toggleTheme"].trigger()

    assert {before, theme.current().name} == {"light", "dark"}
    assert window.actions_["openImages"].icon().cacheKey() != icon
    assert window.controller._settings.theme == theme.current().name


def test_the_layout_comes_back_at_the_next_start(qtbot: QtBot, window: MainWindow) -> None:
    window.findChild(QWidget, "layersDock").hide()
    window.resize(960, 710)  # the smallest width; the offscreen screen is narrower
    window.close()

    again = assemble(FakeLink(), "zoo:toy")
    qtbot.addWidget(again)
    again.show()

    assert again.findChild(QWidget, "layersDock").isHidden()
    assert (again.width(), again.height()) == (960, 710)


def test_closing_ends_the_engine_within_three_seconds(window: MainWindow, link: FakeLink) -> None:
    assert window.close()

    assert link.stopped_within is not None
    assert link.stopped_within <= 3


def test_space_presses_the_button_that_has_the_focus(qtbot: QtBot, window: MainWindow) -> None:
    pressed = []
    window.notices.tell(Level.INFO, "Well?", NoticeAction("Yes", lambda: pressed.append("yes")))
    window.findChild(QPushButton, "noticeAction").setFocus()
    assert isinstance(QApplication.focusWidget(), QPushButton)

    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)

    assert pressed == ["yes"]
    assert not window.actions_["play"].isChecked()


@pytest.mark.parametrize("name", ["device", "strip", "card"])
def test_space_does_not_play_where_it_means_something_else(
    qtbot: QtBot, window: MainWindow, name: str
) -> None:
    window.controller.open_files(["/a.png", "/b.png"])
    qtbot.waitUntil(lambda: window.controller.is_idle)
    device = window.findChild(QComboBox, "deviceBox")
    views = {"device": device, "strip": window.image_strip, "card": window.card}
    window.activateWindow()
    views[name].setFocus()
    qtbot.waitUntil(views[name].hasFocus)

    qtbot.keyClick(views[name], Qt.Key.Key_Space)

    assert not window.actions_["play"].isChecked()
    assert device.view().isVisible() == (name == "device")
    device.hidePopup()


@pytest.mark.parametrize("where", ["window", "tree"])
def test_space_plays_where_it_means_nothing_else(qtbot: QtBot, window: MainWindow, where: str) -> None:
    window.controller.open_files(["/a.png"])
    qtbot.waitUntil(lambda: window.controller.is_idle)
    focused = window.layer_tree if where == "tree" else window
    window.activateWindow()
    focused.setFocus()

    qtbot.keyClick(focused, Qt.Key.Key_Space)

    assert window.actions_["play"].isChecked()
    window.controller.stepping.play(False)


def test_cards_and_tables_say_what_they_are(window: MainWindow) -> None:
    popup = window.tool_bar.model_picker.findChild(CardView)
    for view in (window.card, popup, *window.findChildren(SpreadTable)):
        assert view.toolTip()
        assert view.accessibleName()


def test_help_lists_the_shortcuts(window: MainWindow) -> None:
    window.actions_["showShortcuts"].trigger()

    dock = window.findChild(QWidget, "shortcutsDock")
    texts = [label.text() for label in dock.findChildren(QLabel)]
    assert dock.isVisible()
    assert "Step forward" in texts
    assert any("Alt+Right" in text for text in texts)


def test_the_filter_line_filters_the_tree(qtbot: QtBot, window: MainWindow) -> None:
    window.controller.open_files(["/a.png"])
    qtbot.waitUntil(lambda: window.controller.session.trace is not None)
    window.layer_filter.setText("head")

    tree = window.layer_tree
    shown = [row for row in range(tree.model().rowCount()) if not tree.isRowHidden(row, tree.rootIndex())]
    assert [tree.model().index(row, 0).data().split()[0] for row in shown] == ["head"]


# ---- notices ----


def test_a_notice_about_the_same_replaces_the_one_before(window: MainWindow) -> None:
    window.notices.tell(Level.WARNING, "first", about="x")
    window.notices.tell(Level.WARNING, "second", about="x")

    assert window.notices.texts() == ["second"]


def test_beyond_four_notices_the_oldest_goes(window: MainWindow) -> None:
    for number in range(6):
        window.notices.tell(Level.ERROR, str(number))

    assert window.notices.texts() == ["2", "3", "4", "5"]


def test_a_closed_notice_leaves_no_room_behind(window: MainWindow) -> None:
    notice = window.notices.tell(Level.ERROR, "broken")
    assert window.notices.isVisible()

    notice.findChild(QToolButton).click()

    assert window.notices.texts() == []
    assert not window.notices.isVisible()


def test_a_notice_shows_text_never_markup(window: MainWindow) -> None:
    notice = window.notices.tell(Level.ERROR, "<b>cat</b>.png is broken")

    assert notice.text == "<b>cat</b>.png is broken"
    assert Qt.TextFormat.PlainText in [label.textFormat() for label in notice.findChildren(QLabel)]


def test_the_command_line_hands_over_model_and_images(qtbot: QtBot, link: FakeLink) -> None:
    window = assemble(link, "torchvision:alexnet", ["/photos/cat.png"])
    qtbot.addWidget(window)
    window.show()

    qtbot.waitUntil(lambda: window.controller.session.recording is not None)
    assert link.asked(LoadModel)[0].name == "torchvision:alexnet"
    assert link.asked(OpenImage)[0].source == ImageSource("cat.png", path="/photos/cat.png")


def test_a_fault_of_the_window_is_one_line_and_a_traceback_in_a_file(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    faults.report_to(window.notices)
    try:
        raise ValueError("broken\nwire")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)

    assert "(ValueError: broken wire)" in window.notices.texts()[0]
    assert "Traceback" in (tmp_path / "home" / "window.log").read_text()
