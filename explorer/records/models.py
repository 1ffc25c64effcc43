"""What is known of a model: its catalogue entry, its preprocessing and the state it was loaded in."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from explorer.records.initialisation import Scheme
from explorer.records.sizes import square

SOURCES = ("zoo", "torchvision", "timm", "transformers")
"""Where models come from, the one to look into first first."""
_FIRST_CHARACTER = 4


class WeightsStatus(StrEnum):
    """Where the pretrained weights of a model are."""

    ON_DISK = "on disk"
    DOWNLOADABLE = "downloadable"
    NONE = "none"


class VisionTask(StrEnum):
    """What a network is for, where its source says so."""

    CLASSIFICATION = "classification"
    SEGMENTATION = "segmentation"
    DETECTION = "detection"
    INSTANCES = "detection, instance segmentation"
    KEYPOINTS = "detection, keypoints"
    VIDEO = "video classification"
    FLOW = "optical flow"
    QUANTISED = "quantised classification"


@dataclass(frozen=True)
class ModelEntry:
    """One line of the catalogue.

    Attributes:
        name: Name within its source, e.g. `resnet50`.
        source: `zoo`, `torchvision`, `timm`, `transformers`, `file`, or `folder` for a network and its weights.
        family: Family the network belongs to, e.g. `ResNet`.
        year: Year of publication; None where unknown.
        params: Number of parameters; None where unknown.
        macs: Multiply-accumulates of one image at the default input size; None where unknown.
        top1: ImageNet-1k top-1 accuracy of the pretrained weights in percent; None where unknown.
        weights: Where pretrained weights are; None where unknown.
        task: What it is for.
        later_recipe: True where the pretrained weights, and so `top1`, come of a later recipe than the paper's.
        variant: Which network of its family it is, in a few words, where its name does not say.
    """

    name: str
    source: str
    family: str
    year: int | None = None
    params: int | None = None
    macs: int | None = None
    top1: float | None = None
    weights: WeightsStatus | None = None
    task: VisionTask = VisionTask.CLASSIFICATION
    later_recipe: bool = False
    variant: str = ""

    @property
    def top1_source(self) -> str:
        """Where `top1` comes from, in a few words; empty where it is unknown."""
        if self.top1 is None:
            return ""
        if self.later_recipe:
            return "weights trained with a later recipe than the paper's"
        has_weights = self.weights in (WeightsStatus.ON_DISK, WeightsStatus.DOWNLOADABLE)
        return "measured with the published weights" if has_weights else "as the paper reports"

    @property
    def counted_with(self) -> str:
        """Whether `params` counts the auxiliary heads that only training uses; empty where there is no question."""
        way = {"zoo": "with", "torchvision": "without"}.get(self.source, "")
        return f"{way} the auxiliary heads" if way and self.name.endswith("googlenet") else ""

    @property
    def place_of_source(self) -> int:
        """Place of its source among `SOURCES`; those of a person's own come last."""
        return SOURCES.index(self.source) if self.source in SOURCES else len(SOURCES)

    @property
    def is_meant_by_name(self) -> bool:
        """Whether its name means it without its source; those of transformers are the names of whole families."""
        return self.source != "transformers"

    @property
    def full_name(self) -> str:
        """`SOURCE:NAME`, the unambiguous name; a user's file or folder is its own name."""
        return self.name if self.source in ("file", "folder") else f"{self.source}:{self.name}"


