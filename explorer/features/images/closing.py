"""Closing inputs and getting them back: scene to scene."""

from collections.abc import Collection
from dataclasses import replace

from explorer.features.images.choice import Closed, ClosedInputs
from explorer.window.scene import Scene, SceneImage
from explorer.window.spec import DeskLike

_MOST = 64  # inputs that can be got back; pasted ones hold their bytes


def close(desk: DeskLike, keys: Collection[str]) -> None:
    """Close inputs; the one beside the one that was shown takes its place."""
    desk.put(without(desk.scene, keys))


def undo(desk: DeskLike) -> None:
    """Open again what was closed last, where it stood."""
    desk.put(restored(desk.scene))


def without(scene: Scene, keys: Collection[str]) -> Scene:
    """Return the scene without some inputs, and with no forward on any of them."""
    part = tuple(
        Closed(place, it.source, it.key == scene.image)
        for place, it in enumerate(scene.images)
        if it.key in keys
    )
    if not part:
        return scene
    kept = tuple(it for it in scene.images if it.key not in keys)
    shown = scene.image
    if shown in keys:  # what is held can still be asked for again, where there is nothing better
        held = (it.key for it in kept if scene.fits(it) and not it.failed)
        shown = scene.neighbour(shown, gone=keys) or next(held, None)
    seats = tuple(
        replace(it, forward=None) if it.forward is not None and it.forward.key in keys else it
        for it in scene.seats
    )
    node = scene.node if seats[0].forward is not None else None
    closed = _bounded((*scene.choice(ClosedInputs).parts, part))
    return replace(scene.with_choice(closed), seats=seats, images=kept, image=shown, node=node)


def restored(scene: Scene) -> Scene:
    """Return the scene with what was closed last, opened anew."""
    parts = scene.choice(ClosedInputs).parts
    if not parts:
        return scene
    images, image = list(scene.images), scene.image
    for closed in parts[-1]:
        again = SceneImage.of(closed.source)
        images.insert(closed.place, again)
        if scene.fits(again) and (closed.shown or image is None):
            image = again.key
    scene = scene.with_choice(ClosedInputs(parts[:-1]))
    return replace(scene, images=tuple(images), image=image)


def _bounded(parts: tuple[tuple[Closed, ...], ...]) -> ClosedInputs:
    while len(parts) > 1 and sum(map(len, parts)) > _MOST:
        parts = parts[1:]
    return ClosedInputs(parts)
