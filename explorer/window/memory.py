"""What comes back at the next start: both models, inputs, operation, page and the layout of the window."""

import os
from collections.abc import Container
from dataclasses import replace
from pathlib import Path

from explorer.engine.messages import LoadModel
from explorer.records.images import ImageSource
from explorer.records.names import DEFAULT_MODEL, split_file
from explorer.window import drops
from explorer.window.addresses import shown
from explorer.window.frame import MainWindow
from explorer.window.kept_seat import KeptSeat
from explorer.window.scene import Scene, SceneImage, Seat
from explorer.window.settings import Settings, content_hash
from explorer.window.start import Start

_SEED = 0
_SEATS = ("scene/first", "scene/second")
_MOST_INPUTS = 32


class Memory:
    """Turns the settings into a scene, and a window's end into settings.

    Attributes:
        notes: What did not come back, one line each.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._is_opened: dict[str, bool] = {}  # by the key of each input that there ever was
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
            page=_known(settings.text("scene/page", ""), known, "explore"),
            lens=_known(settings.text("scene/lens", ""), known, "maps"),
            navigator=_known(settings.text("scene/navigator", ""), known, "layers"),
            layer=settings.text("scene/layer", "") or None,
        )
        scene = self._with_images(start, scene)
        return replace(scene, seats=self._seats(start, scene))

    def _with_images(self, start: Start, scene: Scene) -> Scene:
        if start.images:
            paths = [str(Path(path).absolute()) for path in start.images]
            there = [path for path in paths if os.path.lexists(path)]
            asked = drops.sort(tuple(there))
            others = set(there) - {source.path for source in asked.sources}
            opened = (_source(path) for path in paths if path not in others)
            return scene.with_inputs(*opened).with_choice(replace(asked, sources=()))  # those as if dropped
        settings = self._settings
        kept = settings.texts("scene/images")
        remembered = [path for path in kept if Path(path).is_file()]
        if len(remembered) < len(kept):
            gone = len(kept) - len(remembered)
            self.notes.append(
                f"{gone:,} of the {len(kept):,} images of the last time are not there any more."
            )
        words = settings.texts("scene/words")
        scene = scene.with_inputs(
            *(_source(path) for path in remembered), *(ImageSource(f"“{word}”", text=word) for word in words)
        )
        key = _key(scene, settings.text("scene/image", ""))
        return replace(scene, image=scene.image if key is None else key)

    def _seats(self, start: Start, scene: Scene) -> tuple[Seat, ...]:
        """Return the seats as they were, but for a first network that the person names."""
        kept = [self._kept(number) for number in range(len(_SEATS))]
        if start.model is not None:
            trusted = start.trusted or self._consent(start.model)
            device = kept[0].command.device if kept[0] is not None else "cpu"
            first = Seat(LoadModel(start.model, seed=_SEED, device=device, trusted=trusted))
        else:
            first = self._seat(0, kept[0], scene) or Seat(LoadModel(DEFAULT_MODEL, seed=_SEED))
        second = self._seat(1, kept[1], scene)
        return (first,) if second is None else (first, second)

    def _kept(self, number: int) -> KeptSeat | None:
        return KeptSeat.read(self._settings.texts(_SEATS[number]), number)

    def _seat(self, number: int, kept: KeptSeat | None, scene: Scene) -> Seat | None:
        """Return a seat as it was kept; None without one. Whether its file may run is asked as for any other."""
        if kept is None:
            return None
        wanted = kept.command
        own = split_file(wanted.name)
        if own is not None and not Path(own[0]).is_file():
            instead = "no second network is loaded" if number else "the default network is loaded"
            self.notes.append(f"{Path(own[0]).name} is not there any more; {instead}.")
            return None
        image = _key(scene, kept.image) if kept.image else None
        return Seat(replace(wanted, trusted=self._consent(wanted.name)), size=kept.size, image=image)

    def _consent(self, name: str) -> bool | str:
        """Return the hash of the content of a network's file if the person agreed to run just that."""
        own = split_file(name)
        if own is None:
            return False
        try:
            content = content_hash(Path(own[0]))
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

    def follow(self, scene: Scene) -> None:
        """Take note of which inputs could be opened."""
        self._is_opened.update((image.key, image.opened is not None) for image in scene.images)

    def keep(self, window: MainWindow) -> None:
        """Remember the window and its scene; where no input could be opened, those of the time before stay."""
        settings, scene = self._settings, window.desk.scene
        settings.set_layout(window.saveGeometry(), window.explore.widths)
        for name in ("page", "lens", "navigator"):
            settings.put(f"scene/{name}", getattr(scene, name))
        settings.put("scene/layer", scene.layer or "")
        if self._has_opened:
            self._keep_inputs(scene)
        for number in range(len(_SEATS)):
            self._keep_seat(scene, number)
        settings.save()

    @property
    def _has_opened(self) -> bool:
        return any(self._is_opened.values())

    def _keep_inputs(self, scene: Scene) -> None:
        settings = self._settings
        sources = [image.source for image in scene.images if not image.failed][-_MOST_INPUTS:]
        settings.put("scene/images", [source.path for source in sources if source.path])
        settings.put("scene/words", [source.text for source in sources if source.text is not None])
        settings.put("scene/image", _name(scene.selected))

    def _keep_seat(self, scene: Scene, number: int) -> None:
        seat = scene.seats[number] if number < len(scene.seats) else Seat()
        before = self._kept(number)
        image = _name(scene.find(seat.image)) if self._has_opened or before is None else before.image
        kept = KeptSeat.of(seat, image, before)
        if kept is not None or number:  # a first one that did not come is tried again
            self._settings.put(_SEATS[number], [] if kept is None else kept.texts())


def _name(image: SceneImage | None) -> str:
    """Return what an input is found by at the next start; empty for none, and for one that has no file."""
    return (image.source.path or image.source.text or "") if image is not None else ""


def _key(scene: Scene, name: str) -> str | None:
    """Return the key of the input that was kept under a name."""
    return next((it.key for it in scene.images if name in (it.source.path, it.source.text)), None)


def _source(path: str) -> ImageSource:
    return ImageSource(shown(path), path=str(Path(path).absolute()))


def _known(id: str, known: Container[str], default: str) -> str:
    return id if id in known else default
