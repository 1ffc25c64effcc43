"""The lens of attention: the attention that the scene's operation belongs to, and the token that is asked about."""

import csv
import io
from dataclasses import replace
from typing import Any

from explorer.engine.envelopes import Failure
from explorer.features.attention import text
from explorer.features.attention.choice import AttentionChoice, Sight, question, way
from explorer.features.attention.fit import misfit, shown
from explorer.features.attention.heads import COMPUTE, heads_of, row_of
from explorer.features.attention.messages import (
    GRADIENT,
    AttentionView,
    Matrix,
    Positions,
    ViewMatrix,
    ViewPositions,
)
from explorer.features.attention.view import AttentionLens
from explorer.records.attention import Attention, attentions
from explorer.records.trace import Trace
from explorer.window import format as fmt
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.live import shown_picture, tried
from explorer.window.scene import Scene, Unit
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.picture_exports import figure_at, tell_of_copies

_EMPTY = "Open an image, and choose an operation of a transformer, to see where its tokens look."

WITH_ATTENTION = "zoo:vit_b_16"
FIRST_ATTENTION = "encoder.layers.encoder_layer_0.self_attention.softmax"
"""The operation of that network at which there is attention to see."""


class AttentionPane:
    """Shows where tokens look; a click on the photo asks about the patch there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._way: Attention | None = None
        self._of: Trace | None = None
        self._has_none = False
        self._shown: tuple[object, ...] = ()
        self._matrix_of: ViewMatrix | None = None  # what the matrix that is shown answers, but for changes
        self.widget = AttentionLens()
        self.widget.set_message(_EMPTY)
        tell_of_copies(desk, self.widget)
        self.widget.head_chosen.connect(lambda head: self._choose(head=head))
        self.widget.token_chosen.connect(self._on_token_chosen)
        self.widget.cleared.connect(lambda: self._choose(at_class=True))
        self.widget.way.clicked.connect(self._on_way)
        controls = self.widget.controls
        controls.way_chosen.connect(lambda reverse: self._choose(reverse=reverse))
        controls.class_chosen.connect(lambda: self._choose(at_class=True))
        controls.sight_chosen.connect(lambda sight: self._choose(sight=sight))
        controls.stepped.connect(self._on_stepped)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the token that is asked about, in the attention of the operation; what stands at the left beside it."""
        attention = shown(scene)
        if scene.forward is None or attention is None or attention.why:
            return None
        if not tried(scene).is_nothing:  # what would be fetched ahead is of an input that is about to change
            return Wish(question(scene, attention), _beside(scene, attention))
        following = attentions(scene.forward.trace).all[attention.number + 1 : attention.number + 2]
        ahead = tuple(question(scene, it) for it in following if not it.why)
        return Wish(question(scene, attention), _beside(scene, attention), ahead)

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the attention, or why there is none; while it is on its way, what is there of this network stays."""
        view = self.widget
        view.set_busy(isinstance(answer, Waiting))
        view.badge.say("random weights" if scene.model is not None and scene.model.is_random else "")
        view.set_picture(shown_picture(scene))
        if isinstance(answer, AttentionView):
            view.way.hide()
            self._show_view(scene, answer)
            view.set_choice(scene.choice(AttentionChoice))
            self._show_left(scene)
        elif not isinstance(answer, Waiting):
            why = answer.message if isinstance(answer, Failure) else misfit(scene) or scene.failure or _EMPTY
            view.set_message(why)
            self._clear()
            self._show_way(scene)
        elif answer.is_news or view.view is None:
            view.set_message("")
            self._clear()
            view.way.hide()

    def exports(self) -> tuple[Export, ...]:
        """Offer what is shown as a figure, or the weights of all heads as a table."""
        view, scene = self.widget.view, self._desk.scene
        if view is None or scene.trace is None:
            return ()
        rows = table_of(view).encode()

        def with_rows(figure: Export) -> Export:
            kinds = (*figure.kinds, ".csv")
            return replace(
                figure, kinds=kinds, content=lambda kind: rows if kind == ".csv" else figure.content(kind)
            )

        return tuple(
            map(with_rows, figure_at(scene, scene.trace.nodes[view.node], self.widget.body, "attention"))
        )

    # ---- inside ----

    def _clear(self) -> None:
        self._shown = ()
        self.widget.set_view(None)

    def _show_view(self, scene: Scene, answer: AttentionView) -> None:
        """Show an answer, with the rollout with gradients where that is known."""
        command = _gradient(scene, _known(scene))
        matrix: Any = self._desk.known(command)
        is_asked = scene.choice(AttentionChoice).head == GRADIENT
        if (answer, matrix, is_asked) == self._shown or (is_asked and command.flows and matrix is None):
            return  # what was before stays while one of the two is on its way
        self._shown = answer, matrix, is_asked
        known = isinstance(matrix, Matrix) and answer.rollout is not None
        self.widget.set_view(answer.with_gradient(matrix) if known else answer)
        failed = matrix.message if isinstance(matrix, Failure) else ""
        self.widget.row.say_missing(failed)
        self.widget.strip.say_waiting(
            "" if known else fmt.UNKNOWN if failed else "…" if is_asked else COMPUTE
        )

    def _show_left(self, scene: Scene) -> None:
        for command in _beside(scene, _known(scene)):
            answer = self._desk.known(command)
            said = answer.message if isinstance(answer, Failure) else ""
            if isinstance(command, ViewMatrix):
                if answer is None and command.flows and command.of_recorded == self._matrix_of:
                    continue  # what was before it stays meanwhile
                self._matrix_of = command.of_recorded if isinstance(answer, Matrix) else None
                self.widget.set_matrix(answer if isinstance(answer, Matrix) else said)
            else:
                self.widget.set_positions(answer if isinstance(answer, Positions) else said)

    def _show_way(self, scene: Scene) -> None:
        """Offer to go where there is attention, or to open a network that has some."""
        self._way, self._of = way(scene), scene.trace
        self._has_none = scene.trace is not None and not attentions(scene.trace).all
        button = self.widget.way
        button.setVisible(self._way is not None or self._has_none)
        if self._has_none:
            button.setText("Open ViT-B/16")
            button.setToolTip("Load the Vision Transformer in the place of this network")
        elif self._way is not None and scene.trace is not None:
            name = self._way.module or scene.trace.nodes[self._way.shown].name
            button.setText(f"Go to {'.'.join(name.split('.')[-2:])}")
            button.setToolTip(fmt.tip(f"Show {name}, the nearest attention"))

    def _on_way(self) -> None:
        if self._has_none:
            self._desk.set(layer=FIRST_ATTENTION)
            loading.load(self._desk, WITH_ATTENTION)
        elif self._way is not None:
            self._desk.pick(self._of, self._way.shown)

    def _on_stepped(self, by: int) -> None:
        scene = self._desk.scene
        attention = shown(scene)
        if attention is None or scene.trace is None:
            return
        found = attentions(scene.trace).all
        number = attention.number + by
        if 0 <= number < len(found):
            self._desk.pick(scene.trace, found[number].shown)

    def _on_token_chosen(self, y: float, x: float) -> None:
        self._desk.set(place=Unit(y, x))
        self._choose(at_class=False)

    def _choose(self, **changes: Any) -> None:
        self._desk.choose(replace(self._desk.scene.choice(AttentionChoice), **changes))
        self._desk.settle()


def table_of(view: AttentionView) -> str:
    """Return the weights that are shown as CSV: a row for each token that is met, a column for each head."""
    text_ = io.StringIO()
    writer = csv.writer(text_, lineterminator="\n")
    heads = [head for head in heads_of(view) if head != GRADIENT or view.gradient is not None]
    writer.writerow(["token", "row", "column", *(text.head_name(head) for head in heads)])
    columns = [row_of(view, head) for head in heads]
    grid = view.others.grid
    for token in range(view.rows.shape[1]):
        cell = -1 if view.cells is None else int(view.cells[token])
        place = divmod(cell, grid[1]) if grid is not None and cell >= 0 else ("", "")
        name = text.token_name(view.others, token, None if view.cells is None else cell)
        writer.writerow([name, *place, *(repr(float(column[token])) for column in columns)])
    return text_.getvalue()


def _beside(scene: Scene, attention: Attention) -> tuple[ViewMatrix | ViewPositions, ...]:
    """Return the questions for what is more than the answer: what stands at the left, rollout with gradients."""
    assert scene.forward is not None, "asked only with a forward"
    choice, number = scene.choice(AttentionChoice), scene.forward.number
    asked: list[ViewMatrix | ViewPositions] = []
    if choice.head == GRADIENT:
        asked.append(_gradient(scene, attention))
    elif choice.sight is Sight.MATRIX:
        asked.append(ViewMatrix(number, attention.shown, choice.head, edit=tried(scene)))
    if choice.sight is Sight.POSITIONS:
        asked.append(ViewPositions(number, attention.shown))
    return tuple(asked)


def _known(scene: Scene) -> Attention:
    attention = shown(scene)
    assert attention is not None, "what is answered was asked"
    return attention


def _gradient(scene: Scene, attention: Attention) -> ViewMatrix:
    """Return the question for the rollout with gradients of the score that the answer shows."""
    assert scene.forward is not None, "asked only with a forward"
    return ViewMatrix(scene.forward.number, attention.shown, GRADIENT, scene.seat.way, edit=tried(scene))
