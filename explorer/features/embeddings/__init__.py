"""The network as a backbone: embeddings of the open images at one layer."""

from explorer.features.embeddings.choice import compare_at
from explorer.window.spec import ActionSpec, DeskLike, Feature, PaneSpec, Place


def _use(desk: DeskLike) -> None:
    """Compare the open images at the operation that is shown."""
    if desk.scene.current is not None:
        compare_at(desk, desk.scene.current.name)


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
            words="embeddings features neighbours neighbors nearest similarity cosine retrieval photos pictures",
        ),
    ),
    actions=(
        ActionSpec(
            "useAsBackbone",
            "Compare images at this layer",
            "Turn every open image into the numbers of the layer that is shown (its embedding; the network up to there "
            "is a backbone) and find similar ones",
            _use,
            ("Ctrl+B",),
            menu="Model/Compare",
            enabled=lambda scene: scene.current is not None,
            words="backbone embedding features similar",
            part=2,
        ),
    ),
)
