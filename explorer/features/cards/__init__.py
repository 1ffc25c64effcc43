"""What a course says of an architecture: its card, and the networks on a line of time."""

from explorer.window.spec import Feature, PaneSpec, Place

FEATURE = Feature(
    panes=(
        PaneSpec(
            "card",
            "Architecture",
            "What to know of this architecture, and what to look at",
            Place.SIDE,
            "explorer.features.cards.pane:CardPane",
        ),
        PaneSpec(
            "history",
            "History",
            "The networks by year and error; each opens with a click",
            Place.PAGE,
            "explorer.features.cards.history:HistoryPane",
            "Ctrl+5",
            "timeline",
            words="timeline papers architectures accuracy",
        ),
    ),
    followers=("explorer.features.cards.guide:Guide",),
)
