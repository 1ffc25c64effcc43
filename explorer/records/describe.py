"""What an operation is and does, in words: the sentence over it, its name, its kernel, every fact about it."""

from collections.abc import Iterator

from explorer.records import phrases, units
from explorer.records.effects import does
from explorer.records.phrases import Facts, is_depthwise, number, short, sizes, uncommon
from explorer.records.trace import Attribute, Node, ReceptiveField, Trace


def author_name(node: Node, trace: Trace) -> str:
    """Return what its author calls an operation: the class of a module that is just this operation, else its own name.

    `ReLU6` computes `hardtanh`; `Swish` is a module of two operations, which bear their own names `sigmoid`, `mul`.
    """
    return (trace.types.get(node.module) or node.op) if is_module(node, trace) else node.op


def is_module(node: Node, trace: Trace) -> bool:
    """Tell whether a module is just this operation."""
    return node.bears_its_module and trace.operations_of_call[node.module, node.call] == 1


def sentence(node: Node, trace: Trace) -> str:
    """Return what an operation does, as a title: `3×3 depthwise convolution, stride 2: 240 → 240 channels`."""
    return phrases.write(_facts(node, trace))


def summary(node: Node) -> str:
    """Return what an operation does to the values, in a few words: `values cut to 0 … 6`; empty if that is unknown."""
    return does(node)


def stopped_after(node: Node, trace: Trace) -> str:
    """Return where and why the forward pass stopped, if this operation was its last; empty otherwise."""
    error = trace.error
    if error is None or node is not trace.nodes[-1]:
        return ""
    return f"{error.name or error.op}: {error.message}"


def _facts(node: Node, trace: Trace) -> Facts:
    read = tuple(trace.nodes[source] for source in node.inputs)
    return Facts(node, author_name(node, trace), read, node.id in trace.maps)


def kernel_text(node: Node) -> str:
    """Return the window of a convolution or a pooling: `3×3 /2 dw`; empty for other operations.

    `/2` is the stride, `dw` depthwise, `g32` the groups, `d2` the dilation, `→7×7` the output that was asked for.
    """
    kernel, asked = node.attribute("kernel_size"), node.attribute("output_size")
    if not isinstance(kernel, tuple):
        return f"→{sizes(asked)}" if isinstance(asked, tuple) and "pool" in node.op else ""
    parts = [sizes(kernel)]
    if stride := uncommon(node, "stride"):
        parts.append(f"/{short(stride)}")
    groups = node.attribute("groups")
    if isinstance(groups, int) and groups > 1:
        parts.append("dw" if is_depthwise(node) else f"g{groups}")
    if dilation := uncommon(node, "dilation"):
        parts.append(f"d{short(dilation)}")
    return " ".join(parts)


def field_text(field: ReceptiveField | None, input_shape: tuple[int, ...] = ()) -> str:
    """Return what one value sees of the input: `15×15 pixels`; of more than that has, so much is said."""
    if field is None:
        return "nothing of the input"
    if field.status == "global":
        return "the whole input"
    if field.status == "unknown" or field.size is None:
        return "an unknown part of the input"
    if field.of_a_value == "bound":
        return f"at most {extent_of(field.size)}"
    return more_than(field.size, input_shape[-2:] if len(input_shape) > 3 else ())


def more_than(size: tuple[int, ...], picture: tuple[int, ...]) -> str:
    """Return how much of an input a field takes: `15×15 pixels`, or `851×851, more than the input` along each side."""
    is_more = len(size) == len(picture) and all(map(int.__gt__, size, picture))
    return f"{sizes(size)}, more than the input" if is_more else extent_of(size)


def extent_of(size: tuple[int, ...]) -> str:
    """Return how much of an input something sees: `15×15 pixels`, `1×1 pixel`, `2 characters` of a word."""
    return f"{sizes(size)} {_position(size)}"


def _position(extent: tuple[float, ...]) -> str:
    """Return what lies along the axes of an input: pixels of an image, characters of a word, `pixel` if it is one."""
    return f"{'character' if len(extent) == 1 else 'pixel'}{'' if set(extent) == {1} else 's'}"


def words(node: Node, trace: Trace) -> str:
    """Return all by which a person may search for an operation, in lower case: `3x3`, `stride=2`, `depthwise`."""
    found = [
        node.name,
        node.person_name,
        node.op,
        author_name(node, trace),
        kernel_text(node),
        phrases.write(_facts(node, trace)),
    ]
    found += [
        f"{name}={short(value)}"
        for name, value in node.attributes
        if name in ("stride", "dilation", "padding", "groups")
    ]
    return " ".join(found).lower().replace("×", "x")


# ---- every fact ----

_TERMS = {
    "in_channels": "Input channels", "out_channels": "Output channels", "num_features": "Channels",
    "num_channels": "Channels", "num_groups": "Groups", "normalized_shape": "Normalised over", "eps": "Epsilon",
    "affine": "Learned scale and shift", "training": "Training mode", "min_val": "Lower limit",
    "max_val": "Upper limit", "in_features": "Input features", "out_features": "Output features",
    "p": "Probability of dropping", "dropout_p": "Probability of dropping", "dim": "Dimension",
    "dims": "Order of dimensions", "dim0": "First dimension", "dim1": "Second dimension",
    "start_dim": "First dimension", "end_dim": "Last dimension", "keepdim": "Dimension kept",
    "size": "Shape asked for", "shape": "Shape asked for", "sizes": "Shape asked for", "other": "Constant",
    "is_causal": "Causal mask", "head_dim": "Width of a head", "ceil_mode": "Sizes rounded up",
    "count_include_pad": "Padding counted", "align_corners": "Corners aligned", "approximate": "Approximation",
    "num_embeddings": "Words known", "embedding_dim": "Features of a word",
}  # fmt: skip
_UNITS = {
    **dict.fromkeys(
        ("kernel_size", "output_size", "stride", "padding", "output_padding", "dilation"), "position"
    ),
    **dict.fromkeys(("normalized_shape", "head_dim"), "feature"),
}
"""What is counted by the sizes along axes."""
Fact = tuple[str, str]
"""A term and its value."""