@dataclass(frozen=True)
class Catalogue:
    """All models that can be loaded, and one line for each source that could not be listed."""

    entries: tuple[ModelEntry, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preprocess:
    """How an image becomes a model's input: resize, crop the centre, normalise.

    Attributes:
        resize: Height and width of the frame that the image is brought to, in pixels; as one number, the length of
            its shorter side where it has the proportions of the crop. None keeps the size.
        crop: Side of the centred square, or its height and width, in pixels.
        mean: Mean per channel, subtracted after scaling, usually to [0, 1].
        std: Standard deviation per channel, divided by.
        interpolation: A filter of Pillow's by its name in lower case, such as `bilinear` or `bicubic`; antialiased.
        channels: 3 for RGB, 1 for luminance.
        crop_mode: How the image is brought to the frame, in timm's words: `center` scales it until it covers the
            frame, `squash` makes it as wide and as high as the frame, `border` scales it until it fits in and lays
            it on the colour `mean`. `whole` scales it until it covers the frame and crops nothing: `crop` is then
            the usual size, that of a square picture.
        scale: What pixels from 0 to 255 are multiplied by before the mean is subtracted.
        order: Of the channels: `RGB` or `BGR`.
        cut: Where the crop begins when what is left over on both sides is odd: at the `even` neighbour of the middle,
            as torchvision and timm have it, or `before` it, as transformers has it.
        frames: Of a clip for a network that reads videos; 0 for one that reads a picture.
        antialias: False for a filter that looks at no more pixels however much it makes the picture smaller; it is
            bilinear then.
    """

    resize: int | tuple[int, int] | None
    crop: int | tuple[int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    interpolation: str = "bilinear"
    channels: int = 3
    crop_mode: str = "center"
    scale: float = 1 / 255
    order: str = "RGB"
    cut: str = "even"
    frames: int = 0
    antialias: bool = True

    dtype = "float32"

    @property
    def shape(self) -> tuple[int, ...]:
        """Input shape (1, C, H, W), or (1, C, T, H, W) of a clip; of a square picture where nothing is cropped."""
        return (1, self.channels, *((self.frames,) if self.frames else ()), *self.size)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the input, in pixels."""
        return self.crop if isinstance(self.crop, tuple) else (self.crop, self.crop)

    @property
    def frame(self) -> tuple[int, int] | None:
        """Height and width of the frame that the image is brought to, in pixels; None if it keeps its size."""
        if self.resize is None or isinstance(self.resize, tuple):
            return self.resize
        high, wide = self.size
        shorter = min(high, wide)
        return high * self.resize // shorter, wide * self.resize // shorter

    def first(self, length: int, crop: int) -> int:
        """Return where a centred crop of a side begins; negative is the padding before one that is too short."""
        if length < crop:
            return -((crop - length) // 2)
        # Python's round, to the even neighbour, is torchvision's.
        return (length - crop) // 2 if self.cut == "before" else round((length - crop) / 2)

    def at(self, size: tuple[int, int]) -> "Preprocess":
        """Return the same preprocessing for another height and width: as much of the image is seen around the crop."""
        if size == self.size:
            return self
        if self.crop_mode == "whole":
            return replace(self, crop=size, resize=min(size))
        if self.frame is None:
            return replace(self, crop=size)
        if isinstance(self.resize, tuple) and self.frames:
            high, wide = (round(a * b / c) for a, b, c in zip(self.resize, size, self.size, strict=True))
            return replace(self, crop=size, resize=(high, wide))
        return replace(self, crop=size, resize=round(min(self.frame) * min(size) / min(self.size)))


@dataclass(frozen=True)
class TextInput:
    """How a word becomes a model's input: one number a character, between marks for its start and its end.

    The numbers are 0 for padding, 1 for a character that the alphabet lacks, 2 and 3 for start and end, and from 4
    the place in the alphabet. Upper-case letters are read as lower-case ones.

    Attributes:
        alphabet: The characters that the model tells apart.
        shortest: Least number of characters that it can read, marks included; shorter words are padded at the end.
        usual: Number of characters of a usual word, marks included: its published cost is for that many.
    """

    alphabet: str
    shortest: int
    usual: int
    dtype = "int64"

    @property
    def shape(self) -> tuple[int, ...]:
        """Input shape (1, L) of a usual word."""
        return (1, self.usual)

    @property
    def vocabulary(self) -> int:
        """How many numbers there are."""
        return _FIRST_CHARACTER + len(self.alphabet)

    def characters(self, word: str) -> str:
        """Return what the model reads, one character a number.

        `‹` and `›` are the marks, `·` is padding, `□` any character that the alphabet lacks.
        """
        read = "".join(character if character in self.alphabet else "□" for character in word.lower())
        return f"‹{read}›".ljust(self.shortest, "·")

    def numbers(self, word: str) -> NDArray[np.int64]:
        """Return the input (1, L) for a word."""
        known = {character: place for place, character in enumerate(self.alphabet, _FIRST_CHARACTER)}
        read = [known.get(character, 1) for character in word.lower()]
        padding = [0] * (self.shortest - 2 - len(read))
        return np.array([[2, *read, 3, *padding]], dtype=np.int64)


@dataclass(frozen=True)
class TensorInput:
    """An input that is no image and no word: numbers of any shape, for which noise stands in.

    Attributes:
        shape: Its shape, the batch first.
        vocabulary: 0 for normally distributed numbers, else how many whole numbers from 0 on there are.
    """

    shape: tuple[int, ...]
    vocabulary: int = 0

    @property
    def dtype(self) -> str:
        """`int64` for whole numbers, else `float32`."""
        return "int64" if self.vocabulary else "float32"


class Passing(StrEnum):
    """How an input reaches the forward of a network."""

    POSITION = "position"  # as an argument
    NAME = "name"  # as an argument by its name
    KEY = "key"  # in a dictionary, which is the only argument
    ITEM = "item"  # in a list, which is the only argument


@dataclass(frozen=True)
class Slot:
    """One input of a network: its name (of the argument, or the key), what it is, how it is passed."""

    name: str
    takes: Preprocess | TextInput | TensorInput
    passing: Passing = Passing.POSITION

    @property
    def is_image(self) -> bool:
        """True if a picture can be given."""
        return isinstance(self.takes, Preprocess)

    @property
    def sentence(self) -> str:
        """What it is, for a person: `image: 1×28×28 pixels, luminance`."""
        kind = self.takes
        if isinstance(kind, Preprocess):
            colour = "luminance" if kind.channels == 1 else "colour"
            text = f"{kind.channels}×{square(*kind.size)} pixels, {colour}"
        elif isinstance(kind, TextInput):
            text = "a word"
        else:
            below = f", whole numbers below {kind.vocabulary:,}" if kind.vocabulary else ""
            text = f"{'×'.join(map(str, kind.shape)) or 'one number'}{below}"
        return f"{self.name}: {text}" if self.name else text


@dataclass(frozen=True)
class ToldInputs:
    """What a person says of a network's inputs; what is left out is looked for.

    Attributes:
        shapes: Name and shape of each, in order; the name is empty where it is told by its place.
        size: Height and width of images, in pixels.
        mean, std: Of images, per channel.
    """

    shapes: tuple[tuple[str, tuple[int, ...]], ...] = ()
    size: tuple[int, int] | None = None
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()


@dataclass(frozen=True)
class WeightsSpec:
    """A published file of weights.

    Attributes:
        url: Where it can be downloaded; None if it only exists on disk.
        filename: Name under which it is kept.
        sha256_prefix: Leading hexadecimal digits of its SHA-256; empty if none is published.
        bytes: Published size in bytes; None where unknown.
        path: Where it lies if an installed package brings it; None otherwise.
    """

    url: str | None
    filename: str
    sha256_prefix: str = ""
    bytes: int | None = None
    path: str | None = None


@dataclass(frozen=True)
class LoadedModel:
    """The state of the live model.

    Attributes:
        entry: Its line in the catalogue.
        weights: What its weights are, for a person: `pretrained`, `random (seed 0)`, `random (seed 0, Kaiming)` or a
            file's name.
        pretrained: True only if published, verified weights were loaded.
        device: `cpu`, `cuda` or `cuda:N`.
        preprocess: How images become its first input, or what else that is.
        params: Number of parameters, shared ones once.
        weight_bytes: Bytes of parameters and buffers, shared storage once.
        can_download: True if pretrained weights are published and not on disk.
        notes: What a person should know of the loading, one line each.
        seed: What its random weights were drawn from; None if they are not random, or drawn without one.
        initialisation: How random weights were drawn.
        slots: All inputs, in the order in which they are given; empty for one that is `preprocess`.
    """

    entry: ModelEntry
    weights: str
    pretrained: bool
    device: str
    preprocess: Preprocess | TextInput | TensorInput
    params: int
    weight_bytes: int
    can_download: bool = False
    notes: tuple[str, ...] = ()
    seed: int | None = None
    initialisation: Scheme = Scheme.DEFAULT
    slots: tuple[Slot, ...] = ()

    @property
    def inputs(self) -> tuple[Slot, ...]:
        """All inputs, at least one."""
        return self.slots or (Slot("", self.preprocess),)

    @property
    def is_random(self) -> bool:
        """True if its weights were drawn, not loaded."""
        return not self.pretrained and re.fullmatch(r"random( \(.*\))?", self.weights) is not None
