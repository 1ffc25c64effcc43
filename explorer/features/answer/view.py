"""The answer of the model to one image."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer.features.answer.table import LABEL, RANDOM, SHARE, AnswerTable
from explorer.records.answers import Answer, Prediction
from explorer.window import theme
from explorer.window.format import number, result, tip
from explorer.window.widgets.tables import PLAIN_ROLE, Index, RowModel

_HEADINGS = (("Class", ""), ("Probability", ""))
PRETRAINED_ROLE = Qt.ItemDataRole.UserRole + 1
SHARE_ROLE = Qt.ItemDataRole.UserRole + 2
BEFORE_ROLE = Qt.ItemDataRole.UserRole + 3
_MARK = 2  # pixels: how wide the mark is of what a class got before
_REST_MS = 600  # without another answer the hand that changes the input rests
_CHANGED = "bar: changed input, line: before"
_FORMER = "was: "  # in the row of the answer before, beside its name
_IN_SHORT, _OF_MARK = "bar: now, line: before", "line: before"


class _Answers(RowModel[Prediction]):
    """One row a class: label, share."""

    def __init__(self) -> None:
        super().__init__(_HEADINGS)
        self.pretrained = False
        self.said = ""
        self.before: dict[int, Prediction] = {}
        self.former: int | None = None

    def show(
        self,
        predictions: tuple[Prediction, ...],
        pretrained: bool,
        said: str = "",
        before: tuple[Prediction, ...] = (),
        former: int | None = None,
    ) -> None:
        """Show other answers, muted unless they are of a model that learnt.

        Args:
            predictions: The classes.
            pretrained: Whether the model learnt.
            said: How they were read.
            before: What the classes got before the input was changed; empty where it is not.
            former: Number of the class that is told only because it was the answer before; None for none.
        """
        self.pretrained, self.said, self.former = pretrained, said, former
        self.before = {it.index: it for it in before}
        self.replace(predictions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        prediction = self.rows[index.row()]
        before, is_former = self.before.get(prediction.index), prediction.index == self.former
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.name_of(prediction) if index.column() == LABEL else result(prediction)
            case Qt.ItemDataRole.AccessibleTextRole:
                was = "" if before is None else f", before the change {result(before)}"
                return f"{prediction.label}, {result(prediction)}{was}{self._why_told(is_former, ', ')}"
            case Qt.ItemDataRole.ToolTipRole:
                return tip(_whole(prediction, self.said, before) + self._why_told(is_former, "\n"))
            case Qt.ItemDataRole.ForegroundRole if not self.pretrained:
                return QColor(theme.current().muted)
            case _ if role == PLAIN_ROLE:
                return (prediction.label, _number(prediction))[index.column()]
            case _ if role == SHARE_ROLE:
                return prediction.probability
            case _ if role == BEFORE_ROLE:
                return None if before is None else before.probability
            case _ if role == PRETRAINED_ROLE:
                return self.pretrained
        return None

    def name_of(self, prediction: Prediction) -> str:
        """Return what stands in the row of a class: its name, and of the answer before that it is no more than that."""
        return f"{_FORMER if prediction.index == self.former else ''}{prediction.label}"

    def _why_told(self, is_former: bool, gap: str) -> str:
        return (
            f"{gap}the answer before the change, not among the first {len(self.rows)} now"
            if is_former
            else ""
        )


def _number(prediction: Prediction) -> float | None:
    return prediction.value if prediction.probability is None else prediction.probability


def _whole(prediction: Prediction, said: str, before: Prediction | None) -> str:
    """Return all that is known of a class: what it got, how, what it got before, and the number of the network."""
    lines = [f"{prediction.label} (class {prediction.index})"]
    if prediction.probability is not None:
        lines.append(f"{prediction.probability:.2%}, read as {said}")
    if prediction.value is not None:
        lines.append(f"the network's number: {number(prediction.value)}")
    if before is not None:
        lines.append(f"before the change: {result(before)}")
    return "\n".join(lines)


class ShareBar(QStyledItemDelegate):
    """Paints a probability as a bar with its percentage on the right; other values have no bar."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell."""
        text = str(index.data())
        option.text = ""
        tokens = theme.current()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(tokens.accent_ground))
        painter.setPen(QColor(tokens.text if index.data(PRETRAINED_ROLE) else tokens.muted))
        text_width = option.fontMetrics.horizontalAdvance("100.0 %")
        area = option.rect.adjusted(theme.SPACING // 2, 0, -theme.SPACING, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        area.setRight(area.right() - text_width - theme.SPACING)
        if index.data(SHARE_ROLE) is not None:
            self._paint_bar(painter, QRectF(area), index)

    def _paint_bar(self, painter: QPainter, area: QRectF, index: Index) -> None:
        tokens = theme.current()
        height = theme.SPACING
        track = QRectF(area.left(), area.center().y() - height / 2, area.width(), height)
        full = tokens.accent if index.data(PRETRAINED_ROLE) else tokens.muted
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.raised))
        painter.drawRoundedRect(track, height / 4, height / 4)
        painter.setBrush(QColor(full))
        track.setWidth(track.width() * max(0.0, min(1.0, float(index.data(SHARE_ROLE)))))
        painter.drawRoundedRect(track, height / 4, height / 4)
        if (before := index.data(BEFORE_ROLE)) is not None:
            at = area.left() + (area.width() - _MARK) * max(0.0, min(1.0, float(before)))
            painter.setBrush(QColor(tokens.text))
            painter.drawRect(QRectF(at, track.top() - height / 2, _MARK, 2 * height))
        painter.restore()


