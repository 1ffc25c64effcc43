"""Whether changes can be tried on the input that is shown; without its questions, of which the start has no use."""

from explorer.window.live import Live
from explorer.window.scene import Scene


def why_not(scene: Scene) -> str:
    """Say why no changes can be tried on the input that is shown; empty if they can."""
    model, forward = scene.model, scene.forward
    if scene.seat.reads_words:
        return "This network reads words: there is no picture to change."
    if model is not None and (len(model.inputs) > 1 or getattr(model.preprocess, "frames", 0) > 0):
        return "This network takes more than one input; changes are tried on networks that take one."
    if forward is None or forward.picture is None:
        return "Open an image first."
    if forward.trace.error is not None:
        return "The forward stopped; choose another input size first."
    return ""


def not_trying(scene: Scene) -> str:
    """Say why there is nothing to set; empty while changes are tried."""
    return why_not(scene) or ("" if scene.choice(Live).on else "No changes are tried; press E to begin.")
