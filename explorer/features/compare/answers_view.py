"""What two networks answer to the open inputs, and what each costs and reaches; further networks of a course beside."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QSplitter, QTableView, QWidget

from explorer.features.compare.course import COURSE, SHOW
from explorer.features.compare.facts import FactRow
from explorer.features.compare.opinions import Opinion, agreement, ranks
from explorer.features.compare.tables import Apart, Dimmed, FactRows, OpinionRows, PlainTable, RankRows
from explorer.window import format as fmt
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import FACTS, ElidedLabel, FactsLabel
from explorer.window.widgets.parts import column, label, paragraph


class AnswersView(QWidget):
    """Answers above, the first five of the selected input beside them; facts below.

    Signals:
        image_chosen(str): The key of the input that the person chose.
        again_wanted(): The person wants the answers once more that were stopped, or failed.
        course_wanted(bool): Whether the networks of a course are to be seen.
    """

    image_chosen = Signal(str)
    again_wanted = Signal()
    course_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = FactsLabel(role="muted")
        self.random = label("warning")
        self.again = QPushButton("Ask again")
        self.again.setToolTip("Let B answer once more where its answer was stopped, or failed")
        self.again.clicked.connect(self.again_wanted)
        self.again.hide()
        self.opinions = PlainTable("Answers of both networks")
        self.opinions.setObjectName("compareAnswers")
        self._opinions = OpinionRows(self)
        self.opinions.setModel(self._opinions)
        self.opinions.share(1.0, 1.1, "99.9 % M", 1.1, "99.9 % M", "≠ differ", "Shared")
        self.opinions.setToolTip("Choose an input to see the first five classes of both")
        self.ranks = PlainTable("First five classes of both networks")
        self._ranks = RankRows(self)
        self.ranks.setModel(self._ranks)
        self.ranks.share(1.0, "99.9 % M", 1.0, "99.9 % M")
        for table, first in ((self.opinions, 1), (self.ranks, 0)):
            for at in (first, first + 2):
                table.setItemDelegateForColumn(at, Dimmed(table))
                table.setItemDelegateForColumn(at + 1, Apart(table))
        self.ranks_of = ElidedLabel(role="title")
        self.facts = PlainTable("Facts of the networks")
        self.facts.setObjectName("compareFacts")
        self._facts = FactRows(self)
        self.facts.setModel(self._facts)
        self.remarks = paragraph("muted")
        self.remarks.setAccessibleName("Remarks on years and top-1")
        self.course = QCheckBox(SHOW)
        self.course.setToolTip(
            fmt.tip(
                f"Put {', '.join(COURSE.values())} into the table of facts, as the catalogue knows them; "
                "nothing is loaded"
            )
        )
        self.course.toggled.connect(self.course_wanted)
        self.answers = QWidget()
        self._arrange()
        self.opinions.selectionModel().currentRowChanged.connect(self._on_current)

    # ---- what is shown ----

    def set_opinions(
        self, opinions: Sequence[Opinion], shown: str | None, random: tuple[bool, bool], hint: str
    ) -> None:
        """Show what both answer.

        Args:
            opinions: One an input.
            shown: Key of the input that is shown elsewhere.
            random: Of each, whether its weights are random, so that its answer says nothing.
            hint: What is said while there are no answers.
        """
        self.opinions.hint = hint
        whose = " and ".join(letter for letter, it in zip("AB", random, strict=True) if it)
        self.random.setText(f"{whose}: random weights, not knowledge")
        self.random.setVisible(bool(whose))
        self._opinions.random = self._ranks.random = random
        self.said.say(agreement(tuple(opinions)))
        self.again.setVisible(any(it.why_none for it in opinions))
        blocked = self.opinions.selectionModel().blockSignals(True)
        self._opinions.replace(opinions)
        place = next((at for at, it in enumerate(opinions) if it.key == shown), None)
        if place is not None:
            self.opinions.selectRow(place)
        self.opinions.selectionModel().blockSignals(blocked)
        self.opinions.viewport().update()
        chosen = opinions[place] if place is not None else None
        self._ranks.replace(ranks(chosen) if chosen is not None else ())
        self.ranks.hint = "Choose an image to see the first five classes."
        self.ranks_of.say(FACTS.join((chosen.name, *chosen.ties)) if chosen is not None else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep room for the lines of the remarks."""
        super().resizeEvent(event)
        self._make_room()

    def set_facts(
        self, names: Sequence[str], rows: Sequence[FactRow], course: bool, can_answer: bool, remarks: str = ""
    ) -> None:
        """Show the facts of networks of these names and remarks on them; answers only where two networks give some."""
        self.remarks.setText(remarks)
        self.remarks.setVisible(bool(remarks))
        self._make_room()
        self._facts.show(names, rows)
        self.facts.setFixedHeight(
            (len(rows) + 1) * self.facts.verticalHeader().defaultSectionSize() + SPACING
        )
        self.facts.share(
            "Receptive field of the last maps", *([1.0] * len(names)), *([1.2] if len(names) == 2 else [])
        )
        self.answers.setVisible(can_answer)
        self.course.blockSignals(True)
        self.course.setChecked(course)
        self.course.blockSignals(False)

    @property
    def tables(self) -> tuple[QTableView, ...]:
        """What can be saved."""
        return (self.opinions, self.facts)

    # ---- inside ----

    def _arrange(self) -> None:
        title = label("title")
        title.setText("Answers")
        head = QHBoxLayout()
        head.setSpacing(2 * SPACING)
        head.addWidget(title)
        head.addWidget(self.random)
        head.addWidget(self.said, 1)
        head.addWidget(self.again)
        left, right = QWidget(), QWidget()
        column(left, head, self.opinions).setStretch(1, 1)
        column(right, self.ranks_of, self.ranks).setStretch(1, 1)
        above = QSplitter(Qt.Orientation.Horizontal)
        above.setHandleWidth(SPACING)
        above.setChildrenCollapsible(False)
        above.addWidget(left)
        above.addWidget(right)
        above.setSizes([600, 380])
        column(self.answers, above)
        about = label("title")
        about.setText("Cost and reach")
        line = QHBoxLayout()
        line.setSpacing(2 * SPACING)
        line.addWidget(about)
        line.addStretch(1)
        line.addWidget(self.course)
        below = QWidget()
        column(below, line, self.facts, self.remarks).addStretch(1)  # remarks follow the last row
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(SPACING)
        split.setChildrenCollapsible(False)
        split.addWidget(self.answers)
        split.addWidget(below)
        split.setStretchFactor(0, 1)
        split.setSizes([200, 260])
        column(self, split)

    def _make_room(self) -> None:
        """Give the remarks the height that they need at this width: a splitter does not ask for it."""
        self.remarks.setMinimumHeight(max(1, self.remarks.heightForWidth(self.width())))

    def _on_current(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and current.row() < len(self._opinions.rows):
            self.image_chosen.emit(self._opinions.rows[current.row()].key)
