"""The row of controls over an attention: which one, which token, which way, what stands at the left."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from explorer.features.attention.choice import AttentionChoice, Sight
from explorer.window import format as fmt
from explorer.window import theme

_WAYS = {
    False: ("Where it looks", "Looks", "How the chosen token shares out its attention (a row of the matrix)"),
    True: (
        "Who looks at it",
        "Seen",
        "How much each other token looks at the chosen one (a column of the matrix)",
    ),
}
_SIGHTS = {
    Sight.PHOTO: ("Photo", "The weights over the photo, at the patches that the tokens are"),
    Sight.MATRIX: ("Matrix", "All weights of a head: a row for each token that looks"),
    Sight.POSITIONS: (
        "Positions",
        "How much the position embeddings of the patches are like each other: a map for each patch",
    ),
    Sight.COST: ("Cost", "What this attention takes, and how that grows with the number of tokens"),
}
_ROOMY, _TIGHT = 620, 420  # pixels


class AttentionControls(QWidget):
    """Shows what was chosen, and tells what is.

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
        self.before = self._button("◀", "The attention before", lambda: self.stepped.emit(-1))
        self.after = self._button("▶", "The next attention", lambda: self.stepped.emit(1))
        self.before.setAccessibleName("The attention before")
        self.after.setAccessibleName("The next attention")
        self.of_class = self._button(
            "Class token",
            "Ask about the class token, from which the answer is read",
            self.class_chosen.emit,
            checkable=True,
        )
        self.ways = {way: self._way(way) for way in _WAYS}
        self.sights = {sight: self._sight(sight) for sight in _SIGHTS}
        self._groups = [self._group(self.ways.values()), self._group(self.sights.values())]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        parts = (
            [self.before, self.after],
            [*self.ways.values()],
            [self.of_class],
            None,
            [*self.sights.values()],
        )
        for buttons in parts:
            if buttons is None:
                row.addStretch(1)
                continue
            for button in buttons:
                row.addWidget(button)
            row.addSpacing(theme.SPACING)

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
        self.of_class.setChecked(at_class)
        self.of_class.setEnabled(has_class)
        self.before.setEnabled(where[0] > 0)
        self.after.setEnabled(where[0] + 1 < where[1])

    def resizeEvent(self, event: object) -> None:
        """Use short words where there is little room."""
        for way, (words, few, _) in _WAYS.items():
            self.ways[way].setText(words if self.width() >= _ROOMY else few)
        self.of_class.setText("Class token" if self.width() >= _ROOMY else "Class")
        for button in (self.before, self.after):  # the tree steps as well
            button.setVisible(self.width() >= _TIGHT)

    # ---- building ----

    def _way(self, way: bool) -> QToolButton:
        words, _, tip = _WAYS[way]
        return self._button(words, tip, lambda: self.way_chosen.emit(way), checkable=True)

    def _sight(self, sight: Sight) -> QToolButton:
        words, tip = _SIGHTS[sight]
        return self._button(words, tip, lambda: self.sight_chosen.emit(sight), checkable=True)

    def _button(self, text: str, tip: str, run: object, checkable: bool = False) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setAccessibleName(text)
        button.setToolTip(fmt.tip(tip))
        button.setCheckable(checkable)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they were
        button.clicked.connect(lambda: run())  # type: ignore[operator]
        return button

    def _group(self, buttons: object) -> QButtonGroup:
        group = QButtonGroup(self, exclusive=True)
        for button in buttons:  # type: ignore[attr-defined]
            group.addButton(button)
        return group
