"""The row of controls over an attention: what stands at the left, which way, which token, which attention."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from explorer.features.attention.choice import AttentionChoice, Sight
from explorer.window import format as fmt
from explorer.window import theme

_WAYS = {
    False: (
        "Where it looks",
        "Looks",
        "How the token shares out its attention: a row of the matrix",
        "Alt+W",
    ),
    True: ("Who looks at it", "Seen", "How much each token looks at it: a column of the matrix", "Alt+Y"),
}
_COST = (
    "Scaling",
    "Work",
    "What this attention takes, and how that grows with the number of tokens",
    "Alt+K",
)
_SIGHTS = {
    Sight.PHOTO: ("Photo", "The weights over the photo, at the patches that the tokens are", "Alt+P"),
    Sight.MATRIX: ("Matrix", "All weights of a head: a row for each token that looks", "Alt+X"),
    Sight.POSITIONS: (
        "Positions",
        "How much the position embeddings of the patches are like each other: a map for each patch",
        "Alt+I",
    ),
    Sight.COST: (_COST[0], *_COST[2:]),
}
_CLASS = ("Class token", "CLS", "Ask about the class token, from which most networks answer", "Alt+T")


class AttentionControls(QWidget):
    """Shows what was chosen, and tells what is.

    Attributes:
        arrows: To the attention before and the next one; they stand where it is said which one this is.

    Signals:
        stepped(int): 1 for the next attention, -1 for the one before.
        way_chosen(bool): True for who looks at the token.
        class_chosen(): The class token.
        sight_chosen(object): A `Sight`.
    """

    stepped = Signal(int)
    way_chosen = Signal(bool)
    class_chosen = Signal()
    sight_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        before, after = "The attention before", "The next attention"
        self.before = self._button("◀", before, "Alt+PgUp", lambda: self.stepped.emit(-1), before)
        self.after = self._button("▶", after, "Alt+PgDown", lambda: self.stepped.emit(1), after)
        self._at_class = False
        self.of_class = self._button(_CLASS[0], *_CLASS[2:], self._on_class)
        self.of_class.setProperty("role", "choice")
        self.of_class.setCheckable(True)
        self.ways = {way: self._way(way) for way in _WAYS}
        self.sights = {sight: self._sight(sight) for sight in _SIGHTS}
        self._groups = [self._group(self.ways.values()), self._group(self.sights.values())]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        asked = (*self.ways.values(), self.of_class)
        for button in asked:
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
        for button in self.sights.values():
            row.addWidget(button)
        row.addStretch(1)
        for button in asked:
            row.addSpacing(theme.SPACING if button is self.of_class else 0)
            row.addWidget(button)
        self.arrows = QWidget()
        steps = QHBoxLayout(self.arrows)
        steps.setContentsMargins(0, 0, 0, 0)
        steps.setSpacing(0)
        for button in (self.before, self.after):
            steps.addWidget(button)

    def set_choice(
        self, choice: AttentionChoice, at_class: bool, has_class: bool, where: tuple[int, int]
    ) -> None:
        """Show what was chosen.

        Args:
            choice: What the person chose.
            at_class: Whether it is a class token that is asked about.
            has_class: Whether there is one.
            where: Number of the attention, and how many there are.
        """
        self.ways[choice.reverse].setChecked(True)
        self.sights[choice.sight].setChecked(True)
        for button in (*self.ways.values(), self.of_class):
            button.setVisible(choice.sight is Sight.PHOTO)  # a matrix shows both ways of all tokens
        self._at_class = at_class
        self.of_class.setChecked(at_class)
        self.of_class.setEnabled(has_class)
        tip = f"{_CLASS[2]} ({_CLASS[3]})" if has_class else "These tokens have no class token among them"
        self.of_class.setToolTip(fmt.tip(tip))
        self.before.setEnabled(where[0] > 0)
        self.after.setEnabled(where[0] + 1 < where[1])

    def resizeEvent(self, event: object) -> None:
        """Use short words where there is little room."""
        for place in (0, 1):
            named = [(self.ways[way], _WAYS[way]) for way in _WAYS] + [(self.of_class, _CLASS)]
            for button, it in (*named, (self.sights[Sight.COST], _COST)):
                button.setText(it[place])
                button.setShortcut(it[3])  # new words take it away
            if self.sizeHint().width() <= self.width():
                break

    def _on_class(self) -> None:
        self.of_class.setChecked(self._at_class)  # a click leaves what is chosen chosen
        self.class_chosen.emit()

    # ---- building ----

    def _way(self, way: bool) -> QToolButton:
        words, _, tip, key = _WAYS[way]
        button = self._button(words, tip, key, lambda: self.way_chosen.emit(way))
        button.setProperty("role", "choice")
        return button

    def _sight(self, sight: Sight) -> QToolButton:
        button = self._button(*_SIGHTS[sight], lambda: self.sight_chosen.emit(sight))
        button.setProperty("role", "tab")
        return button

    def _button(
        self, text: str, tip: str, key: str, run: Callable[[], object], name: str = ""
    ) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setShortcut(key)
        button.setAccessibleName(name or text)
        button.setToolTip(fmt.tip(f"{tip} ({key})"))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they were
        button.clicked.connect(lambda: run())
        return button

    def _group(self, buttons: Iterable[QToolButton]) -> QButtonGroup:
        group = QButtonGroup(self, exclusive=True)
        for button in buttons:
            button.setCheckable(True)
            group.addButton(button)
        return group
