"""The lens of kernels: a tensor of the operation that is shown, drawn as the person chose."""

from dataclasses import replace
from typing import Any

from explorer.engine.envelopes import Failure
from explorer.features.kernels.choice import KernelScale, has_tensors, misfit, nearest_kernels
from explorer.features.kernels.messages import ViewKernel
from explorer.features.kernels.view import KernelView
from explorer.records.kernels import KernelChoice, KernelPicture
from explorer.records.trace import Node, Trace
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.picture_exports import figure_of, tell_of_copies

_EMPTY = "Open an image and choose an operation with weights, such as a convolution, to see its kernels."


class KernelsPane:
    """Shows the tensors of the scene's operation: at first the filter that gives the scene's channel."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._way: Node | None = None  # where it offers to go
        self._of: Trace | None = None  # and in which trace that is
        self._followed: tuple[int, str, int] | None = (
            None  # operation, tensor and channel that were shown last
        )
        self.widget = KernelView()
        self.widget.set_message(_EMPTY)
        self.widget.choice_changed.connect(self._on_choice_changed)
        tell_of_copies(desk, self.widget)
        self.widget.scale_changed.connect(lambda shared: self._choose_scale(shared=shared))
        self.widget.way.clicked.connect(self._on_way)
        self.widget.room_changed.connect(self._on_room_changed)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the tensor that the person chose, where the operation has any."""
        forward, node = scene.forward, scene.current
        if forward is None or node is None or not has_tensors(node):
            return None
        choice = scene.choice(KernelChoice)
        return Wish(
            ViewKernel(
                forward.number,
                node.id,
                scene.choice(KernelScale).shared,
                scene.choice(KernelScale).aspect,
                choice.parameter,
                choice.order,
                choice.descending,
                choice.colour,
            )
        )

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the tensor, or why there is none; while it is on its way, what is there of this network stays."""
        view = self.widget
        view.set_busy(isinstance(answer, Waiting))
        view.set_choice(scene.choice(KernelChoice))
        view.set_shared_scale(scene.choice(KernelScale).shared)
        view.set_badge("random weights" if scene.model is not None and scene.model.is_random else "")
        if isinstance(answer, KernelPicture):
            if answer is not view.value:
                view.set_value(answer)
            self._follow(scene, answer)
        elif not isinstance(answer, Waiting):
            why = answer.message if isinstance(answer, Failure) else misfit(scene) or scene.stopped or _EMPTY
            view.set_message(why)
            view.set_value(None)
            self._show_way(scene)
        elif answer.is_news or view.value is None:
            view.set_message("")
            view.set_value(None)

    def _follow(self, scene: Scene, shown: KernelPicture) -> None:
        """Show the filter of the channel that is shown; until another one is, the person may look at any."""
        followed = shown.node, shown.title, scene.channel
        if followed != self._followed and not scene.seeks_channel:
            self._followed = followed
            self.widget.select_filter(scene.channel)

    def exports(self) -> tuple[Export, ...]:
        """Offer what is shown as a figure."""
        view = self.widget
        if view.value is None:
            return ()
        return figure_of(self._desk.scene, view.parts, "kernels", view.controls, of_input=False)

    def _show_way(self, scene: Scene) -> None:
        """Offer to go where there are kernels."""
        self._way, self._of = None, scene.trace
        if scene.trace is not None and scene.current is not None and misfit(scene):
            self._way = nearest_kernels(scene.trace, scene.current)
        way = self.widget.way
        way.setVisible(self._way is not None)
        if self._way is not None and scene.trace is not None:
            name = scene.trace.apart(self._way.person_name)
            way.setText(f"Go to {'.'.join(scene.trace.apart(self._way.name).split('.')[-2:])}")
            way.setToolTip(fmt.tip(f"Show {name}, the nearest operation that has kernels"))

    def _on_way(self) -> None:
        if self._way is not None:
            self._desk.pick(self._of, self._way.id)

    def _on_choice_changed(self, choice: KernelChoice) -> None:
        self._desk.choose(choice)
        self._desk.settle()

    def _on_room_changed(self, aspect: float) -> None:
        self._choose_scale(aspect=aspect)

    def _choose_scale(self, **changes: Any) -> None:
        self._desk.choose(replace(self._desk.scene.choice(KernelScale), **changes))
