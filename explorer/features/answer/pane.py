"""What the network answers to the input that is shown; of random weights only if the person asks."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from explorer.features.answer.reading_button import ReadingButton
from explorer.features.answer.readings import answer_of
from explorer.features.answer.view import PredictionView
from explorer.window.desk import Desk
from explorer.window.saving import add_save
from explorer.window.scene import Scene
from explorer.window.spec import Wish
from explorer.window.theme import SPACING

_COMING = "The answer is on its way."


@dataclass(frozen=True)
class AnswerChoice:
    """Whether what random weights answer is shown as well."""

    of_random_weights: bool = False


class AnswerPane:
    """Shows the answer of the forward, or the one that came before it; never one of another model, input or size."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown: object = None
        self.view = PredictionView()
        add_save(desk, self.view, "answer")
        self.reading = ReadingButton(desk)
        self._look = QPushButton()
        self._look.setCheckable(True)
        self._look.setObjectName("showRandomAnswer")
        self._look.setToolTip("An untrained network gives all classes nearly the same probability")
        self._look.clicked.connect(self._on_look)
        self.widget = QWidget()
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING // 2)
        column.addWidget(self.view)
        column.addWidget(self.reading)
        column.addWidget(self._look)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: the answer stands in the scene."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the answer, or why there is none."""
        told, looks = answer_of(scene), scene.choice(AnswerChoice).of_random_weights
        model = scene.model
        hint = why_none(scene) if told is None else ""
        now = (told, model, hint, looks)
        if now == self._shown:
            return
        self._shown = now
        is_random = told is not None and model is not None and model.is_random
        self._look.setVisible(is_random and told is not None and bool(told.predictions))
        self._look.setChecked(looks)
        self._look.setText("Hide the numbers" if looks else "Show the numbers anyway")
        if told is None or model is None:
            self.reading.setVisible(False)
            self.view.clear(hint)
            return
        self.reading.show_answer(told)
        self.reading.setVisible(bool(told.said))
        if is_random and told.predictions and not looks:
            self.view.set_random()
        else:
            self.view.set_answer(told, model.is_random, model.weights)

    def _on_look(self, checked: bool) -> None:
        self._desk.choose(AnswerChoice(checked))
        self._desk.settle()


def why_none(scene: Scene) -> str:
    """Say why there is no answer, or what to do to get one."""
    selected = scene.selected
    if selected is not None and selected.held:
        return f"No answer: {selected.held}"
    if scene.is_coming or (selected is not None and scene.can_record(selected)):
        return _COMING
    if scene.seat.reads_words:
        return "Type a word to read the network's answer."
    return "Drop an image on the window to read the network's answer."
