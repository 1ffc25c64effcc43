"""One recorded forward pass: every operation in order, with shapes, edges, cost and receptive field."""

from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from math import prod
from typing import TypeAlias

from explorer.records.errors import UsageError

ENDS = ("input", "output")
"""What a node can be that is no operation: what the model is given, and what it returns."""

_MAKES_MAPS = ("conv", "max_pool", "avg_pool", "adaptive_", "batch_norm", "instance_norm", "local_response")
_REORDERS = (
    "permute", "transpose", "view", "reshape", "movedim", "swapaxes", "t", "linear", "matmul", "unflatten",
)  # fmt: skip

Attribute: TypeAlias = bool | int | float | str | tuple["Attribute", ...]
"""What an attribute of an operation can be."""

_MOST_BESIDE = 16  # tokens beside the grid, such as those of a class and registers


@dataclass(frozen=True)
class ReceptiveField:
    """The region of the input that a unit of an output can see; per input axis (y, x for images).

    Attributes:
        status: `exact`; `global` (every unit sees the whole input through a mixing operation); `bound`
            (a box that surely holds the field, which may be smaller); `unknown`.
        size: Extent in input pixels, not clipped to the input; None where unknown.
        stride: Distance between the fields of neighbouring units in input pixels; None if not constant.
        start: First pixel seen by unit 0, negative where it reaches into padding; None if stride is.
        grid: Sizes of the grid of units, axes in order; None if the output has no grid.
        each: Whether each value of a unit sees all of it; False where channels differ, and `size` is of them together.
    """

    status: str
    size: tuple[int, ...] | None = None
    stride: tuple[float, ...] | None = None
    start: tuple[float, ...] | None = None
    grid: tuple[int, ...] | None = field(
        default=None, compare=False
    )  # where the fields lie, not what they are
    each: bool = True

    @property
    def of_a_value(self) -> str:
        """What `size` is of one value: its `status`, but `bound` where that is of the channels together."""
        return self.status if self.each or self.status != "exact" else "bound"


@dataclass(frozen=True)
class TensorInfo:
    """Shape, dtype (`float32`) and size in bytes of one tensor."""

    shape: tuple[int, ...]
    dtype: str
    bytes: int


