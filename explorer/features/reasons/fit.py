"""Whether there may be something to explain; without its questions, of which the start has no use."""

from explorer.window.scene import Scene


def misfit(scene: Scene) -> str:
    """Say why there is nothing to explain, whatever is chosen; empty if there may be."""
    if scene.seat.reads_words:
        return "This network reads words: there is no picture to lay reasons over."
    forward = scene.forward
    if forward is None:
        return ""
    if forward.trace.error is not None:
        return "The forward failed: there is no answer to explain."
    if forward.picture is None:
        return "The input is an array: there is no picture to lay reasons over."
    if forward.answer.finding is not None:
        return (
            "This network gives no score of a class for the whole picture, which is what the methods explain."
        )
    if not forward.answer.predictions:
        return f"There is no class to explain. {forward.answer.reason}".rstrip()
    return ""
