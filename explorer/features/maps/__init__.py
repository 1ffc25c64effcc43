"""Feature maps: the value of an operation, all channels side by side and one of them large."""

from explorer.window.spec import Feature, PaneSpec, Place

FEATURE = Feature(
    panes=(
        PaneSpec(
            "maps",
            "Maps",
            "All channels of the operation's output, and one of them large",
            Place.LENS,
            "explorer.features.maps.pane:MapsPane",
            "Alt+1",
            words="feature maps activations values neurons histogram heat map heatmap",
        ),
    ),
    followers=("explorer.features.maps.telling:Telling",),
)
