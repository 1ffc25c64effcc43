"""The photos that come with the program, opened whenever a person wants one."""

from functools import partial

from explorer.features.images import choosing
from explorer.features.images.intake import open_paths, page_to_see
from explorer.records.samples import Sample, samples
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import NoticeAction


def offers(desk: Desk) -> list[NoticeAction]:
    """Return the samples as lines of a menu."""
    return [NoticeAction(it.title, partial(open_sample, desk, it), tip=tip_of(it)) for it in samples()]


def tip_of(sample: Sample) -> str:
    """Return what opening a sample does, and whose photo it is."""
    return f"Open the sample “{sample.title}” ({sample.credit}, {sample.licence})"


def open_sample(desk: Desk, sample: Sample) -> None:
    """Open a sample; one that is open already is shown."""
    key = _key(desk.scene, sample)
    if key is None:
        open_paths(desk, [str(sample.path)])
    else:
        choosing.pick(desk, key)
        desk.set(page=page_to_see(desk.scene))


def open_next(desk: Desk) -> None:
    """Open the first of the samples that is not open; show the first, if all are."""
    offered = samples()
    open_sample(desk, next((it for it in offered if _key(desk.scene, it) is None), offered[0]))


def _key(scene: Scene, sample: Sample) -> str | None:
    return next((it.key for it in scene.images if it.source.path == str(sample.path)), None)
