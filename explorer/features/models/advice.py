"""What to do where a forward stopped: said in plain words, with the size that works as a button."""

from explorer.engine.messages import Size
from explorer.features.models import sizes
from explorer.records.forward import Forward
from explorer.records.sizes import SizeRange
from explorer.records.trace import Trace, TraceError
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.loading import short_name
from explorer.window.scene import Scene
from explorer.window.spec import Level, NoticeAction

ABOUT = "forward"
_REFUSALS = ("", "assert")  # what stopped was no operation that could not go on

_REASONS = {
    "convolution": "the convolution {} cannot take what is left of the picture there",
    "pool": "the pooling {} cannot take what is left of the picture there",
    "norm": "the normalisation {} cannot take what is left of the picture there",
    "arithmetic": "{} is given parts whose sizes differ",
    "concatenation": "{} is given parts whose sizes differ",
    "linear": "the linear layer {} is given another number of values than it has weights for",
}


class Advice:
    """Follows the forward: one notice while it has stopped, which stays until one runs through."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: Forward | None = None
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Say where the forward stopped, if it did, and which size would have worked."""
        forward = scene.forward
        # While the next one is recorded, what was said of the last one is the best that is known.
        if forward is None or forward is self._seen:
            return
        self._seen = forward
        error, desk = forward.trace.error, self._desk
        if error is None:
            desk.hush(ABOUT)
        elif forward.sizes is None:
            text = (
                f"The forward pass stopped at {error.name or error.op}: {_reason(error)}. "
                "The operations up to there can be looked at."
            )
            desk.tell(Level.WARNING, text, about=ABOUT, detail=error.told)
        else:
            text = f"{_why(forward.trace, error, forward.sizes)} {forward.sizes.sentence}"
            way_out = self._way_out(forward.sizes, forward.trace.input_shape[-2:])
            desk.tell(Level.WARNING, text, way_out, about=ABOUT, detail=error.told)

    def _way_out(self, works: SizeRange, asked: tuple[int, ...]) -> NoticeAction:
        side = works.nearest(min(asked))
        size: Size = (side, side)
        return NoticeAction(f"Use {sizes.text_of(size)}", lambda: sizes.use(self._desk, size))


def _reason(error: TraceError) -> str:
    """Return what was raised, without the name of its class."""
    kind, _, reason = error.message.partition(": ")
    return (reason or kind).rstrip(".")


def _why(trace: Trace, error: TraceError, works: SizeRange) -> str:
    """Say what does not work, and why, unless which sides do says it better than that the code refuses."""
    height, width = trace.input_shape[-2:]
    said = f"{short_name(trace.model)} does not work on {height}×{width}"
    if error.op in _REFUSALS and (works.is_one or any(side % (works.step or 1) for side in (height, width))):
        return f"{said}."
    what = _plain(error.op).format(error.name or error.op or "its start")
    return f"{said}: {what}."


def _plain(op: str) -> str:
    if not op:
        return "its own code refuses it at {}"
    if op == "assert":
        return "{} checks the size and refuses it"
    return _REASONS.get(theme.kind_of(op), "{} cannot work on what reaches it there")
