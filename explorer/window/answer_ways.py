"""How a person wants a network's answers read: asked for from anywhere, kept with the network."""

import json
from dataclasses import replace
from pathlib import Path

from explorer.engine.messages import ReadClassNames
from explorer.records.answers import AS_DERIVED, AnswerWay, Reading
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike, Level

ABOUT = "class names"
_KEPT = "answer_ways"
_MOST = 64


def use(desk: DeskLike, way: AnswerWay) -> None:
    """Have answers read in a way, and keep that with the network that is there."""
    scene = desk.scene
    if scene.model is None or way == scene.seat.way:
        return
    _keep(desk, scene.model.entry.full_name, way)
    desk.put(with_way(scene, way))


def use_names(desk: DeskLike, path: str) -> None:
    """Have the classes called by the names in a file, if it holds some."""
    name = Path(path).name
    if desk.scene.model is None:
        text = f"{name} may hold names of classes, and there is no network to have them; choose one first (Ctrl+K)."
        desk.tell(Level.WARNING, text, about=ABOUT)
        return

    def read(names: tuple[str, ...]) -> None:
        use(desk, replace(desk.scene.seat.way, labels=path))
        several = "name of a class" if len(names) == 1 else "names of classes"
        desk.tell(Level.INFO, f"{name}: {len(names):,} {several}, from “{names[0]}” on.", about=ABOUT)

    desk.do(ReadClassNames(path), read)


def kept(desk: DeskLike, model: str) -> AnswerWay:
    """Return how answers of a network are to be read; as derived if nothing was kept."""
    return next((way for name, way in _all(desk) if name == model), AS_DERIVED)


def with_way(scene: Scene, way: AnswerWay) -> Scene:
    """Return the scene with answers of the first seat read in another way: none that was read before holds."""
    images = tuple(replace(image, answer=None) for image in scene.images)
    return replace(scene.with_seat(way=way), images=images)


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
