"""How a person wants a network's answers read: asked for from anywhere, kept with the network."""

import json
from dataclasses import replace
from pathlib import Path

from explorer.engine.messages import ReadClassNames
from explorer.records.answers import AS_DERIVED, AnswerWay, Reading
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike, Level, NoticeAction

ABOUT = "class names"
_KEPT = "answer_ways"
_MOST = 64


def use(desk: DeskLike, way: AnswerWay, model: str = "") -> None:
    """Have answers read in a way, and keep that with the network: the one of that full name, else the one there is."""
    scene = desk.scene
    there = scene.network
    if not (model or there):
        return
    _keep(desk, model or there, way)
    if model in ("", there) and way != scene.seat.way:
        desk.put(with_way(scene, way))


def use_names(desk: DeskLike, path: str, may_be_meant_as_image: bool = False) -> None:
    """Have the classes called by the names in a file, if it holds as many as there are classes.

    Args:
        desk: Whose network they are for.
        path: The file.
        may_be_meant_as_image: Whether the person opened it without saying as what.
    """
    name = Path(path).name
    if desk.scene.model is None:
        text = f"{name} may hold names of classes, but no network is loaded yet: open it again then (Ctrl+Shift+N)."
        desk.tell(Level.WARNING, text, about=ABOUT)
        return

    model = desk.scene.network

    def read(names: tuple[str, ...]) -> None:
        if desk.scene.network != model:
            return  # the names were for the network before
        classes, before = _classes(desk.scene), desk.scene.seat.way
        several = "name" if len(names) == 1 else "names"
        if classes is not None and len(names) not in ({classes} if classes > 1 else {1, 2}):
            text = (
                f"{name} is no image; as names of classes it holds {len(names):,} and there are {classes:,}."
                if may_be_meant_as_image
                else f"{name} holds {len(names):,} {several}, and there are {classes:,} classes: they keep their names."
            )
            desk.tell(Level.WARNING, text, about=ABOUT)
            return
        use(desk, replace(before, labels=path), model)
        text = f"{name}: {len(names):,} {several} of classes, from “{names[0]}” on."
        desk.tell(
            Level.INFO, text, NoticeAction("Undo", lambda: use(desk, before, model), waits=False), about=ABOUT
        )

    desk.do(ReadClassNames(path), read)


def kept(desk: DeskLike, model: str) -> AnswerWay:
    """Return how answers of a network are to be read; as derived if nothing was kept."""
    return next((way for name, way in _all(desk) if name == model), AS_DERIVED)


def with_way(scene: Scene, way: AnswerWay) -> Scene:
    """Return the scene with answers of the first seat read in another way: none that was read before holds."""
    images = tuple(replace(image, answer=None) for image in scene.images)
    return replace(scene.with_seat(way=way), images=images)


def _classes(scene: Scene) -> int | None:
    """Return how many classes the network's answers have; None if that is not known.

    The answer that is shown says so; while it is not there, the one that came with the forward, or another input's.
    """
    shown = scene.selected.answer if scene.selected is not None else None
    came = scene.forward.answer if scene.forward is not None else None
    if came is not None and came.way.output != scene.seat.way.output:
        came = None
    answers = (shown, came, *(it.answer for it in scene.images))
    return next((it.classes for it in answers if it is not None and it.classes is not None), None)


def _keep(desk: DeskLike, model: str, way: AnswerWay) -> None:
    others = [(name, it) for name, it in _all(desk) if name != model]
    all_ways = others if way == AS_DERIVED else [(model, way), *others]
    desk.settings.put(
        _KEPT, [json.dumps([name, it.reading, it.output, it.labels]) for name, it in all_ways[:_MOST]]
    )


def _all(desk: DeskLike) -> list[tuple[str, AnswerWay]]:
    """Return all that is kept, the latest first; what is broken is left out."""
    found = []
    for text in desk.settings.texts(_KEPT):
        try:
            name, reading, output, labels = json.loads(text)
            sound = isinstance(name, str) and all(
                it is None or isinstance(it, str) for it in (output, labels)
            )
            if sound:
                found.append((name, AnswerWay(None if reading is None else Reading(reading), output, labels)))
        except (ValueError, TypeError):
            continue
    return found