def details(node: Node, trace: Trace) -> tuple[Fact, ...]:
    """Return every fact of an operation as a term and its value, units said."""
    return tuple(fact for _, facts in grouped(node, trace) for fact in facts)


def grouped(node: Node, trace: Trace) -> tuple[tuple[str, tuple[Fact, ...]], ...]:
    """Return the facts of an operation under headings that say what they are about; those of the cost last."""
    groups = (
        ("What it is", _identity(node, trace)),
        ("In and out", _values(node, trace)),
        ("Settings", ((term(key), _value(key, value)) for key, value in node.attributes)),
        ("Learned values", _learned(node, trace)),
        ("What a value sees", _field(node.receptive_field, trace.input_shape)),
        ("Cost", _cost(node, trace)),
    )
    return tuple((heading, told) for heading, facts in groups if (told := tuple(facts)))


def _identity(node: Node, trace: Trace) -> Iterator[Fact]:
    yield "Name", node.person_name
    if stopped := stopped_after(node, trace):
        yield "Then stopped", stopped
    name = author_name(node, trace)
    yield "Operation", name if name == node.op else f"{name} (computed by {node.op})"
    if said := summary(node):
        yield "What it does", said
    if node.module:
        yield "Module", f"{node.module} ({trace.types.get(node.module, 'not called itself')})"
    if node.call:
        yield "Call", f"number {node.call + 1} of this module"


def _values(node: Node, trace: Trace) -> Iterator[Fact]:
    for source in node.inputs:
        yield (
            "Input",
            f"{units.shape(trace.nodes[source].shape)} from {trace.apart(trace.nodes[source].person_name)}",
        )
    for output in node.outputs:
        yield "Output", f"{units.shape(output.shape)} {output.dtype}, {units.bytes_(output.bytes)}"


def _learned(node: Node, trace: Trace) -> Iterator[Fact]:
    for parameter in node.parameters:
        yield "Parameter", f"{parameter}, {trace.parameter_sizes.get(parameter, 0):,} values"
    yield "Parameters", f"{node.params:,} values" if node.params else "none"


def _cost(node: Node, trace: Trace) -> Iterator[Fact]:
    yield "MACs", units.UNKNOWN if node.macs is None else f"{node.macs:,} multiply-accumulates"
    yield "FLOPs", units.UNKNOWN if node.flops is None else f"{node.flops:,} floating-point operations"
    yield (
        "Traffic",
        f"at least {units.bytes_(node.bytes_read)} read and {units.bytes_(node.bytes_written)} written",
    )
    yield "Arithmetic intensity", units.intensity(node.intensity)
    own = f"{units.bytes_(node.bytes)} for its output" if node.op != "output" else "none of its own"
    yield "Memory", within(node, trace) or own


def within(node: Node, trace: Trace) -> str:
    """Say of an operation that another computes in one go that its value is not kept; empty for all others."""
    if node.within is None:
        return ""
    return (
        f"not kept: {trace.nodes[node.within].name} computes it in one go, it was computed apart to be seen"
    )


def term(key: str) -> str:
    """Return what an attribute is called for a person: `Output channels` for `out_channels`."""
    return _TERMS.get(key, key.replace("_", " ").capitalize())


def _value(key: str, value: Attribute) -> str:
    if key not in _UNITS or value is None or isinstance(value, str):
        return number(value)
    return _extent(key, value if isinstance(value, tuple) else (value,))


def _extent(key: str, value: tuple[Attribute, ...]) -> str:
    """Return sizes along axes in words: `3 rows, 3 columns`; of a padding where it is."""
    if key in ("padding", "output_padding") and not any(value):
        return "none"
    if key == "normalized_shape" or len(value) != 2:
        return f"{sizes(value)} {_UNITS[key]}{'' if set(value) == {1} else 's'}"
    beside = (" above and below", " left and right") if key == "padding" else ("", "")
    parts = zip(value, ("row", "column"), beside, strict=True)
    return ", ".join(f"{size} {axis}{'' if size == 1 else 's'}{where}" for size, axis, where in parts)


def _field(field: ReceptiveField | None, input_shape: tuple[int, ...]) -> Iterator[Fact]:
    together = "" if field is None or field.each else " for the whole place"
    status = "" if field is None else f" ({field.status}{together})"
    yield "Receptive field", f"{field_text(field, input_shape)}{status}"
    if field is not None and field.stride is not None:
        yield (
            "Step of the field",
            f"{'×'.join(f'{step:g}' for step in field.stride)} {_position(field.stride)}",
        )
    if field is not None and field.start is not None:
        starts = ", ".join(f"{start:g}" for start in field.start).replace("-", "−")
        yield "Start of the field", f"{'character' if len(field.start) == 1 else 'pixel'} {starts}"
