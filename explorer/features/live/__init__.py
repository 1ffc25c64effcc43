"""Changes that a person tries on the input: what the network makes of them follows at once."""

from explorer.features.live import doing
from explorer.features.live.fit import not_trying
from explorer.window.live import is_trying
from explorer.window.spec import ActionSpec, Feature, PaneSpec, Place

FEATURE = Feature(
    panes=(
        PaneSpec("live", "Changes", "What is tried on the input: cover, blur, turn, draw", Place.SIDE,
                 "explorer.features.live.pane:LivePane", misfit=not_trying),
    ),
    actions=(
        ActionSpec("tryChanges", "Try changes on the input",
                   "Cover, blur, turn or draw on the input; maps and answer follow at once", doing.toggle, ("E",),
                   menu="View/Input", enabled=doing.can_try, checked=is_trying, part=5,
                   needs="a network that takes one picture, and an image",
                   words="edit occlusion cover patch what if blur noise brightness contrast rotate crop live perturb"),
        ActionSpec("seeBefore", "Before the changes", "Show the input, the maps and the answer as they were before",
                   doing.peek, ("Shift+E",), menu="View/Input", enabled=doing.is_changed,
                   checked=doing.is_peeking, part=5, needs="a changed input",
                   words="compare after original"),
        ActionSpec("resetChanges", "Take the changes back", "Show the input as it was, without any change",
                   doing.reset, ("Alt+E",), menu="View/Input", enabled=doing.is_changed, part=5,
                   needs="a changed input", words="reset undo original"),
        ActionSpec("keepChanged", "Keep the changed input as an image",
                   "Open the changed picture as an image of its own, so that everything can be asked of it",
                   doing.keep, ("Ctrl+Alt+E",), menu="View/Input", enabled=doing.is_changed, part=5,
                   needs="a changed input", words="save freeze copy"),
    ),
    followers=("explorer.features.live.pace:Pace",),
)  # fmt: skip
