"""Attention: where each token of a transformer looks, head by head, on the photo."""

from explorer.features.attention.fit import misfit
from explorer.window.spec import Feature, PaneSpec, Place, Verb

FEATURE = Feature(
    panes=(
        PaneSpec(
            "attention",
            "Attention",
            "Where each token looks on the photo, head by head",
            Place.LENS,
            "explorer.features.attention.pane:AttentionPane",
            "Alt+4",
            misfit=misfit,
            words="transformer vit swin self-attention rollout heads patches positions matrix",
        ),
    ),
    verbs=(
        Verb(
            "attention",
            "tell how the tokens of a layer look at each other",
            "explorer.features.attention.terminal",
        ),
    ),
)
