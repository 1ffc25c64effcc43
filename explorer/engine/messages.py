"""What the window can ask of the engine, and what comes back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.records.embeddings import Pooling
from explorer.records.images import ImageSource, Prediction
from explorer.records.initialisation import Scheme
from explorer.records.kernels import KernelOrder
from explorer.records.measures import EngineLoad, Memory, Timing
from explorer.records.models import ModelEntry, SizeRange
from explorer.records.trace import Trace

Size = tuple[int, int]

# ---- commands: each is answered by the record its docstring names ----
# `recording` is the number of the recording that is meant, as in `Recording.number`; the engine refuses to answer
# from another. 0 means whichever is current.


@dataclass(frozen=True)
class ListModels:
    """-> Catalogue."""


@dataclass(frozen=True)
class LoadModel:
    """-> LoadedModel. Replaces the live model; a failure leaves the old one.

    Attributes:
        name: `NAME`, `SOURCE:NAME` or `path/to/file.py:callable`.
        weights: `pretrained`, `random`, a file, or None for pretrained if on disk, else random.
        seed: Given to `torch.manual_seed` just before the model is built; None leaves the random state.
        device: `cpu`, `cuda` or `cuda:N`.
        trusted: SHA-256 (hexadecimal) of the content of the user's file that the person agreed to run; True for
            any content, False for none.
        initialisation: How random weights are drawn; any but the default is refused where weights are loaded.
    """

    name: str
    weights: str | None = None
    seed: int | None = None
    device: str = "cpu"
    trusted: bool | str = False
    initialisation: Scheme = Scheme.DEFAULT


@dataclass(frozen=True)
class OpenImage:
    """-> OpenedImage. Reads and decodes once; the engine keeps the encoded bytes, or the word, under `key`."""

    key: str
    source: ImageSource


@dataclass(frozen=True)
class CloseImage:
    """-> None. Forgets the bytes of `key`."""

    key: str


@dataclass(frozen=True)
class Classify:
    """-> Answer. A plain forward on the image `key`, at `size` (height, width) or the model's own."""

    key: str
    top: int = 5
    size: Size | None = None


@dataclass(frozen=True)
class Record:
    """-> Recording. A recorded forward on the image `key`, which the following views look into.

    Attributes:
        size: Height and width of the input in pixels; None for the model's own.
    """

    key: str
    top: int = 5
    size: Size | None = None


@dataclass(frozen=True)
class ViewValue:
    """-> ValueView of output `output` of node `node` in the current recording.

    Attributes:
        shared_scale: True for one colour scale over all channels, False for one a channel.
        aspect: Width over height of the pane that the mosaic is to fill.
    """

    node: int
    output: int = 0
    shared_scale: bool = True
    aspect: float = 1.0
    recording: int = 0


@dataclass(frozen=True)
class ViewKernel:
    """-> KernelPicture of a parameter of node `node`, or of a norm's running statistics; fails if it has none.

    Attributes:
        shared_scale, aspect: As in `ViewValue`.
        parameter, order, descending, colour: As in `KernelChoice`.
    """

    node: int
    shared_scale: bool = True
    aspect: float = 1.0
    recording: int = 0
    parameter: str = ""
    order: KernelOrder = KernelOrder.INDEX
    descending: bool = False
    colour: bool = True


@dataclass(frozen=True)
class LocateField:
    """-> FieldOfUnit: what the unit (y, x) of node `node` sees."""

    node: int
    unit: tuple[int, ...]
    recording: int = 0


@dataclass(frozen=True)
class LocateUnits:
    """-> UnitsOfPixel: which units of node `node` see the input pixel (y, x)."""

    node: int
    pixel: tuple[int, int]
    recording: int = 0


@dataclass(frozen=True)
class FindNGrams:
    """-> tuple[NGram, ...]: where in the word each filter of the convolutions over characters answers most."""

    recording: int = 0


@dataclass(frozen=True)
class Measure:
    """-> Measurement of the live model on the input of the current recording."""

    runs: int = 10
    recording: int = 0


@dataclass(frozen=True)
class StudyInitialisation:
    """-> InitialisationStudy of the live model's architecture on the input of the current recording.

    Attributes:
        seed: Given to `torch.manual_seed` just before each of the networks is built.
    """

    seed: int = 0
    recording: int = 0


