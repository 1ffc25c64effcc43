"""How Hugging Face's image processors prepare pictures, as a `Preprocess`; their classes are transformers' own.

They are those that transformers takes by default, which resize with torchvision: their pixels differ from Pillow's by a
level of 256 here and there.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.records.errors import ExplorerError
from explorer.records.models import Preprocess
from explorer.records.text import shown

_LARGEST_SIDE = 4096
_ANY = (224, 224)
_FILTERS = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")
"""By Pillow's numbers, which configurations name."""

_NOT_OF_TORCH = (4, 5)

Frame = tuple[int, int]
Pixels = NDArray[np.uint8]
Prepares = Callable[[Pixels], NDArray[np.float32]]
"""From a picture (H, W, 3) to an input (C, H, W)."""
Resizes = Callable[[Pixels, Frame], Pixels]
"""From a picture (H, W, 3) to one of a height and width."""


@dataclass(frozen=True)
class Prepared:
    """How an image processor prepares pictures.

    Attributes:
        preprocess: As near as a `Preprocess` comes to it.
        prepares: The processor itself, to compare with.
        resizes: Its way of resizing.
        name: Of the processor's class, for a person.
    """

    preprocess: Preprocess
    prepares: Prepares
    resizes: Resizes | None
    name: str


def prepared(
    model_type: str,
    settings: Mapping[str, Any],
    network: Frame | None = None,
    channels: int = 3,
    file: str = "preprocessor_config.json",
) -> Prepared | None:
    """Return how pictures are prepared by the processor that settings name, else by that of a type of networks.

    Args:
        model_type: As in a configuration: `vit`.
        settings: Of a `preprocessor_config.json`; what is left out has the processor's defaults.
        network: Height and width that the network's configuration names, taken where the processor leaves them open.
        channels: That the network takes; one channel is the luminance.
        file: That says so, for a person.

    Returns:
        None if there is no such processor.

    Raises:
        ExplorerError: It cannot be used with these settings.
    """
    kind = _processor_class(model_type, settings)
    if kind is None:
        return None
    known = kind.valid_kwargs.__annotations__
    try:
        processor = kind(**{key: value for key, value in settings.items() if key in known})
        preprocess = _preprocess(processor, network or _ANY, channels)
    except ExplorerError as error:
        raise ExplorerError(f"the {file} {error}") from error
    except Exception as error:
        raise ExplorerError(
            f"the {file} cannot be used: {shown(' '.join(str(error).split()), 120)}; mend it"
        ) from error

    def prepares(pixels: Pixels) -> NDArray[np.float32]:
        return np.asarray(processor(pixels, input_data_format="channels_last")["pixel_values"][0])

    return Prepared(preprocess, prepares, _resizes(processor), _bare(kind.__name__))


def _resizes(processor: Any) -> Resizes | None:
    from transformers.image_processing_backends import TorchvisionBackend
    from transformers.image_utils import SizeDict

    if not isinstance(processor, TorchvisionBackend) or processor.resample in _NOT_OF_TORCH:
        return None

    def resizes(pixels: Pixels, size: Frame) -> Pixels:
        picture = torch.from_numpy(pixels).permute(2, 0, 1).contiguous()[None]  # (1, 3, H, W)
        wanted = SizeDict(height=size[0], width=size[1])
        resized = TorchvisionBackend.resize(processor, picture, wanted, processor.resample)
        return np.ascontiguousarray(resized[0].permute(1, 2, 0).numpy())

    return resizes


def sized(model_type: str, size: Frame) -> dict[str, Any]:
    """Return the settings of a processor for networks of a type and a height and width, all else by default."""
    kind = _processor_class(model_type, {})
    if kind is None:
        return {}
    named = getattr(kind, "size", None) or {}
    if set(named) not in ({"shortest_edge"}, {"height", "width"}):
        return {}
    is_shortest = "shortest_edge" in named
    side = {"shortest_edge": min(size)} if is_shortest else {"height": size[0], "width": size[1]}
    if (
        not getattr(kind, "do_center_crop", False)
        or not kind.crop_size
        or _bare(kind.__name__) in _CROPS_FIRST
    ):
        return {"size": side}
    usual, crop = (
        it if isinstance(it, int) else next(iter(it.values())) for it in (kind.size, kind.crop_size)
    )
    around = {key: round(length * usual / crop) for key, length in side.items()}
    return {"size": around, "crop_size": {"height": size[0], "width": size[1]}}


def _processor_class(model_type: str, settings: Mapping[str, Any]) -> Any:
    """Return transformers' own class of that name."""
    import transformers
    from transformers.models.auto.image_processing_auto import IMAGE_PROCESSOR_MAPPING_NAMES as KNOWN

    wanted = name_in(settings)
    by_name = (it for it in KNOWN.values() if wanted in map(_bare, filter(None, it.values())))
    found = (next(by_name, None) if wanted else None) or KNOWN.get(model_type) or {}
    name = found.get("torchvision") or found.get("pil")
    return getattr(transformers, name, None) if name else None


def name_in(settings: Mapping[str, Any]) -> str:
    """Return the name of the image processor in settings, without its backend; empty if they name none."""
    named = settings.get("image_processor_type") or settings.get("feature_extractor_type")
    return _bare(named) if isinstance(named, str) else ""


