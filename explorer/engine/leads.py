"""What a network's own words say of its inputs: its signature, its settings, its first layers. Nothing is run."""

import inspect
import math
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from torch import Tensor, nn

from explorer.records.models import Passing, Preprocess, TensorInput

Kind = Preprocess | TensorInput
MOST_CHANNELS = 3  # a picture has one or three

_SIDES = (224, 32, 28, 64, 96, 128, 256, 299, 84, 112, 160, 192, 384, 512, 16, 8)
_LENGTHS = (1024, 128, 16_000, 256, 64, 16)
_CLIPS = ((16, 112, 112), (32, 32, 32), (16, 64, 64), (8, 32, 32), (64, 64, 64))
_STEPS = 16  # of a sequence
_TIMES = ("t", "time", "times", "timestep", "timesteps", "step", "sigma", "noise_level")
_SQUARES = tuple((side, side) for side in _SIDES)
_MASKS = ("mask", "masks", "attention_mask", "key_padding_mask")
_CLASSES = ("y", "label", "labels", "target", "targets", "class_labels", "classes", "cls")
_WORDS = ("ids", "tokens", "token_ids", "input_ids", "text", "caption", "question", "words")
_IMAGES = ("img", "image", "images", "pixel_values", "picture", "pixels", "rgb")


class Argument(NamedTuple):
    """An argument that a forward needs: its name, how it is passed, what its type hint says."""

    name: str
    passing: Passing
    hint: Any = None


def arguments_of(network: nn.Module) -> list[Argument]:
    """Return the arguments that the forward needs; the first that it offers, where it needs none."""
    try:
        parameters = list(inspect.signature(network.forward).parameters.values())
    except (TypeError, ValueError):  # a compiled forward has a schema instead
        schema = getattr(network.forward, "schema", None)
        told = schema.arguments[1:] if schema is not None else []
        return [Argument(a.name, Passing.POSITION) for a in told if not a.has_default_value()] or [_UNNAMED]
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    needed = [p for p in named if p.default is p.empty] or named[:1]
    return [_argument(p) for p in needed] or [_UNNAMED]


_UNNAMED = Argument("", Passing.POSITION)


def most_inputs(network: nn.Module) -> int | None:
    """Return how many arguments the forward takes at most; None if it takes any number, or does not say."""
    try:
        kinds = [p.kind for p in inspect.signature(network.forward).parameters.values()]
    except (TypeError, ValueError):
        return None
    takes_any = inspect.Parameter.VAR_POSITIONAL in kinds or inspect.Parameter.VAR_KEYWORD in kinds
    return None if takes_any else len(kinds)


def _argument(parameter: inspect.Parameter) -> Argument:
    by_name = parameter.kind is parameter.KEYWORD_ONLY
    hint = None if parameter.annotation is parameter.empty else parameter.annotation
    return Argument(parameter.name, Passing.NAME if by_name else Passing.POSITION, hint)


def is_dictionary(argument: Argument) -> bool:
    """Tell whether a type hint says that the argument is a dictionary."""
    hint = argument.hint
    if isinstance(hint, str):
        return hint.partition("[")[0].rpartition(".")[2] in ("dict", "Dict", "Mapping", "MutableMapping")
    kind = typing.get_origin(hint) or hint
    return isinstance(kind, type) and issubclass(kind, Mapping)


def is_list(argument: Argument) -> bool:
    """Tell whether a type hint says that the argument is a list or a tuple."""
    hint = argument.hint
    if isinstance(hint, str):
        return hint.partition("[")[0].rpartition(".")[2] in ("list", "List", "tuple", "Tuple", "Sequence")
    kind = typing.get_origin(hint) or hint
    return isinstance(kind, type) and issubclass(kind, Sequence) and not issubclass(kind, str)


# ---- what each may be ----


