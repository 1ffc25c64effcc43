"""The page before there is a second network: what it is for, and ways to one."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from explorer.features.compare.presets import GROUPS, Preset
from explorer.window import format as fmt
from explorer.window.focus import give_menu
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import ElidedLabel
from explorer.window.widgets.parts import label, paragraph

_SAYS = (
    "Choose a second network to see layer by layer where the two differ: which operations belong together, how far "
    "their values agree, what they answer and cost."
)
_WIDTH = 37 * SPACING


class StartView(QWidget):
    """A button for the list of all networks, one a group of presets, one for the table of a course.

    Signals:
        preset_chosen(object): The `Preset` that the person wants.
        course_wanted(): The person wants to see the networks of a course in a table.
    """

    preset_chosen = Signal(object)
    course_wanted = Signal()

    def __init__(
        self, choose: QAction, course: str, networks: Iterable[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._shown: tuple[Preset, ...] | None = None
        self.choose = QPushButton(choose.text())
        self.choose.setToolTip(choose.toolTip())
        self.choose.setDefault(True)
        self.choose.clicked.connect(lambda: choose.trigger())
        self.groups = {group: QPushButton(group) for group in GROUPS}
        self._menus = {group: QMenu(button, toolTipsVisible=True) for group, button in self.groups.items()}
        for group, button in self.groups.items():
            give_menu(button, self._menus[group])
        self.notes = {group: ElidedLabel(role="muted") for group in GROUPS}
        self.course = QPushButton(course)
        self.course.setToolTip(
            fmt.tip(
                f"{', '.join(networks)}: parameters, operations and accuracy in one table, from the catalogue"
            )
        )
        self.course.clicked.connect(self.course_wanted)
        self._lay_out()

    def _lay_out(self) -> None:
        title = label("heading")
        title.setText("Two networks side by side")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        says = paragraph("muted")
        says.setObjectName("compareSays")
        says.setText(_SAYS)
        says.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = QWidget()
        box.setMaximumWidth(99 * SPACING)
        box.setLayout(self._ways())
        whole = QVBoxLayout(self)
        whole.setSpacing(2 * SPACING)
        whole.addStretch(1)
        whole.addWidget(title)
        whole.addWidget(says)  # over the whole width: one that is aligned would be one line high
        whole.addWidget(box, 0, Qt.AlignmentFlag.AlignHCenter)
        whole.addStretch(1)

    def _ways(self) -> QGridLayout:
        """Return the buttons in a column, beside each what it leads to."""
        ways = (
            (self.choose, ElidedLabel("any other network, a file of your own too", "muted")),
            *((self.groups[group], self.notes[group]) for group in GROUPS),
            (self.course, ElidedLabel("a table of what they cost and reach; nothing is loaded", "muted")),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * SPACING)
        grid.setVerticalSpacing(SPACING)
        for row, (button, note) in enumerate(ways):
            button.setFixedWidth(_WIDTH)
            grid.addWidget(button, row, 0)
            grid.addWidget(note, row, 1)
        return grid

    def set_presets(self, presets: Sequence[Preset]) -> None:
        """Offer these; a group without any is dimmed and says what it needs."""
        if tuple(presets) == self._shown:
            return
        self._shown = tuple(presets)
        for group, (says, needs, learns) in GROUPS.items():
            offered = [it for it in presets if it.group == group]
            button = self.groups[group]
            button.setEnabled(bool(offered))
            button.setToolTip(fmt.tip(f"{says}; {offered[0].memory if offered else f'it needs {needs}'}"))
            self.notes[group].say(
                learns if offered else f"needs {needs}", offered[0].memory if offered else ""
            )
            self._menus[group].clear()
            add_presets(self._menus[group], offered, self.preset_chosen.emit)


def add_presets(menu: QMenu, presets: Sequence[Preset], chosen: Callable[[Preset], object]) -> None:
    """Put presets into a menu; `chosen` is called with the one that is chosen."""
    for preset in presets:
        item = menu.addAction(preset.text.replace("&", "&&"), partial(chosen, preset))
        item.setToolTip(fmt.tip(preset.memory))
