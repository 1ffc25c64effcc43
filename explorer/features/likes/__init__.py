"""What a channel likes: its strongest places in the open images, and a picture made to excite it."""

from explorer.features.likes.fit import misfit
from explorer.window.spec import Feature, PaneSpec, Place

FEATURE = Feature(
    panes=(
        PaneSpec(
            "likes",
            "Likes",
            "The parts of your images that the channel answers to most, and a picture made to excite it",
            Place.LENS,
            "explorer.features.likes.pane:LikesPane",
            "Alt+9",
            misfit=misfit,
            words="neurons deep dream deepdream activation maximisation maximization feature visualisation "
            "visualization patches strongest",
        ),
    ),
)
