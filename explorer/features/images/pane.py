"""The open inputs beside each other, each with what the model answers to it."""

from typing import Any

from PySide6.QtWidgets import QStackedWidget

from explorer.features.images import choosing, closing
from explorer.features.images.strip import ImageStrip
from explorer.features.images.tidy import ABOUT
from explorer.window.desk import Desk
from explorer.window.live import is_trying
from explorer.window.scene import Scene, SceneImage
from explorer.window.spec import Level, Wish
from explorer.window.widgets.live_tools import LiveTools


class StripPane:
    """Keeps the strip true to the open inputs; a click shows one, Delete closes it.

    While changes are tried, what is in hand has its place: nothing below it moves.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown: dict[str, SceneImage] = {}
        self._weights: object = None
        self.strip = ImageStrip()
        self.strip.image_selected.connect(self._on_selected)
        self.strip.image_closed.connect(lambda key: closing.close(desk, (key,)))
        self.tools: LiveTools | None = None
        self.widget = QStackedWidget()
        self.widget.setFixedHeight(self.strip.height())
        self.widget.addWidget(self.strip)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: what is known of the inputs stands in the scene."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Bring the strip, or what is in hand, to where the scene is."""
        if is_trying(scene):
            if self.tools is None:
                self.tools = LiveTools(self._desk)
                self.widget.addWidget(self.tools)
            self.tools.show_scene(scene)
        self.widget.setCurrentIndex(int(is_trying(scene)))
        weights = scene.model if scene.seat.is_live else None
        if weights is not self._weights:
            self._weights = weights
            self._shown.clear()
        self._arrange(scene)
        for image in scene.images:
            if self._shown.get(image.key) is not image:
                self._show_image(scene, image)
        self._shown = {image.key: image for image in scene.images}
        self.strip.select(scene.image or "")

    def _arrange(self, scene: Scene) -> None:
        strip, there = self.strip, self.strip.keys()
        for key in set(there) - {image.key for image in scene.images}:
            strip.remove(key)
        for place, image in enumerate(scene.images):
            if image.key not in there:
                strip.add_pending(image.key, image.source.name, place)

    def _show_image(self, scene: Scene, image: SceneImage) -> None:
        strip, before = self.strip, self._shown.get(image.key)
        if image.opened is not None and (before is None or before.opened is not image.opened):
            strip.set_opened(image.opened)
        is_live, model = scene.seat.is_live, scene.model
        answer = image.answer if is_live else None
        top, tie = (answer.headline, answer.tie) if answer is not None else (None, "")
        strip.set_answer(image.key, top, model is not None and not model.is_random, tie)
        if image.failed:
            strip.set_failed(image.key, f"{image.failed}\nClick to see what can be done.")
        elif image.held:
            strip.set_held(image.key, f"Not recorded: {image.held}\nClick to record it again.")
        elif not scene.fits(image):
            strip.set_held(
                image.key, choosing.kind_of(scene), "no word" if scene.seat.reads_words else "no image"
            )

    def _on_selected(self, key: str) -> None:
        image = self._desk.scene.find(key)
        if image is None:
            return
        if self._desk.scene.fits(image):
            choosing.pick(self._desk, key)
        else:
            self._desk.tell(Level.INFO, choosing.kind_of(self._desk.scene), about=ABOUT)
            self.strip.select(self._desk.scene.image or "")
        self._desk.settle()
