"""The tensors of the operation that is shown: asked for where they are looked at, as the person chose them."""

from PySide6.QtCore import QObject

from explorer.engine.messages import ViewKernel
from explorer.records.kernels import KernelChoice, KernelPicture
from explorer.records.trace import Node
from explorer.ui.bridge import Bridge
from explorer.ui.feed import Feed
from explorer.ui.session import Session
from explorer.ui.window import MainWindow


class KernelStepping(QObject):
    """Keeps the pane of kernels at the operation that is shown."""

    def __init__(self, window: MainWindow, session: Session, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._view = window.kernels
        self._session = session
        self._shared_scale = True
        self._choice = self._view.choice
        self._refused: tuple[int, str] | None = None
        self._feed = Feed(bridge, self._command, self)
        self._feed.ready.connect(self._on_picture)
        self._feed.failed.connect(self._on_failed)
        self._view.scale_changed.connect(self._on_scale_changed)
        self._view.choice_changed.connect(self._on_choice_changed)

    @property
    def is_settled(self) -> bool:
        """True if the pane shows what was wanted last."""
        return self._feed.is_settled

    def refuse(self, node: int, why: str) -> None:
        """Never ask for `node` in this recording; whoever wants it learns why."""
        self._refused = (node, why)
        self._feed.refuse(node, why)

    def forget(self) -> None:
        """The recording is another one."""
        self._refused = None
        self._feed.reset()
        self._view.set_busy(False)

    def leave(self) -> None:
        """The recording is gone for good: the pane is empty."""
        self._view.set_value(None)

    def follow(self) -> None:
        """Show the tensors of the current operation, if the pane is looked at."""
        node = self._session.current
        if node is None or self._window.tabs.currentWidget() is not self._view:
            return
        if _has_tensors(node):
            self._view.set_busy(True)
            self._feed.want(node.id, self._shared_scale)
        else:
            self._on_failed(
                f"{node.name} ({node.op}) reads no parameters; step to a convolution to see its kernels."
            )

    def _command(self, node: int, shared: bool) -> ViewKernel:
        choice = self._choice
        return ViewKernel(
            node,
            shared_scale=shared,
            aspect=self._view.aspect,
            recording=self._session.recording_number,
            parameter=choice.parameter,
            order=choice.order,
            descending=choice.descending,
            colour=choice.colour,
        )

    def _on_picture(self, picture: KernelPicture) -> None:
        # One that comes late, when the operation shown reads no parameters, belongs to none.
        if picture.node == self._session.node:
            self._view.set_busy(False)
            self._view.set_value(picture)

    def _on_failed(self, message: str) -> None:
        self._view.set_busy(False)
        self._view.set_message(message)
        self._view.set_value(None)

    def _on_scale_changed(self, shared: bool) -> None:
        self._shared_scale = shared
        self.follow()

    def _on_choice_changed(self, choice: KernelChoice) -> None:
        self._choice = choice
        self._feed.reset()  # what it holds and what is under way was drawn for another choice
        if self._refused is not None:
            self._feed.refuse(*self._refused)
        self.follow()


def _has_tensors(node: Node) -> bool:
    """Return whether the engine has something to show: a norm without parameters may have running statistics."""
    return bool(node.parameters) or node.op in ("batch_norm", "instance_norm")
