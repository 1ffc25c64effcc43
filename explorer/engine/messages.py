"""The commands that several features ask: models, inputs, a recorded forward, its values, what a unit sees."""

from dataclasses import dataclass, field, replace
from typing import Self

from explorer.engine.command import A, Command, Lane, Urgency
from explorer.records.answers import AS_DERIVED, Answer, AnswerWay
from explorer.records.edits import NOTHING, Edit
from explorer.records.forward import Forward
from explorer.records.images import ImageSource, OpenedArray, OpenedImage
from explorer.records.initialisation import Scheme
from explorer.records.measures import Measurement
from explorer.records.models import Catalogue, LoadedModel, ToldInputs
from explorer.records.values import FieldOfUnit, UnitsOfPixel, ValueView

NOTHING_TOLD = ToldInputs()
Size = tuple[int, int]
"""Height and width of an input, in pixels."""


@dataclass(frozen=True)
class ListModels(Command[Catalogue]):
    """Asks which models of a source (`zoo`, `torchvision`, `timm`, `transformers`; None for all) can be loaded."""

    lane, urgency, doing = Lane.SIDE, Urgency.OPEN, "listing the models"

    source: str | None = None


@dataclass(frozen=True)
class LoadModel(Command[LoadedModel]):
    """Asks for a model in a seat, in place of the one there; a failure leaves that one.

    Attributes:
        name: `NAME`, `SOURCE:NAME` or `path/to/file.py:callable`.
        weights: `pretrained`, `random`, a file, or None for pretrained if on disk, else random.
        seed: Given to `torch.manual_seed` just before the model is built; None leaves the random state.
        device: `cpu`, `cuda` or `cuda:N`.
        trusted: SHA-256 (hexadecimal) of the content of the user's file that the person agreed to run; True for
            any content, False for none.
        initialisation: How random weights are drawn; any but the default is refused where weights are loaded.
        seat: Where it sits.
        random_head: True to leave a head random that has another size in the file of weights; False to refuse.
        told: What the person says of its inputs; what a file's network takes beside that is looked for.
    """

    lane, urgency, doing = Lane.WORK, Urgency.MODEL, "loading {name}"
    frees = True

    name: str
    weights: str | None = None
    seed: int | None = None
    device: str = "cpu"
    trusted: bool | str = False
    initialisation: Scheme = Scheme.DEFAULT
    seat: int = 0
    random_head: bool = False
    told: ToldInputs = NOTHING_TOLD


@dataclass(frozen=True)
class EmptySeat(Command[None]):
    """Asks to let go of the model in a seat, and of its forward; nothing happens if there is none."""

    lane, urgency, doing = Lane.WORK, Urgency.MODEL, "letting go of a model"
    frees = True

    seat: int


@dataclass(frozen=True)
class SwapSeats(Command[None]):
    """Asks that the models of the first two seats, and their forwards, take each other's place; nothing runs."""

    lane, urgency, doing = Lane.WORK, Urgency.MODEL, "swapping two models"


@dataclass(frozen=True)
class OpenImage(Command[OpenedImage]):
    """Asks to read and decode an image once; the engine keeps what it was given, not decoded, under `key`."""

    lane, urgency, doing = Lane.WORK, Urgency.OPEN, "opening {source.name}"

    key: str
    source: ImageSource


@dataclass(frozen=True)
class OpenArray(Command[OpenedArray]):
    """Asks to read the array in the `.npy` file `path`; under `key` it is an input for any model, as it is."""

    lane, urgency, doing = Lane.WORK, Urgency.OPEN, "opening {path}"

    key: str
    path: str


@dataclass(frozen=True)
class OpenNoise(Command[OpenedArray]):
    """Asks for an input of noise under `key`, the same for the same shape every time.

    Attributes:
        vocabulary: 0 for normally distributed numbers, else how many characters there are to draw from.
    """

    lane, urgency, doing = Lane.WORK, Urgency.OPEN, "drawing noise"

    key: str
    shape: tuple[int, ...]
    vocabulary: int = 0


@dataclass(frozen=True)
class CloseImage(Command[None]):
    """Asks to forget the image, word or array `key`."""

    lane, urgency, doing = Lane.WORK, Urgency.SELECTED, "closing an image"

    key: str


@dataclass(frozen=True)
class Classify(Command[Answer]):
    """Asks for a plain forward of a seat's model on the image `key`.

    Attributes:
        size: Height and width of the input in pixels; None for the model's own. Words and arrays come as they are.
        way: How the person wants the answer read.
        beside: Keys for further inputs: one for each that takes an image, or one for each of all.
    """

    lane, urgency, doing = Lane.WORK, Urgency.ANSWER, "classifying an image"

    key: str
    top: int = 5
    size: Size | None = None
    seat: int = 0
    way: AnswerWay = AS_DERIVED
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadClassNames(Command[tuple[str, ...]]):
    """Asks for the names of classes in the file `path`, as they would be given to an answer."""

    lane, urgency, doing = Lane.SIDE, Urgency.SELECTED, "reading {path}"

    path: str


