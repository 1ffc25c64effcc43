"""Whether something can be switched off; without its questions, of which the start has no use."""

from explorer.window.findings import answer_of
from explorer.window.scene import Scene


def without_classes(scene: Scene) -> str:
    """Say why no answer of the network could change, whatever is switched off; empty if one could."""
    answer = answer_of(scene)
    if answer is not None and answer.finding is not None:
        return (
            "This network gives no score of a class for the whole picture: there is none that could change."
        )
    if answer is not None and not answer.predictions:
        return "The network gives no classes: there is no answer that could change."
    return ""


def misfit(scene: Scene) -> str:
    """Say why nothing can be switched off in what is shown; empty if it can."""
    if why := without_classes(scene):
        return why
    node = scene.current
    if node is not None and not node.is_operation:
        return "This is no operation of the network; step to one to switch parts of it off."
    return ""
