"""Take along what is shown: saved as a file, or copied."""

from explorer.features.export.choice import Savable
from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec, DeskLike, Feature


def _save(desk: DeskLike) -> None:
    from explorer.features.export.saving import save_shown  # here: it brings Qt

    save_shown(desk)


def _copy(desk: DeskLike) -> None:
    from explorer.features.export.saving import copy_shown

    copy_shown(desk)


def _is_there(scene: Scene) -> bool:
    return scene.choice(Savable).there


FEATURE = Feature(
    actions=(
        ActionSpec(
            "saveShown",
            "Save what is shown…",
            "Save what the lens or the page in front shows into a file",
            _save,
            ("Ctrl+S",),
            "save",
            "File",
            in_bar=True,
            enabled=_is_there,
            part=2,
            words="export download picture figure table screenshot print report csv npy png svg pdf",
        ),
        ActionSpec(
            "copyShown",
            "Copy what is shown",
            "Copy what the lens or the page in front shows",
            _copy,
            ("Ctrl+Alt+C",),
            menu="File",
            enabled=_is_there,
            part=2,
            words="export clipboard screenshot picture table",
        ),
    ),
    followers=("explorer.features.export.follower:Follower",),
)
