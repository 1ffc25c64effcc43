"""The tables of answers and facts."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QColor, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from explorer.features.compare.facts import INPUTS_DIFFER, UNCLEAR, FactRow
from explorer.features.compare.opinions import Opinion
from explorer.records.answers import Answer, Prediction
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.theme import SPACING
from explorer.window.widgets.tables import (
    PLAIN_ROLE,
    Index,
    RowModel,
    add_copy,
    add_copy_as,
    lay_rows,
    paint_hint,
)

Ranked = tuple[Prediction | None, Prediction | None]
_SURE = ("Sure", "Probability of that class, or the network's own number where it gives no probability")
_OPINIONS = (
    ("Input", "An open input; a click shows it everywhere"),
    ("A says", "The first class of the first network, and how sure it is"),
    _SURE,
    ("B says", "The first class of the second network, and how sure it is"),
    _SURE,
    ("Agree", "Whether both name the same class first"),
    ("Shared", "How many of the five first classes of one are among those of the other"),
)
_OPINIONS_PLAIN = (
    "image",
    "a",
    "a probability",
    "b",
    "b probability",
    "first class agrees",
    "first five shared",
)
_RANKS = (("A", "Its first five classes"), _SURE, ("B", "Its first five classes"), _SURE)
_RANDOM = "random"  # in the place of a number that tells nothing
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class OpinionRows(RowModel[Opinion]):
    """A row an input."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(
            _OPINIONS, parent, plain=_OPINIONS_PLAIN, alignment=lambda at: _RIGHT if at in (2, 4) else _LEFT
        )
        self.random = (False, False)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what both say; why one says nothing in the tooltip."""
        row, column = self.rows[index.row()], index.column()
        a, b = row.firsts
        shares = (_share(a), _share(b))
        sure = [_RANDOM if it and share else share for it, share in zip(self.random, shares, strict=True)]
        labels = _label(a, row.a), _label(b, row.b)
        texts = (row.name, labels[0], sure[0], labels[1], sure[1], row.verdict, _count(row.shared))
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return texts[column]
            case Qt.ItemDataRole.TextAlignmentRole if column in (2, 4):
                return _RIGHT
            case Qt.ItemDataRole.ForegroundRole if column == 5 and row.agree is False:
                return theme.series_colour(3)
            case Qt.ItemDataRole.ForegroundRole if 1 <= column <= 4 and self.random[column > 2]:
                return QColor(theme.current().muted)
            case Qt.ItemDataRole.ToolTipRole:
                number = _not_knowledge(shares[column > 2]) if column in (2, 4) else ""
                return fmt.tip(_why(row, column) or (number if texts[column] == _RANDOM else texts[column]))
            case _ if role == PLAIN_ROLE and column in (2, 4):
                told = a if column == 2 else b
                return "" if told is None else repr(told.rank)
        return None


def _why(row: Opinion, column: int) -> str:
    answer = row.a if column in (1, 2) else row.b if column in (3, 4) else None
    if column in (3, 4) and row.why_none:
        return row.why_none
    if answer is None or answer.headline is not None:
        return ""
    return f"{answer.tie}: none comes first" if answer.tie else answer.reason


def _label(told: Prediction | None, answer: Answer | None) -> str:
    if told is not None:
        return told.label
    return (answer.short_tie if answer is not None else "") or fmt.UNKNOWN


def _share(told: Prediction | None) -> str:
    return "" if told is None else fmt.result(told)


def _not_knowledge(share: str) -> str:
    return f"{share}, from random weights: not knowledge"


def _count(shared: int | None) -> str:
    return fmt.UNKNOWN if shared is None else str(shared)


class RankRows(RowModel[Ranked]):
    """A row a rank: what each network says there."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_RANKS, parent, alignment=lambda at: _RIGHT if at % 2 else _LEFT)
        self.random = (False, False)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a class or its share."""
        side, is_number = divmod(index.column(), 2)
        told = self.rows[index.row()][side]
        text = "" if told is None else (_share(told) if is_number else told.label)
        hides = bool(is_number and text and self.random[side])
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _RANDOM if hides else text
            case Qt.ItemDataRole.ToolTipRole:
                return fmt.tip(_not_knowledge(text) if hides else text)
            case Qt.ItemDataRole.TextAlignmentRole if is_number:
                return _RIGHT
            case Qt.ItemDataRole.ForegroundRole if self.random[side]:
                return QColor(theme.current().muted)
        return None


class FactRows(RowModel[FactRow]):
    """A row a fact, a column a network; of two networks the difference in a column of its own."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__((("", ""),), parent)
        self._networks = 0

    def show(self, names: Sequence[str], rows: Sequence[FactRow]) -> None:
        """Show the facts of networks of these names."""
        self._networks = len(names)
        between = (("B against A", "The difference, and the quotient"),) if len(names) == 2 else ()
        self.headings = (("Fact", "What is told of each"), *((name, name) for name in names), *between)
        self.replace(rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a fact; the difference to the first network is in its tooltip as well."""
        row, column = self.rows[index.row()], index.column()
        is_network = 1 <= column <= self._networks
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column)
            case Qt.ItemDataRole.ForegroundRole if (
                column == 0
                or (is_network and row.values[column - 1] is None)
                or self._text(row, column) in (INPUTS_DIFFER, UNCLEAR)
            ):
                return QColor(theme.current().muted)
            case Qt.ItemDataRole.ToolTipRole:
                further = row.shown_differences[column - 1] if is_network else ""
                against = f"Against the first: {further}" if further else ""
                lines = (self._text(row, column), against, row.about if column <= self._networks else "")
                return fmt.tip("\n".join(filter(None, lines)))
            case _ if role == PLAIN_ROLE and column == 0:
                return row.what
            case _ if role == PLAIN_ROLE and is_network:
                value = row.values[column - 1]
                return "" if value is None else str(value)
            case _ if role == PLAIN_ROLE and column > self._networks:
                difference = row.differences[1]
                return "" if difference is None else str(difference)
        return None

    def _text(self, row: FactRow, column: int) -> str:
        if column == 0:  # the unit stands beside each number
            words = row.what.partition(" in ")[0]
            return f"{words[:1].upper()}{words[1:]}"
        if column > self._networks:
            return row.shown_differences[1]
        times = row.shown_differences[column - 1].partition("(")[2].rstrip(")") if self._networks > 2 else ""
        return f"{row.shown[column - 1]}   {times}" if times else row.shown[column - 1]


class Dimmed(QStyledItemDelegate):
    """Keeps the colour of a cell in the chosen row, where the model gives it one."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Take the colour of the model for both."""
        super().initStyleOption(option, index)
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(colour, QColor):
            option.palette.setColor(QPalette.ColorRole.HighlightedText, colour)


class Apart(Dimmed):
    """Keeps a number at the right of its column apart from the words at the left of the next."""

    def displayText(self, value: object, locale: QLocale | QLocale.Language) -> str:
        """Return the text with room behind it."""
        return f"{super().displayText(value, locale)}\u2002"


class PlainTable(QTableView):
    """Rows of one height; columns share the room, and no text pushes another away.

    Args:
        name: What the table is, for who hears it.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hint = ""
        self._widths: tuple[float | str, ...] = (1.0,)
        self.setAccessibleName(name)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setFrameShape(QFrame.Shape.NoFrame)
        lay_rows(self)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        add_copy(self)
        add_copy_as(self)

    def share(self, *widths: float | str) -> None:
        """Give each column the room for a text, or a share of what is left."""
        self._widths = widths
        self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        metrics, room = self.fontMetrics(), self.viewport().width()
        fixed = [
            metrics.horizontalAdvance(it) + 2 * SPACING if isinstance(it, str) else 0 for it in self._widths
        ]
        shares = [it if isinstance(it, float) else 0.0 for it in self._widths]
        rest = max(0, room - sum(fixed)) / (sum(shares) or 1.0)
        for column, (width, part) in enumerate(zip(fixed, shares, strict=True)):
            self.setColumnWidth(column, width or int(rest * part))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        super().paintEvent(event)
        if not self.model().rowCount():
            paint_hint(self, self.hint)
