"""Shortcuts by the place of a key where a layout has no Latin letters; Space left to a control that uses it."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QPushButton,
    QTreeWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.window import keys
from explorer.window.keys import KeyPlaces, PlainKeys, key_at_its_place

NONE, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
SHIFT = Qt.KeyboardModifier.ShiftModifier
# Places as Linux numbers them, and what a Russian layout writes there.
K, V, P, DOT, DIGIT_3 = 37, 47, 25, 52, 4
RUSSIAN = {K: "л", V: "м", P: "з", DOT: "ю", DIGIT_3: "3", 45: "ч", 30: "ф"}


def press(place: int, text: str, modifiers: Qt.KeyboardModifier = NONE, repeats: bool = False) -> QKeyEvent:
    key = ord(text.upper())
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, place + keys._OFFSET, 0, 0, text, repeats)


class Board:
    """A window with a control of each kind, whose key presses come as from a keyboard."""

    def __init__(self, qtbot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.line, self.button, self.label = QLineEdit(), QPushButton("Press"), QLabel("none")
        self.label.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box, self.list, self.tree = QComboBox(), QListWidget(), QTreeWidget()
        self.tree.setProperty(keys.LEAVES_SPACE, True)
        centre = QWidget()
        column = QVBoxLayout(centre)
        for part in (self.line, self.button, self.label, self.box, self.list, self.tree):
            column.addWidget(part)
        self.window.setCentralWidget(centre)
        self.done: list[str] = []
        self.places, self.plain = KeyPlaces(self.window), PlainKeys(self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.places.watch()

    def action(self, sequence: str, owner: QWidget | None = None) -> QAction:
        made = QAction(self.window)
        made.setShortcut(QKeySequence(sequence))
        made.triggered.connect(lambda: self.done.append(sequence))
        (owner or self.window).addAction(made)
        return made

    def type(
        self, place: int, modifiers: Qt.KeyboardModifier = NONE, repeats: bool = False, text: str = ""
    ) -> None:
        event = press(place, text or RUSSIAN[place], modifiers, repeats)
        QCoreApplication.sendEvent(self.window.windowHandle(), event)


@pytest.fixture
def board(qtbot) -> Board:
    return Board(qtbot)


# ---- the place of a key ----


@pytest.mark.parametrize(
    ("place", "text", "modifiers", "key"),
    [
        (K, "л", CTRL, Qt.Key.Key_K),
        (DOT, "ю", NONE, Qt.Key.Key_Period),
        (V, "ω", CTRL, Qt.Key.Key_V),
        (P, "З", CTRL | SHIFT, Qt.Key.Key_P),
        (K, "k", CTRL, None),  # a Latin layout says itself what it means
        (K, "t", CTRL, None),  # also one with another order, such as Dvorak
        (DIGIT_3, '"', CTRL, Qt.Key.Key_3),  # a French one writes digits with Shift
        (DIGIT_3, '"', NONE, None),
        (DIGIT_3, "3", ALT, None),
        (120, "л", CTRL, None),  # a key that is on no layout's main block
    ],
)
def test_the_place_decides_where_the_layout_has_no_latin_letter(place, text, modifiers, key):
    assert key_at_its_place(press(place, text, modifiers)) == key


def test_keys_that_write_nothing_and_events_without_a_place_stay_as_they_are():
    escape = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, NONE, K + keys._OFFSET, 0, 0)
    assert key_at_its_place(escape) is None
    assert key_at_its_place(QKeyEvent(QEvent.Type.KeyPress, ord("Л"), CTRL, "л")) is None


def test_all_letters_and_digits_are_on_the_board():
    assert set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,.") <= set(keys._PLACES.values())
    assert len(set(keys._PLACES.values())) == len(keys._PLACES)


# ---- commands ----


def test_a_shortcut_of_the_window_works_without_latin_letters(board):
    board.action("Ctrl+K")
    board.action("Ctrl+Shift+P")
    board.action(".")
    board.label.setFocus()
    board.type(K, CTRL)
    board.type(P, CTRL | SHIFT)
    board.type(DOT)
    assert board.done == ["Ctrl+K", "Ctrl+Shift+P", "."]


def test_what_is_disabled_does_nothing(board):
    board.action("Ctrl+K").setEnabled(False)
    board.type(K, CTRL)
    assert board.done == []


def test_a_shortcut_object_works_too(board):
    shortcut = QShortcut(QKeySequence("Ctrl+K"), board.window)
    shortcut.activated.connect(lambda: board.done.append("shortcut"))
    board.type(K, CTRL)
    assert board.done == ["shortcut"]


def test_a_key_that_repeats_does_so_only_where_it_may(board):
    board.action(".")
    board.action("Ctrl+K").setAutoRepeat(False)
    board.label.setFocus()
    board.type(DOT, repeats=True)
    board.type(K, CTRL, repeats=True)
    assert board.done == ["."]


def test_an_action_of_a_control_is_for_that_control_alone(board):
    copy = board.action("Ctrl+K", board.list)
    copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    board.tree.setFocus()
    board.type(K, CTRL)
    assert board.done == []
    board.list.setFocus()
    board.type(K, CTRL)
    assert board.done == ["Ctrl+K"]


# ---- text ----


def test_text_is_typed_not_taken(board):
    board.action(".")
    board.line.setFocus()
    board.type(DOT)
    board.type(K)
    assert board.done == []
    assert board.line.text() == "юл"


def test_in_a_text_field_commands_of_the_window_work(board):
    board.action("Ctrl+K")
    board.line.setFocus()
    board.type(K, CTRL)
    assert (board.done, board.line.text()) == (["Ctrl+K"], "")


def test_a_text_field_keeps_its_own_commands(board):
    board.action("Ctrl+V")
    QGuiApplication.clipboard().setText("pasted")
    board.line.setFocus()
    board.type(V, CTRL)
    assert (board.done, board.line.text()) == ([], "pasted")
    board.type(30, CTRL)  # select all
    board.type(45, CTRL)  # cut
    assert board.line.text() == ""


# ---- Space ----


def space(board: Board, qtbot, control: QWidget) -> None:
    board.action("Space")
    control.setFocus()
    qtbot.waitUntil(control.hasFocus)
    qtbot.keyClick(control, Qt.Key.Key_Space)


@pytest.mark.parametrize("name", ["label", "tree"])
def test_space_is_the_windows_where_it_means_nothing_else(board, qtbot, name):
    space(board, qtbot, getattr(board, name))
    assert board.done == ["Space"]


@pytest.mark.parametrize("name", ["line", "button", "box", "list"])
def test_space_is_left_to_a_control_that_uses_it(board, qtbot, name):
    pressed = []
    board.button.clicked.connect(lambda: pressed.append("button"))
    space(board, qtbot, getattr(board, name))
    assert board.done == []
    assert pressed == (["button"] if name == "button" else [])
    board.box.hidePopup()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_presses_a_button_once(board, qtbot, key):
    pressed = []
    board.button.clicked.connect(lambda: pressed.append("button"))
    board.action("Return")
    board.button.setFocus()
    qtbot.waitUntil(board.button.hasFocus)
    qtbot.keyClick(board.button, key)
    assert (pressed, board.done) == (["button"], [])


def test_space_is_the_windows_again_when_the_focus_moves_on(board, qtbot):
    space(board, qtbot, board.button)
    board.label.setFocus()
    qtbot.waitUntil(board.label.hasFocus)
    qtbot.keyClick(board.label, Qt.Key.Key_Space)
    assert board.done == ["Space"]
