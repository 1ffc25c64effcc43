"""The guide: takes a person to what a hint tells of, when its network is loaded and has seen an image."""

from dataclasses import replace

from explorer.engine.messages import ListModels
from explorer.records.images import ImageSource
from explorer.records.kernels import KernelChoice
from explorer.records.models import Catalogue, WeightsStatus
from explorer.records.names import DEFAULT_MODEL, plain
from explorer.records.samples import samples
from explorer.window import loading
from explorer.window.cards import Followed, Hint, card_of
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Level, NoticeAction

_ABOUT = "hint"
_PAGES = ("images", "labs")


class Guide:
    """Follows the hint in the scene: loads its network, waits for its forward, then shows the operation it means."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked: Hint | None = None  # what a network was asked for
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Go one step towards the hint."""
        hint = scene.choice(Followed).hint
        if hint is None:
            self._asked = None
        elif _is_there(scene, hint):
            if scene.forward is not None and scene.seat.is_live:
                self._jump(scene, hint)
            elif self._asked is not hint:
                self._asked = hint
                self._ask_for_image(scene, hint)
        elif self._asked is not hint:
            self._asked = hint
            name, wanted = f"zoo:{hint.network}", scene.seat.wanted
            if (
                wanted is None or wanted.name != name
            ):  # whoever chose the hint may be loading it in a way of its own
                loading.load(self._desk, name)
            self._ask_for_image(scene, hint)
        elif scene.seat.is_live:  # another network was chosen, or that one could not be loaded
            self._desk.hush(_ABOUT)
            self._desk.choose(Followed())

    def _jump(self, scene: Scene, hint: Hint) -> None:
        desk, trace = self._desk, scene.trace
        assert trace is not None, "jumps only within a forward"
        desk.hush(_ABOUT)
        page = hint.pane if hint.pane in _PAGES else "explore"
        target = replace(scene.with_choice(Followed()), page=page)
        if page == "explore":
            target = replace(target, lens=hint.pane)
        if hint.pane == "kernels":  # what a hint tells of is the weight, whatever tensor was looked at before
            target = target.with_choice(replace(target.choice(KernelChoice), parameter=""))
        if hint.layer in trace.by_name:
            target = target.at_node(trace.by_name[hint.layer].id)
        else:
            text = f"{hint.layer} was not reached with this input; its forward pass stopped before."
            desk.tell(Level.WARNING, text, about=_ABOUT)
        desk.put(target)
        model = scene.model
        if hint.is_learned and model is not None and model.is_random:
            self._tell_random(model.entry.full_name, model.can_download)

    def _tell_random(self, name: str, can_download: bool) -> None:
        """Say that what the hint tells of was learned, which random weights have not, and offer a way to see it."""
        text = (
            f"{plain(name)} has random weights: what the hint tells of is learned and cannot be seen in them."
        )
        if can_download:
            way = NoticeAction("Download its weights", lambda: self._desk.action("downloadWeights").trigger())
        else:
            way = NoticeAction(
                "Load a trained network", lambda: loading.load(self._desk, _trained(self._desk))
            )
        self._desk.tell(Level.WARNING, text, way, about=_ABOUT)

    def _ask_for_image(self, scene: Scene, hint: Hint) -> None:
        card = card_of(f"zoo:{hint.network}")
        if card is not None and hint.network not in card.sizes:
            return  # it reads words, and begins with one of its own
        if any(not image.is_word and not image.failed for image in scene.images):
            return
        first = samples()[0].path
        source = ImageSource(first.name, path=str(first))
        sample = NoticeAction("Open a sample", lambda: self._desk.put(self._desk.scene.with_inputs(source)))
        self._desk.tell(
            Level.INFO,
            f"{hint.layer} of {hint.network} shows what it makes of an image, and none is open; drop one here.",
            sample,
            about=_ABOUT,
        )


def _is_there(scene: Scene, hint: Hint) -> bool:
    """Tell whether the loaded network can show it: another source's of the same name has the same layers."""
    model, trace = scene.model, scene.trace
    if model is None or not scene.seat.is_live or model.entry.name != hint.network:
        return False
    return model.entry.source == "zoo" or (trace is not None and hint.layer in trace.by_name)


def _trained(desk: Desk) -> str:
    """Return a network whose weights are on disk."""
    catalogue = desk.known(ListModels())
    if isinstance(catalogue, Catalogue):
        own = [it for it in catalogue.entries if it.source == "zoo" and it.weights is WeightsStatus.ON_DISK]
        if own and all(entry.full_name != DEFAULT_MODEL for entry in own):
            return own[0].full_name
    return DEFAULT_MODEL
