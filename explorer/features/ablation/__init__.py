"""Parts of the network switched off: what would the answer be, and what matters for it."""

from explorer.features.ablation.fit import misfit
from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec, DeskLike, Feature, PaneSpec, Place


def _all_on(desk: DeskLike) -> None:
    from explorer.features.ablation.choice import what_if  # here and below: the start has no use of it

    desk.choose(what_if(desk.scene).with_off(frozenset()))


def _is_something_off(scene: Scene) -> bool:
    if scene.forward is None:
        return False
    from explorer.features.ablation.choice import what_if

    return bool(what_if(scene).off)


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
            words="ablation ablate occlude prune pruning remove zero lesion importance",
        ),
    ),
    actions=(
        ActionSpec(
            "allOn",
            "Switch everything on again",
            "Let nothing of the network be switched off in What if",
            _all_on,
            ("Ctrl+Alt+0",),
            menu="Model",
            enabled=_is_something_off,
            part=2,
            words="ablation undo what if",
            needs="something that is switched off",
        ),
    ),
)
