"""The drawing of the timeline: networks by year and error on ImageNet, with the mouse and the keyboard on it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from explorer.features.cards.timeline_layout import (
    Dot,
    ErrorAxis,
    YearAxis,
    error_of,
    family_labels,
    lane_dots,
    lane_label,
    measured_dots,
    nearest,
    place_labels,
    radius,
)
from explorer.features.cards.timeline_text import plain_text
from explorer.records.models import ModelEntry
from explorer.window import theme
from explorer.window.theme import SPACING

_COMPACT_BELOW, _COMPACT = 40 * SPACING, 0.7  # where the plot is low, dots and labels of families are smaller
_REACH = 9.0  # pixels around the middle of a small dot that a click may miss it by
_LEGEND = (5_000_000, 50_000_000, 150_000_000)
_BREAK = "//"  # here the axis leaves years out
_LANE_TITLE = "no ImageNet figure known here"
_DIRECTIONS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}
_IN_LINES = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
_ENTERS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


class TimelineCanvas(QWidget):
    """The drawing, with one dot that the keyboard or the mouse is at.

    Signals:
        network_chosen: Full name of the network to open.
        pointed: `ModelEntry` of the dot under the mouse or the keyboard; None if there is none.
        closed: The person wants to leave.
    """

    network_chosen = Signal(str)
    pointed = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timelineCanvas")
        self.setAccessibleName("Networks by year and error")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(45 * SPACING, 20 * SPACING))
        self._message = ""
        self._entries: tuple[ModelEntry, ...] = ()
        self._loaded = ""
        self._current: str | None = None
        self._dots: list[Dot] = []
        self._families: list[tuple[str, QRectF]] = []
        self._names: list[tuple[str, QRectF]] = []
        self._years: YearAxis | None = None
        self._errors = ErrorAxis((), 0, 1)
        self._plot, self._lane = QRectF(), QRectF()
        self._scale = 1.0  # of dots

    @property
    def dots(self) -> tuple[Dot, ...]:
        """Where each network stands."""
        return tuple(self._dots)

    @property
    def labels(self) -> tuple[tuple[str, QRectF], ...]:
        """The labels of families and of unmeasured networks, and where they stand."""
        return tuple(self._families + self._names)

    @property
    def current(self) -> ModelEntry | None:
        """The network that the mouse or the keyboard is at."""
        dot = self._current_dot()
        return dot.entry if dot else None

    def set_networks(self, entries: Sequence[ModelEntry], loaded: str) -> None:
        """Show networks; the one of the full name `loaded` stands out."""
        dated = [entry for entry in entries if entry.year is not None]
        self._entries = tuple(sorted(dated, key=lambda entry: (entry.year or 0, entry.family)))
        is_other, self._loaded = loaded != self._loaded, loaded
        self._arrange()
        if is_other and any(dot.entry.full_name == loaded for dot in self._dots):
            self.point_at(loaded)
        elif self.hasFocus():
            self._begin()
        self.update()

    def set_message(self, text: str) -> None:
        """Say why there are no dots yet."""
        self._message = text
        self.update()

    # ---- arranging ----

    def _arrange(self) -> None:
        self._dots, self._families, self._names, self._years = [], [], [], None
        if not self._entries:
            return
        metrics = QFontMetricsF(self.font())
        area = QRectF(self.rect()).adjusted(6 * SPACING, 4 * SPACING, -4 * SPACING, -SPACING)
        self._lane = QRectF(area)
        self._lane.setTop(area.bottom() - 4.4 * metrics.height())
        self._plot = area.adjusted(0, 0, 0, -self._lane.height() - 3.6 * metrics.height())
        measured = [entry for entry in self._entries if entry.top1 is not None]
        self._years = YearAxis([entry.year or 0 for entry in self._entries], area.left(), area.right())
        self._errors = ErrorAxis([error_of(entry) for entry in measured], area.top(), self._plot.bottom())
        self._scale = _COMPACT if self._plot.height() < _COMPACT_BELOW else 1.0
        self._dots = measured_dots(measured, self._years, self._errors, self._scale)
        self._label_families(QFontMetricsF(self._label_font()))
        self._fill_lane(metrics)
        self._dots.sort(key=lambda dot: -dot.radius)  # small ones are drawn over large ones

    def _label_families(self, metrics: QFontMetricsF) -> None:
        families: dict[tuple[str, int | None], list[Dot]] = {}
        for dot in self._dots:
            families.setdefault((dot.entry.family, dot.entry.year), []).append(dot)
        names = family_labels(families)
        wanted = [
            (members, [_size_of(lines, metrics) for lines in _wordings(name)])
            for name, members in zip(names, families.values(), strict=True)
        ]
        area = self._plot.adjusted(0, -metrics.height(), 4 * SPACING, 0)
        places = place_labels(wanted, self._dots, area)
        found = zip(names, places, strict=True)
        self._families = [(name, place) for name, place in found if place is not None]

    def _label_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * (0.5 + self._scale / 2))
        return font

    def _fill_lane(self, metrics: QFontMetricsF) -> None:
        assert self._years is not None
        unmeasured = [entry for entry in self._entries if entry.top1 is None]
        widths = {entry.name: metrics.horizontalAdvance(entry.name) + 2 for entry in unmeasured}
        for dot in lane_dots(unmeasured, self._years, self._lane, widths):
            self._dots.append(dot)
            place = lane_label(dot, widths[dot.entry.name], metrics.height())
            self._names.append((dot.entry.name, place))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place everything anew."""
        super().resizeEvent(event)
        self._arrange()

    # ---- pointing ----

    def _current_dot(self) -> Dot | None:
        return next((dot for dot in self._dots if dot.entry.full_name == self._current), None)

    def _dot_at(self, place: QPointF) -> Dot | None:
        def distance(dot: Dot) -> float:
            way = dot.centre - place
            return float((way.x() ** 2 + way.y() ** 2) ** 0.5)

        hit = [dot for dot in self._dots if distance(dot) <= max(dot.radius, _REACH)]
        return min(hit, key=distance, default=None)

    def point_at(self, full_name: str | None) -> None:
        """Go to the dot of a network, or to none."""
        if full_name == self._current:
            return
        self._current = full_name
        entry = self.current
        self.setAccessibleDescription(plain_text(entry) if entry else "")
        self.update()
        self.pointed.emit(entry)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell about the dot under the mouse."""
        dot = self._dot_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if dot else Qt.CursorShape.ArrowCursor)
        if dot is not None:
            self.point_at(dot.entry.full_name)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the network of the dot."""
        dot = self._dot_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and dot is not None:
            self.network_chosen.emit(dot.entry.full_name)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the loaded network, else at the first."""
        super().focusInEvent(event)
        self._begin()
        self.update()

    def _begin(self) -> None:
        if self._current_dot() is None and self._dots:
            known = any(dot.entry.full_name == self._loaded for dot in self._dots)
            self.point_at(self._loaded if known else self._entries[0].full_name)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Draw without the ring."""
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Take Esc and Space before the window's shortcuts of the same keys do."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Space)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move to the next dot, open its network, or leave."""
        dot = self._current_dot()
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif dot is not None and event.key() in _DIRECTIONS:
            self.point_at(nearest(self._dots, dot, _DIRECTIONS[Qt.Key(event.key())]).entry.full_name)
        elif dot is not None and event.key() in _ENTERS:
            self.network_chosen.emit(dot.entry.full_name)
        else:
            super().keyPressEvent(event)

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, dots and labels."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.current()
        painter.fillRect(self.rect(), QColor(tokens.surface))
        if self._years is None:
            painter.setPen(QColor(tokens.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._message)
            return
        self._paint_bands(painter, self._years)
        with beside(painter, self.rect(), [place for _, place in self._families]):
            self._paint_errors(painter)
        self._paint_years(painter, self._years)
        self._paint_legend(painter)
        for dot in self._dots:
            self._paint_dot(painter, dot)
        painter.setPen(QColor(tokens.text))
        for text, place in self._names:
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(self._label_font())
        for text, place in self._families:
            painter.drawText(place, _IN_LINES, text)

    def _paint_bands(self, painter: QPainter, years: YearAxis) -> None:
        """Ground every other year: where in its band a dot stands tells nothing."""
        tokens = theme.current()
        ground = theme.blend(tokens.muted, tokens.surface, 0.06)
        height = self._lane.bottom() - self._plot.top()
        for year in years.years[1::2]:
            left = years.centre(year) - years.width / 2
            painter.fillRect(QRectF(left, self._plot.top(), years.width, height), ground)

    def _paint_errors(self, painter: QPainter) -> None:
        tokens, height = theme.current(), self.fontMetrics().height()
        for tick in self._errors.ticks:
            y = self._errors.place(tick)
            painter.setPen(QPen(QColor(tokens.border), 1))
            painter.drawLine(QPointF(self._plot.left(), y), QPointF(self._plot.right(), y))
            painter.setPen(QColor(tokens.muted))
            place = QRectF(0, y - height / 2, self._plot.left() - SPACING, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, f"{tick} %")
        painter.drawText(QPointF(SPACING, self._plot.top() - 1.6 * SPACING), "Top-1 error on ImageNet-1k")

    def _paint_years(self, painter: QPainter, years: YearAxis) -> None:
        tokens, height = theme.current(), self.fontMetrics().height()
        top = self._plot.bottom() + SPACING / 2
        painter.setPen(QColor(tokens.muted))
        for year in years.years:
            place = QRectF(years.centre(year) - years.width / 2, top, years.width, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(year))
        for x in years.breaks:
            place = QRectF(x - years.width / 2, top, years.width, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, _BREAK)
        title = QRectF(self._lane.left(), self._lane.top() - 1.3 * height, self._lane.width(), height)
        painter.drawText(title, Qt.AlignmentFlag.AlignLeft, _LANE_TITLE)
        painter.setPen(QPen(QColor(tokens.border), 1, Qt.PenStyle.DashLine))
        painter.drawLine(title.topLeft(), title.topRight())

    def _paint_legend(self, painter: QPainter) -> None:
        """Paint three dots of known size at the upper right, from the right to the left."""
        tokens, metrics = theme.current(), self.fontMetrics()
        x, y = self._plot.right(), self._plot.top() - 1.6 * SPACING - metrics.ascent() / 2 + 2
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(tokens.muted))
        for params in reversed(_LEGEND):
            text = f"{params // 1_000_000} M"
            x -= metrics.horizontalAdvance(text)
            painter.drawText(QPointF(x, y + metrics.ascent() / 2 - 2), text)
            size = radius(params, self._scale)
            x -= size + SPACING / 2
            painter.drawEllipse(QPointF(x, y), size, size)
            x -= size + SPACING
        text = "Parameters:"
        painter.drawText(QPointF(x - metrics.horizontalAdvance(text), y + metrics.ascent() / 2 - 2), text)

    def _paint_dot(self, painter: QPainter, dot: Dot) -> None:
        tokens = theme.current()
        loaded = dot.entry.full_name == self._loaded
        fill = QColor(tokens.accent)
        fill.setAlphaF(1.0 if loaded else 0.0 if dot.entry.later_recipe else 0.35)
        painter.setPen(QPen(QColor(tokens.accent), 1.2))
        painter.setBrush(fill)
        painter.drawEllipse(dot.centre, dot.radius, dot.radius)
        if dot.entry.full_name == self._current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.text), 2 if self.hasFocus() else 1))
            painter.drawEllipse(dot.centre, dot.radius + 3, dot.radius + 3)


@contextmanager
def beside(painter: QPainter, whole: QRect, places: Sequence[QRectF]) -> Iterator[None]:
    """Paint for a while in the whole but some places: a line does not go through the words that stand there."""
    free = QRegion(whole)
    for place in places:
        free -= QRegion(place.toAlignedRect())
    painter.setClipRegion(free)
    yield
    painter.setClipping(False)


def _wordings(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the lines in which a name can stand: one, or its first word over the rest."""
    yield (name,)
    first, _, rest = name.partition(" ")
    if rest:
        yield first, rest


def _size_of(lines: Sequence[str], metrics: QFontMetricsF) -> QSizeF:
    return QSizeF(max(map(metrics.horizontalAdvance, lines)) + 4, len(lines) * metrics.height())
