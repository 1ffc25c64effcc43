"""The list of what was found in a picture, which is its legend too: a class can be turned off and on."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QWidget

from explorer.features.answer.table import LABEL, RANDOM, SHARE, AnswerTable
from explorer.features.answer.view import PRETRAINED_ROLE, SHARE_ROLE, ShareBar
from explorer.records.findings import Finding
from explorer.window import theme
from explorer.window.findings import FindingChoice, Row, rows, why_nothing
from explorer.window.format import tip
from explorer.window.widgets.finding_looks import Look
from explorer.window.widgets.tables import PLAIN_ROLE, Index, RowModel

_HEADINGS = (
    ("Found", ""), ("Share or score", ""), ("class", ""), ("top", ""), ("left", ""), ("bottom", ""), ("right", ""),
)  # fmt: skip
_SWATCH = 14
_CHECK = Qt.ItemDataRole.CheckStateRole


class _Rows(RowModel[Row]):
    """One row a class, a box or a length; the columns from the third on are only copied and saved."""

    turned = Signal(int)

    def __init__(self) -> None:
        super().__init__(_HEADINGS)
        self.pretrained = False
        self._choice = FindingChoice()

    def show(self, rows_: list[Row], choice: FindingChoice, pretrained: bool) -> None:
        """Show other rows; where only the choice is another, what is selected stays."""
        self.pretrained, self._choice = pretrained, choice
        if tuple(rows_) != self.rows:
            self.replace(rows_)
        elif rows_:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows_) - 1, SHARE))

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_class = index.column() == LABEL and self.rows[index.row()].index is not None
        return flags | Qt.ItemFlag.ItemIsUserCheckable if is_class else flags

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        number = self.rows[index.row()].index
        if role != _CHECK or number is None:
            return False
        self.turned.emit(number)
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.rows[index.row()], index.column()
        if role == PLAIN_ROLE:
            told = (row.label, row.plain, row.index, *(row.box or (None,) * 4))[column]
            return "" if told is None else told
        if column > SHARE:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.label if column == LABEL else row.text
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.label}, {row.text}"
            case Qt.ItemDataRole.ToolTipRole:
                return tip(_whole(row))
            case Qt.ItemDataRole.DecorationRole if column == LABEL and row.index is not None:
                return Look.of(row.index).icon(_SWATCH)
            case _ if role == _CHECK and column == LABEL and row.index is not None:
                on = self._shows(row)
                return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ForegroundRole if not (self.pretrained and self._shows(row)):
                return QColor(theme.current().muted)
            case _ if role == SHARE_ROLE:
                return row.share
            case _ if role == PRETRAINED_ROLE:
                return self.pretrained and self._shows(row)
        return None

    def _shows(self, row: Row) -> bool:
        return row.index is None or self._choice.shows(row.index, row.label)


def _whole(row: Row) -> str:
    lines = [row.label if row.index is None else f"{row.label} (class {row.index})", row.text]
    if row.box is not None:
        top, left, bottom, right = (f"{side:.0f}" for side in row.box)
        lines.append(f"rows {top} to {bottom}, columns {left} to {right} of the picture")
    if row.index is not None:
        lines.append(
            "Click the box before the name, or press Space, to take its class off the picture or back."
        )
    return "\n".join(lines)


class FindingTable(AnswerTable):
    """What was found, the largest or the surest first, each with the look that it has on the picture.

    Signals:
        turned: The number of a class that the person turns off or on.
    """

    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._found = _Rows()
        super().__init__(self._found, parent)
        self._found.setParent(self)
        self.setObjectName("findingView")
        self.setAccessibleName("What was found")
        self.setItemDelegateForColumn(SHARE, ShareBar(self))
        for column in range(SHARE + 1, len(_HEADINGS)):
            self.setColumnHidden(column, True)
        self._found.turned.connect(self.turned)

    def set_finding(self, finding: Finding, choice: FindingChoice, is_random: bool, weights: str) -> None:
        """Show what was found as the person wants it, or why there is nothing.

        Args:
            finding: What was found.
            choice: As in the scene.
            is_random: True says that random weights know nothing.
            weights: What the weights are, e.g. `pretrained`.
        """
        self._hint = why_nothing(finding, choice)
        self.say(RANDOM if is_random else f"weights: {weights}", warns=is_random)
        self._found.show(rows(finding, choice), choice, not is_random)
        self.share_room()
        self.viewport().update()

    def beside_names(self) -> int:
        """Return the room of the check box and the swatch."""
        return 2 * (_SWATCH + theme.SPACING)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn the class of the current row off or on at Space, whichever column is current."""
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            self._found.setData(index.siblingAtColumn(LABEL), None, _CHECK)
            event.accept()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()
