"""What the network answers to the input that is shown; of random weights only if the person asks."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from explorer.engine.envelopes import Failure
from explorer.features.answer.finding_controls import FindingControls
from explorer.features.answer.finding_view import FindingTable
from explorer.features.answer.reading_button import ReadingButton
from explorer.features.answer.view import PredictionView
from explorer.records.answers import Prediction
from explorer.records.edits import LiveView
from explorer.window.desk import Desk
from explorer.window.findings import AnswerChoice, FindingChoice, answer_of, finding_choice, shows_random
from explorer.window.live import live
from explorer.window.saving import add_save
from explorer.window.scene import Scene
from explorer.window.spec import Waiting, Wish
from explorer.window.theme import SPACING

_HIDE = {
    True: ("Hide the numbers", "Hide what was found"),
    False: ("Show the numbers anyway", "Show what was found anyway"),
}
_COMING = "The answer is on its way."


class AnswerPane:
    """Shows the answer of the forward, or the one that came before it; never one of another model, input or size."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown: object = None
        self._tried_on = 0  # number of the forward whose changed input's answer is shown; 0 for none
        self.view = PredictionView()
        self.found = FindingTable()
        self.found.turned.connect(self._on_turned)
        self.controls = FindingControls()
        self.controls.changed.connect(self._on_changed)
        for view in (self.view, self.found):
            add_save(desk, view, "answer")
        self.reading = ReadingButton(desk)
        self._look = QPushButton()
        self._look.setCheckable(True)
        self._look.setObjectName("showRandomAnswer")
        self._look.setToolTip("A network of random weights gives all classes nearly the same probability")
        self._look.clicked.connect(self._on_look)
        self.widget = QWidget()
        row = QHBoxLayout(self.widget)
        row.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout()
        row.addLayout(column)
        column.setSpacing(SPACING // 2)
        self._get = QToolButton()
        self._get.setProperty("role", "button")
        self._get.setDefaultAction(desk.action("downloadWeights"))
        self._get.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._get.setSizePolicy(self._look.sizePolicy())
        # The buttons are first: they stay under the mouse whatever they bring.
        for each in (self._look, self._get, self.view, self.found, self.controls, self.reading):
            column.addWidget(each)
        self._show_finding(False)
        room = self.view.minimumHeight() + column.spacing() + self.reading.height()
        row.addStrut(room)  # what stands below does not move when an answer comes

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the answer to a changed input; the other one stands in the scene."""
        tried = live(scene)
        return None if tried is None else Wish(tried)

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the answer, or why there is none; while that to a changed input is on its way, what is there stays."""
        if (
            isinstance(answer, Waiting)
            and scene.forward is not None
            and scene.forward.number == self._tried_on
        ):
            return
        self._tried_on = scene.forward.number if scene.forward and isinstance(answer, LiveView) else 0
        told, looks = answer_of(scene), shows_random(scene)
        before: tuple[Prediction, ...] | None = None
        former: int | None = None
        if isinstance(answer, LiveView):
            told, before = answer.answer, answer.before if answer.picture is None else None
            former = answer.former
        model = scene.model
        hint = why_none(scene) if told is None else ""
        if isinstance(answer, Failure):
            told, hint = None, answer.message
        choice = finding_choice(scene)
        now = (told, before, former, model, hint, looks, choice)
        if now == self._shown:
            return
        self._shown = now
        is_random = told is not None and model is not None and model.is_random
        has_answer = told is not None and (bool(told.predictions) or told.finding is not None)
        hides = is_random and has_answer and not looks
        self.view.leave_room(hides)
        self._look.setVisible(is_random and has_answer)
        self._get.setVisible(is_random and has_answer and model is not None and model.can_download)
        self._look.setChecked(looks)
        self._look.setText(_HIDE[looks][told is not None and told.finding is not None])
        self._show_finding(has_answer and not told.predictions and (looks or not is_random))  # type: ignore[union-attr]
        if told is None or model is None:
            self.reading.show_answer(None)
            self.reading.show()
            self.view.clear(hint)
            return
        self.reading.show_answer(told)
        self.reading.setVisible(not hides)
        if hides:
            self.view.set_random()
        elif told.finding is not None:
            self.found.set_finding(told.finding, choice, model.is_random, model.weights)
            self.controls.set_choice(told.finding, choice)
        else:
            self.view.set_answer(told, model.is_random, model.weights, before, former)

    def _show_finding(self, there: bool) -> None:
        """Let the list of what was found stand in the place of the classes."""
        self.view.setVisible(not there)
        self.found.setVisible(there)
        self.controls.setVisible(there)

    def _on_turned(self, index: int) -> None:
        self._choose(finding_choice(self._desk.scene).with_turned(index))

    def _on_changed(self, threshold: float, opacity: float) -> None:
        choice = finding_choice(self._desk.scene)
        self._choose(replace(choice, threshold=threshold, opacity=opacity))

    def _choose(self, choice: FindingChoice) -> None:
        self._desk.choose(choice)
        self._desk.settle()

    def _on_look(self, checked: bool) -> None:
        self._desk.choose(AnswerChoice(self._desk.scene.network if checked else ""))
        self._desk.settle()


def why_none(scene: Scene) -> str:
    """Say why there is no answer, or what to do to get one."""
    selected = scene.selected
    if selected is not None and selected.failed:
        return f"No answer: {selected.source.name} could not be opened."
    if selected is not None and selected.held:
        return f"No answer: {selected.held}"
    if scene.is_coming or (selected is not None and scene.can_record(selected)):
        return _COMING
    if scene.seat.reads_words:
        return "Type a word to read the network's answer."
    return "What the network answers appears here."
