"""The size of the input: what the person typed, what it changes, and what to do where it does not work."""

import re

from PySide6.QtCore import QObject, Signal

from explorer.engine.messages import Recording, Size
from explorer.features.models.size_box import text_of
from explorer.records.models import SizeRange, TextInput
from explorer.ui.session import Session
from explorer.ui.window import MainWindow
from explorer.window.notices import Level, NoticeAction

LARGEST_SIDE = 4096
MOST_PIXELS = 1024 * 1024  # the values of a recording take twenty times the memory that they take at 224×224

_NUMBERS = re.compile(r"(\d+)(?:\s*[×xX*]\s*(\d+))?")


def parse(text: str) -> Size:
    """Return the height and width that a person typed: `128`, `333×500`, `333x500`, `333*500`.

    Raises:
        ValueError: In one line, what is wrong with it.
    """
    match = _NUMBERS.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"“{text}” is no input size; type a side such as 128, or a height and a width such as 333×500."
        )
    height = int(match[1])
    size = (height, int(match[2] or height))
    if not all(1 <= side <= LARGEST_SIDE for side in size):
        raise ValueError(
            f"An input of {text_of(size)} is out of reach; sides are 1 to {LARGEST_SIDE} pixels."
        )
    if size[0] * size[1] > MOST_PIXELS:
        raise ValueError(
            f"An input of {text_of(size)} has {size[0] * size[1] / 1e6:.1f} million pixels, too many to record; "
            "choose at most as many as 1024×1024 has."
        )
    return size


class Sizing(QObject):
    """Keeps the size of the session and that of the tool bar in step.

    Signals:
        changed(): All open images are to be asked about again, at another size.
    """

    changed = Signal()

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        window.tool_bar.input_size.size_entered.connect(self._on_entered)
        window.actions_["chooseInputSize"].triggered.connect(window.tool_bar.input_size.edit)

    def use(self, size: Size) -> None:
        """Give all images to the network at this height and width."""
        model = self._session.model
        if model is None or isinstance(model.preprocess, TextInput):
            return
        wanted = None if size == model.preprocess.size else size
        # Without a recording the person tries the same size again.
        is_asked_anew = wanted != self._session.size or self._session.recording is None
        self._session.size = wanted
        self._window.set_input_size(model, wanted)
        self._window.notices.close_about("size")
        if is_asked_anew:
            self._window.notices.close_about("forward")
            self.changed.emit()

    def explain(self, recording: Recording) -> None:
        """Say where the forward stopped, if it did, and which size would have worked."""
        error, notices = recording.trace.error, self._window.notices
        if error is None:
            notices.close_about("forward")
            return
        if recording.sizes is None:
            text = (
                f"The forward pass stopped at {error.name or error.op}: {error.message}; "
                "the layers up to there can be looked at."
            )
            notices.tell(Level.WARNING, text, about="forward")
            return
        way_out = self._way_out(recording.sizes, recording.trace.input_shape[-2:])
        notices.tell(Level.WARNING, _why(recording, recording.sizes), way_out, about="forward")

    def _way_out(self, sizes: SizeRange, asked: tuple[int, ...]) -> NoticeAction:
        side = sizes.nearest(min(asked))
        return NoticeAction(f"Use {text_of((side, side))}", lambda: self.use((side, side)))

    def _on_entered(self, text: str) -> None:
        try:
            size = parse(text)
        except ValueError as error:
            self._window.notices.tell(Level.WARNING, str(error), about="size")
            self._window.tool_bar.input_size.restore()
            return
        self.use(size)


def _why(recording: Recording, sizes: SizeRange) -> str:
    trace = recording.trace
    assert trace.error is not None, "asked only of a forward that failed"
    name = trace.model.rpartition("/")[2].rpartition(":")[2]
    height, width = trace.input_shape[-2:]
    operation = f" ({trace.error.op})" if trace.error.op else ""
    kind, _, reason = trace.error.message.partition(": ")
    return (
        f"{name} cannot work on {text_of((height, width))}: it stops at {trace.error.name}{operation}: "
        f"{(reason or kind).rstrip('.')}. {sizes.sentence}"
    )
