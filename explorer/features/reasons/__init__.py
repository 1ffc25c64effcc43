"""Reasons: why a class got its score, as a map over the picture."""

from explorer.features.reasons.fit import misfit
from explorer.window.spec import Feature, PaneSpec, Place, Verb

FEATURE = Feature(
    panes=(
        PaneSpec(
            "why",
            "Why",
            "Which parts of the picture speak for a class",
            Place.LENS,
            "explorer.features.reasons.pane:ReasonsPane",
            "Alt+5",
            misfit=misfit,
            words="saliency heat map heatmap grad-cam gradcam cam gradients explanation explain interpretability "
            "attribution occlusion occlude cover integrated lime shap",
        ),
    ),
    verbs=(Verb("explain", "show why a class got its score", "explorer.features.reasons.terminal"),),
)