class PredictionView(AnswerTable):
    """The most probable classes with their shares; a caption says whether the weights know anything."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._answers = _Answers()
        super().__init__(self._answers, parent)
        self._answers.setParent(self)
        self._last: tuple[Prediction, ...] = ()
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(lambda: self._answers.replace(self._last))
        self.setObjectName("predictionView")
        self.setAccessibleName("Predictions")
        self.setItemDelegateForColumn(SHARE, ShareBar(self))
        self.clear()

    def set_random(self) -> None:
        """Say that the weights are random, in the place of what it would answer."""
        self._hint = "Its weights are random: what it would answer says nothing about the input."
        self.say(RANDOM, warns=True)
        self._rest.stop()
        self._answers.show((), False)

    def set_answer(
        self,
        answer: Answer,
        is_random: bool,
        weights: str,
        before: tuple[Prediction, ...] | None = None,
        former: int | None = None,
    ) -> None:
        """Show an answer, most probable class first, or why it has no classes.

        While the input is being changed each class stays in its row; they are put in order once that rests.

        Args:
            answer: What is shown.
            is_random: True mutes the bars and says that random weights know nothing.
            weights: What the weights are, e.g. `pretrained`, `random (seed 0)` or a file's name.
            before: What its classes got before the input was changed; None where it is not.
            former: Number of the class in the last row if it was the answer before and is not among the first any
                more: a line and a word tell it apart. None if there is none.
        """
        self._hint = f"No classes to show. {answer.reason}".strip()
        said, short = (RANDOM, RANDOM) if is_random else (f"weights: {weights}", weights)
        if before is None:
            self.say(said, warns=is_random)
        else:
            shorter = (f"{short}; {marks}" for marks in (_CHANGED, _IN_SHORT, _OF_MARK))
            self.say(f"{said}; {_CHANGED}", *shorter, said, warns=is_random)
        self._last = answer.predictions
        shown = self._last if before is None else in_place(self._last, self._answers.rows, former)
        self._answers.show(shown, not is_random, answer.said, before or (), former)
        self._rest.stop()
        if shown != self._last:
            self._rest.start()
        self.share_room()

    def beside_names(self) -> int:
        """Return the room of the word beside the answer before, in pixels."""
        return 0 if self._answers.former is None else self.fontMetrics().horizontalAdvance(_FORMER)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, and a line above the one that is told only because it was the answer before."""
        super().paintEvent(event)
        if self._answers.former is not None and self._answers.rows:
            top = self.rowViewportPosition(len(self._answers.rows) - 1)
            painter = QPainter(self.viewport())
            painter.fillRect(0, top, self.viewport().width(), 1, QColor(theme.current().line))

    def clear(self, hint: str = "") -> None:
        """Forget the answer; `hint` says what to do, or what is on its way."""
        self._hint = hint
        self.say("", warns=False)
        self._rest.stop()
        self._answers.show((), False)


def in_place(
    now: Sequence[Prediction], shown: Sequence[Prediction], last: int | None = None
) -> tuple[Prediction, ...]:
    """Return predictions in the rows in which their classes are shown; new ones stand where others left.

    The class of the number `last` stands in the last row, if it is not None.
    """
    of_class = {it.index: it for it in now}
    at_foot = [of_class.pop(last)] if last is not None else []
    stay = [of_class.pop(it.index, None) for it in shown[: len(of_class)]]
    new = iter(of_class.values())
    return (*(next(new) if it is None else it for it in stay), *new, *at_foot)
