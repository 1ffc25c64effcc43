"""The columns of the tree: what each says of a row, and what it is sorted and saved by."""

from collections.abc import Callable
from dataclasses import dataclass

from explorer.features.layers.rows import Row
from explorer.records.describe import kernel_text
from explorer.records.measures import Timing
from explorer.records.phrases import one_image
from explorer.records.trace import Trace
from explorer.window import format as fmt

Number = int | float | None


@dataclass(frozen=True)
class Facts:
    """What the columns read beside the row."""

    trace: Trace
    timing: Timing | None = None

    def time(self, row: Row) -> tuple[float | None, bool]:
        """Return the sum of the medians of a row's operations in milliseconds, and whether all are known."""
        if self.timing is None:
            return None, True
        own = [node for node in row.nodes if node.is_operation and node.within is None]
        spreads = [self.timing.nodes[node.id] for node in own]
        known = [spread.median for spread in spreads if spread is not None]
        return (sum(known) if known else None), len(known) == len(spreads)

    def macs(self, row: Row) -> tuple[int | None, bool]:
        """Return the multiply-accumulates of a row's operations, and whether all are known."""
        known = [node.macs for node in row.nodes if node.macs is not None]
        return (sum(known) if known else None), len(known) == len(row.nodes)

    def flops(self, row: Row) -> tuple[int | None, bool]:
        """Return the floating-point operations of a row's operations, and whether all are known."""
        known = [node.flops for node in row.nodes if node.flops is not None]
        return (sum(known) if known else None), len(known) == len(row.nodes)

    def traffic(self, row: Row) -> tuple[int | None, bool]:
        """Return the bytes that a row's operations read and write at least, and whether all are known."""
        known = [
            node.bytes_read + node.bytes_written
            for node in row.nodes
            if node.bytes_read is not None and node.bytes_written is not None
        ]
        return (sum(known) if known else None), len(known) == len(row.nodes)

    def intensity(self, row: Row) -> float | None:
        """Return a row's floating-point operations for each byte moved; None if unknown, or if it moves none."""
        (flops, all_flops), (moved, all_moved) = self.flops(row), self.traffic(row)
        return flops / moved if all_flops and all_moved and flops is not None and moved else None

    def params(self, row: Row) -> int:
        """Return the elements of the parameters that a row's operations read, shared ones once."""
        if len(row.nodes) == 1:
            return row.nodes[0].params
        names = {name for node in row.nodes for name in node.parameters}
        return sum(self.trace.parameter_sizes[name] for name in names)


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        id: Its name in settings.
        title: Its heading.
        tip: What it says; the glossary adds what the term means.
        term: The term in the glossary; empty for none.
        heading: Its heading where numbers are plain, with their unit.
        widest: A text about as wide as it needs.
        text: What it says of a row.
        plain: The number or the text by which a row is sorted and saved; None where it is unknown.
        optional: True if the person chooses whether it is shown.
        is_number: True if it is set to the right, and sorted from the greatest down at first.
    """

    id: str
    title: str
    tip: str
    term: str
    heading: str
    widest: str
    text: Callable[[Row, Facts], str]
    plain: Callable[[Row, Facts], Number | str]
    optional: bool = True
    is_number: bool = True


def _name(row: Row, _: Facts) -> str:
    return f"{row.name}  {row.type}".rstrip()


def _full_name(row: Row, _: Facts) -> str:
    return row.node.name if row.node is not None and not row.children else row.path or row.name


def _kernel(row: Row, _: Facts) -> str:
    return kernel_text(row.node) if row.node is not None and not row.children else ""


def _shape(row: Row, _: Facts) -> str:
    if row.node is None:
        return ""
    return fmt.shape(one_image(row.node.shape))


def _whole_shape(row: Row, _: Facts) -> str:
    return fmt.shape(row.node.shape) if row.node is not None else ""


def _sum(number: Number, complete: bool, write: Callable[[float | None], str]) -> str:
    return ("" if complete or number is None else "≥ ") + write(number)


def _field(row: Row, _: Facts) -> str:
    if row.node is None:
        return ""
    field = row.node.receptive_field
    if field is None or field.size is None or field.status in ("global", "unknown"):
        return {"global": "all", "unknown": fmt.UNKNOWN}.get(field.status if field else "", fmt.UNKNOWN)
    return ("≤ " if field.of_a_value == "bound" else "") + fmt.shape(field.size)


def _plain_field(row: Row, facts: Facts) -> Number | str:
    field = row.node.receptive_field if row.node is not None else None
    if field is None or field.status == "unknown":
        return None
    return "global" if field.status == "global" else _field(row, facts)


def _bytes(row: Row, _: Facts) -> int:
    return sum(node.bytes for node in row.nodes)


COLUMNS = (
    Column(
        "name", "Layer", "Module with its class, or an operation without a module of its own", "", "layer",
        "features.12  Conv2d ", _name, _full_name, optional=False, is_number=False,
    ),
    Column(
        "kernel", "Kernel", "Window, /stride, dw depthwise or g groups, d dilation", "kernel", "kernel",
        "3×3 /2 dw", _kernel, _kernel, optional=False, is_number=False,
    ),
    Column(
        "output", "Output", "Shape of the output, one image; of a module, that of its last operation", "shape",
        "output", "1280×14×14", _shape, _whole_shape, is_number=False,
    ),
    Column(
        "params", "Params", "Parameters read here, shared ones counted once", "parameters", "parameters",
        "44.4 M ", lambda row, facts: fmt.count(facts.params(row)), lambda row, facts: facts.params(row),
    ),
    Column(
        "macs", "MACs", "Multiply-accumulates, derived from the shapes", "macs", "multiply-accumulates", "≥ 44.4 G ",
        lambda row, facts: _sum(*facts.macs(row), fmt.macs), lambda row, facts: facts.macs(row)[0],
    ),
    Column(
        "time", "Time", "Measured median; of a module, the sum of the medians of its operations", "time",
        "milliseconds", "≥ 0.444 ms ", lambda row, facts: _sum(*facts.time(row), fmt.milliseconds),
        lambda row, facts: facts.time(row)[0],
    ),
    Column(
        "bytes", "Bytes", "Memory that the outputs take", "bytes", "bytes", "44.4 MB ",
        lambda row, facts: fmt.bytes_(_bytes(row, facts)), _bytes,
    ),
    Column(
        "field", "Field", "What one value sees: pixels, or characters of a word", "receptive field", "receptive field",
        "≤ 444×444 ", _field, _plain_field,
    ),
    Column(
        "flops", "FLOPs", "Floating-point operations that define the results, derived from the shapes", "flops",
        "floating-point operations", "≥ 44.4 G ", lambda row, facts: _sum(*facts.flops(row), fmt.count),
        lambda row, facts: facts.flops(row)[0],
    ),
    Column(
        "traffic", "Traffic", "Bytes that must be read and written at least, derived from the shapes", "traffic",
        "bytes read and written", "≥ 44.4 MB ", lambda row, facts: _sum(*facts.traffic(row), fmt.bytes_),
        lambda row, facts: facts.traffic(row)[0],
    ),
    Column(
        "intensity", "Intensity", "Floating-point operations for each byte that is read or written",
        "arithmetic intensity", "FLOPs a byte", "44.4 FLOPs/B ",
        lambda row, facts: fmt.intensity(facts.intensity(row)), lambda row, facts: facts.intensity(row),
    ),
)  # fmt: skip
"""All columns, in their order."""


def sort_key(column: Column, facts: Facts) -> Callable[[Row], tuple[bool, float, str]]:
    """Return what the rows are sorted by: numbers before what is unknown, sizes by their product."""

    def key(row: Row) -> tuple[bool, float, str]:
        if column.id in ("output", "field"):
            sizes = row.node.shape if row.node and column.id == "output" else _extent(row)
            return (sizes is None, _product(sizes or ()), "")
        value = column.plain(row, facts)
        if isinstance(value, str):
            return (not value, 0.0, value.lower())
        return (value is None, float(value or 0), "")

    return key


def _extent(row: Row) -> tuple[int, ...] | None:
    field = row.node.receptive_field if row.node is not None else None
    if field is not None and field.status == "global":
        return (1 << 31, 1 << 31)
    return field.size if field is not None else None


def _product(sizes: tuple[int, ...]) -> float:
    product = 1.0
    for size in sizes:
        product *= size
    return product
