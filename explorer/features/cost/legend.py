"""Which colour stands for which kind of operation, and the share of each; in a narrow place whole entries go."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from explorer.features.cost.operation_table import Operation
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.theme import SPACING

_OTHER = "other"


def shares(operations: tuple[Operation, ...]) -> list[tuple[str, float | None]]:
    """Return the kinds of operation that are there and their shares of the time, 0 to 1, the largest first.

    Without times the shares are None, and the kinds come in the order of `theme.KINDS`.
    """
    spent: dict[str, float] = {}
    for row in operations:
        if row.node.is_operation:
            kind = theme.kind_of(row.node.op) or _OTHER
            spent[kind] = spent.get(kind, 0.0) + (row.time or 0.0)
    total = sum(spent.values())
    if total:
        return [(kind, spent[kind] / total) for kind in sorted(spent, key=lambda it: -spent[it])]
    return [(kind, None) for kind in (*theme.KINDS, _OTHER) if kind in spent]


class KindLegend(QWidget):
    """A dot and a word for each kind, in one line."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[tuple[str, float | None]] = []
        self.setMinimumHeight(self.fontMetrics().height() + SPACING // 2)

    def set_operations(self, operations: tuple[Operation, ...]) -> None:
        """Show the kinds of these operations."""
        self._entries = shares(operations)
        tip = (
            "Share of the measured time by kind of operation:" if self._has_times() else "Kinds of operation:"
        )
        self.setToolTip(fmt.tip("\n".join((tip, *self.texts))))
        self.setAccessibleName(f"{tip} {', '.join(self.texts)}")
        self.updateGeometry()
        self.update()

    @property
    def texts(self) -> list[str]:
        """What the entries say."""
        return [
            kind if share is None else f"{kind} {fmt.percent(share, 1.0)}" for kind, share in self._entries
        ]

    def sizeHint(self) -> QSize:
        """Return the width of all entries."""
        return QSize(sum(self._widths()), self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as many entries as there is room for."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, left, side = theme.current(), 0, SPACING
        for (kind, _), text, width in zip(self._entries, self.texts, self._widths(), strict=True):
            if left + width - SPACING > self.width():
                return
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.KINDS.get(kind, tokens.faint)))
            painter.drawRoundedRect(QRect(left, (self.height() - side) // 2, side, side), 2, 2)
            painter.setPen(QColor(tokens.muted))
            words = QRect(left + side + SPACING // 2, 0, width, self.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            left += width

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def _widths(self) -> list[int]:
        metrics = self.fontMetrics()
        return [metrics.horizontalAdvance(text) + 2 + 3 * SPACING + SPACING // 2 for text in self.texts]

    def _has_times(self) -> bool:
        return any(share is not None for _, share in self._entries)
