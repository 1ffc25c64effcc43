"""The place in the forward pass: steps, play, and the pictures of the operation that is shown."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.engine.messages import Recording, ViewValue
from explorer.records.values import ValueView
from explorer.ui.bridge import Bridge
from explorer.ui.feed import Feed
from explorer.ui.kernel_stepping import KernelStepping
from explorer.ui.session import Session
from explorer.ui.window import MainWindow

_PLAY_MS = 450
STEPS = ("stepFirst", "stepBackward", "stepForward", "stepLast", "play")


class Stepping(QObject):
    """Keeps every view at the same operation.

    Signals:
        moved(int): Another operation is shown; its picture may come later.
        value_shown(object): `ValueView` of the operation that is shown.
    """

    moved = Signal(int)
    value_shown = Signal(object)

    def __init__(self, window: MainWindow, session: Session, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._shared_scale = True
        self._direction = 1
        self._shown: ValueView | None = None
        self._player = QTimer(self, interval=_PLAY_MS)
        self._player.timeout.connect(self._on_tick)
        self._values = Feed(bridge, self._view_value, self)
        self._kernels = KernelStepping(window, session, bridge, self)
        self._values.ready.connect(self._on_value)
        self._values.failed.connect(self._on_value_failed)
        self._connect()

    def _connect(self) -> None:
        window, actions = self._window, self._window.actions_
        actions["stepFirst"].triggered.connect(lambda: self.go_to(0))
        actions["stepBackward"].triggered.connect(lambda: self.step(-1))
        actions["stepForward"].triggered.connect(lambda: self.step(1))
        actions["stepLast"].triggered.connect(lambda: self.go_to(self._count() - 1))
        actions["play"].triggered.connect(self.play)
        window.layer_tree.node_selected.connect(self._on_node_selected)
        window.measures.node_selected.connect(self._on_node_selected)
        window.initialisation.node_selected.connect(self._on_node_selected)
        window.word_view.ngram_selected.connect(lambda ngram: self._on_node_selected(ngram.node))
        window.feature_maps.channel_selected.connect(window.receptive_field.select_channel)
        window.feature_maps.scale_changed.connect(self._on_scale_changed)
        window.tabs.currentChanged.connect(self._on_tab_changed)

    @property
    def is_settled(self) -> bool:
        """True if the views show the current operation and nothing plays."""
        return self._values.is_settled and self._kernels.is_settled and not self._player.isActive()

    # ---- moving ----

    def start(self, recording: Recording, refused: tuple[int, str] | None = None) -> None:
        """Take a new recording: show the operation that was seen last, or the first convolution.

        Args:
            recording: What the engine holds now.
            refused: An operation whose picture must not be asked for, and why; None if all may be.
        """
        self._forget()
        if refused is not None:
            self._values.refuse(*refused)
            self._kernels.refuse(*refused)
        self._window.layer_tree.set_trace(recording.trace)
        node = self._session.landing_node()
        if node is not None:
            self.go_to(node)

    def leave(self) -> None:
        """The recording is gone for good: the views are empty."""
        self._forget()
        self.resume()
        self._window.layer_tree.set_trace(None)
        self._window.feature_maps.set_value(None)
        self._kernels.leave()
        self._window.receptive_field.set_value(None)
        self._enable()
        self._window.tool_bar.set_position(None, 0)

    def suspend(self) -> None:
        """The recording cannot be looked into any more; what is shown stays until the next one."""
        self._forget()
        self._enable()
        self._window.feature_maps.set_busy(True)

    def resume(self) -> None:
        """Nothing comes after all: what is shown stays."""
        self._window.feature_maps.set_busy(False)

    def go_to(self, node: int) -> None:
        """Show an operation in all views."""
        if not 0 <= node < self._count():
            return
        previous = self._session.node
        self._direction = -1 if previous is not None and node < previous else 1
        self._session.node = node
        current = self._session.current
        assert current is not None, "a recording has the operation that was asked for"
        self._session.layer = current.name
        self._window.layer_tree.select_node(node)
        self._window.tool_bar.set_position(current, self._count())
        self._enable()
        self.moved.emit(node)
        self._want_value()
        self._kernels.follow()

    def step(self, by: int) -> None:
        """Go `by` operations on."""
        if self._session.node is not None:
            self.go_to(self._session.node + by)

    def play(self, playing: bool) -> None:
        """Step through the operations by itself, from the first again if it stands at the last."""
        if playing and self._session.node == self._count() - 1:
            self.go_to(0)
        if playing and self._count():
            self._player.start()
        else:
            self._player.stop()
        self._window.actions_.show_playing(self._player.isActive())

    def _on_tick(self) -> None:
        if not self._values.is_settled:
            return
        if self._session.node is None or self._session.node >= self._count() - 1:
            self.play(False)
        else:
            self.step(1)

    def _on_node_selected(self, node: int) -> None:
        self.play(False)
        self.go_to(node)

    # ---- pictures ----

    def _view_value(self, node: int, shared: bool) -> ViewValue:
        number = self._session.recording_number
        return ViewValue(node, shared_scale=shared, aspect=self._window.feature_maps.aspect, recording=number)

    def _want_value(self) -> None:
        node = self._session.node
        if node is None:
            return
        self._window.feature_maps.set_busy(True)
        self._values.want(node, self._shared_scale, self._likely_next(node))

    def _likely_next(self, node: int) -> Sequence[int]:
        steps = (node + self._direction, node - self._direction, node + 2 * self._direction)
        return [other for other in steps if 0 <= other < self._count()]

    def _on_value(self, value: ValueView) -> None:
        self._shown = value
        self._window.feature_maps.set_busy(False)
        self._window.feature_maps.set_value(value)
        if self._is_visible(self._window.receptive_field):
            self._window.receptive_field.set_value(value)
        self.value_shown.emit(value)

    def _on_value_failed(self, message: str) -> None:
        self._shown = None
        self._window.feature_maps.set_busy(False)
        self._window.feature_maps.set_message(message)
        self._window.feature_maps.set_value(None)
        self._window.receptive_field.set_value(None)

    def _on_scale_changed(self, shared: bool) -> None:
        self._shared_scale = shared
        self._want_value()

    def _on_tab_changed(self) -> None:
        self._kernels.follow()
        if self._is_visible(self._window.receptive_field) and self._shown is not None:
            self._window.receptive_field.set_value(self._shown)
            self.value_shown.emit(self._shown)

    def _is_visible(self, view: QObject) -> bool:
        return self._window.tabs.currentWidget() is view

    def _count(self) -> int:
        return len(self._session.trace.nodes) if self._session.trace else 0

    def _enable(self) -> None:
        node, last = self._session.node, self._count() - 1
        possible = {
            "stepFirst": node is not None and node > 0,
            "stepBackward": node is not None and node > 0,
            "stepForward": node is not None and node < last,
            "stepLast": node is not None and node < last,
            "play": node is not None,
        }
        for name in STEPS:
            self._window.actions_[name].setEnabled(possible[name])

    def _forget(self) -> None:
        self.play(False)
        self._values.reset()
        self._kernels.forget()
        self._session.node = None
        self._shown = None