@dataclass(frozen=True)
class Node:
    """One operation of the forward pass, or one of its ends: an input, or a tensor that the model returned.

    Attributes:
        id: Position in the trace, from 0; the inputs come first, what is returned last.
        op: Lower-case operation name (`conv2d`, `add`); `input` for the model's inputs, `output` for what it returned.
        name: Unique name; the operation that yields a leaf module's output bears the module's path, and a tensor that
            is returned the way to it (`output`, `output[1]`, `output.logits`).
        module: Path of the module that ran it; empty for the model itself.
        call: How many calls of that module came before, in this forward.
        inputs: Ids of the nodes whose values it read, in order of appearance.
        outputs: Its output tensors; the first is the one shown.
        parameters: Names of the parameters it read.
        params: Number of elements in them.
        macs: Multiply-accumulates of its matrix products, convolutions, attention and recurrent layers (batch
            included); 0 where it has none, None if it may have some and no formula tells how many.
        flops: Floating-point operations that define its result (`explorer.forward.effort` says which count); None if no
            formula tells how many.
        bytes_read, bytes_written: What must pass at least, each tensor once; 0 for a view. None where a later
            operation may have given a tensor another size.
        receptive_field: Field of its first output; None until computed or if it does not see the input.
        attributes: What it was told beside its tensors, by name (`kernel_size`, `eps`, `dim`); along an axis each
            for windows. What is not known is absent.
        calls: The module calls that it ran in, the outermost first: path, and how many calls of it came before.
        within: Id of the operation that computes it in one go with others and never keeps its value, which was computed
            apart to be seen; None if it ran by itself.
        main: How many operations of its kind its module's call ran, if it bears that module's path though the call ran
            several operations; 0 for all others.
    """

    id: int
    op: str
    name: str
    module: str
    call: int
    inputs: tuple[int, ...]
    outputs: tuple[TensorInfo, ...]
    parameters: tuple[str, ...]
    params: int
    macs: int | None
    receptive_field: ReceptiveField | None = None
    attributes: tuple[tuple[str, Attribute], ...] = ()
    calls: tuple[tuple[str, int], ...] = ()
    within: int | None = None
    main: int = 0
    flops: int | None = None
    bytes_read: int | None = None
    bytes_written: int | None = None

    @property
    def intensity(self) -> float | None:
        """Arithmetic intensity: floating-point operations for each byte that is read or written; None if unknown."""
        if self.flops is None or self.bytes_read is None or self.bytes_written is None:
            return None
        moved = self.bytes_read + self.bytes_written
        return self.flops / moved if moved else None

    @property
    def bears_its_module(self) -> bool:
        """True if its name is the path of its module, or of a later call of it."""
        return bool(self.module) and self.name in (self.module, f"{self.module}:{self.call}")

    @property
    def person_name(self) -> str:
        """Its name as a person reads it: `layer1.0.relu (call 2)` for `layer1.0.relu:1`.

        One that bears the path of a module of several operations is called like its fellows: `stem.conv2d` for `stem`.
        """
        if self.main:
            said = ("its output" if self.main > 1 else "", f"call {self.call + 1}" if self.call else "")
            again = ", ".join(filter(None, said))
            return f"{self.module}.{self.op}{f' ({again})' if again else ''}"
        base, _, again = self.name.rpartition(":")
        if not base or not again.isdigit():
            return self.name
        return f"{base} ({'call' if base == self.module else 'no.'} {int(again) + 1})"

    def attribute(self, name: str) -> Attribute | None:
        """Return an attribute; None if it has none of that name."""
        return next((value for key, value in self.attributes if key == name), None)

    @property
    def is_operation(self) -> bool:
        """True if the model computed it; False for its inputs, and for what it returned, which costs nothing more."""
        return self.op not in ENDS

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the first output."""
        return self.outputs[0].shape

    @property
    def channels(self) -> int:
        """How many channels the output has where its units lie in rows and columns; 0 where they do not."""
        grid = self.receptive_field.grid if self.receptive_field is not None else None
        if grid is None or len(grid) != 2:
            return 0
        cells = prod(grid)
        if self.shape.count(cells) == 1 or set(grid) <= set(self.shape):
            return prod(self.shape) // cells
        tokens = [size for size in self.shape if cells < size <= cells + _MOST_BESIDE]
        # Of tokens by tokens each is no place.
        return prod(self.shape) // tokens[0] if len(tokens) == 1 else 0

    @property
    def bytes(self) -> int:
        """Bytes of all outputs; 0 where another operation computes them within and never keeps them."""
        return sum(output.bytes for output in self.outputs) if self.within is None else 0


@dataclass(frozen=True)
class ModuleInfo:
    """A module of the model: its path (empty for the model itself) and its class name."""

    path: str
    type: str


@dataclass(frozen=True)
class TraceError:
    """The operation that raised, where a forward failed.

    Attributes:
        name: Name the operation would have had.
        op: Its operation name; empty if the error came from the model's own Python code.
        module: Path of the module it ran in.
        message: What was raised, on one line.
        place: Where in the model's own code: `net.py, line 12`; empty if nobody knows.
        inputs: Ids of the nodes whose values it read; empty if nobody knows.
    """

    name: str
    op: str
    module: str
    message: str
    place: str = ""
    inputs: tuple[int, ...] = ()

    @property
    def told(self) -> str:
        """What was raised and where."""
        return f"{self.message} ({self.place})" if self.place else self.message


@dataclass(frozen=True)
class Trace:
    """One recorded forward pass of one model on one input.

    Attributes:
        model: Full name of the model.
        input_shape: Shape of the first input.
        output_shape: Shape of the first output tensor; None if the forward failed or returned none.
        params: Parameters of the model, shared ones once.
        nodes: The inputs, the operations in the order they ran, and the tensors that were returned.
        modules: The modules that ran, in the order they were first called.
        parameter_sizes: Number of elements of each named parameter that an operation read.
        error: Where and why it failed; None if it did not.
    """

    model: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...] | None
    params: int
    nodes: tuple[Node, ...]
    modules: tuple[ModuleInfo, ...]
    parameter_sizes: dict[str, int]
    error: TraceError | None = None

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all operations but those of `macs_unknown`."""
        return sum(node.macs for node in self.nodes if node.macs is not None)

    @property
    def macs_unknown(self) -> int:
        """Number of operations whose multiply-accumulates are unknown."""
        return sum(node.macs is None for node in self.nodes)

    @property
    def flops(self) -> int:
        """Floating-point operations of all operations but those of `flops_unknown`."""
        return sum(node.flops for node in self.nodes if node.flops is not None)

    @property
    def flops_unknown(self) -> int:
        """Number of operations whose floating-point operations are unknown."""
        return sum(node.flops is None for node in self.nodes)

    @cached_property
    def computed(self) -> tuple[Node, ...]:
        """The nodes that take time or memory: the inputs and the operations, without what is returned of them."""
        return tuple(node for node in self.nodes if node.op != "output")

    @cached_property
    def by_name(self) -> dict[str, Node]:
        """Nodes by their unique names."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def _last_parts(self) -> frozenset[str]:
        """What the rows of nodes within modules say in a tree: `act2` of `blocks.0.act2`."""
        paths = (_path(node.person_name).rpartition(".") for node in self.nodes)
        return frozenset(last for module, _, last in paths if module)

    def apart(self, name: str) -> str:
        """Return a node's name, as a person reads it, told apart from those of rows that read the same.

        One without dots is what the rows of others may say, too: `the network's act2`, where `blocks.0.act2` is.
        """
        path = _path(name)
        return f"the network's {name}" if path in self._last_parts and "." not in path else name

    @cached_property
    def types(self) -> dict[str, str]:
        """Class names of the modules by their paths."""
        return {module.path: module.type for module in self.modules}

    @cached_property
    def operations_of_call(self) -> dict[tuple[str, int], int]:
        """How many operations of its own each call of a module ran, by path and number of the call."""
        return Counter((node.module, node.call) for node in self.nodes)

    @cached_property
    def maps(self) -> frozenset[int]:
        """Ids of the nodes whose first output surely has channels before height and width, as convolutions make them.

        What keeps the shape keeps the meaning of its dimensions, but for what is told to reorder them.
        """
        found: set[int] = set()
        for node in self.nodes:
            if not node.outputs or len(node.shape) != 4:
                continue
            if node.op == "input" or node.op.startswith(_MAKES_MAPS):
                found.add(node.id)
            elif node.inputs and node.op not in _REORDERS and node.inputs[0] in found:
                is_kept = self.nodes[node.inputs[0]].shape[2:] == node.shape[2:]
                found |= {node.id} if is_kept else set()
        return frozenset(found)

    @property
    def failure(self) -> str:
        """One line on where and why the forward failed; empty if it did not."""
        return f"{self.model} failed at {self.error.name}: {self.error.told}" if self.error else ""

    def runs_like(self, other: "Trace") -> bool:
        """Tell whether it ran the same operations on values of the same shapes, and so takes the same time."""
        if (self.model, self.error, len(self.nodes)) != (other.model, other.error, len(other.nodes)):
            return False
        pairs = zip(self.nodes, other.nodes, strict=True)
        return all((a.name, a.outputs, a.attributes) == (b.name, b.outputs, b.attributes) for a, b in pairs)

    def find(self, layer: str) -> Node:
        """Return the operation of that name, as one types or reads it, or the last one of the module with that path.

        Raises:
            UsageError: There is neither; the message offers the closest names.
        """
        if layer in self.by_name:
            return self.by_name[layer]
        for node in self.nodes:
            if node.person_name == layer:
                return node
        inside = [n for n in self.nodes if n.module == layer or n.module.startswith(layer + ".")]
        if layer and inside:
            return inside[-1]
        close = get_close_matches(layer, list(self.by_name), n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(close)}?" if close else "`arch-explorer trace` lists the names."
        raise UsageError(f"{self.model} has no operation or module named {layer!r}; {hint}")


def _path(name: str) -> str:
    """Return the name of a node, as a person reads it, without what tells several calls apart."""
    return name.partition(" (")[0]