def kinds_for(name: str, network: nn.Module, usual: Preprocess) -> list[Kind]:
    """Return what an input of this name may be, the likeliest first.

    Args:
        name: Of the argument or the key; may be empty.
        network: What its layers take is looked up.
        usual: How pictures become the input of a network of which nothing else is known.
    """
    general = list(dict.fromkeys([*_declared(network, usual), *_of_layers(network, usual)]))
    lower = name.lower()
    vocabulary = next((m.num_embeddings for m in network.modules() if isinstance(m, nn.Embedding)), 10)
    special: list[Kind] = []
    if lower in _TIMES:
        special = [TensorInput((1,), 1000), TensorInput((1,)), TensorInput((), 1000)]
    elif lower in _MASKS or lower.endswith("_mask"):
        special = [TensorInput((1, _STEPS), 2)]
    elif lower in _CLASSES:
        special = [TensorInput((1,), min(vocabulary, 10)), TensorInput((1, _STEPS), vocabulary)]
    elif lower in _WORDS or lower.endswith("_ids"):
        special = [TensorInput((1, _STEPS), vocabulary)]
    elif any(lower == word or lower.endswith(f"_{word}") for word in _IMAGES):
        pictures = [kind for kind in general if isinstance(kind, Preprocess)]
        special = list(pictures or _pictures(3, usual))
    return list(dict.fromkeys([*special, *general]))


def _declared(network: nn.Module, usual: Preprocess) -> Iterator[Kind]:
    """Yield what the network itself says: Lightning's example, timm's settings, a size among its attributes."""
    example = getattr(network, "example_input_array", None)
    if isinstance(example, Tensor):
        yield like(example, usual)
    for name in ("pretrained_cfg", "default_cfg"):
        settings = getattr(network, name, None)
        settings = settings if isinstance(settings, Mapping) else getattr(settings, "__dict__", {})
        size = settings.get("input_size")
        if isinstance(size, (tuple, list)) and len(size) == 3 and all(isinstance(n, int) for n in size):
            yield _configured(tuple(size), settings, usual)
    for owner in (network, getattr(network, "config", None), *network.children()):
        sizes = [getattr(owner, name, None) for name in ("img_size", "image_size", "input_size")]
        for size in (_square(each) for each in sizes):
            if size is not None:
                channels = getattr(owner, "num_channels", None) or getattr(owner, "in_chans", None)
                yield from _pictures(
                    channels if isinstance(channels, int) else _channels(network), usual, (size,)
                )


def _configured(shape: tuple[int, ...], settings: Mapping[str, Any], usual: Preprocess) -> Kind:
    channels, height, width = shape
    kind = next(iter(_pictures(channels, usual, ((height, width),))))
    if not isinstance(kind, Preprocess):
        return kind
    share = settings.get("crop_pct")
    resize = (
        math.floor(min(height, width) / share) if isinstance(share, float) and 0 < share <= 1 else kind.resize
    )
    told = {
        key: tuple(map(float, settings[key]))
        for key in ("mean", "std")
        if len(settings.get(key) or ()) == channels
    }
    return replace(kind, resize=resize, **told)  # type: ignore[arg-type]


def _square(size: Any) -> tuple[int, int] | None:
    if isinstance(size, int) and not isinstance(size, bool) and 1 <= size <= 1024:
        return size, size
    if isinstance(size, (tuple, list)) and len(size) == 2 and all(isinstance(n, int) and n > 0 for n in size):
        return size[0], size[1]
    return None


def like(example: Tensor, usual: Preprocess) -> Kind:
    """Return what an example is: a picture if its shape is that of one."""
    return kind_of_shape(
        tuple(example.shape), usual, 0 if example.is_floating_point() else int(example.max()) + 1
    )


def kind_of_shape(shape: tuple[int, ...], usual: Preprocess, vocabulary: int = 0) -> Kind:
    """Return what an input of a shape is: a picture, where it can be one."""
    if len(shape) == 4 and shape[0] == 1 and not vocabulary:
        return next(iter(_pictures(shape[1], usual, (shape[2:],))))
    return TensorInput(shape, vocabulary)