@dataclass(frozen=True)
class Record(Command[Forward]):
    """Asks for a recorded forward of a seat's model on the image `key`, which the commands of the features look into.

    Attributes:
        forward: The number under which the engine holds it; whoever asks gives each number once. The seat's forward
            before it is let go.
        size: As in `Classify`.
        training: True to run the model in training mode.
        way: As in `Classify`.
        beside: As in `Classify`.
    """

    lane, urgency, doing = Lane.WORK, Urgency.SELECTED, "recording a forward pass"

    forward: int
    key: str
    top: int = 5
    size: Size | None = None
    seat: int = 0
    training: bool = False
    way: AnswerWay = AS_DERIVED
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class AllowMemory(Command[None]):
    """Says how many bytes the values of recorded forwards may take; None for half of what was free at the start."""

    lane, urgency, doing = Lane.WORK, Urgency.MODEL, "making room in memory"
    frees = True

    room: int | None = None


@dataclass(frozen=True)
class ReadAnswer(Command[Answer]):
    """Asks for the answer of a forward, read in another way; nothing runs again."""

    lane, urgency, doing = Lane.VIEW, Urgency.ANSWER, "reading an answer"

    forward: int
    way: AnswerWay = AS_DERIVED
    top: int = 5


@dataclass(frozen=True)
class OfInput(Command[A]):
    """Asks about a recorded forward, or about what it is on its input with changes; see `changed.py`.

    Attributes:
        edit: What is changed on the picture that its model saw.
    """

    edit: Edit = field(default=NOTHING, kw_only=True)

    @property
    def flows(self) -> bool:  # type: ignore[override]
        """Whether one comes after the other while a person moves something."""
        return not self.edit.is_nothing

    @property
    def of_recorded(self) -> Self:
        """The same question about the recorded forward."""
        return replace(self, edit=NOTHING)


@dataclass(frozen=True)
class StudyOfInput(OfInput[A]):
    """Asks of an input what may take many forwards."""

    @property
    def waits(self) -> bool:
        """Whether it begins of a changed input only when nothing moves any more."""
        return True

    @property
    def flows(self) -> bool:  # type: ignore[override]
        """Whether one comes after the other while a person moves something."""
        return super().flows and not self.waits

    @property
    def urgency(self) -> Urgency:  # type: ignore[override]
        """Of a changed input what waits is the last."""
        return Urgency.IDLE if self.waits and not self.edit.is_nothing else Urgency.LAB


@dataclass(frozen=True)
class Look(Command[A]):
    """Asks for something that is told by values of a recorded forward; refused where one was let go.

    Attributes:
        again: True to let the model run again for such values, which takes as long as a forward.
    """

    again: bool = field(default=False, kw_only=True)

    @property
    def runs(self) -> bool:
        """Whether the model may run for it."""
        return self.again

    @property
    def lane(self) -> Lane:  # type: ignore[override]
        """The lane of forwards where one may run."""
        return Lane.WORK if self.runs else Lane.VIEW

    @property
    def frees(self) -> bool:  # type: ignore[override]
        """Whether other values may have made room."""
        return self.again


@dataclass(frozen=True)
class LookOfInput(OfInput[A], Look[A]):
    """Asks for something that is told by values of a recorded forward, or of what it is on a changed input."""

    @property
    def runs(self) -> bool:
        """Whether the model may run for it: of a changed input nothing is held."""
        return super().runs or not self.edit.is_nothing


@dataclass(frozen=True)
class ViewValue(Look[ValueView]):
    """Asks for output `output` of operation `node`, ready to be looked at.

    Attributes:
        forward: Number of the forward.
        shared_scale: True for one colour scale over all channels, False for one a channel.
        aspect: Width over height of what the mosaic is to fill.
    """

    urgency, doing = Urgency.SELECTED, "reading a value"

    forward: int
    node: int
    output: int = 0
    shared_scale: bool = True
    aspect: float = 1.0


@dataclass(frozen=True)
class LocateField(Command[FieldOfUnit]):
    """Asks what the unit (y, x) of operation `node` of a forward sees; None for the unit in the middle."""

    lane, urgency, doing = Lane.VIEW, Urgency.SELECTED, "locating a receptive field"

    forward: int
    node: int
    unit: tuple[int, ...] | None = None


@dataclass(frozen=True)
class LocateUnits(Command[UnitsOfPixel]):
    """Asks which units of operation `node` of a forward see the input pixel (y, x)."""

    lane, urgency, doing = Lane.VIEW, Urgency.SELECTED, "locating a receptive field"

    forward: int
    node: int
    pixel: tuple[int, int]


@dataclass(frozen=True)
class Measure(Command[Measurement]):
    """Asks for the time of a forward's model on its input, in the forward's mode, `runs` times.

    Attributes:
        forward: The forward that is run.
        like: The first of the forwards that ran alike: the same network, loaded once, on inputs of one shape. What is
            measured of one of them is true of all, so this names the question; 0 for `forward` itself.
    """

    lane, urgency, doing = Lane.WORK, Urgency.IDLE, "measuring the time"

    forward: int = field(compare=False)
    runs: int = 10
    like: int = 0

    def __post_init__(self) -> None:
        """Be like nobody else, if nothing else is said."""
        if not self.like:
            object.__setattr__(self, "like", self.forward)
