"""A scene of two networks that ran on the same photo, for the tests of the page Compare."""

from dataclasses import replace
from typing import Any

from desk_fakes import TOY, image, scene
from window_fakes import forward, loaded

from explorer.window.scene import Scene, Seat

OTHER = replace(TOY, name="zoo:other", seat=1)
PHOTOS = tuple(image(f"image-{it}", f"{it}.png") for it in "abc")


def beside(**changes: Any) -> Scene:
    """Two toy networks that ran on the first of three photos; changes are to the second seat."""
    first = Seat(wanted=TOY, loaded=TOY, model=loaded(TOY), forward=forward("image-a", 1), like=1)
    facts: dict[str, Any] = {"wanted": OTHER, "loaded": OTHER, "model": loaded(OTHER), "like": 2}
    facts |= {"forward": forward("image-a", 2, model="zoo:other")} | changes
    return scene(seats=(first, Seat(**facts)), images=PHOTOS, image="image-a", node=1)
