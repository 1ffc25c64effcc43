"""The page of the backbone: has the open images embedded and shows the nearest to the selected one."""

from collections.abc import Callable
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

from explorer.engine.command import Command
from explorer.engine.envelopes import Failure
from explorer.features.embeddings.choice import Backbone, compare_at, cut_at, embedding, proposed
from explorer.features.embeddings.messages import SaveBackbone, SaveEmbeddings
from explorer.features.embeddings.neighbour_table import Neighbour
from explorer.features.embeddings.view import NO_BACKBONE, EmbeddingView
from explorer.records.embeddings import Embeddings
from explorer.records.names import plain
from explorer.window.desk import Desk
from explorer.window.save_path import ask_where_to_save, file_name
from explorer.window.scene import Scene, SceneImage
from explorer.window.spec import Export, Level, Waiting, Wish
from explorer.window.widgets.picture_exports import figure

_WEIGHTS = "Weights (*.safetensors *.pt)"
_ARRAYS = "Embeddings (*.npz)"
_SAVED = "save"


class EmbeddingsPane:
    """Embeds at the backbone's layer; one that the person chose stays while it is there, whatever model comes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown: Embeddings | None = None
        self._images: tuple[SceneImage, ...] = ()
        self.widget = EmbeddingView(desk.action("useAsBackbone"))
        self.widget.pooling_chosen.connect(
            lambda it: desk.choose(replace(desk.scene.choice(Backbone), pooling=it))
        )
        self.widget.image_selected.connect(lambda key: desk.set(image=key))
        self.widget.begun.connect(self._on_begun)
        self.widget.weights_requested.connect(self._on_weights_requested)
        self.widget.embeddings_requested.connect(self._on_embeddings_requested)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the embeddings of all open images that the network reads."""
        command = embedding(scene)
        return None if command is None else Wish(command)

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the vector of the selected image and those nearest to it."""
        view, choice = self.widget, scene.choice(Backbone)
        busy = isinstance(answer, Waiting)
        if not busy or scene.forward is not None:
            view.set_backbone(_said(scene, cut_at(scene)), _why_none(scene))
        view.name_layer(scene.current.person_name if scene.current is not None else None)
        view.propose(_said(scene, proposed(scene.trace)), _has_two(scene))
        if scene.images is not self._images:
            self._images = scene.images
            view.set_open(_open(scene))
        view.set_pooling(choice.pooling)
        view.set_busy(busy)
        view.set_savable(embedding(scene) is not None)
        embeddings = answer if isinstance(answer, Embeddings) else self._shown if busy else None
        if embeddings is not self._shown:
            self._shown = embeddings
            view.set_embeddings(embeddings)
        view.select_image(scene.image, _name(scene), _thumbnails(scene), _waiting(scene, answer))

    def _on_begun(self) -> None:
        layer = proposed(self._desk.scene.trace)
        if not _has_two(self._desk.scene):
            self._desk.action("openImages").trigger()
        elif layer is not None:
            compare_at(self._desk, layer, is_proposed=True)

    # ---- files ----

    def exports(self) -> tuple[Export, ...]:
        """Offer the neighbours and the vector of the selected image as a figure."""
        shown = self._shown
        if shown is None:
            return ()
        name = file_name(shown.model, shown.layer, "images")
        title = ", ".join((plain(shown.model), shown.layer, shown.weights))
        return figure(self.widget, name, title, self.widget.controls)

    def _on_weights_requested(self) -> None:
        # What is saved is what was shown when the dialog opened, whatever comes while it is open.
        asked = embedding(self._desk.scene)
        if asked is not None:
            self._save(
                "Save weights up to here",
                _WEIGHTS,
                (".safetensors", ".pt"),
                lambda path: SaveBackbone(asked.forward, asked.node, path, asked.pooling),
            )

    def _on_embeddings_requested(self) -> None:
        asked = embedding(self._desk.scene)
        if asked is not None:
            self._save(
                "Save embeddings",
                _ARRAYS,
                (".npz",),
                lambda path: SaveEmbeddings(asked.forward, asked.keys, asked.node, path, asked.pooling),
            )

    def _save(
        self, title: str, filters: str, suffixes: tuple[str, ...], command: Callable[[str], Command[str]]
    ) -> None:
        scene = self._desk.scene
        model = scene.trace.model if scene.trace is not None else ""
        name = file_name(model, cut_at(scene) or "")
        path = ask_where_to_save(
            self.widget, self._desk.settings, title, f"{name}{suffixes[0]}", filters, suffixes
        )
        if path:
            self._desk.do(command(path), lambda saved: self._on_saved(saved))

    def _on_saved(self, path: str) -> None:
        self._desk.tell(Level.INFO, f"Saved {Path(path).name}", about=_SAVED)


def _has_two(scene: Scene) -> bool:
    """Tell whether there are images to compare with each other."""
    return sum(not it.is_word for it in scene.images) > 1


def _said(scene: Scene, layer: str | None) -> str | None:
    """Return what a person calls a layer; None where there is none of that name."""
    trace = scene.trace
    return trace.by_name[layer].person_name if trace is not None and layer in trace.by_name else None


def _why_none(scene: Scene) -> str:
    layer = cut_at(scene)
    if layer is None or scene.trace is None:
        return NO_BACKBONE
    return f"{plain(scene.trace.model)} has no operation {layer} here. {NO_BACKBONE}"


def _name(scene: Scene) -> str:
    return scene.selected.source.name if scene.selected is not None else "this image"


def _open(scene: Scene) -> list[Neighbour]:
    """Return the open images, compared with none."""
    pictures = _thumbnails(scene)
    return [
        Neighbour(it.key, it.source.name, nan, pictures.get(it.key), it.failed or it.held)
        for it in scene.images
        if not it.is_word
    ]


def _thumbnails(scene: Scene) -> dict[str, Any]:
    return {image.key: image.opened.thumbnail for image in scene.images if image.opened is not None}


def _waiting(scene: Scene, answer: Any) -> str:
    """Say why there is no embedding of the selected image yet."""
    if isinstance(answer, Waiting):
        return "Embedding the open images…"
    if isinstance(answer, Failure):
        return answer.message
    if isinstance(answer, Embeddings) and any(image.key == scene.image for image in answer.failed):
        return ""
    return "Not embedded yet."