@dataclass(frozen=True)
class SaveFigure:
    """-> str, the path. Draws the value of node `node` into a `.png`, `.pdf` or `.svg` file.

    Attributes:
        aspect: Width over height of the mosaic.
    """

    node: int
    path: str
    aspect: float = 1.0
    recording: int = 0


@dataclass(frozen=True)
class EmbedImages:
    """-> Embeddings of the images `keys` at node `node`; those known already cost no forward.

    Attributes:
        pooling: How the output of the node becomes a vector.
    """

    keys: tuple[str, ...]
    node: int
    pooling: Pooling = Pooling.MEAN
    recording: int = 0


@dataclass(frozen=True)
class SaveBackbone:
    """-> str, the path. Writes the weights that lead to node `node` into a `.safetensors` or `.pt` file.

    Attributes:
        pooling: How the output of the node becomes a vector; only told in the file.
    """

    node: int
    path: str
    pooling: Pooling = Pooling.MEAN
    recording: int = 0


@dataclass(frozen=True)
class SaveEmbeddings:
    """-> str, the path. Writes what `EmbedImages` answers into an `.npz` file."""

    keys: tuple[str, ...]
    node: int
    path: str
    pooling: Pooling = Pooling.MEAN
    recording: int = 0


@dataclass(frozen=True)
class SummariseModel:
    """-> str: torchinfo's table of the live model's layers, shapes and parameters."""


@dataclass(frozen=True)
class DownloadWeights:
    """-> str, the path of the verified file of `name`'s pretrained weights."""

    name: str


Command = (
    ListModels
    | LoadModel
    | OpenImage
    | CloseImage
    | Classify
    | Record
    | ViewValue
    | ViewKernel
    | LocateField
    | LocateUnits
    | FindNGrams
    | Measure
    | StudyInitialisation
    | SaveFigure
    | EmbedImages
    | SaveBackbone
    | SaveEmbeddings
    | SummariseModel
    | DownloadWeights
)

# ---- answers that are not records of their own ----


@dataclass(frozen=True)
class Catalogue:
    """All models that can be loaded, and one line for each source that could not be listed."""

    entries: tuple[ModelEntry, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The `top` most probable classes, most probable first."""

    key: str
    predictions: tuple[Prediction, ...]


@dataclass(frozen=True)
class Recording:
    """A recorded forward.

    Attributes:
        key: The image.
        trace: Receptive fields filled in.
        predictions: Empty if the forward failed or its output is not one row of logits.
        picture: (H, W, 3) uint8 RGB: what the model saw, input pixel for pixel; None for a word.
        memory: Derived from the trace.
        held_bytes: Memory the engine holds for the values of this recording.
        record_ms: Wall time of the recorded forward, in milliseconds.
        number: Counts the engine's recordings, from 1.
        characters: What the network read, one character a position; empty for an image.
        sizes: If the forward on an image failed: the square sizes that the network works on, where some were found.
    """

    key: str
    trace: Trace
    predictions: tuple[Prediction, ...]
    picture: NDArray[np.uint8] | None
    memory: Memory
    held_bytes: int
    record_ms: float
    number: int = 0
    characters: str = ""
    sizes: SizeRange | None = None


@dataclass(frozen=True)
class Measurement:
    """Timing of the plain forward and of each operation; memory as in the recording."""

    timing: Timing
    memory: Memory


# ---- envelopes ----


@dataclass(frozen=True)
class Request:
    """A command under an id that its answer will carry."""

    id: int
    command: Command


@dataclass(frozen=True)
class Cancel:
    """Ask that request `id` stop; it is answered by a `Failure` whose `cancelled` is True."""

    id: int


@dataclass(frozen=True)
class Reply:
    """The answer to request `id`."""

    id: int
    result: object


@dataclass(frozen=True)
class Failure:
    """Request `id` failed.

    Attributes:
        message: One line: what, why, the next step.
        cancelled: True if it was cancelled.
    """

    id: int
    message: str
    cancelled: bool = False


@dataclass(frozen=True)
class Progress:
    """How far request `id` is: `done` of `total` (0 if unknown), and what it is doing."""

    id: int
    done: int
    total: int
    text: str


@dataclass(frozen=True)
class Heartbeat:
    """The engine lives."""

    load: EngineLoad


Message = Reply | Failure | Progress | Heartbeat
