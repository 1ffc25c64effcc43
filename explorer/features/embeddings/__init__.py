"""The network as a backbone: embeddings of the open images at one layer."""

from explorer.features.embeddings.choice import Backbone, embedding
from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec, DeskLike, Feature, PaneSpec, Place

_LONGEST = 36  # letters of a name on the button


def _use(desk: DeskLike) -> None:
    """Cut the network at the operation that is shown, and open the page; what was cancelled or failed is asked anew."""
    current = desk.scene.current
    if current is not None:
        desk.choose(Backbone(current.name, desk.scene.choice(Backbone).pooling))
        desk.set(page="images")
        asked = embedding(desk.scene)
        if asked is not None:
            desk.ask_again(asked)


def _title(scene: Scene) -> str:
    """Name the layer, in the middle less of a long name."""
    name = scene.current.name if scene.current is not None else "this layer"
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST // 3]}…{name[-_LONGEST // 2 :]}"
    return f"Use {short} as backbone"


FEATURE = Feature(
    panes=(
        PaneSpec(
            "images",
            "Images",
            "What the open images become at a layer, and which are similar there",
            Place.PAGE,
            "explorer.features.embeddings.pane:EmbeddingsPane",
            "Ctrl+3",
            "images",
        ),
    ),
    actions=(
        ActionSpec(
            "useAsBackbone",
            _title,
            "Embed all open images at the operation that is shown",
            _use,
            ("Ctrl+B",),
            menu="&Model",
            enabled=lambda scene: scene.node is not None,
        ),
    ),
)
