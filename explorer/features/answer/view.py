"""The answer of the model to one image."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from explorer.records.answers import Answer, Prediction
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.format import number, result, tip
from explorer.window.widgets.tables import PLAIN_ROLE, Index, RowModel, add_copy, paint_hint

_LABEL, _SHARE = range(2)
_HEADINGS = (("Class", ""), ("Probability", ""))
_LEAST_BAR = 4 * theme.SPACING
_RANDOM = "random weights: not knowledge"
_PRETRAINED_ROLE = Qt.ItemDataRole.UserRole + 1
_SHARE_ROLE = Qt.ItemDataRole.UserRole + 2


class _Answers(RowModel[Prediction]):
    """One row a class: label, share."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_HEADINGS, parent)
        self.pretrained = False
        self.said = ""

    def show(self, predictions: tuple[Prediction, ...], pretrained: bool, said: str = "") -> None:
        """Show other answers, muted unless they are of a model that learnt; `said` tells how they were read."""
        self.pretrained, self.said = pretrained, said
        self.replace(predictions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        prediction = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return prediction.label if index.column() == _LABEL else result(prediction)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{prediction.label}, {result(prediction)}"
            case Qt.ItemDataRole.ToolTipRole:
                return tip(_whole(prediction, self.said))
            case Qt.ItemDataRole.ForegroundRole if not self.pretrained:
                return QColor(theme.current().muted)
            case _ if role == PLAIN_ROLE:
                return (prediction.label, _number(prediction))[index.column()]
            case _ if role == _SHARE_ROLE:
                return prediction.probability
            case _ if role == _PRETRAINED_ROLE:
                return self.pretrained
        return None


def _number(prediction: Prediction) -> float | None:
    return prediction.value if prediction.probability is None else prediction.probability


def _whole(prediction: Prediction, said: str) -> str:
    """Return all that is known of a class: what it got, how, and the number that the network gave."""
    lines = [f"{prediction.label} (class {prediction.index})"]
    if prediction.probability is not None:
        lines.append(f"{prediction.probability:.2%}, read as {said}")
    if prediction.value is not None:
        lines.append(f"the network's number: {number(prediction.value)}")
    return "\n".join(lines)


class _Bar(QStyledItemDelegate):
    """Paints a probability as a bar with its percentage on the right; other values have no bar."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        text = str(index.data())
        option.text = ""
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        tokens = theme.current()
        if selected:
            painter.fillRect(option.rect, option.palette.highlight())
        ink = tokens.text if index.data(_PRETRAINED_ROLE) else tokens.muted
        painter.setPen(QColor(tokens.accent_text if selected else ink))
        text_width = option.fontMetrics.horizontalAdvance("100.0 %")
        area = option.rect.adjusted(theme.SPACING // 2, 0, -theme.SPACING, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        area.setRight(area.right() - text_width - theme.SPACING)
        if index.data(_SHARE_ROLE) is not None:
            self._paint_bar(painter, QRectF(area), index, selected)

    def _paint_bar(self, painter: QPainter, area: QRectF, index: Index, selected: bool) -> None:
        tokens = theme.current()
        height = theme.SPACING
        track = QRectF(area.left(), area.center().y() - height / 2, area.width(), height)
        full = tokens.accent if index.data(_PRETRAINED_ROLE) else tokens.muted
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.raised))
        painter.drawRoundedRect(track, height / 4, height / 4)
        painter.setBrush(QColor(tokens.accent_text if selected else full))
        track.setWidth(track.width() * max(0.0, min(1.0, float(index.data(_SHARE_ROLE)))))
        painter.drawRoundedRect(track, height / 4, height / 4)
        painter.restore()


class _Caption(QHeaderView):
    """A header that says in one line over all columns where the answer comes from."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.text = ""
        self.warns = False

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.fontMetrics().height() + theme.SPACING)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(tokens.raised if self.text else tokens.surface))
        painter.setPen(QColor(tokens.warning if self.warns else tokens.muted))
        area = self.viewport().rect().adjusted(theme.SPACING // 2, 0, -theme.SPACING, 0)
        text = self.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideMiddle, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)


class PredictionView(QTableView):
    """The most probable classes with their shares; a caption says whether the weights know anything."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictionView")
        self.setAccessibleName("Predictions")
        self._answers = _Answers(self)
        self._caption = _Caption(self)
        self.setHorizontalHeader(self._caption)
        self.setModel(self._answers)
        self.setItemDelegateForColumn(_SHARE, _Bar(self))
        self._arrange()
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(_RANDOM) + 2 * theme.SPACING)
        self.setMinimumHeight(self.sizeHint().height())  # one scroll bar is enough: that of the side
        add_copy(self)
        self.clear()

    def _arrange(self) -> None:
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._caption.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + theme.SPACING)

    def set_random(self) -> None:
        """Say that the network was not trained, in the place of what it would answer."""
        self._hint = "This network was not trained: what it would answer says nothing about the input."
        self._say(_RANDOM, warns=True)
        self._answers.show((), False)

    def set_answer(self, answer: Answer, is_random: bool, weights: str) -> None:
        """Show an answer, most probable class first, or why it has no classes.

        Args:
            answer: What is shown.
            is_random: True mutes the bars and says that random weights know nothing.
            weights: What the weights are, e.g. `pretrained`, `random (seed 0)` or a file's name.
        """
        self._hint = f"No classes to show. {answer.reason}".strip()
        self._say(_RANDOM if is_random else f"weights: {weights}", warns=is_random)
        self._answers.show(answer.predictions, not is_random, answer.said)
        self._share_room()

    def clear(self, hint: str = "Drop an image on the window to read the model's answer.") -> None:
        """Forget the answer; `hint` says what to do, or what is on its way."""
        self._hint = hint
        self._say("", warns=False)
        self._answers.show((), False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room between names and bars."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Give the names half of the room, and more where one of them needs it and the bars still have enough."""
        metrics, room = self.fontMetrics(), self.viewport().width()
        needed = max((metrics.horizontalAdvance(it.label) for it in self._answers.rows), default=0)
        least = metrics.horizontalAdvance("100.0 %") + _LEAST_BAR + 5 * theme.SPACING // 2
        names = min(max(room // 2, needed + 2 * theme.SPACING), max(room - least, room // 2))
        self._caption.resizeSection(_LABEL, names)
        self._caption.resizeSection(_SHARE, room - names)

    def caption(self) -> str:
        """Return what stands above the rows."""
        return self._caption.text

    def sizeHint(self) -> QSize:
        """Return a size that holds five rows."""
        height = self._caption.sizeHint().height() + 5 * self.verticalHeader().defaultSectionSize()
        return QSize(36 * self.fontMetrics().averageCharWidth(), height + 2 * self.frameWidth())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        super().paintEvent(event)
        if not self._answers.rows:
            paint_hint(self, self._hint)

    def _say(self, text: str, warns: bool) -> None:
        self._caption.text, self._caption.warns = text, warns
        self._caption.setToolTip(
            fmt.tip(
                "This network was not trained: its answer says nothing about the image."
                if warns
                else tip(text)
            )
        )
        self.setAccessibleDescription(text)
        self._caption.viewport().update()
