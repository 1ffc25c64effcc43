"""What a person does with the changes: begins, takes back, keeps, ends."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from explorer.features.live.fit import why_not
from explorer.records.edits import LiveView
from explorer.records.models import Preprocess
from explorer.window.live import Live, Retouched, is_trying, live
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike, Level


def can_try(scene: Scene) -> bool:
    """Tell whether changes can be tried."""
    return not why_not(scene)


def is_changed(scene: Scene) -> bool:
    """Tell whether something is changed."""
    return is_trying(scene) and not scene.choice(Live).edit.is_nothing


def is_peeking(scene: Scene) -> bool:
    """Tell whether the person looks at how it was before."""
    return is_changed(scene) and scene.choice(Live).peeks


def toggle(desk: DeskLike) -> None:
    """Begin to try changes, at first with a patch that can be dragged, or end it: the input is then as it was."""
    choice = desk.scene.choice(Live)
    if choice.on:
        desk.choose(choice.put_away())
        return
    from explorer.features.live.choice import question  # here: the start has no use of it

    begun = replace(choice, on=True, asks=question)
    desk.choose(begun.with_patch(begun.spare) if begun.edit.is_nothing else begun)


def reset(desk: DeskLike) -> None:
    """Take all changes back."""
    desk.choose(desk.scene.choice(Live).without_changes())


def peek(desk: DeskLike) -> None:
    """Show how it was before, or the changes again."""
    choice = desk.scene.choice(Live)
    desk.choose(replace(choice, peeks=not choice.peeks))


def keep(desk: DeskLike) -> None:
    """Open the changed picture as an image of its own; of it everything can be asked."""
    from explorer.features.live.keeping import as_image  # here: few keep one

    scene = desk.scene
    model, shown = scene.model, scene.selected
    changed = scene.with_choice(replace(scene.choice(Live), peeks=False))
    picture = _picture(desk, changed)
    if model is None or shown is None or picture is None or not isinstance(model.preprocess, Preprocess):
        return
    size = scene.seat.size
    preprocess = model.preprocess.at(size) if size else model.preprocess
    source = as_image(picture, preprocess, f"{shown.source.name}, changed")
    desk.put(scene.with_choice(scene.choice(Live).without_changes().put_away()).with_inputs(source))
    desk.tell(Level.INFO, f"{source.name} is an image of its own now.", about="live")


def _picture(desk: DeskLike, changed: Scene) -> NDArray[np.uint8] | None:
    """Return the changed picture; of a stream the one that is shown, None while it is on its way."""
    asked = live(changed)
    if asked is None or changed.choice(Live).asked.frame is None:
        return Retouched().picture(changed)
    seen = desk.known(asked)
    return seen.picture if isinstance(seen, LiveView) else None
