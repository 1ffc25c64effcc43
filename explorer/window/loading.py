"""How a model is asked for, from anywhere: what is wanted is written into the scene, the stage loads it.

Whether a person's own file may run, and which callable in it builds the network, is asked by the feature of models
before the stage sees the wish; who asks for a model needs not care.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.engine.messages import LoadModel, Size, SwapSeats
from explorer.records.initialisation import Scheme
from explorer.records.names import split_file
from explorer.window.questions import landing_node
from explorer.window.scene import Scene, Seat
from explorer.window.spec import DeskLike, Level

WEIGHTS_ENDINGS = (".safetensors", ".pt", ".pth", ".bin", ".ckpt", ".pth.tar", ".th", ".pkl", ".index.json")
ABOUT = "model"
"""What notices about loading are about; the stage closes them when a model is there."""


def load(
    desk: DeskLike, name: str, weights: str | None = None, seed: int = 0, scheme: Scheme = Scheme.DEFAULT
) -> None:
    """Have a model loaded, on the device of the one before; the same again is built anew.

    Args:
        desk: Where the scene is.
        name: `NAME`, `SOURCE:NAME` or `path/to/file.py:callable`; the callable of a file is asked for where it lacks.
        weights: `pretrained`, `random`, a file, or None for pretrained if on disk, else random.
        seed: What random weights are drawn from.
        scheme: How random weights are drawn.
    """
    want(desk, command(desk.scene, name, weights, seed, scheme))


def command(
    scene: Scene, name: str, weights: str | None = None, seed: int = 0, scheme: Scheme = Scheme.DEFAULT
) -> LoadModel:
    """Return what has a model loaded, on the device of the one before; arguments as for `load`."""
    return LoadModel(name, weights, seed=seed, device=device_of(scene), initialisation=scheme)


def load_file(desk: DeskLike, path: str) -> None:
    """Have a network of a person's own Python file loaded; which callable builds it is asked."""
    load(desk, path)


def load_weights(desk: DeskLike, path: str) -> None:
    """Have a file of weights loaded into the model that is there."""
    wanted = desk.scene.seat.wanted
    if wanted is None:
        text = (
            f"{Path(path).name} holds weights, and there is no model to take them; choose one first (Ctrl+K)."
        )
        desk.tell(Level.WARNING, text, about=ABOUT)
    else:
        want(desk, replace(wanted, weights=path, initialisation=Scheme.DEFAULT))


def move(desk: DeskLike, device: str) -> None:
    """Have the model loaded again on another device."""
    wanted = desk.scene.seat.wanted
    if wanted is not None and wanted.device != device:
        want(desk, replace(wanted, device=device))


def reload(desk: DeskLike, seat: int = 0) -> None:
    """Have the model of a seat built anew: its file, or that of its weights, may have changed."""
    wanted = desk.scene.seats[seat].wanted if seat < len(desk.scene.seats) else None
    if wanted is None:
        return
    # What was agreed to is the content as it was; its consent is looked up for the content as it is.
    trusted = wanted.trusted if wanted.trusted is True else False
    want(desk, replace(wanted, trusted=trusted))


def want(desk: DeskLike, command: LoadModel) -> None:
    """Have a model loaded in its seat as the command says; what is loaded just so is built anew."""
    seat = desk.scene.seats[command.seat]
    scene = desk.scene.with_seat(command.seat, wanted=command, stale=command == seat.loaded)
    if seat.model is None and (seat.wanted is None or seat.wanted.name != command.name):
        scene = scene.with_seat(command.seat, size=None)  # it was that of a network that has not come
    desk.put(scene)


def want_beside(
    desk: DeskLike, command: LoadModel, size: Size | None = None, image: str | None = None
) -> None:
    """Have a model loaded in the second seat, to be compared with the first.

    Args:
        desk: Where the scene is.
        command: The model; whichever seat it names, it is the second.
        size: Height and width of its inputs; None for its own.
        image: Key of the input that it gets; None for the one that is shown.
    """
    scene, command = desk.scene, replace(command, seat=1)
    before = scene.seats[1] if len(scene.seats) > 1 else Seat()
    forward = before.forward if before.size == size else None
    beside = replace(before, wanted=command, size=size, image=image, held=None, forward=forward)
    desk.put(replace(scene, seats=(scene.seat, beside)))


def close_beside(desk: DeskLike) -> None:
    """Let go of the model in the second seat."""
    desk.put(replace(desk.scene, seats=desk.scene.seats[:1]))


def swap(desk: DeskLike, partner: str | None, done: Callable[[], object] = lambda: None) -> None:
    """Let the models of the two seats take each other's place, and show the second's operation `partner`.

    Args:
        desk: Where the scene is.
        partner: Name of the operation; None keeps the one that is shown, if the second has it too.
        done: Called when they have.
    """
    asked = _loaded(desk.scene)

    def swapped(_: None) -> None:
        if (
            _loaded(desk.scene) != asked
        ):  # the second was closed meanwhile: nobody wants what the engine has now
            seats = tuple(replace(it, loaded=None, forward=None) for it in desk.scene.seats)
            desk.put(replace(desk.scene, seats=seats, node=None, playing=False))
            return
        scene = replace(desk.scene.swapped(), layer=partner or desk.scene.layer)
        desk.put(replace(scene, node=landing_node(scene)))
        done()
        desk.settle()  # what was asked of the seats as they were is withdrawn before it begins

    desk.do(SwapSeats(), swapped)


def _loaded(scene: Scene) -> tuple[LoadModel | None, ...]:
    return tuple(seat.loaded for seat in scene.seats)


@dataclass(frozen=True)
class Picking:
    """Whether a person wants to pick a model for the second seat from the list of all, until the list is open."""

    beside: bool = False


def device_of(scene: Scene) -> str:
    """Return the device that the next model goes to."""
    seat = scene.seat
    if seat.wanted is not None:
        return seat.wanted.device
    return seat.model.device if seat.model is not None else "cpu"


def file_of(name: str) -> tuple[Path, str] | None:
    """Return the Python file and the callable of a model named `path/to/file.py:callable`; None for other names.

    The callable is empty if it was left out.
    """
    parts = split_file(name)
    return (Path(parts[0]), parts[1]) if parts else None


def short_name(name: str) -> str:
    """Return the name of a model without its source or folder: `resnet50`, `net.py:Net`."""
    if (own := file_of(name)) is not None:
        return f"{own[0].name}:{own[1]}" if own[1] else own[0].name
    return name.rpartition(":")[2]
