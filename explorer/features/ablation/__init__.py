"""Parts of the network switched off: what would the answer be, and what matters for it."""

from explorer.features.ablation.choice import misfit
from explorer.window.spec import Feature, PaneSpec, Place

FEATURE = Feature(
    panes=(
        PaneSpec(
            "ablation",
            "What if",
            "Switch channels, heads or branches off and see what becomes of the answer",
            Place.LENS,
            "explorer.features.ablation.pane:AblationPane",
            "Alt+8",
            misfit=misfit,
        ),
    ),
)
