"""The network as a backbone: embeddings of the open images at one layer."""

from explorer.features.embeddings.choice import Backbone, embedding
from explorer.window.spec import ActionSpec, DeskLike, Feature, PaneSpec, Place


def _use(desk: DeskLike) -> None:
    """Cut the network at the operation that is shown, and open the page; what was cancelled or failed is asked anew."""
    current = desk.scene.current
    if current is not None:
        desk.choose(Backbone(current.name, desk.scene.choice(Backbone).pooling))
        desk.set(page="images")
        asked = embedding(desk.scene)
        if asked is not None:
            desk.ask_again(asked)


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
            "Use this layer as backbone",
            "Embed all open images at the operation that is shown",
            _use,
            ("Ctrl+B",),
            menu="&Model",
            enabled=lambda scene: scene.current is not None,
            words="embedding features similar",
            part=2,
        ),
    ),
)