def _bare(name: str) -> str:
    """Return a processor's name without its backend: `ViTImageProcessor` of older folders' `ViTFeatureExtractor`."""
    return name.replace("FeatureExtractor", "ImageProcessor").removesuffix("Fast").removesuffix("Pil")


# ---- from a processor to a Preprocess ----


def _preprocess(processor: Any, network: Frame, channels: int) -> Preprocess:
    name = _bare(type(processor).__name__)
    resize, crop, mode = _RESIZES.get(name, _usual)(processor, network)
    filter_number = int(2 if processor.resample is None else processor.resample)
    mean, std = _normalisation(processor, name)
    if channels == 1:
        mean, std = mean[:1], std[:1]
    return Preprocess(
        resize=resize,
        crop=crop,
        mean=mean,
        std=std,
        interpolation=_FILTERS[filter_number],
        channels=len(mean),
        crop_mode=mode,
        scale=float(processor.rescale_factor) if processor.do_rescale else 1.0,
        order="BGR" if getattr(processor, "do_flip_channel_order", False) else "RGB",
        cut="before",
    )


def _normalisation(processor: Any, name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    mean, std = _channels(processor.image_mean), _channels(processor.image_std)
    if not processor.do_normalize or name in _NEVER_NORMALISE:
        mean, std = (0.0,) * len(mean), (1.0,) * len(std)
    if name == "EfficientNetImageProcessor":
        if processor.rescale_offset and processor.do_rescale:  # one is subtracted after scaling
            mean = tuple(it + 1 for it in mean)
        if processor.include_top:  # divided once more
            std = tuple(a * b for a, b in zip(std, _channels(processor.image_std), strict=True))
    is_usable = len(mean) == len(std) in (1, 3) and 0 not in std and all(map(math.isfinite, (*mean, *std)))
    if not is_usable or not math.isfinite(processor.rescale_factor):
        raise ExplorerError("names no usable mean, deviation or scale; mend it")
    return mean, std


_NEVER_NORMALISE = ("MobileViTImageProcessor",)


def _channels(value: Any) -> tuple[float, ...]:
    if value is None:
        return (0.0,) * 3
    return tuple(map(float, value)) if isinstance(value, tuple | list) else (float(value),) * 3


def _sides(size: Any) -> Frame | None:
    """Return height and width of a size that names both."""
    return checked(size.height, size.width) if size and size.height and size.width else None


def checked(*sides: int) -> Frame:
    """Return height and width as they are named, or one for both.

    Raises:
        ExplorerError: There can be no such picture; what is said follows the name of the file.
    """
    high, wide = (sides * 2)[:2]
    for side in (high, wide):
        if not side:
            raise ExplorerError("does not name the length of the shorter side; mend it")
        if not 1 <= side <= _LARGEST_SIDE:
            raise ExplorerError(f"asks for {shown(str(side), 20)} pixels a side; give 1 to {_LARGEST_SIDE:,}")
    return int(high), int(wide)


Resizing = tuple[Frame | None, Frame, str]
"""Frame, crop and mode, as a `Preprocess` has them."""


def _usual(processor: Any, network: Frame) -> Resizing:
    """Resize to a height and width, or the shorter side to a length; then crop, if it is asked for."""
    size = processor.size
    name = _bare(type(processor).__name__)
    crops = processor.do_center_crop and name not in (*_NEVER_CROP, *_CROPS_FIRST)
    crop = _sides(processor.crop_size) if crops else None
    if not processor.do_resize or not size:
        return None, crop or network, "center"
    if exact := _sides(size):
        return exact, crop or exact, "squash"
    shorter = checked(size.shortest_edge or 0)
    return shorter, crop or shorter, "center"


_CROPS_FIRST = ("PerceiverImageProcessor",)
_NEVER_CROP = ("SegformerImageProcessor",)


def _convnext(processor: Any, network: Frame) -> Resizing:
    """Below 384 the middle of a larger picture is taken, from there on the picture is squashed."""
    if not processor.do_resize:
        return _usual(processor, network)
    side = int(processor.size.shortest_edge or 0)
    square = checked(side)
    if side >= _WHOLE_FROM:
        return square, square, "squash"
    return checked(int(side / (processor.crop_pct or 224 / 256))), square, "center"


_WHOLE_FROM = 384


def _levit(processor: Any, network: Frame) -> Resizing:
    frame, crop, mode = _usual(processor, network)
    if frame is not None and mode == "center":
        frame = checked(int((256 / 224) * processor.size.shortest_edge))
    return frame, crop, mode


def _poolformer(processor: Any, network: Frame) -> Resizing:
    frame, crop, mode = _usual(processor, network)
    side = processor.size.shortest_edge or (frame[0] if frame and frame[0] == frame[1] else None)
    if frame is None or side is None or processor.crop_pct is None:
        return frame, crop, mode
    return checked(int(side / processor.crop_pct)), crop, "center"


_RESIZES: dict[str, Callable[[Any, Frame], Resizing]] = {
    "ConvNextImageProcessor": _convnext,
    "LevitImageProcessor": _levit,
    "PoolFormerImageProcessor": _poolformer,
}
