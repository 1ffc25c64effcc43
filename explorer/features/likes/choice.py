"""What a person wants made of a channel, and what follows from the scene for what is asked; pure."""

from dataclasses import dataclass

from explorer.features.likes.fit import misfit
from explorer.features.likes.messages import Aim, FindStrongest, MakePicture
from explorer.records import layer_choice
from explorer.records.trace import Node
from explorer.window.scene import Scene

Begun = tuple[int, int, int]


@dataclass(frozen=True)
class Liking:
    """How a picture is made.

    Attributes:
        aim: What of the channel it is to excite.
        seed: Of its start.
        steps: How many steps.
        begun: The picture that the person began: the first of the forwards that ran alike, operation and channel; None
            for none.
    """

    aim: Aim = Aim.MEAN
    seed: int = 0
    steps: int = 128
    begun: Begun | None = None


def would_begin(scene: Scene) -> Begun | None:
    """Return the picture that a person would begin now; None where none can be made, or while the channel is sought."""
    if scene.forward is None or scene.node is None or scene.seeks_channel or misfit(scene):
        return None
    return scene.seat.like or scene.forward.number, scene.node, scene.channel


def channel_count(scene: Scene) -> int:
    """Return how many channels the operation that is shown has; 0 where there is nothing to choose."""
    return 0 if would_begin(scene) is None or scene.current is None else scene.current.channels


def strongest_question(scene: Scene) -> FindStrongest | None:
    """Return the question for the strongest places in all open images; None where there is nothing to ask."""
    keys = tuple(
        it.key for it in scene.images if it.opened is not None and not it.is_word and scene.can_record(it)
    )
    begun = would_begin(scene)
    if begun is None or scene.forward is None or not keys:
        return None
    return FindStrongest(scene.forward.number, *begun[1:], keys, like=begun[0])


def picture_question(scene: Scene) -> MakePicture | None:
    """Return the question for the picture that the person began; None if it was of another channel."""
    choice, begun = scene.choice(Liking), would_begin(scene)
    if begun is None or scene.forward is None or choice.begun != begun:
        return None
    return MakePicture(scene.forward.number, *begun[1:], choice.aim, choice.steps, choice.seed, like=begun[0])


def deeper_layer(scene: Scene) -> Node | None:
    """Return the last operation that makes channels of its own, where the one that is shown sees too little."""
    node, forward = scene.current, scene.forward
    if node is None or forward is None or forward.picture is None or misfit(scene):
        return None
    if not layer_choice.is_early(node, forward.picture.shape[:2]):
        return None
    found = layer_choice.deepest(forward.trace)
    return None if found is None or found.id <= node.id else found


def nearest(scene: Scene) -> Node | None:
    """Return the operation nearest to what is shown whose channels can be looked at; None where that one's can.

    Of two that are equally near it is the one before.
    """
    node, trace = scene.current, scene.trace
    if node is None or trace is None or scene.seat.reads_words or not misfit(scene):
        return None
    fitting = (it for it in trace.nodes if it.is_operation and it.channels)
    return min(fitting, key=lambda it: (abs(it.id - node.id), it.id), default=None)


def has_one_image(scene: Scene) -> bool:
    """Tell whether there is a single image to look at."""
    question = strongest_question(scene)
    return question is not None and len(question.keys) == 1
