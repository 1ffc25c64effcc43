"""What is said about the tensors of an operation: which filter, which input, which tap, and the true value."""

import numpy as np

from explorer.records.kernels import KernelPicture
from explorer.records.values import Layout
from explorer.window import format as fmt
from explorer.window.widgets.elided import FACTS

_PARTS_OF_A_NORM = {
    "weight": "scale",
    "bias": "shift",
    "running_mean": "running mean",
    "running_var": "running variance",
}


def tile_noun(picture: KernelPicture) -> str:
    """Return what a tile is: a whole filter, or the kernel of one of its inputs."""
    if picture.layout is Layout.MATRIX and picture.values.shape[0] > 1:
        return "part"
    whole = picture.kernels and picture.tiles_per_filter == 1 and picture.kernels[1] > 1
    return "filter" if whole else "kernel"


def tile_name(picture: KernelPicture, tile: int) -> str:
    """Return filter and input that a tile shows, each by its true index."""
    if picture.layout == Layout.MATRIX:
        return f"part {tile + 1} of {picture.values.shape[0]}"
    if not picture.kernels:
        return f"kernel {tile}"
    filter_ = picture.filter_at((tile, 0, 0))
    if picture.tiles_per_filter == 1:
        return f"{tile_noun(picture)} {filter_}"
    number, *tap = picture.weight_at((tile, 0, 0))
    name = _with_input(picture, filter_, number)
    return f"{name}, slice {tap[0]}" if len(tap) == 3 else name


def reading(picture: KernelPicture, place: tuple[int, int, int]) -> str:
    """Return where the value at (tile, y, x) belongs, and the true value, or three of a colour tile."""
    tile, y, x = place
    if picture.in_colour:
        red, green, blue = map(fmt.number, picture.values[place])
        return f"{tile_name(picture, tile)}, {fmt.place((y, x))}: R {red}, G {green}, B {blue}"
    number = fmt.number(picture.values[place])
    if picture.block > 1:
        return f"mean of {_block(picture, *picture.whole_place(place))} = {number}"
    if not picture.kernels:
        if picture.layout == Layout.MATRIX:
            row, column = picture.whole_place(place)
            sides = ("output", "input") if picture.op == "linear" else ("row", "column")
            return f"{sides[0]} {row}, {sides[1]} {column} = {number}"
        return f"{tile_name(picture, tile)}, {fmt.place((y, x))} = {number}"
    if picture.layout == Layout.MATRIX or len(picture.kernels) == 3:
        return f"{_weight_name(picture, place)} = {number}"
    return f"{tile_name(picture, tile)}, {fmt.place((y, x))} = {number}"


def form_of_norm(picture: KernelPicture) -> str:
    """Return how many values each vector of a norm has, and which vectors there are."""
    vectors = ", ".join(part_of_norm(name) for name in picture.vectors)
    return f"{picture.values.size:,} {noun_of_norm(picture)}s: {vectors}"


def noun_of_norm(picture: KernelPicture) -> str:
    """Return what a norm has a value for."""
    return "feature" if picture.op in ("layer_norm", "rms_norm") else "channel"


def reading_of_norm(picture: KernelPicture, index: int) -> str:
    """Return the values of all vectors of a norm at one index."""
    values = (f"{part_of_norm(name)} {fmt.number(vector[index])}" for name, vector in picture.vectors.items())
    return FACTS.join((f"{noun_of_norm(picture)} {index}", *values))


def part_of_norm(name: str) -> str:
    """Return what a vector of a norm does."""
    last = name.rpartition(".")[2]
    return _PARTS_OF_A_NORM.get(last, last)


def filter_text(picture: KernelPicture, filter_: int) -> str:
    """Return the norm of a filter in words; a filter that reads one input is that input's kernel."""
    noun = "filter" if picture.kernels[1] > 1 else "kernel"
    return f"L2 norm of {noun} {filter_}: {fmt.number(picture.norms[filter_])}"


def picture_note(picture: KernelPicture) -> str:
    """Return how the picture is to be read, where that is not plain."""
    return "; ".join(part for part in (_meaning(picture), _cut_text(picture)) if part)


def _cut_text(picture: KernelPicture) -> str:
    """Return into what a long matrix is cut; empty for one that is whole."""
    if picture.layout is not Layout.MATRIX or picture.values.shape[0] == 1:
        return ""
    count, height, width = picture.values.shape
    stretch = f"{width:,} columns" if picture.cut_across else f"{height:,} rows"
    return f"cut into {count:,} parts of {stretch}, one after the other"


def _meaning(picture: KernelPicture) -> str:
    if picture.in_colour and picture.mosaic is not None:
        same = len(np.unique(picture.mosaic.levels[:, 1])) == 1
        reach = f"±{fmt.number(picture.mosaic.levels[0, 1])}" if same else "each filter's largest"
        return f"mid-grey is 0, full colour {reach}; red, green, blue: the three inputs"
    if picture.block > 1:
        side = picture.block
        return f"too large for a pixel a value: each is the mean of {side}×{side}; numbers below are over all values"
    if picture.layout != Layout.MATRIX:
        return ""
    if picture.kernels:
        across = "inputs" if picture.kernels[1] > 1 else "taps"
        return f"one row a filter, across it the {across}"
    return "one row an output, one column an input" if picture.op == "linear" else "rows and columns"


def _weight_name(picture: KernelPicture, place: tuple[int, int, int]) -> str:
    filter_ = picture.filter_at(place)
    number, *tap = picture.weight_at(place)
    name = _with_input(picture, filter_, number) if picture.kernels[1] > 1 else f"kernel {filter_}"
    if np.prod(picture.kernels[2:]) == 1:
        return name
    return f"{name}, tap {tap[0] if len(tap) == 1 else fmt.place(tap)}"


def _with_input(picture: KernelPicture, filter_: int, number: int) -> str:
    if picture.kernels[1] == 1:
        return f"kernel {filter_}"
    source = picture.input_of(filter_, number)
    if source is None:
        return f"filter {filter_}, input {number} of its group"
    return f"filter {filter_}, input {source}"


def _block(picture: KernelPicture, y: int, x: int) -> str:
    side, rows = picture.block, picture.shape[0]
    columns = int(np.prod(picture.shape[1:]))
    bottom, right = min((y + 1) * side, rows) - 1, min((x + 1) * side, columns) - 1
    return f"rows {y * side} to {bottom}, columns {x * side} to {right}"
