"""One line on the memory for values, where there is something to say: what they take, and may take."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from explorer.features.cost.allowance import HALF
from explorer.records.forward import Forward
from explorer.records.measures import EngineLoad
from explorer.window import format as fmt
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import FACTS, FactsLabel
from explorer.window.widgets.parts import label

_WHAT = "The outputs of all operations of the recorded forwards, which the engine keeps so that each is shown at once."
_TIP = (
    "Memory for the values of recorded forwards, such as 2G, 1.5 GB or 512 MiB, then Enter.\n"
    f"Empty is {HALF} memory at the start. What has no room is let go, the largest first, and the model runs again "
    "when such a value is looked at."
)


class MemoryLine(QWidget):
    """Says what values take and may take, from when a person asks for it, or where not all of them have room.

    Signals:
        entered(str): What the person typed and confirmed; it may be nonsense.
    """

    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_asked = False
        self._shown = ""
        self._held, self._rest = label("muted"), FactsLabel(role="muted")
        self._box = QLineEdit()
        self._box.setObjectName("valuesMemory")
        self._box.setAccessibleName("Memory for values")
        self._box.setToolTip(fmt.tip(_TIP))
        self._box.setPlaceholderText(HALF)
        self._box.setFixedWidth(11 * SPACING)
        self._box.returnPressed.connect(lambda: self.entered.emit(self._box.text()))
        self._box.editingFinished.connect(self._on_finished)
        row = QHBoxLayout(self)
        self._held.setToolTip(fmt.tip(_WHAT))
        self._held.setMinimumWidth(0)  # it is not cut: a number could be read as another
        self._held.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        for widget in (self._held, self._box):
            row.addWidget(widget)
        row.addWidget(self._rest, 1)
        self.say(EngineLoad())

    def say(self, load: EngineLoad, forward: Forward | None = None, seats: int = 1) -> None:
        """Show what values take and may take, and of how many operations of a forward they are not held.

        Args:
            load: What the engine holds.
            forward: The one that is shown.
            seats: How many networks hold values.
        """
        gone = len(load.values_gone.get(forward.number, ())) if forward else 0
        self.setVisible(self._is_asked or gone > 0)
        self._held.setText(f"values kept: {held_text(load, seats)} of")
        was, self._shown = self._shown, "" if load.values_room is None else fmt.bytes_(load.values_room)
        if self._box.text() == was:  # or the person is typing
            self._box.setText(self._shown)
        if forward is None or not gone:
            self._rest.say("")
            return
        self._rest.say(
            f"{gone:,} of {len(forward.trace.nodes):,} are not kept{FACTS}computed again when looked at"
        )

    def restore(self) -> None:
        """Show what is true in place of what was typed."""
        self._box.setText(self._shown)

    def edit(self) -> None:
        """Let the person type; from here on it stays."""
        self._is_asked = True
        self.show()
        self._box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._box.selectAll()

    def texts(self) -> tuple[str, str, str]:
        """Return what is shown: what is held, what may be held, and what was let go."""
        return self._held.text(), self._box.text(), self._rest.text()

    def _on_finished(self) -> None:
        """Forget what was typed and not confirmed; after Enter the engine says what is true."""
        if not self._box.hasFocus():
            self.restore()


def held_text(load: EngineLoad, seats: int) -> str:
    """Return what values take, with the networks that they are of where there is more than one."""
    return f"{fmt.bytes_(load.values_held)}{' (A and B)' if seats > 1 else ''}"
