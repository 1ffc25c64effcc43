"""The word that a network reads: typed here, shown letter by letter, with a stretch of it marked."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from explorer.features.words.ngram_table import NGramTable
from explorer.records.ngrams import NGram
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.format import number

_LONGEST = 64  # characters of a word that may be typed
_CELL, _LEAST_CELL = 20, 13  # pixels across a letter's cell, and where the word lies in one row only so
_USUAL_ROWS = 2  # there is room for so many, so that a longer word seldom pushes what is below
_NO_LETTERS = "‹›·"


class WordView(QWidget):
    """A line to type a word, the word in large letters, and the n-gram of each filter below it.

    Signals:
        word_entered(str): The person typed a word and confirmed it.
        ngram_selected(object): The `NGram` that the person chose.
    """

    word_entered = Signal(str)
    ngram_selected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wordView")
        self._line = QLineEdit(placeholderText="Type a word, then Enter", maxLength=_LONGEST)
        self._line.setObjectName("wordInput")
        self._line.setAccessibleName("Word for the network")
        self._line.setToolTip(
            fmt.tip(f"A word of up to {_LONGEST} characters for the network to read, then Enter (Ctrl+E)")
        )
        self._line.returnPressed.connect(self._on_return)
        self._letters = Letters()
        self._caption = _Caption(wordWrap=True, alignment=Qt.AlignmentFlag.AlignHCenter)
        self._caption.setTextFormat(Qt.TextFormat.PlainText)  # a word may look like markup
        self._caption.setFixedHeight(2 * self._caption.fontMetrics().lineSpacing())  # two lines: no jumps
        self._caption.setProperty("role", "muted")
        self._table = NGramTable()
        self._table.ngram_selected.connect(self._on_ngram_selected)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACING)
        column.addWidget(self._line)
        column.addWidget(self._letters)
        column.addWidget(self._caption)
        column.addWidget(self._table, 1)
        self.set_word("")

    def set_word(self, characters: str) -> None:
        """Show what the network read, nothing marked; empty shows what to do."""
        self._letters.set_characters(characters)
        if not characters:
            text = "Type a word for the network to read"
        elif "□" in characters:
            text = "□: a character that the network does not know"
        else:
            text = "Choose an n-gram to see it in the word"
        self._caption.setText(text)
        self.set_ngrams(())

    def set_ngrams(self, ngrams: tuple[NGram, ...]) -> None:
        """Show the n-gram of each filter."""
        self._table.set_ngrams(ngrams)

    def mark(self, ngram: NGram) -> None:
        """Mark an n-gram in the word and choose it in the table."""
        self._letters.mark(ngram.start, ngram.stop)
        self._caption.setText(describe(ngram))
        self._table.select(ngram)

    def edit(self) -> None:
        """Let the person type."""
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._line.selectAll()

    @property
    def letters(self) -> "Letters":
        """The word in large letters."""
        return self._letters

    @property
    def table(self) -> NGramTable:
        """The n-gram of each filter."""
        return self._table

    @property
    def caption(self) -> str:
        """The line below the word."""
        return self._caption.text()

    def _on_return(self) -> None:
        word = self._line.text().strip()
        if word:
            self.word_entered.emit(word)

    def _on_ngram_selected(self, ngram: NGram) -> None:
        self.mark(ngram)
        self.ngram_selected.emit(ngram)


class _Caption(QLabel):
    """Some lines of text of one height, whatever its width: who holds it may be as low as it likes."""

    def hasHeightForWidth(self) -> bool:
        """Return False: the height stays."""
        return False


class Letters(QWidget):
    """Characters in cells of one size: closer, or else row below row, where they do not fit beside each other.

    An n-gram that goes on in the next row is hard to see.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("letters")
        self.setToolTip("What the network reads: ‹ and › mark start and end, · is padding")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._characters = ""
        self._marked = (0, 0)

    @property
    def characters(self) -> str:
        """What is shown."""
        return self._characters

    @property
    def marked(self) -> str:
        """The characters that are marked."""
        start, stop = self._marked
        return self._characters[start:stop]

    def set_characters(self, characters: str) -> None:
        """Show characters, none marked."""
        self._characters = characters
        self._fit()
        self.mark(0, 0)

    def mark(self, start: int, stop: int) -> None:
        """Mark the characters from `start` on, before `stop`."""
        self._marked = (start, stop)
        marked = f", marked: {self.marked}" if self.marked else ""
        self.setAccessibleName(f"The word that the network read: {self._characters}{marked}")
        self.update()

    def cell(self, place: int) -> QRect:
        """Return the cell of a character in the widget."""
        columns, wide = self._columns(), self._cell_width()
        row, column = divmod(place, columns)
        in_row = min(columns, len(self._characters) - row * columns)
        left = (self.width() - in_row * wide) // 2
        rows = -(-len(self._characters) // columns)
        top = (self.height() - rows * _CELL) // 2
        return QRect(QPoint(left + column * wide, top + row * _CELL), QSize(wide, _CELL))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many rows as the letters need."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the marked stretch, then the letters over it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, (start, stop) = theme.current(), self._marked
        font = self.font()
        font.setPixelSize(min(_CELL * 7 // 10, self._cell_width() * 5 // 6))  # W is wider than high
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        for place, character in enumerate(self._characters):
            is_marked = start <= place < stop
            if is_marked:
                self._paint_mark(painter, place)
            ink = tokens.muted if character in _NO_LETTERS else tokens.text
            painter.setPen(QColor(tokens.accent_text if is_marked else ink))
            painter.drawText(self.cell(place), Qt.AlignmentFlag.AlignCenter, character)

    def _paint_mark(self, painter: QPainter, place: int) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().accent))
        cell = QRectF(self.cell(place)).adjusted(1, 2, -1, -2)
        painter.drawRoundedRect(cell, theme.SPACING / 2, theme.SPACING / 2)

    def _fit(self) -> None:
        rows = -(-len(self._characters) // self._columns())
        self.setFixedHeight(max(_USUAL_ROWS, rows) * _CELL)

    def _columns(self) -> int:
        """Return how many cells stand beside each other, in rows of equal length."""
        count = max(len(self._characters), 1)
        in_row = max(1, self.width() // self._cell_width())
        return -(-count // -(-count // in_row))

    def _cell_width(self) -> int:
        """Return how wide a cell is: less than usual where the whole word lies in one row then."""
        in_one_row = self.width() // max(len(self._characters), 1)
        return in_one_row if _LEAST_CELL <= in_one_row < _CELL else _CELL


def describe(ngram: NGram) -> str:
    """Return in one line which filter found what."""
    strongest = f"filter {ngram.filter} of {ngram.layer} answers most to “{ngram.text}”"
    return f"{strongest}: {number(ngram.activation)}"
