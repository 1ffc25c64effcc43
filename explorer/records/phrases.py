"""A sentence for each operation, and a few words on what it does to the values."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from explorer.records.trace import Attribute, Node
from explorer.records.units import UNKNOWN


@dataclass(frozen=True)
class Facts:
    """What a sentence is made of.

    Attributes:
        node: The operation.
        name: What its author calls it.
        read: What it reads.
        is_map: True if its output surely is (N, channels, height, width).
    """

    node: Node
    name: str
    read: tuple[Node, ...] = ()
    is_map: bool = False

    @property
    def size(self) -> str:
        """The shape of the output: `96 channels, 56×56`, or no more than its numbers where they may mean others."""
        return channels(self.node.shape) if self.is_map else extent(self.node.shape)


def write(facts: Facts) -> str:
    """Return the sentence of an operation."""
    return (_SENTENCES.get(facts.node.op) or _plain)(facts)


# ---- parts of sentences ----


def number(value: Attribute | None) -> str:
    """Return an attribute as a person reads it."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "−")
    if isinstance(value, tuple):
        # No commas within a number where commas part them.
        return ", ".join(
            number(item).replace(",", "") if isinstance(item, int) else number(item) for item in value
        )
    return f"{value:,}".replace("-", "−") if isinstance(value, int) else value


def sizes(value: Attribute | None) -> str:
    """Return sizes along the axes: `3×3`."""
    return "×".join(str(size) for size in value) if isinstance(value, tuple) else str(value)


def short(value: Attribute) -> str:
    """Return sizes along the axes, once if they are all the same: `2`, `2×1`."""
    return str(value[0]) if isinstance(value, tuple) and len(set(value)) == 1 else sizes(value)


def uncommon(node: Node, name: str) -> Attribute | None:
    """Return an attribute that is not 1 along all axes; None otherwise."""
    value = node.attribute(name)
    return None if value is None or (isinstance(value, tuple) and set(value) == {1}) else value


def is_depthwise(node: Node) -> bool:
    """Tell whether each channel is convolved by itself."""
    groups = node.attribute("groups")
    return isinstance(groups, int) and groups > 1 and groups == node.attribute("in_channels")


