"""A scene with everything in it, and notices that are only remembered, for the tests of panes and of the desk."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from window_fakes import forward, loaded, predictions

from explorer.engine.messages import LoadModel
from explorer.records.answers import Answer
from explorer.records.images import ImageSource, OpenedImage
from explorer.records.models import TextInput
from explorer.window.scene import EngineState, Scene, SceneImage, Seat
from explorer.window.spec import Level, NoticeAction

TOY = LoadModel("zoo:toy", seed=0)
READER = LoadModel("zoo:reader", seed=0)
KEY = "image-photo"


def image(key: str = KEY, name: str = "photo.png", **facts: Any) -> SceneImage:
    """An open image that the toy network has answered to."""
    opened = OpenedImage(key, name, 8, 8, np.zeros((8, 8, 3), np.uint8))
    known = {"opened": opened, "answer": Answer(key, predictions())} | facts
    return SceneImage(key, ImageSource(name, path=f"/photos/{name}"), **known)


def scene(pretrained: bool = True, **changes: Any) -> Scene:
    """The toy network, one image, its forward number 1, the first convolution shown."""
    seat = Seat(wanted=TOY, loaded=TOY, model=loaded(TOY, pretrained), forward=forward(KEY))
    facts: dict[str, Any] = {"seats": (seat,), "images": (image(),), "image": KEY, "node": 1}
    return Scene(**(facts | {"engine": EngineState.ALIVE} | changes))


def without_forward(**changes: Any) -> Scene:
    """The same before its forward is there."""
    before = scene(**changes)
    return before.with_seat(forward=None)


def with_reader(now: Scene) -> Scene:
    """The scene with a network that reads words in the place of the toy network."""
    model = replace(loaded(READER), preprocess=TextInput("abcdefghijklmnopqrstuvwxyz", shortest=4, usual=8))
    return now.with_seat(wanted=READER, loaded=READER, model=model, forward=None)


class FakeNotices:
    """Remembers what was told."""

    def __init__(self) -> None:
        self.told: list[tuple[Level, str, NoticeAction | None, str | None]] = []
        self.details: dict[str, str] = {}
        self.fields: dict[str, Any] = {}

    def tell(
        self,
        level: Level,
        text: str,
        action: NoticeAction | None = None,
        about: str = "",
        field: Any = None,
        detail: str = "",
    ) -> None:
        self.close_about(about)
        self.told.append((level, text, action, about))
        self.details[text], self.fields[text] = detail, field

    def close_about(self, key: str) -> None:
        self.told = [notice for notice in self.told if not key or notice[3] != key]

    def texts(self) -> list[str]:
        return [text for _, text, _, _ in self.told]

    def press(self, label: str) -> None:
        """Press the button of that label."""
        (run,) = [action.run for _, _, action, _ in self.told if action is not None and action.label == label]
        self.told = [notice for notice in self.told if notice[2] is None or notice[2].label != label]
        run()


Settled = Callable[[], None]
