"""The size of the input: chosen from a list or typed."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from explorer.engine.messages import Size
from explorer.features.models.flat_box import FlatBox
from explorer.features.models.sizes import text_of
from explorer.window import format as fmt

_COMMON = (32, 64, 96, 128, 160, 192, 224, 256, 299, 320, 384, 448, 512)
_TIP = (
    "Height and width of the model's input in pixels, for all open images (Ctrl+I).\n"
    "Type a side such as 128, or a height and a width such as 333×500, then Enter."
)
_SHAPES_TIP = (
    "Type height and width, or channels × height × width such as 1×28×28; any other shape with the batch first,\n"
    "and a ; between several inputs, then Enter. It is kept with the file."
)
_WHOLE_TIP = (
    "The whole picture is read, its shorter side as long as the shorter of these two, in pixels (Ctrl+I).\n"
    "A network for detection takes pictures as they are, if nothing is typed here, and brings them to a size itself."
)
_SHORT = " short side"
_WORDS_TIP = "This network reads words: there is no size to choose."


class SizeBox(FlatBox):
    """An editable list: the network's own size, then common ones.

    Signals:
        size_entered(str): What the person chose or typed and confirmed; it may be nonsense.
    """

    size_entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, letters=13, editable=True)
        self._line = QLineEdit()
        self.setLineEdit(self._line)
        self._line.textChanged.connect(self.fit)
        self.setObjectName("inputSize")
        self.setAccessibleName("Input size")
        self.setCompleter(None)  # type: ignore[arg-type] # it would make 22 into 224 before it is finished
        self._shown = ""
        self.set_sizes(None, None)
        self.textActivated.connect(self._tell)
        self._line.returnPressed.connect(lambda: self._tell(self.currentText()))

    def _tell(self, text: str) -> None:
        self.size_entered.emit(text.removesuffix(_SHORT))

    def set_sizes(
        self, own: Size | None, size: Size | None, shapes: str = "", takes: str = "", is_whole: bool = False
    ) -> None:
        """Show the size in use.

        Args:
            own: The network's own height and width, the first of the list; None if it reads no images.
            size: Height and width in use; None for its own.
            shapes: Shapes of the inputs of a person's own network, where they are no single picture.
            takes: What a person's own network takes, in words; empty for any other network.
            is_whole: True if pictures keep their proportions, and nothing of them is cut off.
        """
        offered = [] if own is None else [own, *((side, side) for side in _COMMON if (side, side) != own)]
        with QSignalBlocker(self):
            self.clear()
            self.addItems([_text(each, is_whole) for each in offered])
            if offered:
                self.setItemData(0, "The network's own size", Qt.ItemDataRole.ToolTipRole)
                self.insertSeparator(1)
        self.setEnabled(own is not None or bool(shapes))
        tip = (_WHOLE_TIP if is_whole else _TIP) if self.isEnabled() else _WORDS_TIP
        self.setToolTip(fmt.tip(f"It takes {takes}.\n{_SHAPES_TIP}" if takes else tip))
        shown = size or own
        self._shown = shapes or (_text(shown, is_whole) if shown else "–")
        self.restore()

    def restore(self) -> None:
        """Show the size in use in place of what was typed."""
        with QSignalBlocker(self):
            self.setCurrentIndex(self.findText(self._shown))
        self.setEditText(self._shown)

    def edit(self) -> None:
        """Let the person type."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._line.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget what was typed and not confirmed."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.restore()


def _text(size: Size, is_whole: bool) -> str:
    """Return a size as a person reads it; of a picture that keeps its proportions only one side is known."""
    return f"{min(size)}{_SHORT}" if is_whole else text_of(size)
