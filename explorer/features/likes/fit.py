"""Whether there is something to say of what channels like; without its questions, of which the start has no use."""

from explorer.window.scene import Scene


def misfit(scene: Scene) -> str:
    """Say why nothing can be said of what the channels of what is shown like; empty if it can."""
    if scene.seat.reads_words:
        return "This network reads words: its channels like no part of a picture."
    if scene.current is None:
        return ""
    if not scene.current.is_operation:
        return "This is no operation of the network; step to a convolution to see what its channels like."
    if not scene.current.channels:
        return "The values of this operation have no places; step to a layer with places to see what its channels like."
    return ""
