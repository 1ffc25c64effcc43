"""What comes back at the next start: both models, inputs, operation, page and the layout of the window."""

from collections.abc import Container
from dataclasses import replace
from pathlib import Path

from explorer.engine.messages import LoadModel, Size
from explorer.records.images import ImageSource
from explorer.records.initialisation import Scheme
from explorer.records.names import DEFAULT_MODEL, split_file
from explorer.window.addresses import shown
from explorer.window.frame import MainWindow
from explorer.window.scene import Scene, SceneImage, Seat
from explorer.window.settings import Settings, content_hash
from explorer.window.start import Start

_SEED = 0
_SECOND = "scene/second"
_SECOND_PARTS = ("name", "weights", "seed", "device", "scheme", "size", "image")
_MOST_INPUTS = 32


class Memory:
    """Turns the settings into a scene, and a window's end into settings.

    Attributes:
        notes: What did not come back, one line each.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.notes: list[str] = []

    def scene(self, start: Start, known: Container[str]) -> Scene:
        """Return the scene to begin with: what the person asks for, the rest as it was the last time.

        Args:
            start: What the person asks for.
            known: Ids of the panes and pages that there are.
        """
        settings = self._settings
        if start.memory is not None:
            settings.memory = start.memory
        scene = Scene(
            seats=(Seat(wanted=self._model(start)),),
            page=_known(settings.text("scene/page", ""), known, "explore"),
            lens=_known(settings.text("scene/lens", ""), known, "maps"),
            navigator=_known(settings.text("scene/navigator", ""), known, "layers"),
            layer=settings.text("scene/layer", "") or None,
        )
        if start.images:
            return self._with_second(start, scene.with_inputs(*(_source(path) for path in start.images)))
        kept = settings.texts("scene/images")
        remembered = [path for path in kept if Path(path).is_file()]
        if len(remembered) < len(kept):
            gone = len(kept) - len(remembered)
            self.notes.append(f"{gone} of the {len(kept)} images of the last time are not there any more.")
        words = settings.texts("scene/words")
        scene = scene.with_inputs(
            *(_source(path) for path in remembered), *(ImageSource(f"“{word}”", text=word) for word in words)
        )
        key = _key(scene, settings.text("scene/image", ""))
        return self._with_second(start, replace(scene, image=scene.image if key is None else key))

    def _with_second(self, start: Start, scene: Scene) -> Scene:
        """Return the scene with the network that was compared, unless the person names one to begin with.

        It is loaded behind the first one; whether its file may run is asked as for any other.
        """
        kept = self._settings.texts(_SECOND)
        if start.model is not None or len(kept) != len(_SECOND_PARTS):
            return scene
        told = dict(zip(_SECOND_PARTS, kept, strict=True))
        name, split = told["name"], split_file(told["name"])
        if split is not None and not Path(split[0]).is_file():
            self.notes.append(f"{Path(split[0]).name} is not there any more; no second network is loaded.")
            return scene
        scheme = told["scheme"] if told["scheme"] in set(Scheme) else Scheme.DEFAULT
        wanted = LoadModel(
            name,
            told["weights"] or None,
            seed=_number(told["seed"]),
            device=told["device"],
            trusted=self._consent(Path(split[0])) if split is not None else False,
            initialisation=Scheme(scheme),
            seat=1,
        )
        image = _key(scene, told["image"]) if told["image"] else None
        return replace(scene, seats=(scene.seat, Seat(wanted=wanted, size=_size(told["size"]), image=image)))

    def _model(self, start: Start) -> LoadModel:
        name = start.model or self._settings.model
        trusted: bool | str = start.trusted
        split = split_file(name)
        if split is not None and not trusted:
            trusted = self._consent(Path(split[0]))
            if start.model is None and not Path(split[0]).is_file():
                self.notes.append(
                    f"{Path(split[0]).name} is not there any more; the default network is loaded."
                )
                name = DEFAULT_MODEL
        return LoadModel(name, seed=_SEED, device=self._settings.device, trusted=trusted)

    def _consent(self, file: Path) -> bool | str:
        """Return the hash of a file's content if the person agreed to run just that."""
        try:
            content = content_hash(file)
        except OSError:
            return False
        return content if self._settings.is_trusted(content) else False

    def lay_out(self, window: MainWindow) -> None:
        """Put the window where it was, if that is still on a screen."""
        geometry = self._settings.geometry()
        if not geometry.isEmpty():
            window.restoreGeometry(geometry)
        if widths := self._settings.widths():
            window.explore.set_widths(widths)

    def keep(self, window: MainWindow) -> None:
        """Remember the window and its scene."""
        settings, scene = self._settings, window.desk.scene
        settings.set_layout(window.saveGeometry(), window.explore.widths)
        for name in ("page", "lens", "navigator"):
            settings.put(f"scene/{name}", getattr(scene, name))
        settings.put("scene/layer", scene.layer or "")
        sources = [image.source for image in scene.images if not image.failed][-_MOST_INPUTS:]
        settings.put("scene/images", [source.path for source in sources if source.path])
        settings.put("scene/words", [source.text for source in sources if source.text is not None])
        settings.put("scene/image", _name(scene.selected))
        before = settings.texts(_SECOND)[:1]
        settings.put(_SECOND, _second(scene, *before))
        settings.save()


def _second(scene: Scene, before: str = "") -> list[str]:
    """Return what is kept of the network that is compared, in the order of its parts; nothing without one.

    One that is still being loaded is kept if it was there before: in this engine, in the one that ended, or under the
    name `before` at the end of the last program.
    """
    seat = scene.seats[1] if len(scene.seats) > 1 else None
    if seat is None or seat.wanted is None:
        return []
    wanted, size = seat.wanted, "" if seat.size is None else "×".join(map(str, seat.size))
    was_there = seat.model.entry.full_name if seat.model is not None and seat.loaded is None else before
    if wanted != seat.loaded and wanted.name != was_there:
        return []
    seed = "" if wanted.seed is None else str(wanted.seed)
    image = _name(scene.find(seat.image))
    return [wanted.name, wanted.weights or "", seed, wanted.device, wanted.initialisation.value, size, image]


def _name(image: SceneImage | None) -> str:
    """Return what an input is found by at the next start; empty for none, and for one that has no file."""
    return (image.source.path or image.source.text or "") if image is not None else ""


def _key(scene: Scene, name: str) -> str | None:
    """Return the key of the input that was kept under a name."""
    return next((it.key for it in scene.images if name in (it.source.path, it.source.text)), None)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def _size(text: str) -> Size | None:
    height, _, width = text.partition("×")
    sides = _number(height), _number(width)
    return None if sides[0] is None or sides[1] is None else (sides[0], sides[1])


def _source(path: str) -> ImageSource:
    return ImageSource(shown(path), path=str(Path(path).absolute()))


def _known(id: str, known: Container[str], default: str) -> str:
    return id if id in known else default