def picture(channels: int, size: tuple[int, int], usual: Preprocess) -> Preprocess:
    """Return how pictures become an input of one or three channels."""
    fitting = usual
    if channels != usual.channels:
        fitting = replace(usual, channels=channels, mean=(0.5,) * channels, std=(0.5,) * channels)
    return fitting.at(size)


def _pictures(
    channels: int,
    usual: Preprocess,
    sizes: Sequence[tuple[int, ...]] = _SQUARES,
) -> Iterator[Kind]:
    for height, width in sizes:
        if channels in (1, MOST_CHANNELS):
            yield picture(channels, (height, width), usual)
        else:
            yield TensorInput((1, channels, height, width))


def _channels(network: nn.Module) -> int:
    return next((m.in_channels for m in network.modules() if isinstance(m, nn.Conv2d)), 0) or 3


# ---- what layers take ----


def _of_layers(network: nn.Module, usual: Preprocess) -> Iterator[Kind]:
    """Yield what the first layers take, the very first one's first; pictures, where no layer tells."""
    firsts: list[Kind] = []
    for module in network.modules():
        kinds = list(_of_layer(module, usual))
        if kinds and kinds[0] not in firsts:
            firsts.append(kinds[0])
            yield from kinds
        if len(firsts) == 4:
            return
    if not any(isinstance(kind, Preprocess) for kind in firsts):
        yield from _pictures(3, usual)
        yield from _pictures(1, usual)


def _of_layer(module: nn.Module, usual: Preprocess) -> Iterator[Kind]:
    kind = getattr(module, "original_name", type(module).__name__)  # the class that was compiled
    weight = getattr(module, "weight", None)
    shape = tuple(weight.shape) if isinstance(weight, Tensor) and _has_shape(weight) else ()
    if "Conv" in kind and 3 <= len(shape) <= 5:
        transposed = "Transpose" in kind
        channels = getattr(module, "in_channels", None) or shape[0 if transposed else 1]
        yield from _of_convolution(channels, len(shape) - 2, transposed, usual)
    elif isinstance(module, nn.Embedding):
        yield from (
            TensorInput(each, module.num_embeddings) for each in ((1, _STEPS), (_STEPS,), (1,), (1, 77))
        )
    elif isinstance(module, nn.RNNBase):
        yield from _sequences(module.input_size, module.batch_first)
    elif isinstance(module, nn.MultiheadAttention):
        yield from _sequences(module.embed_dim, module.batch_first)
    elif "Linear" in kind and len(shape) == 2:
        yield from _of_linear(shape[1], usual)


def _has_shape(tensor: Tensor) -> bool:
    return not nn.parameter.is_lazy(tensor)


def _of_convolution(channels: int, axes: int, transposed: bool, usual: Preprocess) -> Iterator[Kind]:
    if axes == 1:
        yield from (TensorInput((1, channels, length)) for length in _LENGTHS)
    elif axes == 3:
        yield from (TensorInput((1, channels, *clip)) for clip in _CLIPS)
    elif transposed:  # a generator begins with one
        yield from (TensorInput((1, channels, side, side)) for side in (1, 4, 7, 8))
    else:
        yield from _pictures(channels, usual)


def _sequences(width: int, batch_first: bool) -> Iterator[Kind]:
    shapes = ((1, _STEPS, width), (_STEPS, 1, width))
    yield from (TensorInput(shape) for shape in (shapes if batch_first else shapes[::-1]))


def _of_linear(width: int, usual: Preprocess) -> Iterator[Kind]:
    """Yield a picture of as many values, which the network would flatten, before the values themselves."""
    for channels in (3, 1):
        side = math.isqrt(width // channels)
        if side > 3 and channels * side * side == width:
            yield picture(channels, (side, side), usual)
    yield from (TensorInput(shape) for shape in ((1, width), (1, _STEPS, width), (width,)))
