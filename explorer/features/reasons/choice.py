"""What a person chose of reasons, and the questions that follow from the scene; pure."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from explorer.features.reasons.fit import misfit
from explorer.features.reasons.messages import MOST_STEPS, Explain, ListClasses, Question, Randomised
from explorer.features.reasons.methods import Group, Method
from explorer.records.layer_choice import misfit as layer_misfit
from explorer.window.live import tried
from explorer.window.scene import Scene


@dataclass(frozen=True)
class Reasons:
    """What a person chose; of another network only method and opacity hold.

    Attributes:
        network: Full name of the network that the rest is of.
        method: How it is told why.
        target: Number of the class; None for the first of the answer.
        against: Number of the class beside it; None for none.
        layer: Name of the operation; empty for the default.
        share: Of the layers, from the last, that get random weights in the check; 0 for the last one alone.
        checks: Whether the map is shown beside that with random weights.
        shows_random: Whether the person wants to see maps of random weights.
        opacity: How much of the picture the strongest value hides, from 0 to 1.
        started: The slow questions that the person started, as they are asked of the input without changes.
    """

    network: str = ""
    method: Method = Method.GRAD_CAM
    target: int | None = None
    against: int | None = None
    layer: str = ""
    share: float = 1.0
    checks: bool = False
    shows_random: bool = False
    opacity: float = 0.75
    started: tuple[Question[Any], ...] = ()


def reasons(scene: Scene) -> Reasons:
    """Return what the person chose for the network that is there."""
    chosen = scene.choice(Reasons)
    if chosen.network == scene.network:
        return chosen
    return Reasons(scene.network, chosen.method, opacity=chosen.opacity)


def is_hidden(scene: Scene) -> bool:
    """Tell whether nothing is shown because the weights are random, until the person asks for it."""
    return scene.model is not None and scene.model.is_random and not reasons(scene).shows_random


def against(scene: Scene) -> int | None:
    """Return the class that is shown beside the other; None for none: the check is of one class, two are not one."""
    chosen = reasons(scene)
    target = _first(scene) if chosen.target is None else chosen.target
    alone = chosen.checks or chosen.against == target or not chosen.method.about.of_class
    return None if alone else chosen.against


def layer_of(scene: Scene) -> int | None:
    """Return the operation that the person chose in the forward that is there; None for the default."""
    layer, trace = reasons(scene).layer, scene.trace
    return trace.by_name[layer].id if trace is not None and layer in trace.by_name else None


def question(scene: Scene, target: int | None) -> Explain | None:
    """Return the question for the reasons of a class, None for the first of the answer; None if there is none."""
    if scene.forward is None or misfit(scene) or is_hidden(scene):
        return None
    method, edit = reasons(scene).method, tried(scene)
    if target is None and not edit.is_nothing:
        target = _first(scene)  # the class stays while something moves, whatever is first then
    node = layer_of(scene) if method.about.at_layer else None
    return Explain(scene.forward.number, method, target, node, way=scene.seat.way, edit=edit)


def questions(scene: Scene) -> tuple[Explain, ...]:
    """Return the questions for what is shown, slow ones also before they are started: one class, or two."""
    other = against(scene)
    targets = (reasons(scene).target, *(() if other is None else (other,)))
    return tuple(it for it in (question(scene, target) for target in targets) if it is not None)


def check(scene: Scene) -> Randomised | None:
    """Return the question whether the map depends on the weights, if the person asks it."""
    chosen, asked = reasons(scene), question(scene, reasons(scene).target)
    return Randomised.of(asked, chosen.share) if asked is not None and chosen.checks else None


def wished(scene: Scene) -> tuple[Question[Any], ...]:
    """Return what is asked now: the quick questions, and of the slow ones those that were started."""
    checked = check(scene)
    asked: tuple[Question[Any], ...] = questions(scene) if checked is None else (checked,)
    return tuple(it for it in asked if is_quick(it) or is_started(scene, it))


def waits_for_start(scene: Scene) -> bool:
    """Tell whether something is asked that is slow and was not started."""
    checked = check(scene)
    asked: tuple[Question[Any], ...] = questions(scene) if checked is None else (checked,)
    return len(wished(scene)) < len(asked)


def is_quick(command: Question[Any]) -> bool:
    """Tell whether a question takes no longer than a few forwards."""
    return command.is_quick


def is_started(scene: Scene, command: Question[Any]) -> bool:
    """Tell whether the person started a question, whatever is changed on the input."""
    return about(scene, command) in reasons(scene).started


def about(scene: Scene, command: Question[Any]) -> Question[Any]:
    """Return the question as it is asked of the input without changes."""
    asked = command.of_recorded
    return (
        replace(asked, target=None)
        if reasons(scene).target is None and asked.target == _first(scene)
        else asked
    )


def _first(scene: Scene) -> int | None:
    """Return the first class of the recorded answer; None where it has no classes."""
    first = () if scene.forward is None else scene.forward.predictions
    return first[0].index if first else None


def started(scene: Scene) -> Reasons:
    """Return the choice with all that is asked started; what was started of another forward is forgotten."""
    checked = check(scene)
    asked: tuple[Question[Any], ...] = questions(scene) if checked is None else (checked,)
    chosen = reasons(scene)
    number = None if scene.forward is None else scene.forward.number
    kept = tuple(it for it in chosen.started if getattr(it, "forward", None) == number)
    return replace(chosen, started=tuple(dict.fromkeys((*kept, *(about(scene, it) for it in asked)))))


def on_input(scene: Scene) -> Question[Any] | None:
    """Return the question for what is laid over the input at the side; None if it was not started."""
    asked = question(scene, reasons(scene).target)
    return asked if asked is not None and (is_quick(asked) or is_started(scene, asked)) else None


def classes(scene: Scene) -> ListClasses | None:
    """Return the question for the names of all classes."""
    return (
        None if scene.forward is None or misfit(scene) else ListClasses(scene.forward.number, scene.seat.way)
    )


def forwards(scene: Scene, milliseconds: float | None) -> str:
    """Say how many forwards what is asked takes, and about how long: `169 forwards, about 6 s`.

    Args:
        scene: What is true now.
        milliseconds: Of one forward; None where that was not measured.
    """
    forward, asked = scene.forward, questions(scene)
    if forward is None or forward.picture is None or not asked:
        return ""
    if is_quick(asked[0]):
        return "a few forwards"
    each = _forwards(scene, asked[0])
    if each is None:
        return "a forward for each channel of the layer"
    count = each * len(asked) * (2 if reasons(scene).checks else 1)
    most = "up to " if asked[0].method is Method.INTEGRATED_GRADIENTS else ""
    if milliseconds is None:
        return f"{most}{count:,} forwards"
    factor = 3 if asked[0].method.about.group is Group.PIXELS else 1  # the way back takes twice as long
    return f"{most}{count:,} forwards, about {_time(count * factor * milliseconds / 1e3)}"


def _forwards(scene: Scene, asked: Explain) -> int | None:
    settings = asked.settings
    if asked.method is Method.INTEGRATED_GRADIENTS:
        return 2 * MOST_STEPS
    if asked.method is Method.SMOOTH_GRAD:
        return settings.samples
    if asked.method is Method.RISE:
        return settings.masks
    if asked.method is Method.OCCLUSION and scene.forward is not None and scene.forward.picture is not None:
        sides = scene.forward.picture.shape[:2]
        patch = round(min(sides) / 7)
        rows, columns = (1 + ceil((side - patch) / max(1, patch // 2)) for side in sides)
        return rows * columns
    return None


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def unfit_layer(scene: Scene) -> str:
    """Say why no map can lie on the operation that is shown; empty if one can."""
    return "No operation is shown." if scene.current is None else layer_misfit(scene.current)
