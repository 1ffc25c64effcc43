"""Words as inputs."""

from dataclasses import replace

from explorer.records.images import ImageSource
from explorer.window.scene import Scene


def with_word(scene: Scene, word: str) -> Scene:
    """Return the scene with a word shown; one that is open already is not opened twice."""
    known = next((it for it in scene.images if it.source.text == word), None)
    if known is None:
        return scene.with_inputs(ImageSource(f"“{word}”", text=word))
    return replace(scene.with_image(known.key, failed="", held=""), image=known.key)