def one_image(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape without its batch of one; another first dimension, such as that of windows, stays."""
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape


def extent(shape: tuple[int, ...]) -> str:
    """Return a shape without its batch of one: `24×56×56`, `1,000 values`."""
    inner = one_image(shape)
    if not inner:
        return "one value"
    return f"{inner[0]:,} value{'s' if inner[0] != 1 else ''}" if len(inner) == 1 else sizes(inner)


def channels(shape: tuple[int, ...]) -> str:
    """Return a shape as channels and their grid, if it has one: `96 channels, 56×56`."""
    if len(shape) not in (4, 5):
        return extent(shape)
    batch = f"batch of {shape[0]}, " if shape[0] != 1 else ""
    return f"{batch}{_many(shape[1], 'channel')}, {sizes(shape[2:])}"


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'s' if count != 1 else ''}"


def _grids(facts: Facts) -> str:
    """Return how the grid changes: `112×112 → 56×56`."""
    shape = facts.node.shape
    before = facts.read[0].shape if facts.read else shape
    if len(before) != len(shape) or len(shape) < 3:
        return extent(shape)
    return f"{_many(shape[1], 'channel')}, {sizes(before[2:])} → {sizes(shape[2:])}"


def _shapes(facts: Facts) -> str:
    """Return how the shape changes, batch included: `1×768×196 → 1×196×768`."""
    before = f"{sizes(facts.read[0].shape)} → " if facts.read else ""
    return f"{before}{sizes(facts.node.shape) or 'one value'}"


# ---- sentences ----

Sentence = Callable[[Facts], str]
_SENTENCES: dict[str, Sentence] = {}


def deed(sentence: str) -> str:
    """Return what an operation does, of a sentence that goes on with the sizes behind a colon."""
    return sentence.rpartition(": ")[0] or sentence


def _says(*ops: str) -> Callable[[Sentence], Sentence]:
    def register(sentence: Sentence) -> Sentence:
        _SENTENCES.update(dict.fromkeys(ops, sentence))
        return sentence

    return register


def _plain(facts: Facts) -> str:
    own = facts.name == facts.node.op
    name = _NOUNS.get(facts.name, facts.name.replace("_", " ").capitalize()) if own else facts.name
    return f"{name}: {facts.size}"


_NOUNS = {
    "contiguous": "The same values, laid out anew in memory", "clone": "Copy", "roll": "Rolled along its dimensions",
    "setitem": "Written into a part", "masked_fill": "Filled where a mask says so", "zeros": "Zeros",
    "new_zeros": "Zeros", "ones": "Ones", "new_ones": "Ones", "zeros_like": "Zeros", "ones_like": "Ones",
    "full": "One number everywhere",
    "full_like": "One number everywhere", "arange": "Numbers in a row", "linspace": "Numbers in even steps",
    "to": "Another number format", "float": "Another number format", "rsqrt": "One over the square root",
    "sqrt": "Square root", "exp": "Exponential", "neg": "Sign changed", "argmax": "Place of the maximum",
    "argmin": "Place of the minimum",
    "abs": "Without signs", "log": "Logarithm", "sin": "Sine", "cos": "Cosine", "erf": "Error function",
    "reciprocal": "One over each value", "square": "Squared", "round": "Rounded", "floor": "Rounded down",
    "ceil": "Rounded up", "maximum": "The greater of two inputs, value by value",
    "minimum": "The lesser of two inputs, value by value", "min": "Minimum", "amin": "Minimum", "norm": "Norm",
    "normalize": "Divided by the norm", "cumsum": "Sum so far", "sort": "Sorted", "argsort": "Order by size",
    "flip": "Mirrored", "repeat": "Repeated", "repeat_interleave": "Each part repeated",
    "gather": "Picked out by number", "index": "Picked out by number", "take_along_dim": "Picked out by number",
    "scatter": "Written where numbers say", "index_put": "Written into a part", "nonzero": "Places that are not zero",
    "tril": "Lower triangle, zeros above it", "triu": "Upper triangle, zeros below it", "any": "True where any is",
    "all": "True where all are", "logical_and": "True where both are", "logical_or": "True where either is",
    "logical_not": "True where it is not", "einsum": "Sums of products", "one_hot": "One value for each class",
    "pixel_shuffle": "Channels laid out as pixels", "pixel_unshuffle": "Pixels laid out as channels",
    "channel_shuffle": "Channels in another order", "unfold": "Windows side by side", "fold": "Windows put back",
    "grid_sample": "Read at other places", "meshgrid": "Grid of places", "nan_to_num": "NaN and infinity replaced",
}  # fmt: skip


@_says("input")
def _input(facts: Facts) -> str:
    return f"Input of the network: {facts.size}"


@_says("output")
def _output(facts: Facts) -> str:
    return f"Output of the network: {facts.size}"


@_says(*(f"conv{kind}{n}d" for kind in ("", "_transpose") for n in (1, 2, 3)), "convolution")
def _convolution(facts: Facts) -> str:
    node = facts.node
    kernel = node.attribute("kernel_size")
    if kernel is None:
        return _plain(facts)
    window = sizes(kernel) if isinstance(kernel, tuple) and len(kernel) > 1 else f"{short(kernel)}-wide"
    kind = "transposed convolution" if "transpose" in node.op else "convolution"
    parts = [f"{window} {'depthwise ' if is_depthwise(node) else ''}{kind}"]
    parts += [f"{name} {short(value)}" for name in ("stride", "dilation") if (value := uncommon(node, name))]
    groups = node.attribute("groups")
    if isinstance(groups, int) and groups > 1 and not is_depthwise(node):
        parts.append(_many(groups, "group"))
    inputs, outputs = (number(node.attribute(name)) for name in ("in_channels", "out_channels"))
    return f"{', '.join(parts)}: {inputs} → {outputs} channels"


_ENDS = ("", "_with_indices")


@_says(*(f"{kind}_pool{n}d{end}" for kind in ("max", "avg", "lp") for n in (1, 2, 3) for end in _ENDS))
def _pool(facts: Facts) -> str:
    node = facts.node
    kernel, stride = node.attribute("kernel_size"), node.attribute("stride")
    kind = {"max": "max", "avg": "average", "lp_": "power-average"}[node.op[:3]]
    if kernel is None:
        return _plain(facts)
    window = f"{sizes(kernel)} {kind} pooling"
    return f"{window}{f', stride {short(stride)}' if stride else ''}: {_grids(facts)}"


@_says(*(f"adaptive_{kind}_pool{n}d{end}" for kind in ("max", "avg") for n in (1, 2, 3) for end in _ENDS))
def _adaptive_pool(facts: Facts) -> str:
    kind = "max" if "max" in facts.node.op else "average"
    whole = set(facts.node.shape[2:]) == {1}
    return f"{'Global' if whole else 'Adaptive'} {kind} pooling: {_grids(facts)}"


@_says("batch_norm", "instance_norm", "group_norm", "local_response_norm", "native_batch_norm")
def _norm(facts: Facts) -> str:
    op = facts.node.op.removeprefix("native_").removesuffix("_norm").replace("_", " ").capitalize()
    groups = facts.node.attribute("num_groups")
    parts = f", {_many(groups, 'group')}" if isinstance(groups, int) else ""
    return f"{op} normalisation of {facts.size}{parts}"


@_says("layer_norm", "rms_norm")
def _layer_norm(facts: Facts) -> str:
    op = "Layer" if facts.node.op.startswith("layer") else "Root-mean-square"
    over = facts.node.attribute("normalized_shape")
    features = "×".join(f"{it:,}" for it in over) if isinstance(over, tuple) else ""
    return f"{op} normalisation{f' over {features} features' if over else ''}: {extent(facts.node.shape)}"


_PROPER = {
    "relu": "ReLU", "relu6": "ReLU6", "gelu": "GELU", "silu": "SiLU", "elu": "ELU", "selu": "SELU", "celu": "CELU",
    "prelu": "PReLU", "leaky_relu": "Leaky ReLU", "hardtanh": "Hardtanh", "hardswish": "Hardswish",
    "hardsigmoid": "Hardsigmoid", "sigmoid": "Sigmoid", "tanh": "Tanh", "mish": "Mish", "softplus": "Softplus",
    "threshold": "Threshold", "clamp": "Clamp",
}  # fmt: skip


@_says(*_PROPER)
def _activation(facts: Facts) -> str:
    name = _PROPER[facts.node.op] if facts.name == facts.node.op else facts.name
    return f"{name} on {facts.size}"


@_says("softmax", "log_softmax")
def _softmax(facts: Facts) -> str:
    dim = facts.node.attribute("dim")
    last = dim in (-1, len(facts.node.shape) - 1)
    over = "" if dim is None else " over the last dimension" if last else f" over dimension {number(dim)}"
    return f"{'Softmax' if facts.node.op == 'softmax' else 'Log-softmax'}{over}: {extent(facts.node.shape)}"


@_says("linear")
def _linear(facts: Facts) -> str:
    node = facts.node
    inputs, outputs = node.attribute("in_features"), node.attribute("out_features")
    many = prod(node.shape[:-1])
    at = f", at {many:,} positions" if many > 1 else ""
    return (
        _plain(facts)
        if inputs is None
        else f"Linear layer: {number(inputs)} → {number(outputs)} features{at}"
    )


@_says("add", "sub", "mul", "div", "pow")
def _arithmetic(facts: Facts) -> str:
    node, size = facts.node, extent(facts.node.shape)
    noun = {"add": "Sum", "sub": "Difference", "mul": "Product", "div": "Quotient", "pow": "Power"}[node.op]
    if len(facts.read) > 1:
        return f"{noun} of {len(facts.read)} inputs, {size}"
    other = node.attribute("other") if node.op != "pow" else node.attribute("exponent")
    word = {"add": "with", "sub": "with", "mul": "with", "div": "by", "pow": "of exponent"}[node.op]
    if other is not None:
        return f"{noun} {word} {number(other)}, {size}"
    return f"{noun}{f' {word} a learned parameter' if node.parameters else ''}, {size}"


_COMPARED = {
    "eq": "equal to", "ne": "not equal to", "gt": "greater than", "ge": "at least", "lt": "less than", "le": "at most",
}  # fmt: skip


@_says(*_COMPARED)
def _comparison(facts: Facts) -> str:
    how, other = _COMPARED[facts.node.op], facts.node.attribute("other")
    if other is None:
        return f"True where the first input is {how} the second: {facts.size}"
    return f"True where {how} {number(other)}: {facts.size}"


@_says("where")
def _chosen(facts: Facts) -> str:
    has_choice = len(facts.node.inputs) > 1 or bool(facts.node.attributes)
    return f"{'Chosen by a mask, value by value' if has_choice else 'Places that are not zero'}: {facts.size}"


@_says("topk")
def _extremes(facts: Facts) -> str:
    count, largest = facts.node.attribute("k"), facts.node.attribute("largest")
    if count is None:
        return _plain(facts)
    which = "smallest" if largest is False else "largest"
    return f"The {which if count == 1 else f'{number(count)} {which}'} over one dimension: {facts.size}"


@_says("matmul", "bmm", "mm", "baddbmm")
def _matrix_product(facts: Facts) -> str:
    return f"Matrix product of {len(facts.read)} inputs, {extent(facts.node.shape)}"


@_says("cat", "concat", "stack")
def _joined(facts: Facts) -> str:
    node = facts.node
    verb = "Stack" if node.op == "stack" else "Concatenation"
    dim = node.attribute("dim")
    count = len(facts.read)
    along = "" if dim is None else f" along dimension {number(dim)}"
    if dim == 1 and len(node.shape) == 4:
        along = " along the channels" if facts.is_map else along
    return f"{verb} of {_many(count, 'input')}{along}: {extent(node.shape)}"


@_says("flatten", "view", "reshape", "unflatten", "squeeze", "unsqueeze", "expand")
def _reshaped(facts: Facts) -> str:
    node = facts.node
    if node.op == "expand" and not node.inputs and node.parameters:  # such as a transformer's class token
        return f"The learned {node.parameters[0].rpartition('.')[2]}, repeated: {_shapes(facts)}"
    verb = {"flatten": "Flatten", "expand": "Repeated without copying"}.get(node.op, "Another shape")
    return f"{verb}: {_shapes(facts)}"


@_says("permute", "transpose", "movedim", "t", "swapaxes")
def _reordered(facts: Facts) -> str:
    return f"Another order of dimensions: {_shapes(facts)}"


@_says("chunk", "split", "unbind", "tensor_split")
def _cut(facts: Facts) -> str:
    return f"Cut into {_many(len(facts.node.outputs), 'part')}, the first: {extent(facts.node.shape)}"


@_says("getitem", "select", "narrow", "slice", "index_select")
def _selected(facts: Facts) -> str:
    index = facts.node.attribute("index")
    return f"Part{f' [{index}]' if index else ''} of its input: {extent(facts.node.shape)}"


@_says("mean", "sum", "amax", "max", "var", "std")
def _reduced(facts: Facts) -> str:
    node = facts.node
    noun = {"amax": "Maximum", "max": "Maximum", "var": "Variance", "std": "Standard deviation"}
    dim = node.attribute("dim")
    one = not isinstance(dim, tuple) or len(dim) == 1
    over = "" if dim is None else f" over dimension{'' if one else 's'} {number(dim)}"
    return f"{noun.get(node.op, node.op.capitalize())}{over}: {extent(node.shape)}"


@_says("pad")
def _padded(facts: Facts) -> str:
    mode = facts.node.attribute("mode")
    filled = "zeros" if mode == "constant" and not facts.node.attribute("value") else str(mode or "")
    return f"Padding{f' ({filled})' if filled else ''}: {_shapes(facts)}"


@_says("interpolate", "upsample")
def _resized(facts: Facts) -> str:
    return f"Resizing, {facts.node.attribute('mode') or 'nearest'}: {_grids(facts)}"


@_says("dropout", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
def _dropout(facts: Facts) -> str:
    p, training = facts.node.attribute("p"), facts.node.attribute("training")
    chance = f", p = {number(p)}" if p is not None else ""
    return f"Dropout{chance}{', switched off' if training is False else ''}: {facts.size}"


@_says("identity")
def _identity(facts: Facts) -> str:
    name = "Identity" if facts.name == "identity" else facts.name
    return f"{name}, what it reads unchanged: {facts.size}"


@_says("scaled_dot_product_attention")
def _attention(facts: Facts) -> str:
    node = facts.node
    heads, width = node.attribute("heads"), node.attribute("head_dim")
    of = f", {_many(heads, 'head')} of {width}" if isinstance(heads, int) else ""
    counts = f"{number(node.attribute('queries'))} queries, {number(node.attribute('keys'))} keys"
    return f"Attention{of}: {counts}" if width is not None else _plain(facts)


@_says("embedding")
def _embedding(facts: Facts) -> str:
    words, width = facts.node.attribute("num_embeddings"), facts.node.attribute("embedding_dim")
    return f"Embedding, {number(words)} words of {number(width)} features: {extent(facts.node.shape)}"
